"""Whether the two sides are equal: all journals and caches of the station, and the centre's database."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from station.demo.witness import rows
from sync.compare import Facts, differences, read_cache, read_centre, read_journals
from sync.digest import UseFact

ASKED_FOR = ("refund", "change")
ASKED_WITHIN_MS = 5_000
"""How far a till's question for a use may be from the claim in its journal."""


def apart(centre_db: Path, stores: Sequence[Path]) -> list[str]:
    """In what the terminals of these folders and the centre differ; empty when they hold the same facts."""
    journals = [path for store in stores if (path := store / "journal.db").exists()]
    devices = [device for path in journals for (device,) in rows(path, "SELECT device FROM epoch")]
    centre = read_centre(centre_db)
    written = read_journals(journals)
    found = differences(written, _as_dated(centre.by_devices(devices), written))
    told = _as_told(centre, centre_db)
    for store in stores:
        found += differences(read_cache(store / "cache.db"), told)
    return found


def _as_dated(centre: Facts, journals: Facts) -> Facts:
    """A use that a till asks the centre for is dated there by the question, in its journal by the claim beside it."""
    written = journals.uses or {}

    def dated(key: tuple[str, ...], use: UseFact) -> UseFact:
        own = written.get(key)
        asked = own is not None and use.purpose in ASKED_FOR and abs(own.at_ms - use.at_ms) <= ASKED_WITHIN_MS
        return replace(use, at_ms=own.at_ms) if own is not None and asked else use

    return replace(centre, uses={key: dated(key, use) for key, use in (centre.uses or {}).items()})


def _as_told(centre: Facts, centre_db: Path) -> Facts:
    """Of two attempts at one use, which the centre keeps both, terminals are told of one."""
    use = "json_extract(body, '$.number'), json_extract(body, '$.use_no'), json_extract(body, '$.attempt')"
    told = set(rows(centre_db, f"SELECT {use} FROM records WHERE kind = 'use' AND body IS NOT NULL"))  # noqa: S608  # no input
    uses = {key: each for key, each in (centre.uses or {}).items() if (each.number, each.use_no, each.attempt) in told}
    return replace(centre, uses=uses)
