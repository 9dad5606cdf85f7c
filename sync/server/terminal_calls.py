"""What every terminal needs of the centre, over HTTP: its time, being enrolled, and having its journal kept."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from sync.server.callers import Signed, centre_of, reporting
from sync.server.refusing import Refusal
from sync.server.requests import error_answer, json_answer, parse_body, read_body, takes
from sync.wire.enrolment import EnrolAnswer, EnrolRequest
from sync.wire.push import PushAnswer, PushBatch
from sync.wire.time import HealthAnswer, TimeAnswer, TimeRequest
from sync.wire.types import OLDEST_PROTOCOL, PROTOCOL, ErrorAnswer

CALLS: Final = APIRouter()
"""Whoever likes asks whether the centre is there and for its time; devices enrol, and tell what they did."""
_ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": ErrorAnswer} for status in (400, 401, 403, 409, 410, 413, 422, 429)
}


@CALLS.get("/v1/health", response_model=HealthAnswer)
async def health(request: Request) -> Response:
    """The centre is there."""
    return json_answer(HealthAnswer(ok=True, version=request.app.version, protocols=(OLDEST_PROTOCOL, PROTOCOL)))


@CALLS.post("/v1/time", response_model=TimeAnswer, responses=_ERRORS, openapi_extra=takes(TimeRequest))
async def time(request: Request) -> Response:
    """The centre's time, signed for the caller's nonce."""
    asked = parse_body(TimeRequest, await read_body(request))
    return json_answer(TimeAnswer(token=centre_of(request).time(asked.nonce)))


@CALLS.post("/v1/enrol", response_model=EnrolAnswer, responses=_ERRORS, openapi_extra=takes(EnrolRequest))
async def enrol(request: Request) -> Response:
    """Enrol a device that proves a one-time code."""
    asked = parse_body(EnrolRequest, await read_body(request))
    address = request.client.host if request.client else "unknown"
    answer = await run_in_threadpool(centre_of(request).enrol, asked, address)
    return _refusal(answer) if isinstance(answer, Refusal) else json_answer(answer)


@CALLS.post("/v1/sync/push", response_model=PushAnswer, responses=_ERRORS, openapi_extra=takes(PushBatch))
async def push(said: Annotated[Signed, Depends(reporting)]) -> Response:
    """Keep a batch of the device's journal; the same batch gets the same answer for ever."""
    batch = parse_body(PushBatch, said.body)
    if not OLDEST_PROTOCOL <= batch.protocol <= PROTOCOL:
        hint = f"speak protocol {OLDEST_PROTOCOL} to {PROTOCOL}"
        what = f"protocol {batch.protocol} is not spoken here"
        return error_answer(426, what, hint, protocols=(OLDEST_PROTOCOL, PROTOCOL))
    answer = await run_in_threadpool(said.centre.pushes.push, said.device, batch)
    return _refusal(answer) if isinstance(answer, Refusal) else json_answer(answer)


def _refusal(refusal: Refusal) -> JSONResponse:
    headers = {"Retry-After": "60"} if refusal.status == 429 else None
    return error_answer(refusal.status, refusal.what, refusal.hint, refusal.expected_seq, headers)
