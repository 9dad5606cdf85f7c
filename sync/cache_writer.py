"""Writing the cache: only the sync process does, one page and its cursor at a time.

Two of its threads write: the one that talks to the centre, and the one that listens in the LAN (`lan_writer.py`). They
share this connection and take turns, each for one commit: no longer than the disk and the rows of one page take.
"""

import json
import logging
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Self, cast
from uuid import UUID

from sync.cache_schema import (
    CURSOR,
    REVISION,
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

_REVISE = """INSERT INTO state (key, value) VALUES (?, '1')
    ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1"""
_READ_ONE_BY_ONE = ("ticket", "use")
"""Kinds of records that nobody keeps in memory: readers need not be told that there are more."""


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
        self._turn = threading.RLock()

    def apply(self, page: PullAnswer) -> int:
        """Apply a page and its cursor in one transaction; answers how many records were set aside.

        Either both are durable or neither is, so that a page is never half applied nor skipped.
        """
        with self.commit(Point.SYNC_PULL_COMMIT_BEFORE, Point.SYNC_PULL_COMMIT_AFTER):
            set_aside = sum(not apply_record(self._connection, record) for record in page.records)
            self.set(CURSOR, page.cursor)
            if any(record.kind not in _READ_ONE_BY_ONE for record in page.records):
                self.revise()
        self._forget_for_good(page.records)
        return set_aside

    def cursor(self) -> str:
        """Where the next pull goes on; empty for the beginning."""
        return self.get(CURSOR) or ""

    def begin_staging(self) -> None:
        """Begin a fresh copy from nothing; what the cache holds stays in use until `swap`."""
        with self.commit(Point.SYNC_STAGE_COMMIT_BEFORE, Point.SYNC_STAGE_COMMIT_AFTER):
            self._connection.execute("DELETE FROM staged")
            self.set(STAGING_CURSOR, "")

    def stage(self, page: PullAnswer) -> None:
        """Keep one page of a fresh copy of everything, beside the cache; resumable at `staging_cursor`."""
        with self.commit(Point.SYNC_STAGE_COMMIT_BEFORE, Point.SYNC_STAGE_COMMIT_AFTER):
            self._connection.executemany(
                "INSERT INTO staged (kind, key, body, change_no) VALUES (?, ?, ?, ?) ON CONFLICT (kind, key) "
                "DO UPDATE SET body = excluded.body, change_no = excluded.change_no",
                ((r.kind, r.key, None if r.body is None else json.dumps(r.body), r.change) for r in page.records),
            )
            self.set(STAGING_CURSOR, page.cursor)

    def staging_cursor(self) -> str | None:
        """Where fetching a fresh copy goes on; None when none is under way."""
        return self.get(STAGING_CURSOR)

    def swap(self) -> int:
        """Put the fresh copy in the place of all records in one transaction; answers how many were set aside."""
        with self.commit(Point.SYNC_SWAP_COMMIT_BEFORE, Point.SYNC_SWAP_COMMIT_AFTER):
            for table in ("records", "tickets", "uses", "set_aside"):
                self._connection.execute(f"DELETE FROM {table}")  # noqa: S608  names are constants
            rows = self._connection.execute("SELECT kind, key, body, change_no FROM staged").fetchall()
            set_aside = 0
            for kind, key, body, change in rows:
                if body is not None:
                    record = Record(kind=kind, key=key, body=json.loads(body), change=change)
                    set_aside += not apply_record(self._connection, record)
            self._connection.execute("DELETE FROM staged")
            self.set(CURSOR, self.get(STAGING_CURSOR) or "")
            self._connection.execute("DELETE FROM state WHERE key = ?", (STAGING_CURSOR,))
            self.revise()
        self._truncate_log()
        return set_aside

    def acknowledge(self, epoch: UUID, kept_through: int, receipt: bytes) -> None:
        """Keep the centre's receipt for a journal up to `kept_through`; an older one never replaces a newer one."""
        with self.commit(Point.SYNC_ACKNOWLEDGE_COMMIT_BEFORE, Point.SYNC_ACKNOWLEDGE_COMMIT_AFTER):
            self._connection.execute(
                "INSERT INTO acknowledged (epoch, kept_through, receipt) VALUES (?, ?, ?) "
                "ON CONFLICT (epoch) DO UPDATE SET kept_through = excluded.kept_through, receipt = excluded.receipt "
                "WHERE excluded.kept_through > kept_through",
                (epoch.hex, kept_through, receipt),
            )

    def kept_through(self, epoch: UUID) -> int:
        """Up to which sequence number the centre has signed for; 0 when for nothing."""
        found = self.one("SELECT kept_through FROM acknowledged WHERE epoch = ?", epoch.hex)
        return int(cast(int, found[0])) if found else 0

    def time_anchor(self) -> TimeAnchor | None:
        """The newest signed time kept."""
        value = self.get(TIME_ANCHOR)
        return None if value is None else TimeAnchor.from_json(value)

    def time_floor_ms(self) -> int:
        """The time that no clock here may be below; 0 when there is none."""
        return int(self.get(TIME_FLOOR) or 0)

    def set_time(self, anchor: TimeAnchor) -> None:
        """Keep time that the centre signed for our own nonce; the floor becomes that time, also when it is lower."""
        with self.commit(Point.SYNC_TIME_COMMIT_BEFORE, Point.SYNC_TIME_COMMIT_AFTER):
            self.set(TIME_ANCHOR, anchor.to_json())
            self.set(TIME_FLOOR, str(anchor.centre_ms))

    def raise_floor(self, at_ms: int) -> None:
        """Raise the floor to `at_ms`; a lower value changes nothing."""
        with self._turn:
            if at_ms > self.time_floor_ms():
                self.set(TIME_FLOOR, str(at_ms))

    def set_trust(self, version: int, data: bytes) -> None:
        """Keep a trust list whose signature was checked; an older version than the one kept changes nothing."""
        with self.commit("", ""):
            if version >= int(self.get(TRUST_VERSION) or 0):
                self.set(TRUST_VERSION, str(version))
                self.set(TRUST_LIST, to_text(data))
                self.revise()

    def trust_version(self) -> int:
        """The version of the trust list kept; 0 when there is none."""
        return int(self.get(TRUST_VERSION) or 0)

    def trust_list(self) -> bytes | None:
        """The trust list kept, checked when it came."""
        value = self.get(TRUST_LIST)
        return None if value is None else from_text(value)

    def record(self, kind: str, key: str) -> dict[str, object] | None:
        """The body of one record of the kinds that are kept as JSON."""
        found = self.one("SELECT body FROM records WHERE kind = ? AND key = ?", kind, key)
        return None if found is None else cast("dict[str, object]", json.loads(cast(str, found[0])))

    def status(self) -> SyncStatus | None:
        """The status written last."""
        value = self.get(STATUS)
        return None if value is None else SyncStatus.from_json(value)

    def set_status(self, status: SyncStatus) -> None:
        """Write how syncing goes."""
        text = status.to_json()
        if text != self.get(STATUS):
            self.set(STATUS, text)

    def set_aside_count(self) -> int:
        """Records that could not be understood."""
        found = self.one("SELECT count(*) FROM set_aside")
        return 0 if found is None else cast(int, found[0])

    def forget_day_keys(self, before: date) -> int:
        """Destroy the identity keys of service days before this one, on the disk too; answers how many."""
        with self._turn:
            gone = self._connection.execute(
                "DELETE FROM records WHERE kind = 'day_key' AND key < ?", (before.isoformat(),)
            ).rowcount
            if gone:
                self._truncate_log()
        return gone

    def close(self) -> None:
        """Give the file up; another process may write it then."""
        with self._turn:
            self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def commit(self, before: str, after: str, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """One transaction, in which no other thread writes; whatever is raised inside rolls it back.

        `before` and `after` are the points that the probe is told of; "" for none. One that is not `durable` is seen
        by readers as soon as any other, but does not wait for the disk: a power cut may take it back, whole.
        """
        with self._turn:
            try:
                if not durable:
                    self._connection.execute("PRAGMA synchronous = NORMAL")
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                if before:
                    self._probe(before)
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                self._roll_back()
                raise self._fault(error) from error
            except BaseException:
                self._roll_back()
                raise
            finally:
                if not durable:
                    self._connection.execute("PRAGMA synchronous = FULL")
        if after:
            self._probe(after)

    def one(self, sql: str, *parameters: object) -> tuple[object, ...] | None:
        """The first row of a SELECT, if there is one; never in the middle of another thread's commit."""
        with self._turn:
            return cast("tuple[object, ...] | None", self._connection.execute(sql, parameters).fetchone())

    def all(self, sql: str, *parameters: object) -> list[tuple[object, ...]]:
        """All rows of a SELECT, likewise."""
        with self._turn:
            return self._connection.execute(sql, parameters).fetchall()

    def get(self, key: str) -> str | None:
        """One of the single values (`cache_schema`)."""
        found = self.one("SELECT value FROM state WHERE key = ?", key)
        return None if found is None else str(found[0])

    def set(self, key: str, value: str) -> None:
        """Write one of them."""
        try:
            with self._turn:
                self._connection.execute(
                    "INSERT INTO state (key, value) VALUES (?, ?) "
                    "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                    (key, value),
                )
        except sqlite3.Error as error:
            raise self._fault(error) from error

    def revise(self) -> None:
        """Tell readers, with this commit, that more than tickets and uses has changed."""
        self._connection.execute(_REVISE, (REVISION,))

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

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
        with self._turn:
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
