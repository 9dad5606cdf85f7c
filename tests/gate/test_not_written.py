"""What the arbiter granted and the disk did not take let nobody in: the right is given back as soon as it can be."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gate.announcement import Showing
from gate.decide import Decider
from gate.in_hand import InHand
from gate.started import note_start
from sync.points import Point, Probe, no_probe
from tests.gate.bench import SETTINGS, Centre, Desk, Gate, admitted
from tests.gate.lane_bench import VirtualLane
from tests.gate.station_arbiter import StationArbiter
from tickets.errors import EnvironmentFault
from tickets.events import Kind
from tickets.reasons import Reason


class Station:
    """A lane whose disk can be full, another gate, and the arbiter of both."""

    def __init__(self, folder: Path) -> None:
        self.arbiter = StationArbiter()
        self.centre = Centre(folder / "cache.db")
        self.centre.opens_for_the_day()
        self.desk = Desk()
        self.one, self.two = (
            Gate(
                folder / name,
                cache=folder / "cache.db",
                device=name,
                settings=replace(SETTINGS, lane=name),
                arbiter=self.arbiter.of(name),
            )
            for name in ("1A", "2A")
        )
        self.lane = VirtualLane(self.one, replace(SETTINGS, lane="1A"))

    def text(self) -> str:
        return self.desk.by_till(self.desk.ticket())

    def fills(self) -> None:
        """The journal's file may not grow, and its last pages are written full."""
        self.one.journal.rows("PRAGMA max_page_count = 1")
        with pytest.raises(EnvironmentFault):
            self._writes_on()

    def _writes_on(self) -> None:
        for _ in range(200):
            with self.one.journal.transaction() as tx:
                tx.append(Kind.LANE_EVENT, {"lane": "1A", "what": "x" * 60})

    def has_room(self) -> None:
        self.one.journal.rows("PRAGMA max_page_count = 1000000")

    def begins_anew(
        self, in_hand: InHand, probe: Probe = no_probe, *, started: Callable[[], None] = lambda: None
    ) -> None:
        """A new life of the first gate's lane, in the same process."""
        settings = replace(SETTINGS, lane="1A")
        one = self.one
        one.decider = Decider(
            settings=settings,
            journal=one.journal,
            cache=one.cache,
            trust=one.trust,
            clock=one.clock,
            arbiter=self.arbiter.of("1A"),
            probe=probe,
            in_hand=in_hand,
        )
        self.lane = VirtualLane(one, settings, started=started)

    def close(self) -> None:
        self.one.close()
        self.two.close()
        self.centre.close()


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    station = Station(tmp_path)
    yield station
    station.close()


def test_the_right_is_given_back_when_there_is_room_again(station: Station) -> None:
    text = station.text()
    station.fills()
    assert station.lane.shows(text).showing is Showing.CLOSED
    assert len(station.arbiter.known) == 1, "granted"
    station.has_room()
    station.lane.passes(2)
    station.arbiter.hears(station.one.journal)
    assert admitted(station.two.shows(text)).use_no == 2
    assert station.lane.board.state()["opened"] == 0


def test_nobody_else_is_granted_what_the_disk_would_not_take(station: Station) -> None:
    text, after = station.text(), station.text()
    station.fills()
    station.lane.shows(text)
    station.lane.passes(5)
    assert station.lane.shows(after).showing is Showing.CLOSED
    assert len(station.arbiter.known) == 1, "the arbiter was asked for the first only"
    assert admitted(station.two.shows(after)).use_no == 1


def test_a_lane_that_fails_holding_an_answer_gives_it_back_when_it_begins_anew(station: Station) -> None:
    """The process lives on with its other lanes: no `gate.started` tells the arbiter."""
    in_hand, text = InHand(), station.text()

    def fails(point: str) -> None:
        if point == Point.GATE_ARBITER_AFTER:
            raise ZeroDivisionError

    station.begins_anew(in_hand, fails)
    with pytest.raises(ZeroDivisionError):
        station.lane.shows(text)
    assert len(station.arbiter.known) == 1, "granted"
    station.begins_anew(in_hand)
    station.arbiter.hears(station.one.journal)
    assert admitted(station.two.shows(text)).use_no == 2
    assert [kind for kind, _ in station.one.facts()] == ["use.claimed", "use.released"]


def test_a_lane_that_was_refused_an_answer_owes_nothing(station: Station) -> None:
    in_hand, text = InHand(), station.text()
    station.begins_anew(in_hand)
    admitted(station.two.shows(text))
    assert station.lane.shows(text).reason == Reason.USED
    station.begins_anew(in_hand)
    assert [kind for kind, _ in station.one.facts()] == ["scan.refused"]


def test_until_its_start_is_written_a_gate_asks_nobody(station: Station) -> None:
    """What is granted before the start is written would be given back by it, under the passenger's feet."""
    text = station.text()
    station.fills()
    start = note_start(station.one.journal, ["1A", *(f"{lane:019}A" for lane in range(20))])  # more than is left
    station.begins_anew(InHand(), started=start.note)
    assert station.lane.showing() is Showing.CLOSED
    assert station.lane.shows(text).showing is Showing.CLOSED
    assert not station.arbiter.asked
    station.has_room()
    station.lane.passes(2)
    assert station.lane.showing() is Showing.IDLE
    assert station.lane.shows(text).showing is Showing.GO
    kinds = [each.kind for each in station.one.journal.events(0, 10_000)]
    assert kinds.count(Kind.GATE_STARTED) == 1
    assert kinds.index(Kind.GATE_STARTED) < kinds.index(Kind.USE_CLAIMED)
