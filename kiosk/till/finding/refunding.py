"""A refund from the wish to its end, by what the journal says; so it makes no difference where a crash came between.

use.claimed and refund.opened in one commit, then the payouts (whoever gives money back writes them), then a claim for
what did not go back and use.passed in one commit. Nothing is asked or paid twice: the attempt, the refund's id and
what is left of it follow from the journal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from kiosk.till.finding.ports import BY_CLAIM, Returned, Returns, Way
from kiosk.till.finding.showing import ASKED
from kiosk.till.finding.taking import Lost, Taking, Unheard, Won
from kiosk.till.wording import Closing
from sync.cache.ticket_finder import Found
from sync.journal.journal import Journal, Transaction
from sync.journal.orders import open_claim
from sync.journal.refunds import Refund, open_refund, refund_of
from sync.journal.uses import open_uses
from tickets.errors import Bug
from tickets.money import Fen
from tickets.numbers import TicketNumber
from tickets.reasons import Reason, Refuse
from tickets.refunds import Terms
from tickets.uses import Use


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A refund has ended: `returned` went back, `late` is on its way to an account, `claim` stands for `left` ("" when
    nothing is left).
    """

    refund: Refund
    returned: Fen
    late: Fen
    left: Fen
    claim: str
    restarted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOnly:
    """Nobody could say whether the ticket is free: a slip under `claim`, and the ticket stays good."""

    refund: Refund
    claim: str


@dataclass(frozen=True, slots=True)
class NotTaken:
    """The ticket cannot be taken back; nothing was written."""

    refusal: Refuse


Ended = Done | AskedOnly | NotTaken


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What was agreed on when the passenger said yes."""

    found: Found
    terms: Terms
    way: Way


class Refunding:
    """Works one refund at a time, and those that an earlier process left."""

    def __init__(self, *, journal: Journal, taking: Taking, returns: Returns, new_claim: Callable[[], str]) -> None:
        self._journal = journal
        self._taking = taking
        self._returns = returns
        self._new_claim = new_claim
        self._wish: _Wish | None = None
        self._paying: Use | None = None
        self._left_over: list[Use] = []

    @property
    def busy(self) -> bool:
        """Whether a refund is under way."""
        return self._wish is not None or self._paying is not None or bool(self._left_over)

    @property
    def paying(self) -> bool:
        """Whether the ticket is taken back and its money is on its way."""
        return self._paying is not None

    def recover(self) -> None:
        """Give back what was asked for and not taken, and take up refunds that have not ended: once, at the start."""
        self._taking.recover()
        self._left_over = [each.use for each in open_uses(self._journal) if each.use.purpose == "refund"]

    def begin(self, found: Found, terms: Terms, way: Way) -> None:
        """Refund a ticket on these terms."""
        if self.busy:
            raise Bug("A refund was begun while another is under way", "Report this to the makers.")
        self._wish = _Wish(found=found, terms=terms, way=way)

    def give_up(self) -> None:
        """Nobody waits any more. A ticket that is not taken yet stays as it was; one that is goes on to its end."""
        if self._paying is None:
            self._wish = None
            self._taking.drop()

    def work(self) -> Ended | None:
        """One round; the end of a refund, once."""
        if self._paying is None and self._wish is None and self._left_over:
            self._paying = self._left_over[0]
        if self._paying is not None:
            return self._pay(self._paying)
        return None if self._wish is None else self._take(self._wish)

    def _take(self, wish: _Wish) -> Ended | None:
        def opened(tx: Transaction) -> None:
            self._open(tx, wish, wish.way.word)

        outcome = self._taking.take(wish.found, "refund", opened)
        match outcome:
            case None:
                return None
            case Won():
                self._wish, self._paying = None, outcome.use
                return self._pay(outcome.use)
            case Lost():
                self._wish = None
                return NotTaken(outcome.refusal)
            case Unheard():
                self._wish = None
                return self._asked(wish)

    def _asked(self, wish: _Wish) -> AskedOnly | NotTaken:
        if wish.terms.back == 0:
            return NotTaken(Refuse(reason=Reason.SEE_STAFF))
        claim = self._new_claim()
        with self._journal.transaction() as tx:
            refund = self._open(tx, wish, ASKED)
            open_claim(tx, claim=claim, order=refund, fen=wish.terms.back, reason=Closing.REFUND_ASKED)
        return AskedOnly(refund=self._refund(wish.found.number), claim=claim)

    def _pay(self, use: Use) -> Done | None:
        refund = self._refund(use.ticket)
        way = Way.of(refund.way)
        back: Returned | None = Returned(fen=Fen(0))
        if refund.fen > 0 and way != BY_CLAIM:
            back = self._returns.pay_back(refund.refund, refund.fen, way)
        if back is None:
            return None
        claim = self._new_claim()
        with self._journal.transaction() as tx:
            left = self._refund(use.ticket).left
            if left > 0:
                reason = Closing.REFUND if back.sure else Closing.UNCLEAR_PAYOUT
                open_claim(tx, claim=claim, order=refund.refund, fen=left, reason=reason)
            self._taking.end(tx, use)
        restarted = use in self._left_over
        self._paying = None
        self._left_over = [each for each in self._left_over if each != use]
        return Done(
            refund=refund,
            returned=Fen(back.fen - back.late),
            late=back.late,
            left=left,
            claim=claim if left > 0 else "",
            restarted=restarted,
        )

    def _open(self, tx: Transaction, wish: _Wish, way: str) -> UUID:
        refund = refund_id(self._journal.epoch, wish.found.number)
        fare = wish.found.journey.fare
        open_refund(
            tx, refund=refund, number=wish.found.number, fare=fare, fee=wish.terms.fee, fen=wish.terms.back, way=way
        )
        return refund

    def _refund(self, ticket: TicketNumber) -> Refund:
        found = refund_of(self._journal, ticket)
        if found is None:
            raise Bug("A ticket was taken back without its refund", "Report this to the makers.")
        return found


def refund_id(epoch: UUID, number: TicketNumber) -> UUID:
    """The id under which a journal refunds a ticket, whenever it does."""
    return UUID(bytes=sha256(b"refund" + epoch.bytes + number.to_bytes()).digest()[:16])
