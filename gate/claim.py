"""Making a decision stand: ask the station's arbiter, then one durable commit, and only then is it an answer.

The arbiter hears the same attempt for the same use however often it is asked, so a lost answer locks nobody out: what
it granted while this gate heard nothing is granted again.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from uuid import UUID

from gate.decision import Admitted, Override
from gate.in_hand import InHand
from gate.settings import GateSettings
from sync.journal.journal import Journal, Transaction
from sync.journal.uses import By, claim_use, end_use, history
from sync.lan.arbiter import Alone, Answer, Arbiter, Taken
from sync.lan.asking import Asking
from sync.lan.asking_for_use import attempt_of as attempt_of
from sync.lan.asking_for_use import claim_request
from sync.points import Point, Probe
from tickets.admission import TrustedNow
from tickets.errors import EnvironmentFault
from tickets.events import Kind
from tickets.numbers import TicketNumber
from tickets.reasons import Reason
from tickets.uses import Use, UseEnd


class Claims:
    """Asks, and writes down, for one lane. `arbiter` is None at a station without a relay."""

    def __init__(
        self,
        *,
        settings: GateSettings,
        journal: Journal,
        arbiter: Arbiter | None,
        clock: Callable[[], TrustedNow],
        probe: Probe,
        in_hand: InHand | None = None,
    ) -> None:
        """`in_hand` is shared by the lanes of a gate; without it this lane is the only one."""
        self._lane = settings.lane
        self._in_hand = in_hand or InHand()
        self._in_hand.let_go_of_all(self._lane)
        self._journal = journal
        self._arbiter = arbiter
        self._clock = clock
        self._probe = probe
        self._asking = Asking(journal.path)

    def attempt(self, number: TicketNumber, use_no: int) -> UUID:
        """This gate's attempt at a use."""
        return attempt_of(self._journal.epoch, number, use_no)

    def asking(self) -> AbstractContextManager[None]:
        """Around each question and what is written down of it: no new arbiter begins in between (`sync.lan.asking`)."""
        return nullcontext() if self._arbiter is None else self._asking.held()

    def ask(self, wanted: Admitted) -> Answer:
        """Ask the arbiter whether the use is this gate's. Nothing is written down here before or by this."""
        if self._arbiter is None:
            return Alone()
        claim = claim_request(
            self._journal,
            number=wanted.number,
            journey=wanted.journey,
            use_no=wanted.use_no,
            attempt=wanted.attempt,
            lane=self._lane,
            at=self._clock().at,
            persons=wanted.persons,
            purpose=wanted.purpose,
            by=wanted.by,
            own=self.own(wanted.number),
            flags=wanted.flags,
        )
        if not wanted.resumed:
            self._in_hand.asks(self._lane, wanted)
        self._probe(Point.GATE_ARBITER_BEFORE)
        answer = self._arbiter.ask(claim)
        self._probe(Point.GATE_ARBITER_AFTER)
        if isinstance(answer, Taken):
            self._in_hand.answered(self._lane)
        return answer

    def admit(self, admitted: Admitted, override: Override | None, own: Sequence[Use]) -> bool:
        """Commit the use, and who answers for it; False, with nothing written, when another has it.

        `own` is what the journal said of the ticket when it was judged. If it says more by now, another lane was
        quicker, perhaps under another number: False.
        """
        try:
            is_written = self._commit(admitted, override, own)
        except EnvironmentFault:
            self.let_go(admitted)  # nobody is let in for it
            if not admitted.resumed:
                self._in_hand.asks(self._lane, admitted)
            raise
        self._in_hand.answered(self._lane)
        return is_written

    def let_go(self, admitted: Admitted) -> None:
        """The use has ended here: another lane may take it up again, if nobody knows how it ended."""
        self._in_hand.let_go(admitted.attempt, self._lane)

    def in_hand_elsewhere(self, attempt: UUID) -> bool:
        """Whether another lane of this gate has a use in hand that it took up again."""
        return self._in_hand.elsewhere(attempt, self._lane)

    def _commit(self, admitted: Admitted, override: Override | None, own: Sequence[Use]) -> bool:
        with self._journal.transaction() as tx:
            if self.own(admitted.number) != own:
                if not admitted.resumed and self._claim(tx, admitted):  # the arbiter may have granted it
                    self._release(tx, admitted, "another lane was quicker")
                return False
            if admitted.resumed:
                if not self._in_hand.take(admitted.attempt, self._lane):
                    return False
                self._take_up(tx, admitted)
            elif not self._claim(tx, admitted):
                return False
            if override is not None:
                self._overrode(tx, override, admitted.number, admitted.use_no)
            return True

    def _take_up(self, tx: Transaction, admitted: Admitted) -> None:
        number = admitted.number.digits
        again = {"lane": self._lane, "what": "use taken up again", "number": number, "use_no": admitted.use_no}
        tx.append(Kind.LANE_EVENT, again)

    def own(self, number: TicketNumber) -> list[Use]:
        """The uses of a ticket in this gate's journal, by number."""
        return history(self._journal, number) if self._journal.may_have_used(number.to_bytes()) else []

    def give_back(self, wanted: Admitted) -> bool:
        """Commit a use that lets nobody in: claimed and released at once. False when its number is taken.

        An arbiter that granted it unheard learns so from the journal. A use that is taken up again stays as it is.
        """
        if wanted.resumed:
            return True
        with self._journal.transaction() as tx:
            is_free = self._claim(tx, wanted)
            if is_free:
                self._release(tx, wanted, "arbiter silent")
        self._in_hand.answered(self._lane)
        return is_free

    def give_back_not_written(self) -> None:
        """Commit, once, that a use let nobody in which was asked for and did not get written: the disk did not take it,
        or this lane failed before. The arbiter may have granted it.

        Raises EnvironmentFault while the disk takes nothing.
        """
        owed = self._in_hand.asked(self._lane)
        if owed is None:
            return
        with self._journal.transaction() as tx:
            if self._claim(tx, owed) or self._is_open_here(owed):
                self._release(tx, owed, "not written in time")
        self._in_hand.answered(self._lane)

    def _release(self, tx: Transaction, use: Admitted, why: str) -> None:
        released = UseEnd.RELEASED
        end_use(tx, ticket=use.number, use_no=use.use_no, attempt=use.attempt, end=released, why=why)

    def _is_open_here(self, owed: Admitted) -> bool:
        """Whether the commit that failed has reached the disk all the same. Another lane makes the same attempt."""
        return any(
            (use.attempt, use.lane, use.end) == (owed.attempt, self._lane, None)
            for use in history(self._journal, owed.number)
        )

    def refuse(self, reason: Reason, number: TicketNumber | None, by: By, override: Override | None = None) -> None:
        """Commit a refusal; `override` is what a badge has set aside in vain."""
        body = {"number": None if number is None else number.digits, "reason": reason.value, "lane": self._lane}
        with self._journal.transaction() as tx:
            if override is not None:
                self._overrode(tx, override, number, None)
            tx.append(Kind.SCAN_REFUSED, {**body, "by": by})

    def refuse_badge(self, reason: str, badge: str | None) -> None:
        """Commit that a badge was not taken; never what it said. `badge` is its number, where that is certain."""
        said = {} if badge is None else {"badge": badge}
        with self._journal.transaction() as tx:
            tx.append(Kind.SCAN_REFUSED, {"number": None, "reason": reason, "lane": self._lane, "by": "badge", **said})

    def _claim(self, tx: Transaction, wanted: Admitted) -> bool:
        return claim_use(
            tx,
            ticket=wanted.number,
            use_no=wanted.use_no,
            attempt=wanted.attempt,
            service_date=wanted.journey.service_date,
            trip=wanted.journey.trip,
            lane=self._lane,
            persons=wanted.persons,
            by=wanted.by,
            flags=sorted(wanted.flags),
            purpose=wanted.purpose,
        )

    def _overrode(self, tx: Transaction, override: Override, number: TicketNumber | None, use_no: int | None) -> None:
        tx.append(
            Kind.STAFF_OVERRODE,
            {
                "lane": self._lane,
                "badge": override.badge.number,
                "reason": override.reason.value,
                "number": None if number is None else number.digits,
                "use_no": use_no,
            },
        )
