"""Hearing of changes at the centre as they are made: one question is always open, asked by a thread of its own.

The engine goes on as ever. As long as the question is open there is nothing to fetch; its answer is the next page, and
the engine, which is woken for it, applies it as one that it has fetched itself. When the question fails, or the centre
does not leave it open, the engine is woken too and asks as often as it would alone: nothing depends on this but time.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from sync.engine.backoff import Backoff
from sync.wire.pull import MAX_PAGE_RECORDS, PullAnswer
from tickets.errors import EnvironmentFault, PeerError

WAIT_S: Final = 15
"""How long the question is left open; a line that has died without a word is noticed soon after."""
_REST_S: Final = 0.25
"""Between an answer and the next question: at a busy station a page then brings several changes."""
_BUG_REST_S: Final = 5.0
_CLOSING_S: Final = 1.0

_log = logging.getLogger("waystation.sync")


class Asks(Protocol):
    """The way to the centre."""

    def pull(self, cursor: str, limit: int, wait: int = 0) -> PullAnswer:
        """Ask for changes, and wait so many seconds for the first. Raises LineDown, Refused, PeerError."""
        ...


class Waker:
    """Keeps the question open. `due`, `page_after` and `caught_up` are the engine's (`sync.engine.pulling.News`)."""

    def __init__(
        self,
        centre: Asks,
        wake: Callable[[], None],
        backoff: Backoff,
        *,
        wait_seconds: int = WAIT_S,
        rest_seconds: float = _REST_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`centre` is this thread's own connection; `wake` ends the engine's wait."""
        self._centre = centre
        self._wake = wake
        self._backoff = backoff
        self._wait_seconds = wait_seconds
        self._rest_seconds = rest_seconds
        self._clock = clock
        self._turn = threading.Condition()
        self._known: str | None = None
        self._open = False
        self._answer: tuple[str, PullAnswer] | None = None
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="waker", daemon=True)

    def start(self) -> None:
        """Begin; nothing is asked before the engine has caught up for the first time."""
        self._thread.start()

    def stop(self) -> bool:
        """End soon. An open question is not waited for: whether the thread has ended already is answered."""
        with self._turn:
            self._stopped = True
            self._turn.notify_all()
        if self._thread.ident is not None:
            self._thread.join(0 if self._open else _CLOSING_S)
        return not self._thread.is_alive()

    def due(self) -> bool:
        """Whether to fetch: not as long as the question is open."""
        return not self._open

    def page_after(self, cursor: str) -> PullAnswer | None:
        """The answer, if it is what follows `cursor`; handed out once."""
        with self._turn:
            answer, self._answer = self._answer, None
        return answer[1] if answer is not None and answer[0] == cursor else None

    def caught_up(self, cursor: str) -> None:
        """All up to `cursor` is in the cache: ask for what follows it."""
        with self._turn:
            self._known = cursor
            self._turn.notify_all()

    def ask(self) -> float:
        """Wait for the engine, then ask once and wake it; answers how many seconds to rest before the next question."""
        with self._turn:
            while self._known is None and not self._stopped:
                self._turn.wait()
            if self._known is None or self._stopped:
                return 0.0
            cursor, self._known = self._known, None
            self._open, self._answer = True, None
        try:
            return self._asked(cursor)
        finally:
            self._open = False
            self._wake()

    def _asked(self, cursor: str) -> float:
        began = self._clock()
        try:
            page = self._centre.pull(cursor, MAX_PAGE_RECORDS, self._wait_seconds)
        except (EnvironmentFault, PeerError):  # the engine asks itself now, and says what is wrong
            return self._backoff.failed()
        with self._turn:
            self._answer = (cursor, page)
        if not page.records and self._clock() - began < self._wait_seconds / 2:
            return self._backoff.failed()  # it does not leave a question open: do not ask in circles
        self._backoff.succeeded()
        return self._rest_seconds

    def _run(self) -> None:
        rest = 0.0
        while not self._resting(rest):
            try:
                rest = self.ask()
            except Exception:  # a bug of ours must not end the engine, which does without: told, and tried again
                _log.exception("waker.bug")
                rest = _BUG_REST_S

    def _resting(self, seconds: float) -> bool:
        with self._turn:
            return self._turn.wait_for(lambda: self._stopped, seconds)
