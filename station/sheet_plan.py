"""What stands on a departure sheet, in which order: one plan for the screen and for paper. No personal data."""

from collections.abc import Iterator
from dataclasses import dataclass

from kiosk.paper.face import Words
from kiosk.till.faces import KINDS
from station.clock_words import clock_on
from station.departure_told import act_words
from station.sheet_gather import GatheredSheet
from tickets.numbers import TicketNumber

TITLE: Words = ("路单", "Departure sheet")
SOLD: Words = ("已售", "Sold")
BOARDED: Words = ("已检", "Boarded")
PERSONS: Words = ("实乘人数", "Persons aboard")
KIND: Words = ("票种", "Ticket")
TOTAL: Words = ("合计", "Total")
UNLISTED: Words = ("未收到售票记录", "Sale not heard of")
NO_SHOWS: Words = ("漏乘", "No-shows")
SEATS: Words = ("漏乘座位", "Their seats")
LANES: Words = ("通道人次", "Persons by lane")
LOOK_INTO: Words = ("请核查的票号", "Ticket numbers to look into")
ACTS: Words = ("调度记录", "What staff did")
NOTES: Words = ("数字可能变动", "These numbers may still change")
REMARKS: Words = ("注意", "Mind")
SIGNATURES: tuple[Words, ...] = (("检票员", "Attendant"), ("驾驶员", "Driver"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A label and what stands behind it."""

    label: Words
    value: str
    value_below: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPlan:
    """The parts of a sheet. `kinds` are rows of label, sold and boarded, the last one the total."""

    kinds: tuple[tuple[Words, str, str], ...]
    counts: tuple[Line, ...]
    no_shows: tuple[Line, ...]
    lanes: tuple[Line, ...]
    look_into: tuple[Line, ...]
    acts: tuple[tuple[str, Words, str], ...]
    may_change: tuple[Words, ...]
    remarks: tuple[Words, ...]


def plan_of(gathered: GatheredSheet) -> SheetPlan:
    """What to show of a gathered sheet."""
    sheet = gathered.sheet
    zone, day = gathered.station.zone, sheet.service_date
    return SheetPlan(
        kinds=tuple(_kinds(gathered)),
        counts=tuple(_counts(gathered)),
        no_shows=tuple(_no_shows(gathered)),
        lanes=tuple(
            Line(label=(lane, ""), value=_both_ways(count.entered, count.left)) for lane, count in sheet.lanes.items()
        ),
        look_into=(
            *(Line(label=("通过与否不明", "Unresolved"), value=_grouped(number)) for number in sheet.unresolved),
            *(Line(label=("放行两次", "Let in twice"), value=_grouped(number)) for number in sheet.admitted_twice),
        ),
        acts=tuple((clock_on(fact.at, day, zone), act_words(fact, zone), fact.badge) for fact in gathered.acts),
        may_change=tuple(note.words for note in gathered.notes if note.may_change),
        remarks=tuple(note.words for note in gathered.notes if not note.may_change),
    )


def _kinds(gathered: GatheredSheet) -> Iterator[tuple[Words, str, str]]:
    sheet = gathered.sheet
    for kind, words in KINDS.items():
        sold, boarded = sheet.sold_by_kind[kind], sheet.boarded_by_kind[kind]
        if sold or boarded:
            yield words, str(sold), str(boarded)
    if sheet.boarded_unlisted:
        yield UNLISTED, "–", str(sheet.boarded_unlisted)
    yield TOTAL, str(sheet.sold), str(sheet.boarded)


def _counts(gathered: GatheredSheet) -> Iterator[Line]:
    sheet = gathered.sheet
    if sheet.children_on_tickets or sheet.children_boarded:
        value = f"{sheet.children_boarded} / {sheet.children_on_tickets}"
        yield Line(label=("携童：实乘 / 票载", "Carried children: aboard / sold"), value=value)
    for label, count in (
        (("补检", "Late boarding"), sheet.late),
        (("工牌放行", "Let in by a badge"), sheet.overridden),
        (("未经中继核对", "Not arbitrated"), sheet.unarbitrated),
        (("检票后出站", "Walked back out"), sheet.walked_out),
        (("只出未进", "Out, with no way in known"), sheet.left_without_entering),
        (("已退票", "Refunded"), sheet.refunded),
        (("已改签", "Changed"), sheet.changed),
        (("已停用", "Blocked"), sheet.revoked),
    ):
        if count:
            yield Line(label=label, value=str(count))


def _no_shows(gathered: GatheredSheet) -> Iterator[Line]:
    sheet = gathered.sheet
    for stop, count in sheet.no_shows_by_stop.items():
        yield Line(label=gathered.stop(stop), value=str(count))
    if sheet.no_show_seats:
        yield Line(label=SEATS, value=", ".join(map(str, sheet.no_show_seats)))


def _both_ways(entered: int, left: int) -> str:
    """Zero is said only where nobody went either way."""
    said = (f"+{entered}" if entered or not left else "", f"−{left}" if left else "")
    return " ".join(part for part in said if part)


def _grouped(number: TicketNumber) -> str:
    return " ".join(number.digits[first : first + 4] for first in range(0, 20, 4))
