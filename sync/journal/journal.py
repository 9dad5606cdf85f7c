"""The journal: what happened at one gate or till, in order, and nothing else. Its rows are the outbox.

One writer, its own gate or till; everyone else reads. A transaction appends events and writes their projections in
one durable commit: when `with journal.transaction()` has ended without an exception, the facts are on the disk.

The lanes of a gate share its journal: their threads take turns. What one thread writes is seen by the others when it
is committed, and never before.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from uuid import UUID

from sync.database import Writer, lengthen_log, open_writer, unusable
from sync.journal.epoch_marker import Marker, read_marker, write_marker
from sync.journal.event_bodies import complaint
from sync.journal.reader import StoredEvent, floor_of, stored_events, stored_head
from sync.journal.schema import SCHEMA
from sync.points import Point, Probe, after_commit, before_commit, no_probe
from tickets.admission import TrustedNow
from tickets.errors import Bug, EnvironmentFault
from tickets.events import Event, Kind, chain, to_bytes, uuid7

Clock = Callable[[], TrustedNow]
"""What time it is, and how far that can be trusted (`sync.trusted_time`)."""
Random = Callable[[int], bytes]
"""`random(n)` gives n unpredictable bytes (`secrets.token_bytes`)."""

_CHECKPOINT_PAGES = 4000
"""A journal is checkpointed by `tidy()` in an idle moment; this is only the limit for a gate that is never idle."""
_GATE_LOG_BYTES = 4 << 20
"""What some 170 passengers in a row write before a gate is idle: until then its log does not grow under their feet."""


class RuleBroken(Bug):
    """The schema refused a row that would break a rule; the whole transaction was rolled back."""


class Transaction:
    """One transaction of a journal: facts and their projections, committed together or not at all."""

    def __init__(self, journal: "Journal", connection: sqlite3.Connection, now: TrustedNow) -> None:
        self._journal = journal
        self._connection = connection
        self.now = now
        self.at_ms = int(now.at.timestamp() * 1000)
        self.seq, self.hash = journal.head()
        self.appended: list[Event] = []

    @property
    def device(self) -> str:
        """The device whose journal this is."""
        return self._journal.device

    def note_use(self, ticket: bytes) -> None:
        """See `Journal.note_use`; what is rolled back is remembered all the same, and looked for in vain."""
        self._journal.note_use(ticket)

    def append(self, kind: Kind, body: Mapping[str, object]) -> Event:
        """Add one event to the end of the chain and answer it as written; its `seq` is the next one.

        Bug when the body is not what `sync.journal.event_bodies` says of this kind: the centre would call it poisoned.
        """
        if (wrong := complaint(kind, body)) is not None:
            raise Bug(f"An event was not written because its body is wrong ({wrong})", "Report this to the makers.")
        event = Event(
            event_id=uuid7(self.at_ms, self._journal.random),
            epoch=self._journal.epoch,
            seq=self.seq + 1,
            kind=kind,
            version=1,
            at_ms=self.at_ms,
            quality=self.now.quality,
            body=body,
        )
        data = to_bytes(event)
        digest = chain(self.hash, data)
        self.execute(
            "INSERT INTO events (seq, event_id, kind, at_ms, bytes, hash) VALUES (?, ?, ?, ?, ?, ?)",
            (event.seq, event.event_id.bytes, str(kind), event.at_ms, data, digest),
        )
        self.seq, self.hash = event.seq, digest
        self.appended.append(event)
        return event

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> sqlite3.Cursor:
        """Run one statement in this transaction; RuleBroken when the schema refuses the row."""
        try:
            return self._connection.execute(sql, parameters)
        except sqlite3.IntegrityError as error:
            raise RuleBroken(
                f"A row was refused: {error}", "Nothing was written. If this is seen outside a test, report it."
            ) from error

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """Read within the transaction."""
        return self._connection.execute(sql, parameters).fetchall()


class Journal:
    """The one writer of a journal file. Threads may share it: each transaction, and each question, waits for its turn.

    Whoever holds a transaction holds up the others: nothing is waited for inside one but the disk.
    """

    def __init__(
        self,
        writer: Writer,
        epoch: UUID,
        device: str,
        prefix: int | None,
        clock: Clock,
        random: Random,
        probe: Probe,
        process: str = "",
    ) -> None:
        self._turn = threading.RLock()
        self._writer = writer
        self._connection = writer.connection
        self._clock = clock
        self._probe = probe
        self._open: Transaction | None = None
        self._in_doubt = False
        self.random = random
        self.epoch = epoch
        self.device = device
        self.prefix = prefix
        self.process = process or ("gate" if prefix is None else "till")
        self._seq, self._hash = stored_head(self)
        self._tickets: set[object] | None = None

    @classmethod
    def create_or_open(
        cls,
        path: Path,
        *,
        device: str,
        prefix: int | None,
        clock: Clock,
        random: Random,
        probe: Probe = no_probe,
        process: str = "",
    ) -> Self:
        """Open the journal of this enrolment, or begin it: a random epoch, and `journal.opened` as its first event.

        A gate (no prefix) whose journal is lost begins a new epoch. A till whose journal is lost must be enrolled
        again, because its numbers might be made twice: EnvironmentFault. So are a journal of another device or
        prefix, one that another process writes, one made by a newer version, and one whose chain is broken.
        `process` is who writes it, in the names of its points, if that is neither a gate nor a till.
        """
        writer = open_writer(path, SCHEMA, checkpoint_pages=_CHECKPOINT_PAGES, look_through=True)
        try:
            return cls._begin_or_resume(writer, device, prefix, clock, random, probe, process)
        except sqlite3.Error as error:
            writer.close()
            raise unusable(SCHEMA.name, path, error) from error
        except BaseException:
            writer.close()
            raise

    @classmethod
    def _begin_or_resume(
        cls,
        writer: Writer,
        device: str,
        prefix: int | None,
        clock: Clock,
        random: Random,
        probe: Probe,
        process: str,
    ) -> Self:
        if prefix is None:
            lengthen_log(writer.path, _GATE_LOG_BYTES)
        marker = read_marker(writer.path)
        row = writer.connection.execute("SELECT epoch, device, prefix FROM epoch").fetchone()
        if row is None:
            if marker is not None and prefix is not None and marker.prefix == prefix:
                raise EnvironmentFault(
                    f"The journal {writer.path} of this till is lost, and its number prefix was already used",
                    "Enrol this till again: it gets a new prefix, so that no ticket number can be made twice.",
                )
            previous = marker.epoch if marker is not None else None
            epoch = UUID(bytes=random(16), version=4)
            probe(Point.JOURNAL_CREATE_BEFORE)
            journal = cls(writer, epoch, device, prefix, clock, random, probe, process)
            with journal.transaction() as tx:
                tx.execute(
                    "INSERT INTO epoch (one, epoch, device, prefix, opened_at_ms) VALUES (1, ?, ?, ?, ?)",
                    (epoch.bytes, device, prefix, tx.at_ms),
                )
                tx.append(
                    Kind.JOURNAL_OPENED,
                    {"device": device, "prefix": prefix, "previous_epoch": previous.hex if previous else None},
                )
            probe(Point.JOURNAL_CREATE_AFTER)
        else:
            if (row[1], row[2]) != (device, prefix):
                raise EnvironmentFault(
                    f"The journal {writer.path} belongs to another enrolment ({row[1]}), not to {device}",
                    "Let sync send it to the end, move it aside, then start again with the new enrolment.",
                )
            epoch = UUID(bytes=row[0])
            journal = cls(writer, epoch, device, prefix, clock, random, probe, process)
            journal._check_tail()
        if marker != (wanted := Marker(epoch=epoch, prefix=prefix)):
            write_marker(writer.path, wanted)
        return journal

    @property
    def path(self) -> Path:
        """The file."""
        return self._writer.path

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One BEGIN IMMEDIATE … COMMIT; whatever is raised inside rolls all of it back.

        The probe is called before and after the commit with the kinds appended. EnvironmentFault when the disk does
        not take it. When this ends without an exception, all that was appended is durable.
        """
        with self._turn:
            yield from self._one_transaction()

    def _one_transaction(self) -> Iterator[Transaction]:
        if self._open is not None:
            raise Bug("A journal transaction was begun inside another", "Report this to the makers.")
        if self._in_doubt:
            self._seq, self._hash = stored_head(self)
            self._in_doubt = False
        tx = Transaction(self, self._connection, self._clock())
        self._open = tx
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield tx
            for event in tx.appended:
                self._probe(before_commit(self.process, event.kind))
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            raise unusable(SCHEMA.name, self._writer.path, error) from error
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._open = None
        self._seq, self._hash = tx.seq, tx.hash
        for event in tx.appended:
            self._probe(after_commit(self.process, event.kind))

    def head(self) -> tuple[int, bytes]:
        """The last committed sequence number and the chain's hash there; (0, GENESIS) when nothing was written."""
        with self._turn:
            return self._seq, self._hash

    def floor_ms(self) -> int:
        """What the newest event says of the earliest time that it can be now (`journal.reader.floor_of`)."""
        return floor_of(self)

    def events(self, after_seq: int, limit: int) -> list[StoredEvent]:
        """Up to `limit` events after `after_seq`, oldest first."""
        return stored_events(self, after_seq, limit)

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """Read; what an open transaction of this thread has written is seen."""
        with self._turn:
            return self._connection.execute(sql, parameters).fetchall()

    def may_have_used(self, ticket: bytes) -> bool:
        """Whether this journal has, or had, a use of this ticket; a decision on any other need not look for one.

        Kept in memory: 8 bytes for each ticket, read from the disk when first asked.
        """
        with self._turn:
            if self._tickets is None:
                self._tickets = {row[0] for row in self.rows("SELECT DISTINCT ticket FROM uses")}
            return ticket in self._tickets

    def note_use(self, ticket: bytes) -> None:
        """Remember, for `may_have_used`, that a use of this ticket is about to be written."""
        if self._tickets is not None:
            self._tickets.add(ticket)

    def tidy(self) -> None:
        """Move the log into the file while nothing waits (between two passengers); never needed for safety."""
        with self._turn:
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def close(self) -> None:
        """Give the file up; another process may write it then."""
        with self._turn:
            self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _roll_back(self) -> None:
        self._in_doubt = True  # a COMMIT that failed may still have reached the disk: ask before writing on
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def _check_tail(self) -> None:
        """Recompute the newest link: a file that was cut or edited is not written on."""
        tail = self.events(self._seq - 2, 2)
        if len(tail) == 2 and chain(tail[0].hash, tail[1].data) != tail[1].hash:
            raise EnvironmentFault(
                f"The journal {self._writer.path} is damaged: its last event does not fit the one before",
                "Keep the file as evidence, check the disk, and enrol this machine again.",
            )
