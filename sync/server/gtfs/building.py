"""A station's timetable from what a feed says and what its plan adds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Final

from sync.server.gtfs import names
from sync.server.gtfs.calendars import calendar_of, goes_on
from sync.server.gtfs.fares import fare_of, kilometres, tariff_fare
from sync.server.gtfs.naming import name_runs
from sync.server.gtfs.numbers import PlaceNumbers
from sync.server.gtfs.parts import Call, Content, Route, Stop, Trip
from sync.server.gtfs.plan import Coach, StationPlan
from sync.server.gtfs.problems import Problems
from sync.server.timetable import CallPart, RunPart, StationPart, StopPart, Timetable
from tickets.departures import IdentityPolicy

_DEFAULT: Final = Coach(gate="1", bay="1", seats=0, places=45)


def build(
    content: Content, plan: StationPlan, problems: Problems, today: date, before: Timetable | None = None
) -> Timetable | None:
    """The station's timetable; None when nothing of it can or may be made (the problems say why).

    `before` is the timetable that it takes the place of: a trip that it has keeps its name.
    """
    zone = content.timezone or plan.timezone
    if plan.timezone is not None and plan.timezone != zone:
        problems.fatal(
            "agency.txt", 0, "agency_timezone", f"the feed's zone is {zone}, the plan's timezone is {plan.timezone}",
            "leave timezone out of the plan: read in another zone, every coach would leave at another time",
        )  # fmt: skip
    if not problems.usable or plan.stop not in content.stops or not zone:
        return None
    building = _Building(content, plan, problems)
    runs = list(building.runs())
    if not runs:
        problems.error(
            "stop_times.txt",
            0,
            "",
            "no coach of this feed leaves from here",
            "look whether the plan names the right stop",
        )
        return None
    used = {run.calendar for run in runs}
    services = {name: content.services[name] for name in sorted(used)}
    if not goes_on(services, today, problems):
        return None
    calendars = {name: calendar_of(service, today) for name, service in services.items()}
    named = name_runs(runs, calendars, zone, before, problems)
    station = building.station(zone)
    stops = building.stops(named)
    if stops is None:
        return None
    return Timetable(
        about="From a GTFS feed.",
        station=station,
        check_in=plan.check_in,
        horizon=plan.horizon,
        stops=stops,
        lines=(),
        runs=tuple(named),
        calendars=calendars,
    )


class _Building:
    def __init__(self, content: Content, plan: StationPlan, problems: Problems) -> None:
        self._content = content
        self._plan = plan
        self._problems = problems
        self._numbers = PlaceNumbers(plan.numbers, problems)
        self._told: set[tuple[str, str, str]] = set()

    def runs(self) -> Iterable[RunPart]:
        for trip_id in sorted(self._content.calls):
            trip = self._content.trips[trip_id]
            route = self._content.routes[trip.route]
            if not route.coach:
                self._warn_once("routes.txt", "route_type", route.route, "is not run by coach: it is left out")
                continue
            calls = _in_order(trip, self._content.calls[trip_id], self._problems)
            found = None if calls is None else self._from_here(route, calls)
            if found is None:
                continue
            leaves, stops, platform = found
            coach = self._coach(route)
            seats = coach.seats or None
            run = RunPart(
                trip="?",
                source=trip_id,
                calendar=trip.service,
                leaves_s=leaves,
                gate=coach.gate or "1",
                bay=(coach.bay or platform or "1")[:16],
                seats=seats,
                places=seats or coach.places or 45,
                identity=coach.identity or IdentityPolicy.CODE,
                plates=coach.plates or (),
                stops=stops,
            )
            yield from self._times(trip, route, run, calls or [])

    def station(self, zone: str) -> StationPart:
        here = self._content.stops[self._plan.stop]
        agency = next(iter(self._content.agencies.items()), ("", ""))
        operator, _ = names.both(self._content, "agency", *agency)
        return StationPart(
            code=self._plan.code,
            name=self._plan.name or self._names(here),
            operator=self._plan.operator or operator,
            timezone=zone,
            stop=self._numbers.of(here.place),
        )

    def stops(self, runs: Sequence[RunPart]) -> tuple[StopPart, ...] | None:
        """The places that the runs go to, and the station's own; the more coaches a week, the more popular. None where
        two of them have one number.
        """
        weekly: dict[int, int] = {}
        for run in runs:
            service = self._content.services[run.calendar]
            for call in run.stops:
                weekly[call.stop] = weekly.get(call.stop, 0) + max(service.weekdays.count("1"), 1)
        most = max(weekly.values())
        own = self._numbers.of(self._content.stops[self._plan.stop].place)
        if not self._numbers.distinct:
            return None
        return tuple(self._stop(number, 100 * weekly.get(number, 0) // most) for number in [own, *sorted(weekly)])

    def _stop(self, number: int, popular: int) -> StopPart:
        place = self._numbers.place(number)
        stop = self._content.stops.get(place) or next(
            each for each in self._content.stops.values() if each.place == place
        )
        both = self._names(stop)
        typed = names.typed(both)
        if typed is None:
            self._warn_once(
                "stops.txt", "stop_name", stop.stop, "has no letters to be found by: give it an English name"
            )
        pinyin, initials = typed or ("x", "x")
        return StopPart(id=number, name=both, pinyin=pinyin, initials=initials, popular=popular)

    def _names(self, stop: Stop) -> tuple[str, str]:
        if stop.place in self._plan.names:
            return self._plan.names[stop.place]
        place = self._content.stops.get(stop.place, stop)
        both, whole = names.both(self._content, "stops", place.stop, place.name)
        if not whole:
            self._warn_once("stops.txt", "stop_name", place.stop, "is named in one language only: see translations.txt")
        return both

    def _coach(self, route: Route) -> Coach:
        plan = self._plan
        own = plan.route.get(route.route) or plan.route.get(route.short_name) or Coach()
        return own.over(plan.coach.over(_DEFAULT.model_copy(update={"bay": None})))

    def _from_here(self, route: Route, calls: Sequence[Call]) -> tuple[int, tuple[CallPart, ...], str] | None:
        """When the coach leaves here, where it goes and for how much, and the platform; None when nobody can board."""
        stops = self._content.stops
        here = {self._plan.stop, stops[self._plan.stop].place}
        at = next(
            (n for n, call in enumerate(calls[:-1]) if call.boards and {call.stop, stops[call.stop].place} & here), None
        )
        if at is None:
            return None
        own, leaves = stops[calls[at].stop], calls[at].leaves
        assert leaves is not None, "calls in order have their times"
        found: dict[int, CallPart] = {}
        for n in range(at + 1, len(calls)):
            stop, arrives = stops[calls[n].stop], calls[n].arrives
            assert arrives is not None, "calls in order have their times"
            if not calls[n].alights or stop.place == own.place or (number := self._numbers.of(stop.place)) in found:
                continue
            fen = self._fare(route, [stops[call.stop] for call in calls[at : n + 1]], calls[n])
            if fen is not None:
                found[number] = CallPart(stop=number, fare=fen, minutes=max(1, -(-(arrives - leaves) // 60)))
        return (leaves, tuple(found.values()), own.platform) if found else None

    def _fare(self, route: Route, ridden: Sequence[Stop], end: Call) -> int | None:
        fen = fare_of(self._content.fares, route, ridden)
        if fen is None and self._plan.tariff is not None:
            km = kilometres(self._plan.tariff, ridden[0], ridden[-1])
            if km is not None:
                return tariff_fare(self._plan.tariff, km)
        if fen is None and ("fare", route.route, ridden[-1].place) not in self._told:
            self._told.add(("fare", route.route, ridden[-1].place))
            self._problems.error(
                "stop_times.txt", end.line, "stop_id", f"no fare is given for route {route.route[:40]} to this stop",
                "give one in fare_attributes.txt and fare_rules.txt, or a tariff in the plan",
            )  # fmt: skip
        return fen

    def _times(self, trip: Trip, route: Route, run: RunPart, calls: Sequence[Call]) -> Iterable[RunPart]:
        """The run as often as it leaves; `trip` is still the name that it would like to have."""
        wanted = trip.short_name
        every = self._content.every.get(trip.trip)
        if every is None:
            yield run.model_copy(update={"trip": _wanted(wanted, route, run.leaves_s, alone=True)})
            return
        first = calls[0].leaves
        assert first is not None, "calls in order have their times"
        for each in every:
            if not each.exact:
                self._warn_once(
                    "frequencies.txt", "exact_times", trip.trip, "has no exact times: a coach leaves at each interval"
                )
            for start in range(each.start, each.end, each.seconds):
                leaves = run.leaves_s - first + start
                name = _wanted(wanted, route, leaves, alone=False)
                yield run.model_copy(update={"trip": name, "source": f"{trip.trip}@{start}", "leaves_s": leaves})

    def _warn_once(self, file: str, column: str, subject: str, what: str) -> None:
        if (file, column, subject) not in self._told:
            self._told.add((file, column, subject))
            self._problems.warning(file, 0, column, f"{subject[:40]} {what}", "see docs/timetables.md")


def _wanted(short_name: str, route: Route, leaves: int, alone: bool) -> str:
    """The name that a trip would like: its own, or its route's with its time."""
    clock = f"{leaves // 3600 % 24:02d}{leaves // 60 % 60:02d}"
    for name in ([short_name] if alone else []) + [f"{word}{clock}" for word in (short_name, route.short_name)]:
        if 1 <= len(name) <= 15 and name != clock and all("!" <= letter <= "~" for letter in name):
            return name
    word = "".join(letter for letter in route.route.upper() if letter.isascii() and letter.isalnum())[:8]
    return f"{word or 'T'}{clock}"


def _in_order(trip: Trip, calls: Sequence[Call], problems: Problems) -> list[Call] | None:
    """The calls by sequence, with every time known; None when they do not make a journey."""
    ordered = sorted(calls, key=lambda call: call.sequence)
    if len(ordered) < 2:
        problems.error("trips.txt", trip.line, "trip_id", "the trip has fewer than two stops", "give it its stop_times")
        return None
    for first, second in pairwise(ordered):
        if first.sequence == second.sequence:
            problems.error(
                "stop_times.txt",
                second.line,
                "stop_sequence",
                "the trip has two stops of this number",
                "number them anew",
            )
            return None
    for end in (ordered[0], ordered[-1]):
        if end.leaves is None:
            problems.error(
                "stop_times.txt", end.line, "departure_time", "the first and last stop of a trip need a time", "give it"
            )
            return None
    _fill(ordered)
    for first, second in pairwise(ordered):
        assert first.leaves is not None and second.arrives is not None, "filled above"  # noqa: PT018 - one thought
        if second.arrives < first.leaves:
            problems.error(
                "stop_times.txt", second.line, "arrival_time", "the trip arrives before it left the stop before",
                "correct one of the times; after midnight they go on as 24:10:00",
            )  # fmt: skip
            return None
    return ordered


def _fill(calls: list[Call]) -> None:
    """Work out missing times evenly, by stops, between those that are given."""
    known = [n for n, call in enumerate(calls) if call.leaves is not None]
    for left, right in pairwise(known):
        start, end = calls[left].leaves, calls[right].arrives
        assert start is not None and end is not None, "these are the known ones"  # noqa: PT018 - one thought
        for n in range(left + 1, right):
            at = start + (end - start) * (n - left) // (right - left)
            calls[n] = replace(calls[n], arrives=at, leaves=at)
