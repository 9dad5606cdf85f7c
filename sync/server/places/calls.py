"""What tills ask of the centre about places, over HTTP (`sync.wire_places`)."""

from typing import Annotated, Any

from fastapi import Depends, FastAPI
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from sync.server.callers import Signed, signed_by
from sync.server.centre import Centre
from sync.server.office import NotDone
from sync.server.requests import Refused, error_answer, json_answer, parse_body, takes
from sync.wire import ErrorAnswer
from sync.wire_places import PlacesAnswer, PlacesAsk


def add_places_calls(app: FastAPI, centre: Centre) -> None:
    """Serve the tills that want a place which they do not have."""
    signed = signed_by(centre)
    errors: dict[int | str, dict[str, Any]] = {
        status: {"model": ErrorAnswer} for status in (401, 403, 404, 409, 413, 422)
    }

    @app.post("/v1/sync/places", response_model=PlacesAnswer, responses=errors, openapi_extra=takes(PlacesAsk))
    async def ask_places(said: Annotated[Signed, Depends(signed)]) -> Response:
        """Give a till some more places of a departure, all it asks for or none; the same ask gets the same for ever."""
        if said.device.kind != "till":
            raise Refused(403, "only a till may ask this", "enrol the device as a till")
        if said.device.state != "active":
            raise Refused(403, "this device is no longer in use", "enrol it anew")
        asked = parse_body(PlacesAsk, said.body)
        answer = await run_in_threadpool(centre.ask_places, said.device, asked)
        if isinstance(answer, NotDone):
            return error_answer(answer.status, answer.what, answer.hint)
        return json_answer(answer)
