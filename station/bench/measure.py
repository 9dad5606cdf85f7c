"""Samples become lines of the report: a value, what it is held against, the budget, and whether it was kept."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

MS = 1000.0


class NotMeasured(Exception):
    """What was to be measured did not happen; the text says what did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the report.

    `against` says in words what was measured beside it in the same run, `ratio` how many times that the value is.
    `budget` says what is promised and `ok` whether it was kept; both are None for a line that is only told.
    """

    name: str
    value: float
    unit: str
    against: str | None = None
    ratio: float | None = None
    budget: str | None = None
    ok: bool | None = None


def told(name: str, value: float, unit: str, *, against: str | None = None, ratio: float | None = None) -> Line:
    """A value without a budget, for understanding the others."""
    return Line(name=name, value=_short(value), unit=unit, against=against, ratio=_short_or_none(ratio))


def at_most(
    name: str, value: float, unit: str, most: float, *, against: str | None = None, ratio: float | None = None
) -> Line:
    """A value that may be at most `most`."""
    return Line(
        name=name,
        value=_short(value),
        unit=unit,
        against=against,
        ratio=_short_or_none(ratio),
        budget=f"≤ {most:g} {unit}",
        ok=value <= most,
    )


def at_most_times(name: str, value: float, unit: str, most: float, *, floor: float, called: str) -> Line:
    """A value that may be at most `most` times `floor`, which was measured in the same run and is `called` so."""
    ratio = value / floor
    return Line(
        name=name,
        value=_short(value),
        unit=unit,
        against=f"{called}: {_short(floor):g} {unit}",
        ratio=_short(ratio),
        budget=f"≤ {most:g} ×",
        ok=ratio <= most,
    )


def more_than(name: str, value: float, unit: str, *, floor: float, called: str) -> Line:
    """A value that must be more than `floor`, which was measured in the same run and is `called` so."""
    return Line(
        name=name,
        value=_short(value),
        unit=unit,
        against=f"{called}: {_short(floor):g} {unit}",
        ratio=_short(value / floor) if floor else None,
        budget="> 1 ×",
        ok=value > floor,
    )


def median(samples: Sequence[float]) -> float:
    """The middle one."""
    return percentile(samples, 50)


def percentile(samples: Sequence[float], share: float) -> float:
    """The value that `share` percent of the samples do not exceed."""
    return float(np.percentile(samples, share))


def until(condition: Callable[[], object], what: str, seconds: float = 30.0, *, every: float = 0.005) -> float:
    """Wait until it is true; answers when it was seen to be, by `time.perf_counter()`. Raises NotMeasured."""
    ends = time.perf_counter() + seconds
    while not condition():
        if time.perf_counter() > ends:
            raise NotMeasured(f"waited {seconds:g} s in vain for {what}")
        time.sleep(every)
    return time.perf_counter()


def wall(act: Callable[[], object]) -> float:
    """Milliseconds that an act takes."""
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * MS


def cpu(act: Callable[[], object]) -> float:
    """Milliseconds of the calling thread's processor time that an act takes."""
    began = time.thread_time()
    act()
    return (time.thread_time() - began) * MS


def table(lines: Sequence[Line]) -> str:
    """The report for people."""
    rows = [("", "what", "measured", "against", "ratio", "budget")]
    rows += [
        (
            {True: "✓", False: "✗", None: "·"}[line.ok],
            line.name,
            f"{line.value:g} {line.unit}",
            line.against or "",
            "" if line.ratio is None else f"{line.ratio:g} ×",
            line.budget or "",
        )
        for line in lines
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def write(lines: Sequence[Line], path: Path) -> None:
    """The report for programs: a JSON list."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(line) for line in lines], ensure_ascii=False, indent=1) + "\n", "utf-8")


def _short(value: float) -> float:
    """Three significant digits: nobody's machine is quieter than that."""
    return float(f"{value:.3g}") if abs(value) < 1000 else float(round(value))


def _short_or_none(value: float | None) -> float | None:
    return None if value is None else _short(value)
