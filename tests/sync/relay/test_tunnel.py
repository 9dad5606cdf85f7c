"""The tunnel through the relay's terminal: bytes both ways to the centre and nowhere else, and an end without delay."""

import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from sync.server.relay import tunnel as tunnelling
from sync.server.relay.tunnel import Tunnel, authority_of


class Echo(socketserver.BaseRequestHandler):
    """Says what it hears, in capitals."""

    def handle(self) -> None:
        with suppress(OSError):
            while data := self.request.recv(65536):
                self.request.sendall(data.upper())


@contextmanager
def centre() -> Iterator[tuple[str, int]]:
    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        host, port = server.server_address[:2]
        yield str(host), int(port)
        server.shutdown()
        thread.join()


@contextmanager
def tunnel_to(there: tuple[str, int]) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    tunnel = Tunnel(listener, there)
    tunnel.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        began = time.monotonic()
        tunnel.stop()
        assert time.monotonic() - began < 1.5, "it waits for nobody"


def asked(port: int, head: bytes) -> tuple[socket.socket, bytes]:
    """A connection on which `head` was sent, and the first line of the answer."""
    connection = socket.create_connection(("127.0.0.1", port), 5)
    connection.sendall(head)
    said = b""
    while not said.endswith(b"\r\n\r\n") and (data := connection.recv(1)):
        said += data
    return connection, said.partition(b"\r\n")[0]


CONNECT = b"CONNECT centre.example:443 HTTP/1.1\r\nHost: centre.example:443\r\n\r\n"


def test_bytes_go_both_ways_and_to_the_centre_whatever_it_is_called() -> None:
    with centre() as there, tunnel_to(there) as port:
        connection, said = asked(port, CONNECT)
        with connection:
            assert said == b"HTTP/1.1 200 Connection Established"
            much = b"abcdefgh" * 40_000
            sending = threading.Thread(target=connection.sendall, args=(much,))
            sending.start()
            heard = b""
            while len(heard) < len(much):
                heard += connection.recv(65536)
            sending.join()
            assert heard == much.upper()
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(1) == b"", "the other side's end comes back too"


def test_what_asks_for_anything_else_is_refused() -> None:
    with centre() as there, tunnel_to(there) as port:
        connection, said = asked(port, b"GET http://10.0.0.1/ HTTP/1.1\r\nHost: 10.0.0.1\r\n\r\n")
        connection.close()
        assert said.startswith(b"HTTP/1.1 400")
        with socket.create_connection(("127.0.0.1", port), 5) as flood:
            with suppress(OSError):
                flood.sendall(b"CONNECT " + b"x" * 100_000)
            with suppress(ConnectionResetError):
                assert flood.recv(100) == b""


def test_a_centre_that_is_not_there_is_said_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        there = taken.getsockname()[:2]
    with tunnel_to((str(there[0]), int(there[1]))) as port:
        connection, said = asked(port, CONNECT)
        connection.close()
        assert said == b"HTTP/1.1 502 Bad Gateway"


def test_it_is_full_at_some_point_and_has_room_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tunnelling, "MOST", 2)
    with centre() as there, tunnel_to(there) as port:
        held = [asked(port, CONNECT)[0] for _ in range(2)]
        connection, said = asked(port, CONNECT)
        connection.close()
        assert said == b"HTTP/1.1 503 Service Unavailable"
        held.pop().close()
        deadline = time.monotonic() + 5
        while not said.startswith(b"HTTP/1.1 200"):
            assert time.monotonic() < deadline
            connection, said = asked(port, CONNECT)
            held.append(connection)
        for each in held:
            each.close()


def test_it_ends_while_somebody_is_still_connected() -> None:
    with centre() as there:
        with tunnel_to(there) as port:
            connection, _ = asked(port, CONNECT)
        with connection:
            connection.settimeout(5)
            with suppress(ConnectionResetError):
                assert connection.recv(1) == b""


def test_only_https_leads_through_a_tunnel() -> None:
    assert authority_of("https://centre.example/") == ("centre.example", 443)
    assert authority_of("https://[::1]:8080") == ("::1", 8080)
    for url in ("http://centre.example", "https://", "centre.example:443"):
        with pytest.raises(ValueError, match="https"):
            authority_of(url)
