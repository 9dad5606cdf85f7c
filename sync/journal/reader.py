"""Reading a journal, by its own writer or by any other process of the station."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast
from uuid import UUID

from sync.database import open_reader, unusable
from sync.journal.schema import SCHEMA
from tickets.admission import TimeQuality
from tickets.events import GENESIS, Event, from_bytes


class Readable(Protocol):
    """Whatever can be asked with SQL: a journal, its reader, an open transaction."""

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """Run one SELECT and answer all its rows."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """An event as it lies in the journal: `data` are its bytes, `hash` the chain's hash after it."""

    seq: int
    event_id: UUID
    kind: str
    at_ms: int
    data: bytes
    hash: bytes

    @property
    def event(self) -> Event:
        """The event, read from its bytes."""
        return from_bytes(self.data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """Whose journal it is. A till has a number prefix, a gate has none."""

    epoch: UUID
    device: str
    prefix: int | None


class JournalReader:
    """Reads a journal that another process writes. A journal that is not there yet has no epoch and no events."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = None
        self._inode: tuple[int, int] | None = None

    def epoch(self) -> Epoch | None:
        """Whose journal this is; None while there is none."""
        found = self.rows("SELECT epoch, device, prefix FROM epoch")
        if not found:
            return None
        epoch, device, prefix = cast("tuple[bytes, str, int | None]", found[0])
        return Epoch(epoch=UUID(bytes=epoch), device=device, prefix=prefix)

    @property
    def device(self) -> str:
        """The device whose journal this is; empty while there is none."""
        found = self.epoch()
        return found.device if found is not None else ""

    def head(self) -> tuple[int, bytes]:
        """The last sequence number and the chain's hash there; (0, GENESIS) when there is nothing."""
        return stored_head(self)

    def hash_at(self, seq: int) -> bytes | None:
        """The chain's hash after `seq`: GENESIS for 0, None for an event that is not (or no longer) here."""
        if seq == 0:
            return GENESIS
        found = self.rows("SELECT hash FROM events WHERE seq = ?", (seq,)) or self.rows(
            "SELECT last_hash FROM segments WHERE last_seq = ?", (seq,)
        )
        return cast(bytes, found[0][0]) if found else None

    def events(self, after_seq: int, limit: int) -> list[StoredEvent]:
        """Up to `limit` events after `after_seq`, oldest first."""
        return stored_events(self, after_seq, limit)

    def floor_ms(self) -> int:
        """What the newest event says of the earliest time that it can be now (`floor_of`)."""
        return floor_of(self)

    def dropped_through(self) -> int:
        """The last event that was sealed and dropped (`journal.pruning`); 0 when all are here."""
        found = self.rows("SELECT max(last_seq) FROM segments")
        return cast(int, found[0][0] or 0) if found else 0

    def written(self) -> tuple[object, ...]:
        """Another mark than before when the journal has been written since. Costs microseconds."""
        version = self.rows("PRAGMA data_version")
        return self._inode, version[0][0] if version else None

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """Run one SELECT; no rows while there is no journal. EnvironmentFault when it cannot be read."""
        self._follow()
        if self._connection is None:
            return []
        try:
            return self._connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise unusable(SCHEMA.name, self.path, error) from error

    def close(self) -> None:
        """Let the file go; the next question opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _follow(self) -> None:
        """Open the file, or open it again when another took its name (a new enrolment)."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            self.close()
            return
        inode = (found.st_dev, found.st_ino)
        if self._connection is None or inode != self._inode:
            self.close()
            self._connection, self._inode = open_reader(self.path, SCHEMA), inode


def stored_events(source: Readable, after_seq: int, limit: int) -> list[StoredEvent]:
    """Up to `limit` events after `after_seq`, oldest first."""
    found = source.rows(
        "SELECT seq, event_id, kind, at_ms, bytes, hash FROM events WHERE seq > ? ORDER BY seq LIMIT ?",
        (after_seq, limit),
    )
    return [
        StoredEvent(seq=seq, event_id=UUID(bytes=event_id), kind=kind, at_ms=at_ms, data=data, hash=digest)
        for seq, event_id, kind, at_ms, data, digest in cast("list[tuple[int, bytes, str, int, bytes, bytes]]", found)
    ]


def stored_head(source: Readable) -> tuple[int, bytes]:
    """The last sequence number and the chain's hash there; (0, GENESIS) for an empty journal."""
    found = source.rows("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1")
    return cast("tuple[int, bytes]", found[0]) if found else (0, GENESIS)


def floor_of(source: Readable) -> int:
    """The newest event's time if that time was trusted, in ms since 1970; otherwise 0: a wall clock proves nothing."""
    found = source.rows("SELECT bytes FROM events ORDER BY seq DESC LIMIT 1")
    event = from_bytes(cast(bytes, found[0][0])) if found else None
    return event.at_ms if event is not None and event.quality == TimeQuality.TRUSTED else 0
