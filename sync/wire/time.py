"""Signed time, and whether the centre is there."""

from sync.wire.types import Bytes, Bytes32, ProtocolRange, Wire


class TimeRequest(Wire):
    """A nonce of the caller's; asking for signed time needs no valid clock."""

    nonce: Bytes32


class TimeAnswer(Wire):
    """A token by the TIME key over the nonce and the centre's time (`tickets.time_token`)."""

    token: Bytes


class HealthAnswer(Wire):
    """The centre is there, which version it is, and the oldest and the newest protocol that it serves."""

    ok: bool
    version: str
    protocols: ProtocolRange = (1, 1)
