"""A gate's decider, opened on a store as `waystation gate` opens it."""

import secrets
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from gate.decide import Admitted, Decider
from gate.settings import GateSettings
from gate.shown import Card, Code
from station.bench import imagined
from station.bench.measure import NotMeasured
from station.clock import TerminalClock
from station.enrolment import Enrolment
from sync.cache.reader import CacheReader
from sync.journal.journal import Journal
from sync.journal.uses import end_use, open_uses
from sync.lan.arbiter import Arbiter
from sync.newest_trust import NewestTrust
from sync.points import Probe, no_probe
from tickets.uses import UseEnd

SETTINGS = GateSettings(gate=imagined.GATE, lane=f"{imagined.GATE}A")


class NotAdmitted(NotMeasured):
    """The gate refused a ticket of its own store: then there is nothing to measure."""


class Gate:
    """One gate's journal, and deciders on it. To be used as a context; belongs to one thread."""

    def __init__(self, directory: Path, *, probe: Probe = no_probe) -> None:
        self._directory = directory
        self._open = ExitStack()
        self.enrolment = Enrolment.load(directory)
        self._clock = TerminalClock(self.reader())
        self.journal = self._open.enter_context(
            Journal.create_or_open(
                directory / "journal.db",
                device=self.enrolment.device,
                prefix=None,
                clock=self._clock,
                random=secrets.token_bytes,
                probe=probe,
            )
        )

    def reader(self) -> CacheReader:
        """A reader of the gate's cache."""
        reader = CacheReader(self._directory / "cache.db")
        self._open.callback(reader.close)
        return reader

    def decider(self, arbiter: Arbiter | None = None) -> Decider:
        """What decides for this gate's lane."""
        cache, enrolment = self.reader(), self.enrolment
        return Decider(
            settings=SETTINGS,
            journal=self.journal,
            cache=cache,
            trust=NewestTrust(enrolment.trust_list(), enrolment.root_key, cache),
            clock=self._clock,
            arbiter=arbiter,
        )

    def let_them_pass(self) -> None:
        """End all uses: a gate has one passenger under way at most, and its next start should not find a thousand."""
        with self.journal.transaction() as tx:
            for left in open_uses(self.journal):
                use = left.use
                end_use(tx, ticket=use.ticket, use_no=use.use_no, attempt=use.attempt, end=UseEnd.PASSED)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()


def admit(decider: Decider, shown: Code | Card) -> Admitted:
    """Decide on what is shown. Raises NotAdmitted."""
    decision = decider.code(shown) if isinstance(shown, Code) else decider.card(decider.tags(shown))
    if not isinstance(decision, Admitted):
        raise NotAdmitted(f"a ticket was refused: {decision.refusal.reason}")
    return decision
