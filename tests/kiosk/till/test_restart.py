"""What a till finds when it starts again, and what it does about it."""

import pytest

from kiosk.till.commands import (
    CancelOrder,
    EndSession,
    StartCash,
)
from kiosk.till.values import OrderState
from kiosk.till.wording import CLAIM_REASONS, RECOVERED_CLAIM, Closing
from sync.points import Point, after_commit, before_commit
from tests.kiosk.till.bench import books, hold, offer, person
from tests.kiosk.till.conftest import Site


class Killed(BaseException):
    """The till dies here."""


def die_at(site: Site, point: str, nth: int = 1) -> None:
    """Restart the till with a probe that kills it at `point`."""
    left = nth

    def probe(reached: str) -> None:
        nonlocal left
        if reached == point:
            left -= 1
            if not left:
                raise Killed

    site.kill()
    site.open(probe)


def begin(site: Site, *notes: int) -> None:
    """Hold a place for 45 yuan and put notes in."""
    till = site.desk.till
    hold(till, offer(till, "K1"), [person(1)])
    till.do(StartCash())
    for fen in notes:
        assert site.validator.insert(fen)
        site.work(2)


def test_an_order_without_money_is_released(site: Site) -> None:
    begin(site)
    site.crash()
    snapshot = site.desk.till.snapshot()
    assert (snapshot.order, snapshot.recovered) == (None, None)
    assert offer(site.desk.till, "K1").free == 4


def test_an_order_with_some_of_its_money_becomes_a_claim_with_a_slip(site: Site) -> None:
    begin(site, 2000)
    site.crash()
    found = books(site.desk.journal)
    assert (found.claims, found.in_open_orders) == (2000, 0)
    assert len(site.printer.out) == 1
    assert site.desk.till.snapshot().recovered is None, "the slip says all"
    assert site.desk.till.snapshot().capabilities.sells


def test_a_claim_whose_slip_could_not_be_printed_is_shown(site: Site) -> None:
    begin(site, 2000)
    site.kill()
    site.printer.ready = False
    site.open()
    recovered = site.desk.till.snapshot().recovered
    assert recovered is not None
    assert (recovered.state, recovered.message) == (OrderState.CLAIMED, RECOVERED_CLAIM)
    assert recovered.claim is not None
    assert (recovered.claim.fen, recovered.claim.slip_printed) == (2000, False)
    assert recovered.claim.reason == CLAIM_REASONS[Closing.RESTARTED]
    assert recovered.offer.trip == "K1"
    site.printer.ready = True
    site.crash()
    assert site.printer.out == [f"S{recovered.claim.number}"], "the next start prints it"


@pytest.mark.parametrize(
    "point",
    [
        after_commit("till", "money.taken"),
        before_commit("till", "order.paid"),
        after_commit("till", "order.paid"),
        before_commit("till", "ticket.issued"),
        after_commit("till", "ticket.issued"),
    ],
)
def test_an_order_that_was_paid_in_full_is_issued_and_printed(site: Site, point: str) -> None:
    die_at(site, point, 3 if point == after_commit("till", "money.taken") else 1)
    with pytest.raises(Killed):
        begin(site, 2000, 2000, 500)
    site.kill()
    site.open()
    found = books(site.desk.journal)
    assert (found.fares, found.claims) == (4500, 0)
    assert len(site.printer.out) == 1
    assert site.printer.out[0].endswith("/0")


@pytest.mark.parametrize("point", [Point.TILL_STACK_AFTER, before_commit("till", "money.taken")])
def test_a_note_that_was_stacked_while_nobody_looked_is_credited(site: Site, point: str) -> None:
    die_at(site, point)
    with pytest.raises(Killed):
        begin(site, 2000)
    assert site.validator.stacker == 2000
    site.kill()
    site.open()
    assert books(site.desk.journal).claims == 2000


def test_the_last_note_stacked_while_nobody_looked_buys_the_ticket(site: Site) -> None:
    die_at(site, Point.TILL_STACK_AFTER, 3)
    with pytest.raises(Killed):
        begin(site, 2000, 2000, 500)
    site.kill()
    site.open()
    assert books(site.desk.journal).fares == 4500
    assert len(site.printer.out) == 1


def test_a_note_left_in_escrow_goes_back(site: Site) -> None:
    die_at(site, Point.TILL_STACK_BEFORE)
    with pytest.raises(Killed):
        begin(site, 2000)
    site.kill()
    site.open()
    site.work(2)
    assert (site.validator.stacker, site.validator.returned) == (0, 2000)
    assert site.desk.till.snapshot().order is None
    assert books(site.desk.journal).claims == 0


def test_a_note_lost_by_a_power_cut_of_everything_becomes_a_claim(site: Site) -> None:
    die_at(site, Point.TILL_STACK_AFTER)
    with pytest.raises(Killed):
        begin(site, 2000)
    site.kill()
    site.validator.power_cycle()
    site.open()
    assert books(site.desk.journal).doubts == 2000 == site.validator.stacker


def test_without_the_validators_word_the_till_waits_and_then_opens_a_claim(site: Site) -> None:
    die_at(site, Point.TILL_STACK_AFTER, 2)
    with pytest.raises(Killed):
        begin(site, 2000, 1000)
    site.kill()
    site.validator.silent = True
    site.open()
    recovered = site.desk.till.snapshot().recovered
    assert recovered is not None
    assert recovered.state is OrderState.HELD
    site.work(65, seconds=1)
    found = books(site.desk.journal)
    assert (found.claims, found.doubts, found.in_open_orders) == (2000, 1000, 0)
    site.validator.silent = False
    site.work(3)
    found = books(site.desk.journal)
    assert (found.claims, found.doubts) == (3000, 0)
    assert site.validator.stacker == 3000
    assert len(site.printer.out) == 2


def test_what_is_long_past_is_not_shown_to_a_stranger(site: Site) -> None:
    begin(site, 2000)
    site.kill()
    site.printer.ready = False
    site.open()
    assert site.desk.till.snapshot().recovered is not None
    site.kill()
    site.time.passed += 3 * 3600
    site.open()
    assert site.desk.till.snapshot().recovered is None


def test_a_cancelled_order_whose_slip_was_not_printed_before_the_crash(site: Site) -> None:
    die_at(site, after_commit("till", "order.released"))
    begin(site, 1000)
    with pytest.raises(Killed):
        site.desk.till.do(CancelOrder())
    site.kill()
    site.open()
    assert len(site.printer.out) == 1
    assert books(site.desk.journal).claims == 1000
    site.desk.till.do(EndSession())
    assert hold(site.desk.till, offer(site.desk.till, "K1"), [person(2)]).trouble is None
