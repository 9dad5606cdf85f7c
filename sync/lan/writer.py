"""What the LAN says, written into the cache: uses and staff facts with the position they came to, and what is held.

None of these commits waits for the disk. What a power cut takes back is asked for again, because the position goes back
with it; and the disk's time belongs to the gate's own journal beside it.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import cast
from uuid import UUID

from sync.cache.record_rows import use_row
from sync.cache.schema import LAN_ACTS_TOLD, LAN_EPOCH, LAN_POSITION, LAN_SETTLED, LAN_STATUS
from sync.cache.writer import CacheWriter
from sync.engine.status import LanStatus
from sync.journal.reader import JournalReader
from sync.points import Point
from sync.wire.relay import ChangesAnswer
from tickets.staff import StaffFact

_END = "CASE {}.end WHEN 'passed' THEN 3 WHEN 'released' THEN 2 WHEN 'unresolved' THEN 1 ELSE 0 END"
_PUT_USE = f"""INSERT INTO lan_uses (ticket, use_no, attempt, device, lane, at_ms, end, purpose, persons, flags,
    service_date, trip) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (ticket, use_no, attempt) DO UPDATE SET end = excluded.end, persons = excluded.persons,
    flags = excluded.flags, service_date = coalesce(excluded.service_date, service_date),
    trip = coalesce(excluded.trip, trip)
    WHERE {_END.format("excluded")} >= {_END.format("lan_uses")}"""  # noqa: S608  constants of ours
_PUT_FACT = """INSERT INTO staff_facts (digest, bytes, learnt_ms, refused, service_date, trip)
    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (digest) DO UPDATE SET refused = excluded.refused
    WHERE staff_facts.refused IS NOT NULL AND staff_facts.refused IS NOT excluded.refused"""
_PUT_HELD = """INSERT INTO held (arbiter, epoch, held_through, receipt) VALUES (?, ?, ?, ?)
    ON CONFLICT (arbiter, epoch) DO UPDATE SET held_through = excluded.held_through, receipt = excluded.receipt
    WHERE excluded.held_through > held_through"""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedFact:
    """A staff fact as it came, and why it must not be obeyed ("" when it must); `fact` is None if unreadable."""

    data: bytes
    fact: StaffFact | None
    refused: str


class LanWriter:
    """The LAN's own tables of the cache. Threads may share it."""

    def __init__(self, cache: CacheWriter) -> None:
        self._cache = cache
        position = cache.get(LAN_POSITION) or ""
        self._epoch = cache.get(LAN_EPOCH) or ""
        self._position = int(position) if position.isdecimal() else 0
        self._settled = cache.get(LAN_SETTLED) or ""
        self._acts_told = cache.get(LAN_ACTS_TOLD) or ""

    @property
    def epoch(self) -> str:
        """The arbiter's epoch that is followed; "" before the first."""
        return self._epoch

    @property
    def position(self) -> int:
        """How far its changes were learnt."""
        return self._position

    def is_news(self, answer: ChangesAnswer) -> bool:
        """Whether there is something in it to take in."""
        there = (answer.epoch, answer.position)
        return there != (self._epoch, self._position) or self._settles(answer)

    def _settles(self, answer: ChangesAnswer) -> bool:
        return answer.arbitrating and not answer.more and answer.epoch != self._settled

    def learn(self, answer: ChangesAnswer, facts: Iterable[JudgedFact], at_ms: int) -> None:
        """Take in a page of changes with its position, in one commit.

        Of each attempt what is known furthest stays. In another epoch nothing is held yet; what was learnt stays true,
        but for what is open: a former arbiter may have granted it to a gate that died over it, and nobody would ever
        end it. So when the new one begins, all is asked for once more; until it has come the arbiter answers for it.
        """
        settles = self._settles(answer)
        position = 0 if settles else answer.position
        with self._cache.commit(Point.SYNC_LAN_COMMIT_BEFORE, Point.SYNC_LAN_COMMIT_AFTER, durable=False) as connection:
            if answer.epoch != self._epoch:
                self._cache.set(LAN_EPOCH, answer.epoch)
                connection.execute("DELETE FROM held WHERE arbiter <> ?", (answer.epoch,))
            self._cache.set(LAN_POSITION, str(position))
            connection.executemany(_PUT_USE, (use_row(use) for use in answer.uses))
            self._put(connection, facts, at_ms)
            if settles:
                self._cache.set(LAN_SETTLED, answer.epoch)
                connection.execute("DELETE FROM lan_uses WHERE end IS NULL")
        self._epoch, self._position = answer.epoch, position
        self._settled = answer.epoch if settles else self._settled

    def keep(self, facts: Iterable[JudgedFact], at_ms: int) -> None:
        """Take in staff facts that came another way, or were judged again."""
        with self._cache.commit("", "", durable=False) as connection:
            self._put(connection, facts, at_ms)

    @property
    def acts_told(self) -> str:
        """The epoch whose arbiter has taken all acts of staff that were signed here; "" when none has."""
        return self._acts_told

    def all_acts_told(self, epoch: str) -> None:
        """The arbiter of this epoch has them all."""
        with self._cache.commit("", "", durable=False):
            self._cache.set(LAN_ACTS_TOLD, epoch)
        self._acts_told = epoch

    def refused(self) -> list[bytes]:
        """The facts that are not obeyed: a newer trust list may know who signed them."""
        found = self._cache.all("SELECT bytes FROM staff_facts WHERE refused IS NOT NULL")
        return [cast(bytes, data) for (data,) in found]

    def forget(self, before_ms: int, before_day: str) -> None:
        """Drop uses and facts that are older than both: the centre's word is enough for those."""
        with self._cache.commit("", "", durable=False) as connection:
            connection.execute("DELETE FROM lan_uses WHERE at_ms < ?", (before_ms,))
            gone = connection.execute(
                "DELETE FROM staff_facts WHERE learnt_ms < ? AND coalesce(service_date, '') < ?",
                (before_ms, before_day),
            )
            if gone.rowcount:
                self._cache.revise()

    def set_status(self, status: LanStatus) -> None:
        """Write how the relay is doing, if that is not what is written already."""
        text = status.to_json()
        if text != self._cache.get(LAN_STATUS):
            with self._cache.commit("", "", durable=False):
                self._cache.set(LAN_STATUS, text)

    def _put(self, connection: sqlite3.Connection, facts: Iterable[JudgedFact], at_ms: int) -> None:
        """Write facts into the open commit, and tell readers if there is anything new."""
        new = False
        for judged in facts:
            fact = judged.fact
            row = (
                sha256(judged.data).digest(),
                judged.data,
                at_ms,
                judged.refused or None,
                None if fact is None or fact.service_date is None else fact.service_date.isoformat(),
                None if fact is None else fact.trip,
            )
            new |= connection.execute(_PUT_FACT, row).rowcount > 0
        if new:
            self._cache.revise()


class Held:
    """How far the relay holds one journal, in one arbiter's epoch: the receipts of its pushes.

    A receipt may come when another arbiter has been heard of already: it says nothing about what that one holds.
    """

    def __init__(self, cache: CacheWriter, journal: JournalReader, arbiter: str) -> None:
        self._cache = cache
        self._arbiter = arbiter
        self._journal = journal

    def kept_through(self, epoch: UUID) -> int:
        """Up to which event the relay holds it, or, when it holds nothing, up to where the journal was dropped."""
        found = self._cache.one(
            "SELECT held_through FROM held WHERE arbiter = ? AND epoch = ?", self._arbiter, epoch.hex
        )
        return self._journal.dropped_through() if found is None else cast(int, found[0])

    def acknowledge(self, epoch: UUID, kept_through: int, receipt: bytes) -> None:
        """Write the relay's receipt down; an older one never replaces a newer one."""
        with self._cache.commit("", "", durable=False) as connection:
            connection.execute(_PUT_HELD, (self._arbiter, epoch.hex, kept_through, receipt))
