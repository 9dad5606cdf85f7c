"""Whether the two sides are equal: all journals and caches of the station, and the centre's database."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from station.demo.witness import rows
from sync.comparing.compare import Facts, differences, read_cache, read_centre, read_journals


def apart(centre_db: Path, stores: Sequence[Path]) -> list[str]:
    """In what the terminals of these folders and the centre differ; empty when they hold the same facts."""
    journals = [path for store in stores if (path := store / "journal.db").exists()]
    devices = [device for path in journals for (device,) in rows(path, "SELECT device FROM epoch")]
    centre = read_centre(centre_db)
    written = read_journals(journals)
    found = differences(written, centre.by_devices(devices))
    told = _as_told(centre, centre_db)
    for store in stores:
        found += differences(read_cache(store / "cache.db"), told)
    return found


def _as_told(centre: Facts, centre_db: Path) -> Facts:
    """Of two attempts at one use, which the centre keeps both, terminals are told of one."""
    use = "json_extract(body, '$.number'), json_extract(body, '$.use_no'), json_extract(body, '$.attempt')"
    told = set(rows(centre_db, f"SELECT {use} FROM records WHERE kind = 'use' AND body IS NOT NULL"))  # noqa: S608  # no input
    uses = {key: each for key, each in (centre.uses or {}).items() if (each.number, each.use_no, each.attempt) in told}
    return replace(centre, uses=uses)
