"""The demo's line really carries, is really cut, and comes back on the same port."""

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.simulation import Control
from station.demo.processes import Child, wait_until


class Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while data := self.request.recv(4096):
            self.request.sendall(data)


@pytest.fixture
def echo() -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def ask(address: tuple[str, int], text: bytes) -> bytes:
    try:
        with socket.create_connection(address, 2) as end:
            end.sendall(text)
            return end.recv(100)
    except OSError:
        return b""


def test_cut_and_restored(tmp_path: Path, echo: int) -> None:
    control = tmp_path / "control"
    line = Child(
        "line", ["station.demo.line", "--to", f"127.0.0.1:{echo}", "--control", str(control)], tmp_path
    ).start()
    try:
        host, _, port = line.ready["address"].rpartition(":")
        address = (host, int(port))
        assert ask(address, b"hello") == b"hello"
        with socket.create_connection(address, 2) as held:
            held.sendall(b"a")
            assert held.recv(1) == b"a"
            Control(control).do("cut")
            with contextlib.suppress(ConnectionResetError):
                assert held.recv(1) == b""
        assert ask(address, b"hello") == b""
        Control(control).do("restore")
        wait_until(lambda: ask(address, b"again") == b"again", 5, "the line to come back")
        Control(control).do("refuse", texts=["POST /v1/sync/forward", "POST /v1/sync/push"])
        assert ask(address, b"POST /v1/sync/push HTTP/1.1") == b""
        assert ask(address, b"GET /v1/sync/pull HTTP/1.1") != b""
    finally:
        line.stop()
