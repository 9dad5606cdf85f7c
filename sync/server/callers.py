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
    """A request's device, and the body that it signed."""

    model_config = {"arbitrary_types_allowed": True}
    device: Device
    body: bytes


def signed_by(centre: Centre) -> Callable[..., Awaitable[Signed]]:
    """The dependency of every call that a device signs. Refused (401) when none that is believed did."""

    async def signed(request: Request, _header: Annotated[str | None, Security(_SIGNATURE)] = None) -> Signed:
        body = await read_body(request)
        return await run_in_threadpool(_checked, centre, request, body)

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


def _checked(centre: Centre, request: Request, body: bytes) -> Signed:
    found: Device | None = None

    def key_for(keyid: str) -> PublicKey | None:
        nonlocal found
        found = centre.device(keyid)
        return None if found is None or found.state == "revoked" else found.key

    now = int(centre.now().timestamp())
    check_signature(request, body, key_for, now, "enrol the device, or set its clock by /v1/time, and sign again")
    assert found is not None, "a key was found, so its device was"
    return Signed(device=found, body=body)
