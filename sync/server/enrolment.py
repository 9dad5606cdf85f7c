"""Enrolling a device: a one-time code from the centre's own console, a key of the device's own making.

A code has 60 random bits, is kept only as a hash, ends after some minutes and serves one device. The same device asking
again with the same code (its answer got lost) gets the same answer and no second enrolment.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, insert, select, update

from sync.server.allotments import Allotments
from sync.server.changes import Changes
from sync.server.devices import Device, Kind, device_id, find_device, tell_devices
from sync.server.schema import devices, enrol_codes, prefixes
from sync.server.settings import Policy
from tickets.credential import TillCertificate, certify
from tickets.keys import PublicKey, SigningKey

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, so that a code read aloud or copied by hand survives."""
_CHARACTERS: Final = 12
_LOOKALIKES: Final = str.maketrans("ILO", "110", "- \t")


def new_code(random: Callable[[int], bytes]) -> str:
    """A one-time code of 60 random bits, in three groups of four."""
    bits = int.from_bytes(random(8)) & (1 << 60) - 1
    text = "".join(_ALPHABET[bits >> shift & 31] for shift in range(55, -1, -5))
    return "-".join(text[at : at + 4] for at in range(0, _CHARACTERS, 4))


def code_hash(code: str) -> bytes:
    """What is kept of a code; case, spaces, dashes and look-alike letters do not matter."""
    return hashlib.sha256(b"waystation enrolment code v1\x00" + code.upper().translate(_LOOKALIKES).encode()).digest()


class WrongTries:
    """Counts the wrong codes that came from one address within a minute, in memory."""

    def __init__(self, a_minute: int) -> None:
        """Allow so many wrong codes a minute from one address."""
        self._allowed = a_minute
        self._tries: dict[str, deque[datetime]] = {}

    def too_many(self, address: str, now: datetime) -> bool:
        """Whether this address has to wait."""
        for known, tries in list(self._tries.items()):
            while tries and tries[0] <= now - timedelta(minutes=1):
                tries.popleft()
            if not tries:
                del self._tries[known]
        return len(self._tries.get(address, ())) >= self._allowed

    def wrong(self, address: str, now: datetime) -> None:
        """Remember a wrong code."""
        self._tries.setdefault(address, deque()).append(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What a device asks to be enrolled with."""

    code: str
    kind: Kind
    name: str
    device_key: PublicKey
    till_key: PublicKey | None


def keep_code(connection: Connection, station: int, code: str, kind: Kind, name: str, ends: datetime) -> None:
    """Let one device of this kind enrol with `code` until `ends`; what is kept of the code is its hash."""
    row = {
        "station_id": station,
        "code_hash": code_hash(code),
        "kind": kind,
        "name": name,
        "ends_ms": _ms(ends),
        "device": None,
    }
    connection.execute(insert(enrol_codes), [row])


def station_of_code(connection: Connection, asking: Asking, now: datetime) -> int | None:
    """The station that this code enrols for, or None when it is wrong, over, for another kind, or used by another."""
    row = connection.execute(select(enrol_codes).where(enrol_codes.c.code_hash == code_hash(asking.code))).one_or_none()
    if row is None or row.ends_ms <= _ms(now) or row.kind != asking.kind:
        return None
    if row.device is not None:
        known = find_device(connection, row.device)
        if known is None or (known.key, known.till_key) != (asking.device_key, asking.till_key):
            return None
    return int(row.station_id)


def enrol(
    connection: Connection,
    changes: Changes,
    station: int,
    asking: Asking,
    certificate_key: SigningKey,
    policy: Policy,
    random: Callable[[int], bytes],
    now: datetime,
) -> Device:
    """Enrol the device that `station_of_code` said yes to, once; a till gets a prefix, a certificate and its places."""
    here = (enrol_codes.c.station_id == station, enrol_codes.c.code_hash == code_hash(asking.code))
    code = connection.execute(select(enrol_codes).where(*here)).one()
    if code.device is not None:
        known = find_device(connection, code.device)
        assert known is not None, "a used code names the device that used it"
        return known
    name = device_id(station, asking.kind, random(4))
    row: dict[str, object] = {
        "station_id": station,
        "device": name,
        "kind": asking.kind,
        "name": code.name,
        "device_key": asking.device_key.raw,
        "till_key": None,
        "prefix": None,
        "certificate": None,
        "certificate_ends_ms": None,
        "enrolled_ms": _ms(now),
        "state": "active",
    }
    if asking.till_key is not None:
        prefix = take_prefix(connection, station, name, random, now)
        row |= certificate_for(station, prefix, asking.till_key, certificate_key, policy, now)
        row |= {"till_key": asking.till_key.raw, "prefix": prefix}
    connection.execute(insert(devices), [row])
    connection.execute(update(enrol_codes).where(*here).values(device=name))
    if asking.till_key is not None:
        Allotments(connection, changes, station).welcome(name, _ms(now), policy)
    tell_devices(connection, changes, station)
    enrolled = find_device(connection, name)
    assert enrolled is not None, "it was inserted above"
    return enrolled


def certificate_for(
    station: int, prefix: int, till_key: PublicKey, certificate_key: SigningKey, policy: Policy, now: datetime
) -> dict[str, object]:
    """The columns of a fresh certificate for a till: it ends after `policy.certificate_days`."""
    ends = now + timedelta(days=policy.certificate_days)
    certificate = TillCertificate(till_key, station, prefix, ends)
    return {"certificate": certify(certificate, certificate_key), "certificate_ends_ms": _ms(ends)}


def take_prefix(
    connection: Connection, station: int, device: str, random: Callable[[int], bytes], now: datetime
) -> int:
    """A number prefix that nobody has ever had, 1 to 2^24 - 1, from now on this device's."""
    while True:
        prefix = int.from_bytes(random(3))
        taken = connection.execute(select(prefixes.c.prefix).where(prefixes.c.prefix == prefix)).one_or_none()
        if prefix and taken is None:
            row = {"prefix": prefix, "station_id": station, "device": device, "given_ms": _ms(now)}
            connection.execute(insert(prefixes), [row])
            return prefix


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
