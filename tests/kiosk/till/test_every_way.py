"""Every way by which money comes and goes, by scenes: what the passenger has in the end, and what the journal says."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.till.commands import (
    CancelOrder,
    Command,
    EndSession,
    HoldOrder,
    Person,
    StartCash,
    StartPayment,
    StopPayment,
)
from kiosk.till.payments import NO_OTHER_MEANS_S
from kiosk.till.values import Means, OrderState, PaymentState
from kiosk.till.wording import CODE_NOT_READ, PAYMENT_GOES_BACK, TROUBLES, Trouble
from sync.points import Point
from tests.kiosk.till.bench import hold, offer, person, write_cache
from tests.kiosk.till.money_site import CODE, MoneySite
from tickets.journey import TicketKind
from tickets.money import Fen

TICKET = "0" * 19 + "1"


class Killed(BaseException):
    """Stands for SIGKILL."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[MoneySite]:
    write_cache(tmp_path)
    site = MoneySite(tmp_path)
    yield site
    site.line.at_once = site.counter.at_once = True
    site.centre.down = False
    site.work(40, 5)
    assert site.unexplained() == 0
    site.desk.close()


def held(site: MoneySite, *commands: Command) -> None:
    """Hold one place for 45 yuan, then do these."""
    hold(site.till, offer(site.till, "K1"), [person(1)])
    for command in commands:
        site.till.do(command)
        assert site.shown.trouble is None
    site.work(2)


def scanned(site: MoneySite, text: str = CODE) -> None:
    """A passenger pays with the code on a phone."""
    held(site, StartPayment(means=Means.QR_SCAN))
    assert site.order.payment is not None
    assert site.order.payment.state is PaymentState.WAITING_CODE
    site.eye.codes.append(text)
    site.work(2)


def state(site: MoneySite) -> PaymentState | None:
    return site.order.payment.state if site.order.payment is not None else None


# cash


def test_coins_and_notes_pay_together_and_change_comes_out(site: MoneySite) -> None:
    held(site, StartCash())
    assert site.shown.capabilities.coins == (50, 100)
    assert site.shown.capabilities.change == 20 * 500 + 40 * 100
    site.insert(100, 100, 2000, 5000)
    site.work(5)
    assert site.order.state is OrderState.DELIVERED
    assert sum(tube.given for tube in site.tubes) == 2700 == site.order.returned
    assert site.order.claim is None
    assert [tube.out for tube in site.tubes] == [5, 2]
    assert "27" in site.order.message[1] if site.order.message else False


def test_no_note_goes_in_for_which_there_is_no_change(tmp_path: Path) -> None:
    write_cache(tmp_path)
    site = MoneySite(tmp_path, fives=0, ones=4)
    held(site, StartCash())
    assert site.order.accepts == (100, 500, 1000, 2000)
    site.insert(2000, 2000)
    assert list(site.order.accepts) == [100, 500]
    site.insert(100)
    assert list(site.order.accepts) == [100, 500], "400 are due, and there is one yuan of change"
    site.insert(500)
    site.work(4)
    assert site.order.state is OrderState.DELIVERED
    assert site.tubes[1].given == 100
    site.desk.close()


def test_what_a_dispenser_does_not_give_is_given_by_the_next_or_owed(site: MoneySite) -> None:
    held(site, StartCash())
    site.tubes[0].does = "pays some"
    site.tubes[1].does = "takes nothing"
    site.insert(10000)
    site.work(8)
    assert site.order.state is OrderState.DELIVERED
    assert site.tubes[0].given == 5000, "eleven were ordered"
    assert site.order.claim is not None
    assert site.order.claim.fen == 500


def test_coins_of_which_nobody_knows_become_a_claim(site: MoneySite) -> None:
    site.tubes[0]._counts_life = False
    held(site, StartCash())
    site.tubes[0].does = "pays some and restarts"
    site.insert(5000)
    site.work(8)
    assert site.order.claim is not None
    assert site.order.claim.fen == 500
    assert "coins" in site.order.claim.reason[1]


def test_a_late_coin_of_a_paid_order_is_change(site: MoneySite) -> None:
    held(site, StartCash())
    site.insert(2000, 2000)
    site.validator.insert(500)
    assert site.coins.insert(100)
    site.work(10)
    assert site.order.state is OrderState.DELIVERED
    assert sum(tube.given for tube in site.tubes) == 100


def test_cancelling_gives_the_money_back(site: MoneySite) -> None:
    held(site, StartCash())
    site.insert(2000, 100, 50)
    site.till.do(CancelOrder())
    site.work(10)
    assert site.order.state is OrderState.CLAIMED, "there are no coins of half a yuan"
    assert site.order.claim is not None
    assert site.order.claim.fen == 50
    assert site.order.returned == 2100 == sum(tube.given for tube in site.tubes)


def test_cancelling_gives_all_of_it_back_when_the_machine_has_it(site: MoneySite) -> None:
    held(site, StartCash())
    site.insert(2000, 100)
    site.till.do(CancelOrder())
    site.work(10)
    assert (site.order.state, site.order.claim, site.order.returned) == (OrderState.RELEASED, None, 2100)


def test_nothing_is_given_to_whoever_left(site: MoneySite) -> None:
    held(site, StartCash())
    site.insert(2000)
    site.till.do(EndSession())
    site.work(5)
    assert site.journal("SELECT count(*) FROM payouts") == 0
    assert site.journal("SELECT fen FROM claims") == 2000


def test_change_that_was_coming_out_when_the_machine_died(site: MoneySite) -> None:
    held(site, StartCash())
    site.tubes[0].does = "slow"
    site.insert(5000)
    site.work(2)
    site.crash()
    site.tubes[0].arrive()
    site.work(8)
    assert site.tubes[0].given == 500
    assert site.journal("SELECT coalesce(sum(fen), 0) FROM claims") == 0
    assert site.journal("SELECT fen FROM payout_ends") == 500


# phones


def test_a_scanned_code_pays_and_is_kept_nowhere(site: MoneySite) -> None:
    scanned(site)
    site.work(3)
    assert site.order.state is OrderState.DELIVERED
    assert site.centre.codes_seen == [CODE]
    assert site.journal("SELECT fen FROM money WHERE method = 'qr'") == 4500
    for row in site.desk.journal.rows("SELECT bytes FROM events"):
        assert CODE.encode() not in bytes(row[0])  # type: ignore[call-overload]  # a blob
    assert CODE.encode() not in (site.directory / "journal.db").read_bytes()


def test_a_code_that_is_no_payment_code_is_told_and_the_scanner_waits_on(site: MoneySite) -> None:
    scanned(site, "RT1:SOMETHING")
    assert site.order.payment is not None
    assert site.order.payment.message == CODE_NOT_READ
    assert state(site) is PaymentState.WAITING_CODE
    assert site.journal("SELECT count(*) FROM payments") == 0
    site.eye.codes.append(CODE)
    site.work(4)
    assert site.order.state is OrderState.DELIVERED


def test_our_code_is_shown_until_somebody_pays(site: MoneySite) -> None:
    held(site, StartPayment(means=Means.QR_SHOW))
    site.work(3)
    assert site.order.payment is not None
    assert state(site) is PaymentState.SHOWING_CODE
    assert site.order.payment.code.startswith("pay:")
    site.centre.confirm()
    site.work(40)
    assert site.order.state is OrderState.DELIVERED


@pytest.mark.parametrize("lost", ["question", "answer"])
@pytest.mark.parametrize("does", ["paid", "waiting", "failed"])
def test_a_lost_answer_is_asked_after(site: MoneySite, lost: str, does: str) -> None:
    site.centre.does = does  # type: ignore[assignment]  # one of its words
    site.centre.loses = [lost]
    scanned(site)
    site.work(2)
    assert state(site) is PaymentState.UNCLEAR
    site.till.do(StartCash())
    assert site.shown.trouble == TROUBLES[Trouble.MEANS], "no other means while it is unclear"
    site.work(8, 1)
    if lost == "answer" and does == "paid":
        assert site.order.state is OrderState.DELIVERED
        return
    if lost == "answer" and does == "waiting":
        site.work(45, 1)
    assert site.order.state is OrderState.HELD
    assert state(site) is PaymentState.FAILED
    assert site.centre.balance == 0
    site.till.do(StartCash())
    assert site.shown.trouble is None


def test_a_silent_centre_is_asked_for_ever_and_other_means_are_offered(site: MoneySite) -> None:
    site.centre.loses = ["answer"]
    scanned(site)
    site.centre.down = True
    site.work(46, 1)
    assert state(site) is PaymentState.REVERSING
    site.work(int(NO_OTHER_MEANS_S) + 1, 1)
    site.till.do(StartCash())
    assert site.shown.trouble is None
    site.insert(2000, 2000, 500)
    site.work(5)
    assert site.order.state is OrderState.DELIVERED
    site.till.do(EndSession())
    assert site.centre.balance == 4500, "taken, and nobody here knows"
    site.work(100, 30)
    assert site.journal("SELECT count(*) FROM payment_ends") == 0
    site.crash()
    site.centre.down = False
    site.work(70, 1)
    assert site.centre.balance == 0
    assert site.journal("SELECT count(*) FROM payment_ends WHERE outcome = 'reversed'") == 1


def test_stopping_reverses_what_may_have_been_paid(site: MoneySite) -> None:
    held(site, StartPayment(means=Means.QR_SHOW))
    site.work(3)
    site.centre.confirm()
    site.till.do(StopPayment())
    site.work(3)
    assert site.centre.balance == 0
    assert state(site) is PaymentState.FAILED
    site.till.do(CancelOrder())
    site.work(2)
    assert site.order.state is OrderState.RELEASED


def test_cancelling_while_nobody_answers_says_so_and_ends(site: MoneySite) -> None:
    site.centre.loses = ["answer"]
    scanned(site)
    site.centre.down = True
    site.till.do(CancelOrder())
    site.work(int(NO_OTHER_MEANS_S) + 3, 1)
    assert site.order.state is OrderState.RELEASED
    assert site.order.message == PAYMENT_GOES_BACK


@pytest.mark.parametrize("means", [Means.QR_SCAN, Means.QR_SHOW, Means.CARD])
@pytest.mark.parametrize(
    "point", ["ask:before", "ask:after", "commit:payment.ended:before", "commit:payment.ended:after"]
)
def test_a_till_that_dies_while_it_is_paid(site: MoneySite, means: Means, point: str) -> None:
    name = f"till:payment-{point}" if point.startswith("ask") else f"till:{point}"

    def probe(reached: str) -> None:
        if reached == name:
            raise Killed

    site.kill()
    site.start(probe)
    site.work(2)

    def live() -> None:
        held(site, StartPayment(means=means))
        site.eye.codes.append(CODE)
        for _ in range(10):
            site.work(3)
            site.centre.confirm()

    with pytest.raises(Killed):
        live()
    site.kill()
    site.start()
    site.work(40, 1)
    assert site.journal("SELECT count(*) FROM payments") == site.journal("SELECT count(*) FROM payment_ends") == 1
    paid = site.journal("SELECT count(*) FROM tickets")
    assert site.centre.balance + site.terminal.balance == 4500 * paid
    assert site.shown.capabilities.sells


def test_means_are_what_works_now(site: MoneySite) -> None:
    site.time.passed += 21
    site.work(3)
    assert site.shown.capabilities.means == tuple(Means)
    site.hear_centre(days_ago=1)
    assert site.shown.capabilities.means == (Means.CASH, Means.CARD)
    site.terminal.silent = True
    site.time.passed += 21
    site.work(3)
    assert list(site.shown.capabilities.means) == [Means.CASH]
    site.validator.silent = site.coins.silent = True
    site.work(3)
    blind = site.shown.capabilities
    assert (blind.means, blind.sells) == ((), False)
    site.validator.silent = site.coins.silent = False


# cards


def test_a_card_pays(site: MoneySite) -> None:
    held(site, StartPayment(means=Means.CARD))
    site.work(3)
    assert site.order.state is OrderState.DELIVERED
    assert site.terminal.balance == 4500


@pytest.mark.parametrize("does", ["pays unheard", "declines unheard", "declines"])
def test_a_card_of_which_nothing_was_heard(site: MoneySite, does: str) -> None:
    site.terminal.does = does
    held(site, StartPayment(means=Means.CARD))
    site.work(10, 1)
    if does == "pays unheard":
        assert site.order.state is OrderState.DELIVERED
    else:
        assert state(site) is PaymentState.FAILED
    assert site.terminal.balance == (4500 if does == "pays unheard" else 0)


def test_an_older_booking_is_not_taken_for_this_one(site: MoneySite) -> None:
    held(site, StartPayment(means=Means.CARD))
    site.work(3)
    site.till.do(EndSession())
    hold(site.till, offer(site.till, "K1"), [person(2)])
    site.counter.at_once = False
    site.till.do(StartPayment(means=Means.CARD))
    site.work(1)
    site.crash()
    site.counter.at_once = True
    site.work(30, 1)
    assert site.journal("SELECT count(*) FROM tickets") == 1
    assert site.journal("SELECT count(*) FROM payment_ends WHERE outcome = 'failed'") == 1


def test_a_card_that_cannot_be_undone_is_a_claim(site: MoneySite) -> None:
    site.counter.at_once = False
    held(site, StartPayment(means=Means.CARD))
    site.till.do(CancelOrder())
    site.counter.run()
    site.counter.at_once = True
    site.terminal.reverses, site.terminal.does = False, "declines"
    site.work(5, 1)
    assert site.order.state is OrderState.CLAIMED
    assert site.order.claim is not None
    assert site.order.claim.fen == 4500 == site.terminal.balance


# changes and seats


def swap(site: MoneySite) -> None:
    """Hold 45 yuan's worth in the place of a ticket."""
    wanted = offer(site.till, "K1")
    shown = hold(site.till, offer(site.till, "L2"), [person(1)])
    assert shown.order is not None
    handle = shown.order.travellers[0].handle
    site.till.do(CancelOrder())
    site.work(2)
    site.till.do(
        HoldOrder(offer=wanted, travellers=(Person(handle=handle, kind=TicketKind.ADULT),), seats=(3,), changes=TICKET)
    )
    site.work()


def test_a_change_costs_what_is_missing(site: MoneySite) -> None:
    swap(site)
    assert (site.order.due, site.order.changes, site.order.total) == (1500, TICKET, 4500)
    site.till.do(StartCash())
    site.work()
    site.insert(1000, 500)
    site.work(3)
    assert site.order.state is OrderState.DELIVERED
    assert site.order.tickets[0].seat == 3
    assert list(site.swaps.ended_as.values())[-1] is True
    assert site.journal("SELECT fen FROM money WHERE method = 'ticket'") == 3000


def test_a_change_that_is_refused_gives_the_money_back(site: MoneySite) -> None:
    site.swaps.grants = None
    swap(site)
    site.till.do(StartCash())
    site.work()
    site.insert(1000, 500)
    assert site.order.state is OrderState.HELD, "nobody has said yet whether the old ticket can be had"
    site.swaps.grants = False
    site.work(6)
    assert (site.order.state, site.order.returned) == (OrderState.RELEASED, 1500)
    assert site.journal("SELECT count(*) FROM money WHERE method = 'ticket'") == 0


def test_a_refused_change_paid_by_phone_goes_back_to_the_phone(site: MoneySite) -> None:
    site.swaps.grants = False
    swap(site)
    site.till.do(StartPayment(means=Means.QR_SCAN))
    site.eye.codes.append(CODE)
    site.work(8)
    assert site.order.state is OrderState.RELEASED
    assert site.centre.balance == 0
    assert site.order.claim is None


def test_a_dearer_old_ticket_is_changed_back_into_coins(site: MoneySite) -> None:
    site.swaps.worth = Fen(5200)
    swap(site)
    assert site.order.due == 0
    site.till.do(StartCash())
    site.work(6)
    assert site.order.state is OrderState.DELIVERED
    assert sum(tube.given for tube in site.tubes) == 700


def test_seats_are_as_wished_or_not_at_all(site: MoneySite) -> None:
    wanted = offer(site.till, "K1")
    assert wanted.seats == (1, 2, 3, 4)
    assert wanted.coach == 45
    swap(site)
    site.till.do(CancelOrder())
    site.work(2)
    assert site.shown.days
    for seats, trouble in {(9,): Trouble.SEAT_GONE, (1, 2): Trouble.SEAT_GONE}.items():
        site.till.do(
            HoldOrder(offer=wanted, travellers=(Person(handle=_handle(site), kind=TicketKind.ADULT),), seats=seats)
        )
        assert site.shown.trouble == TROUBLES[trouble]


def _handle(site: MoneySite) -> str:
    assert site.shown.traveller is not None
    return site.shown.traveller.handle


POINTS: tuple[str, ...] = (Point.TILL_PAYOUT_BEFORE, Point.TILL_PAYOUT_AFTER, "till:commit:payout.asked:after")


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("way", ["coins", "phone"])
def test_a_till_that_dies_while_money_goes_back(site: MoneySite, point: str, way: str) -> None:
    def probe(reached: str) -> None:
        if reached == point:
            raise Killed

    def live() -> None:
        if way == "coins":
            held(site, StartCash())
            site.insert(5000)
        else:
            swap(site)
            site.till.do(StartPayment(means=Means.QR_SCAN))
            site.eye.codes.append(CODE)
        site.work(10)

    site.swaps.grants = False
    site.kill()
    site.start(probe)
    site.work(2)
    with pytest.raises(Killed):
        live()
    site.kill()
    site.start()
    site.work(30, 1)
    assert site.journal("SELECT count(*) FROM payouts WHERE payout NOT IN (SELECT payout FROM payout_ends)") == 0
    assert site.shown.capabilities.sells
