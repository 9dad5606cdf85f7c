"""Digests over HTTP: asking what the centre counts of a departure, and telling that one counts otherwise."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from sync.server.callers import Signed, signed
from sync.server.requests import error_answer, json_answer, parse_body, takes
from sync.wire.digest import DigestAnswer, DigestDiffers
from sync.wire.types import ErrorAnswer

_DATE = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
_TRIP = r"^[!-~]{1,16}$"
_EPOCH = r"^[0-9a-f]{32}$"


CALLS: Final = APIRouter()
"""Devices of a centre compare."""
_ERRORS: Final[dict[int | str, dict[str, Any]]] = {status: {"model": ErrorAnswer} for status in (401, 403, 413, 422)}


@CALLS.get("/v1/sync/digest", response_model=DigestAnswer, responses=_ERRORS)
async def digest(
    said: Annotated[Signed, Depends(signed)],
    service_date: Annotated[str, Query(pattern=_DATE)],
    trip: Annotated[str, Query(pattern=_TRIP)],
    epoch: Annotated[str | None, Query(pattern=_EPOCH)] = None,
) -> Response:
    """What the centre counts of a departure of the device's own station."""
    if said.device.state != "active":
        return _no_longer()
    return json_answer(await run_in_threadpool(said.centre.digest, said.device, service_date, trip, epoch))


@CALLS.post("/v1/sync/digest", response_model=DigestAnswer, responses=_ERRORS, openapi_extra=takes(DigestDiffers))
async def digest_differs(said: Annotated[Signed, Depends(signed)]) -> Response:
    """Tell that the device counts otherwise; what still differs becomes an incident."""
    if said.device.state != "active":
        return _no_longer()
    told = parse_body(DigestDiffers, said.body)
    return json_answer(await run_in_threadpool(said.centre.digest_differs, said.device, told))


def _no_longer() -> Response:
    return error_answer(403, "this device is no longer in use", "enrol it anew")
