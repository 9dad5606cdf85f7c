"""Who calls the centre: a device by its signature, the office of a station by its token. Both before a body is read.

The calls are made once for all centres of a process: which centre is asked is the application's state.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Request, Security
from fastapi.openapi.models import APIKey, APIKeyIn
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.security.base import SecurityBase
from starlette.concurrency import run_in_threadpool

from sync.server.centre import Centre
from sync.server.devices import Device
from sync.server.requests import Refused, check_signature, read_body
from tickets.keys import PublicKey

_TOKEN: Final = HTTPBearer(scheme_name="office", description="The token of a station's web channel.", auto_error=False)


def centre_of(request: Request) -> Centre:
    """The centre that a request is for."""
    centre = request.app.state.centre
    assert isinstance(centre, Centre)
    return centre


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A request's centre and device, the body that it signed, and with which of its keys."""

    centre: Centre
    device: Device
    body: bytes
    key: PublicKey


class SignedBy(SecurityBase):
    """The dependency of every call that a device signs. Refused (401) when none that is known did, and (403) when it is
    revoked, or `refuses` does not let it call any more.
    """

    def __init__(self, refuses: Callable[[Centre, Device], Refused | None]) -> None:
        self.scheme_name = "device"
        self.model = APIKey.model_validate(
            {
                "in": APIKeyIn.header,
                "name": "Signature",
                "description": "An HTTP message signature (RFC 9421) by the device's key, with Signature-Input and "
                "Content-Digest: docs/protocol.md says which parts it covers.",
            }
        )
        self._refuses = refuses

    async def __call__(self, request: Request) -> Signed:
        """The request as its device signed it."""
        body = await read_body(request)
        said = await run_in_threadpool(_checked, centre_of(request), request, body)
        if (refused := self._refuses(said.centre, said.device)) is not None:
            raise refused
        return said


def _expired(centre: Centre, device: Device) -> Refused | None:
    if not device.expired(centre.house.now_ms()):
        return None
    return Refused(403, "this device's certificate has ended", "renew it: POST /v1/device/renew")


def _too_late(centre: Centre, device: Device) -> Refused | None:
    if not centre.too_late(device):
        return None
    return Refused(403, "this device's certificate ended too long ago", "keep its journal, and enrol it anew")


signed: Final = SignedBy(_expired)
"""Of calls that a device makes while its certificate lasts."""
reporting: Final = SignedBy(_too_late)
"""Of calls that it may make for some time after that: it tells what happened, and renews."""


async def office(request: Request, token: Annotated[HTTPAuthorizationCredentials | None, Security(_TOKEN)]) -> int:
    """The dependency of every call of the office: its station's number. Refused (401) without its token."""
    station = None
    if token is not None:
        station = await run_in_threadpool(centre_of(request).office_of, token.credentials.strip())
    if station is None:
        raise Refused(
            401,
            "the office token is missing or wrong",
            "send it as Authorization: Bearer …",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return station


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
    now = centre.house.now().timestamp()

    def key_for(keyid: str) -> _Keys | None:
        nonlocal found, keys
        found = centre.devices.find(keyid)
        keys = _Keys(() if found is None else found.signers(int(now * 1000)).keys)
        return None if found is None else keys

    check_signature(request, body, key_for, int(now), "enrol the device, or set its clock by /v1/time, and sign again")
    assert found is not None, "a key was found, so its device was"
    assert keys.used is not None, "the signature holds by one of its keys"
    if found.state == "revoked":  # only whose signature holds is told so: a till must know, to stop selling
        raise Refused(
            403,
            "this device is revoked: it is believed no more",
            "keep its journal as evidence; enrol it anew if it is where it belongs",
            revoked=True,
        )
    return Signed(centre=centre, device=found, body=body, key=keys.used)
