"""Snapshots of what a station's terminals are told: made once, kept as a file for a while, shared by all who ask.

They lie in the centre's directory, so every process of a centre on one machine serves those of the others. Making one
reads a single moment of the database and holds no lock in it. What must be destroyable is not in it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from enum import Enum, auto
from pathlib import Path
from typing import BinaryIO, Final

from sqlalchemy import ColumnElement, Connection, func, select

from sync.server.changes import cursor_at
from sync.server.schema import records, stations
from sync.wire.snapshot import BESIDES

SHARED_MS: Final = 600_000
"""So long after it was made a snapshot is still offered; what has changed since comes as pages."""
KEPT_MS: Final = 6 * 3_600_000
"""So long its file is there: a slow line takes hours for a large one."""
AT_ONCE: Final = 20_000
"""A station of fewer records is written while the caller waits; a larger one's caller is asked to come back."""
_PATIENCE_S: Final = 4.0
_AT_A_TIME: Final = 2000
_LEVEL: Final = 6

_log = logging.getLogger("waystation.centre")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A file that was made: `size` bytes with this SHA-256 (hexadecimal), `records` lines, all changes to `change`.

    `instance` is the database that it was made of.
    """

    station: int
    instance: str
    id: str
    size: int
    sha256: str
    cursor: str
    change: int
    records: int
    made_ms: int


class Unmade(Enum):
    """Why there is no snapshot."""

    NOT_WORTH_IT = auto()
    """The station has so few records that pages are as quick."""
    BEING_MADE = auto()
    """It takes long: ask again."""


class Snapshots:
    """The snapshots of a centre. Safe to use from several threads."""

    def __init__(
        self,
        folder: Path,
        instance: str,
        read: Callable[[], AbstractContextManager[Connection]],
        now_ms: Callable[[], int],
        random: Callable[[int], bytes],
        fewest: int,
    ) -> None:
        """`read` opens a transaction that sees one moment; a station of fewer records than `fewest` has none."""
        self._folder = folder
        self._instance = instance
        self._read = read
        self._now_ms = now_ms
        self._random = random
        self._fewest = fewest
        self._lock = threading.Lock()
        self._making: dict[int, threading.Event] = {}
        self._closed = False

    def newest(self, station: int) -> Snapshot | Unmade:
        """One that may still be offered, made if need be."""
        with self._read() as connection:
            count = connection.execute(select(func.count()).select_from(records).where(*_of(station))).scalar_one()
            last = connection.execute(
                select(stations.c.last_change).where(stations.c.station_id == station)
            ).scalar_one()
        if count < self._fewest:
            return Unmade.NOT_WORTH_IT
        behind = max(_AT_A_TIME, count // 4)
        if (made := self._offered(station, last, behind)) is not None:
            return made
        if count < AT_ONCE:
            return self._make(station)
        with self._lock:
            done = self._making.get(station)
            if done is None and not self._closed:
                done = self._making[station] = threading.Event()
                threading.Thread(
                    target=self._make_apart, args=(station, done), name=f"snapshot-{station}", daemon=True
                ).start()
        if done is not None:
            done.wait(_PATIENCE_S)
        return self._offered(station, None, behind) or Unmade.BEING_MADE

    def file(self, station: int, name: str) -> tuple[Path, Snapshot] | None:
        """The file of a station's snapshot, as long as it is kept."""
        path = self._folder / f"{station}-{name}.json"
        found = _described(path) if name.isalnum() else None
        data = path.with_suffix(".gz")
        return (data, found) if found is not None and found.station == station and data.exists() else None

    def close(self) -> None:
        """Make no more."""
        with self._lock:
            self._closed = True

    def _offered(self, station: int, last: int | None, behind: int) -> Snapshot | None:
        """The newest that may be offered, not too far `behind` the `last` change; None: as far as it will be."""
        since = self._now_ms() - SHARED_MS
        made = [found for path in self._folder.glob(f"{station}-*.json") if (found := _described(path)) is not None]
        fresh = [
            each
            for each in made
            if each.instance == self._instance
            and each.made_ms >= since
            and (last is None or last - behind <= each.change <= last)
        ]
        return max(fresh, key=lambda each: each.change, default=None)

    def _make_apart(self, station: int, done: threading.Event) -> None:
        try:
            self._make(station)
        except Exception:
            if not self._closed:
                _log.exception("snapshot.failed station=%d", station)
        finally:
            with self._lock:
                self._making.pop(station, None)
            done.set()

    def _make(self, station: int) -> Snapshot:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._sweep()
        name, made_ms = self._random(16).hex(), self._now_ms()
        path = self._folder / f"{station}-{name}.gz"
        fresh = path.with_suffix(".new")
        try:
            with fresh.open("wb") as file:
                change, count = self._write(station, file)
                size = file.tell()
                file.flush()
                os.fsync(file.fileno())
            snapshot = Snapshot(
                station=station,
                instance=self._instance,
                id=name,
                size=size,
                sha256=_hash_of(fresh),
                cursor=cursor_at(self._instance, change),
                change=change,
                records=count,
                made_ms=made_ms,
            )
            fresh.replace(path)
            described = path.with_suffix(".described")
            described.write_text(json.dumps(asdict(snapshot)), "utf-8")
            described.replace(path.with_suffix(".json"))
        finally:
            fresh.unlink(missing_ok=True)
        _log.info("snapshot.made station=%d records=%d bytes=%d", station, count, size)
        return snapshot

    def _write(self, station: int, file: BinaryIO) -> tuple[int, int]:
        """Write all records; answers up to which change they are there, and how many they are."""
        count = 0
        with self._read() as connection, gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as packed:
            change = connection.execute(  # before the records: what changes meanwhile is told once more, never missed
                select(stations.c.last_change).where(stations.c.station_id == station)
            ).scalar_one()
            rows = connection.execution_options(yield_per=_AT_A_TIME).execute(
                select(records.c.kind, records.c.key, records.c.body, records.c.change_no)
                .where(*_of(station))
                .order_by(records.c.kind, records.c.key)
            )
            for some in rows.partitions():
                lines = [
                    f'{{"kind":{json.dumps(kind)},"key":{json.dumps(key)},"body":{body},"change":{number}}}\n'
                    for kind, key, body, number in some
                ]
                packed.write("".join(lines).encode("utf-8"))
                count += len(lines)
        return int(change), count

    def _sweep(self) -> None:
        """Remove what is kept no longer."""
        now = self._now_ms()
        for path in self._folder.glob("*.json"):
            found = _described(path)
            if found is None or now - found.made_ms > KEPT_MS:
                path.unlink(missing_ok=True)
                path.with_suffix(".gz").unlink(missing_ok=True)


def _of(station: int) -> tuple[ColumnElement[bool], ...]:
    return records.c.station_id == station, records.c.body.is_not(None), records.c.kind.not_in(BESIDES)


def _described(path: Path) -> Snapshot | None:
    try:
        return Snapshot(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError):  # gone in this moment, or another version's
        return None


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
