"""What staff have signed, as a reader of the cache holds it: by departure, read again only when there is more."""

from collections import defaultdict
from collections.abc import Iterator
from typing import cast
from uuid import UUID

from sync.cache.file import CacheFile, Changes
from tickets.staff import BadFact, StaffFact, read_fact

_FACTS = "SELECT bytes FROM staff_facts WHERE refused IS NULL ORDER BY digest"


class StaffView:
    """The facts in force here, by the key of their departure's record. `sync.lan.lan` has checked who signed them."""

    def __init__(self, file: CacheFile) -> None:
        self._file = file
        self._changes = Changes(file)
        self._facts: dict[str, tuple[StaffFact, ...]] = {}

    def of(self, key: str) -> tuple[StaffFact, ...]:
        """The facts about departure `key` ("<date>/<trip>"), oldest first; the same object until there are others."""
        return self._newest().get(key, ())

    def departures(self) -> Iterator[str]:
        """The keys of the departures that there are facts about."""
        return iter(self._newest())

    def _newest(self) -> dict[str, tuple[StaffFact, ...]]:
        if self._changes.seen():
            found: dict[str, dict[UUID, StaffFact]] = defaultdict(dict)
            for (data,) in self._file.rows(_FACTS):
                fact = _read(cast(bytes, data))
                if fact is not None and fact.service_date is not None:
                    found[f"{fact.service_date.isoformat()}/{fact.trip}"].setdefault(fact.fact_id, fact)
            self._facts = {
                key: tuple(sorted(facts.values(), key=lambda fact: fact.order)) for key, facts in found.items()
            }
        return self._facts


def _read(data: bytes) -> StaffFact | None:
    try:
        return read_fact(data)
    except BadFact:
        return None  # written by a newer version than this one
