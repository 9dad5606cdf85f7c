"""Finding what staff name: a departure by its trip, a gate by its device, and near names for what is not there."""

import difflib
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sync.cache.reader import CacheReader
from tickets.departures import Departure
from tickets.errors import EnvironmentFault
from tickets.service_day import service_day_bounds

MOST_NEAR = 4
_DELAYED = timedelta(hours=12)


def departures_of(cache: CacheReader, day: date, zone: ZoneInfo) -> list[Departure]:
    """The departures of a service day as the station runs them, in the order in which they leave."""
    first, end = service_day_bounds(day, zone)
    return [each for each in cache.departures((first - _DELAYED, end + _DELAYED)) if each.service_date == day]


def find_departure(cache: CacheReader, day: date, trip: str, zone: ZoneInfo) -> Departure:
    """The departure of this trip, in capitals or not, as the station runs it.

    Raises EnvironmentFault naming near ones.
    """
    wanted = trip.strip().upper()
    found = cache.departure(day, wanted) or cache.departure(day, trip.strip())
    if found is not None:
        return found
    problem = cache.problem()
    if problem is not None:
        raise problem
    known = [each.trip for each in departures_of(cache, day, zone)]
    if not known:
        raise EnvironmentFault(
            f"this terminal knows no departures of {day.isoformat()}",
            "check --date, and that `waystation sync` has been in step with the centre",
        )
    raise EnvironmentFault(f"there is no departure {wanted} on {day.isoformat()}", _near(wanted, known))


def find_device(cache: CacheReader, name: str, kind: Literal["gate", "till"] = "gate") -> str:
    """The device that is called so, by its id or the name it was enrolled under. Raises EnvironmentFault."""
    known = [device for device in cache.devices() if device.kind == kind]
    for device in known:
        if name in (device.device, device.name):
            return device.device
    if not known:
        raise EnvironmentFault(
            f"this terminal knows no {kind}s yet", "wait until it has been in step with the centre, then do this again"
        )
    raise EnvironmentFault(f"there is no {kind} {name} here", _near(name, [device.name for device in known]))


def _near(wanted: str, known: Iterable[str]) -> str:
    names = sorted(known)
    holding = [name for name in names if wanted and (wanted in name or name in wanted)]
    near = [*holding, *difflib.get_close_matches(wanted, names, n=MOST_NEAR, cutoff=0.6)]
    chosen = list(dict.fromkeys(near))[:MOST_NEAR]
    if chosen:
        return f"if {' or '.join(chosen)} is meant, give that name"
    return f"known: {', '.join(names[:8])}{' and more' if len(names) > 8 else ''}"
