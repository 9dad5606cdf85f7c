"""The threads that fetch: what they put into the queue, once for each loss and return, and never in silence."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drivers import idreader
from drivers.barrier import Way
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


def test_a_scanner_that_has_read_nothing_yet_is_not_lost() -> None:
    class Unproved(Script):
        """Over a plain serial line only a code proves that there is a scanner."""

        def health(self) -> Health:
            return Health(ok=False, what="The port is open and nothing has been scanned since", hint="Scan something.")

    with reading(lambda inputs, stop: read_scanner(Unproved(None, Scan(text="A")), inputs, stop)) as inputs:
        assert inputs.get(timeout=2) == Code(text="A")


def test_an_id_reader_that_sees_no_card_because_it_cannot_is_lost_once_and_back_once() -> None:
    class Unready:
        """Its security module is not ready, so that it finds no card, whoever lays one on it."""

        ready = False
        asked = 0

        def read(self) -> idreader.Document | None:
            if not self.ready:
                return None
            return idreader.Document(kind=idreader.DocumentKind.RESIDENT_ID, name="陈", number=ID)

        def health(self) -> Health:
            self.asked += 1
            if self.ready:
                return Health(ok=True, what="The ID reader answers", hint="")
            return Health(ok=False, what="The security module says 60", hint="Switch the reader off and on.")

        def close(self) -> None:
            pass

    cards = Unready()
    with reading(lambda inputs, stop: read_cards(cards, inputs, stop, Way.OUT)) as inputs:
        what = "The security module says 60. Switch the reader off and on."
        assert inputs.get(timeout=2) == Lost("out id_reader", what, Way.OUT)
        while cards.asked < 2:
            assert inputs.empty()
            time.sleep(0.01)
        cards.ready = True
        assert inputs.get(timeout=5) == Card(kind=DocumentKind.RESIDENT_ID, number=ID, way=Way.OUT)
        assert inputs.get(timeout=5) == Returned("out id_reader", Way.OUT)
        asked = cards.asked
        inputs.get(timeout=5)
        assert cards.asked == asked, "one that is well is asked every ten seconds only"


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
