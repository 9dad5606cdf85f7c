"""The centre over HTTP: the calls of `sync.wire`, nothing more. Every refusal is {"what", "hint"} and quotes no input.

A device's request is believed by its signature (RFC 9421) before its body is parsed. Its creation time must be
within five minutes of the centre's: a captured request must not read a station's records later.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from importlib.metadata import version
from typing import Annotated, Any, Final

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from sync.server.callers import Signed, office_of, reporting_by
from sync.server.centre import Centre, Refusal
from sync.server.database_away import add_database_answers
from sync.server.digest_calls import add_digest_calls
from sync.server.forward_calls import add_forward_calls
from sync.server.money_calls import add_money_calls, add_sandbox_calls
from sync.server.office import NotDone, Sold, digits_of
from sync.server.places.calls import add_places_calls
from sync.server.protocols import Protocols
from sync.server.publishing import publish
from sync.server.pull_calls import add_pull_calls
from sync.server.renew_calls import add_renew_calls
from sync.server.requests import (
    add_error_answers,
    error_answer,
    json_answer,
    parse_body,
    read_body,
    takes,
)
from sync.server.settings import Settings
from sync.server.snapshot_calls import add_snapshot_calls
from sync.server.waiting import Waiting
from sync.server.web_calls import add_web_pages
from sync.wire import (
    OLDEST_PROTOCOL,
    PROTOCOL,
    EnrolAnswer,
    EnrolRequest,
    ErrorAnswer,
    HealthAnswer,
    OfficeIncident,
    OfficeIncidents,
    OfficeRefund,
    OfficeRefunded,
    OfficeSale,
    OfficeSold,
    PushAnswer,
    PushBatch,
    TimeAnswer,
    TimeRequest,
)
from sync.wire_money import OfficeAccounts
from tickets.errors import Malformed

UPKEPT_AT_ONCE: Final = 100
"""Stations that are looked after in one go, some 20 ms each: of a thousand each has its turn every five minutes."""

_log = logging.getLogger("waystation.centre")


def _refusal(refusal: Refusal | NotDone) -> JSONResponse:
    headers = {"Retry-After": "60"} if refusal.status == 429 else None
    expected = refusal.expected_seq if isinstance(refusal, Refusal) else None
    return error_answer(refusal.status, refusal.what, refusal.hint, expected, headers)


def create_app(settings: Settings) -> FastAPI:
    """The centre of a directory as an ASGI application; it closes its database at shutdown (`app.state.centre`).

    `app.state.waiting` holds the calls that are left open; whoever stops the server ends it first.
    """
    centre = Centre.open(settings)
    waiting = Waiting(centre.latest_changes)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        works: list[Callable[[], None]] = [partial(centre.upkeep, UPKEPT_AT_ONCE), centre.payments.look_after_open_ones]
        if settings.tls is not None:
            works.append(settings.tls.renew)
        upkeep = [asyncio.create_task(_keep_up(work, settings.upkeep_seconds)) for work in works]
        try:
            yield
        finally:
            for task in upkeep:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            await run_in_threadpool(centre.close)

    app = FastAPI(title="Waystation centre", version=version("waystation"), lifespan=lifespan)
    app.state.centre = centre
    app.state.waiting = waiting
    app.add_middleware(Protocols, oldest=OLDEST_PROTOCOL, newest=PROTOCOL)
    add_error_answers(app, "the centre")
    add_database_answers(app, settings.clock)
    _add_terminal_calls(app, centre)
    add_pull_calls(app, centre, waiting)
    add_snapshot_calls(app, centre)
    add_digest_calls(app, centre)
    add_forward_calls(app, centre)
    add_renew_calls(app, centre)
    _add_office_calls(app, centre)
    add_money_calls(app, centre)
    add_places_calls(app, centre)
    add_web_pages(app, centre)
    if centre.sandbox is not None:
        add_sandbox_calls(app, centre, centre.sandbox)
    publish(app)
    return app


async def _keep_up(work: Callable[[], None], seconds: float) -> None:
    """Look after everything now and then. What goes wrong is told and tried again: requests go on meanwhile."""
    while seconds > 0:
        try:
            await run_in_threadpool(work)
        except Exception:
            _log.exception("upkeep.failed")
        await asyncio.sleep(seconds)


def _add_terminal_calls(app: FastAPI, centre: Centre) -> None:
    reporting = reporting_by(centre)
    errors: dict[int | str, dict[str, Any]] = {
        status: {"model": ErrorAnswer} for status in (400, 401, 403, 409, 410, 413, 422, 429)
    }

    @app.get("/v1/health", response_model=HealthAnswer)
    async def health() -> Response:
        """The centre is there."""
        return json_answer(HealthAnswer(ok=True, version=app.version, protocols=(OLDEST_PROTOCOL, PROTOCOL)))

    @app.post("/v1/time", response_model=TimeAnswer, responses=errors, openapi_extra=takes(TimeRequest))
    async def time(request: Request) -> Response:
        """The centre's time, signed for the caller's nonce."""
        asked = parse_body(TimeRequest, await read_body(request))
        return json_answer(TimeAnswer(token=centre.time(asked.nonce)))

    @app.post("/v1/enrol", response_model=EnrolAnswer, responses=errors, openapi_extra=takes(EnrolRequest))
    async def enrol(request: Request) -> Response:
        """Enrol a device that proves a one-time code."""
        asked = parse_body(EnrolRequest, await read_body(request))
        address = request.client.host if request.client else "unknown"
        answer = await run_in_threadpool(centre.enrol, asked, address)
        return _refusal(answer) if isinstance(answer, Refusal) else json_answer(answer)

    @app.post("/v1/sync/push", response_model=PushAnswer, responses=errors, openapi_extra=takes(PushBatch))
    async def push(said: Annotated[Signed, Depends(reporting)]) -> Response:
        """Keep a batch of the device's journal; the same batch gets the same answer for ever."""
        batch = parse_body(PushBatch, said.body)
        if not OLDEST_PROTOCOL <= batch.protocol <= PROTOCOL:
            hint = f"speak protocol {OLDEST_PROTOCOL} to {PROTOCOL}"
            return error_answer(400, f"protocol {batch.protocol} is not spoken here", hint)
        answer = await run_in_threadpool(centre.push, said.device, batch)
        return _refusal(answer) if isinstance(answer, Refusal) else json_answer(answer)


def _add_office_calls(app: FastAPI, centre: Centre) -> None:
    office = office_of(centre)
    errors: dict[int | str, dict[str, Any]] = {status: {"model": ErrorAnswer} for status in (401, 404, 409, 413, 422)}

    @app.post("/v1/office/sales", response_model=OfficeSold, responses=errors, openapi_extra=takes(OfficeSale))
    async def sell(request: Request, station: Annotated[int, Depends(office)]) -> Response:
        """Sell a place of the web's own; the same sale id gets the same ticket."""
        sale = parse_body(OfficeSale, await read_body(request))
        answer = await run_in_threadpool(centre.sell, station, sale)
        if isinstance(answer, Sold):
            return json_answer(OfficeSold(number=answer.number, code=answer.code, order_code=answer.order_code))
        return _refusal(answer)

    @app.post("/v1/office/refunds", response_model=OfficeRefunded, responses=errors, openapi_extra=takes(OfficeRefund))
    async def refund(request: Request, station: Annotated[int, Depends(office)]) -> Response:
        """Refund a ticket that nobody has travelled on."""
        number = parse_body(OfficeRefund, await read_body(request)).number
        try:
            digits = digits_of(number)
        except Malformed:
            return error_answer(422, "this is not a ticket number", "send its 20 digits")
        refused = await run_in_threadpool(centre.refund, station, digits)
        return json_answer(OfficeRefunded(number=digits, state="refunded")) if refused is None else _refusal(refused)

    @app.get("/v1/office/accounts", response_model=OfficeAccounts, responses=errors)
    async def accounts(station: Annotated[int, Depends(office)]) -> Response:
        """The station's money by device and method, and what of it does not come out even."""
        return json_answer(await run_in_threadpool(centre.accounts, station))

    @app.get("/v1/office/incidents", response_model=OfficeIncidents, responses=errors)
    async def incidents(station: Annotated[int, Depends(office)]) -> Response:
        """What should not have happened at this station and did, oldest first."""
        found = await run_in_threadpool(centre.incidents, station)
        told = tuple(
            OfficeIncident(kind=str(each.kind), subject=each.subject, body=dict(each.body), opened_at=each.opened_ms)
            for each in found
        )
        return json_answer(OfficeIncidents(incidents=told))
