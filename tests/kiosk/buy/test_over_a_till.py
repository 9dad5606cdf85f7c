"""The screens' flow over a till that is none of cardboard: where a passenger is led by what really happens to money."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk import touches as t
from kiosk.buy import touches as b
from kiosk.buy.steps import Done, GivenBack, GiveUp, Pay, Paying, Printing, PuttingIn, Seats, Trouble, Who
from kiosk.flow import Flow
from kiosk.steps import Attract, Session, nobody
from kiosk.tasks import TASKS
from kiosk.till.commands import TypeDocument
from kiosk.till.payments import NO_OTHER_MEANS_S
from kiosk.till.values import Means, OrderState, PaymentState
from tests.kiosk.till.bench import WEIHAI, person, write_cache
from tests.kiosk.till.money_site import CODE, MoneySite


class Passenger:
    """Somebody in front of a machine: the flow, a till, devices, time."""

    def __init__(self, site: MoneySite) -> None:
        self.site = site
        self.flow = Flow(TASKS)
        self.session: Session = nobody(self._ms)

    @property
    def _ms(self) -> int:
        return int(self.site.time.clock() * 1000)

    def is_at(self, *steps: type) -> bool:
        return type(self.session.step) in steps

    def see(self, rounds: int = 4, seconds: float = 0.1) -> "Passenger":
        """Time passes; every snapshot reaches the screens."""
        for _ in range(rounds):
            self.site.work(1, seconds)
            self.session, commands = self.flow.news(self.session, self.site.shown, self._ms)
            for command in commands:
                self.site.till.do(command)
        return self

    def touch(self, *touches: t.Touch) -> "Passenger":
        """Touch these, and look what follows."""
        for touch in touches:
            self.session, commands = self.flow.touched(self.session, touch, self.site.shown, self._ms)
            for command in commands:
                self.site.till.do(command)
            self.see(2)
        return self

    def chooses(self) -> "Passenger":
        """The coach K1 to Weihai, for one adult whose document is typed."""
        offer = next(o for o in self.site.shown.offers if o.trip == "K1" and o.destination == WEIHAI)
        self.touch(t.Begin("buy"), b.ChooseStop(WEIHAI), b.ChooseTrip(offer.service_date.isoformat(), "K1"))
        who = person(1)
        self.site.till.do(TypeDocument(kind=who.kind, number=who.number, name=who.name))
        return self.see()

    def pays_with(self, means: Means) -> "Passenger":
        """Choose, confirm, and begin to pay."""
        return self.chooses().touch(t.Confirm(), b.PayBy(means))


@pytest.fixture
def somebody(tmp_path: Path) -> Iterator[Passenger]:
    write_cache(tmp_path)
    site = MoneySite(tmp_path)
    yield Passenger(site).see()
    site.line.at_once = site.counter.at_once = True
    site.centre.down = False
    site.work(40, 5)
    assert site.unexplained() == 0
    site.desk.close()


def test_notes_and_coins_buy_a_ticket_and_the_change_is_told(somebody: Passenger) -> None:
    somebody.pays_with(Means.CASH)
    assert somebody.is_at(PuttingIn)
    somebody.site.insert(5000)
    somebody.see(6)
    assert somebody.is_at(Done)
    assert somebody.site.order.returned == 500
    somebody.touch(t.Finish())
    assert somebody.is_at(Attract)


@pytest.mark.parametrize("means", [Means.QR_SHOW, Means.CARD])
def test_without_cash(somebody: Passenger, means: Means) -> None:
    somebody.pays_with(means)
    assert somebody.is_at(Paying, Printing, Done)
    somebody.site.centre.confirm()
    somebody.see(60)
    assert somebody.is_at(Done)


def test_the_passengers_code_is_asked_for_and_read(somebody: Passenger) -> None:
    somebody.pays_with(Means.QR_SCAN)
    assert somebody.is_at(Paying)
    step = somebody.session.step
    assert isinstance(step, Paying)
    assert step.state is PaymentState.WAITING_CODE
    somebody.site.eye.codes.append(CODE)
    somebody.see(6)
    assert somebody.is_at(Done)


def test_a_seat_that_is_chosen_is_the_one_on_the_ticket(somebody: Passenger) -> None:
    somebody.chooses()
    offer = next(o for o in somebody.site.shown.offers if o.trip == "K1" and o.destination == WEIHAI)
    somebody.touch(b.ChangeSeats())
    assert somebody.is_at(Seats)
    somebody.touch(b.PickSeat(offer.seats[-1]), t.Confirm(), t.Confirm(), b.PayBy(Means.CASH))
    somebody.site.insert(2000, 2000, 500)
    somebody.see(6)
    assert [ticket.seat for ticket in somebody.site.order.tickets] == [offer.seats[-1]]


def test_back_from_paying_keeps_the_seat_that_the_order_gives_up(somebody: Passenger) -> None:
    somebody.chooses().touch(b.ChangeSeats(), t.Confirm(), t.Confirm())
    assert somebody.is_at(Pay)
    somebody.touch(t.Back())
    assert somebody.is_at(Who)
    step = somebody.see(10).session.step
    assert isinstance(step, Who)
    assert step.notice is None
    assert len(step.choice.seats) == 1
    somebody.touch(t.Confirm())
    assert somebody.is_at(Pay)


def test_money_inside_is_given_back_and_so_is_told(somebody: Passenger) -> None:
    somebody.pays_with(Means.CASH)
    somebody.site.insert(2000, 100)
    somebody.see().touch(t.Back())
    assert somebody.is_at(GiveUp)
    somebody.touch(b.GiveUpMoney()).see(12)
    assert somebody.is_at(GivenBack)
    assert somebody.site.order.returned == 2100


def test_what_cannot_be_given_back_is_owed_by_a_slip(somebody: Passenger) -> None:
    somebody.pays_with(Means.CASH)
    somebody.site.insert(2000, 50)
    somebody.see().touch(t.Back(), b.GiveUpMoney()).see(12)
    assert somebody.is_at(Trouble)
    assert somebody.site.order.claim is not None
    assert somebody.site.order.returned == 2000


def test_the_rest_is_paid_by_phone_when_cash_is_inside(somebody: Passenger) -> None:
    somebody.pays_with(Means.CASH)
    somebody.site.insert(2000)
    somebody.see().touch(t.Back(), b.OtherMeans(), b.PayBy(Means.QR_SCAN))
    assert somebody.is_at(Paying)
    somebody.site.eye.codes.append(CODE)
    somebody.see(8)
    assert somebody.is_at(Done)
    assert somebody.site.centre.balance == 2500


def test_an_answer_that_never_comes_leads_over_a_reversal_to_cash(somebody: Passenger) -> None:
    somebody.site.centre.loses = ["answer"]
    somebody.pays_with(Means.QR_SCAN)
    somebody.site.eye.codes.append(CODE)
    somebody.see(2)
    somebody.site.centre.down = True
    somebody.see(5)
    step = somebody.session.step
    assert isinstance(step, Paying)
    assert step.state is PaymentState.UNCLEAR
    somebody.touch(t.Back(), t.StartOver(), b.OtherMeans())
    assert somebody.is_at(Paying)
    somebody.see(50, 1)
    step = somebody.session.step
    assert isinstance(step, Paying)
    assert step.state is PaymentState.REVERSING
    somebody.see(int(NO_OTHER_MEANS_S) + 1, 1).touch(b.OtherMeans(), b.PayBy(Means.CASH))
    assert somebody.is_at(PuttingIn)
    somebody.site.insert(2000, 2000, 500)
    somebody.see(8)
    assert somebody.is_at(Done)


def test_whoever_leaves_a_code_on_the_screen_leaves_nothing_behind(somebody: Passenger) -> None:
    somebody.pays_with(Means.QR_SHOW).touch(t.Back()).see(6)
    assert somebody.is_at(Pay)
    somebody.touch(t.StartOver()).see(12)
    assert somebody.is_at(Attract)
    assert somebody.site.shown.order is None or somebody.site.order.state is OrderState.RELEASED
