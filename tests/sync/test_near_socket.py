"""A terminal may be kept in a folder of any length."""

import socket
from pathlib import Path

import pytest

from gate.announcement import CLOSED
from gate.screen.ear import Ear
from gate.screen.sender import ScreenSender
from kiosk.till.desk.hatch import NAME, Hatch
from sync.lan.near_socket import short_address


@pytest.fixture
def deep(tmp_path: Path) -> Path:
    deep = tmp_path / ("a-folder-that-somebody-gave-a-long-name" * 3) / ("and-another-one" * 8)
    deep.mkdir(parents=True)
    return deep


def test_a_socket_is_found_at_its_own_path(deep: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as here,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out,
    ):
        with short_address(deep / "x.sock") as address:
            here.bind(address)
        assert (deep / "x.sock").is_socket()
        with short_address(deep / "x.sock") as address:
            out.sendto(b"hello", address)
        assert here.recv(10) == b"hello"
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_no_folder_is_an_os_error(deep: Path) -> None:
    with pytest.raises(FileNotFoundError), short_address(deep / "nowhere" / "x.sock"):
        pass


def test_a_display_hears_its_gate(deep: Path) -> None:
    with Ear(deep) as ear, ScreenSender(deep) as sender:
        sender.announce(CLOSED)
        assert [each.announcement.showing for each in ear.heard()] == [CLOSED.showing]
    assert list(deep.glob("*.sock")) == []


def test_a_till_answers_its_cashier(deep: Path) -> None:
    hatch = Hatch(deep, lambda asked: {"did": asked["do"]})
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
            with short_address(deep / NAME) as address:
                caller.connect(address)
            with caller.makefile("rwb") as lines:
                lines.write(b'{"do": "show"}\n')
                lines.flush()
                assert lines.readline() == b'{"ok": true, "did": "show"}\n'
    finally:
        hatch.close()
