"""Paying without cash, change, and money back: what a passenger is led to by each answer of the till."""

from dataclasses import replace

import pytest

from kiosk import touches as t
from kiosk.buy import touches as b
from kiosk.buy.paying import SETTLED, STOPPABLE
from kiosk.buy.steps import (
    Done,
    GivenBack,
    GiveUp,
    Pay,
    Paying,
    Printing,
    PuttingIn,
    ToPhone,
    Trouble,
    WhichDeparture,
    Who,
)
from kiosk.steps import Attract, StillThere
from kiosk.till.commands import CancelOrder, EndSession, StartCash, StartPayment, StopPayment, TakeAlong
from kiosk.till.values import Delivery, Means, OrderState, PaymentState
from tests.kiosk.buy.walking import FLOW, Walk
from tickets.money import Fen


def paying(means: Means = Means.QR_SHOW) -> Walk:
    return Walk().to_pay().touch(b.PayBy(means))


def told(walk: Walk, state: PaymentState) -> Walk:
    walk.till.payment(state)
    walk.look()
    return walk


@pytest.mark.parametrize("means", [Means.QR_SHOW, Means.QR_SCAN, Means.CARD])
def test_a_payment_that_goes_through_leads_to_the_ticket(means: Means) -> None:
    walk = paying(means)
    assert walk.is_at(Paying)
    assert walk.last() == StartPayment(means=means)
    walk.till.pays()
    walk.look()
    assert walk.is_at(Printing)
    walk.paper(Delivery.PRINTED)
    assert walk.is_at(Done)


def test_only_what_works_now_can_be_paid_with() -> None:
    walk = Walk().to_pay()
    can = walk.till.snapshot.capabilities
    walk.till.show(replace(walk.till.snapshot, capabilities=replace(can, means=(Means.CASH,))))
    walk.touch(b.PayBy(Means.CARD))
    assert walk.is_at(Pay)
    walk.touch(b.PayBy(Means.CASH))
    assert walk.is_at(PuttingIn)
    assert walk.last() == StartCash()


def test_a_failed_payment_leads_to_the_other_means_and_its_view_is_not_the_next_ones_answer() -> None:
    walk = told(paying(), PaymentState.FAILED)
    assert walk.is_at(Pay)
    failed = walk.till.snapshot
    session, commands = FLOW.touched(walk.session, b.PayBy(Means.QR_SHOW), failed, 0)
    assert commands == (StartPayment(means=Means.QR_SHOW),)
    session, _ = FLOW.news(session, failed, 10)
    assert isinstance(session.step, Paying)
    session, _ = FLOW.news(session, failed, 5_000)
    assert isinstance(session.step, Pay)


def test_a_till_that_cannot_begin_a_payment_leads_back_with_its_sentence() -> None:
    walk = Walk().to_pay()
    before = walk.till.snapshot
    session, _ = FLOW.touched(walk.session, b.PayBy(Means.CARD), before, 0)
    session, _ = FLOW.news(session, replace(before, trouble=("刷卡机坏了", "no terminal")), 10)
    assert isinstance(session.step, Pay)


@pytest.mark.parametrize("state", list(PaymentState))
def test_nothing_else_is_offered_while_a_payment_is_unclear(state: PaymentState) -> None:
    walk = told(paying(), state)
    if state is PaymentState.FAILED:
        return
    assert FLOW.can_go_back(walk.session.step) is (state in STOPPABLE)
    assert not FLOW.can_change(walk.session.step, walk.till.snapshot)
    walk.touch(b.ChangeDeparture(), b.OtherMeans(), b.PayBy(Means.CASH))
    if state in SETTLED:
        assert walk.is_at(PuttingIn)
    else:
        assert walk.is_at(Paying)
        assert walk.last() == StartPayment(means=Means.QR_SHOW)


def test_stopping_asks_the_till_once_and_waits_for_what_became_of_it() -> None:
    walk = paying()
    shown = walk.till.snapshot
    session, commands = FLOW.touched(walk.session, t.Back(), shown, 0)
    assert commands == (StopPayment(),)
    session, commands = FLOW.touched(session, t.Back(), shown, 0)
    assert commands == ()
    assert isinstance(session.step, Paying)
    assert not FLOW.can_go_back(session.step)
    walk.touch(t.Back())
    assert walk.is_at(Pay)
    assert walk.asked.count(CancelOrder()) == 0


def test_while_it_is_unclear_nobody_is_asked_and_the_passenger_may_have_it_taken_back() -> None:
    walk = told(paying(), PaymentState.UNCLEAR).wait(3600)
    assert walk.is_at(Paying)
    walk.touch(t.StartOver(), t.Back())
    assert walk.is_at(Paying)
    assert StopPayment() not in walk.asked
    _session, commands = FLOW.touched(walk.session, b.StopPaying(), walk.till.snapshot, walk.at)
    assert commands == (StopPayment(),)
    told(walk, PaymentState.REVERSING)
    assert walk.is_at(Paying)
    walk.wait(60)
    assert walk.is_at(StillThere)


def test_an_unclear_payment_that_went_through_prints_the_ticket() -> None:
    walk = told(paying(), PaymentState.UNCLEAR)
    walk.till.pays()
    walk.look()
    assert walk.is_at(Printing)


def test_while_it_is_taken_back_cash_can_pay() -> None:
    walk = told(paying(), PaymentState.REVERSING).touch(b.OtherMeans())
    assert walk.is_at(Pay)
    walk.look()
    assert walk.is_at(Pay)
    walk.touch(b.PayBy(Means.CASH)).bill(50)
    assert walk.is_at(Printing)


def test_an_order_that_ends_over_an_unclear_payment_says_what_becomes_of_the_money() -> None:
    walk = told(paying(), PaymentState.UNCLEAR)
    order = walk.till.snapshot.order
    assert order is not None
    walk.till.show(replace(walk.till.snapshot, order=replace(order, state=OrderState.RELEASED)))
    walk.look()
    assert walk.is_at(Trouble)
    words = walk.read("words")
    assert isinstance(words, tuple)
    assert "taken back" in words[1]


def test_silence_gives_a_payment_up() -> None:
    walk = paying().wait(60)
    assert walk.is_at(StillThere)
    walk.wait(20)
    assert walk.asked[-2:] == [CancelOrder(), EndSession()]
    assert walk.is_at(Attract)


def test_a_payment_that_the_till_has_begun_is_shown_whatever_the_screen_thinks() -> None:
    walk = Walk().to_pay()
    walk.till.payment(PaymentState.CONFIRMING, means=Means.CARD)
    walk.look()
    assert walk.is_at(Paying)
    assert walk.read("means") is Means.CARD


def test_back_from_the_slot_leads_to_the_other_means_while_nothing_is_inside() -> None:
    walk = Walk().to_bills().touch(t.Back())
    assert walk.is_at(Pay)
    assert CancelOrder() not in walk.asked
    walk.touch(t.Back())
    assert walk.is_at(Who)
    assert walk.last() == CancelOrder()


def test_money_comes_back_where_the_machine_can_give_it() -> None:
    walk = Walk().to_bills().bill(20).touch(t.Back())
    assert walk.is_at(GiveUp)
    walk.touch(b.GiveUpMoney())
    assert walk.is_at(GivenBack)
    assert walk.last() == CancelOrder()
    walk.touch(t.Finish())
    assert walk.is_at(Attract)
    assert walk.last() == EndSession()


def test_silence_with_money_inside_gives_it_back_and_says_so() -> None:
    walk = Walk().to_bills().bill(20).wait(60).wait(20)
    assert walk.is_at(GivenBack)
    walk.wait(60).wait(20)
    assert walk.is_at(Attract)


def test_coins_alone_keep_the_slot_open() -> None:
    walk = Walk().to_bills()
    order = walk.till.snapshot.order
    assert order is not None
    coins = replace(order, accepts=(), accepts_coins=(Fen(100),))
    walk.till.show(replace(walk.till.snapshot, order=coins, trouble=("纸币器坏了", "no notes")))
    walk.look()
    assert walk.is_at(PuttingIn)


def test_change_that_is_owed_does_not_keep_the_ticket_back() -> None:
    walk = Walk().to_bills().bill(50)
    walk.till.claim(slip_printed=True)
    walk.till.print_all(Delivery.PRINTED)
    order = walk.till.snapshot.order
    assert order is not None
    walk.till.show(replace(walk.till.snapshot, order=replace(order, state=OrderState.CLAIMED)))
    walk.look()
    assert walk.is_at(Done)


def test_a_ticket_is_taken_along_by_its_own_link() -> None:
    walk = Walk().to_bills().bill(50).paper(Delivery.PRINTED)
    order = walk.till.snapshot.order
    assert order is not None
    walk.touch(b.ShowLink("nobody's"))
    assert walk.is_at(Done)
    walk.touch(b.ShowLink(order.tickets[0].number))
    assert walk.is_at(ToPhone)
    assert walk.last() == TakeAlong(number=order.tickets[0].number)
    assert walk.read("link") == walk.till.snapshot.link
    assert "waystation.example" not in repr(walk.session)
    walk.touch(t.Confirm())
    assert walk.is_at(Done)


def test_a_till_without_a_link_leads_back_to_the_ticket_in_hand() -> None:
    walk = Walk().to_bills().bill(50).paper(Delivery.PRINTED)
    order = walk.till.snapshot.order
    assert order is not None
    session, _ = FLOW.touched(walk.session, b.ShowLink(order.tickets[0].number), walk.till.snapshot, 0)
    session, _ = FLOW.news(session, walk.till.snapshot, 4_999)
    assert isinstance(session.step, ToPhone)
    session, _ = FLOW.news(session, walk.till.snapshot, 5_000)
    assert isinstance(session.step, Done)


def test_time_up_leads_back_to_the_coaches() -> None:
    walk = paying()
    order = walk.till.snapshot.order
    assert order is not None
    walk.till.show(replace(walk.till.snapshot, order=replace(order, state=OrderState.RELEASED)))
    walk.look()
    assert walk.is_at(WhichDeparture)


def test_the_rest_can_be_paid_another_way_when_cash_is_inside() -> None:
    walk = Walk().to_bills().bill(20).touch(t.Back(), b.OtherMeans())
    assert walk.is_at(Pay)
    walk.look()
    assert walk.is_at(Pay)
    walk.touch(b.ChangeDeparture())
    assert walk.is_at(Pay)
    walk.touch(b.PayBy(Means.QR_SCAN))
    assert walk.last() == StartPayment(means=Means.QR_SCAN)
    told(walk, PaymentState.FAILED)
    walk.look()
    assert walk.is_at(Pay)
    walk.touch(t.Back())
    assert walk.is_at(GiveUp)
    walk.touch(b.OtherMeans(), b.PayBy(Means.CARD))
    walk.till.pays()
    walk.look()
    assert walk.is_at(Printing)


def test_without_other_means_the_rest_is_cash() -> None:
    walk = Walk()
    can = walk.till.snapshot.capabilities
    walk.till.show(replace(walk.till.snapshot, capabilities=replace(can, means=(Means.CASH,))))
    walk.to_bills().bill(20).touch(t.Back(), b.OtherMeans())
    assert walk.is_at(GiveUp)


@pytest.mark.parametrize(("change", "led_to"), [(5000, GivenBack), (0, Trouble)])
def test_a_note_that_goes_in_while_the_order_is_given_up_is_not_passed_over(change: int, led_to: type) -> None:
    walk = Walk().to_bills().touch(t.Back())
    before = walk.till.snapshot
    session, commands = FLOW.touched(walk.session, t.Back(), before, 0)
    assert commands[-1] == CancelOrder()
    assert isinstance(session.step, Who)
    can = replace(before.capabilities, change=Fen(change))
    walk.till.show(replace(before, capabilities=can))
    walk.till.bill(20)
    walk.till.submit(CancelOrder())
    session, _ = FLOW.news(session, walk.till.snapshot, 10)
    assert type(session.step) is led_to
