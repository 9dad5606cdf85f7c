"""What a ride costs: by the feed's fares, or by a tariff per kilometre where it has none for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import asin, cos, radians, sin, sqrt
from typing import Final

from sync.server.gtfs.parts import Fare, FareRule, Route, Stop
from sync.server.gtfs.plan import Tariff

_EARTH_KM: Final = 6371.0


def fare_of(fares: Sequence[Fare], route: Route, ridden: Sequence[Stop]) -> int | None:
    """The cheapest fare in fen that holds from the first to the last of the stops ridden past; None: none does."""
    origin, destination, passed = ridden[0].zone, ridden[-1].zone, {stop.zone for stop in ridden if stop.zone}
    fitting = [
        fare.fen
        for fare in fares
        if (not fare.agency or fare.agency == route.agency)
        and (not fare.rules or _holds(fare.rules, route.route, origin, destination, passed))
    ]
    return min(fitting, default=None)


def _holds(rules: Iterable[FareRule], route: str, origin: str, destination: str, passed: set[str]) -> bool:
    """Any rule may hold; the rules that name zones to pass hold together, when just these zones are passed."""
    contained: dict[tuple[str, str, str], set[str]] = {}
    for rule in rules:
        fits = rule.route in ("", route) and rule.origin in ("", origin) and rule.destination in ("", destination)
        if not fits:
            continue
        if not rule.contains:
            return True
        contained.setdefault((rule.route, rule.origin, rule.destination), set()).add(rule.contains)
    return any(zones == passed for zones in contained.values())


def tariff_fare(tariff: Tariff, kilometres: float) -> int:
    """Fen for so many kilometres by road: base and rate, rounded up, at least the least."""
    fen = tariff.base + tariff.per_km * kilometres
    rounded = -(-int(fen * 1000) // (tariff.rounded_to * 1000)) * tariff.rounded_to
    return max(tariff.least, rounded)


def kilometres(tariff: Tariff, start: Stop, end: Stop) -> float | None:
    """How far it is by road: the straight line and the plan's `detour`. None where a stop's place is not known."""
    if start.latitude is None or start.longitude is None or end.latitude is None or end.longitude is None:
        return None
    north, south = radians(start.latitude), radians(end.latitude)
    half = sin((south - north) / 2) ** 2
    across = sin(radians(end.longitude - start.longitude) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(half + cos(north) * cos(south) * across)) * tariff.detour
