"""Names for trips: one departure of a service day has one name, and a trip keeps its name from feed to feed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from sync.server.gtfs.problems import Problems
from sync.server.timetable import CalendarPart, RunPart, Timetable
from tickets.service_day import service_date

_SUFFIXES: Final = ("", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def name_runs(
    runs: Sequence[RunPart],
    calendars: Mapping[str, CalendarPart],
    zone: str,
    before: Timetable | None,
    problems: Problems,
) -> list[RunPart]:
    """The runs with names that are good on all their days. A run's `trip` is the name that it would like.

    A run that `before` has under a name for the like keeps it; of others, those that leave early choose first, and the
    next gets a letter after its name.
    """
    kept = {} if before is None else {run.source: run.trip for run in before.runs}
    taken: dict[str, set[date]] = {}
    named: dict[str, RunPart] = {}

    def order(run: RunPart) -> tuple[bool, int, str]:
        return not kept.get(run.source, "").startswith(run.trip), run.leaves_s, run.source

    for run in sorted(runs, key=order):
        days = _service_dates(run, calendars[run.calendar], ZoneInfo(zone))
        old = kept.get(run.source, "")
        wishes = [old] if old.startswith(run.trip) and len(old) <= len(run.trip) + 1 else []
        wishes += [f"{run.trip}{suffix}" for suffix in _SUFFIXES]
        name = next((wish for wish in wishes if not taken.get(wish, set()) & days), None)
        if name is None:
            problems.error(
                "trips.txt",
                0,
                "trip_short_name",
                f"too many trips would be called {run.trip}",
                "give them names of their own",
            )
            continue
        taken.setdefault(name, set()).update(days)
        named[run.source] = run.model_copy(update={"trip": name})
    return [named[run.source] for run in runs if run.source in named]


def _service_dates(run: RunPart, calendar: CalendarPart, zone: ZoneInfo) -> set[date]:
    return {service_date(run.leaves_at(day, zone), zone) for day in calendar.days()}
