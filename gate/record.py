"""What the lane writes down besides its decisions: how uses ended, what devices and the lane itself did.

These facts are not answers that somebody waits for: they have happened. What the disk does not take is kept in order
and written as soon as it does, and meanwhile nobody is admitted. What is lost by dying in between is made good at the
next start: a use that nobody ended is unresolved.
"""

import sqlite3
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress

from gate.decide import Admitted
from gate.observe import UNOBSERVED, Observer
from sync.journal.journal import Journal, Transaction
from sync.journal.uses import end_use, history, open_uses
from tickets.errors import EnvironmentFault
from tickets.events import Kind
from tickets.uses import UseEnd

_Act = Callable[[Transaction], None]


class Record:
    """Writes one lane's facts into its journal. Belongs to the lane's thread."""

    def __init__(
        self,
        journal: Journal,
        lane: str,
        settles: Callable[[str], bool] = lambda _lane: True,
        observer: Observer = UNOBSERVED,
        give_back: Callable[[], None] = lambda: None,
        started: Callable[[], None] = lambda: None,
    ) -> None:
        """`settles` says whether the open uses of a lane are this one's to settle: lanes share a journal. `give_back`
        writes that a decision which was in doubt let nobody in, `started` that the gate's life has begun, if neither is
        written yet; both may raise EnvironmentFault.
        """
        self._journal = journal
        self._lane = lane
        self._settles = settles
        self._observer = observer
        self._give_back = give_back
        self._started = started
        self._unwritten: deque[_Act] = deque()
        self._unsettled = True
        self._tidy_at = 0
        self.fault: EnvironmentFault | None = None
        """Why the journal is behind, while it is."""

    @property
    def behind(self) -> bool:
        """Whether something that happened is not durable yet: nobody may be admitted then."""
        return self._unsettled or bool(self._unwritten)

    def end(self, use: Admitted, end: UseEnd, *, persons: int, why: str) -> None:
        """Say how a use ended, unless the journal says so already. `persons` is for PASSED, `why` for RELEASED."""

        def act(tx: Transaction) -> None:
            # a use that is taken up again is unresolved already, and a commit that failed may have reached the disk
            if use_end(self._journal, use) is not end:
                end_use(
                    tx, ticket=use.number, use_no=use.use_no, attempt=use.attempt, end=end, persons=persons, why=why
                )

        self._write(act)

    def event(self, kind: Kind, body: Mapping[str, object]) -> None:
        """Write any other fact."""
        self._write(lambda tx: _append(tx, kind, body))

    def device_lost(self, device: str, what: str) -> None:
        """Write that a device stopped working, and what to do about it."""
        self.event(Kind.DEVICE_FAULT, {"device": device, "what": what})
        self._observer.lost(self._lane, device, what)

    def device_back(self, device: str) -> None:
        """Write that a device that was lost works again."""
        self.event(Kind.DEVICE_BACK, {"device": device})
        self._observer.returned(self._lane, device)

    def lane_event(self, what: str) -> None:
        """Write that the lane did or met something."""
        self.event(Kind.LANE_EVENT, {"lane": self._lane, "what": what})

    def doubt(self, fault: EnvironmentFault) -> None:
        """Note that a decision could not be written: it may have reached the disk, and nobody was let in for it."""
        self.fault = fault
        self._unsettled = True

    def catch_up(self) -> bool:
        """Write what is behind; whether all of it is durable now. Call it while no use is open, and first at the start.

        A decision that was in doubt is given back; uses of an earlier life that nobody ended become unresolved.
        """
        self._flush()
        if self._unsettled and not self._unwritten:
            self._try(self._settle)
        return not self.behind

    def tidy(self) -> None:
        """Move the journal's log into its file, if anything was written since the last time."""
        if not self.behind and self._journal.head()[0] != self._tidy_at:
            with suppress(sqlite3.Error):  # nothing depends on it: a disk in trouble is said so by the next commit
                self._journal.tidy()
            self._tidy_at = self._journal.head()[0]

    def _write(self, act: _Act) -> None:
        self._unwritten.append(act)
        self._flush()

    def _flush(self) -> None:
        while self._unwritten and self._try(lambda: self._commit(self._unwritten[0])):
            self._unwritten.popleft()

    def _commit(self, act: _Act) -> None:
        with self._journal.transaction() as tx:
            act(tx)

    def _settle(self) -> None:
        self._started()
        self._give_back()
        for left in open_uses(self._journal):
            use = left.use
            if not self._settles(use.lane):
                continue
            with self._journal.transaction() as tx:
                end_use(tx, ticket=use.ticket, use_no=use.use_no, attempt=use.attempt, end=UseEnd.UNRESOLVED)
        self._unsettled = False

    def _try(self, step: Callable[[], None]) -> bool:
        try:
            step()
        except EnvironmentFault as fault:
            self.fault = fault
            return False
        self.fault = None
        return True


def use_end(journal: Journal, use: Admitted) -> UseEnd | None:
    """How the journal says that this use ended; None while it is open."""
    return next((each.end for each in history(journal, use.number) if each.attempt == use.attempt), None)


def _append(tx: Transaction, kind: Kind, body: Mapping[str, object]) -> None:
    tx.append(kind, body)
