"""A TCP server that does one wrong thing to whoever asks it."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Conduct = Callable[[socket.socket, threading.Event], None]
"""What is done with one connection; the event is set when the test is over."""


@contextmanager
def bad_server(conduct: Conduct) -> Iterator[str]:
    """Serve on a free port; answers the URL."""
    over = threading.Event()
    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            while not over.is_set():
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                thread = threading.Thread(target=serve, args=(connection,), daemon=True)
                threads.append(thread)
                thread.start()

        def serve(connection: socket.socket) -> None:
            with connection:
                try:
                    conduct(connection, over)
                except OSError:
                    return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            over.set()
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()
    for each in threads:
        each.join(2)


def silent(connection: socket.socket, over: threading.Event) -> None:
    over.wait()


def closing(connection: socket.socket, over: threading.Event) -> None:
    connection.recv(65536)


def dripping(connection: socket.socket, over: threading.Event) -> None:
    """One byte each 20 ms, so that no single wait is ever long."""
    connection.recv(65536)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b" " * 100_000:
        if over.wait(0.02):
            return
        connection.sendall(bytes([byte]))


def saying(data: bytes) -> Conduct:
    """Answer each request with these bytes."""

    def conduct(connection: socket.socket, over: threading.Event) -> None:
        while connection.recv(65536):
            connection.sendall(data)

    return conduct


def http(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body
