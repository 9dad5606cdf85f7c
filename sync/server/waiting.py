"""Calls that are left open until a station changes: one look at the database serves all of them, however many wait.

Nothing here depends on the database telling anybody: whoever waits is seen to by looking at the numbers of the latest
changes of just those stations, a few times a second, so that a change made by another process of the same centre is
noticed as well. A change made in this process rings, and is noticed at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Final

MAX_WAIT_S: Final = 25
"""How long a call is left open at most: less than proxies on the way usually allow."""
LOOK_EVERY_S: Final = 0.25
_APART_S: Final = 0.02
"""Two looks are at least so far apart, however often it rings."""

_log = logging.getLogger("waystation.centre")

Look = Callable[[Collection[int]], Mapping[int, int]]
"""Answers the number of the latest change of each of these stations. Called in a thread."""


class Waiting:
    """Everybody who waits for a station to change. Belongs to one event loop; any thread may `ring` and `end` it."""

    def __init__(self, look: Look, every: float = LOOK_EVERY_S) -> None:
        """Look at least `every` so many seconds while somebody waits."""
        self._look = look
        self._every = every
        self._waiters: dict[asyncio.Future[None], tuple[int, int]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bell = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None
        self._ended = False

    async def changed(self, station: int, known: int, seconds: float) -> None:
        """Return when the station's latest change is another than `known`, when `seconds` are over, or at the end."""
        if self._ended:
            return
        self._begin()
        mine = asyncio.get_running_loop().create_future()
        self._waiters[mine] = (station, known)
        try:
            async with asyncio.timeout(min(seconds, MAX_WAIT_S)):
                await mine
        except TimeoutError:
            return
        finally:
            del self._waiters[mine]

    def ring(self) -> None:
        """Something has changed somewhere: look at once."""
        loop = self._loop
        if loop is not None and self._waiters:
            with suppress(RuntimeError):  # the loop has just been closed: nobody waits any more
                loop.call_soon_threadsafe(self._bell.set)

    def end(self) -> None:
        """Let everybody go, and let nobody wait any more: the server is about to end."""
        self._ended = True
        self.ring()

    def _begin(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._bell, self._watching = loop, asyncio.Event(), None
        if self._watching is None or self._watching.done():
            self._watching = loop.create_task(self._watch())

    async def _watch(self) -> None:
        """Look while anybody waits."""
        while self._waiters:
            self._bell.clear()
            if self._ended:
                self._release({})
                return
            try:
                self._release(await asyncio.to_thread(self._look, {station for station, _ in self._waiters.values()}))
            except Exception:  # whoever waits asks the database himself in the end, and is told then
                _log.exception("waiting.look_failed")
                await asyncio.sleep(self._every)
            await asyncio.sleep(_APART_S)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._every):
                    await self._bell.wait()

    def _release(self, latest: Mapping[int, int]) -> None:
        """Let go of those whose station is at another change; a station that is not among them has gone."""
        for waiter, (station, known) in self._waiters.items():
            if not waiter.done() and latest.get(station) != known:
                waiter.set_result(None)
