"""Gathers what a departure sheet is made of: tickets, uses and alarms, from the cache and the gate's own journal."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kiosk.paper.face import Words
from station.departure_find import departures_of
from station.sheet_notes import Note, notes_on
from station.staff_desk import StaffDesk
from station.station_words import StationWords
from sync.journal.departures import alarms_since, uses_of
from tickets.departures import Departure, travelled
from tickets.sheet import Sheet, SoldTicket, departure_sheet
from tickets.staff import StaffFact

UNKNOWN_STOP: Words = ("未知站点", "unknown stop")


@dataclass(frozen=True, slots=True, kw_only=True)
class GatheredSheet:
    """A sheet with what people need beside it. `merged` are the trips whose passengers travel on this coach too.

    `without_ticket`: alarms of this terminal's own lanes, while this departure was checked in, of somebody who went
    through behind another. Nothing here says who anybody is.
    """

    sheet: Sheet
    departure: Departure
    station: StationWords
    terminal: str
    destination: Words
    stops: dict[int, Words]
    merged: tuple[str, ...]
    acts: tuple[StaffFact, ...]
    without_ticket: int
    notes: tuple[Note, ...]

    def stop(self, number: int) -> Words:
        """The name of a stop."""
        return self.stops.get(number, UNKNOWN_STOP)


def gather(desk: StaffDesk, departure: Departure) -> GatheredSheet:
    """The sheet of `departure` (as it stands), as far as this terminal knows. Raises EnvironmentFault."""
    now = desk.now.at
    merged = tuple(_merged_into(desk, departure))
    trips = [(departure.service_date, trip) for trip in (departure.trip, *merged)]
    sold = [
        SoldTicket(number=ticket.number, journey=ticket.journey, state=ticket.state)
        for trip in trips
        for ticket in desk.cache.tickets_of(*trip)
    ]
    uses = [use for trip in trips for use in desk.cache.uses_of(*trip)]
    is_gate = desk.enrolment.kind == "gate"
    if is_gate:
        uses += [use for trip in trips for use in uses_of(desk.journal, *trip)]
    sheet = departure_sheet(departure, sold, uses, now)
    alarms = _tailgated(desk, departure) if is_gate else 0
    stops = {stop.id: stop.name for stop in desk.cache.stops()}
    return GatheredSheet(
        sheet=sheet,
        departure=departure,
        station=desk.station,
        terminal=desk.enrolment.name,
        destination=stops.get(departure.stops[-1].stop, UNKNOWN_STOP) if departure.stops else UNKNOWN_STOP,
        stops=stops,
        merged=merged,
        acts=_acts(desk, trips),
        without_ticket=alarms,
        notes=notes_on(desk, departure, sheet, now, without_ticket=alarms),
    )


def _merged_into(desk: StaffDesk, departure: Departure) -> Iterable[str]:
    """The trips of the same day whose passengers travel on this coach, through however many merges."""
    for other in departures_of(desk.cache, departure.service_date, desk.station.zone):
        if other.trip == departure.trip or other.merged_into is None:
            continue
        ends = travelled(other.service_date, other.trip, desk.cache.departure)
        if ends is not None and ends.trip == departure.trip:
            yield other.trip


def _acts(desk: StaffDesk, trips: list[tuple[date, str]]) -> tuple[StaffFact, ...]:
    facts = [fact for trip in trips for fact in desk.cache.staff_facts(*trip)]
    return tuple(sorted(facts, key=lambda fact: fact.order))


def _tailgated(desk: StaffDesk, departure: Departure) -> int:
    began = departure.opens_at - timedelta(minutes=1)
    return sum(what == "tailgated" for what in alarms_since(desk.journal, _ms(began), _ms(_ended(departure))))


def _ended(departure: Departure) -> datetime:
    return max(departure.departs_at, departure.late_until or departure.closes_at, departure.closes_at)


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
