"""What the arbiter granted and the disk did not take let nobody in: the right is given back as soon as it can be."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gate.announce import Showing
from tests.gate.bench import SETTINGS, Centre, Desk, Gate, admitted
from tests.gate.lane_bench import VirtualLane
from tests.gate.station_arbiter import StationArbiter
from tickets.errors import EnvironmentFault
from tickets.events import Kind


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
