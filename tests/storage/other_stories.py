"""Shorter stories on a disk of ours: a journal is begun, the centre's pages are kept, a damaged cache is replaced."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from sync.cache.writer import CacheWriter
from sync.journal.journal import Journal
from sync.trusted_time import TimeAnchor
from tests.storage.chronicle import Chronicle
from tests.storage.machine import ROOT
from tests.sync.cache_pages import day_key, departure, page, ticket, use
from tests.sync.till_life import PREFIX, TickingClock, append
from tickets.events import Kind

CACHE = Path(ROOT) / "gate-1" / "cache.db"
JOURNAL = Path(ROOT) / "kiosk-1" / "journal.db"


class BeginningStory:
    """A till is switched on for the first time. Whatever the power does, it is never locked out, nor begun twice."""

    def __init__(self) -> None:
        self.chronicle = Chronicle()
        self._epochs: list[UUID] = []

    def live(self, life: int) -> None:
        with self._open(life) as journal:
            self._epochs.append(journal.epoch)
            self.chronicle.follow(journal)
            with journal.transaction() as tx:
                append(Kind.DEVICE_BACK, device=f"life {life}")(tx)

    def dies(self) -> None:
        self.chronicle.dies()

    def check(self) -> None:
        with self._open(50) as journal:
            stored = journal.events(0, 1000)
            if self.chronicle.promised:
                self.chronicle.holds(stored)
            else:  # nobody was told of a beginning: there was none, or it was whole
                assert [each.kind for each in stored] == [Kind.JOURNAL_OPENED]
            assert set(self._epochs) <= {journal.epoch}, "a journal that was in use began again"
            self._epochs.append(journal.epoch)
            self.chronicle.promised = [each.data for each in stored]

    def check_end(self) -> None:
        self.check()

    def _open(self, life: int) -> Journal:
        return Journal.create_or_open(
            JOURNAL,
            device="kiosk-1",
            prefix=PREFIX,
            clock=TickingClock(),
            random=Random(life).randbytes,
            probe=self.chronicle.probe,
        )


class BeginningStories:
    """A disk on which nothing was ever written."""

    def __init__(self, _folder: Path) -> None:
        pass

    def begin(self) -> BeginningStory:
        return BeginningStory()

    def install(self) -> None:
        pass


Step = Callable[[CacheWriter], object]

EPOCH = UUID(int=9)
STEPS: tuple[Step, ...] = (
    lambda writer: writer.apply(page([departure(), day_key(), *(ticket(n) for n in range(8))], "c1", more=True)),
    lambda writer: writer.apply(page([ticket(3, 2, "refunded"), use(4, 1, 2)], "c2")),
    lambda writer: writer.acknowledge(EPOCH, 7, b"receipt"),
    lambda writer: writer.set_time(TimeAnchor(boot_id="b", boot_seconds=5, centre_ms=1_795_000_000_000)),
    lambda writer: writer.set_trust(2, b"a list"),
    lambda writer: writer.begin_staging(),
    lambda writer: writer.stage(page([ticket(n, 3) for n in range(20, 40)], "c3", more=True)),
    lambda writer: writer.stage(page([use(21, 1, 4)], "c4")),
    lambda writer: writer.swap(),
    lambda writer: writer.raise_floor(1_795_000_000_001),
    lambda writer: writer.forget_day_keys(date(2027, 1, 1)),
    lambda writer: writer.apply(page([ticket(50, 5)], "c5")),
)


class CacheStory:
    """Sync keeps what the centre says: after each step all of it is on the disk, and never a part of a step."""

    def __init__(self, states: list[Any]) -> None:
        self._states = states
        self._done = 0

    def live(self, life: int) -> None:  # noqa: ARG002 - a story is told which life it is
        with CacheWriter(CACHE) as writer:
            if not self._states:
                _reference(writer, self._states)
                self._done = len(STEPS)
                return
            for step in STEPS[self._done :]:
                step(writer)
                self._done += 1

    def dies(self) -> None:
        pass

    def check(self) -> None:
        with CacheWriter(CACHE) as writer:
            found = _content(writer)
            assert found in self._states[self._done : self._done + 2], "a step of sync was lost, or half done"
            self._done = self._states.index(found, self._done)
            assert writer._connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]

    def check_end(self) -> None:
        assert self._done == len(STEPS)


class CacheStories:
    """Stories about one cache; what it holds after each step is learnt from the one that is not cut."""

    def __init__(self, _folder: Path) -> None:
        self._states: list[Any] = []

    def begin(self) -> CacheStory:
        return CacheStory(self._states)

    def install(self) -> None:
        CacheWriter(CACHE).close()


class DamageStory(CacheStory):
    """What sync finds is no database: it is set aside, whenever the power fails, and fetching begins from nothing."""

    def live(self, life: int) -> None:
        with CacheWriter(CACHE) as writer:
            if life == 0 and self._states:
                assert _content(writer) == self._states[0]
        super().live(life)


class DamageStories(CacheStories):
    """As `CacheStories`, on a disk whose cache is noise."""

    def begin(self) -> DamageStory:
        return DamageStory(self._states)

    def install(self) -> None:
        file = os.open(str(CACHE), os.O_RDWR | os.O_CREAT)
        os.write(file, Random(1).randbytes(20_000))
        os.close(file)


def _reference(writer: CacheWriter, states: list[Any]) -> None:
    found = [_content(writer)]
    for step in STEPS:
        step(writer)
        found.append(_content(writer))
    states += found


def _content(writer: CacheWriter) -> Any:
    connection = writer._connection
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' ORDER BY name"
    ).fetchall()
    return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for (name,) in tables}
