"""An ID card's number is in a gate's memory only until its tags are made: looked for in objects, and in the bytes."""

import gc
import multiprocessing
import re
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from drivers.barrier.relay_board import ModbusRelayBarrier
from drivers.barrier.simulator import RelayBoardSimulator
from drivers.idreader.document import check_character
from drivers.idreader.sdt import SdtReader
from drivers.idreader.simulator import IdReaderSimulator
from drivers.link import open_link
from drivers.simulation import Station
from gate.announcement import Showing
from gate.run import run_gate
from gate.shown import Card
from sync.journal.journal import Journal
from tests.gate.bench import DEPARTURE, NOON, SETTINGS, Centre, Desk, Gate, card
from tests.gate.lane_bench import VirtualLane
from tickets.departures import IdentityPolicy
from tickets.errors import EnvironmentFault
from tickets.identity import DocumentKind
from tickets.reasons import Reason

SECONDS = 40.0
"""Within which what was let go of must have been overwritten by what the gate does next: 4 s where nothing else runs,
12 s were seen on a busy machine. A half of a pair is remembered for 20 s, without its number.
"""


def new_number() -> str:
    """A number that stands in no file: whoever has it was told it."""
    birth = date(1950, 1, 1) + timedelta(days=secrets.randbelow(20_000))
    seventeen = f"370102{birth:%Y%m%d}{secrets.randbelow(1000):03}"
    return seventeen + check_character(seventeen)


def new_name() -> str:
    """Four characters that nobody is called."""
    return "".join(chr(0x4E00 + secrets.randbelow(20_000)) for _ in range(4))


@pytest.fixture(autouse=True)
def both(centre: Centre) -> None:
    """The coach wants code and card."""
    centre.departure(replace(DEPARTURE, identity=IdentityPolicy.CODE_AND_CARD))


class TestObjects:
    """Everything that can be reached from a lane, its decider, and what they know."""

    @pytest.fixture
    def lane(self, tmp_path: Path) -> Iterator[VirtualLane]:
        gate = Gate(tmp_path / "gate-1", cache=tmp_path / "cache.db")
        yield VirtualLane(gate)
        gate.close()

    def test_the_walk_finds_what_there_is(self, lane: VirtualLane) -> None:
        number = new_number()
        lane.inputs.put(card(copy_of(number)))
        assert holders(lane, number)

    def test_a_card_that_waits_for_its_code(self, lane: VirtualLane) -> None:
        number = new_number()
        assert lane.puts(card(copy_of(number))).reason == Reason.NOT_KNOWN_HERE
        assert not holders(lane, number)

    def test_a_card_that_waits_for_its_turn(self, lane: VirtualLane, centre: Centre) -> None:
        desk, number = Desk(), new_number()
        centre.departure(replace(DEPARTURE, identity=IdentityPolicy.CODE))
        centre.ticket(desk.ticket(document=number))
        assert lane.shows(desk.by_till(desk.ticket())).showing is Showing.GO
        lane.board.do("block", beam="entry")
        lane.passes(0.5)
        lane.puts(card(copy_of(number)))
        assert not holders(lane, number)
        lane.board.do("clear", beam="entry")
        lane.walks()
        assert lane.showing() is Showing.GO, "its tags were enough to let its holder in"

    def test_a_fault_that_is_kept(self, lane: VirtualLane, monkeypatch: pytest.MonkeyPatch) -> None:
        number = new_number()

        def full(_: Journal) -> None:
            raise EnvironmentFault("The disk is full", "Make room.")

        with monkeypatch.context() as patch:
            patch.setattr(Journal, "transaction", full)
            lane.inputs.put(card(copy_of(number)))
            lane.passes(0.1)
            assert lane.showing() is Showing.CLOSED
            assert not holders(lane, number)


def copy_of(number: str) -> str:
    """Another object with the same characters: the test's own is not looked for."""
    return "".join(number)


def holders(lane: VirtualLane, number: str) -> list[str]:
    """The types of what can be reached from a lane and has the number in it; nothing of it is said."""
    reached: dict[int, object] = {}
    left: list[object] = [lane.controller, lane.gate, lane.inputs, list(lane.said)]
    while left:
        each = left.pop()
        if id(each) not in reached and each is not number:
            reached[id(each)] = each
            left += gc.get_referents(each)
    assert len(reached) > 1000
    return [type(each).__name__ for each in reached.values() if _has(each, number)]


def _has(each: object, number: str) -> bool:
    match each:
        case str():
            return number in each
        case bytes() | bytearray():
            return number.encode() in each or number.encode("utf-16-le") in each
        case _:
            return False


class TestBytes:
    """Everything that a gate's process has in its memory, as a core dump of it would."""

    def test_a_card_that_was_read_a_moment_ago(self, tmp_path: Path) -> None:
        number, name = new_number(), new_name()
        with (
            Station(IdReaderSimulator(), f"pty:{tmp_path / 'id-reader'}") as reader,
            Station(RelayBoardSimulator(arm_ms=50), f"pty:{tmp_path / 'barrier'}") as board,
            gate_process(tmp_path, reader.address, board.address) as (pid, said),
        ):
            says(said, "ready")
            reader.do("place", name=name, number=number)
            assert says(said, "stop") == Reason.NOT_KNOWN_HERE
            assert in_memory(pid, [reader.address.encode()]), "the search finds what there is"
            digits = number[:-1]
            secret = [digits.encode(), digits.encode("utf-16-le"), name.encode("utf-16-le"), name.encode()]
            until = time.monotonic() + SECONDS
            while (found := in_memory(pid, secret)) and time.monotonic() < until:
                time.sleep(0.2)
            assert not found, f"{found} of its spellings are still there"


def run(folder: Path, reader: str, barrier: str, said: Connection) -> None:
    """Run a gate with an ID reader until it is killed."""
    gate = Gate(folder / "gate-1", cache=folder / "cache.db", random=secrets.token_bytes)
    run_gate(
        settings=SETTINGS,
        journal=gate.journal,
        cache=gate.cache,
        trust=gate.trust,
        clock=gate.clock,
        barrier=ModbusRelayBarrier(lambda: open_link(barrier)),
        cards=SdtReader(lambda: open_link(reader, 115200)),
        announce=lambda announcement: said.send((announcement.showing.value, announcement.reason)),
        stop=threading.Event(),
        on_ready=lambda: said.send(("ready", None)),
    )


@contextmanager
def gate_process(folder: Path, reader: str, barrier: str) -> Iterator[tuple[int, Connection]]:
    """A gate as a process of its own, that knows of its cards only what the reader says."""
    processes = multiprocessing.get_context("forkserver")
    heard, said = processes.Pipe(duplex=False)
    child = processes.Process(target=run, args=(folder, reader, barrier, said))
    child.start()
    said.close()
    try:
        assert child.pid
        yield child.pid, heard
    finally:
        child.kill()
        child.join()
        child.close()
        heard.close()


def says(heard: Connection, showing: str) -> str | None:
    """Wait for what is announced; returns its reason."""
    until = time.monotonic() + 20
    while heard.poll(max(0.0, until - time.monotonic())):
        shown, reason = heard.recv()
        if shown == showing:
            return None if reason is None else str(reason)
    raise AssertionError(f"{showing} was not said")


def in_memory(pid: int, secret: list[bytes]) -> int:
    """How many of these byte strings are in what the process may read of its memory."""
    found = set()
    with Path(f"/proc/{pid}/maps").open() as maps, Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in maps:
            begins, ends, may = re.match(r"(\w+)-(\w+) (\S+)", line).groups()  # type: ignore[union-attr]  # all are so
            if may[0] != "r" or line.rstrip().endswith(("[vvar]", "[vsyscall]", "[vvar_vclock]")):
                continue
            try:
                memory.seek(int(begins, 16))
                part = memory.read(int(ends, 16) - int(begins, 16))
            except OSError:
                continue  # given back meanwhile
            found |= {each for each in secret if each in part}
    return len(found)


def test_a_code_whose_coach_the_card_was_not_read_for_asks_for_the_card_again(tmp_path: Path, centre: Centre) -> None:
    """A coach that the gate has not heard of when the card is read; then its code comes, and then the card again."""
    gate, desk = Gate(tmp_path / "gate-1", cache=tmp_path / "cache.db"), Desk()
    lane = VirtualLane(gate)
    text = desk.by_centre(desk.ticket(trip="K9"))
    assert lane.puts(card()).reason == Reason.NOT_KNOWN_HERE
    centre.departure(replace(DEPARTURE, trip="K9", identity=IdentityPolicy.CODE_AND_CARD))
    assert lane.shows(text).reason == Reason.IDENTITY_NEEDED
    assert lane.puts(card()).showing is Showing.GO
    gate.close()


def test_a_card_has_tags_for_these_hours_and_no_others(tmp_path: Path, centre: Centre) -> None:
    gate = Gate(tmp_path / "gate-1", cache=tmp_path / "cache.db")
    for trip, hours in (("K1", -13), ("K2", -11), ("K3", 17), ("K4", 19)):
        centre.departure(replace(DEPARTURE, trip=trip, departs_at=NOON + timedelta(hours=hours)))
    tags = gate.decider.tags(Card(kind=DocumentKind.RESIDENT_ID, number=new_number())).tags
    assert [trip for _, trip in tags] == ["K2", DEPARTURE.trip, "K3"]
    gate.close()
