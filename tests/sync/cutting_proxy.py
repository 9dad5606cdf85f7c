"""A TCP proxy that cuts transfers at a chosen place, like a line that dies in the middle of a sentence.

It knows just enough HTTP/1.1 to find where a request or an answer ends (a head, then Content-Length bytes).
"""

import socket
import socketserver
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum


class Cut(StrEnum):
    """Where a transfer is cut."""

    NOWHERE = "nowhere"
    BEFORE_REQUEST = "before the request"
    IN_REQUEST = "in the middle of the request"
    BEFORE_ANSWER = "after the centre has done it, before its answer"
    IN_ANSWER = "in the middle of the answer"


class Broken(Exception):
    """One side is gone."""


class CuttingProxy:
    """Passes requests on to `upstream`, one plan for each; counts what it cut, and requests that came through whole."""

    def __init__(self, upstream: tuple[str, int], plan: Callable[[bytes], Cut]) -> None:
        """`plan` is told the head of each request."""
        self._upstream = upstream
        self._plan = plan
        self._lock = threading.Lock()
        self.cuts: Counter[tuple[Cut, str]] = Counter()

    @property
    def count(self) -> int:
        """Transfers cut so far."""
        return sum(number for (cut, _), number in self.cuts.items() if cut is not Cut.NOWHERE)

    def converse(self, client: socket.socket) -> None:
        """Serve one connection until somebody has had enough."""
        with suppress(Broken, OSError), socket.create_connection(self._upstream) as centre:
            while self._one(client, centre):
                pass

    def _one(self, client: socket.socket, centre: socket.socket) -> bool:
        head, body = _read_message(client)
        cut = self._plan(head)
        path = head.split(b" ")[1].split(b"?")[0].decode()
        with self._lock:
            self.cuts[cut, path] += 1
        if cut is Cut.BEFORE_REQUEST:
            return False
        if cut is Cut.IN_REQUEST:
            whole = head + body
            at = len(head) + len(body) // 2 if body else len(head) // 2
            centre.sendall(whole[:at])
            return False
        centre.sendall(head + body)
        answer = b"".join(_read_message(centre))
        if cut is Cut.BEFORE_ANSWER:
            return False
        if cut is Cut.IN_ANSWER:
            client.sendall(answer[: len(answer) * 2 // 3])
            return False
        client.sendall(answer)
        return True

    @contextmanager
    def running(self) -> Iterator[str]:
        """Listen on a free port, and answer the URL."""
        proxy = self

        class Connection(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                proxy.converse(self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False

        with Server(("127.0.0.1", 0), Connection) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_address[1]}"
            finally:
                server.shutdown()
                thread.join()


def _read_message(source: socket.socket) -> tuple[bytes, bytes]:
    data = bytearray()
    while b"\r\n\r\n" not in data:
        data += _some(source)
    head, _, body = bytes(data).partition(b"\r\n\r\n")
    head += b"\r\n\r\n"
    length = 0
    for line in head.lower().split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"content-length":
            length = int(value)
        assert name != b"transfer-encoding", "this proxy only knows Content-Length"
    while len(body) < length:
        body += _some(source)
    return head, body


def _some(source: socket.socket) -> bytes:
    data = source.recv(65_536)
    if not data:
        raise Broken
    return data
