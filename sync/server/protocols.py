"""Which protocols a centre serves: its own and the one before, so that stations need not be updated in one night.

A terminal says in the header `Sync-Protocol` which it speaks. One that is not served is answered with 426 and the
range that is, before anything else is looked at; whoever says nothing (a browser, an office) is not asked.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync.server.requests import error_answer

HEADER: Final = "Sync-Protocol"
_CALLS: Final = "/v1/"


class Protocols:
    """Refuses requests in a protocol that is not served, and says in every answer which is the newest that is."""

    def __init__(self, app: ASGIApp, oldest: int, newest: int) -> None:
        """Serve `oldest` to `newest`, both included."""
        self._app = app
        self._oldest = oldest
        self._newest = newest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request (ASGI)."""
        if scope["type"] != "http" or not scope["path"].startswith(_CALLS):
            await self._app(scope, receive, send)
            return

        async def say_which(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = str(self._newest)
            await send(message)

        if self._is_served(Headers(scope=scope).get(HEADER)):
            await self._app(scope, receive, say_which)
            return
        answer = error_answer(
            426,
            "this protocol is not spoken here",
            f"speak {self._oldest} to {self._newest}: update the older of terminal and centre",
            headers={"Upgrade": ", ".join(f"Waystation-Sync/{n}" for n in range(self._oldest, self._newest + 1))},
            protocols=(self._oldest, self._newest),
        )
        await answer(scope, receive, say_which)

    def _is_served(self, spoken: str | None) -> bool:
        if spoken is None:
            return True
        said = spoken.strip()
        return said.isascii() and said.isdigit() and len(said) < 6 and self._oldest <= int(said) <= self._newest
