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
from typing import Final

from anyio import CapacityLimiter
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from sync.server import (
    digest_calls,
    forward_calls,
    money_calls,
    office_calls,
    pull_calls,
    renew_calls,
    snapshot_calls,
    terminal_calls,
    web_calls,
)
from sync.server.centre import Centre
from sync.server.database_away import add_database_answers
from sync.server.places import calls as places_calls
from sync.server.protocols import Protocols
from sync.server.publishing import publish
from sync.server.requests import (
    add_error_answers,
)
from sync.server.settings import Settings
from sync.server.waiting import Waiting
from sync.wire.types import OLDEST_PROTOCOL, PROTOCOL

UPKEPT_AT_ONCE: Final = 100
"""Stations that are looked after in one go, some 20 ms each: of a thousand each has its turn every five minutes."""

_CALLS: Final = tuple(
    route
    for each in (
        terminal_calls,
        pull_calls,
        snapshot_calls,
        digest_calls,
        forward_calls,
        renew_calls,
        office_calls,
        money_calls,
        places_calls,
        web_calls,
    )
    for route in each.CALLS.routes
)
"""What every centre serves. It is made once for all applications of a process, which would each be slow to make."""

_log = logging.getLogger("waystation.centre")


def create_app(settings: Settings) -> FastAPI:
    """The centre of a directory as an ASGI application; it closes its database at shutdown (`app.state.centre`).

    `app.state.waiting` holds the calls that are left open; whoever stops the server ends it first.
    """
    centre = Centre.open(settings)
    waiting = Waiting(centre.latest_changes)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        works: list[Callable[[], None]] = [
            partial(centre.stations.upkeep, UPKEPT_AT_ONCE),
            centre.payments.look_after_open_ones,
        ]
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

    played = () if centre.sandbox is None else money_calls.SANDBOX_CALLS.routes
    app = FastAPI(
        title="Waystation centre",
        version=version("waystation"),
        lifespan=lifespan,
        routes=[*_CALLS, *played],
    )
    app.state.centre = centre
    app.state.waiting = waiting
    app.state.paying = CapacityLimiter(money_calls.AT_ONCE)
    centre.house.on_change = waiting.ring
    app.add_middleware(Protocols, oldest=OLDEST_PROTOCOL, newest=PROTOCOL)
    add_error_answers(app, "the centre")
    add_database_answers(app, settings.clock)
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
