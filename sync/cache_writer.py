"""Writing the cache: only the sync process does, one page and its cursor at a time."""

import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Self, cast
from uuid import UUID

from sync.cache_schema import (
    CURSOR,
    SCHEMA,
    STAGING_CURSOR,
    STATUS,
    TIME_ANCHOR,
    TIME_FLOOR,
    TRUST_LIST,
    TRUST_VERSION,
)
from sync.database import DamagedStore, Writer, open_writer, unusable
from sync.encoding import from_text, to_text
from sync.points import Point, Probe, no_probe
from sync.record_rows import apply_record
from sync.status import SyncStatus
from sync.trusted_time import TimeAnchor
from sync.wire import PullAnswer, Record
from tickets.errors import EnvironmentFault

_log = logging.getLogger("waystation.sync")


class CacheWriter:
    """The one writer of a cache file."""

    def __init__(self, path: Path, probe: Probe = no_probe) -> None:
        """Open or create it. EnvironmentFault when another sync runs, or when the file cannot be used.

        A damaged cache is set aside and begun again: all of it can be fetched, and readers follow by themselves.
        """
        self._writer = _open_or_begin_again(path)
        self._connection = self._writer.connection
        self._path = path
        self._probe = probe

    def apply(self, page: PullAnswer) -> int:
        """Apply a page and its cursor in one transaction; answers how many records were set aside.

        Either both are durable or neither is, so that a page is never half applied nor skipped.
        """
        with self._commit(Point.SYNC_PULL_COMMIT_BEFORE, Point.SYNC_PULL_COMMIT_AFTER):
            set_aside = sum(not apply_record(self._connection, record) for record in page.records)
            self._set(CURSOR, page.cursor)
        self._forget_for_good(page.records)
        return set_aside

    def cursor(self) -> str:
        """Where the next pull goes on; empty for the beginning."""
        return self._get(CURSOR) or ""

    def begin_staging(self) -> None:
        """Begin a fresh copy from nothing; what the cache holds stays in use until `swap`."""
        with self._commit(Point.SYNC_STAGE_COMMIT_BEFORE, Point.SYNC_STAGE_COMMIT_AFTER):
            self._connection.execute("DELETE FROM staged")
            self._set(STAGING_CURSOR, "")

    def stage(self, page: PullAnswer) -> None:
        """Keep one page of a fresh copy of everything, beside the cache; resumable at `staging_cursor`."""
        with self._commit(Point.SYNC_STAGE_COMMIT_BEFORE, Point.SYNC_STAGE_COMMIT_AFTER):
            self._connection.executemany(
                "INSERT INTO staged (kind, key, body, change_no) VALUES (?, ?, ?, ?) ON CONFLICT (kind, key) "
                "DO UPDATE SET body = excluded.body, change_no = excluded.change_no",
                ((r.kind, r.key, None if r.body is None else json.dumps(r.body), r.change) for r in page.records),
            )
            self._set(STAGING_CURSOR, page.cursor)

    def staging_cursor(self) -> str | None:
        """Where fetching a fresh copy goes on; None when none is under way."""
        return self._get(STAGING_CURSOR)

    def swap(self) -> int:
        """Put the fresh copy in the place of all records in one transaction; answers how many were set aside."""
        with self._commit(Point.SYNC_SWAP_COMMIT_BEFORE, Point.SYNC_SWAP_COMMIT_AFTER):
            for table in ("records", "tickets", "uses", "set_aside"):
                self._connection.execute(f"DELETE FROM {table}")  # noqa: S608  names are constants
            rows = self._connection.execute("SELECT kind, key, body, change_no FROM staged").fetchall()
            set_aside = 0
            for kind, key, body, change in rows:
                if body is not None:
                    record = Record(kind=kind, key=key, body=json.loads(body), change=change)
                    set_aside += not apply_record(self._connection, record)
            self._connection.execute("DELETE FROM staged")
            self._set(CURSOR, self._get(STAGING_CURSOR) or "")
            self._connection.execute("DELETE FROM state WHERE key = ?", (STAGING_CURSOR,))
        self._truncate_log()
        return set_aside

    def acknowledge(self, epoch: UUID, kept_through: int, receipt: bytes) -> None:
        """Keep the centre's receipt for a journal up to `kept_through`; an older one never replaces a newer one."""
        with self._commit(Point.SYNC_ACKNOWLEDGE_COMMIT_BEFORE, Point.SYNC_ACKNOWLEDGE_COMMIT_AFTER):
            self._connection.execute(
                "INSERT INTO acknowledged (epoch, kept_through, receipt) VALUES (?, ?, ?) "
                "ON CONFLICT (epoch) DO UPDATE SET kept_through = excluded.kept_through, receipt = excluded.receipt "
                "WHERE excluded.kept_through > kept_through",
                (epoch.hex, kept_through, receipt),
            )

    def kept_through(self, epoch: UUID) -> int:
        """Up to which sequence number the centre has signed for; 0 when for nothing."""
        found = self._connection.execute(
            "SELECT kept_through FROM acknowledged WHERE epoch = ?", (epoch.hex,)
        ).fetchone()
        return int(found[0]) if found else 0

    def time_anchor(self) -> TimeAnchor | None:
        """The newest signed time kept."""
        value = self._get(TIME_ANCHOR)
        return None if value is None else TimeAnchor.from_json(value)

    def time_floor_ms(self) -> int:
        """The time that no clock here may be below; 0 when there is none."""
        return int(self._get(TIME_FLOOR) or 0)

    def set_time(self, anchor: TimeAnchor) -> None:
        """Keep time that the centre signed for our own nonce; the floor becomes that time, also when it is lower."""
        with self._commit(Point.SYNC_TIME_COMMIT_BEFORE, Point.SYNC_TIME_COMMIT_AFTER):
            self._set(TIME_ANCHOR, anchor.to_json())
            self._set(TIME_FLOOR, str(anchor.centre_ms))

    def raise_floor(self, at_ms: int) -> None:
        """Raise the floor to `at_ms`; a lower value changes nothing."""
        if at_ms > self.time_floor_ms():
            self._set(TIME_FLOOR, str(at_ms))

    def set_trust(self, version: int, data: bytes) -> None:
        """Keep a trust list whose signature was checked; an older version than the one kept changes nothing."""
        with self._commit("", ""):
            if version >= int(self._get(TRUST_VERSION) or 0):
                self._set(TRUST_VERSION, str(version))
                self._set(TRUST_LIST, to_text(data))

    def trust_version(self) -> int:
        """The version of the trust list kept; 0 when there is none."""
        return int(self._get(TRUST_VERSION) or 0)

    def trust_list(self) -> bytes | None:
        """The trust list kept, checked when it came."""
        value = self._get(TRUST_LIST)
        return None if value is None else from_text(value)

    def record(self, kind: str, key: str) -> dict[str, object] | None:
        """The body of one record of the kinds that are kept as JSON."""
        found = self._connection.execute("SELECT body FROM records WHERE kind = ? AND key = ?", (kind, key)).fetchone()
        return None if found is None else cast("dict[str, object]", json.loads(found[0]))

    def status(self) -> SyncStatus | None:
        """The status written last."""
        value = self._get(STATUS)
        return None if value is None else SyncStatus.from_json(value)

    def set_status(self, status: SyncStatus) -> None:
        """Write how syncing goes."""
        text = status.to_json()
        if text != self._get(STATUS):
            self._set(STATUS, text)

    def set_aside_count(self) -> int:
        """Records that could not be understood."""
        return int(self._connection.execute("SELECT count(*) FROM set_aside").fetchone()[0])

    def forget_day_keys(self, before: date) -> int:
        """Destroy the identity keys of service days before this one, on the disk too; answers how many."""
        gone = self._connection.execute(
            "DELETE FROM records WHERE kind = 'day_key' AND key < ?", (before.isoformat(),)
        ).rowcount
        if gone:
            self._truncate_log()
        return gone

    def close(self) -> None:
        """Give the file up; another process may write it then."""
        self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _commit(self, before: str, after: str) -> Iterator[None]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield
            if before:
                self._probe(before)
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            raise self._fault(error) from error
        except BaseException:
            self._roll_back()
            raise
        if after:
            self._probe(after)

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def _get(self, key: str) -> str | None:
        found = self._connection.execute("SELECT value FROM state WHERE key = ?", (key,)).fetchone()
        return None if found is None else str(found[0])

    def _set(self, key: str, value: str) -> None:
        try:
            self._connection.execute(
                "INSERT INTO state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (key, value),
            )
        except sqlite3.Error as error:
            raise self._fault(error) from error

    def _fault(self, error: sqlite3.Error) -> EnvironmentFault:
        """Leave word for the next start when the damage is found only while writing."""
        fault = unusable(SCHEMA.name, self._path, error)
        if isinstance(fault, DamagedStore):
            _word_of_damage(self._path).touch()
        return fault

    def _forget_for_good(self, records: Iterable[Record]) -> None:
        """A destroyed identity key must not live on in the log (the file itself is overwritten: secure_delete)."""
        if any(record.kind == "day_key" and record.body is None for record in records):
            self._truncate_log()

    def _truncate_log(self) -> None:
        """Empty the WAL if no reader is in the way; otherwise it is overwritten by the next checkpoints."""
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _open_or_begin_again(path: Path) -> Writer:
    try:
        if not _word_of_damage(path).exists():
            return open_writer(path, SCHEMA)
        _log.error("cache.damaged it was found so while writing")
    except DamagedStore as damage:
        _log.error("cache.damaged %s", damage.what)
    for ending in ("-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
    if path.exists():
        path.rename(f"{path}.set-aside")
    _word_of_damage(path).unlink(missing_ok=True)
    return open_writer(path, SCHEMA)


def _word_of_damage(path: Path) -> Path:
    return Path(f"{path}.damaged")
