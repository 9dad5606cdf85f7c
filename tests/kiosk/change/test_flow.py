"""Changing a ticket for another coach, without a screen."""

from dataclasses import replace

from kiosk import touches as t
from kiosk.buy import touches as b
from kiosk.buy.steps import Agree, Pay, WhichDeparture, Who
from kiosk.change.flow import NOT_FROM_HERE
from kiosk.change.steps import Change
from kiosk.find.steps import CannotDo, Looking
from kiosk.find.touches import PickTicket
from kiosk.rehearsal_finding import NUMBER, tickets
from kiosk.steps import Attract
from kiosk.till.commands import EndSession, HoldOrder, Person
from tests.kiosk.find.walk import Walk
from tickets.journey import TicketKind


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
    assert walk.is_at(Pay)
    asked = walk.asked[-1]
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
    walk.till.card()
    walk.look()
    assert walk.is_at(Agree)
    walk.touch(t.Confirm())
    asked = walk.asked[-1]
    assert isinstance(asked, HoldOrder)
    assert asked.travellers == (Person("h1", TicketKind.ADULT),)


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
