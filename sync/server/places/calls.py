"""What tills and the office ask of the centre about places and departures, over HTTP (`sync.wire.places`)."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from sync.server.callers import Signed, centre_of, office, signed
from sync.server.office import NotDone
from sync.server.requests import Refused, error_answer, json_answer, parse_body, read_body, takes
from sync.wire.places import OfficeDeparture, OfficeSeating, PlacesAnswer, PlacesAsk
from sync.wire.records import DepartureBody
from sync.wire.types import ErrorAnswer

DATE_PATTERN: Final = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"


CALLS: Final = APIRouter()
"""Tills ask for a place which they do not have; the office adds coaches, and asks who sits where."""
_ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": ErrorAnswer} for status in (400, 401, 403, 404, 409, 413, 422)
}


@CALLS.post("/v1/sync/places", response_model=PlacesAnswer, responses=_ERRORS, openapi_extra=takes(PlacesAsk))
async def ask_places(said: Annotated[Signed, Depends(signed)]) -> Response:
    """Give a till some more places of a departure, all it asks for or none; the same ask gets the same for ever."""
    if said.device.kind != "till":
        raise Refused(403, "only a till may ask this", "enrol the device as a till")
    if said.device.state != "active":
        raise Refused(403, "this device is no longer in use", "enrol it anew")
    asked = parse_body(PlacesAsk, said.body)
    answer = await run_in_threadpool(said.centre.ask_places, said.device, asked)
    if isinstance(answer, NotDone):
        return error_answer(answer.status, answer.what, answer.hint)
    return json_answer(answer)


@CALLS.post(
    "/v1/office/departures",
    response_model=DepartureBody,
    responses=_ERRORS,
    openapi_extra=takes(OfficeDeparture),
)
async def add_departure(request: Request, station: Annotated[int, Depends(office)]) -> Response:
    """Let another coach go, like one of the day; the same again changes nothing."""
    asked = parse_body(OfficeDeparture, await read_body(request))
    answer = await run_in_threadpool(centre_of(request).add_departure, station, asked)
    if isinstance(answer, NotDone):
        return error_answer(answer.status, answer.what, answer.hint)
    return json_answer(DepartureBody.model_validate(answer.to_record()))


@CALLS.get("/v1/office/seating", response_model=OfficeSeating, responses=_ERRORS)
async def seating(
    request: Request,
    station: Annotated[int, Depends(office)],
    service_date: Annotated[str, Query(pattern=DATE_PATTERN)],
    trip: Annotated[str, Query(pattern="^[!-~]{1,16}$")],
) -> Response:
    """Who sits elsewhere than the ticket says on a coach, and the tickets for which there is no seat."""
    return json_answer(await run_in_threadpool(centre_of(request).seating, station, service_date, trip))
