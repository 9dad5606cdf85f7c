"""Numbers of places: each that passengers travel to has one of its own, the same from feed to feed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from sync.server.gtfs.problems import Problems


class PlaceNumbers:
    """Gives numbers, and notices when two places that are in use would have the same one."""

    def __init__(self, planned: Mapping[str, int], problems: Problems) -> None:
        """`planned`: the numbers that the plan gives, by place (a stop_id)."""
        self._planned = planned
        self._problems = problems
        self._places: dict[int, str] = {}
        self.distinct = True
        """False as soon as two places have got the same number; the problems say which."""

    def of(self, place: str) -> int:
        """A place's number: the plan's, its stop_id where that is one, or one made of it."""
        number = self._number(place)
        other = self._places.setdefault(number, place)
        if other != place and self.distinct:
            self.distinct = False
            self._problems.error(
                "stops.txt", 0, "stop_id", f"{place[:40]} and {other[:40]} get the same number",
                "give one of them a number of its own in the plan's [numbers]",
            )  # fmt: skip
        return number

    def place(self, number: int) -> str:
        """The place that has been given this number."""
        return self._places[number]

    def _number(self, place: str) -> int:
        if place in self._planned:
            return self._planned[place]
        if place.isascii() and place.isdigit() and len(place) < 10 and str(int(place)) == place:
            return int(place)
        return 2**31 + int.from_bytes(hashlib.sha256(place.encode()).digest()[:4], "big") // 2
