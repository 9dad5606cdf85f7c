"""Gates, claims, deaths, restarts, an emptied disk and late messages in any order: nobody is let in twice.

Gates that admit only what was granted never have two admissions of one ticket, whatever happens to them or to the
relay. A gate whose policy is to admit when the arbiter is silent may; then the arbiter finds it out.
"""

import random as seeded
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sync.server.relay.arbiter import Claim, answer_claims
from sync.server.relay.feed import changes_after
from sync.server.relay.journals import Gap, Held, take_in
from sync.server.relay.ledger import Ledger
from sync.server.relay.steps import review, say_caught_up
from sync.server.relay.use_rows import uses_of
from sync.server.relay.verdict import doubles
from sync.wire.records import UseBody
from sync.wire.relay import CaughtUpRequest, ClaimAnswer, ClaimRequest
from tests.sync.relay.journal_in_memory import DATE, NOON_MS, TRIP, MemoryJournal

TICKETS = ("1" * 20,)
GATES = ("371122-gate-a", "371122-gate-b", "371122-gate-c")
IN_MEMORY = Path("/dev/shm")
"""Where thousands of small files go that need not survive anything."""
ADMITS_IN_SILENCE = "371122-gate-c"


class _Died(Exception):
    """The relay's process, in the middle of a commit."""


@dataclass
class Gate:
    """A gate as it should be: it asks, writes down, acts. What it knows is what its own sync brought it."""

    device: str
    journal: MemoryJournal
    heard: dict[str, list[UseBody]] = field(default_factory=dict)
    own: dict[tuple[str, int], UseBody] = field(default_factory=dict)
    waits: ClaimRequest | None = None
    position: int = 0
    epoch: str = ""

    def history(self, number: str) -> list[UseBody]:
        found = {(use.use_no, use.attempt): use for use in self.heard.get(number, [])}
        found |= {(use.use_no, use.attempt): use for (ticket, _), use in self.own.items() if ticket == number}
        return sorted(found.values(), key=lambda use: use.use_no)

    def hear(self, uses: Iterable[UseBody]) -> None:
        for use in uses:
            if use.device != self.device or (use.number, use.use_no) not in self.own:
                known = [each for each in self.heard.get(use.number, []) if each.attempt != use.attempt]
                self.heard[use.number] = [*known, use]

    def wish(self, number: str, purpose: str) -> ClaimRequest | None:
        """The claim that this gate would make, or None when it refuses by itself."""
        history = self.history(number)
        standing = [use for use in history if use.end != "released"]
        inside = _inside(standing)
        resumed = [use for use in standing if use.device == self.device and use.end in (None, "unresolved")]
        blocking = [use for use in standing if use.end != "passed"] + (inside if purpose == "admission" else [])
        if resumed and blocking == resumed and resumed[0].purpose == purpose:
            return self._claim(number, resumed[0].use_no, purpose)
        if blocking or (purpose == "exit" and not inside):
            return None
        return self._claim(number, max((use.use_no for use in history), default=0) + 1, purpose)

    def _claim(self, number: str, use_no: int, purpose: str) -> ClaimRequest:
        seed = f"{self.journal.epoch.hex}{number}{use_no}".encode()
        return ClaimRequest.model_validate(
            {
                "number": number, "use_no": use_no, "attempt": sha256(seed).hexdigest()[:32], "lane": "1",
                "at": NOON_MS, "service_date": DATE, "trip": TRIP, "persons": 1, "purpose": purpose,
                "after_seq": self.journal.seq, "journal_epoch": self.journal.epoch.hex,
            }
        )  # fmt: skip

    def write(self, asked: ClaimRequest, *flags: str) -> None:
        if (asked.number, asked.use_no) not in self.own:
            self.journal.claim(asked.number, asked.use_no, asked.attempt, flags, asked.purpose)
            self.own[asked.number, asked.use_no] = UseBody(
                number=asked.number, use_no=asked.use_no, attempt=asked.attempt, device=self.device, lane="1",
                at=self.journal.at_ms, end=None, purpose=asked.purpose, flags=flags,
            )  # fmt: skip

    def end(self, use: UseBody, end: str) -> None:
        self.journal.end(use.number, use.use_no, use.attempt, end)
        self.own[use.number, use.use_no] = UseBody.model_validate({**use.model_dump(), "end": end})

    def die(self) -> None:
        """It starts again at once: what was open is unresolved, and what it waited for it has forgotten."""
        self.waits = None
        self.journal.start()
        for use in [each for each in self.own.values() if each.end is None]:
            self.end(use, "unresolved")


def _inside(uses: Iterable[UseBody]) -> list[UseBody]:
    passed = sorted((use for use in uses if use.end == "passed"), key=lambda use: use.use_no)
    last_exit = max((use.use_no for use in passed if use.purpose == "exit"), default=0)
    return [use for use in passed if use.purpose == "admission" and use.use_no > last_exit]


gates = st.sampled_from(GATES)
tickets = st.sampled_from(TICKETS)


class ArbiterLife(RuleBasedStateMachine):
    """One station: three gates and a relay, whose messages are lost, repeated and late."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None)
        self.random = seeded.Random(7)
        self.lives = 0
        self.die_at = ""
        self.gates = {name: Gate(name, MemoryJournal(name, self.random)) for name in GATES}
        for gate in self.gates.values():
            gate.journal.open()
            gate.journal.start()
        self.flying: list[tuple[str, ClaimRequest]] = []
        self.said: list[tuple[str, CaughtUpRequest]] = []
        self.ledger = self.opened()

    def teardown(self) -> None:
        try:
            self.settle()
        finally:
            self.ledger.close()
            self.folder.cleanup()

    def opened(self) -> Ledger:
        def probe(point: str) -> None:
            if point == self.die_at:
                self.die_at = ""
                raise _Died

        ledger = Ledger.open(Path(self.folder.name) / f"{self.lives}.db", self.random.randbytes, NOON_MS, probe)
        ledger.connection.execute("PRAGMA synchronous = OFF")
        return ledger

    # ------------------------------------------------------------------ what may happen

    @rule(gate=gates, ticket=tickets, purpose=st.sampled_from(("admission", "admission", "exit")))
    def shows_a_ticket(self, gate: str, ticket: str, purpose: str) -> None:
        """As it goes on a good day: asked, answered, written down."""
        each = self.gates[gate]
        if each.waits is None and (claim := each.wish(ticket, purpose)) is not None:
            each.waits = claim
            (answer,) = answer_claims(self.ledger, [Claim(device=gate, asked=claim)], NOON_MS)
            self.hears(each, claim, answer)

    @initialize(but=st.sampled_from((None, *GATES)))
    def begins(self, but: str | None) -> None:
        self.catch_up(but)

    @rule(how=st.tuples(*(st.sampled_from(("all", "all", "all", "part", "nothing")) for _ in GATES)))
    def all_say_caught_up(self, how: tuple[str, ...]) -> None:
        """Each says that it has caught up, and not each has: the relay must see for itself."""
        for name, sent in zip(GATES, how, strict=True):
            journal = self.gates[name].journal
            if sent != "nothing":
                take_in(self.ledger, journal.slice(1, journal.seq if sent == "all" else 2), NOON_MS)
            self.says_caught_up(name)
            for said in [each for device, each in self.said if device == name][-3:]:
                with self.ledger.writing("step"):
                    say_caught_up(self.ledger, name, "gate", said)
        review(self.ledger, frozenset(GATES), ())

    def catch_up(self, but: str | None) -> None:
        """Everybody but one sends all, and says so."""
        for name, gate in self.gates.items():
            if name != but:
                take_in(self.ledger, gate.journal.slice(), NOON_MS)
                self.says_caught_up(name)
                with self.ledger.writing("step"):
                    say_caught_up(self.ledger, name, "gate", self.said[-1][1])
        review(self.ledger, frozenset(GATES), ())

    @rule(gate=gates, ticket=tickets, purpose=st.sampled_from(("admission", "admission", "exit")))
    def asks(self, gate: str, ticket: str, purpose: str) -> None:
        each = self.gates[gate]
        if each.waits is None and (claim := each.wish(ticket, purpose)) is not None:
            each.waits = claim
            self.flying.append((gate, claim))

    @precondition(lambda self: self.flying)
    @rule(data=st.data(), again=st.booleans(), lost=st.booleans(), dies=st.sampled_from(("", "", "before", "after")))
    def is_asked(self, data: st.DataObject, again: bool, lost: bool, dies: str) -> None:
        """A question arrives; perhaps it will arrive once more, perhaps nobody hears the answer."""
        at = data.draw(st.integers(0, len(self.flying) - 1))
        gate, claim = self.flying[at] if again else self.flying.pop(at)
        self.die_at = f"relay:claim:commit:{dies}" if dies else ""
        try:
            (answer,) = answer_claims(self.ledger, [Claim(device=gate, asked=claim)], NOON_MS)
        except _Died:
            self.restarts()
            return
        self.die_at = ""
        if not lost and self.gates[gate].waits == claim:
            self.hears(self.gates[gate], claim, answer)

    def hears(self, gate: Gate, claim: ClaimRequest, answer: ClaimAnswer) -> None:
        gate.waits = None
        if answer.answer == "granted":
            gate.write(claim)
        elif answer.answer == "taken":
            gate.hear(answer.uses)
        else:
            self.hears_nothing(gate, claim)

    @rule(gate=gates)
    def gives_up(self, gate: str) -> None:
        each = self.gates[gate]
        if each.waits is not None:
            claim, each.waits = each.waits, None
            self.hears_nothing(each, claim)

    def hears_nothing(self, gate: Gate, claim: ClaimRequest) -> None:
        if gate.device == ADMITS_IN_SILENCE:
            gate.write(claim, "unarbitrated")

    @rule(gate=gates, ticket=tickets, end=st.sampled_from(("passed", "passed", "released")))
    def walks(self, gate: str, ticket: str, end: str) -> None:
        for use in list(self.gates[gate].own.values()):
            if use.number == ticket and use.end is None:
                self.gates[gate].end(use, end)

    @rule(gate=gates)
    def gate_dies(self, gate: str) -> None:
        self.gates[gate].die()

    @rule(gate=gates, ticket=tickets, sends_up_to_its_start=st.booleans())
    def gate_dies_before_it_hears(self, gate: str, ticket: str, sends_up_to_its_start: bool) -> None:
        """It asked, died, started, and the passenger shows the ticket again."""
        each = self.gates[gate]
        if each.waits is None and (claim := each.wish(ticket, "admission")) is not None:
            answer_claims(self.ledger, [Claim(device=gate, asked=claim)], NOON_MS)
            each.die()
            started = each.journal.seq
            self.shows_a_ticket(gate, ticket, "admission")
            if sends_up_to_its_start:
                take_in(self.ledger, each.journal.slice(1, started), NOON_MS)

    @rule(gate=gates, count=st.integers(1, 4))
    def sends(self, gate: str, count: int) -> None:
        """Its sync sends some events, and the answer may be lost: it asks where to go on."""
        journal = self.gates[gate].journal
        row = self.ledger.connection.execute(
            "SELECT held_through FROM journals WHERE epoch = ?", (journal.epoch.hex,)
        ).fetchone()
        held = 0 if row is None else row[0]
        first = max(1, held - 1)
        last = min(journal.seq, held + count)
        if last >= first:
            assert isinstance(take_in(self.ledger, journal.slice(first, last), NOON_MS), Held)
            gap = take_in(self.ledger, journal.slice(journal.seq), NOON_MS)
            assert isinstance(gap, Held) if last >= journal.seq - 1 else gap == Gap(expected_seq=last + 1)

    @rule(gate=gates)
    def says_caught_up(self, gate: str) -> None:
        journal = self.gates[gate].journal
        self.said.append(
            (gate, CaughtUpRequest(epoch=self.ledger.epoch, journal_epoch=journal.epoch.hex, seq=journal.seq))
        )

    @precondition(lambda self: self.said)
    @rule(data=st.data(), again=st.booleans())
    def is_told_caught_up(self, data: st.DataObject, again: bool) -> None:
        """It may be late, or of an arbiter that is no more."""
        at = data.draw(st.integers(0, len(self.said) - 1))
        gate, said = self.said[at] if again else self.said.pop(at)
        with self.ledger.writing("step"):
            say_caught_up(self.ledger, gate, "gate", said)
        review(self.ledger, frozenset(GATES), ())

    @rule(gate=gates)
    def follows(self, gate: str) -> None:
        each = self.gates[gate]
        answer = changes_after(self.ledger.connection, self.ledger.epoch, each.position, each.epoch)
        each.hear(answer.uses)
        each.position, each.epoch = answer.position, answer.epoch

    @rule()
    def restarts(self) -> None:
        before = self.ledger.epoch, self.ledger.arbitrating, self.ledger.position
        self.ledger.close()
        self.ledger = self.opened()
        assert (self.ledger.epoch, self.ledger.arbitrating, self.ledger.position) == before

    @rule(really=st.integers(0, 2))
    def loses_its_disk(self, really: int) -> None:
        if really:
            return
        before = self.ledger.epoch
        self.ledger.close()
        self.lives += 1
        self.ledger = self.opened()
        assert self.ledger.epoch != before
        assert not self.ledger.arbitrating

    # ------------------------------------------------------------------ what always holds

    def truth(self, number: str) -> list[UseBody]:
        return [use for gate in self.gates.values() for (ticket, _), use in gate.own.items() if ticket == number]

    @invariant()
    def nobody_is_let_in_twice(self) -> None:
        for number in TICKETS:
            if any("unarbitrated" in use.flags for use in self.truth(number)):
                continue
            claimed = [use.use_no for use in self.truth(number)]
            assert len(set(claimed)) == len(claimed), "one number, two claims"
            uses = [use for use in self.truth(number) if use.end != "released"]
            waiting = [use for use in uses if use.end != "passed" and use.purpose == "admission"]
            assert len(waiting + _inside(uses)) <= 1, uses

    def settle(self) -> None:
        """When everybody can talk again, everything is known, and what happened twice is reported."""
        for gate in self.gates.values():
            gate.waits = None
            gate.die()
            take_in(self.ledger, gate.journal.slice(), NOON_MS)
            said = CaughtUpRequest(epoch=self.ledger.epoch, journal_epoch=gate.journal.epoch.hex, seq=gate.journal.seq)
            with self.ledger.writing("step"):
                assert say_caught_up(self.ledger, gate.device, "gate", said)
        review(self.ledger, frozenset(GATES), ())
        assert self.ledger.arbitrating
        for number in TICKETS:
            known = uses_of(self.ledger.connection, number)
            journaled = {(use.use_no, use.attempt, use.device, use.end) for use in known if use.journaled}
            assert journaled == {(use.use_no, use.attempt, use.device, use.end) for use in self.truth(number)}
            assert all(use.end == "released" for use in known if not use.journaled), "nobody was let in by these"
            reported = {
                (row[0], row[1])
                for row in self.ledger.connection.execute(
                    "SELECT number, use_no FROM duplicates WHERE number = ?", (number,)
                )
            }
            assert {(number, group[-1].use_no) for group in doubles(known)} <= reported
        fresh = replace(self.gates[GATES[0]], heard={}).wish("3" * 20, "admission")
        assert fresh is not None
        (answer,) = answer_claims(self.ledger, [Claim(device=GATES[0], asked=fresh)], NOON_MS)
        assert answer.answer == "granted"


TestArbiterLife = ArbiterLife.TestCase
TestArbiterLife.settings = settings(
    max_examples=150,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
