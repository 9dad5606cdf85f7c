"""The driver against the simulated reader, on an exact line and on real ones."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from drivers.faults import DeviceFault, DeviceGone, DeviceNonsense, DeviceRefused, DeviceSilent
from drivers.idreader import Document, DocumentKind, IdReader
from drivers.idreader.codec import Message, Status, encode
from drivers.idreader.sdt import SdtReader
from drivers.idreader.simulator import IdReaderSimulator
from drivers.link import open_link
from drivers.simulation import Control, Station

NAME, NUMBER = "张三丰", "11010519491231002X"
OTHER = "44052418800101001"


class Line:
    """A line in this process with a clock of its own; `lost` swallows so many answers, `answer` replaces the next."""

    def __init__(self, device: IdReaderSimulator) -> None:
        self.device = device
        self.now = 500.0
        self.sent: list[bytes] = []
        self.lost = 0
        self.answers: list[bytes] = []
        self._arrived = bytearray()
        device.attach(self._arrived.extend)

    def write(self, data: bytes) -> None:
        self.now += 0.01
        self.sent.append(data)
        before = len(self._arrived)
        self.device.feed(data)
        if self.lost:
            self.lost -= 1
            del self._arrived[before:]
        elif self.answers:
            self._arrived[before:] = self.answers.pop(0)

    def read(self, timeout: float) -> bytes:
        if not self._arrived:
            self.now += max(timeout, 0)
        data = bytes(self._arrived)
        self._arrived.clear()
        return data

    def close(self) -> None:
        self.sent.append(b"closed")


@pytest.fixture
def line() -> Line:
    return Line(IdReaderSimulator())


def on(line: Line) -> SdtReader:
    return SdtReader(lambda: line, clock=lambda: line.now, salt=b"salt")


def place(line: Line, number: str = NUMBER, **more: object) -> None:
    line.device.do("place", name=NAME, number=number, **more)


def test_a_card_is_read_once(line: Line) -> None:
    reader: IdReader = on(line)
    assert reader.read() is None
    place(line)
    assert reader.read() == Document(
        kind=DocumentKind.RESIDENT_ID,
        name=NAME,
        number=NUMBER,
        birth=date(1949, 12, 31),
        valid_from=date(2016, 5, 20),
        valid_to=date(2036, 5, 20),
    )
    for _ in range(20):
        assert reader.read() is None
        line.now += 0.3
    assert line.device.state() == {"card": "RESIDENT_ID", "reads": 1}
    line.device.do("remove")
    assert reader.read() is None
    place(line)
    assert reader.read() is not None


def test_the_bytes_of_a_reading(line: Line) -> None:
    place(line)
    on(line).read()
    assert [sent.hex(" ").upper() for sent in line.sent] == [
        "AA AA AA 96 69 00 03 20 01 22",
        "AA AA AA 96 69 00 03 20 02 21",
        "AA AA AA 96 69 00 03 30 01 32",
    ]


def test_a_reader_that_finds_a_read_card_again() -> None:
    line = Line(IdReaderSimulator(finds_again=True))
    reader = on(line)
    place(line)
    assert reader.read() is not None
    for _ in range(5):
        line.now += 0.3
        assert reader.read() is None
    assert line.device.state()["reads"] == 1
    line.now += 5  # the host was busy: it may be another card by now, so look
    assert reader.read() is None
    assert line.device.state()["reads"] == 2
    line.now += 5
    place(line, OTHER)
    other = reader.read()
    assert other is not None
    assert other.number == OTHER + "4"
    line.device.do("remove")
    assert reader.read() is None
    place(line, OTHER)
    assert reader.read() is not None, "taken off and laid down again"


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        (DocumentKind.HK_MACAO_TW_RESIDENCE, "81000019900131001"),
        (DocumentKind.FOREIGN_PERMANENT, "CAN110080101410"),
        (DocumentKind.FOREIGN_PERMANENT_2023, "91112419810803002"),
    ],
)
@pytest.mark.parametrize("latin", [False, True])
def test_every_kind_of_card(line: Line, kind: DocumentKind, number: str, latin: bool) -> None:
    line.device.do("place", kind=kind.name, name="某人", number=number, latin=latin, valid_to=None)
    document = on(line).read()
    assert document is not None
    assert (document.kind, document.name, document.valid_to) == (kind, "某人", None)
    assert document.number.startswith(number)


def test_lost_answers_are_asked_for_again(line: Line) -> None:
    reader = on(line)
    for lost_question in range(3):
        place(line)
        questions = len(line.sent)

        def lose(data: bytes, *, at: int = questions + lost_question) -> None:
            line.lost = int(len(line.sent) == at)
            Line.write(line, data)

        line.write = lose  # type: ignore[method-assign] # loses one answer of the three
        assert reader.read() is not None
        assert len(line.sent) == questions + 4
        line.device.do("remove")
        assert reader.read() is None


def test_a_dead_reader_is_silent_within_two_seconds(line: Line) -> None:
    line.lost = 1000
    start = line.now
    with pytest.raises(DeviceSilent):
        on(line).read()
    assert line.now - start <= 2.0


@pytest.mark.parametrize("lost_from", [0, 1, 2])
def test_a_reading_never_takes_more_than_two_seconds(line: Line, lost_from: int) -> None:
    place(line)
    real = line.write

    def write(data: bytes) -> None:
        line.lost = 1 if len(line.sent) >= lost_from else 0
        real(data)

    line.write = write  # type: ignore[method-assign] # answers stop in the middle
    start = line.now
    with pytest.raises(DeviceSilent):
        on(line).read()
    assert line.now - start <= 2.1


def test_a_card_that_cannot_be_read_is_said_so_and_the_reader_is_well(line: Line) -> None:
    reader = on(line)
    place(line, faulty=True)
    assert [reader.read(), reader.read()] == [None, None]
    for _ in range(2):
        with pytest.raises(DeviceRefused) as refused:
            reader.read()
        assert "card" in refused.value.hint
    assert reader.health().ok
    line.device.do("remove")
    assert reader.read() is None
    place(line)
    assert reader.read() is not None


def test_a_card_with_a_wrong_check_digit_is_not_a_document_and_its_number_is_not_told(line: Line) -> None:
    reader = on(line)
    place(line, NUMBER[:17] + "1")
    told = ""
    for _ in range(3):
        line.device._read = False
        try:
            assert reader.read() is None
        except DeviceRefused as refused:
            told = str(refused)
    assert "check digit" in told
    assert NUMBER[:17] not in told


def test_a_photo_only_reply_is_not_a_document(line: Line) -> None:
    place(line)
    found, selected = encode(b"\0\0\x9f", bytes(4)), encode(b"\0\0\x90", bytes(8))
    line.answers = [found, selected, encode(b"\0\0\x90", b"\0\0\4\0" + bytes(1024))]
    assert on(line).read() is None


@pytest.mark.parametrize("status", [Status.WRONG_CHECKSUM, Status.WRONG_COMMAND, Status.UNAUTHORISED])
def test_unexpected_answers_are_nonsense(line: Line, status: Status) -> None:
    line.answers = [encode(bytes((0, 0, status)))] * 2
    with pytest.raises(DeviceNonsense):
        on(line).read()


def test_nonsense_keeps_no_bytes(line: Line) -> None:
    """What came could be a person's; it is not carried along."""
    line.answers = [b"\x55" * 300] * 2
    with pytest.raises(DeviceNonsense) as fault:
        on(line).read()
    assert fault.value.seen == b""


def test_health(line: Line) -> None:
    reader = on(line)
    assert reader.health().ok
    line.answers = [encode(b"\0\0\x66")]
    health = reader.health()
    assert not health.ok
    assert "66" in health.what
    assert health.hint
    line.lost = 1000
    assert not reader.health().ok


def test_the_simulator_answers_as_published() -> None:
    device, sent = IdReaderSimulator(), bytearray()
    device.attach(sent.extend)

    def answer(question: str) -> str:
        sent.clear()
        device.feed(bytes.fromhex(question))
        return sent.hex(" ").upper()

    assert answer("AA AA AA 96 69 00 03 20 01 22") == "AA AA AA 96 69 00 04 00 00 80 84"
    device.do("place", name=NAME, number=NUMBER)
    assert answer("AA AA AA 96 69 00 03 20 01 22") == "AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97"
    assert answer("AA AA AA 96 69 00 03 30 01 32") == "AA AA AA 96 69 00 04 00 00 41 45"
    assert answer("AA AA AA 96 69 00 03 20 02 21") == ("AA AA AA 96 69 00 0C 00 00 90 00 00 00 00 00 00 00 00 9C")
    read = bytes.fromhex(answer("AA AA AA 96 69 00 03 30 01 32"))
    assert len(read) == 1295
    assert read[:14] == bytes.fromhex("AA AA AA 96 69 05 08 00 00 90 01 00 04 00")
    assert read[14:20] == "张三丰".encode("utf-16-le")
    assert len(bytes.fromhex(answer("AA AA AA 96 69 00 03 30 10 23"))) == 1297
    assert answer("AA AA AA 96 69 00 03 20 01 22") == "AA AA AA 96 69 00 04 00 00 80 84"
    assert answer("AA AA AA 96 69 00 03 20 00 23") == "AA AA AA 96 69 00 04 00 00 21 25"
    assert answer("AA AA AA 96 69 00 03 20 01 21") == ""
    assert Message(head=b"\0\0\x21").status == Status.WRONG_COMMAND


def test_unknown_handwork_is_refused() -> None:
    device = IdReaderSimulator()
    for wrong in ({"kind": "PASSPORT"}, {"kind": "SOMETHING"}, {"kind": 99}, {"birth": "yesterday"}):
        with pytest.raises(ValueError):
            device.do("place", **{"name": NAME, "number": NUMBER, **wrong})
    with pytest.raises(ValueError, match="place"):
        device.do("explode")
    assert device.state()["card"] is None


def test_the_simulator_forgets_half_a_question() -> None:
    device, sent = IdReaderSimulator(), bytearray()
    device.attach(sent.extend)
    device.tick(1.0)
    device.feed(bytes.fromhex("AA AA AA 96 69 00 03 20"))
    device.tick(2.0)
    device.feed(bytes.fromhex("AA AA AA 96 69 00 03 20 01 22"))
    assert sent == bytes.fromhex("AA AA AA 96 69 00 04 00 00 80 84")


@pytest.fixture(params=["pty", "tcp"])
def station(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Station]:
    listen = f"pty:{tmp_path / 'port'}" if request.param == "pty" else "tcp:127.0.0.1:0"
    with Station(IdReaderSimulator(), listen, control=tmp_path / "control") as running:
        yield running


@pytest.mark.parametrize("fault", ["silent", "garbage", "half", "deaf"])
def test_every_line_fault_over_a_real_line(station: Station, tmp_path: Path, fault: str) -> None:
    reader = SdtReader(lambda: open_link(station.address, 115200))
    Control(tmp_path / "control").do("place", kind=1, name=NAME, number=NUMBER)
    station.do("line", fault=fault)
    with pytest.raises(DeviceFault):
        reader.read()
    station.do("line", fault="ok")
    document = reader.read()
    assert document is not None
    assert document.number == NUMBER
    assert reader.health().ok
    reader.close()
    reader.close()


def test_a_pulled_cable() -> None:
    with Station(IdReaderSimulator(), "tcp:127.0.0.1:0") as station:
        reader = SdtReader(lambda: open_link(station.address))
        assert reader.read() is None
        station.drop()
        with pytest.raises(DeviceGone):
            reader.read()
        assert reader.read() is None
        reader.close()


def test_failures_before_a_reading_do_not_count_after_it() -> None:
    line = Line(IdReaderSimulator(finds_again=True))
    reader = on(line)
    place(line, faulty=True)
    assert [reader.read(), reader.read()] == [None, None]
    place(line)
    assert reader.read() is not None
    line.now += 5
    place(line, OTHER, faulty=True)
    assert reader.read() is None
