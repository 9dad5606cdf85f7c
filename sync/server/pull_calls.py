"""What a device asks to be told: `GET /v1/sync/pull`, at once or as soon as there is something, compressed if it likes.

The same call serves both: `wait=` only leaves it open while there is nothing to tell.
"""

import gzip
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from sync.server.callers import Signed, signed
from sync.server.changes import Page
from sync.server.refusing import Refusal
from sync.server.requests import error_answer
from sync.server.waiting import MAX_WAIT_S, Waiting
from sync.wire.pull import MAX_PAGE_RECORDS, PullAnswer
from sync.wire.types import ErrorAnswer

DEFAULT_PAGE: Final = 500
_WORTH_COMPRESSING: Final = 1024
"""Bytes: what is shorter goes into one packet anyway."""
_FEW: Final = 10
"""So few records are written down in less time than a thread takes to be asked for it."""
_LEVEL: Final = 1
"""Of gzip: pages shrink to a sixth, and one core does 60 MB a second; the highest level saves little more."""


CALLS: Final = APIRouter()
"""Devices of a centre pull. Those that wait do so in the application's `state.waiting`."""
_ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": ErrorAnswer} for status in (401, 403, 410, 413, 422, 429)
}


@CALLS.get("/v1/sync/pull", response_model=PullAnswer, responses=_ERRORS)
async def pull(
    request: Request,
    said: Annotated[Signed, Depends(signed)],
    cursor: Annotated[str, Query(max_length=512)] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE_RECORDS)] = DEFAULT_PAGE,
    wait: Annotated[int, Query(ge=0, le=MAX_WAIT_S)] = 0,
) -> Response:
    """The records of the device's own station that changed since the cursor, page by page.

    While there are none, the call is left open for up to `wait` seconds, and answered as soon as there is one.
    """
    centre, device = said.centre, said.device
    if device.state != "active":
        return _no_longer()
    answer = await run_in_threadpool(centre.pull, device, cursor, limit)
    if wait and isinstance(answer, Page) and not answer.records:
        await _waiting(request).changed(device.station, answer.end, wait)
        now = await run_in_threadpool(centre.devices.find, device.device)
        if now is None or now.state != "active":
            return _no_longer()
        answer = await run_in_threadpool(centre.pull, device, cursor, limit)
    if isinstance(answer, Refusal):
        return error_answer(answer.status, answer.what, answer.hint)
    if len(answer.records) <= _FEW:
        return _json(answer, accepts_gzip(request))
    return await run_in_threadpool(_json, answer, accepts_gzip(request))


def _waiting(request: Request) -> Waiting:
    waiting = request.app.state.waiting
    assert isinstance(waiting, Waiting)
    return waiting


def _no_longer() -> Response:
    return error_answer(403, "this device is no longer in use", "enrol it anew")


def _json(page: Page, compress: bool) -> Response:
    body = page.to_json().encode("utf-8")
    headers = {"Vary": "Accept-Encoding"}
    if compress and len(body) >= _WORTH_COMPRESSING:
        body = gzip.compress(body, _LEVEL, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(body, media_type="application/json", headers=headers)


def accepts_gzip(request: Request) -> bool:
    """Whether the caller takes gzip (RFC 9110 §12.5.3); `gzip;q=0` says that it does not."""
    for each in request.headers.get("accept-encoding", "").lower().split(","):
        coding, _, weight = each.partition(";")
        if coding.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
