"""What the tasks about tickets need of others: money back, the centre's word about uses and money.

Nothing here waits for a network. Whoever may take long is asked once, and asked for its answer in every round.
"""

from dataclasses import dataclass
from typing import Literal, Protocol
from uuid import UUID

from kiosk.till.values import NO_MONEY
from sync.wire.money import TicketMoney, UseAnswer, UseAsk
from tickets.money import Fen
from tickets.numbers import TicketNumber

Method = Literal["cash", "qr", "card", "claim"]
"""How money goes back. By claim: only at the ticket window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a refund's money goes back: as it came. `payment` is the payment that it goes back to (qr, card)."""

    method: Method
    payment: UUID | None = None

    @property
    def word(self) -> str:
        """As the journal keeps it: the method, and the payment's id where there is one."""
        return self.method if self.payment is None else f"{self.method}:{self.payment.hex}"

    @classmethod
    def of(cls, word: str) -> "Way":
        """The way that a journal's word says; an unknown one is a claim."""
        method, _, payment = word.partition(":")
        match method:
            case "cash":
                return cls(method="cash")
            case "qr":
                return cls(method="qr", payment=UUID(payment)) if payment else BY_CLAIM
            case "card":
                return cls(method="card", payment=UUID(payment)) if payment else BY_CLAIM
            case _:
                return BY_CLAIM


CASH = Way(method="cash")
BY_CLAIM = Way(method="claim")


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A refund's money has gone as far as it goes by itself. `fen` went back; of the rest a claim is opened by whoever
    asked. `sure` is false where the machine cannot say whether more came out. `late` of it is on its way to an account
    that nobody has answered for yet.
    """

    fen: Fen
    sure: bool = True
    late: Fen = NO_MONEY


class Returns(Protocol):
    """Gives the money of a refund back. The refund stands in the journal before it is asked."""

    def most_cash(self) -> Fen:
        """The most that can be given in cash now, in whatever coins there are; 0 when nothing can."""
        ...

    def can_give(self, fen: Fen) -> bool:
        """Whether exactly this sum can be given in cash now."""
        ...

    def pay_back(self, refund: UUID, fen: Fen, way: Way) -> Returned | None:
        """Give `fen` of a refund back, by cash, qr or card; None while it is under way: ask again in the next round.

        The same refund again is the same money: what its payouts in the journal say went out is never sent twice, and
        an open payout is gone on with, also by a process that was started since. Writes payout.asked, payout.ended and
        money.returned; opens no claim. An answer stays the same for ever.
        """
        ...


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The centre did not answer within its budget, or not in a way that can be believed."""


class Centre(Protocol):
    """The centre, asked in the background with a budget for each question."""

    def ask_use(self, ask: UseAsk) -> UseAnswer | NoAnswer | None:
        """Ask for a use, or look whether the answer is there: None while it is not. One answer is given once; the
        same attempt asked after that is asked again.
        """
        ...

    def ask_money(self, number: TicketNumber) -> TicketMoney | NoAnswer | None:
        """How a ticket was paid, in the same manner."""
        ...


class NoReturns:
    """Nothing goes back by itself: everything is a claim."""

    def most_cash(self) -> Fen:
        """Nothing."""
        return Fen(0)

    def can_give(self, fen: Fen) -> bool:
        """Only nothing."""
        return fen == 0

    def pay_back(self, refund: UUID, fen: Fen, way: Way) -> Returned | None:  # noqa: ARG002  the port's own signature
        """All of it is left to a claim."""
        return Returned(fen=Fen(0))


class NoCentre:
    """A till that cannot ask the centre."""

    def ask_use(self, ask: UseAsk) -> UseAnswer | NoAnswer | None:  # noqa: ARG002  the port's own signature
        """No answer."""
        return NoAnswer()

    def ask_money(self, number: TicketNumber) -> TicketMoney | NoAnswer | None:  # noqa: ARG002  the port's own signature
        """No answer."""
        return NoAnswer()
