"""What is answered while the database does not: later. Nothing was done, and terminals come back by themselves."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from sync.server.requests import error_answer

AWAY: Final = (OperationalError, InterfaceError, NoConnectionLeft)
"""What is raised where the database cannot be reached, is full or has no connection left."""
_TOLD_EVERY: Final = timedelta(minutes=1)
_AGAIN_S: Final = 5

_log = logging.getLogger("waystation.centre")


def add_database_answers(app: FastAPI, now: Callable[[], datetime]) -> None:
    """Answer 503 where the database cannot be reached, is full or has no connection left; log it once a minute."""
    told: list[datetime] = []

    async def away(_: Request, error: Exception) -> JSONResponse:
        if not told or now() - told[-1] >= _TOLD_EVERY:
            told[:] = [now()]
            cause = error.orig if isinstance(error, DBAPIError) else error
            _log.error("database.away error=%s sqlstate=%s", type(cause).__name__, getattr(cause, "sqlstate", None))
        return error_answer(
            503,
            "the centre's database does not answer",
            f"ask again in {_AGAIN_S} seconds",
            headers={"Retry-After": str(_AGAIN_S)},
        )

    for kind in AWAY:
        app.add_exception_handler(kind, away)
