"""The call with which a station's relay hands journals on, over HTTP (`sync.wire.relay_up`)."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from sync.server.callers import Signed, reporting
from sync.server.forwarding import forward
from sync.server.requests import error_answer, json_answer, parse_body, takes
from sync.wire.relay_up import ForwardAnswer, ForwardRequest
from sync.wire.types import ErrorAnswer

CALLS: Final = APIRouter()
"""Relays hand on what devices of their station could not send themselves."""
_ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": ErrorAnswer} for status in (400, 401, 403, 413, 422)
}


@CALLS.post("/v1/sync/forward", response_model=ForwardAnswer, responses=_ERRORS, openapi_extra=takes(ForwardRequest))
async def hand_on(said: Annotated[Signed, Depends(reporting)]) -> Response:
    """Keep batches of other devices' journals, each signed by its own device; the same again changes nothing."""
    if said.device.kind != "relay" or said.device.state != "active":
        return error_answer(403, "only a relay in use hands journals on", "push this device's own journal instead")
    asked = parse_body(ForwardRequest, said.body)
    return json_answer(await run_in_threadpool(forward, said.centre, said.device, asked))
