"""Programs that are wrong in one place each, to see that the station's run finds out."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import Any, Final
from uuid import UUID

import pytest

from gate import claim as gate_claim
from gate.claim import Claims
from gate.decide import Decider
from gate.decision import Admitted, Override
from gate.in_hand import InHand
from sync.lan import asking_for_use
from sync.lan.arbiter import Answer, Granted, Silent, Taken
from sync.lan.asking import Asking
from sync.server.relay import arbiter, duplicates, journals, steps, verdict
from sync.server.relay.ledger import Ledger
from sync.server.relay.use_rows import put_use, uses_of
from sync.wire.relay import ClaimAnswer
from tests.station_run import gate_there
from tickets import admission
from tickets.numbers import TicketNumber
from tickets.uses import Presence, Use, UseEnd, presence

Patch = Callable[[pytest.MonkeyPatch], None]


def no_unique_insert(patch: pytest.MonkeyPatch) -> None:
    def claims(ledger: Ledger, claim: arbiter.Claim, _now_ms: int) -> ClaimAnswer:
        if not ledger.arbitrating:
            return arbiter._answer(ledger, "not_arbitrating")
        put_use(ledger.connection, claim.use(), ledger.next_position)
        return arbiter._answer(ledger, "granted")

    patch.setattr(arbiter, "_claim", claims)


def the_same_attempt_is_answered_differently(patch: pytest.MonkeyPatch) -> None:
    real = arbiter._claim

    def claims(ledger: Ledger, claim: arbiter.Claim, now_ms: int) -> ClaimAnswer:
        known = uses_of(ledger.connection, claim.asked.number)
        if any(verdict.is_same(use, claim.use()) for use in known):
            return arbiter._answer(ledger, "taken", known)
        return real(ledger, claim, now_ms)

    patch.setattr(arbiter, "_claim", claims)


def an_emptied_relay_arbitrates_at_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(steps, "waiting_for", lambda *_: ())
    patch.setattr(arbiter, "is_in_step", lambda *_: True)


def a_start_gives_everything_back(patch: pytest.MonkeyPatch) -> None:
    def give_back(ledger: Ledger, journal_epoch: str, _seq: int) -> None:
        rows = ledger.connection.execute(
            "SELECT DISTINCT number FROM uses WHERE device = (SELECT device FROM journals WHERE epoch = ?)",
            (journal_epoch,),
        ).fetchall()
        (device,) = ledger.connection.execute(
            "SELECT device FROM journals WHERE epoch = ?", (journal_epoch,)
        ).fetchone()
        for (number,) in rows:
            for use in uses_of(ledger.connection, number):
                if use.device == device:
                    put_use(ledger.connection, replace(use, end="released"), ledger.next_position)

    patch.setattr(journals, "give_back_unwritten", give_back)


def a_start_gives_nothing_back(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(journals, "give_back_unwritten", lambda *_: None)


def a_start_is_not_written(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(gate_there, "note_start", lambda *_: None)


def whoever_asks_again_is_not_remembered(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(arbiter, "_asked_again", lambda *_: None)


def a_late_question_of_a_dead_gate_is_granted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(arbiter, "_from_before_a_start", lambda *_: False)


def given_back_is_passed(patch: pytest.MonkeyPatch) -> None:
    def believes(history: Any) -> Presence:
        return presence(replace(use, end=UseEnd.PASSED) if use.end is UseEnd.RELEASED else use for use in history)

    patch.setattr(verdict, "presence", believes)


def an_exit_frees_nothing(patch: pytest.MonkeyPatch) -> None:
    def believes(history: Any) -> Presence:
        return presence(use for use in history if use.purpose != "exit")

    patch.setattr(verdict, "presence", believes)


def an_exit_frees_nothing_at_the_gate(patch: pytest.MonkeyPatch) -> None:
    def believes(history: Any) -> Presence:
        return presence(use for use in history if use.purpose != "exit")

    patch.setattr(admission, "presence", believes)


def a_random_attempt_for_each_question(patch: pytest.MonkeyPatch) -> None:
    random = Random(1)

    def attempt(_epoch: UUID, _number: TicketNumber, _use_no: int) -> UUID:
        return UUID(bytes=random.randbytes(16))

    patch.setattr(gate_claim, "attempt_of", attempt)


def written_down_before_it_is_asked(patch: pytest.MonkeyPatch) -> None:
    """And in silence nobody is let in, and nothing given back."""
    real = Claims.ask

    def asks(self: Claims, wanted: Admitted) -> Answer:
        self._commit(wanted, None, self.own(wanted.number))
        return real(self, wanted)

    patch.setattr(Claims, "ask", asks)
    patch.setattr(Claims, "admit", lambda *_: True)


def opened_before_it_is_written_down(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Claims, "admit", lambda *_: True)


def taken_is_ignored(patch: pytest.MonkeyPatch) -> None:
    real = Claims.ask

    def asks(self: Claims, wanted: Admitted) -> Answer:
        said = real(self, wanted)
        return Granted() if isinstance(said, Taken) else said

    patch.setattr(Claims, "ask", asks)


def silence_is_not_said(patch: pytest.MonkeyPatch) -> None:
    real = Decider._answered

    def answered(self: Decider, wanted: Admitted, said: Answer, override: Override | None) -> Admitted | None:
        let_in = real(self, wanted, said, override)
        if let_in is not None and isinstance(said, Silent):
            return replace(let_in, flags=let_in.flags - {"unarbitrated"})
        return let_in

    patch.setattr(Decider, "_answered", answered)


def sent_to_staff_and_kept(patch: pytest.MonkeyPatch) -> None:
    """What the policy sends to staff is claimed and not given back."""
    patch.setattr(gate_claim, "end_use", lambda *_, **__: None)


def the_own_journal_is_not_told(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(asking_for_use, "MAX_OWN", -99)


def what_is_told_of_others_is_believed(patch: pytest.MonkeyPatch) -> None:
    """Whatever is in a question counts as given back."""
    real = arbiter._hear_of_its_own

    def hears(ledger: Ledger, claim: arbiter.Claim) -> None:
        real(ledger, claim)
        for use in uses_of(ledger.connection, claim.asked.number):
            if use.end is None and use.device != claim.device and claim.asked.own:
                put_use(ledger.connection, replace(use, end="released"), ledger.next_position)

    patch.setattr(arbiter, "_hear_of_its_own", hears)


def another_lane_is_not_looked_at(patch: pytest.MonkeyPatch) -> None:
    """What the own journal said while the question was on its way is not looked at again."""
    real = Claims.admit

    def admits(self: Claims, admitted: Admitted, override: Override | None, _own: Sequence[Use]) -> bool:
        return real(self, admitted, override, self.own(admitted.number))

    patch.setattr(Claims, "admit", admits)


def nobody_says_that_he_is_asking(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Asking, "held", lambda _: nullcontext())


def two_lanes_take_up_one_use(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(InHand, "take", lambda *_: True)
    patch.setattr(InHand, "elsewhere", lambda *_: False)


def doubles_are_not_noted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(journals, "note_doubles", lambda *_: None)


def doubles_are_noted_too_soon(patch: pytest.MonkeyPatch) -> None:
    def pairs(known: Sequence[verdict.KnownUse]) -> Any:
        admissions = [use for use in known if use.purpose == "admission" and use.end != "released"]
        return pairwise(admissions)

    patch.setattr(duplicates, "doubles", pairs)


MUTANTS: Final[tuple[Patch, ...]] = (
    no_unique_insert,
    the_same_attempt_is_answered_differently,
    an_emptied_relay_arbitrates_at_once,
    a_start_gives_everything_back,
    a_start_gives_nothing_back,
    a_start_is_not_written,
    whoever_asks_again_is_not_remembered,
    a_late_question_of_a_dead_gate_is_granted,
    given_back_is_passed,
    an_exit_frees_nothing,
    an_exit_frees_nothing_at_the_gate,
    a_random_attempt_for_each_question,
    written_down_before_it_is_asked,
    opened_before_it_is_written_down,
    taken_is_ignored,
    silence_is_not_said,
    sent_to_staff_and_kept,
    the_own_journal_is_not_told,
    what_is_told_of_others_is_believed,
    another_lane_is_not_looked_at,
    nobody_says_that_he_is_asking,
    two_lanes_take_up_one_use,
    doubles_are_not_noted,
    doubles_are_noted_too_soon,
)
