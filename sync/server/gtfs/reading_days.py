"""The days on which services run: `calendar.txt` and `calendar_dates.txt`, one of which a feed has."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from sync.server.gtfs.fields import Reader
from sync.server.gtfs.files import Feed
from sync.server.gtfs.parts import Service
from sync.server.gtfs.problems import Problems

_WEEK: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def read_services(feed: Feed, spoilt: set[tuple[str, str]], problems: Problems) -> dict[str, Service]:
    """Every service by its id. One with a wrong row is left out and named in `spoilt`."""
    found: dict[str, Service] = {}
    needed = frozenset({"service_id", "start_date", "end_date", *_WEEK})
    for row in feed.rows("calendar.txt", needed, problems):
        reader, service = Reader(row, problems), row["service_id"]
        before = problems.errors
        days = [reader.whole(day, 0, 1) for day in _WEEK]
        first, last = reader.day("start_date"), reader.day("end_date")
        if first is not None and last is not None and last < first:
            reader.wrong("end_date", "the service ends before it begins", "correct one of the dates")
        if not service or service in found:
            reader.wrong("service_id", "this id is missing or there twice", "give every row an id of its own")
        if problems.errors > before or first is None or last is None:
            spoilt.add(("service_id", service))
            continue
        found[service] = Service(first=first, last=last, weekdays="".join(str(each) for each in days))
    changed: dict[str, dict[date, int]] = {}
    for row in feed.rows("calendar_dates.txt", frozenset({"service_id", "date", "exception_type"}), problems):
        reader, service = Reader(row, problems), row["service_id"]
        day, kind = reader.day("date"), reader.whole("exception_type", 1, 2)
        mine = changed.setdefault(service, {})
        if day is not None and day in mine:
            reader.wrong("date", "this service has two rows for one day", "leave one of them")
            kind = None
        if day is None or kind is None or not service:
            spoilt.add(("service_id", service))
            continue
        mine[day] = kind
    for service, days_of in changed.items():
        added = frozenset(day for day, kind in days_of.items() if kind == 1)
        removed = frozenset(day for day, kind in days_of.items() if kind == 2)
        if service in found:
            found[service] = replace(found[service], added=added, removed=removed)
        elif added:
            found[service] = Service(first=min(added), last=max(added), weekdays="0000000", added=added)
    for _, service in [each for each in spoilt if each[0] == "service_id"]:
        found.pop(service, None)
    return found
