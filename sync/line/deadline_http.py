"""One HTTP/1.1 connection on which an exchange ends by a deadline, whatever the other side does or leaves undone.

Time-outs of HTTP libraries count anew with each byte that trickles in. Here every wait is for what is left until the
deadline. Only what a relay needs is understood: a status, headers, and a body whose length is told.
"""

import select
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from tickets.errors import EnvironmentFault

MAX_HEAD_BYTES = 16 * 1024
MAX_BODY_BYTES = 4 * 1024 * 1024
_CHUNK = 64 * 1024
_CONNECT_S = 2.0
_SOCKET_OPTIONS = (
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 2),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 2),
)
"""A peer whose machine has lost its power is noticed within 4 s, also while a question to it is left open."""


class NoAnswer(EnvironmentFault):
    """Nothing that is HTTP came in time. It says nothing about whether the request was carried out."""

    def __init__(self, what: str) -> None:
        super().__init__(what, "It is asked again with the next question; check the relay and the network in between.")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """Status, headers by lower-case name (the last of a name counts), body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Gone(Exception):
    """The other side closed a connection that was open before: it may have been idle for too long for it."""


class DeadlineConnection:
    """Keeps one connection to `host`:`port` open between exchanges. Belongs to one thread.

    Looking up a host name cannot be cut short: name the relay by its address, or leave this to a thread of its own.
    """

    def __init__(self, host: str, port: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._address = (host, port)
        self._host = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._clock = clock
        self._socket: socket.socket | None = None
        self._cut = False

    @classmethod
    def to(cls, url: str, clock: Callable[[], float] = time.monotonic) -> Self:
        """The connection to http://HOST:PORT; ValueError for any other address."""
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname is None:
            raise ValueError("a relay's address is http://HOST:PORT")
        return cls(parts.hostname, parts.port or 80, clock)

    def exchange(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, deadline: float
    ) -> HttpAnswer:
        """Send a request and read its answer before `deadline` (by the clock given), or raise NoAnswer.

        A kept connection that turns out to be closed is replaced once: repeat only what may be repeated.
        """
        lines = [f"{method} {target} HTTP/1.1", f"host: {self._host}", f"content-length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        request = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body
        try:
            fresh = self._stale()
            try:
                return self._once(request, deadline)
            except _Gone:
                if fresh:
                    raise NoAnswer("The relay closed the connection without an answer") from None
                self.close()
                return self._once(request, deadline)
        except TimeoutError:
            self.close()
            raise NoAnswer("The relay did not answer in time") from None
        except OSError as error:
            self.close()
            raise NoAnswer(f"The relay cannot be reached ({error.strerror or type(error).__name__})") from error
        except (_Gone, NoAnswer) as error:
            self.close()
            if isinstance(error, NoAnswer):
                raise
            raise NoAnswer("The relay closed the connection without an answer") from None

    def cut(self) -> None:
        """End it for good, from any thread: an exchange that is under way raises NoAnswer at once, and so do others."""
        self._cut = True
        kept = self._socket
        if kept is not None:
            with suppress(OSError):  # it was closed in this moment
                kept.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection; the next exchange opens another."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _stale(self) -> bool:
        """Let go of a connection on which something came that nobody asked for: mostly its end. True: none is kept."""
        if self._socket is not None:
            something = select.poll()
            something.register(self._socket, select.POLLIN)
            if something.poll(0):
                self.close()
        return self._socket is None

    def _once(self, request: bytes, deadline: float) -> HttpAnswer:
        if self._cut:
            raise NoAnswer("The connection to the relay was ended here")
        if self._socket is None:
            self._socket = socket.create_connection(self._address, min(_CONNECT_S, self._left(deadline)))
            for level, option, value in _SOCKET_OPTIONS:
                self._socket.setsockopt(level, option, value)
        self._socket.settimeout(self._left(deadline))
        try:
            self._socket.sendall(request)
            return self._read(self._socket, deadline)
        except (ConnectionResetError, BrokenPipeError):
            raise _Gone from None

    def _read(self, connection: socket.socket, deadline: float) -> HttpAnswer:
        got = bytearray()
        while (end := got.find(b"\r\n\r\n")) < 0:
            if len(got) > MAX_HEAD_BYTES:
                raise NoAnswer("Something that is not a relay answered")
            self._more(connection, got, deadline)
        status, headers = _head(bytes(got[:end]))
        length = headers.get("content-length", "")
        if not (length.isascii() and length.isdecimal() and len(length) < 9 and int(length) <= MAX_BODY_BYTES):
            raise NoAnswer("The relay's answer does not say how long it is, or is too long")
        body = got[end + 4 :]
        while len(body) < int(length):
            self._more(connection, body, deadline)
        if len(body) > int(length) or headers.get("connection", "").lower() == "close":
            self.close()
        return HttpAnswer(status=status, headers=headers, body=bytes(body[: int(length)]))

    def _more(self, connection: socket.socket, got: bytearray, deadline: float) -> None:
        connection.settimeout(self._left(deadline))
        # a server that writes head and body apart waits for our acknowledgement in between, which would take 40 ms
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        data = connection.recv(_CHUNK)
        if not data:
            if got:
                raise NoAnswer("The relay broke off in the middle of its answer")
            raise _Gone
        got += data

    def _left(self, deadline: float) -> float:
        left = deadline - self._clock()
        if left <= 0:
            raise TimeoutError
        return left


def _head(head: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = head.split(b"\r\n")
    version, _, rest = first.partition(b" ")
    status = rest[:3]
    if version not in (b"HTTP/1.1", b"HTTP/1.0") or not status.isdigit():
        raise NoAnswer("Something that is not a relay answered")
    headers = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not name or name != name.strip():
            raise NoAnswer("Something that is not a relay answered")
        headers[name.decode("latin-1").lower()] = value.strip().decode("latin-1")
    if version == b"HTTP/1.0":
        headers.setdefault("connection", "close")
    return int(status), headers
