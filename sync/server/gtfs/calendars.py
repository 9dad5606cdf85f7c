"""The days of a timetable that still matter, and whether there are any to come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from sync.server.gtfs.parts import Service
from sync.server.gtfs.problems import Problems
from sync.server.timetable import CalendarPart

_SOON: Final = timedelta(days=14)
_BEHIND: Final = timedelta(days=7)
_AHEAD: Final = timedelta(days=400)


def calendar_of(service: Service, today: date) -> CalendarPart:
    """The days that still matter: a coach of some days ago may be under way, nobody plans further than `_AHEAD`."""
    first, last = max(service.first, today - _BEHIND), min(service.last, today + _AHEAD)
    days = {"first": first, "last": last, "weekdays": service.weekdays}
    if first > last:
        days = {"first": today, "last": today, "weekdays": "0000000"}
    return CalendarPart.model_validate(
        days
        | {
            "added": {day for day in service.added if today - _BEHIND <= day <= today + _AHEAD},
            "removed": {day for day in service.removed if first <= day <= last},
        }
    )


def goes_on(services: Mapping[str, Service], today: date, problems: Problems) -> bool:
    """Whether there is a day to come; a warning where there are few."""
    last = max((day for each in services.values() if (day := each.last_day()) is not None), default=None)
    if last is None or last < today:
        ended = "has no day at all" if last is None else f"ended on {last}"
        problems.fatal("calendar.txt", 0, "end_date", f"the timetable {ended}", "fetch the feed's newest version")
        return False
    if last < today + _SOON:
        problems.warning(
            "calendar.txt", 0, "end_date", f"the timetable ends on {last}", "import the next one before then"
        )
    return True
