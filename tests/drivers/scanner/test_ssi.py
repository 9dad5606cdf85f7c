"""The SSI driver on an exact line with a clock of its own, and against what its simulator can be made to do."""

import time
from pathlib import Path

import pytest

from drivers.faults import DeviceRefused, DeviceSilent
from drivers.link import open_link
from drivers.scanner import Scan
from drivers.scanner.ssi import SsiScanner
from drivers.scanner.ssi_codec import LARGEST, Cause, Decoder, Operation, Packet, Source, Status, encode
from drivers.scanner.ssi_simulator import SsiSimulator
from drivers.simulation import Station

ACK = bytes.fromhex("04 D0 00 00 FF 2C")
HOST_ACK = bytes.fromhex("04 D0 04 00 FF 28")
HOST_STOP = bytes.fromhex("04 E5 04 00 FF 13")


def nak(cause: Cause) -> bytes:
    return encode(Packet(operation=Operation.NAK, source=Source.SCANNER, data=bytes((cause,))))


def code(text: str, status: int = 0) -> bytes:
    data = b"\x1c" + text.encode()
    return encode(Packet(operation=Operation.DECODE_DATA, source=Source.SCANNER, status=status, data=data))


class Line:
    """A scanner that acknowledges what it is asked, `answers` permitting, and says what it is made to say."""

    def __init__(self) -> None:
        self.now = 500.0
        self.heard: list[Packet] = []
        self.raw: list[bytes] = []
        self.answers: list[bytes] = []  # instead of ACK, for the next questions
        self.closed = 0
        self._decoder = Decoder(Source.HOST)
        self._arrived = b""

    def say(self, *data: bytes) -> None:
        self._arrived += b"".join(data)

    def write(self, data: bytes) -> None:
        self.raw.append(data)
        for event in self._decoder.feed(data):
            assert isinstance(event, Packet)
            self.heard.append(event)
            if event.operation in (Operation.PARAM_SEND, Operation.START_SESSION):
                self._arrived += self.answers.pop(0) if self.answers else ACK

    def read(self, timeout: float) -> bytes:
        if not self._arrived:
            self.now += timeout
        data, self._arrived = self._arrived, b""
        return data

    def close(self) -> None:
        self.closed += 1

    def operations(self) -> list[int]:
        said = [each.operation for each in self.heard]
        self.heard.clear()
        return said


@pytest.fixture
def line() -> Line:
    return Line()


def on(line: Line) -> SsiScanner:
    return SsiScanner(lambda: line, clock=lambda: line.now)


def reading(line: Line) -> SsiScanner:
    scanner = on(line)
    assert scanner.read(0.1) is None
    assert line.operations() == [Operation.PARAM_SEND, Operation.START_SESSION]
    return scanner


def test_the_bytes_of_a_beginning_and_an_end(line: Line) -> None:
    scanner = on(line)
    scanner.read(0.1)
    scanner.close()
    assert [raw.hex(" ").upper() for raw in line.raw] == [
        "00 0D C6 04 00 FF EE 01 9F 01 8A 08 88 3C FB 45",
        "04 E4 04 00 FF 14",
        "04 E5 04 00 FF 13",
    ]
    assert line.closed == 1


def test_a_session_is_started_again_after_each_code_and_every_four_seconds(line: Line) -> None:
    scanner = reading(line)
    line.say(code("RT1:ONE"))
    assert scanner.read(1) == Scan(text="RT1:ONE")
    assert scanner.read(0.1) is None
    assert line.operations() == [Operation.ACK, Operation.PARAM_SEND, Operation.START_SESSION]
    assert scanner.read(3.8) is None
    assert line.operations() == []
    assert scanner.read(0.2) is None
    assert line.operations() == [Operation.PARAM_SEND, Operation.START_SESSION]


def test_a_code_that_is_sent_again_because_our_word_was_lost_counts_once(line: Line) -> None:
    scanner = reading(line)
    line.say(code("RT1:ONE"), code("RT1:ONE", Status.AGAIN))
    assert scanner.read(1) == Scan(text="RT1:ONE")
    line.now += 2
    line.say(code("RT1:ONE", Status.AGAIN))
    assert scanner.read(0.1) is None
    assert line.operations().count(Operation.ACK) == 3


def test_it_counts_once_over_a_lost_line_too(line: Line) -> None:
    scanner = reading(line)
    line.say(code("RT1:ONE"))
    assert scanner.read(1) == Scan(text="RT1:ONE")
    scanner.close()
    line.say(code("RT1:ONE", Status.AGAIN))
    assert scanner.read(0.1) is None


def test_the_same_code_shown_twice_counts_twice(line: Line) -> None:
    scanner = reading(line)
    line.say(code("RT1:ONE"), code("RT1:ONE"))
    assert [scanner.read(1), scanner.read(1)] == [Scan(text="RT1:ONE")] * 2
    line.now += 60
    line.say(code("RT1:ONE", Status.AGAIN))  # the first was lost on the way
    assert scanner.read(1) == Scan(text="RT1:ONE")


def test_a_damaged_code_is_asked_for_again_and_not_taken(line: Line) -> None:
    scanner = reading(line)
    broken = bytearray(code("RT1:ONE"))
    broken[8] ^= 4
    line.say(bytes(broken))
    assert scanner.read(0.1) is None
    (said,) = line.heard
    assert (said.operation, said.data) == (Operation.NAK, bytes((Cause.RESEND,)))
    line.say(code("RT1:ONE", Status.AGAIN))
    assert scanner.read(1) == Scan(text="RT1:ONE")


def test_half_a_code_is_asked_for_again_when_the_line_is_quiet(line: Line) -> None:
    scanner = reading(line)
    line.say(code("RT1:ONE")[:8])
    assert scanner.read(0.5) is None
    assert line.operations() == [Operation.NAK]


def test_a_code_in_two_packets_is_one(line: Line) -> None:
    scanner = reading(line)
    line.say(code("A" * (LARGEST - 1), Status.TO_BE_CONTINUED))
    assert scanner.read(0.1) is None
    line.say(code("A" * (LARGEST - 1), Status.TO_BE_CONTINUED | Status.AGAIN), code("BC\r"))
    assert scanner.read(1) == Scan(text="A" * (LARGEST - 1) + "BC")
    assert line.operations().count(Operation.ACK) == 3


def test_a_question_that_arrived_broken_is_asked_again_and_marked(line: Line) -> None:
    line.answers = [nak(Cause.RESEND), b""]
    scanner = on(line)
    assert scanner.read(1.2) is None
    first, second, third = line.heard[:3]
    assert first.status == Status.FIRST
    assert second.status == third.status == Status.AGAIN
    assert first.data == second.data == third.data


def test_three_questions_without_an_answer_are_a_silent_scanner(line: Line) -> None:
    line.answers = [b""] * 3
    scanner = on(line)
    began = line.now
    with pytest.raises(DeviceSilent):
        scanner.read(10)
    assert 1.4 < line.now - began < 1.6
    assert line.closed == 1
    assert scanner.read(0.1) is None
    assert scanner.health().ok


def test_a_scanner_that_refuses_says_what_to_set(line: Line) -> None:
    line.answers = [ACK, nak(Cause.DENIED)]
    with pytest.raises(DeviceRefused, match="host trigger"):
        on(line).read(1)


def test_health_grows_old(line: Line) -> None:
    scanner = reading(line)
    assert scanner.health().ok
    line.now += 60
    line.answers = [b""]
    assert not scanner.health().ok


def test_a_simulated_scanner_keeps_a_code_until_it_arrived_whole(tmp_path: Path) -> None:
    with Station(SsiSimulator(), f"pty:{tmp_path / 'scanner'}") as station:
        scanner = SsiScanner(lambda: open_link(station.address))
        station.do("damage", packets=2)
        station.do("scan", text="A" * 300)
        assert scanner.read(3) == Scan(text="A" * 300)
        state = station.state()
        assert (state["sent_again"], state["given_up"], state["scans"]) == (2, 0, 1)
        scanner.close()


def test_a_simulated_scanner_gives_a_code_up_after_three_times(tmp_path: Path) -> None:
    with Station(SsiSimulator(), f"pty:{tmp_path / 'scanner'}") as station:
        scanner = SsiScanner(lambda: open_link(station.address))
        station.do("damage", packets=3)
        station.do("scan", text="RT1:LOST")
        until = time.monotonic() + 3
        while not station.state()["given_up"]:
            assert scanner.read(0.01) is None
            assert time.monotonic() < until
        assert station.state()["unacknowledged"] == 0
        scanner.close()


def test_a_simulated_scanner_can_refuse(tmp_path: Path) -> None:
    with Station(SsiSimulator(), f"pty:{tmp_path / 'scanner'}") as station:
        scanner = SsiScanner(lambda: open_link(station.address))
        station.do("refuse", on=True)
        with pytest.raises(DeviceRefused, match="host trigger"):
            scanner.read(3)
        station.do("refuse", on=False)
        station.do("scan", text="RT1:ONE")
        assert scanner.read(3) == Scan(text="RT1:ONE")
        scanner.close()
