"""Reading what the relay holds from outside its process: journals, and batches of them as devices have signed them."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from sync.database import UNUSABLE, open_reader, unusable
from sync.server.relay.schema import SCHEMA
from sync.wire.push import MAX_BATCH_BYTES, MAX_BATCH_EVENTS, Head, PushBatch
from tickets.events import GENESIS

_JOURNALS: Final = """SELECT epoch, device, prefix, first_seq, held_through, head, dropped_through,
    (SELECT max(seq) FROM heads h WHERE h.epoch = j.epoch) FROM journals j ORDER BY begun_ms, epoch"""
_EVENTS: Final = "SELECT seq, bytes, hash FROM events WHERE epoch = ? AND seq > ? ORDER BY seq LIMIT ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldJournal:
    """A journal as far as the relay holds it: from `first` on up to `through`, where the chain's hash is `head`; up to
    `signed_through` its device has signed it.
    """

    epoch: str
    device: str
    prefix: int | None
    first: int
    through: int
    head: bytes
    signed_through: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFork:
    """A batch that contradicts what is held of its journal; `digest` tells it from others."""

    digest: str
    device: str
    batch: PushBatch


class HeldReader:
    """Reads `relay.db`, whichever file has that name now. Empty while there is none. Belongs to one thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._inode: tuple[int, int] | None = None

    def written(self) -> object:
        """Another mark than before when the file has been written, or replaced, since. Costs microseconds."""
        found = self._rows("PRAGMA data_version")
        return self._inode, found[0][0] if found else None

    def journals(self) -> list[HeldJournal]:
        """All that are held, in the order in which they began here."""
        rows = cast("list[tuple[str, str, int | None, int, int, bytes, int, int | None]]", self._rows(_JOURNALS))
        return [
            HeldJournal(
                epoch=epoch,
                device=device,
                prefix=prefix,
                first=max(first, dropped + 1),
                through=through,
                head=head,
                signed_through=signed or 0,
            )
            for epoch, device, prefix, first, through, head, dropped, signed in rows
        ]

    def hash_at(self, epoch: str, seq: int) -> bytes | None:
        """The chain's hash after an event that is held; None for any other."""
        found = self._rows("SELECT hash FROM events WHERE epoch = ? AND seq = ?", epoch, seq)
        return cast(bytes, found[0][0]) if found else None

    def batch(self, journal: HeldJournal, after: int) -> PushBatch | None:
        """The events after `after` up to a head that the device has signed, as many as one batch may hold.

        None when there are none, or when more than a batch holds lie before the next signed head.
        """
        heads = self._heads(journal.epoch, after)
        taken: list[tuple[int, bytes, bytes]] = []
        size, end = 0, 0
        rows = cast("list[tuple[int, bytes, bytes]]", self._rows(_EVENTS, journal.epoch, after, MAX_BATCH_EVENTS))
        for seq, data, digest in rows:
            size += len(data)
            if size > MAX_BATCH_BYTES and end:
                break
            taken.append((seq, data, digest))
            end = len(taken) if seq in heads else end
        taken = taken[:end]
        if not taken or taken[0][0] != after + 1:
            return None
        previous = GENESIS if after == 0 else self._hash_before(journal.epoch, after)
        last, _, digest = taken[-1]
        if previous is None:
            return None
        return PushBatch(
            epoch=journal.epoch,
            prefix=journal.prefix,
            first_seq=after + 1,
            previous=previous,
            events=tuple(data for _, data, _ in taken),
            head=Head(seq=last, hash=digest, signature=heads[last]),
        )

    def forks(self) -> list[HeldFork]:
        """The evidence that is kept, in the order in which it came."""
        rows = self._rows("SELECT digest, device, batch FROM forks ORDER BY found_ms, digest")
        return [
            HeldFork(digest=digest, device=device, batch=PushBatch.model_validate_json(batch))
            for digest, device, batch in cast("list[tuple[str, str, str]]", rows)
        ]

    def close(self) -> None:
        """Let the file go; the next question opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _heads(self, epoch: str, after: int) -> dict[int, bytes]:
        rows = self._rows(
            "SELECT seq, signature FROM heads WHERE epoch = ? AND seq > ? AND seq <= ?",
            epoch,
            after,
            after + MAX_BATCH_EVENTS,
        )
        return dict(cast("list[tuple[int, bytes]]", rows))

    def _hash_before(self, epoch: str, seq: int) -> bytes | None:
        found = self.hash_at(epoch, seq)
        if found is not None:
            return found
        dropped = self._rows("SELECT dropped_hash FROM journals WHERE epoch = ? AND dropped_through = ?", epoch, seq)
        return cast("bytes | None", dropped[0][0]) if dropped else None

    def _rows(self, sql: str, *parameters: object) -> list[tuple[object, ...]]:
        try:
            self._follow()
            if self._connection is None:
                return []
            return self._connection.execute(sql, parameters).fetchall()
        except UNUSABLE as error:
            self.close()
            raise unusable(SCHEMA.name, self._path, error) from error

    def _follow(self) -> None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            self.close()
            self._inode = None
            return
        inode = (found.st_dev, found.st_ino)
        if self._connection is None or inode != self._inode:
            self.close()
            self._connection, self._inode = open_reader(self._path, SCHEMA), inode
