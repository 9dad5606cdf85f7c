"""Reads a feed: every row is checked for itself and for what it refers to; kept is what concerns one station.

Which columns and values there are, and which are needed, is the GTFS Schedule reference's. A row that is wrong is
listed and left out, with all that hangs on it, so that one error is told once.
"""

from __future__ import annotations

from typing import Final

from sync.server.gtfs.fields import Reader
from sync.server.gtfs.files import Feed, Row
from sync.server.gtfs.parts import Call, Content, Every, Route, Stop, Trip
from sync.server.gtfs.problems import Problems
from sync.server.gtfs.reading_days import read_services
from sync.server.gtfs.reading_fares import read_fares
from sync.server.gtfs.reading_words import read_agencies, read_translations

_NEEDED: Final = ("agency.txt", "stops.txt", "routes.txt", "trips.txt", "stop_times.txt")
_NOT_READ: Final = {
    "fare_products.txt": "fares of the second version are not read: give fare_attributes.txt, or a tariff in the plan",
    "booking_rules.txt": "booking rules are not read: trips that must be asked for by telephone are left out",
}
_BUS: Final = 3
_TROLLEY: Final = 11


def read_feed(feed: Feed, station: str, problems: Problems) -> Content:
    """What the feed says of the trips that call at `station` (a stop_id: a station with its platforms, or a stop)."""
    content = Content()
    for name in _NEEDED:
        if name not in feed.names:
            problems.error(name, 0, "", "the file is missing", "a feed has it at its top, not in a folder")
    if not feed.names & {"calendar.txt", "calendar_dates.txt"}:
        problems.error("calendar.txt", 0, "", "the file is missing", "give it, or calendar_dates.txt")
    for name in sorted(feed.names & _NOT_READ.keys()):
        problems.warning(name, 0, "", _NOT_READ[name], "see docs/timetables.md")
    read_agencies(feed, content, problems)
    read_translations(feed, content, problems)
    _read_stops(feed, content, problems)
    _read_routes(feed, content, problems)
    content.services = read_services(feed, content.spoilt, problems)
    _read_trips(feed, content, problems)
    ours = {stop.stop for stop in content.stops.values() if station in (stop.stop, stop.place)}
    if not ours and "stops.txt" in feed.names:
        problems.error("stops.txt", 0, "stop_id", f"there is no stop {station[:40]}", "name the station by its stop_id")
    _read_stop_times(feed, ours, content, problems)
    _read_frequencies(feed, content, problems)
    content.fares = read_fares(feed, content, problems)
    return content


def _new(row: Row, column: str, known: object, spoilt: set[tuple[str, str]], problems: Problems) -> str | None:
    """The id of a row, if it has one that is not there yet."""
    value = row[column]
    if not value:
        problems.error(row.file, row.line, column, "there is no value", "give every row an id of its own")
        return None
    if value in known or (column, value) in spoilt:  # type: ignore[operator]  # a mapping of any values
        problems.error(row.file, row.line, column, "this id is there twice", "give every row an id of its own")
        return None
    return value


def _read_stops(feed: Feed, content: Content, problems: Problems) -> None:
    rows: dict[str, tuple[Row, int]] = {}
    for row in feed.rows("stops.txt", frozenset({"stop_id"}), problems):
        stop = _new(row, "stop_id", rows, content.spoilt, problems)
        kind = Reader(row, problems).whole("location_type", 0, 4, default=0)
        if stop is None or kind is None:
            content.spoilt.add(("stop_id", row["stop_id"]))
            continue
        rows[stop] = (row, kind)
    for stop, (row, kind) in rows.items():
        if kind > 1:  # an entrance, a node, a boarding area: nobody buys a ticket to it
            continue
        reader = Reader(row, problems)
        name = reader.text("stop_name")
        latitude, longitude = reader.decimal("stop_lat", -90, 90), reader.decimal("stop_lon", -180, 180)
        parent = row["parent_station"]
        good = name is not None
        if parent and (parent not in rows or rows[parent][1] != 1 or kind == 1):
            good = ("stop_id", parent) in content.spoilt
            if not good:
                reader.wrong("parent_station", "this is not a station of the feed", "name one of location_type 1")
        if not good or name is None:
            content.spoilt.add(("stop_id", stop))
            continue
        content.stops[stop] = Stop(
            stop=stop,
            name=name,
            place=parent or stop,
            zone=row["zone_id"],
            latitude=latitude,
            longitude=longitude,
            platform=row["platform_code"],
        )


def _read_routes(feed: Feed, content: Content, problems: Problems) -> None:
    for row in feed.rows("routes.txt", frozenset({"route_id", "route_type"}), problems):
        reader = Reader(row, problems)
        route = _new(row, "route_id", content.routes, content.spoilt, problems)
        kind = reader.whole("route_type", 0, 1799)
        if not row["route_short_name"] and not row["route_long_name"]:
            reader.wrong("route_short_name", "the route has no name", "give it a short or a long one")
            kind = None
        agency = row["agency_id"]
        if agency not in content.agencies and (agency or len(content.agencies) > 1) and content.agencies:
            reader.wrong("agency_id", "there is no such agency", "name one of agency.txt")
            kind = None
        if route is None or kind is None:
            content.spoilt.add(("route_id", row["route_id"]))
            continue
        coach = kind in (_BUS, _TROLLEY) or 200 <= kind < 300 or 700 <= kind < 900
        content.routes[route] = Route(
            route=route,
            agency=agency or next(iter(content.agencies), ""),
            short_name=row["route_short_name"],
            long_name=row["route_long_name"],
            coach=coach,
        )


def _read_trips(feed: Feed, content: Content, problems: Problems) -> None:
    for row in feed.rows("trips.txt", frozenset({"trip_id", "route_id", "service_id"}), problems):
        trip = _new(row, "trip_id", content.trips, content.spoilt, problems)
        good = trip is not None
        for column, known in (("route_id", content.routes), ("service_id", content.services)):
            if row[column] not in known:
                good = False
                if (column, row[column]) not in content.spoilt:
                    hint = "name one of routes.txt" if column == "route_id" else "name one that has days"
                    problems.error(row.file, row.line, column, "there is no such id in this feed", hint)
        if trip is None or not good:
            content.spoilt.add(("trip_id", row["trip_id"]))
            continue
        content.trips[trip] = Trip(
            trip=trip,
            route=row["route_id"],
            service=row["service_id"],
            short_name=row["trip_short_name"],
            line=row.line,
        )


_STOP_TIMES: Final = frozenset({"trip_id", "stop_id", "stop_sequence", "arrival_time", "departure_time"})


def _read_stop_times(feed: Feed, ours: set[str], content: Content, problems: Problems) -> None:
    """Twice through the file, which may be very large: which trips call here, then their rows."""
    here = {
        row["trip_id"]
        for row in feed.rows("stop_times.txt", _STOP_TIMES, Problems())
        if row["stop_id"] in ours and row["trip_id"] in content.trips
    }
    flexible: set[str] = set()
    for row in feed.rows("stop_times.txt", _STOP_TIMES, problems):
        trip = row["trip_id"]
        if not row["stop_id"] and (row["location_id"] or row["location_group_id"]):
            if not flexible:
                said = "trips without fixed stops are not read: they are left out"
                problems.warning(row.file, row.line, "stop_id", said, "see docs/timetables.md")
            flexible.add(trip)
            continue
        call = _call(row, content, problems)
        if call is None:
            content.spoilt.add(("trip_id", trip))
        elif trip in here:
            content.calls.setdefault(trip, []).append(call)
    for trip in [trip for trip in content.calls if trip in flexible or ("trip_id", trip) in content.spoilt]:
        del content.calls[trip]


def _call(row: Row, content: Content, problems: Problems) -> Call | None:
    reader = Reader(row, problems)
    good = True
    for column, known in (("trip_id", content.trips), ("stop_id", content.stops)):
        if row[column] not in known:
            good = False
            if (column, row[column]) not in content.spoilt:
                where = "trips.txt" if column == "trip_id" else "stops.txt, a stop or platform"
                reader.wrong(column, "there is no such id in this feed", f"name one of {where}")
    sequence = reader.whole("stop_sequence", 0, 999_999_999)
    before = problems.errors
    arrives, leaves = reader.seconds("arrival_time", required=False), reader.seconds("departure_time", required=False)
    boards, alights = reader.whole("pickup_type", 0, 3, default=0), reader.whole("drop_off_type", 0, 3, default=0)
    if arrives is not None and leaves is not None and leaves < arrives:
        reader.wrong("departure_time", "the trip leaves before it arrives", "correct one of the times")
    if not good or sequence is None or problems.errors > before:
        return None
    return Call(
        sequence=sequence,
        stop=row["stop_id"],
        arrives=leaves if arrives is None else arrives,
        leaves=arrives if leaves is None else leaves,
        boards=boards == 0,
        alights=alights in (0, 3),
        line=row.line,
    )


def _read_frequencies(feed: Feed, content: Content, problems: Problems) -> None:
    needed = frozenset({"trip_id", "start_time", "end_time", "headway_secs"})
    for row in feed.rows("frequencies.txt", needed, problems):
        reader = Reader(row, problems)
        trip = row["trip_id"]
        if trip not in content.trips:
            if ("trip_id", trip) not in content.spoilt:
                reader.wrong("trip_id", "there is no such id in this feed", "name one of trips.txt")
            continue
        start, end = reader.seconds("start_time"), reader.seconds("end_time")
        every, exact = reader.whole("headway_secs", 60, 86_400), reader.whole("exact_times", 0, 1, default=0)
        if start is not None and end is not None and end <= start:
            reader.wrong("end_time", "the end is not after the start", "correct one of them")
            end = None
        if start is None or end is None or every is None or exact is None:
            content.calls.pop(trip, None)
            continue
        known = content.every.setdefault(trip, [])
        if any(start < other.end and other.start < end for other in known):
            reader.wrong("start_time", "two ranges of this trip overlap", "end one where the other begins")
            content.calls.pop(trip, None)
            continue
        known.append(Every(start=start, end=end, seconds=every, exact=exact == 1, line=row.line))
