"""Who calls the centre: a device by its signature, the office of a station by its token. Both before a body is read."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final

from fastapi import Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from sync.server.centre import Centre
from sync.server.devices import Device
from sync.server.requests import Refused, check_signature, read_body
from tickets.keys import PublicKey

_SIGNATURE: Final = APIKeyHeader(
    name="Signature",
    scheme_name="device",
    description="An HTTP message signature (RFC 9421) by the device's key, with Signature-Input and Content-Digest: "
    "docs/protocol.md says which parts it covers.",
    auto_error=False,
)
_TOKEN: Final = HTTPBearer(scheme_name="office", description="The token of a station's web channel.", auto_error=False)


class Signed(BaseModel):
    """A request's device, the body that it signed, and with which of its keys."""

    model_config = {"arbitrary_types_allowed": True}
    device: Device
    body: bytes
    key: PublicKey


def signed_by(centre: Centre) -> Callable[..., Awaitable[Signed]]:
    """The dependency of every call that a device signs. Refused (401) when none that is believed did, and (403) when
    its certificate has ended.
    """

    async def signed(request: Request, _header: Annotated[str | None, Security(_SIGNATURE)] = None) -> Signed:
        body = await read_body(request)
        said = await run_in_threadpool(_checked, centre, request, body)
        if said.device.expired(int(centre.now().timestamp() * 1000)):
            raise Refused(403, "this device's certificate has ended", "renew it: POST /v1/device/renew")
        return said

    return signed


def reporting_by(centre: Centre) -> Callable[..., Awaitable[Signed]]:
    """The same for calls that a device may make for some time after its certificate has ended: it tells what happened,
    and renews.
    """

    async def signed(request: Request, _header: Annotated[str | None, Security(_SIGNATURE)] = None) -> Signed:
        body = await read_body(request)
        said = await run_in_threadpool(_checked, centre, request, body)
        if centre.too_late(said.device):
            raise Refused(403, "this device's certificate ended too long ago", "keep its journal, and enrol it anew")
        return said

    return signed


def office_of(centre: Centre) -> Callable[..., Awaitable[int]]:
    """The dependency of every call of the office: its station's number. Refused (401) without its token."""

    async def office(token: Annotated[HTTPAuthorizationCredentials | None, Security(_TOKEN)]) -> int:
        station = None if token is None else await run_in_threadpool(centre.office_of, token.credentials.strip())
        if station is None:
            raise Refused(
                401,
                "the office token is missing or wrong",
                "send it as Authorization: Bearer …",
                headers={"WWW-Authenticate": "Bearer"},
            )
        return station

    return office


class _Keys:
    """A device's keys; remembers which one it was."""

    def __init__(self, keys: tuple[PublicKey, ...]) -> None:
        self._keys = keys
        self.used: PublicKey | None = None

    def verify(self, signature: bytes, message: bytes) -> bool:
        self.used = next((key for key in self._keys if key.verify(signature, message)), None)
        return self.used is not None


def _checked(centre: Centre, request: Request, body: bytes) -> Signed:
    found: Device | None = None
    keys = _Keys(())
    now = centre.now().timestamp()

    def key_for(keyid: str) -> _Keys | None:
        nonlocal found, keys
        found = centre.device(keyid)
        keys = _Keys(() if found is None else found.signers(int(now * 1000)).keys)
        return None if found is None or found.state == "revoked" else keys

    check_signature(request, body, key_for, int(now), "enrol the device, or set its clock by /v1/time, and sign again")
    assert found is not None, "a key was found, so its device was"
    assert keys.used is not None, "the signature holds by one of its keys"
    return Signed(device=found, body=body, key=keys.used)
