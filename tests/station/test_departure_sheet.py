"""The departure sheet as people get it: drawn, on a terminal, printed; and what it says of its own doubts."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from drivers.health import Health
from drivers.printer import PrintOutcome, Status
from drivers.printer.simulator import PrinterSimulator
from drivers.simulation import Station
from kiosk.paper.fonts import find_fonts
from kiosk.paper.sheet import WIDTH, Sheet
from station.cli import main
from station.config import Config
from station.sheet_command import draw, print_sheet
from station.sheet_gather import GatheredSheet
from station.sheet_notes import Note
from station.sheet_paper import lay_out_departure_sheet
from station.sheet_text import sheet_text
from station.station_words import StationWords
from station.text_table import columns
from sync.engine.status import SyncStatus
from tests.kiosk.paper.test_draw import check_nothing_overlaps
from tests.station.staff_site import FAR, NEAR, Desk, Terminal, coach
from tickets.departures import Departure
from tickets.errors import EnvironmentFault
from tickets.journey import TicketKind
from tickets.sheet import SoldTicket, departure_sheet
from tickets.staff import Act, StaffFact
from tickets.uses import Use, UseEnd

LEAVES = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
LONG = (
    "西双版纳傣族自治州景洪市勐罕客运站",
    "Menghan Coach Station, Jinghong, Xishuangbanna Dai Autonomous Prefecture",
)
FONTS = find_fonts()


def gathered(departure: Departure | None = None, *, station: StationWords | None = None) -> GatheredSheet:
    """A full sheet: every part of it has something to say."""
    departure = departure or coach(LEAVES)
    desk = Desk(departure)
    kinds = [TicketKind.ADULT] * 20 + [TicketKind.CHILD] * 3 + [TicketKind.CONCESSION] * 2 + [TicketKind.FREE]
    tickets = [desk.ticket(kind=kind, alighting=FAR if n % 3 else NEAR) for n, kind in enumerate(kinds)]
    uses = [use(ticket.number, n) for n, ticket in enumerate(tickets[:21])]
    uses[3] = replace(uses[3], end=UseEnd.UNRESOLVED)
    uses.append(replace(uses[0], use_no=2, attempt=uses[20].attempt))
    uses[5] = replace(uses[5], flags=frozenset({"late", "overridden", "unarbitrated"}))
    sold = [SoldTicket(number=each.number, journey=each.journey) for each in tickets]
    note = (
        "中继没有应答：其他检票机此后的检票不在其内。",
        "The relay is silent: what other gates did since is not in it.",
    )
    return GatheredSheet(
        sheet=departure_sheet(departure, sold, uses, LEAVES),
        departure=departure,
        station=station or StationWords(name=("青山", "Qingshan"), operator=("青山客运站", "Qingshan Coach Station")),
        terminal="gate-1",
        destination=("临江", "Linjiang"),
        stops={NEAR: ("柳林", "Liulin")},
        merged=("QS1044",),
        acts=(fact(departure, Act.DELAY, until=LEAVES), fact(departure, Act.COACH, plate="鲁B54321", seats=33)),
        without_ticket=1,
        notes=(
            Note(name="relay_silent", words=note),
            Note(name="time_not_signed", words=("时间未经核对。", "Time not confirmed."), may_change=False),
        ),
    )


def use(number: object, n: int) -> Use:
    return Use(
        ticket=number,  # type: ignore[arg-type]  # a ticket number
        use_no=1,
        attempt=UUID(int=n + 1),
        device="gate-1",
        lane="3A" if n % 2 else "3B",
        at=LEAVES - timedelta(minutes=20),
        end=UseEnd.PASSED,
    )


def fact(departure: Departure, act: Act, **what: object) -> StaffFact:
    return StaffFact(
        fact_id=UUID(int=1),
        station=1,
        badge="0107",
        act=act,
        at=LEAVES - timedelta(hours=1),
        why="the driver fell ill",
        service_date=departure.service_date,
        trip=departure.trip,
        **what,  # type: ignore[arg-type]  # each act's own
    )


def drawn(sheet: Sheet) -> str:
    return "\n".join(text for text, _ in sheet.texts)


@pytest.mark.parametrize(
    "make",
    [
        gathered,
        lambda: replace(gathered(), destination=LONG),
        lambda: gathered(station=StationWords(name=LONG, operator=LONG)),
        lambda: replace(gathered(), merged=("QS1044", "QS1054", "QS1064"), acts=(), notes=()),
        lambda: replace(gathered(), sheet=replace(gathered().sheet, boarded_unlisted=2)),
    ],
)
def test_nothing_on_paper_stands_over_anything_else(make: Callable[[], GatheredSheet]) -> None:
    sheet = lay_out_departure_sheet(make(), FONTS)
    check_nothing_overlaps(sheet)
    assert sheet.raster().width == WIDTH


def test_paper_says_who_is_aboard_and_who_is_not_and_whose_word_it_is() -> None:
    text = drawn(lay_out_departure_sheet(gathered(), FONTS))
    for said in ("Departure sheet", "QS1044", "14:30", "Persons aboard", "漏乘", "Liulin", "3A", "Let in twice", "0107",
                 "These numbers may still change", "The relay is silent", "Time not confirmed",
                 "驾驶员 Driver"):  # fmt: skip
        assert said in text, said


def test_neither_paper_nor_screen_nor_program_is_told_why_or_whose_initials() -> None:
    """The reason is free text by a person about persons: it stays with the act."""
    assert "fell ill" not in drawn(lay_out_departure_sheet(gathered(), FONTS)) + sheet_text(gathered())


def test_every_line_of_the_table_keeps_its_columns() -> None:
    lines = sheet_text(gathered()).splitlines()
    assert max(map(columns, lines)) <= 72
    head = next(line for line in lines if line.startswith("票种"))
    first = lines.index(head)
    table = lines[first : first + 6]
    assert {columns(line) for line in table} == {columns(head)}, table


class FakePrinter:
    """Answers as it is told."""

    def __init__(self, outcome: PrintOutcome, health: Health) -> None:
        self._outcome, self._health = outcome, health
        self.printed: list[int] = []
        self.closed = False

    def status(self) -> Status:
        raise AssertionError("health is asked")

    def health(self) -> Health:
        return self._health

    def print_raster(
        self, image: bytes, width: int, height: int, *, on_sent: Callable[[], None] | None = None
    ) -> PrintOutcome:
        assert on_sent is None
        self.printed.append(len(image) - width // 8 * height)
        return self._outcome

    def close(self) -> None:
        self.closed = True


WELL = Health(ok=True, what="", hint="")


@pytest.mark.parametrize(
    ("outcome", "health", "said"),
    [
        (PrintOutcome.DONE, WELL, "The sheet is printed."),
        (PrintOutcome.REFUSED, WELL, "not ready"),
        (PrintOutcome.UNKNOWN, WELL, "did not say whether"),
        (PrintOutcome.DONE, Health(ok=False, what="The printer has no paper", hint="Put in a roll."), "has no paper"),
    ],
)
def test_what_became_of_the_print_is_said(outcome: PrintOutcome, health: Health, said: str) -> None:
    printer = FakePrinter(outcome, health)
    try:
        answer = print_sheet(Config(), draw(gathered()), lambda _config: printer)
    except EnvironmentFault as fault:
        answer = fault.what
    assert said in answer
    assert printer.closed
    assert bool(printer.printed) is health.ok


def test_it_is_printed_on_the_configured_printer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prints = tmp_path / "prints"
    with Station(PrinterSimulator(pictures=prints), f"pty:{tmp_path / 'printer'}"):
        terminal = Terminal(tmp_path / "t", "t", relay=None, more=f'[printer]\naddress = "{tmp_path / "printer"}"\n')
        departure = coach()
        terminal.hears(departure)
        command = ["departure", "sheet", "--config", str(terminal.config), "--trip", departure.trip]
        assert main([*command, "--date", departure.service_date.isoformat(), "--print"]) == 0
        terminal.close()
    assert "The sheet is printed." in capsys.readouterr().out
    assert len(list(prints.glob("*.png"))) == 1


def test_without_a_printer_a_sentence_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal(tmp_path, "t", relay=None)
    departure = coach()
    terminal.hears(departure)
    command = ["departure", "sheet", "--config", str(terminal.config), "--trip", departure.trip]
    assert main([*command, "--date", departure.service_date.isoformat(), "--print"]) == 1
    assert "no printer" in capsys.readouterr().err
    terminal.close()


def test_doubts_are_named_for_people_and_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal(tmp_path, "t", relay="http://127.0.0.1:9")
    departure, other = coach(), coach(trip="K1044")
    merged = replace(other, merged_into=departure.trip)
    terminal.hears(departure, merged)
    desk = Desk(merged)
    terminal.centre.ticket(desk.ticket())
    terminal.in_step(timedelta(minutes=7))
    command = ["departure", "sheet", "--config", str(terminal.config), "--date", departure.service_date.isoformat()]
    assert main([*command, "--trip", departure.trip, "--json"]) == 0
    sheet = json.loads(capsys.readouterr().out)
    assert {"relay_silent", "cache_old", "open"} <= {note["name"] for note in sheet["notes"]}
    assert "trust_list" not in {note["name"] for note in sheet["notes"]}
    assert sheet["may_change"] is True
    assert (sheet["merged"], sheet["sold"]) == (["K1044"], 1)  # who was merged into it travels on it
    assert main([*command, "--trip", "K1044"]) == 0
    assert f"Merged into {departure.trip}" in capsys.readouterr().out
    terminal.close()


def test_a_trust_list_that_ends_is_told_to_whoever_makes_the_sheet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal(tmp_path, "t", relay="")
    departure = coach()
    terminal.hears(departure)
    what, hint = "The trust list ends on 2026-12-01", "Tell the centre's operator."
    status = SyncStatus(line_up=True, last_success_ms=0, queued=0, worry=what, worry_hint=hint)
    terminal.centre.writer.set_status(status)
    command = ["departure", "sheet", "--config", str(terminal.config), "--date", departure.service_date.isoformat()]
    assert main([*command, "--trip", departure.trip]) == 0
    assert f"{what}. {hint}" in " ".join(capsys.readouterr().out.split())
    terminal.close()
