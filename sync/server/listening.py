"""A server as a process of its own: it listens, says so, and ends without a word when it is asked to."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn

from tickets.errors import EnvironmentFault

_STOP: Final = (signal.SIGTERM, signal.SIGINT)


class ListeningServer(uvicorn.Server):
    """A server that tells when it is really listening, and when it is about to stop."""

    def __init__(
        self, config: uvicorn.Config, ready: Callable[[], None], stopping: Callable[[], None] = lambda: None
    ) -> None:
        """`ready` is called once requests are answered, `stopping` before it waits for those that are under way."""
        super().__init__(config)
        self._ready = ready
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets=sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say so, then stop."""
        self._stopping()
        await super().shutdown(sockets=sockets)


def listener_at(host: str, port: int) -> socket.socket:
    """A socket that listens there. EnvironmentFault when that cannot be.

    What it accepts sends at once (TCP_NODELAY): an answer's body must not wait for the acknowledgement of its head,
    which a caller on a connection that it keeps open delays by 40 ms. The event loop would see to it for a socket that
    says that it is TCP; one made by `create_server` does not.
    """
    try:
        listener = socket.create_server((host, port), backlog=256)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except OSError as error:
        raise EnvironmentFault(
            f"{host}:{port} cannot be listened on", error.strerror or "choose another port"
        ) from error


@contextmanager
def signals_end_quietly() -> Iterator[None]:
    """The server stops on a signal and then raises it once more for whoever handled it before: let that be nobody."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda *_: None) for number in _STOP}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
