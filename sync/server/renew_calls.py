"""The call with which a device renews its certificate, over HTTP."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from sync.server.callers import Signed, reporting
from sync.server.refusing import Refusal
from sync.server.requests import error_answer, json_answer, parse_body, takes
from sync.wire.enrolment import RenewAnswer, RenewRequest
from sync.wire.types import ErrorAnswer

CALLS: Final = APIRouter()
"""Devices whose certificate will end, or ended not too long ago, renew it."""
_ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": ErrorAnswer} for status in (400, 401, 403, 413, 422)
}


@CALLS.post("/v1/device/renew", response_model=RenewAnswer, responses=_ERRORS, openapi_extra=takes(RenewRequest))
async def renew(said: Annotated[Signed, Depends(reporting)]) -> Response:
    """Renew the device's certificate, and change its key where both keys say so."""
    asked = parse_body(RenewRequest, said.body)
    answer = await run_in_threadpool(said.centre.renew, said.device, said.key, asked)
    if isinstance(answer, Refusal):
        return error_answer(answer.status, answer.what, answer.hint)
    return json_answer(RenewAnswer(certificate=answer))
