"""A departure sheet on a terminal: a table that stands straight in both languages."""

from kiosk.paper import words
from kiosk.paper.face import Words
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
    SOLD,
    TITLE,
    Line,
    plan_of,
)
from station.text_table import columns, padded, table, wrapped

WIDTH = 72


def sheet_text(gathered: GatheredSheet) -> str:
    """The whole sheet, at most 72 columns wide."""
    plan, sheet, station = plan_of(gathered), gathered.sheet, gathered.station
    date = words.day(sheet.departs_at, station.zone)
    merged = f" + {', '.join(gathered.merged)}" if gathered.merged else ""
    parts = [
        *_title(station.operator),
        "═" * WIDTH,
        wrapped(
            f"{words.clock(sheet.departs_at, station.zone)}  {_both(station.name)} → {_both(gathered.destination)}",
            WIDTH,
        ),
        f"{sheet.trip}{merged}  {date[0]} {date[1]}",
        "  ".join(
            f"{_both(label)} {value}"
            for label, value in ((words.GATE, sheet.gate), (words.BAY, sheet.bay), (words.COACH, sheet.plate))
        ),
        "─" * WIDTH,
        table(
            [
                (_both(KIND), _both(SOLD), _both(BOARDED)),
                *((_both(label), sold, boarded) for label, sold, boarded in plan.kinds),
            ],
            right=frozenset({1, 2}),
        ),
        "",
        f"{_both(PERSONS)}: {sheet.persons}",
        f"{_both(NO_SHOWS)}: {sheet.no_shows}",
        *(f"  {line}" for line in _lines(plan.no_shows)),
        *_lines(plan.counts),
        *_section(LANES, _lines(plan.lanes)),
        *_section(LOOK_INTO, _lines(plan.look_into)),
        *_section(ACTS, [f"{at}  {_both(what)} · {_both(('工牌', 'badge'))} {badge}" for at, what, badge in plan.acts]),
        *_section(REMARKS, [_both(note) for note in plan.remarks], mark="! "),
        *_section(NOTES, [_both(note) for note in plan.may_change], mark="! "),
        "─" * WIDTH,
        f"{gathered.terminal} · {words.moment(sheet.at, station.zone)}",
    ]
    return "\n".join(parts)


def _both(said: Words) -> str:
    return f"{said[0]} {said[1]}".strip()


def _ends(left: str, right: str) -> str:
    return f"{padded(left, WIDTH - columns(right))}{right}".rstrip()


def _title(operator: Words) -> list[str]:
    if columns(_both(TITLE)) + columns(_both(operator)) + 2 > WIDTH:
        return [wrapped(_both(operator), WIDTH), _both(TITLE)]
    return [_ends(_both(TITLE), _both(operator))]


def _lines(lines: tuple[Line, ...]) -> list[str]:
    return [f"{_both(line.label)}: {line.value}" for line in lines]


def _section(title: Words, lines: list[str], *, mark: str = "  ") -> list[str]:
    if not lines:
        return []
    room = WIDTH - len(mark)
    indented = [mark + wrapped(line, room).replace("\n", "\n" + " " * len(mark)) for line in lines]
    return ["", _both(title), *indented]
