"""What the screens of a purchase are told, exactly: which groups change by which event, and nothing else."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QObject

from kiosk.rehearsal import CardboardTill
from kiosk.till.values import Delivery, Means, PaymentState
from kiosk.viewmodel import KioskViewModel
from tests.kiosk.test_viewmodel import Listener, Rows, buying, made
from tickets.money import Fen


@pytest.fixture
def owner(qt: list[str]) -> QObject:
    return QObject()


def at_who(owner: QObject) -> tuple[KioskViewModel, CardboardTill, Listener]:
    model, till, listener = made(owner)
    offer = next(offer for offer in till.snapshot.offers if offer.destination == 1001)
    model.touch("start")
    buying(model).chooseStop("1001")
    buying(model).chooseTrip(offer.service_date.isoformat(), offer.trip)
    till.card()
    listener.heard()
    return model, till, listener


def at_pay(owner: QObject) -> tuple[KioskViewModel, CardboardTill, Listener]:
    model, till, listener = at_who(owner)
    model.touch("confirm")
    listener.heard()
    return model, till, listener


def test_a_seat_that_is_touched_tells_itself_and_the_one_given_up(owner: QObject) -> None:
    model, till, listener = at_who(owner)
    buying(model).touch("changeSeats")
    assert listener.heard() == ["band", "rail", "seating", "step", "who"]
    rows = Rows(buying(model).seats)  # type: ignore[arg-type]  # a property of Qt
    offer = next(offer for offer in till.snapshot.offers if offer.destination == 1001)
    buying(model).pickSeat(offer.seats[2])
    assert listener.heard() == ["seating"]
    first, second = offer.seats[0] - 1, offer.seats[2] - 1
    assert rows.said == [("changed", first, first), ("changed", second, second)]
    seating = buying(model).group("seating")
    assert seating["picked"] == [str(offer.seats[2])]
    assert seating["ready"] is True


def test_seconds_of_a_payment_tell_the_payment_alone(owner: QObject) -> None:
    model, till, listener = at_pay(owner)
    buying(model).payBy("qr-show")
    assert listener.heard() == ["band", "paying", "payment", "step"]
    picture = buying(model).group("payment")["code"]
    assert isinstance(picture, str)
    assert picture.startswith("data:image/png")
    order = till.snapshot.order
    assert order is not None
    assert order.payment is not None
    till.show(replace(till.snapshot, order=replace(order, payment=replace(order.payment, seconds_left=99))))
    assert listener.heard() == ["payment"]
    assert buying(model).group("payment")["seconds"] == 99


def test_a_code_that_pays_is_shown_only_while_it_can(owner: QObject) -> None:
    model, till, listener = at_pay(owner)
    buying(model).payBy("qr-show")
    till.payment(PaymentState.CONFIRMING)
    assert buying(model).group("payment")["code"] == ""
    listener.heard()
    till.payment(PaymentState.UNCLEAR)
    assert listener.heard() == ["band", "payment"]


def test_a_failed_payment_says_why_beside_the_other_means(owner: QObject) -> None:
    model, till, _listener = at_pay(owner)
    buying(model).payBy("card")
    till.payment(PaymentState.FAILED, message=("余额不足", "Balance too low"))
    assert model.screen == "pay"
    paying = buying(model).group("paying")
    assert paying["message"] == "余额不足"
    assert paying["means"] == ["cash", "qr-scan", "qr-show", "card"]
    buying(model).payBy("cash")
    assert buying(model).group("paying")["message"] == ""


@pytest.mark.parametrize(("change", "back"), [(5000, "coins"), (500, "part"), (0, "slip")])
def test_how_money_comes_back_is_said_before_anybody_gives_it_up(owner: QObject, change: int, back: str) -> None:
    model, till, _listener = made(owner)
    can = till.snapshot.capabilities
    till.show(replace(till.snapshot, capabilities=replace(can, change=Fen(change))))
    offer = next(offer for offer in till.snapshot.offers if offer.destination == 1001)
    model.touch("start")
    buying(model).chooseStop("1001")
    buying(model).chooseTrip(offer.service_date.isoformat(), offer.trip)
    till.card()
    model.touch("confirm")
    buying(model).touch("cash")
    till.bill(20)
    model.touch("back")
    assert model.screen == "giveUp"
    assert buying(model).group("paying")["back"] == back


def test_change_and_the_ticket_to_take_along_are_told_when_it_is_in_hand(owner: QObject) -> None:
    model, till, _listener = at_pay(owner)
    buying(model).touch("cash")
    till.bill(50)
    till.print_all(Delivery.PRINTED)
    assert buying(model).group("paying")["returned"] == "¥5.00"
    order = till.snapshot.order
    assert order is not None
    assert buying(model).group("link")["first"] == order.tickets[0].number
    buying(model).showLink(order.tickets[0].number)
    assert model.screen == "toPhone"
    assert buying(model).group("link")["code"] != ""


def test_what_works_now_is_told_to_the_band(owner: QObject) -> None:
    model, till, listener = made(owner)
    listener.heard()
    can = till.snapshot.capabilities
    till.show(replace(till.snapshot, capabilities=replace(can, means=(Means.CASH,), online=False)))
    assert {"paying", "top"} <= set(listener.heard())
    assert model.group("top")["means"] == ["cash"]
    till.show(replace(till.snapshot, capabilities=replace(can, means=(), cash=False)))
    assert model.group("top")["means"] == []
    till.show(replace(till.snapshot, capabilities=replace(can, means=(), cash=True)))
    assert model.group("top")["means"] == ["cash"]
