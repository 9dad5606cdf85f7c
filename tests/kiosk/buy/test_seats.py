"""Which seats are suggested, how they are picked, and what becomes of a seat that somebody else buys."""

from dataclasses import replace

import pytest

from kiosk import touches as t
from kiosk.buy import touches as b
from kiosk.buy.seating import coach_rows, has_plan, suggested
from kiosk.buy.steps import Notice, Pay, Seats, WhichDeparture, Who
from kiosk.till.commands import HoldOrder
from kiosk.till.values import Offer, OrderState
from tests.kiosk.buy.walking import FIRST, Walk


def selling(*seats: int) -> Offer:
    return replace(FIRST, seats=seats)


def test_a_coach_has_rows_of_four_and_five_in_the_last_where_one_is_left_over() -> None:
    assert coach_rows(9) == ((1, 2, None, 3, 4), (5, 6, 7, 8, 9))
    assert coach_rows(6) == ((1, 2, None, 3, 4), (5, 6, None, None, None))
    assert coach_rows(0) == ()
    for seats in range(60):
        found = [cell for row in coach_rows(seats) for cell in row if cell is not None]
        assert found == list(range(1, seats + 1))


@pytest.mark.parametrize(
    ("free", "count", "found"),
    [
        ((7, 9, 12), 1, (7,)),
        ((2, 3, 5, 6), 2, (5, 6)),  # side by side goes before nearer to the front
        ((1, 4, 6, 7, 8), 3, (6, 7, 8)),
        ((1, 30), 2, (1, 30)),
        ((4,), 2, (4,)),
        ((), 1, ()),
    ],
)
def test_those_together_near_the_front_are_suggested(free: tuple[int, ...], count: int, found: tuple[int, ...]) -> None:
    assert suggested(selling(*free), count) == found


def test_what_was_picked_is_kept_and_the_nearest_are_added() -> None:
    assert suggested(selling(1, 2, 10, 11, 40), 2, picked=(10,)) == (10, 11)
    assert suggested(selling(1, 2, 10), 1, picked=(5,)) == (1,)


def test_a_seat_is_offered_and_not_asked_for() -> None:
    walk = Walk().to_who().card().touch(t.Confirm())
    assert walk.is_at(Pay)
    held = walk.last()
    assert isinstance(held, HoldOrder)
    assert held.seats == ()


def test_the_plan_suggests_and_the_passenger_may_choose_another() -> None:
    walk = Walk().to_who().card().touch(b.ChangeSeats())
    assert walk.is_at(Seats)
    assert walk.read("picked") == (FIRST.seats[0],)
    other, taken = FIRST.seats[3], next(seat for seat in range(1, 46) if seat not in FIRST.seats)
    walk.touch(b.PickSeat(taken), b.PickSeat(999))
    assert walk.read("picked") == (FIRST.seats[0],)
    walk.touch(b.PickSeat(other))
    assert walk.read("picked") == (other,)
    walk.touch(b.PickSeat(other), t.Confirm())
    assert walk.is_at(Seats)
    walk.touch(b.PickSeat(other), t.Confirm())
    assert walk.is_at(Who)
    walk.touch(t.Confirm())
    held = walk.last()
    assert isinstance(held, HoldOrder)
    assert held.seats == (other,)


def test_seats_follow_the_number_of_travellers() -> None:
    walk = Walk().to_who().card().touch(b.ChangeSeats(), t.Confirm()).card()
    assert len(walk.choice.seats) == 2
    assert walk.choice.seats[0] == FIRST.seats[0]
    walk.touch(b.EditRider("h2"), b.DropRider("h2"))
    assert walk.choice.seats == FIRST.seats[:1]
    walk.touch(b.ChangeSeats(), b.AnySeat())
    assert not walk.choice.seats


def test_back_leaves_the_seats_as_they_were() -> None:
    walk = Walk().to_who().card().touch(b.ChangeSeats(), b.PickSeat(FIRST.seats[2]), t.Back())
    assert walk.is_at(Who)
    assert walk.choice.seats == ()


def test_a_seat_that_somebody_else_buys_is_said_so() -> None:
    walk = Walk().to_who().card().touch(b.ChangeSeats(), t.Confirm())
    offers = tuple(replace(offer, seats=offer.seats[1:]) for offer in walk.till.snapshot.offers)
    walk.till.show(replace(walk.till.snapshot, offers=offers))
    walk.look()
    assert walk.is_at(Who)
    assert walk.read("notice") is Notice.SEAT_GONE
    assert walk.choice.seats == ()


def test_own_seats_of_an_order_that_is_being_given_up_are_not_somebody_elses() -> None:
    walk = Walk().to_who().card().touch(b.ChangeSeats(), t.Confirm(), t.Confirm())
    order = walk.till.snapshot.order
    assert order is not None
    offers = tuple(replace(offer, seats=offer.seats[1:]) for offer in walk.till.snapshot.offers)
    walk.touch(t.Back())
    held = replace(walk.till.snapshot, offers=offers, order=replace(order, state=OrderState.HELD))
    walk.till.show(held)
    walk.look()
    assert walk.is_at(Who)
    assert walk.choice.seats == FIRST.seats[:1]


def test_another_coach_has_other_seats_and_a_coach_without_numbers_has_none_to_choose() -> None:
    walk = Walk().to_who().card().touch(b.ChangeSeats(), t.Confirm(), b.ChangeDeparture())
    other = [offer for offer in walk.till.snapshot.offers if offer.destination == 1001][1]
    walk.touch(b.ChooseTrip(other.service_date.isoformat(), other.trip))
    assert walk.choice.seats == ()
    assert not has_plan(replace(FIRST, numbered=False))
    assert not has_plan(replace(FIRST, seats=()))


def test_a_refused_seat_leads_back_to_the_coaches_without_it() -> None:
    walk = Walk().to_who().card().touch(b.ChangeSeats(), t.Confirm())
    walk.till.refuses = ("座位已售出", "That seat is gone")
    walk.touch(t.Confirm(), t.Finish())
    assert walk.is_at(WhichDeparture)
    assert walk.choice.seats == ()
