"""Places that staff freed, and their till turns out to have sold or set aside: nobody else gets them after that."""

import pytest

from tests.sync.server.support import COUNTED, DATE, SEATED, World
from tests.sync.server.test_coaches import Staff, ask, holders, web
from tickets.staff import Act


@pytest.fixture
def staff(world: World) -> Staff:
    return Staff(world)


def test_a_freed_seat_that_was_sold_after_all_is_not_given_to_a_new_till(staff: Staff, world: World) -> None:
    till = world.enrol()
    till.open_journal()
    sold = till.sell(1)
    staff.act(Act.FREE, device=till.device)
    till.push()
    assert [each["subject"] for each in world.incidents("place_not_allotted")] == [sold]
    assert holders(world)[1] == "free"
    other = world.enrol(name="kiosk-2")
    granted = other.pull_all()["allotment", f"{DATE}/{SEATED}/{other.device}"]["seats"]
    assert granted, "it has its share of the others"
    assert 1 not in granted


def test_a_freed_seat_that_is_set_aside_is_sold_to_nobody_else(staff: Staff, world: World) -> None:
    till = world.enrol()
    till.open_journal()
    till.sell(1)
    staff.act(Act.FREE, device=till.device)
    till.push(last=2)  # the order is known, its ticket is not
    other = world.enrol(name="kiosk-2")
    assert 1 not in other.pull_all()["allotment", f"{DATE}/{SEATED}/{other.device}"]["seats"]
    assert ask(other, 1, seats=[1])["seats"] != [1]
    while web(world, len(world.rows("tickets"))) == 200:
        pass
    assert 1 not in {row[6] for row in world.rows("tickets")}
    till.push(first=3)
    assert world.incidents("place_sold_twice") == []


def counted(world: World) -> dict[str, int]:
    return {row[3]: row[4] - row[5] for row in world.rows("counts") if row[1:3] == (DATE, COUNTED)}


def test_freed_counted_places_that_were_sold_after_all_are_not_sold_again(staff: Staff, world: World) -> None:
    till = world.enrol()
    till.open_journal()
    numbers = [till.sell(None, COUNTED) for _ in range(2)]
    staff.act(Act.FREE, COUNTED, device=till.device)
    assert sum(counted(world).values()) == counted(world)["free"] + counted(world)["centre"] == 6
    till.push()
    assert sorted(each["subject"] for each in world.incidents("place_not_allotted")) == sorted(numbers)
    assert till.pull_all()["pool", f"{DATE}/{COUNTED}"]["left"] == 4
    assert [web(world, number, COUNTED) for number in range(1, 6)] == [200, 200, 200, 200, 409]
    assert world.incidents("place_sold_twice") == []
    assert sum(counted(world).values()) == 6, "what is sold is nobody's to sell"


def test_where_freed_counted_places_are_gone_already_it_is_told_and_no_more_are_sold(
    staff: Staff, world: World
) -> None:
    till = world.enrol()
    till.open_journal()
    till.sell(None, COUNTED)
    till.sell(None, COUNTED)
    staff.act(Act.FREE, COUNTED, device=till.device)
    assert [web(world, number, COUNTED) for number in range(1, 6)] == [200] * 5
    till.push()
    (over,) = world.incidents("place_sold_twice")
    assert (over["body"]["sold"], over["body"]["places"]) == (7, 6)
    assert web(world, 7, COUNTED) == 409
    assert min(counted(world).values()) >= 0


@pytest.mark.parametrize("trip", [SEATED, COUNTED])
def test_what_a_dead_till_set_aside_is_freed_once_it_is_given_up(staff: Staff, world: World, trip: str) -> None:
    """Its disk died in the middle of an order: nobody else can ever say what became of it."""
    till = world.enrol()
    till.open_journal()
    seat = 1 if trip == SEATED else None
    till.sell(seat, trip)
    end = len(till.events)
    till.sell(None if seat is None else 2, trip)
    till.push(last=end + 1)  # one sold, and of the other only that it was set aside
    staff.act(Act.FREE, trip, device=till.device)
    (freed,) = world.incidents("places_freed")
    assert freed["body"]["orders"] == [], "an active till may come back with it"
    before = freed["body"]["places"]
    world.centre.devices.retire(till.device)
    staff.act(Act.FREE, trip, device=till.device)
    (freed,) = world.incidents("places_freed")
    assert (len(freed["body"]["orders"]), freed["body"]["places"]) == (1, before + 1)
    assert (2 in freed["body"]["seats"]) is (trip == SEATED)
    everywhere = 9 if trip == SEATED else 6
    sold = 0
    while web(world, sold, trip) == 200:
        sold += 1
    assert sold == everywhere - 1, "all but the one that it had sold"
    staff.act(Act.FREE, trip, device=till.device)
    assert world.incidents("places_freed") == [freed], "there was nothing left to free"
    assert world.incidents("place_sold_twice") == []


def test_a_paid_order_of_a_dead_till_stays_its_passengers(staff: Staff, world: World) -> None:
    till = world.enrol()
    till.open_journal()
    till.sell(1)
    till.push(last=5)
    world.centre.devices.retire(till.device)
    staff.act(Act.FREE, device=till.device)
    (freed,) = world.incidents("places_freed")
    assert (freed["body"]["orders"], 1 in freed["body"]["seats"]) == ([], False)
