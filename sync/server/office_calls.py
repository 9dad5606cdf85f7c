"""What a station's web channel asks of the centre, over HTTP: sales, refunds, accounts, incidents."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from sync.server.callers import centre_of, office
from sync.server.office import NotDone, Sold, digits_of
from sync.server.requests import error_answer, json_answer, parse_body, read_body, takes
from sync.wire.money import OfficeAccounts
from sync.wire.office import OfficeIncident, OfficeIncidents, OfficeRefund, OfficeRefunded, OfficeSale, OfficeSold
from sync.wire.types import ErrorAnswer
from tickets.errors import Malformed

CALLS: Final = APIRouter()
"""The office sells, refunds, and asks how things stand."""
_ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": ErrorAnswer} for status in (401, 404, 409, 413, 422)
}


@CALLS.post("/v1/office/sales", response_model=OfficeSold, responses=_ERRORS, openapi_extra=takes(OfficeSale))
async def sell(request: Request, station: Annotated[int, Depends(office)]) -> Response:
    """Sell a place of the web's own; the same sale id gets the same ticket."""
    sale = parse_body(OfficeSale, await read_body(request))
    answer = await run_in_threadpool(centre_of(request).sell, station, sale)
    if isinstance(answer, Sold):
        return json_answer(OfficeSold(number=answer.number, code=answer.code, order_code=answer.order_code))
    return _not_done(answer)


@CALLS.post("/v1/office/refunds", response_model=OfficeRefunded, responses=_ERRORS, openapi_extra=takes(OfficeRefund))
async def refund(request: Request, station: Annotated[int, Depends(office)]) -> Response:
    """Refund a ticket that nobody has travelled on."""
    number = parse_body(OfficeRefund, await read_body(request)).number
    try:
        digits = digits_of(number)
    except Malformed:
        return error_answer(422, "this is not a ticket number", "send its 20 digits")
    refused = await run_in_threadpool(centre_of(request).refund, station, digits)
    return json_answer(OfficeRefunded(number=digits, state="refunded")) if refused is None else _not_done(refused)


@CALLS.get("/v1/office/accounts", response_model=OfficeAccounts, responses=_ERRORS)
async def accounts(request: Request, station: Annotated[int, Depends(office)]) -> Response:
    """The station's money by device and method, and what of it does not come out even."""
    return json_answer(await run_in_threadpool(centre_of(request).accounts, station))


@CALLS.get("/v1/office/incidents", response_model=OfficeIncidents, responses=_ERRORS)
async def incidents(request: Request, station: Annotated[int, Depends(office)]) -> Response:
    """What should not have happened at this station and did, oldest first."""
    found = await run_in_threadpool(centre_of(request).incidents, station)
    told = tuple(
        OfficeIncident(kind=str(each.kind), subject=each.subject, body=dict(each.body), opened_at=each.opened_ms)
        for each in found
    )
    return json_answer(OfficeIncidents(incidents=told))


def _not_done(answer: NotDone) -> Response:
    return error_answer(answer.status, answer.what, answer.hint)
