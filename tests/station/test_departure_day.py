"""A day at two gates, on PTYs: what the departure sheet counts is what the beams of the barriers saw."""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from drivers.barrier import Way
from gate.announcement import Showing
from station.cli import main
from sync.cache.reader import CacheReader
from tests.station.staff_site import (
    FAR,
    NEAR,
    Desk,
    GateSite,
    Lane,
    Terminal,
    coach,
    code,
    eventually,
    quick_cards,
    relay_for,
    write_card,
)
from tests.sync.fake_relay import FakeRelay
from tickets.credential import Ticket
from tickets.departures import Departure
from tickets.journey import TicketKind


@dataclass
class Day:
    """Both gates with everything that runs, and the departure."""

    north: GateSite
    south: GateSite
    departure: Departure
    card: Path

    def staff(self, terminal: Terminal, *words: str) -> int:
        command = ["departure", words[0], "--config", str(terminal.config), "--trip", self.departure.trip]
        command += ["--date", self.departure.service_date.isoformat(), *words[1:]]
        if words[0] != "sheet":
            command += ["--card", str(self.card), "--pin-file", str(self.card.parent / "pin")]
        return main(command)

    def lanes(self) -> list[Lane]:
        return [*self.north.lanes.values(), *self.south.lanes.values()]


@pytest.fixture(autouse=True, scope="module")
def _quick_cards() -> Iterator[None]:
    with quick_cards():
        yield


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    umask = os.umask(0o022)
    relay = FakeRelay({})
    with ExitStack() as stack:
        url = stack.enter_context(relay.serving())
        north, south = (Terminal(tmp_path / name, name, relay=url) for name in ("north", "south"))
        departure = coach()
        for terminal in (north, south):
            stack.callback(terminal.close)
            terminal.hears(departure, devices=(north, south))
        stack.enter_context(relay_for(north, south, relay=relay))
        for terminal in (north, south):
            stack.enter_context(terminal.in_the_lan())
        sites = (
            GateSite(north, "3", {"3A": Way.IN, "3B": Way.IN}, url),
            GateSite(south, "3", {"3C": Way.IN, "3X": Way.OUT}, url),
        )
        for site in sites:
            stack.enter_context(site.running())
        yield Day(*sites, departure, write_card(tmp_path, "0107"))
    os.umask(umask)


def test_the_sheet_counts_what_the_beams_saw(day: Day, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk(day.departure)
    adult, second, late, out, again = (desk.ticket() for _ in range(5))
    child, concession = desk.ticket(kind=TicketKind.CHILD), desk.ticket(kind=TicketKind.CONCESSION)
    family = desk.ticket(children=2)
    followed, hesitant, absent = desk.ticket(), desk.ticket(alighting=NEAR), desk.ticket(alighting=NEAR)
    refunded = desk.ticket()
    sold = (adult, second, late, out, again, child, concession, family, followed, hesitant, absent)
    for terminal in (day.north.terminal, day.south.terminal):
        for ticket in sold:
            terminal.centre.ticket(ticket)
        terminal.centre.ticket(refunded, "refunded")
    lane_a, lane_b = day.north.lanes.values()
    lane_c, lane_x = day.south.lanes.values()

    lane_a.goes(code(adult))
    lane_b.goes(code(child))
    lane_c.goes(code(concession))
    lane_b.goes(code(family), people=3)
    lane_c.goes(code(second))
    assert lane_a.shows(code(second)).showing is Showing.STOP  # a copy, at the other gate
    assert lane_a.shows(code(hesitant)).showing is Showing.GO  # let in, and does not start
    lane_a.rests()
    lane_a.goes(code(followed), people=2, gap_ms=100, ms=600)  # somebody behind has no ticket
    lane_a.goes(code(out))
    lane_c.goes(code(again))
    for ticket in (out, again):
        eventually(partial(_passed, day.south.terminal, ticket))
        lane_x.goes(code(ticket))
    eventually(lambda: _uses(day.north.terminal, again) == 2)
    lane_a.goes(code(again))  # back in, by the other gate

    assert day.staff(day.south.terminal, "stop") == 0
    eventually(lambda: day.north.terminal.standing(day.departure).planned_close is not None)
    assert lane_b.shows(code(late)).reason == "closed"
    assert day.staff(day.north.terminal, "late", "--until", "10", "--why", "coach is late") == 0
    eventually(lambda: day.south.terminal.standing(day.departure).late_until is not None)
    lane_c.goes(code(late))

    for gate in (day.north, day.south):
        eventually(partial(_agrees, day, gate.terminal, capsys))
    sheet = _sheet(day, day.north.terminal, capsys)
    tailgaters = 1
    entered = sum(lane.board.state()["passages"] for lane in day.lanes())
    left = sum(lane.board.state()["passages_out"] for lane in day.lanes())
    assert (entered, left) == (13, 2)
    assert sheet["persons"] == entered - left - tailgaters == 10
    assert sheet["without_ticket"] == tailgaters
    assert {lane: count["entered"] for lane, count in sheet["lanes"].items()} == {"3A": 4, "3B": 4, "3C": 4, "3X": 0}
    assert sheet["lanes"]["3X"]["left"] == 2
    assert (sheet["sold"], sheet["boarded"], sheet["refunded"], sheet["late"]) == (11, 8, 1, 1)
    assert sheet["boarded_by_kind"] == {"adult": 6, "child": 1, "concession": 1, "free": 0}
    assert (sheet["children_boarded"], sheet["children_on_tickets"]) == (2, 2)
    assert sheet["no_shows_by_stop"] == {str(NEAR): 2, str(FAR): 1}
    assert sheet["walked_out"] == 1
    assert (sheet["admitted_twice"], sheet["unresolved"], sheet["under_way"]) == ([], [], 0)
    assert [act["act"] for act in sheet["staff"]] == ["stop", "late"]
    names = {note["name"] for note in sheet["notes"]}
    assert "without_ticket" in names
    assert "open" in names  # late boarding is not over
    assert "relay_silent" not in names
    keep = os.environ.get("WAYSTATION_KEEP_PICTURE")
    picture = Path(keep) if keep else tmp_path / "sheet.png"
    assert day.staff(day.north.terminal, "sheet", "--picture", str(picture)) == 0
    assert "实乘人数 Persons aboard: 10" in capsys.readouterr().out
    assert picture.stat().st_size > 5_000


def _sheet(day: Day, terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert day.staff(terminal, "sheet", "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def _agrees(day: Day, terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> bool:
    """Whether this terminal has heard of all that the beams saw; one of them had no ticket."""
    sheet = _sheet(day, terminal, capsys)
    states = [lane.board.state() for lane in day.lanes()]
    return bool(sheet["persons"] + 1 == sum(state["passages"] - state["passages_out"] for state in states))


def _uses(terminal: Terminal, ticket: Ticket) -> int:
    reader = CacheReader(terminal.directory / "cache.db")
    try:
        return sum(use.end is not None for use in reader.uses(ticket.number))
    finally:
        reader.close()


def _passed(terminal: Terminal, ticket: Ticket) -> bool:
    return _uses(terminal, ticket) >= 1
