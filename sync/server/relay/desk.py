"""The one thread that writes the relay's file. Claims go first, several of them in one commit; nobody holds them up.

What is asked of it is a function of the ledger; whoever asks awaits its result on the event loop. A long piece of work
comes in slices (`journals.AT_ONCE`), and claims that arrived meanwhile are answered between two of them.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sync.server.relay.arbiter import Claim
from sync.server.relay.ledger import Ledger
from sync.wire.relay import ClaimAnswer

T = TypeVar("T")
Answering = Callable[[Ledger, Sequence[Claim]], list[ClaimAnswer]]

MOST_CLAIMS: Final = 32
"""Claims that share one commit."""


@dataclass(frozen=True, slots=True)
class _Asked:
    job: Any
    future: "asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop

    def settle(self, result: object) -> None:
        self.loop.call_soon_threadsafe(self._set, result, None)

    def fail(self, error: BaseException) -> None:
        self.loop.call_soon_threadsafe(self._set, None, error)

    def _set(self, result: object, error: BaseException | None) -> None:
        if self.future.done():  # whoever asked has gone away; what was done stays done
            return
        if error is not None:
            self.future.set_exception(error)
        else:
            self.future.set_result(result)


class Desk:
    """A thread with the open ledger. `close` finishes what was asked before it, and then ends the thread."""

    def __init__(self, opened: Callable[[], Ledger], closed: Callable[[Ledger], None], answering: Answering) -> None:
        """`opened` opens the ledger on the desk's own thread, and `closed` closes it there.

        Raises whatever `opened` raises.
        """
        self._closed = closed
        self._answering = answering
        self._changed: Callable[[], None] = lambda: None
        self._claims: deque[_Asked] = deque()
        self._others: deque[_Asked] = deque()
        self._ready = threading.Condition()
        self._closing = False
        self._opened = opened
        self._problem: BaseException | None = None
        self._ledger: Ledger | None = None
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), name="desk", daemon=True)
        self._thread.start()
        started.wait()
        if self._problem is not None:
            raise self._problem

    def on_change(self, changed: Callable[[], None]) -> None:
        """Call `changed`, on the desk's thread, whenever the feed has grown."""
        self._changed = changed

    async def claim(self, claim: Claim) -> ClaimAnswer:
        """Answer a claim; it is on the disk by then if it was granted."""
        answer = await self._ask(self._claims, claim)
        assert isinstance(answer, ClaimAnswer)
        return answer

    async def do(self, job: Callable[[Ledger], T]) -> T:
        """Do `job` with the ledger, after all claims that are waiting."""
        done: T = await self._ask(self._others, job)
        return done

    def close(self) -> None:
        """Finish, and close the files; closing again does nothing."""
        with self._ready:
            self._closing = True
            self._ready.notify()
        self._thread.join()

    async def _ask(self, queue: deque[_Asked], job: object) -> Any:
        loop = asyncio.get_running_loop()
        asked = _Asked(job, loop.create_future(), loop)
        with self._ready:
            if self._closing:
                raise RuntimeError("the desk is closed")
            queue.append(asked)
            self._ready.notify()
        return await asked.future

    def _run(self, started: threading.Event) -> None:
        try:
            self._ledger = self._opened()
        except BaseException as error:
            self._problem = error
            return
        finally:
            started.set()
        try:
            while (claims := self._next()) is not None:
                before = self._ledger.position
                self._work(self._ledger, claims)
                if self._ledger.position != before:
                    self._changed()
        finally:
            self._closed(self._ledger)

    def _next(self) -> list[_Asked] | None:
        """Claims to answer together; an empty list when it is another job's turn; None when there is no more to do."""
        with self._ready:
            while not (self._claims or self._others or self._closing):
                self._ready.wait()
            if self._claims:
                return [self._claims.popleft() for _ in range(min(len(self._claims), MOST_CLAIMS))]
            return [] if self._others else None

    def _work(self, ledger: Ledger, claims: list[_Asked]) -> None:
        if claims:
            try:
                answers = self._answering(ledger, [asked.job for asked in claims])
            except Exception as error:
                if len(claims) == 1:
                    claims[0].fail(error)
                    return
                for asked in claims:  # what is wrong with one must not keep the others at the barrier
                    self._work(ledger, [asked])
            else:
                for asked, answer in zip(claims, answers, strict=True):
                    asked.settle(answer)
            return
        asked = self._others.popleft()
        try:
            asked.settle(asked.job(ledger))
        except Exception as error:
            asked.fail(error)
