"""The relay's real core behind a virtual network: it dies at its commits, starts again, and may lose its disk."""

import shutil
from collections import Counter
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from sync.server.relay import arbiter, facts, feed, journals, steps
from sync.server.relay.ledger import Ledger
from sync.server.relay.run import SETTLE_SECONDS
from sync.wire.relay import CaughtUpAnswer, CaughtUpRequest, ChangesAnswer, ClaimAnswer, ClaimRequest
from tests.gate.bench import NOON, STATION
from tests.station_run.agenda import Agenda
from tickets.staff import Act, StaffFact


class OutOfOrder(Exception):
    """The relay does not answer: it is not running, or died over this question."""


class _Dies(Exception):
    """The relay's process ends here."""


class RelayThere:
    """What `sync.server.relay.app` does with each call, less HTTP."""

    def __init__(
        self, folder: Path, empty: Path, gates: frozenset[str], agenda: Agenda, random: Random, faults: "Counter[str]"
    ) -> None:
        """`empty` is a file with the relay's tables and nothing in them."""
        self._folder = folder
        self._empty = empty
        self._gates = gates
        self._agenda = agenda
        self._random = random
        self._faults = faults
        self._lives = 0
        self._life = 0
        self._silent_until = 0
        self.die_in: int | None = None
        self._mark = (0, 0, False)
        self.struck_off: set[str] = set()
        shutil.copyfile(empty, self._file)
        self.ledger: Ledger | None = self._open()

    @property
    def _file(self) -> Path:
        return self._folder / f"relay-{self._life}.db"

    @property
    def mark(self) -> tuple[int, int, bool]:
        """Another one whenever its changes are others; that of before while it is not running."""
        if self.ledger is not None:
            self._mark = (self._life, self.ledger.position, self.ledger.arbitrating)
        return self._mark

    @property
    def now_ms(self) -> int:
        return int(NOON.timestamp() * 1000) + self._agenda.now

    def _open(self) -> Ledger:
        ledger = Ledger.open(self._file, self._random.randbytes, self.now_ms, self._probe)
        ledger.connection.execute("PRAGMA synchronous = OFF")
        return ledger

    def _probe(self, _point: str) -> None:
        if self.die_in is not None:
            self.die_in -= 1
            if self.die_in <= 0:
                self.die_in = None
                raise _Dies

    def stops(self, ms: int) -> None:
        """Its process ends, and another begins with the same disk."""
        if self.ledger is not None:
            self.ledger.close()
            self.ledger = None
            self._agenda.after(ms, self.starts)

    def starts(self) -> None:
        """It runs again, if it does not already."""
        if self.ledger is None:
            self.ledger = self._open()
            if self.ledger.fresh:
                self._silent_until = self._agenda.now + int(SETTLE_SECONDS * 1000)

    def loses_its_disk(self, ms: int) -> None:
        """It dies, and another begins with an empty disk."""
        if self.ledger is not None:
            self.stops(ms)
            self._life += 1
            self.struck_off.clear()
            shutil.copyfile(self._empty, self._file)

    def close(self) -> None:
        """Let the file go."""
        if self.ledger is not None:
            self.ledger.close()

    # ------------------------------------------------------------------ what it is asked

    def claim(self, device: str, asked: ClaimRequest) -> ClaimAnswer:
        with _Working(self) as ledger:
            (answer,) = arbiter.answer_claims(ledger, [arbiter.Claim(device=device, asked=asked)], self.now_ms)
            return answer

    def push(self, told: journals.Slice, epoch: str) -> journals.Taken | None:
        """None when this goes on for another arbiter's epoch."""
        with _Working(self) as ledger:
            return journals.take_in(ledger, told, self.now_ms) if epoch == ledger.epoch else None

    def caught_up(self, device: str, said: CaughtUpRequest) -> CaughtUpAnswer:
        with _Working(self) as ledger:
            if said.epoch == ledger.epoch:
                with ledger.writing("step"):
                    steps.say_caught_up(ledger, device, "gate", said)
                steps.review(ledger, self._gates, ())
            waiting = steps.waiting_for(ledger, self._gates, ())
            return CaughtUpAnswer(epoch=ledger.epoch, arbitrating=ledger.arbitrating, waiting_for=waiting)

    def changes(self, after: int, epoch: str) -> ChangesAnswer:
        with _Working(self) as ledger:
            return feed.changes_after(ledger.connection, ledger.epoch, after, epoch)

    def strikes_off(self, device: str) -> None:
        """Staff have signed that this gate need not be waited for."""
        with _Working(self) as ledger:
            fact = StaffFact(
                fact_id=UUID(bytes=self._random.randbytes(16)),
                station=STATION,
                badge="0007",
                act=Act.STRIKE_OFF,
                at=NOON + timedelta(milliseconds=self._agenda.now),
                device=device,
            )
            facts.keep_fact(ledger, fact, fact.fact_id.bytes)
            self.struck_off.add(device)
            steps.review(ledger, self._gates, ())


class _Working:
    """The relay while it answers: not there, or dying over it, is no answer."""

    def __init__(self, relay: RelayThere) -> None:
        self._relay = relay

    def __enter__(self) -> Ledger:
        relay = self._relay
        if relay.ledger is None or relay._agenda.now < relay._silent_until:
            raise OutOfOrder
        return relay.ledger

    def __exit__(self, kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, _Dies):
            relay = self._relay
            relay._faults["relay dies at a commit"] += 1
            relay.stops(relay._random.randint(100, 1500))
            raise OutOfOrder
