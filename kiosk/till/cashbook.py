"""What the till writes down of coins, payments without cash, and money that leaves: each method is one durable commit.

The ledger has the orders and their notes; this has everything by which money moves besides. Both write one journal.
"""

from typing import cast
from uuid import UUID

from kiosk.till.wording import Closing
from sync.journal import orders, payments
from sync.journal.journal import Journal, Transaction
from sync.journal.payments import Coins, Payment, Payout
from sync.journal.refunds import find_refund, unpaid_refunds
from sync.journal.shifts import current_shift
from tickets.events import Kind
from tickets.money import Fen

CASH, QR, CARD = "cash", "qr", "card"
"""The methods by which an order's money comes and goes (`records.TICKET` is the fourth)."""
COINS = "coins"
"""Where coins that were put in lie; notes are in the stacker, which no event names."""


class Cashbook:
    """Writes and reads one till's journal. EnvironmentFault when the disk does not take it; RuleBroken for what the
    schema refuses.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    # coins that are put in

    def coin_mark(self) -> int | None:
        """How far the coin acceptor's events are written down; None when it was never read."""
        found = self._journal.rows("SELECT counter FROM coin_mark")
        return cast(int, found[0][0]) if found else None

    def mark_coins(self, counter: int) -> None:
        """Write down that the coin acceptor's events are known up to `counter`."""
        with self._journal.transaction() as tx:
            _write_coin_mark(tx, counter)

    def coin_taken(self, order: UUID, fen: Fen, counter: int) -> None:
        """A coin is in the box."""
        with self._journal.transaction() as tx:
            orders.record_money(
                tx, order, direction=orders.Direction.TAKEN, fen=fen, method=CASH, counter=counter, where=COINS
            )
            _write_coin_mark(tx, counter)

    def coin_fault(self, what: str, counter: int) -> None:
        """The coin acceptor reported trouble at `counter`."""
        with self._journal.transaction() as tx:
            tx.append(Kind.DEVICE_FAULT, {"device": COINS, "what": what[:256]})
            _write_coin_mark(tx, counter)

    def device_fault(self, device: str, what: str) -> None:
        """A device stopped working."""
        with self._journal.transaction() as tx:
            tx.append(Kind.DEVICE_FAULT, {"device": device, "what": what[:256]})

    def device_back(self, device: str) -> None:
        """A device works again."""
        with self._journal.transaction() as tx:
            tx.append(Kind.DEVICE_BACK, {"device": device})

    # payments without cash

    def ask_payment(self, payment: UUID, order: UUID, method: str, fen: Fen, way: str) -> None:
        """`fen` of an order are about to be asked for."""
        with self._journal.transaction() as tx:
            payments.ask_payment(tx, payment=payment, order=order, method=method, fen=fen, way=way)

    def want_no_more(self, payment: UUID) -> None:
        """Whatever a payment turns out to be, it is to be reversed."""
        with self._journal.transaction() as tx:
            payments.want_no_more(tx, payment)

    def note_receipt(self, payment: UUID, receipt: str) -> None:
        """Keep the terminal's own name of a payment that is to be reversed."""
        with self._journal.transaction() as tx:
            payments.note_receipt(tx, payment, receipt)

    def paid(self, payment: Payment, reference: str) -> None:
        """The money of a payment is on its account: it is its order's from now on."""
        with self._journal.transaction() as tx:
            orders.record_money(
                tx, payment.order, direction=orders.Direction.TAKEN, fen=payment.fen, method=payment.method
            )
            payments.end_payment(tx, payment.payment, outcome="paid", reference=reference)

    def not_paid(self, payment: UUID, *, reversed_: bool, reference: str = "") -> None:
        """No money came of a payment, or all of it went back."""
        with self._journal.transaction() as tx:
            payments.end_payment(tx, payment, outcome="reversed" if reversed_ else "failed", reference=reference)

    def open_payments(self) -> list[Payment]:
        """Payments of which nobody knows yet what became of them."""
        return payments.open_payments(self._journal)

    def payments_of(self, order: UUID) -> list[Payment]:
        """The payments of an order, oldest first."""
        return payments.payments_of(self._journal, order)

    def find_payment(self, payment: UUID) -> Payment | None:
        """One payment of this till."""
        return payments.find_payment(self._journal, payment)

    def known_receipts(self) -> tuple[str, ...]:
        """Every receipt that a terminal ever told, in the order in which their payments ended."""
        return payments.known_receipts(self._journal)

    # money that leaves

    def ask_payout(
        self,
        payout: UUID,
        order: UUID,
        method: str,
        fen: Fen,
        reason: str,
        *,
        coins: Coins | None = None,
        payment: UUID | None = None,
    ) -> None:
        """`fen` of an order or refund are about to leave."""
        with self._journal.transaction() as tx:
            payments.ask_payout(
                tx, payout=payout, order=order, method=method, fen=fen, reason=reason, coins=coins, payment=payment
            )

    def end_payout(
        self, payout: Payout, fen: Fen, *, sure: bool, claim: str | None = None, reference: str | None = None
    ) -> None:
        """`fen` of a payout went out. With a number for a `claim`, the rest is claimed in the same commit.

        A dispenser that gave less than it was told counts as empty until it is filled.
        """
        with self._journal.transaction() as tx:
            if fen > 0:
                orders.record_money(
                    tx, payout.order, direction=orders.Direction.RETURNED, fen=fen, method=payout.method
                )
            payments.end_payout(tx, payout.payout, fen=fen, sure=sure, reference=reference)
            if claim is not None and fen < payout.fen:
                reason = payout.reason if sure else str(Closing.UNCLEAR_PAYOUT)
                orders.open_claim(tx, claim=claim, order=payout.order, fen=Fen(payout.fen - fen), reason=reason)
            if payout.coins is not None:
                tx.execute(
                    "UPDATE dispenser_levels SET coins = iif(?, max(0, coins - ?), 0) WHERE dispenser = ?",
                    (fen == payout.fen, payout.coins.coins, payout.coins.dispenser),
                )

    def open_payouts(self) -> list[Payout]:
        """Payouts that have not ended."""
        return payments.open_payouts(self._journal)

    def payouts_of(self, order: UUID) -> list[Payout]:
        """The payouts of an order or refund, oldest first."""
        return payments.payouts_of(self._journal, order)

    def is_refund(self, order: UUID) -> bool:
        """Whether this id is that of a refund."""
        return find_refund(self._journal, order) is not None

    def unpaid_refunds(self) -> frozenset[UUID]:
        """Refunds of which something is still to go out or to be claimed."""
        return frozenset(each.refund for each in unpaid_refunds(self._journal))

    def coins_left(self, dispenser: str, full: int) -> int:
        """How many coins a dispenser has by what it gave since it was filled with `full`. A refill that staff recorded
        in the open shift counts as filled.
        """
        found = self._journal.rows("SELECT coins, filled_seq FROM dispenser_levels WHERE dispenser = ?", (dispenser,))
        filled = self._filled_at()
        if found and cast(int, found[0][1]) >= filled:
            return cast(int, found[0][0])
        with self._journal.transaction() as tx:
            tx.execute(
                "INSERT INTO dispenser_levels (dispenser, coins, filled_seq) VALUES (?, ?, ?) "
                "ON CONFLICT (dispenser) DO UPDATE SET coins = excluded.coins, filled_seq = excluded.filled_seq",
                (dispenser, full, filled),
            )
        return full

    def _filled_at(self) -> int:
        shift = current_shift(self._journal)
        if shift is None:
            return 0
        found = self._journal.rows(
            "SELECT coalesce(max(seq), 0) FROM shift_moves WHERE shift = ? AND direction = 'refilled' "
            "AND where_ = 'dispensers'",
            (shift.shift.hex,),
        )
        return cast(int, found[0][0])


def _write_coin_mark(tx: Transaction, counter: int) -> None:
    tx.execute(
        "INSERT INTO coin_mark (one, counter) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET counter = excluded.counter",
        (counter,),
    )
