"""Giving places back when the centre asks for them, or staff have freed them: by this till's own fact, when it can.

What is set aside for an order or sold is never given back. Time takes nothing: a till that was not asked keeps all.
"""

from collections.abc import Callable
from datetime import date
from typing import Final

from kiosk.till.ledger import Ledger
from kiosk.till.shelf import Shelf
from sync.cache.reader import CacheReader
from sync.journal.order_reader import to_give_back

EVERY: Final = 1.0
"""Seconds between two looks at what is asked for."""


class Returning:
    """Obeys while nobody is being served; belongs to the till's thread."""

    def __init__(self, cache: CacheReader, ledger: Ledger, shelf: Shelf, clock: Callable[[], float]) -> None:
        """`clock` counts monotonic seconds."""
        self._cache = cache
        self._ledger = ledger
        self._shelf = shelf
        self._clock = clock
        self._next = float("-inf")

    def work(self) -> bool:
        """Give back what is asked for, if it is time to look; True when something went."""
        if self._clock() < self._next:
            return False
        self._next = self._clock() + EVERY
        asked = [
            (date.fromisoformat(each.service_date), each.trip, each.seats, each.keep)
            for each in self._cache.recalls(self._ledger.device)
        ]
        asked += [(day, trip, (), 0) for day, trip in self._cache.freed(self._ledger.device)]
        went = False
        for day, trip, seats, keep in asked:
            granted, places = self._shelf.granted(day, trip), self._ledger.places(day, trip)
            back = to_give_back(granted, places, seats=seats, keep=keep)
            if back.seats or back.count:
                self._ledger.give_back(day, trip, back)
                went = True
        return went
