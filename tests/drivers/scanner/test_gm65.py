"""What only the GM65 does: what is written to it, and that its other settings stay as they are."""

from pathlib import Path

import pytest

from drivers.link import open_link
from drivers.scanner.gm65 import Gm65Scanner
from drivers.scanner.gm65_codec import Kind, RequestDecoder, encode_reply
from drivers.scanner.gm65_codec import Reply as Answer
from drivers.scanner.gm65_simulator import Gm65Simulator
from drivers.simulation import Station


class Line:
    """A module whose register 0 holds `reading`; everything asked of it is done."""

    def __init__(self, reading: int) -> None:
        self.now = 500.0
        self.reading = reading
        self.sent: list[str] = []
        self._arrived = b""

    def write(self, data: bytes) -> None:
        self.sent.append(data[:-2].hex(" ").upper())  # without the check, which test_gm65_codec.py looks at
        for request in RequestDecoder().feed(data):
            value = self.reading if request.kind == Kind.READ else 0
            self._arrived += encode_reply(Answer(kind=0, data=bytes((value,))))
            if request.kind == Kind.WRITE and request.address == 0:
                self.reading = request.data[0]

    def read(self, timeout: float) -> bytes:
        if not self._arrived:
            self.now += timeout
        data, self._arrived = self._arrived, b""
        return data

    def close(self) -> None:
        self.sent.append("closed")


@pytest.mark.parametrize(("reading", "wanted"), [(0xD6, 0xD5), (0xF7, 0xF5), (0x00, 0x01)])
def test_light_and_sound_stay_as_they_were_set(reading: int, wanted: int) -> None:
    line = Line(reading)
    scanner = Gm65Scanner(lambda: line, clock=lambda: line.now)
    assert scanner.read(0.1) is None
    assert line.reading == wanted
    assert len(line.sent) == 4


def test_the_bytes_of_a_beginning_a_round_and_an_end() -> None:
    line = Line(0xF6)
    scanner = Gm65Scanner(lambda: line, clock=lambda: line.now)
    assert scanner.read(3.9) is None
    read_mode, command_mode = "7E 00 07 01 00 00 01", "7E 00 08 01 00 00 F5"
    read_time, trigger = "7E 00 08 01 00 06 3C", "7E 00 08 01 00 02 01"
    assert line.sent == [read_mode, command_mode, read_time, trigger]
    assert scanner.read(0.2) is None
    assert line.sent[4:] == [read_mode, read_time, trigger]
    scanner.close()
    assert line.sent[7:] == ["7E 00 08 01 00 02 00", "closed"]


def test_a_reading_ends_when_the_host_is_gone(tmp_path: Path) -> None:
    simulator = Gm65Simulator()
    with Station(simulator, f"pty:{tmp_path / 'scanner'}") as station:
        link = open_link(station.address)
        link.write(bytes.fromhex("7E 00 08 01 00 00 01 AB CD 7E 00 08 01 00 06 01 AB CD 7E 00 08 01 00 02 01 AB CD"))
        answers = b""
        while len(answers) < 21:
            answers += link.read(1)
        while station.state()["reading"]:
            pass
        assert station.state()["triggers"] == 1
        link.close()
