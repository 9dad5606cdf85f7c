"""The simulated printer, byte by byte, and as python-escpos sees it."""

from pathlib import Path
from typing import Any

import pytest
from escpos.printer import Network
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from drivers.printer.simulator import PrinterSimulator
from drivers.printer.stream import Parser
from drivers.simulation import Station
from tests.drivers.printer.paper import ACROSS, cut_pieces, on_paper, wait_until


class Wire:
    """A printer with its wire in hand."""

    def __init__(self, pictures: Path, **options: Any) -> None:
        self.printer = PrinterSimulator(pictures=pictures, **options)
        self._said = b""
        self.printer.attach(self._hear)

    def _hear(self, data: bytes) -> None:
        self._said += data

    def send(self, text: str) -> str:
        """Send hexadecimal bytes one by one; return all that was said since the last call."""
        for byte in bytes.fromhex(text):
            self.printer.feed(bytes((byte,)))
        said, self._said = self._said.hex(" "), b""
        return said

    def do(self, command: str, **arguments: Any) -> str:
        self.printer.do(command, **arguments)
        return self.send("")


ROW = "1d 76 30 00 01 00 01 00 80"


def test_status_on_request(tmp_path: Path) -> None:
    wire = Wire(tmp_path)
    assert wire.send("10 04 01 10 04 02 10 04 03 10 04 04") == "12 12 12 12"
    wire.do("open_cover")
    assert wire.send("10 04 01 10 04 02 10 04 03 10 04 04") == "1a 16 12 12"
    wire.do("close_cover")
    wire.do("paper_near_end")
    assert wire.send("10 04 01 10 04 04") == "12 1e"
    wire.do("paper_out")
    assert wire.send("10 04 01 10 04 02 10 04 04") == "1a 32 7e"
    wire.do("load_paper")
    wire.do("jam", error="cutter")
    assert wire.send("10 04 01 10 04 02 10 04 03") == "1a 52 1a"


def test_status_by_itself(tmp_path: Path) -> None:
    wire = Wire(tmp_path)
    assert wire.do("open_cover") == ""
    wire.do("close_cover")
    assert wire.send("1d 61 ff") == "10 00 00 00"
    assert wire.do("open_cover") == "38 00 00 00"
    assert wire.do("close_cover") == "10 00 00 00"
    assert wire.do("paper_near_end") == "10 00 03 00"
    assert wire.do("paper_out") == "18 00 0f 00"
    assert wire.do("load_paper") == "10 00 00 00"
    assert wire.send("1d 61 00") == ""
    assert wire.do("paper_out") == ""


def test_what_waits_in_line_is_answered_when_online_again(tmp_path: Path) -> None:
    wire = Wire(tmp_path)
    wire.do("open_cover")
    assert wire.send(f"{ROW} 1d 72 01 1d 49 42 1d 28 48 06 00 30 30 61 62 63 64") == ""
    assert wire.do("close_cover") == "00 5f 57 61 79 73 74 61 74 69 6f 6e 00 37 22 61 62 63 64 00"
    assert wire.printer.state()["rows"] == 1


def test_a_piece_is_what_was_printed_since_the_last_cut(tmp_path: Path) -> None:
    wire = Wire(tmp_path)
    wire.send(f"{ROW} 1b 4a 02 {ROW} 1d 56 42 00 {ROW} 1b 69")
    black, white = b"\x80" + bytes(ACROSS - 1), bytes(ACROSS)
    assert cut_pieces(tmp_path) == [black + white + white + black, black]
    wire.send("1d 56 00")
    assert wire.printer.state()["strips"] == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0001.png", "0002.png"]


def test_paper_is_used_up(tmp_path: Path) -> None:
    wire = Wire(tmp_path, paper_mm=1)
    wire.send("1d 61 ff")
    assert wire.send(ROW * 9 + "1d 56 00") == "18 00 0f 00"
    assert wire.printer.state()["torn"] == 1
    assert len(on_paper(tmp_path / "torn-0001.png")) == 8 * ACROSS
    wire.do("load_paper")
    assert [len(piece) for piece in cut_pieces(tmp_path)] == [ACROSS]


def test_dying_is_silence_until_switched_off_and_on(tmp_path: Path) -> None:
    wire = Wire(tmp_path)
    wire.do("die_in_print", rows=2)
    assert wire.send(f"1d 61 ff {ROW * 3}") == "10 00 00 00"
    assert wire.send("10 04 01") == ""
    wire.do("power_cycle")
    assert wire.send("10 04 01") == "12"
    assert wire.printer.state()["torn"] == 1


def test_real_time_commands_are_obeyed_inside_pictures(tmp_path: Path) -> None:
    wire = Wire(tmp_path)
    assert wire.send("1d 76 30 00 08 00 01 00 10 04 01 10 14 01 00 08") == "12"
    assert wire.printer.state()["drawer_pulses"] == 1
    wire.send("1d 28 44 05 00 14 01 00 02 00")
    wire.send("1d 76 30 00 05 00 02 00 10 14 01 00 08 10 14 02 01 08")
    assert wire.printer.state()["drawer_pulses"] == 1
    assert not wire.printer.state()["dead"]
    wire.send("1b 40 10 14 02 01 08")
    assert wire.printer.state()["dead"]


def test_clearing_the_buffer(tmp_path: Path) -> None:
    wire = Wire(tmp_path)
    wire.do("open_cover")
    wire.send(f"{ROW} {ROW} 10 05 02")
    wire.do("close_cover")
    assert wire.printer.state()["rows"] == 0


def test_speed(tmp_path: Path) -> None:
    wire = Wire(tmp_path, mm_per_second=10)
    wire.printer.tick(100.0)
    wire.send(ROW * 200)
    wire.printer.tick(101.0)
    assert wire.printer.state()["rows"] == 80
    wire.printer.tick(102.5)
    assert wire.printer.state()["rows"] == 200


def test_a_new_process_does_not_overwrite_pieces(tmp_path: Path) -> None:
    Wire(tmp_path).send(f"{ROW} 1d 56 00")
    Wire(tmp_path).send(f"{ROW} 1d 56 00")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0001.png", "0002.png"]


def test_an_unknown_command_names_the_known(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="load_paper"):
        Wire(tmp_path).do("explode")
    with pytest.raises(ValueError, match="cutter"):
        Wire(tmp_path).do("jam", error="gremlins")


@given(st.binary(max_size=300))
def test_arbitrary_bytes_never_stop_the_parser(noise: bytes) -> None:
    parser = Parser()
    parser.feed(noise)
    while parser.take()[0]:
        pass
    assert len(parser) <= len(noise)


# python-escpos as the host: a program that we did not write must find the same printer


def test_python_escpos_sees_our_printer(tmp_path: Path) -> None:
    with Station(PrinterSimulator(pictures=tmp_path), "tcp:127.0.0.1:0") as station:
        host = Network("127.0.0.1", port=int(station.address.rpartition(":")[2]), timeout=5)
        try:
            assert host.is_online()
            assert host.paper_status() == 2
            station.do("paper_near_end")
            assert host.paper_status() == 1
            station.do("open_cover")
            assert not host.is_online()
            station.do("close_cover")
            assert host.is_online()
            station.do("paper_out")
            assert not host.is_online()
            assert host.paper_status() == 0
            station.do("load_paper")
            assert host.is_online()
            assert host.paper_status() == 2
        finally:
            host.close()


def test_python_escpos_prints_on_our_printer(tmp_path: Path) -> None:
    drawn = Image.new("1", (576, 90), 1)
    ImageDraw.Draw(drawn).polygon([(0, 0), (575, 40), (3, 89)], fill=0)
    expected = bytes(byte ^ 0xFF for byte in drawn.tobytes())
    with Station(PrinterSimulator(pictures=tmp_path), "tcp:127.0.0.1:0") as station:
        host = Network("127.0.0.1", port=int(station.address.rpartition(":")[2]), timeout=5)
        try:
            host.image(drawn, impl="bitImageRaster")
            host.cut()
            wait_until(lambda: station.state()["printed"] == 1)
        finally:
            host.close()
        assert cut_pieces(tmp_path)[0].startswith(expected)
        assert station.state()["unknown"] == 0
