"""The tidier of a terminal's journal, with files of its own to read, and the thread in which a gate runs it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from station.clock import TerminalClock
from station.config import Config
from station.enrolment import Enrolment
from sync.cache.reader import CacheReader
from sync.journal.journal import Journal
from sync.journal.tidying import JournalTidier, tidy_quietly
from sync.newest_trust import NewestTrust
from sync.points import Probe
from sync.trusted_time import boot_clock
from tickets.trust import KeyUse

_CLOSING_S = 5.0


def tidier_of(config: Config, enrolment: Enrolment, journal: Journal, probe: Probe) -> JournalTidier:
    """The tidier of this terminal's own journal; it belongs to the thread that asks it first."""
    path = config.directory / "cache.db"
    cache = CacheReader(path)
    trust = NewestTrust(enrolment.trust_list(), enrolment.root_key, cache)
    return JournalTidier(
        journal,
        config.directory / "journal.db",
        path,
        lambda: trust.current().keys(KeyUse.RECEIPT),
        TerminalClock(cache),
        boot_clock,
        kept_days=config.journal.kept_days,
        probe=probe,
    )


def tidying(tidier: JournalTidier) -> Callable[[], None]:
    """What a till does between two rounds."""

    def tidy() -> None:
        tidy_quietly(tidier)

    return tidy


@contextmanager
def tidied(tidier: JournalTidier) -> Iterator[None]:
    """While this lasts, a thread of its own keeps the journal short; its transactions take turns with the lanes'."""
    stop = threading.Event()

    def run() -> None:
        while not stop.wait(tidy_quietly(tidier)):
            pass
        tidier.close()

    thread = threading.Thread(target=run, name="tidying", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_CLOSING_S)
