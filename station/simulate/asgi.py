"""An asyncio event loop in virtual time, and a server on it that answers whole requests with a real ASGI application.

The loop runs on a strand of its node, so that what blocks it blocks it as in life. What asyncio or anyio would do in
other threads (`run_in_executor`, `to_thread`) is done at once: a call of the server is one moment of virtual time.
"""

import asyncio
import heapq
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass
from itertools import count
from math import ceil
from typing import Any, cast
from urllib.parse import urlsplit

import anyio.to_thread

from station.simulate.turns import Strand, Turns

App = Callable[..., Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it crosses the line."""

    method: str
    target: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer as it crosses the line."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


class VirtualLoop:
    """As much of an event loop as asyncio asks for and our servers use. It belongs to one strand, which is in `run`."""

    def __init__(self, turns: Turns, bug: Callable[[BaseException], None]) -> None:
        self._turns = turns
        self._bug = bug
        self._me = cast(asyncio.AbstractEventLoop, self)
        self._ready: deque[asyncio.Handle] = deque()
        self._timers: list[tuple[int, int, asyncio.TimerHandle]] = []
        self._counted = count()
        self._strand: Strand | None = None
        self._stopped = False
        self._dead = False
        self._tasks: list[asyncio.Task[Any]] = []

    def run(self) -> None:
        """On a strand: do what is due until `stop`."""
        self._strand = self._turns.strand()
        try:
            while not self._stopped:
                if self._ready or self._due():
                    self._run_ready()
                if not self._stopped:
                    self._strand.pause(self._idle_ms())
        finally:
            self._abandon()

    @property
    def over(self) -> bool:
        """Whether nothing runs here any more."""
        return self._dead

    def _abandon(self) -> None:
        """Let go of what will never be finished now, so that it does not wake up when it is thrown away."""
        self._dead = True
        self._ready.clear()
        self._timers.clear()
        for task in self._tasks:
            task._log_destroy_pending = False  # type: ignore[attr-defined]  # asyncio's own switch
            with suppress(BaseException):
                cast(Coroutine[Any, Any, Any], task.get_coro()).close()
        self._tasks.clear()

    def stop(self) -> None:
        """End `run`."""
        self._stopped = True
        self._wake()

    def _run_ready(self) -> None:
        asyncio._set_running_loop(self._me)
        try:
            while (self._ready or self._due()) and not self._stopped:
                handle = self._ready.popleft()
                if not handle.cancelled():
                    handle._run()
        finally:
            asyncio._set_running_loop(None)

    def _due(self) -> bool:
        now = self._turns.agenda.now
        while self._timers and (self._timers[0][0] <= now or self._timers[0][2].cancelled()):
            self._ready.append(heapq.heappop(self._timers)[2])
        return bool(self._ready)

    def _idle_ms(self) -> int | None:
        if not self._timers:
            return None
        return max(0, self._timers[0][0] - self._turns.agenda.now)

    def _wake(self) -> None:
        if self._strand is not None and self._turns.current is not self._strand:
            self._strand.wake()

    # ------------------------------------------------------------------ what asyncio asks for

    def time(self) -> float:
        """Virtual seconds."""
        return self._turns.agenda.now / 1000

    def call_soon(self, callback: Callable[..., object], *args: Any, context: Context | None = None) -> asyncio.Handle:
        """See asyncio."""
        handle = asyncio.Handle(callback, args, self._me, context)
        self._ready.append(handle)
        self._wake()
        return handle

    call_soon_threadsafe = call_soon

    def call_later(
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """See asyncio."""
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """See asyncio."""
        handle = asyncio.TimerHandle(when, callback, args, self._me, context)
        at = ceil(when * 1000)
        at += at / 1000 < when  # or whoever reckons with fractions would wake a moment before his time, for ever
        heapq.heappush(self._timers, (at, next(self._counted), handle))
        self._wake()
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """A cancelled one is dropped when its time comes."""

    def create_future(self) -> asyncio.Future[Any]:
        """See asyncio."""
        return asyncio.Future(loop=self._me)

    def create_task(self, coro: Any, *, name: str | None = None, context: Context | None = None) -> asyncio.Task[Any]:
        """See asyncio."""
        task = asyncio.Task(coro, loop=self._me, name=name, context=context)
        if len(self._tasks) >= 64:
            self._tasks = [each for each in self._tasks if not each.done()]
        self._tasks.append(task)
        return task

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # noqa: ARG002  asyncio's own signature
        """Do it now: the loop stands still meanwhile, which takes no virtual time."""
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future

    def is_running(self) -> bool:
        """See asyncio."""
        return True

    def is_closed(self) -> bool:
        """See asyncio."""
        return False

    def get_debug(self) -> bool:
        """See asyncio."""
        return False

    def call_exception_handler(self, context: Mapping[str, Any]) -> None:
        """What nobody else hears of is a fault of the server."""
        if self._dead:
            return
        error = context.get("exception")
        self._bug(error if isinstance(error, BaseException) else RuntimeError(str(context.get("message"))))


async def _at_once(function: Callable[..., Any], *args: Any, **_: Any) -> Any:
    """Instead of `anyio.to_thread.run_sync`."""
    return function(*args)


class Threadless:
    """While this lasts, what anyio would do in a thread is done at once."""

    def __enter__(self) -> None:
        """Begin."""
        self._real = anyio.to_thread.run_sync
        anyio.to_thread.run_sync = cast(Any, _at_once)

    def __exit__(self, *_: object) -> None:
        """End."""
        anyio.to_thread.run_sync = self._real


class Server:
    """An ASGI application that answers requests, started and stopped by its lifespan."""

    def __init__(self, app: App, loop: VirtualLoop) -> None:
        self._app = app
        self._loop = loop
        self._told: asyncio.Queue[dict[str, str]] | None = None
        self._closed: list[Callable[[], None]] = []

    def start(self, ready: Callable[[], None]) -> None:
        """Run the application's startup, then call `ready`."""
        self._loop.call_soon(lambda: self._loop.create_task(self._live(ready)))

    def stop(self, closed: Callable[[], None]) -> None:
        """Run the application's shutdown, then call `closed`."""

        def tell() -> None:
            assert self._told is not None
            self._closed.append(closed)
            self._told.put_nowait({"type": "lifespan.shutdown"})

        self._loop.call_soon(tell)

    async def _live(self, ready: Callable[[], None]) -> None:
        self._told = asyncio.Queue()
        self._told.put_nowait({"type": "lifespan.startup"})

        async def send(message: Mapping[str, Any]) -> None:
            match message["type"]:
                case "lifespan.startup.complete":
                    ready()
                case "lifespan.shutdown.complete":
                    for closed in self._closed:
                        closed()
                case _ if self._loop.over:
                    pass
                case other:
                    raise RuntimeError(f"the application says {other}: {message.get('message')}")

        await self._app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, self._told.get, send)

    def ask(self, asked: Asked, address: str, answered: Callable[[Answered], None]) -> None:
        """Answer one request, some time; the application hears nothing of whoever has gone away."""
        self._loop.call_soon(lambda: self._loop.create_task(self._answer(asked, address, answered)))

    async def _answer(self, asked: Asked, address: str, answered: Callable[[Answered], None]) -> None:
        parts = urlsplit(asked.target)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": asked.method,
            "scheme": "https",
            "path": parts.path,
            "raw_path": parts.path.encode("ascii"),
            "query_string": parts.query.encode("ascii"),
            "root_path": "",
            "headers": list(asked.headers),
            "client": (address, 40000),
            "server": ("centre", 443),
            "state": {},
        }
        waiting = [{"type": "http.request", "body": asked.body, "more_body": False}]
        status, body = 0, b""
        headers: tuple[tuple[bytes, bytes], ...] = ()

        async def receive() -> dict[str, Any]:
            if waiting:
                return waiting.pop()
            await self._loop.create_future()
            raise AssertionError("nobody goes away")

        async def send(message: Mapping[str, Any]) -> None:
            nonlocal status, headers, body
            if message["type"] == "http.response.start":
                status, headers = message["status"], tuple((bytes(n), bytes(v)) for n, v in message["headers"])
            else:
                body += message.get("body", b"")

        await self._app(scope, receive, send)
        answered(Answered(status=status, headers=headers, body=body))
