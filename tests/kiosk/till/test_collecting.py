"""Whoever collects money: a card terminal undoes nobody else's payment, and a centre may take none by phone at all."""

from pathlib import Path
from uuid import UUID

import pytest

from drivers.card import CardDeclined, CardPaid
from drivers.health import Health
from kiosk.till.cashless import NO_PROVIDER_REST_S
from kiosk.till.collecting import CardCollector
from kiosk.till.commands import StartPayment
from kiosk.till.payments import Heard
from kiosk.till.values import Means, PaymentState
from kiosk.till.wording import PAYMENT_FAILED
from sync.journal.payments import Payment, Payout
from sync.line.client import Refused
from sync.wire.money import PaymentAnswer, PaymentAsk
from tests.kiosk.till.bench import hold, offer, person, write_cache
from tests.kiosk.till.money_site import CODE, MoneySite
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


def no_payments(ask: PaymentAsk) -> PaymentAnswer:
    raise Refused(501, "this centre takes no payments without cash", "take cash")


@pytest.mark.parametrize("means", [Means.QR_SHOW, Means.QR_SCAN])
def test_a_centre_without_a_provider_is_found_out_at_once(tmp_path: Path, means: Means) -> None:
    write_cache(tmp_path)
    site = MoneySite(tmp_path)
    site.centre.pay = no_payments  # type: ignore[method-assign]  # this one takes none
    hold(site.till, offer(site.till, "K1"), [person(1)])
    site.till.do(StartPayment(means=means))
    site.eye.codes.append(CODE)
    site.work(4)
    assert site.order.payment is not None
    assert (site.order.payment.state, site.order.payment.message) == (PaymentState.FAILED, PAYMENT_FAILED)
    assert not {Means.QR_SHOW, Means.QR_SCAN} & set(site.shown.capabilities.means)
    site.work(1, NO_PROVIDER_REST_S)
    site.hear_centre()
    assert Means.QR_SHOW in site.shown.capabilities.means
    site.desk.close()
