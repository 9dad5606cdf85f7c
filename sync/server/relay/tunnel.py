"""A way to the centre through the relay's terminal, for devices of the station that have none of their own.

A tunnel (HTTP CONNECT, RFC 9110 §9.3.6) that leads to the centre, whatever address is asked for: a centre may be called
otherwise in another network. What goes through it is the device's own TLS with the centre that it has pinned: the
relay's terminal can neither read nor change it, and there is nothing to sign anew. So pages, snapshots, signed time and
receipts are what they would be on a line of the device's own.

It belongs to the terminal's sync process, not to the relay: no claim waits for anybody's download.
"""

import asyncio
import logging
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_log = logging.getLogger("waystation.relay")

MOST: Final = 64
"""Tunnels open at once: two connections for each of a large station's devices, and some to spare."""
HEAD_S: Final = 10.0
"""Time for the request, and for the centre to answer the call."""
IDLE_S: Final = 120.0
"""A tunnel through which nothing has come for so long is closed; a question that is left open takes 25 s at most."""
_MOST_HEAD: Final = 4096
_CHUNK: Final = 64 * 1024
_CLOSING_S: Final = 2.0


def authority_of(url: str) -> tuple[str, int]:
    """Host and port that an https:// address leads to; ValueError for any other address."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise ValueError("only https:// leads through a tunnel")
    return parts.hostname, parts.port or 443


class Tunnel:
    """Lets whoever connects through to `centre`, on a thread and an event loop of its own."""

    def __init__(self, listener: socket.socket, centre: tuple[str, int]) -> None:
        """`listener` is bound and listens; it is closed at the end."""
        self._listener = listener
        self._centre = centre
        self._open: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tunnel", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()
        self._ready.wait(_CLOSING_S)

    def stop(self) -> None:
        """Close what is open, and end."""
        if self._loop is not None and self._end is not None:
            with suppress(RuntimeError):  # it has ended by itself
                self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(_CLOSING_S)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception:  # devices lose their detour; what the terminal itself does goes on
            _log.exception("tunnel.bug")

    async def _serve(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._accept, sock=self._listener, limit=_MOST_HEAD)
        self._ready.set()
        try:
            await self._end.wait()
        finally:
            server.close()
            for task in self._open:
                task.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            await self._let_through(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass  # it broke off, or this process ends: the device asks again
        finally:
            self._open.discard(task)
            writer.close()

    async def _let_through(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(HEAD_S):
                head = await reader.readuntil(b"\r\n\r\n")
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return
        way = await self._way(head)
        if isinstance(way, _Refusal):
            answer = f"HTTP/1.1 {way.status} {way.reason}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            writer.write(answer.encode("ascii"))
            await writer.drain()
            return
        there, onward = way
        try:
            writer.write(b"HTTP/1.1 200 Connection Established\r\n\r\n")
            await asyncio.gather(_pump(reader, onward), _pump(there, writer))
        finally:
            onward.close()

    async def _way(self, head: bytes) -> "tuple[asyncio.StreamReader, asyncio.StreamWriter] | _Refusal":
        """A connection to the centre, or why there is none."""
        if not head.startswith(b"CONNECT "):
            return _Refusal(400, "Bad Request")
        if len(self._open) > MOST:
            return _Refusal(503, "Service Unavailable")
        try:
            async with asyncio.timeout(HEAD_S):
                return await asyncio.open_connection(*self._centre)
        except (OSError, TimeoutError):
            return _Refusal(502, "Bad Gateway")


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why nobody is let through: status and reason of the answer."""

    status: int
    reason: str


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Carry bytes until the source ends; then the other direction may go on for a while."""
    try:
        while True:
            async with asyncio.timeout(IDLE_S):
                data = await source.read(_CHUNK)
            if not data:
                break
            sink.write(data)
            await sink.drain()
    except TimeoutError:
        sink.close()
        return
    if sink.can_write_eof():
        sink.write_eof()
