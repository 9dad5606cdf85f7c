"""Changing a ticket for another coach, without a screen."""

from dataclasses import replace

from kiosk import touches as t
from kiosk.buy import touches as b
from kiosk.buy.steps import Agree, Pay, Printing, Trouble, WhichDeparture, Who
from kiosk.change.flow import NOT_FROM_HERE
from kiosk.change.steps import Change, Swapping
from kiosk.change.swapping import NOT_CHANGED
from kiosk.find.steps import CannotDo, Looking
from kiosk.find.touches import PickTicket
from kiosk.rehearsal_finding import NUMBER, OTHER, tickets
from kiosk.steps import Attract
from kiosk.till.commands import CancelOrder, EndSession, HoldOrder, Person, StartCash
from tests.kiosk.find.walk import Walk
from tickets.journey import TicketKind
from tickets.money import Fen


def found(handle: str = "") -> Walk:
    walk = Walk().begin("change")
    walk.wallet.find(replace(tickets()[0], handle=handle))
    return walk.look()


def chosen(walk: Walk) -> Walk:
    walk.touch(t.Confirm())
    offer = [offer for offer in walk.till.snapshot.offers if offer.destination == 1001][2]
    return walk.touch(b.ChooseTrip(offer.service_date.isoformat(), offer.trip))


def test_a_ticket_found_by_its_card_is_changed_without_showing_it_again() -> None:
    walk = chosen(found("h1"))
    assert walk.is_at(Agree)
    walk.touch(t.Confirm())
    asked = walk.asked[-2]
    assert isinstance(asked, HoldOrder)
    assert asked.changes == NUMBER
    assert asked.travellers == (Person("h1", TicketKind.ADULT),)
    assert asked.offer.destination == 1001
    assert walk.touches == 4


def test_a_ticket_found_by_its_code_needs_its_holders_card() -> None:
    walk = chosen(found())
    assert walk.is_at(Who)
    assert walk.till.snapshot.reading
    walk.touch(t.Confirm())
    assert walk.is_at(Who)
    walk.wallet.holder()
    walk.look()
    assert walk.is_at(Agree)
    walk.touch(t.Confirm())
    asked = walk.asked[-2]
    assert isinstance(asked, HoldOrder)
    assert asked.travellers == (Person("h1", TicketKind.ADULT),)


def test_another_persons_card_leads_to_that_persons_ticket() -> None:
    walk = chosen(found())
    walk.wallet.nothing(("查不到", "none"))
    assert walk.look().is_at(Who)
    walk.wallet.code(OTHER)
    walk.look()
    assert walk.is_at(Change)
    assert walk.read("number") == OTHER


def test_a_card_shown_while_the_coach_is_chosen_is_not_asked_for_again() -> None:
    walk = found().touch(t.Confirm())
    walk.wallet.holder()
    walk.look()
    assert walk.is_at(WhichDeparture)
    offer = next(offer for offer in walk.till.snapshot.offers if offer.destination == 1001)
    assert walk.touch(b.ChooseTrip(offer.service_date.isoformat(), offer.trip)).is_at(Agree)


def test_only_the_line_of_the_ticket_can_be_chosen() -> None:
    walk = chosen(found("h1")).touch(b.ChangeDestination())
    assert walk.is_at(Agree)


def test_back_leads_from_the_coaches_to_the_ticket_and_from_there_to_another() -> None:
    walk = found("h1").touch(t.Confirm())
    assert walk.is_at(WhichDeparture)
    walk.touch(t.Back())
    assert walk.is_at(Change)
    walk.touch(t.Back())
    assert walk.is_at(Looking)


def test_keeping_the_ticket_changes_nothing() -> None:
    walk = found("h1").touch(t.Finish())
    assert walk.is_at(Attract)
    assert not any(isinstance(command, HoldOrder) for command in walk.asked)
    assert walk.last() == EndSession()


def test_a_place_that_is_not_sold_here_sends_to_the_window() -> None:
    walk = Walk().begin("change")
    walk.wallet.find(replace(tickets()[0], destination=4711))
    walk.look().touch(t.Confirm())
    assert walk.is_at(CannotDo)
    assert walk.read("words") == NOT_FROM_HERE


def test_what_was_found_is_forgotten_with_the_session() -> None:
    walk = Walk().begin("change")
    walk.wallet.card()
    walk.look().touch(PickTicket(NUMBER), t.Confirm(), t.StartOver())
    assert walk.is_at(Attract)
    assert walk.till.snapshot.find is None


def swapped() -> Walk:
    walk = chosen(found("h1")).touch(t.Confirm())
    assert walk.is_at(Swapping)
    return walk


def test_a_change_that_costs_nothing_more_is_begun_once_and_shows_no_means() -> None:
    walk = swapped()
    assert walk.asked.count(StartCash()) == 1
    walk.look().touch(t.Back(), t.StartOver(), t.Finish()).wait(3600)
    assert walk.is_at(Swapping)
    assert walk.asked.count(StartCash()) == 1
    walk.till.pays()
    assert walk.look().is_at(Printing)


def test_an_old_ticket_that_cannot_be_had_stays_good_and_it_is_said() -> None:
    walk = swapped()
    walk.till.submit(CancelOrder())
    walk.look()
    assert walk.is_at(Trouble)
    assert walk.read("words") == NOT_CHANGED
    walk.touch(t.Finish())
    assert walk.is_at(WhichDeparture)


def test_a_dearer_coach_is_paid_for_as_in_a_purchase() -> None:
    walk = Walk().begin("change")
    walk.wallet.find(replace(tickets()[0], handle="h1", fare_credit=Fen(3000)))
    chosen(walk.look()).touch(t.Confirm())
    assert walk.is_at(Pay)
    order = walk.till.snapshot.order
    assert order is not None
    assert order.due == 1500


def test_nothing_is_changed_where_nothing_is_sold() -> None:
    walk = Walk()
    can = walk.till.snapshot.capabilities
    broken = replace(walk.till.snapshot, capabilities=replace(can, sells=False))
    assert "change" in walk.flow.offered(walk.till.snapshot)
    assert "change" not in walk.flow.offered(broken)
    assert {"refund", "check", "collect", "invoice"} <= set(walk.flow.offered(broken))
    assert not {"find", "door"} & set(walk.flow.offered(broken))
