"""Money by scenes: what goes in is counted once, what cannot be used comes back or becomes a claim."""

from dataclasses import replace

import pytest

from kiosk.till.commands import (
    CancelOrder,
    EndSession,
    StartCash,
)
from kiosk.till.values import (
    OrderState,
    OrderView,
)
from kiosk.till.wording import BILL_TOO_LARGE, CLAIM_REASONS, TROUBLES, Closing, Trouble
from sync.cache.reader import CacheWriter
from sync.wire.pull import PullAnswer
from tests.kiosk.till.bench import books, departure, departure_record, hold, offer, person
from tests.kiosk.till.conftest import Site
from tickets.departures import DepartureState


def paying(site: Site, *notes: int) -> OrderView:
    """Hold one place to Weihai (45 yuan), open the validator, and put notes in."""
    hold(site.desk.till, offer(site.desk.till, "K1"), [person(1)])
    site.desk.till.do(StartCash())
    for fen in notes:
        assert site.validator.insert(fen)
        site.work(2)
    return order(site)


def order(site: Site) -> OrderView:
    """The order on the screen."""
    shown = site.desk.till.snapshot().order
    assert shown is not None
    return shown


def test_a_ticket_for_exact_notes(site: Site) -> None:
    shown = paying(site, 2000, 2000)
    assert (shown.state, shown.paid, shown.due, shown.accepts) == (OrderState.HELD, 4000, 500, (100, 500))
    assert site.validator.insert(500)
    site.work(2)
    shown = order(site)
    assert shown.state is OrderState.DELIVERED
    assert [ticket.seat for ticket in shown.tickets] == [1]
    assert site.printer.out == [f"T{shown.tickets[0].number}/0"]
    assert books(site.desk.journal).fares == 4500 == site.validator.stacker
    assert not site.validator.insert(100), "the validator is shut once all is paid"


def test_only_notes_that_are_due_go_in(site: Site) -> None:
    shown = paying(site)
    assert shown.accepts == (100, 500, 1000, 2000)
    assert not site.validator.insert(5000)
    paying_rest = [2000, 2000]
    for fen in paying_rest:
        assert site.validator.insert(fen)
        site.work(2)
    assert not site.validator.insert(1000)


def test_a_note_that_became_too_large_comes_back(site: Site) -> None:
    """It went in before the validator was told that less is due now."""
    paying(site, 2000)
    site.validator.stack_does = "later"
    assert site.validator.insert(1000)
    site.work()
    site.validator.arrive()
    assert site.validator.insert(2000), "the validator still knows the older limit"
    site.work(2)
    assert (site.validator.returned, site.validator.stacker) == (2000, 3000)
    assert order(site).message == BILL_TOO_LARGE
    assert order(site).due == 1500


def test_cancelling_with_money_inside_is_a_claim_with_a_slip(site: Site) -> None:
    paying(site, 2000, 1000)
    site.desk.till.do(CancelOrder())
    shown = order(site)
    assert shown.state is OrderState.CLAIMED
    assert shown.claim is not None
    assert (shown.claim.fen, shown.claim.slip_printed) == (3000, True)
    assert shown.claim.reason == CLAIM_REASONS[Closing.CANCELLED]
    assert site.printer.out == [f"S{shown.claim.number}"]
    site.work(2, seconds=1)
    assert offer(site.desk.till, "K1").free == 4, "its place is free again"


def test_a_slip_that_could_not_be_printed_is_said(site: Site) -> None:
    paying(site, 2000)
    site.printer.ready = False
    site.desk.till.do(CancelOrder())
    shown = order(site)
    assert shown.claim is not None
    assert not shown.claim.slip_printed
    assert shown.message is not None
    assert shown.claim.number[:4] in shown.message[1]


def test_cancelling_without_money_frees_the_place(site: Site) -> None:
    paying(site)
    assert offer(site.desk.till, "K1").free == 3
    site.desk.till.do(CancelOrder())
    assert order(site).state is OrderState.RELEASED
    site.time.passed += 2
    site.work()
    assert offer(site.desk.till, "K1").free == 4
    assert site.printer.out == []


def test_cancelling_waits_for_the_note_on_its_way(site: Site) -> None:
    paying(site, 2000)
    site.validator.stack_does = "later"
    site.validator.insert(1000)
    site.work()
    site.desk.till.do(CancelOrder())
    assert order(site).state is OrderState.HELD
    site.validator.arrive()
    site.work(2)
    shown = order(site)
    assert shown.claim is not None
    assert shown.claim.fen == 3000


def test_cancelling_while_the_last_note_is_on_its_way_is_obeyed(site: Site) -> None:
    paying(site, 2000, 2000)
    site.validator.stack_does = "later"
    site.validator.insert(500)
    site.work()
    site.desk.till.do(CancelOrder())
    site.validator.arrive()
    site.work(2)
    shown = order(site)
    assert shown.state is OrderState.CLAIMED
    assert shown.claim is not None
    assert shown.claim.fen == 4500


def test_plans_are_forgotten_when_they_have_served(site: Site) -> None:
    for index in range(4):
        hold(site.desk.till, offer(site.desk.till, "K1"), [person(index)])
        site.desk.till.do(CancelOrder())
        site.work(2, seconds=1)
    assert site.desk.journal.rows("SELECT count(*) FROM plans") == [(1,)]
    assert site.desk.journal.rows("SELECT count(*) FROM planned_places") == [(1,)]


def test_a_note_in_escrow_comes_back_when_the_passenger_cancels(site: Site) -> None:
    paying(site)
    site.validator.insert(2000)
    site.desk.till.do(CancelOrder())
    site.work(2)
    assert (site.validator.stacker, site.validator.returned) == (0, 2000)
    assert order(site).state is OrderState.RELEASED


def test_an_idle_order_is_given_up_without_a_screen(site: Site) -> None:
    paying(site, 1000)
    site.time.passed += 299
    site.work()
    assert order(site).state is OrderState.HELD
    site.time.passed += 2
    site.work()
    assert order(site).state is OrderState.CLAIMED


def test_a_session_that_ends_with_money_inside_leaves_a_claim(site: Site) -> None:
    paying(site, 1000)
    site.desk.till.do(EndSession())
    assert site.desk.till.snapshot().order is None
    assert books(site.desk.journal).claims == 1000
    assert len(site.printer.out) == 1


def test_a_silent_validator_is_told_of_and_ends_in_a_claim_after_a_minute(site: Site) -> None:
    paying(site, 2000)
    site.validator.silent = True
    site.work(20, seconds=1)
    shown = order(site)
    assert shown.state is OrderState.HELD
    assert shown.message is not None
    assert "20.00" in shown.message[1]
    assert not site.desk.till.snapshot().capabilities.cash
    site.work(45, seconds=1)
    shown = order(site)
    assert shown.state is OrderState.CLAIMED
    assert shown.claim is not None
    assert shown.claim.fen == 2000


def test_a_validator_that_comes_back_in_time_goes_on(site: Site) -> None:
    paying(site, 2000)
    site.validator.silent = True
    site.work(20, seconds=1)
    site.validator.silent = False
    site.work(2)
    assert site.validator.insert(2000)
    site.work(2)
    assert site.validator.insert(500)
    site.work(2)
    assert order(site).state is OrderState.DELIVERED


@pytest.mark.parametrize("heard", [True, False])
def test_an_order_to_stack_whose_answer_is_lost(site: Site, heard: bool) -> None:
    paying(site)
    site.validator.stack_does = "and answers nothing" if heard else "nothing"
    site.validator.insert(2000)
    site.work(4)
    assert order(site).paid == 2000 == site.validator.stacker


def test_a_restart_of_the_validator_with_a_note_on_its_way_is_a_claim_of_its_own(site: Site) -> None:
    paying(site, 1000)
    site.validator.insert(2000)
    site.work()
    assert site.validator.stacker == 3000
    site.validator.power_cycle()
    site.work(2)
    found = books(site.desk.journal)
    assert (found.claims, found.doubts) == (1000, 2000)
    assert order(site).state is OrderState.CLAIMED
    assert len(site.printer.out) == 2, "each claim has its slip"


def test_a_restart_of_the_validator_without_a_note_on_its_way_costs_nobody_anything(site: Site) -> None:
    paying(site, 2000)
    site.validator.power_cycle()
    site.work(2)
    assert order(site).state is OrderState.HELD
    assert site.validator.insert(2000), "the validator was told again what to let in"
    site.work(2)
    assert books(site.desk.journal).doubts == 0


def in_doubt(site: Site) -> None:
    """A note is on its way and the validator falls silent for more than a minute."""
    paying(site, 1000)
    site.validator.stack_does = "later"
    site.validator.insert(2000)
    site.work()
    site.validator.silent = True
    site.work(70, seconds=1)
    assert order(site).state is OrderState.CLAIMED
    found = books(site.desk.journal)
    assert (found.claims, found.doubts) == (1000, 2000)


def test_a_note_in_doubt_that_is_stacked_after_all_is_covered_by_its_claim(site: Site) -> None:
    in_doubt(site)
    site.validator.silent = False
    site.validator.arrive()
    site.work(3)
    found = books(site.desk.journal)
    assert (found.claims, found.doubts) == (3000, 0)
    assert site.validator.stacker == 3000


def test_a_note_in_doubt_that_comes_back_makes_its_claim_void(site: Site) -> None:
    in_doubt(site)
    site.validator.silent = False
    site.validator._moving = "back"
    site.validator.arrive()
    site.work(3)
    found = books(site.desk.journal)
    assert (found.claims, found.doubts) == (1000, 0)
    settled = site.desk.journal.rows("SELECT fen, by FROM settlements")
    assert settled == [(2000, "validator")]


def test_a_note_in_doubt_belongs_to_its_own_order_although_another_is_held(site: Site) -> None:
    in_doubt(site)
    site.validator.silent = False
    site.work(1, seconds=11)
    site.desk.till.do(EndSession())
    hold(site.desk.till, offer(site.desk.till, "L2"), [person(2)])
    assert order(site).state is OrderState.HELD
    site.validator.arrive()
    site.work(2)
    assert order(site).paid == 0
    assert books(site.desk.journal).claims == 3000


def test_a_doubtful_claim_is_not_void_because_some_later_note_comes_back(site: Site) -> None:
    in_doubt(site)
    site.validator.power_cycle()
    site.validator.silent = False
    site.work(2, seconds=11)
    site.desk.till.do(EndSession())
    hold(site.desk.till, offer(site.desk.till, "L2"), [person(2)])
    site.desk.till.do(StartCash())
    site.validator.insert(2000)
    site.desk.till.do(CancelOrder())
    site.work(2)
    assert books(site.desk.journal).doubts == 2000


def test_a_note_that_was_pulled_out_again_is_no_money(site: Site) -> None:
    """The validator is healthy and keeps saying that there is nothing to move: then there is nothing."""
    paying(site)
    site.validator.stack_does = "nothing"
    site.validator.insert(2000)
    site.work()
    site.validator.escrow = None
    site.work(80, seconds=0.1)
    site.desk.till.do(CancelOrder())
    site.work(1)
    assert order(site).state is OrderState.RELEASED
    assert books(site.desk.journal).doubts == 0


def test_a_jammed_note_becomes_a_claim_after_a_minute(site: Site) -> None:
    paying(site, 1000)
    site.validator.stack_does = "nothing"
    site.validator.insert(2000)
    site.validator.jammed = True
    site.work(75, seconds=1)
    assert order(site).state is OrderState.CLAIMED
    assert books(site.desk.journal).doubts == 2000
    assert not site.desk.till.snapshot().capabilities.sells


def cancel_departure(site: Site) -> None:
    """The centre cancels the coach."""
    with CacheWriter(site.directory / "cache.db") as writer:
        gone = departure_record(replace(departure("K1"), state=DepartureState.CANCELLED))
        writer.apply(PullAnswer(records=(gone.model_copy(update={"change": 2}),), cursor="2", more=False))


@pytest.mark.parametrize("last_note", [False, True])
def test_a_departure_that_is_cancelled_while_somebody_pays(site: Site, last_note: bool) -> None:
    paying(site, 2000, 2000)
    if last_note:
        site.validator.insert(500)
        site.work()
    cancel_departure(site)
    site.work(2)
    shown = order(site)
    assert shown.tickets == ()
    assert shown.paid == site.validator.stacker
    assert shown.state is OrderState.CLAIMED
    assert shown.claim is not None
    assert shown.claim.reason == CLAIM_REASONS[Closing.DEPARTURE_GONE]


def test_cash_is_not_asked_for_while_the_printer_cannot_print(site: Site) -> None:
    hold(site.desk.till, offer(site.desk.till, "K1"), [person(1)])
    site.printer.ready = False
    site.desk.till.do(StartCash())
    snapshot = site.desk.till.snapshot()
    assert snapshot.trouble == TROUBLES[Trouble.PRINTER]
    assert not site.validator.insert(1000)


def test_staff_are_told_of_a_silent_validator_once_and_of_its_return(site: Site) -> None:
    site.validator.silent = True
    site.work(5, seconds=1)
    site.validator.silent = False
    site.work(15, seconds=1)
    assert told_of_devices(site) == ["device.fault", "device.back"]


def told_of_devices(site: Site) -> list[object]:
    """The kinds of what staff were told of devices, in order."""
    return [kind for (kind,) in site.desk.journal.rows("SELECT kind FROM events WHERE kind LIKE 'device.%'")]


def test_staff_are_told_of_a_jam_once_and_of_its_end(site: Site) -> None:
    """Its event, its health and a second push say the same."""
    site.validator.jam()
    site.work(3, seconds=1)
    site.validator.jam()
    site.work(15, seconds=1)
    assert told_of_devices(site) == ["device.fault"]
    assert not site.desk.till.snapshot().capabilities.sells
    site.validator.jammed = False
    site.work(15, seconds=1)
    assert told_of_devices(site) == ["device.fault", "device.back"]
    assert site.desk.till.snapshot().capabilities.sells


def test_staff_are_told_of_every_note_on_a_string(site: Site) -> None:
    for _ in range(2):
        site.validator.trick()
        site.work(2, seconds=1)
    assert told_of_devices(site) == ["device.fault", "device.fault"]
    assert site.desk.till.snapshot().capabilities.sells


def test_a_stacker_that_cannot_take_more_ends_in_a_claim(site: Site) -> None:
    paying(site, 1000)
    site.validator.jammed = True
    site.work(75, seconds=1)
    shown = order(site)
    assert shown.state is OrderState.CLAIMED
    assert shown.claim is not None
    assert shown.claim.fen == 1000
