"""The timetable of a day: every departure from here, whether or not it can be bought at this machine."""

from datetime import date, datetime, timedelta

from kiosk.till.shelf import Shelf, count_of
from kiosk.till.values import RunView, Words
from kiosk.till.wording import UNKNOWN_PLACE
from sync.cache.reader import CacheReader
from tickets.departures import Departure, DepartureState
from tickets.money import Fen
from tickets.service_day import service_day_bounds

MOST_RUNS = 400
"""Lines of one day's timetable that a screen is given; a large station's day has some more coaches than that."""
AFTER_MIDNIGHT = timedelta(hours=6)
"""A coach of a service day may leave so long after the day's end, when it is delayed."""

CANCELLED: Words = ("停班", "cancelled")
LEFT: Words = ("已发车", "left")
CLOSED: Words = ("停止检票", "check-in closed")
NOT_HERE: Words = ("本机不售", "not sold here")


def runs(cache: CacheReader, shelf: Shelf, day: date, now: datetime) -> tuple[RunView, ...]:
    """The departures of a service day from this station, in the order in which they leave; those that have left long
    ago are passed over.
    """
    station = cache.station()
    if station is None:
        return ()
    first, end = service_day_bounds(day, shelf.zone())
    stops = shelf.stops()
    found = []
    for departure in cache.departures((max(first, now - timedelta(hours=1)), end + AFTER_MIDNIGHT)):
        if departure.service_date != day or departure.boarding != station.stop:
            continue
        sells = shelf.sellable(departure, now)
        left = count_of(shelf.free(departure)) if sells else 0
        calls = [call for call in departure.stops if call.stop in stops]
        found.append(
            RunView(
                service_date=day,
                trip=departure.trip,
                departs_at=departure.departs_at,
                names=tuple(stops[call.stop].names for call in calls) or (UNKNOWN_PLACE,),
                fare=max((call.fare for call in departure.stops), default=Fen(0)),
                free=left,
                gate=departure.gate,
                bay=departure.bay,
                note=note(departure, now, sells=sells, shelf=shelf),
            )
        )
        if len(found) == MOST_RUNS:
            break
    return tuple(found)


def note(departure: Departure, now: datetime, *, sells: bool, shelf: Shelf) -> Words | None:
    """What is special about a departure; None for one that runs as planned and is sold here."""
    if departure.state is DepartureState.CANCELLED:
        return CANCELLED
    if departure.state is DepartureState.DEPARTED or now >= departure.departs_at:
        return LEFT
    if departure.merged_into is not None:
        return (f"并入 {departure.merged_into}", f"travels with {departure.merged_into}")
    planned = departure.planned_at
    if planned is not None and planned != departure.departs_at:
        at = f"{planned.astimezone(shelf.zone()):%H:%M}"
        return (f"改时间（原 {at}）", f"time changed (was {at})")
    if now >= departure.closes_at:
        return CLOSED
    return None if sells else NOT_HERE
