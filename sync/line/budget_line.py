"""One HTTP connection on which a whole exchange ends within its budget, over TLS or not, however slowly bytes come.

Time-outs of HTTP libraries count anew with each byte that trickles in. Here every wait of the library's own is cut to
what is left of the budget. Looking up a host name cannot be cut short.
"""

import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import httpcore

MAX_ANSWER_BYTES: Final = 4 * 1024 * 1024
"""The largest answer that is read."""


class NoAnswerInTime(Exception):
    """Nothing that is HTTP came within the budget. It says nothing about whether the request was carried out."""


class _Budget:
    """Until when the exchange under way may go on."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.deadline = 0.0

    def cut(self, timeout: float | None, error: type[Exception]) -> float:
        """What is left, at most `timeout`; `error` when nothing is."""
        left = self.deadline - self._clock()
        if left <= 0:
            raise error("no answer in time")
        return left if timeout is None else min(left, timeout)


class BudgetLine:
    """Keeps one connection to http(s)://HOST[:PORT] open between exchanges. Threads take turns."""

    def __init__(
        self, url: str, clock: Callable[[], float] = time.monotonic, tls: ssl.SSLContext | None = None
    ) -> None:
        """`clock` counts seconds; `tls` is for https, instead of the machine's own authorities. ValueError for another
        kind of address.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or parts.hostname is None:
            raise ValueError("a centre's address is http://HOST:PORT or https://HOST")
        self._url = url.rstrip("/")
        self._clock = clock
        self._budget = _Budget(clock)
        self._pool = httpcore.ConnectionPool(
            tls, max_connections=1, keepalive_expiry=60.0, network_backend=_Backend(self._budget)
        )
        self._turn = threading.Lock()

    def exchange(
        self, method: str, target: str, headers: Mapping[str, str], content: bytes, budget_s: float
    ) -> tuple[int, dict[str, str], bytes]:
        """Send a request and read its answer (status, headers by lower-case name, body) within `budget_s` seconds, or
        raise NoAnswerInTime. A kept connection that turns out to be closed is replaced once: repeat only what may be.
        """
        deadline = self._clock() + budget_s
        if not self._turn.acquire(timeout=max(0.0, budget_s)):
            raise NoAnswerInTime("an earlier call is still on its way")
        try:
            self._budget.deadline = deadline
            try:
                return self._once(method, target, headers, content)
            except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError):
                return self._once(method, target, headers, content)
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
            raise NoAnswerInTime(type(error).__name__) from error
        finally:
            self._turn.release()

    def close(self) -> None:
        """Close the connection; the next exchange opens another."""
        with self._turn:
            self._pool.close()

    def _once(
        self, method: str, target: str, headers: Mapping[str, str], content: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        with self._pool.stream(method, self._url + target, headers=[*headers.items()], content=content) as response:
            body = bytearray()
            for chunk in response.iter_stream():
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    raise httpcore.RemoteProtocolError("the answer is too long")
            told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            return response.status, told, bytes(body)


class _Backend(httpcore.NetworkBackend):
    """The library's own sockets, with every wait cut to the budget."""

    def __init__(self, budget: _Budget) -> None:
        self._sockets = httpcore.SyncBackend()
        self._budget = budget

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = self._budget.cut(timeout, httpcore.ConnectTimeout)
        return _Stream(self._sockets.connect_tcp(host, port, left, local_address, socket_options), self._budget)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, budget: _Budget) -> None:
        self._stream = stream
        self._budget = budget

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._budget.cut(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._budget.cut(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._budget.cut(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._budget)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
