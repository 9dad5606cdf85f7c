"""A card terminal finds what to undo by four digits that begin anew: nobody else's payment is undone."""

from uuid import UUID

import pytest

from drivers.card import CardDeclined, CardPaid
from drivers.health import Health
from kiosk.till.collecting import CardCollector
from kiosk.till.payments import Heard
from sync.journal_payments import Payment, Payout
from tickets.money import Fen

OLD, OTHERS, MINE = "68-000101-0007", "68-000102-0008", "68-000311-0007"


class Terminal:
    """Notes what it is told to undo and to refund."""

    def __init__(self) -> None:
        self.undone: list[str] = []
        self.refunded: list[int] = []

    def reverse(self, receipt: str, fen: int) -> bool:  # noqa: ARG002  a CardTerminal's
        self.undone.append(receipt)
        return True

    def refund(self, fen: int, reference: str) -> CardPaid | CardDeclined:  # noqa: ARG002  a CardTerminal's
        self.refunded.append(fen)
        return CardPaid(receipt="68-000312-0009", fen=fen)

    def pay(self, fen: int, reference: str) -> CardPaid | CardDeclined:
        raise NotImplementedError

    def last(self, reference: str) -> CardPaid | CardDeclined | None:
        raise NotImplementedError

    def end_day(self) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError

    def health(self) -> Health:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


def payment(receipt: str, *, ended: bool = True) -> Payment:
    return Payment(
        payment=UUID(int=1),
        order=UUID(int=2),
        method="card",
        fen=Fen(4500),
        outcome="paid" if ended else None,
        reference=receipt if ended else None,
        way="card",
        asked_at=None,
        unwanted=False,
        receipt=receipt,
    )


PAYOUT = Payout(
    payout=UUID(int=3),
    order=UUID(int=2),
    method="card",
    fen=Fen(4500),
    paid_out=None,
    sure=True,
    reference=None,
    coins=None,
    payment=UUID(int=1),
    reason="refund",
)


@pytest.mark.parametrize(
    ("known", "receipt", "undone"),
    [
        ((OLD, OTHERS), OLD, [OLD]),
        ((OLD, OTHERS, MINE), OLD, []),
        ((OLD, OTHERS, MINE), MINE, [MINE]),
        ((OLD, OTHERS, MINE, MINE), MINE, [MINE]),
    ],
    ids=["the same day", "another has its number since", "the newest of its number", "undone before"],
)
def test_nobody_elses_payment_is_undone(known: tuple[str, ...], receipt: str, undone: list[str]) -> None:
    terminal = Terminal()
    collector = CardCollector(terminal, lambda: known)
    assert collector.give_back(PAYOUT, payment(receipt), again=False).heard is Heard.PAID
    assert terminal.undone == undone
    assert terminal.refunded == ([] if undone else [4500])


def test_what_cannot_be_undone_any_more_is_owed() -> None:
    terminal = Terminal()
    collector = CardCollector(terminal, lambda: (OLD, OTHERS, MINE))
    assert collector.reverse(payment(OLD, ended=False)).heard is Heard.CANNOT_UNDO
    assert terminal.undone == []
