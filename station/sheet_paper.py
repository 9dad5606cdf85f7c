"""A departure sheet on 80 mm paper, drawn as tickets are: persons aboard first, what may still change in a frame."""

from kiosk.paper import words
from kiosk.paper.face import Words
from kiosk.paper.fonts import Fonts
from kiosk.paper.parts import boxes, departure, foot, heading, journey, label, row
from kiosk.paper.sheet import ASCENT, INNER, MARGIN, WHITE, WIDTH, Box, Sheet, Side
from station.sheet_gather import GatheredSheet
from station.sheet_plan import (
    ACTS,
    BOARDED,
    KIND,
    LANES,
    LOOK_INTO,
    NO_SHOWS,
    NOTES,
    PERSONS,
    REMARKS,
    SIGNATURES,
    SOLD,
    TITLE,
    Line,
    SheetPlan,
    plan_of,
)

_SOLD_EDGE, _BOARDED_EDGE = WIDTH - MARGIN - 200, WIDTH - MARGIN
_LONG_NAMES = 44


def lay_out_departure_sheet(gathered: GatheredSheet, fonts: Fonts) -> Sheet:
    """The drawn sheet, which knows where every text stands; 576 dots wide, as long as it needs to be."""
    plan, counted, station = plan_of(gathered), gathered.sheet, gathered.station
    sheet = Sheet(fonts)
    heading(sheet, station.operator, TITLE)
    sheet.skip(18)
    journey(sheet, station.name, gathered.destination, _LONG_NAMES)
    sheet.skip(18)
    trips = " + ".join((counted.trip, *gathered.merged))
    departure(sheet, counted.departs_at, station.zone, trips, counted.plate)
    sheet.skip(16)
    boxes(sheet, ((words.GATE, (counted.gate, "")), (words.BAY, (counted.bay, "")), (PERSONS, _count(counted.persons))))
    sheet.skip(18)
    _kinds(sheet, plan)
    sheet.skip(8)
    row(sheet, NO_SHOWS, str(counted.no_shows))
    for each in (*plan.no_shows, *plan.counts):
        _detail(sheet, each)
    _section(sheet, LANES, plan.lanes)
    _section(sheet, LOOK_INTO, plan.look_into)
    _acts(sheet, plan)
    for title, said in ((REMARKS, plan.remarks), (NOTES, plan.may_change)):
        if said:
            sheet.skip(14)
            _framed(sheet, title, said)
    sheet.skip(28)
    _signatures(sheet)
    foot(sheet, gathered.terminal, words.moment(counted.at, station.zone), "")
    return sheet


def _count(persons: int) -> Words:
    return str(persons), ""


def _kinds(sheet: Sheet, plan: SheetPlan) -> None:
    """The table of kinds: its head white on black, its total below a line."""
    head = [
        sheet.fit(" ".join(said), 180, bold=True, largest=24, smallest=18, rows=1) for said in (KIND, SOLD, BOARDED)
    ]
    height = max(each.height for each in head) + 14
    sheet.block(Box(MARGIN, sheet.y, WIDTH - MARGIN, sheet.y + height))
    for setting, x, side in zip(
        head, (MARGIN + 8, _SOLD_EDGE, _BOARDED_EDGE - 8), (Side.LEFT, Side.RIGHT, Side.RIGHT), strict=True
    ):
        sheet.put(setting, x, sheet.y + 7, side, ink=WHITE)
    sheet.y += height + 10
    for place, (name, sold, boarded) in enumerate(plan.kinds):
        last = place == len(plan.kinds) - 1
        if last:
            sheet.rule()
            sheet.y += 10
        size = 34 if last else 30
        values = [sheet.fit(each, 100, bold=True, largest=size, smallest=20) for each in (sold, boarded)]
        upper = sheet.fit(name[0], 220, bold=last, largest=size - 4, smallest=20, rows=1)
        room = _SOLD_EDGE - values[0].width - MARGIN - 18 - upper.width - 12
        beside = sheet.fit(name[1], room, bold=False, largest=22, smallest=16, rows=1)
        base = round(size * ASCENT)
        sheet.put(upper, MARGIN + 8, sheet.y + base - round(upper.size * ASCENT))
        sheet.put(beside, MARGIN + 18 + upper.width, sheet.y + base - round(beside.size * ASCENT))
        for value, edge in zip(values, (_SOLD_EDGE, _BOARDED_EDGE - 8), strict=True):
            sheet.put(value, edge, sheet.y, Side.RIGHT)
        sheet.y += size + 10


def _detail(sheet: Sheet, line: Line) -> None:
    """A quieter row; a value that is long stands below its label."""
    name = sheet.fit(" ".join(line.label).strip(), INNER - 100, bold=False, largest=24, smallest=18, rows=2)
    value = sheet.fit(line.value, INNER - 24, bold=True, largest=26, smallest=20, rows=4)
    sheet.put(name, MARGIN + 16, sheet.y)
    if len(value.lines) == 1 and name.width + value.width + 40 <= INNER:
        sheet.put(value, WIDTH - MARGIN, sheet.y, Side.RIGHT)
        sheet.y += max(name.height, value.height)
    else:
        sheet.y += name.height + 6
        sheet.put(value, MARGIN + 16, sheet.y)
        sheet.y += value.height
    sheet.y += 10


def _section(sheet: Sheet, title: Words, lines: tuple[Line, ...]) -> None:
    if not lines:
        return
    sheet.skip(8)
    sheet.rule()
    sheet.skip(12)
    label(sheet, title)
    sheet.y += 8
    for line in lines:
        _detail(sheet, line)


def _acts(sheet: Sheet, plan: SheetPlan) -> None:
    if not plan.acts:
        return
    sheet.skip(8)
    sheet.rule()
    sheet.skip(12)
    label(sheet, ACTS)
    sheet.y += 8
    for at, what, badge in plan.acts:
        time = sheet.fit(at, 160, bold=True, largest=24, smallest=18, rows=1)
        said = sheet.fit(
            f"{what[0]} {what[1]} · 工牌 badge {badge}", INNER - 116, bold=False, largest=24, smallest=18, rows=3
        )
        sheet.put(time, MARGIN + 16, sheet.y)
        sheet.put(said, MARGIN + 116, sheet.y)
        sheet.y += max(time.height, said.height) + 8


def _framed(sheet: Sheet, title: Words, said: tuple[Words, ...]) -> None:
    """Sentences in a frame of their own: whoever signs the sheet must not miss them."""
    top = sheet.y
    room = INNER - 32
    sheet.y += 14
    head = sheet.fit(f"! {title[0]} {title[1]}", room, bold=True, largest=28, smallest=22)
    sheet.put(head, MARGIN + 16, sheet.y)
    sheet.y += head.height + 10
    for sentence in said:
        for text, size in zip(sentence, (26, 22), strict=True):
            setting = sheet.fit(text, room, bold=False, largest=size, smallest=size - 2, rows=4)
            sheet.put(setting, MARGIN + 16, sheet.y)
            sheet.y += setting.height + 6
        sheet.y += 6
    sheet.y += 6
    sheet.frame(Box(MARGIN, top, WIDTH - MARGIN, sheet.y))


def _signatures(sheet: Sheet) -> None:
    """Room for those who sign, half of the paper each."""
    half = INNER // len(SIGNATURES)
    sheet.y += 56
    for place, said in enumerate(SIGNATURES):
        left = MARGIN + place * half
        sheet.block(Box(left, sheet.y, left + half - 16, sheet.y + 2))
        sheet.put(sheet.fit(" ".join(said), half - 16, bold=False, largest=22, smallest=18), left, sheet.y + 8)
    sheet.y += 44
