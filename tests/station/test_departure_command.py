"""Acts of staff by command: signed, left for everybody, said who has them; and a sentence for every mistake."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from station.cli import main
from station.clock_words import clock_on, moment_of
from station.departure_command import HELP
from sync.lan.fact_taken import FactTaken, TakenFacts
from tests.station.staff_site import STATION_NO, Terminal, coach, eventually, quick_cards, trust_list, wall, write_card
from tests.sync.fake_relay import FakeRelay
from tickets.admission import TimeQuality, TrustedNow
from tickets.departures import Departure, DepartureState
from tickets.errors import EnvironmentFault
from tickets.service_day import CHINA
from tickets.staff import Act, open_fact
from tickets.trust import read_trust_list

DAY = date(2026, 11, 22)


@pytest.fixture(autouse=True, scope="module")
def _quick_cards() -> Iterator[None]:
    with quick_cards():
        yield


@pytest.fixture(autouse=True)
def _umask() -> Iterator[None]:
    umask = os.umask(0o022)
    yield
    os.umask(umask)


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Where nobody runs who could take an act, there is nothing to wait for."""
    if "alone" in request.fixturenames:
        monkeypatch.setattr("station.staff_acting.PATIENCE_S", 0.0)


class Staff:
    """Somebody at a terminal that knows two departures of today, about now."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.coach, self.other = coach(), coach(trip="K1044")
        terminal.hears(self.coach, self.other, devices=(terminal,))
        self.cards = {number: write_card(terminal.folder, number) for number in ("0107", "0108", "0109", "0110")}

    def command(self, act: str, *more: str, badge: str = "0108", trip: str | None = None) -> list[str]:
        words = ["departure", act, "--config", str(self.terminal.config)]
        words += ["--card", str(self.cards[badge]), "--pin-file", str(self.terminal.folder / "pin")]
        if act != "strike-off":
            words += ["--date", self.coach.service_date.isoformat(), "--trip", trip or self.coach.trip]
        return [*words, *more]

    def facts(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted((self.terminal.directory / "staff").rglob("*.fact"))]

    def standing(self, departure: Departure | None = None) -> Departure:
        return self.terminal.standing(departure or self.coach)


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Staff]:
    """Nothing runs beside the command: no sync, no relay, no line."""
    terminal = Terminal(tmp_path / "t", "t", relay=None)
    yield Staff(terminal)
    terminal.close()


def refused(capsys: pytest.CaptureFixture[str], command: list[str]) -> str:
    capsys.readouterr()
    assert main(command) == 1
    line = capsys.readouterr().err.strip()
    assert line
    assert "\n" not in line
    assert "Traceback" not in line
    return line


def test_without_sync_the_act_is_safe_and_it_is_said_that_nobody_obeys(
    alone: Staff, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Start sync" in refused(capsys, alone.command("gate", "--gate", "5", "--bay", "7"))
    fact = open_fact(alone.facts()[0], read_trust_list(trust_list()), STATION_NO, wall())
    assert (fact.act, fact.gate, fact.bay, fact.badge) == (Act.GATE, "5", "7", "0108")
    assert (fact.service_date, fact.trip) == (alone.coach.service_date, alone.coach.trip)


def test_without_a_relay_this_terminal_obeys_and_the_others_must_be_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal(tmp_path / "t", "t", relay=None)
    staff = Staff(terminal)
    with terminal.in_the_lan():
        assert main(staff.command("gate", "--gate", "5")) == 0
        said = capsys.readouterr().out
        assert "This terminal obeys it. No relay is configured" in said
        assert "gate 5" in said
        assert staff.standing().gate == "5"
    terminal.close()


def test_a_dead_relay_delays_nothing_here(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("station.staff_acting.PATIENCE_S", 0.6)
    terminal = Terminal(tmp_path / "t", "t", relay="http://127.0.0.1:9")
    staff = Staff(terminal)
    with terminal.in_the_lan():
        assert main(staff.command("stop", "--json", badge="0107")) == 0
        said = json.loads(capsys.readouterr().out)
        assert said["obeyed_by"] == "terminal"
        assert "Other gates do not know of it" in said["said"]
        assert said["departure"]["closes_at"] == said["at"]
        assert staff.standing().planned_close == staff.coach.closes_at
    terminal.close()


def test_the_relay_has_it_and_the_other_gate_obeys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    relay = FakeRelay({})
    with relay.serving() as url:
        here, there = (Terminal(tmp_path / name, name, relay=url) for name in ("here", "there"))
        relay.devices.update({each.device: each.key.public for each in (here, there)})
        staff = Staff(here)
        there.hears(staff.coach)
        with here.in_the_lan(), there.in_the_lan():
            assert main(staff.command("delay", "--to", "20", "--why", "snow on the road")) == 0
            assert "The relay has it" in capsys.readouterr().out
            later = staff.coach.departs_at + timedelta(minutes=20)
            eventually(lambda: there.standing(staff.coach).departs_at == later)
            assert main(["departure", "show", "--config", str(there.config), "--hours", "6"]) == 0
            shown = capsys.readouterr().out
            assert "snow on the road" in shown
            assert "badge 0108 (ZH, duty manager)" in shown
            assert clock_on(later, staff.coach.service_date, CHINA) in shown
            assert main(["departure", "show", "--config", str(there.config), "--json"]) == 0
            record = json.loads(capsys.readouterr().out)[0]
            assert record["staff"][0]["why"] == "snow on the road"
        here.close()
        there.close()


ACTS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "open": ((), {}),
    "stop": ((), {}),
    "late": (("--until", "+40"), {}),
    "delay": (("--to", "-5", "--why", "x"), {}),
    "merge": (("--into", "k1044", "--why", "few tickets"), {"into": "K1044"}),
    "cancel": (("--why", "snow"), {}),
    "gate": (("--gate", "5"), {"gate": "5", "bay": None}),
    "coach": (("--plate", "鲁B54321", "--seats", "33", "--why", "breakdown"), {"plate": "鲁B54321", "seats": 33}),
    "depart": ((), {}),
    "strike-off": (("--device", "t", "--why", "burnt out"), {}),
    "free": (("--device", "till-1", "--why", "nobody hears it"), {}),
}


@pytest.mark.parametrize("act", ACTS)
def test_every_act_is_signed_as_it_was_said(alone: Staff, act: str, capsys: pytest.CaptureFixture[str]) -> None:
    more, expected = ACTS[act]
    assert "Nobody obeys it yet" in refused(capsys, alone.command(act, *more))
    fact = open_fact(alone.facts()[0], read_trust_list(trust_list()), STATION_NO, wall())
    assert fact.act.value.replace("_", "-") == act
    assert {name: getattr(fact, name) for name in expected} == expected
    if act == "late":
        assert fact.until == fact.at.replace(microsecond=fact.at.microsecond) + timedelta(minutes=40)
    if act == "delay":
        assert fact.until == alone.coach.departs_at - timedelta(minutes=5)
    if act == "strike-off":
        assert (fact.device, fact.trip) == (alone.terminal.device, None)


def test_every_act_has_a_word() -> None:
    assert set(HELP) == set(Act)
    assert {*ACTS, "reinstate"} == {act.value.replace("_", "-") for act in Act}


def test_another_plate_alone_keeps_the_seats(alone: Staff, capsys: pytest.CaptureFixture[str]) -> None:
    refused(capsys, alone.command("coach", "--plate", "鲁B54321", "--why", "x"))
    refused(capsys, alone.command("coach", "--plate", "鲁B54321", "--seats", "none", "--why", "x"))
    facts = [open_fact(data, read_trust_list(trust_list()), STATION_NO, wall()) for data in alone.facts()]
    assert {fact.seats for fact in facts} == {45, None}


MISTAKES: dict[str, tuple[tuple[str, ...], str]] = {
    "unknown trip, near name": (("open", "trip:K1024-70"), "K1024-07"),
    "unknown trip, none near": (("open", "trip:ZZZZ"), "known: K1024-07, K1044"),
    "a role that may not": (("cancel", "--why", "x", "badge:0107"), "Ask a duty manager"),
    "a cashier": (("open", "badge:0109"), "may not open check-in"),
    "an expired badge": (("open", "badge:0110"), "has expired"),
    "no reason": (("cancel",), "--why"),
    "no time": (("late", "--until", "soon"), "14:30"),
    "an impossible time": (("late", "--until", "25:00"), "14:30"),
    "a past time": (("late", "--until", "-5"), "is past"),
    "late boarding while check-in is open": (("late", "--until", "1"), "is open until"),
    "a coach that has left already": (("delay", "--to", "-40", "--why", "x"), "is past"),
    "the same time": (("delay", "--to", "0", "--why", "x"), "at that time already"),
    "too far": (("delay", "--to", "800", "--why", "x"), "more than 12 hours"),
    "into itself": (("merge", "--into", "K1024-07", "--why", "x"), "into itself"),
    "into nothing": (("merge", "--into", "K1045", "--why", "x"), "K1044"),
    "not cancelled": (("reinstate", "--why", "x"), "neither cancelled"),
    "seats": (("coach", "--plate", "X", "--seats", "many", "--why", "x"), "number of seats"),
    "too many seats": (("coach", "--plate", "X", "--seats", "400", "--why", "x"), "1 to 255"),
    "a long reason": (("open", "--why", "x" * 121), "at most 120"),
    "an unknown gate": (("strike-off", "--device", "gate-9", "--why", "x"), "there is no gate gate-9"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_sentence_for_every_mistake_and_nothing_signed(
    alone: Staff, mistake: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words, sentence = MISTAKES[mistake]
    special = {
        name: word.split(":", 1)[1] for word in words for name in ("trip", "badge") if word.startswith(f"{name}:")
    }
    command = alone.command(words[0], *[w for w in words[1:] if not w.startswith(("trip:", "badge:"))], **special)
    assert sentence.lower() in refused(capsys, command).lower()
    assert alone.facts() == []


def test_what_is_cancelled_or_merged_is_not_worked_on(alone: Staff, capsys: pytest.CaptureFixture[str]) -> None:
    centre = alone.terminal.centre
    centre.departure(replace(alone.coach, state=DepartureState.CANCELLED))
    assert "reinstate it first" in refused(capsys, alone.command("open"))
    centre.departure(replace(alone.coach, merged_into="K1044"))
    assert "K1044" in refused(capsys, alone.command("late", "--until", "40"))
    assert "itself merged into K1044" in refused(
        capsys, alone.command("merge", "--into", "K1024-07", "--why", "x", trip="K1044")
    )
    assert alone.facts() == []


def test_an_act_that_nobody_would_obey_is_said_to_be_refused(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path / "t", "t", relay=None)
    folder = terminal.directory / "staff" / "refused"
    folder.mkdir(parents=True)
    (folder / "ab.fact").write_bytes(b"x")
    taken = TakenFacts(terminal.directory)
    assert taken.look("ab", b"x") is FactTaken.REFUSED
    assert taken.look("cd", b"x") is FactTaken.NOBODY
    taken.close()
    terminal.close()


def test_times_are_of_the_stations_day() -> None:
    noon = datetime(2026, 11, 22, 4, tzinfo=UTC)

    def meant(written: str) -> datetime:
        return moment_of(written, day=DAY, zone=CHINA, minutes_from=noon)

    assert meant("14:30") == datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
    assert meant("9：05") == datetime(2026, 11, 22, 1, 5, tzinfo=UTC)
    assert meant("03:00") == datetime(2026, 11, 21, 19, tzinfo=UTC)
    assert meant("00:20") == datetime(2026, 11, 22, 16, 20, tzinfo=UTC)  # the night that ends the service day
    assert meant("02:59") == datetime(2026, 11, 22, 18, 59, tzinfo=UTC)
    assert meant("15") == meant("+15") == noon + timedelta(minutes=15)
    assert meant("-15") == noon - timedelta(minutes=15)
    for nonsense in ("", "14.30", "24:00", "12:60", "1430", "ten"):
        with pytest.raises(EnvironmentFault):
            meant(nonsense)
    assert clock_on(meant("00:20"), DAY, CHINA) == "00:20"
    assert clock_on(meant("14:30") + timedelta(days=1), DAY, CHINA) == "11-23 14:30"


def test_what_the_centre_has_in_and_never_came_here_is_counted(
    alone: Staff, capsys: pytest.CaptureFixture[str]
) -> None:
    alone.terminal.centre.departure(replace(alone.coach, gate="7", acts=("ab" * 16,)))
    command = ["departure", "show", "--config", str(alone.terminal.config), "--hours", "6"]
    assert main(command) == 0
    assert "1 act of staff that the centre has in" in capsys.readouterr().out
    assert main([*command, "--json"]) == 0
    assert [each["unheard"] for each in json.loads(capsys.readouterr().out)] == [1, 0]


def test_a_terminal_that_knows_nothing_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal(tmp_path / "t", "t", relay=None)
    assert "never been in step" in refused(capsys, ["departure", "show", "--config", str(terminal.config)])
    assert "knows no departures" in refused(
        capsys, ["departure", "sheet", "--config", str(terminal.config), "--trip", "K1024-07"]
    )
    terminal.close()


def test_a_machine_without_the_time_signs_nothing(
    alone: Staff, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = TrustedNow(at=alone.coach.departs_at, quality=TimeQuality.UNKNOWN)
    monkeypatch.setattr("station.clock.TerminalClock.__call__", lambda _clock: unknown)
    assert "does not know what time it is" in refused(capsys, alone.command("open"))
    assert alone.facts() == []


def test_a_stop_shows_and_prints_the_sheet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal(tmp_path / "t", "t", relay=None)
    staff = Staff(terminal)
    with terminal.in_the_lan():
        assert main(staff.command("stop")) == 0
        assert "waystation departure sheet --config" in capsys.readouterr().out
        assert main(staff.command("stop", "--sheet")) == 0
        assert "路单 Departure sheet" in capsys.readouterr().out
        assert main(staff.command("stop", "--print")) == 1  # no printer: said, and the stop stands
        assert "no printer" in capsys.readouterr().err
        assert staff.standing().planned_close == staff.coach.closes_at
    terminal.close()
