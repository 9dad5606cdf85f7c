"""Giving an order's money back: change after it is paid, everything when it is given up. The rest becomes a claim.

What was paid by phone or card goes back the way it came, cash by coins, as far as the machine has them now.
"""

from uuid import UUID

from kiosk.till.cashbook import CARD, CASH
from kiosk.till.records import TICKET, OrderRecord
from kiosk.till.takings import Takings
from tickets.money import Fen


class Settling:
    """Begins payouts of one till's orders, one at a time."""

    def __init__(self, takings: Takings) -> None:
        self._takings = takings

    def waits(self) -> bool:
        """Whether coins are coming out: nothing else is begun meanwhile."""
        return self._takings.payouts.giving_coins

    def change(self, order: UUID, record: OrderRecord) -> bool:
        """Begin to give back what an order that has ended has too much; False when nothing can be given."""
        surplus = record.surplus
        paid = [each for each in self._takings.book.payments_of(order) if each.outcome == "paid"]
        cash = min(surplus, max(0, record.by.get(CASH, Fen(0)))) if paid else surplus
        return self._coins(order, Fen(cash)) or self._accounts(order, record, surplus, "surplus")

    def everything(self, order: UUID, record: OrderRecord, reason: str) -> bool:
        """Begin to give back the money of an order that is given up; False when nothing more can be given."""
        owed = Fen(record.owed - record.by.get(TICKET, Fen(0)))
        return self._accounts(order, record, owed, reason) or self._coins(order, owed, reason)

    def _coins(self, order: UUID, fen: Fen, reason: str = "surplus") -> bool:
        return fen > 0 and self._takings.payouts.coins(order, fen, reason)

    def _accounts(self, order: UUID, record: OrderRecord, owed: Fen, reason: str) -> bool:
        """One payment's worth at a time. A card is given back only what it paid as a whole: that needs no card."""
        leaving: dict[str, int] = {}
        for payout in self._takings.book.payouts_of(order):
            if payout.paid_out is None:
                leaving[payout.method] = leaving.get(payout.method, 0) + payout.fen
        for payment in self._takings.book.payments_of(order):
            left = record.by.get(payment.method, Fen(0)) - leaving.get(payment.method, 0)
            fen = Fen(min(owed, left, payment.fen))
            whole = payment.method != CARD or fen == payment.fen
            if (
                payment.outcome == "paid"
                and fen > 0
                and whole
                and self._takings.payouts.to_account(order, fen, reason, payment.method, payment.payment)
            ):
                return True
        return False
