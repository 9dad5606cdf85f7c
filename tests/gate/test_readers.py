"""The threads that fetch: what they put into the queue, once for each loss and return, and never in silence."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drivers.faults import DeviceGone
from drivers.health import Health
from drivers.idreader.sdt import SdtReader
from drivers.idreader.simulator import IdReaderSimulator
from drivers.link import open_link
from drivers.scanner import Scan, Unreadable
from drivers.simulation import Station
from gate.readers import Broken, Garbled, Inputs, Lost, Returned, read_cards, read_scanner
from gate.shown import Card, Code
from tests.gate.bench import ID
from tickets.identity import DocumentKind


class Script:
    """A scanner that gives, one after the other, what it was told, then nothing more."""

    def __init__(self, *reads: Scan | Unreadable | Exception | None) -> None:
        self._reads = list(reads)
        self.done = threading.Event()

    def read(self, timeout: float) -> Scan | Unreadable | None:
        if not self._reads:
            self.done.wait(timeout)
            return None
        match self._reads.pop(0):
            case Exception() as error:
                raise error
            case given:
                return given

    def health(self) -> Health:
        return Health(ok=True, what="", hint="")

    def close(self) -> None:
        self.done.set()


@contextmanager
def reading(read: Callable[[Inputs, threading.Event], None]) -> Iterator[Inputs]:
    inputs, stop = Inputs(), threading.Event()
    thread = threading.Thread(target=read, args=(inputs, stop))
    thread.start()
    try:
        yield inputs
    finally:
        stop.set()
        thread.join(5)
        assert not thread.is_alive()


def test_a_code_that_is_held_up_is_shown_once() -> None:
    scanner = Script(Scan(text="A"), Scan(text="A"), None, Scan(text="A"), Scan(text="B"), Unreadable(reason="noise"))
    with reading(lambda inputs, stop: read_scanner(scanner, inputs, stop)) as inputs:
        still = Code(text="A", still=True)
        assert [inputs.get(timeout=2) for _ in range(5)] == [
            Code(text="A"),
            still,
            still,
            Code(text="B"),
            Garbled("code"),
        ]


def test_a_scanner_is_said_to_be_lost_once_and_back_once() -> None:
    gone = DeviceGone("The port is gone", "Check its cable")
    with reading(lambda inputs, stop: read_scanner(Script(gone, gone, None), inputs, stop)) as inputs:
        assert inputs.get(timeout=2) == Lost("scanner", "The port is gone. Check its cable")
        assert inputs.get(timeout=5) == Returned("scanner")


def test_a_bug_in_a_thread_is_handed_on() -> None:
    bug = ZeroDivisionError()
    with reading(lambda inputs, stop: read_scanner(Script(bug), inputs, stop)) as inputs:
        assert inputs.get(timeout=2) == Broken(bug)


@pytest.mark.parametrize(
    ("faulty", "put"), [(False, Card(kind=DocumentKind.RESIDENT_ID, number=ID)), (True, Garbled("card"))]
)
def test_a_card_that_cannot_be_read_is_the_cards_fault(tmp_path: Path, faulty: bool, put: Card | Garbled) -> None:
    with Station(IdReaderSimulator(), f"pty:{tmp_path / 'reader'}") as station:
        reader = SdtReader(lambda: open_link(station.address, 115200))
        station.do("place", name="陈", number=ID, faulty=faulty)
        with reading(lambda inputs, stop: read_cards(reader, inputs, stop)) as inputs:
            assert inputs.get(timeout=5) == put
        reader.close()
