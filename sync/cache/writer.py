"""Writing the cache: only the sync process does, one page and its cursor at a time.

Two of its threads write: the one that talks to the centre, and the one that listens in the LAN (`lan_writer.py`). They
share this connection and take turns, each for one commit: no longer than the disk and the rows of one page take.
"""

import json
import logging
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Self, cast
from uuid import UUID

from sync.cache import staging as cache_staging
from sync.cache.file import word_of_damage
from sync.cache.record_rows import Rows, Told
from sync.cache.schema import (
    CURSOR,
    REVISION,
    SCHEMA,
    SNAPSHOT,
    STAGING_CURSOR,
    STATUS,
    TIME_ANCHOR,
    TIME_FLOOR,
    TRUST_LIST,
    TRUST_VERSION,
)
from sync.database import DamagedStore, Writer, open_writer, unusable
from sync.destroying import destroy_set_aside
from sync.encoding import from_text, to_text
from sync.engine.status import SyncStatus
from sync.points import Point, Probe, no_probe
from sync.setting_aside import set_aside_database
from sync.trusted_time import TimeAnchor
from sync.wire.pull import PullAnswer, Record
from tickets.errors import EnvironmentFault

_log = logging.getLogger("waystation.sync")

_REVISE = """INSERT INTO state (key, value) VALUES (?, '1')
    ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1"""
_ROWS = Rows()
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
        self._aside_stays = False

    def apply(self, page: PullAnswer) -> int:
        """Apply a page and its cursor in one transaction; answers how many records were set aside.

        Either both are durable or neither is, so that a page is never half applied nor skipped.
        """
        with self.commit(Point.SYNC_PULL_COMMIT_BEFORE, Point.SYNC_PULL_COMMIT_AFTER):
            set_aside = _ROWS.apply(self._connection, page.records)
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
            cache_staging.begin(self._connection)
            self.set(STAGING_CURSOR, "")

    def stage(self, page: PullAnswer) -> None:
        """Keep one page of a fresh copy of everything, beside the cache; resumable at `staging_cursor`."""
        self.stage_records(page.records, page.cursor)

    def stage_records(self, records: Sequence[Told], cursor: str, *, durable: bool = True) -> None:
        """Keep some records of a fresh copy, and where it goes on."""
        with self.commit(Point.SYNC_STAGE_COMMIT_BEFORE, Point.SYNC_STAGE_COMMIT_AFTER, durable=durable):
            cache_staging.ROWS.apply(self._connection, records)
            self.set(STAGING_CURSOR, cursor)

    def staging_cursor(self) -> str | None:
        """Where fetching a fresh copy goes on; None when none is under way."""
        return self.get(STAGING_CURSOR)

    def swap(self, cursor: str | None = None) -> int:
        """Put the fresh copy in the place of all records in one transaction; answers how many were set aside.

        It goes on from `cursor`, or else from where staging has got to. It takes no longer than giving the old tables'
        room back does. What the LAN has told is not touched.
        """
        with self.commit("", ""):
            cache_staging.index(self._connection)
        with self.commit(Point.SYNC_SWAP_COMMIT_BEFORE, Point.SYNC_SWAP_COMMIT_AFTER):
            set_aside = cache_staging.swap(self._connection)
            self.set(CURSOR, self.get(STAGING_CURSOR) or "" if cursor is None else cursor)
            self._connection.execute("DELETE FROM state WHERE key IN (?, ?)", (STAGING_CURSOR, SNAPSHOT))
            self.revise()
        self._truncate_log()
        return set_aside

    def snapshot(self) -> str | None:
        """The snapshot that is being fetched, as `begin_snapshot` was told; None when none is."""
        return self.get(SNAPSHOT)

    def begin_snapshot(self, described: str, besides: Sequence[Told]) -> None:
        """Begin a fresh copy by a snapshot, and stage what is told beside it."""
        with self.commit(Point.SYNC_STAGE_COMMIT_BEFORE, Point.SYNC_STAGE_COMMIT_AFTER):
            cache_staging.begin(self._connection)
            cache_staging.ROWS.apply(self._connection, besides)
            self._connection.execute("DELETE FROM state WHERE key = ?", (STAGING_CURSOR,))
            self.set(SNAPSHOT, described)

    def drop_snapshot(self) -> None:
        """Give a fresh copy by a snapshot up."""
        with self.commit("", ""):
            cache_staging.drop(self._connection)
            self._connection.execute("DELETE FROM state WHERE key IN (?, ?)", (STAGING_CURSOR, SNAPSHOT))

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
        with self._legible():
            value = self.get(TIME_ANCHOR)
            return None if value is None else TimeAnchor.from_json(value)

    def time_floor_ms(self) -> int:
        """The time that no clock here may be below; 0 when there is none."""
        with self._legible():
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
        with self._legible():
            return int(self.get(TRUST_VERSION) or 0)

    def trust_list(self) -> bytes | None:
        """The trust list kept, checked when it came."""
        with self._legible():
            value = self.get(TRUST_LIST)
            return None if value is None else from_text(value)

    def record(self, kind: str, key: str) -> dict[str, object] | None:
        """The body of one record of the kinds that are kept as JSON."""
        with self._legible():
            found = self.one("SELECT body FROM records WHERE kind = ? AND key = ?", kind, key)
            return None if found is None else cast("dict[str, object]", json.loads(cast(str, found[0])))

    def status(self) -> SyncStatus | None:
        """The status written last."""
        with self._legible():
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
        with self._turn, self._legible():
            gone = self._connection.execute(
                "DELETE FROM records WHERE kind = 'day_key' AND key < ?", (before.isoformat(),)
            ).rowcount
            if gone:
                self._truncate_log()
        return gone

    def destroy_set_aside(self, before: datetime) -> None:
        """Destroy a damaged cache that was set aside before this instant: identity keys are in it, too."""
        try:
            destroy_set_aside(self._path, before.timestamp())
        except OSError as error:
            if not self._aside_stays:
                _log.warning("cache.set_aside_stays", extra={"what": error.strerror or "the disk"})
            self._aside_stays = True

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
        with self._turn, self._legible():
            return cast("tuple[object, ...] | None", self._connection.execute(sql, parameters).fetchone())

    def all(self, sql: str, *parameters: object) -> list[tuple[object, ...]]:
        """All rows of a SELECT, likewise."""
        with self._turn, self._legible():
            return self._connection.execute(sql, parameters).fetchall()

    def get(self, key: str) -> str | None:
        """One of the single values (`cache.schema`)."""
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

    def check(self) -> None:
        """DamagedStore when word was left that this file is damaged, by whoever met it: it is to be opened again."""
        if word_of_damage(self._path).exists():
            raise DamagedStore(
                f"The cache {self._path} is damaged", "Nothing: it is set aside, and all of it is fetched again."
            )

    @contextmanager
    def _legible(self) -> Iterator[None]:
        """What is read must be what was written; DamagedStore, and word left, when it is not."""
        try:
            yield
        except sqlite3.Error as error:
            raise self._fault(error) from error
        except ValueError:
            word_of_damage(self._path).touch()
            self.check()
            raise

    def _fault(self, error: sqlite3.Error) -> EnvironmentFault:
        """Leave word for the next start when damage is found."""
        fault = unusable(SCHEMA.name, self._path, error)
        if isinstance(fault, DamagedStore):
            word_of_damage(self._path).touch()
        return fault

    def _forget_for_good(self, records: Iterable[Record]) -> None:
        """A destroyed identity key must not live on in the log (the file itself is overwritten: secure_delete)."""
        if any(record.kind == "day_key" and record.body is None for record in records):
            self._truncate_log()

    def _truncate_log(self) -> None:
        """Empty the WAL if no reader is in the way; otherwise it is overwritten by the next checkpoints."""
        with self._turn, self._legible():
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _open_or_begin_again(path: Path) -> Writer:
    try:
        if not word_of_damage(path).exists() and (writer := _open(path)) is not None:
            return writer
        _log.error("cache.damaged", extra={"what": "It was found so while it was in use"})
    except DamagedStore as damage:
        _log.error("cache.damaged", extra={"what": damage.what})
    set_aside_database(path)
    word_of_damage(path).unlink(missing_ok=True)
    return open_writer(path, SCHEMA)


def _open(path: Path) -> Writer | None:
    """Open it; None when its name is something else's, or a file that we may not write where we may make another."""
    try:
        return open_writer(path, SCHEMA, look_through=True)
    except DamagedStore:
        raise
    except EnvironmentFault:
        spoilt = path.is_dir() or (path.exists() and not os.access(path, os.R_OK | os.W_OK))
        if spoilt and os.access(path.parent, os.W_OK | os.X_OK):
            return None
        raise
