"""Draw the curves of docs/scale.md out of a report of the bench: `python -m station.bench.growth_picture [REPORT]`.

The points are kept beside the pictures, so that these can be drawn again. Every line is told apart by its mark and by
its name at its end, not by colour alone; the pictures bring their own ground, light or dark as the reader has it.
"""

import json
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from station.bench.growth import Curve, line

PICTURES = Path(__file__).parent.parent.parent / "docs" / "pictures"
POINTS = "scale.json"
QUESTIONS_A_SECOND = 4 / 60
"""Of a terminal whose question stays open for 15 s."""
BACKLOG = 900
"""Boardings of a station in four hours: see docs/scale.md."""

Points = list[tuple[float, float]]

_WIDTH, _HEIGHT, _PANEL = 960, 340, 480
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 152, 66, 52
_APART = 34
_LIGHT = {"ground": "#FFFFFF", "ink": "#0B1F33", "quiet": "#4A5B6C", "rule": "#D5DCE3"}
_DARK = {"ground": "#0D1B2A", "ink": "#F2F5F8", "quiet": "#B4C0CC", "rule": "#33475B"}
_LIGHT_LINES = ("#0B4F9E", "#A61B14", "#0A6B37")
_DARK_LINES = ("#7FB4FF", "#FF9D94", "#6FD69B")
_DASHES = ("", "7 4", "2 3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line of a panel; `words` stand at its end, a bar in them begins another line of text."""

    words: str
    points: Points


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Two axes in words and what is drawn between them. Across it goes by tens, upwards too where `tens` says so."""

    title: str
    across: str
    up: str
    series: tuple[Series, ...]
    tens: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Two panels side by side; `told` says in a sentence what is to be seen, for who cannot see it."""

    name: str
    told: str
    panels: tuple[Panel, Panel]


def main(arguments: Sequence[str]) -> None:
    """Keep the points of a report, if one is given; then draw."""
    kept = PICTURES / POINTS
    if arguments:
        mine = [
            each for each in json.loads(Path(arguments[0]).read_text("utf-8")) if each["name"].startswith("growth, ")
        ]
        rows = ",\n ".join(json.dumps({key: each[key] for key in ("name", "value", "unit")}) for each in mine)
        kept.write_text(f"[{rows}]\n", "utf-8")
    for name, drawn in draw_all(json.loads(kept.read_text("utf-8"))).items():
        (PICTURES / name).write_text(drawn, "utf-8")


def draw_all(report: Sequence[dict[str, Any]]) -> dict[str, str]:
    """The pictures of a report, by the names of their files. ValueError when a curve is missing."""
    return {f"{each.name}.svg": draw(each) for each in pictures(curves(report))}


def curves(report: Sequence[dict[str, Any]]) -> dict[Curve, Points]:
    """The points of each curve, from left to right."""
    found: dict[Curve, Points] = {}
    for each in report:
        name, _, at = each["name"].rpartition(", at ")
        for curve in Curve:
            if name == line(curve, 0, 0, "").name.rpartition(", at ")[0]:
                found.setdefault(curve, []).append((float(at), float(each["value"])))
    if missing := sorted(set(Curve) - set(found)):
        raise ValueError(f"the report has no points of: {', '.join(missing)}")
    return {curve: sorted(points) for curve, points in found.items()}


def pictures(of: dict[Curve, Points]) -> list[Picture]:
    """The three pictures: what grows with tickets, with devices, and with stations."""
    kept = _sum(of[Curve.KEPT_CENTRE], of[Curve.KEPT_DATABASE])
    asking = [(count, each * count * QUESTIONS_A_SECOND) for count, each in of[Curve.QUESTION]]
    by_stations = _sum(of[Curve.STATIONS_CENTRE], of[Curve.STATIONS_DATABASE])
    cost = by_stations[-1][1] / 1000
    backlog = [Series(words=f"{words}", points=_drained(cost / count)) for words, count in _PROCESSORS]
    return [
        Picture(
            name="scale-tickets",
            told="One decision and one boarding cost about the same however many tickets are known; "
            "a first synchronisation costs in proportion to them.",
            panels=(
                Panel(
                    title="One at a time",
                    across="tickets known at a gate, boardings kept at the centre",
                    up="ms of computing",
                    series=(
                        Series(words="a gate decides", points=of[Curve.DECISION]),
                        Series(words="a boarding comes in,|PostgreSQL and centre", points=kept),
                        Series(words="a boarding comes in,|SQLite and centre", points=of[Curve.KEPT_SQLITE]),
                    ),
                    tens=False,
                ),
                Panel(
                    title="All at once: a first synchronisation",
                    across="tickets of the station",
                    up="s of computing",
                    series=(
                        Series(words="at the terminal", points=of[Curve.FIRST_TERMINAL]),
                        Series(words="at the centre, once|for all who ask", points=of[Curve.FIRST_CENTRE]),
                    ),
                    tens=True,
                ),
            ),
        ),
        Picture(
            name="scale-devices",
            told="A question and a change told cost the same for each terminal; terminals at rest cost in proportion.",
            panels=(
                Panel(
                    title="For each terminal",
                    across="terminals of one station that wait",
                    up="ms of computing",
                    series=(
                        Series(words="a question of which|nothing is new", points=of[Curve.QUESTION]),
                        Series(words="a change told|to it", points=of[Curve.CHANGE]),
                    ),
                    tens=False,
                ),
                Panel(
                    title="All that wait, at rest",
                    across="terminals of one station that wait",
                    up="ms of computing in a second",
                    series=(
                        Series(words="four questions|a minute each", points=asking),
                        Series(words="looking whether|anything is new", points=of[Curve.LOOKS]),
                    ),
                    tens=True,
                ),
            ),
        ),
        Picture(
            name="scale-stations",
            told="A boarding costs about the same however many stations share the tables; "
            "a backlog of all of them takes in proportion to their number, divided by the processors.",
            panels=(
                Panel(
                    title="One boarding",
                    across="stations in one database",
                    up="ms of computing",
                    series=(
                        Series(words="PostgreSQL|and centre", points=by_stations),
                        Series(words="of that,|PostgreSQL", points=of[Curve.STATIONS_DATABASE]),
                        Series(words="SQLite|and centre", points=of[Curve.STATIONS_SQLITE]),
                    ),
                    tens=False,
                ),
                Panel(
                    title="All stations after four hours (worked out)",
                    across="stations with 900 boardings each",
                    up="minutes until all is in",
                    series=tuple(backlog),
                    tens=True,
                ),
            ),
        ),
    ]


_PROCESSORS = (("one processor", 1), ("eight", 8), ("sixty-four", 64))


def _drained(cost: float) -> Points:
    return [(count, count * BACKLOG * cost / 60) for count in (100.0, 1_000.0, 10_000.0)]


def _sum(first: Points, second: Points) -> Points:
    others = dict(second)
    return [(at, value + others[at]) for at, value in first]


def draw(picture: Picture) -> str:
    """The picture as SVG."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}"',
        'role="img" font-family="sans-serif" font-size="13">',
        f"<title>{escape(picture.told)}</title>",
        f"<style>@media (prefers-color-scheme: dark) {{{_dark()}}}</style>",
        f'<rect class="ground" width="{_WIDTH}" height="{_HEIGHT}" fill="{_LIGHT["ground"]}"/>',
    ]
    for at, panel in enumerate(picture.panels):
        parts += _panel(panel, at * _PANEL)
    return "\n".join([*parts, "</svg>\n"])


def _dark() -> str:
    rules = [
        f".ground{{fill:{_DARK['ground']}}}",
        f".ink{{fill:{_DARK['ink']}}}",
        f".quiet{{fill:{_DARK['quiet']}}}",
        f".rule{{stroke:{_DARK['rule']}}}",
    ]
    rules += [f".l{at}{{stroke:{each}}}.f{at}{{fill:{each}}}" for at, each in enumerate(_DARK_LINES)]
    return "".join(rules)


def _panel(panel: Panel, x: int) -> list[str]:
    left, right, top, bottom = x + _LEFT, x + _PANEL - _RIGHT, _TOP, _HEIGHT - _BOTTOM
    all_points = [point for series in panel.series for point in series.points]
    marks_across = _tens([each for each, _ in all_points])
    marks_up = _tens([each for _, each in all_points]) if panel.tens else _steps(max(each for _, each in all_points))
    across = _scale(marks_across, left, right, tens=True)
    up = _scale(marks_up, bottom, top, tens=panel.tens)
    parts = [
        _text(x + 14, 26, panel.title, "ink", weight="bold", size=15),
        _text(x + 14, 48, panel.up, "quiet"),
        _text((left + right) / 2, _HEIGHT - 12, panel.across, "quiet", anchor="middle"),
    ]
    for mark in marks_up:
        y = up(mark)
        parts += [_rule(left, y, right, y), _text(left - 8, y + 4, _number(mark), "quiet", anchor="end")]
    for mark in marks_across:
        px = across(mark)
        parts += [_rule(px, bottom, px, bottom + 5), _text(px, bottom + 20, _number(mark), "quiet", anchor="middle")]
    ends = _apart([up(series.points[-1][1]) for series in panel.series])
    for at, (series, end) in enumerate(zip(panel.series, ends, strict=True)):
        places = [(across(each), up(value)) for each, value in series.points]
        path = " ".join(f"{px:.1f},{py:.1f}" for px, py in places)
        stroke = f'class="l{at}" stroke="{_LIGHT_LINES[at]}"'
        dash = f' stroke-dasharray="{_DASHES[at]}"' if _DASHES[at] else ""
        parts.append(f'<polyline points="{path}" fill="none" {stroke} stroke-width="2"{dash}/>')
        parts += [_mark(at, px, py) for px, py in places]
        words = series.words.split("|")
        last_x, last_y = places[-1]
        parts.append(f'<path d="M{last_x + 7:.1f},{last_y:.1f} L{right + 14},{end:.1f}" fill="none" {stroke}/>')
        for row, word in enumerate(words):
            parts.append(_text(right + 18, end + 4 + 15 * row - 7.5 * (len(words) - 1), word, f"f{at}", at=at))
    return parts


def _mark(at: int, x: float, y: float) -> str:
    """A circle, a square or a triangle."""
    fill = f'class="f{at}" fill="{_LIGHT_LINES[at]}"'
    if at == 0:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" {fill}/>'
    if at == 1:
        return f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" {fill}/>'
    return f'<path d="M{x:.1f},{y - 5:.1f} l5,9 h-10 z" {fill}/>'


def _text(
    x: float, y: float, words: str, kind: str, *, anchor: str = "start", weight: str = "", size: int = 0, at: int = -1
) -> str:
    fill = _LIGHT[kind] if at < 0 else _LIGHT_LINES[at]
    more = (f' font-weight="{weight}"' if weight else "") + (f' font-size="{size}"' if size else "")
    more += f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" fill="{fill}"{more}>{escape(words)}</text>'


def _rule(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<path class="rule" d="M{x:.1f},{y:.1f} L{to_x:.1f},{to_y:.1f}" stroke="{_LIGHT["rule"]}" fill="none"/>'


def _scale(marks: Sequence[float], low: float, high: float, *, tens: bool) -> Callable[[float], float]:
    """From a value to a place, so that the first and the last mark are at the ends."""
    turn: Callable[[float], float] = math.log10 if tens else float
    first, last = turn(marks[0]), turn(marks[-1])
    return lambda value: low + (turn(value) - first) / (last - first) * (high - low)


def _tens(values: Sequence[float]) -> list[float]:
    """Powers of ten around all values, two at least."""
    first, last = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return [10.0**each for each in range(first, max(last, first + 1) + 1)]


def _steps(most: float) -> list[float]:
    """From 0 to what is not below `most`, in four to eight round steps."""
    step = 10 ** math.floor(math.log10(most))
    step = next(step * part for part in (1, 0.5, 0.25, 0.2) if most / (step * part) > 3)
    return [step * at for at in range(math.ceil(most / step) + 1)]


def _number(value: float) -> str:
    if value >= 1_000_000:
        return f"{value / 1_000_000:g} million"
    return f"{value:,.0f}" if value >= 1 and value == int(value) else f"{value:g}"


def _apart(places: Sequence[float]) -> list[float]:
    """The same places, moved down as far as the words at two of them need."""
    moved = list(places)
    order = sorted(range(len(places)), key=lambda each: places[each])
    for above, below in pairwise(order):
        moved[below] = max(moved[below], moved[above] + _APART)
    over = max(moved, default=0) - (_HEIGHT - _BOTTOM)
    return [each - max(0, over) for each in moved]


if __name__ == "__main__":
    main(sys.argv[1:])
