"""Places whose tickets were taken back: nobody's any more, for others to have, and no reason to report anything."""

import pytest

from tests.sync.server.support import COUNTED, DATE, SEATED, Terminal, World
from tests.sync.server.test_coaches import LATER, Staff, ask, holders, web
from tickets.staff import Act


@pytest.fixture
def staff(world: World) -> Staff:
    return Staff(world)


def refund(world: World, number: str) -> None:
    assert world.office("refunds", {"number": number}).status_code == 200


def test_a_refunded_seat_goes_with_the_coach_that_had_it(staff: Staff, till: Terminal) -> None:
    assert ask(till, 1, seats=[9])["seats"] == [9]
    number = till.sell(9)
    till.push()
    refund(till.world, number)
    assert holders(till.world)[9] == "free"
    staff.act(Act.COACH, plate="鲁A00001", seats=6)
    assert holders(till.world)[9] == "gone"
    while web(till.world, len(till.world.rows("tickets"))) == 200:
        pass
    assert {row[6] for row in till.world.rows("tickets") if row[12] == "valid"} <= set(range(1, 7))
    assert till.world.incidents("overbooked") == []


def test_another_till_gets_a_refunded_seat_and_nobody_is_asked_to_give_back(till: Terminal) -> None:
    other = till.world.enrol(name="kiosk-2")
    other.open_journal()
    sold = till.sell(1)
    till.push()
    refund(till.world, sold)
    there_are = sum(holder in ("free", "centre") for holder in holders(till.world).values())
    assert 1 in ask(other, there_are)["seats"]
    assert ("recall", f"{DATE}/{SEATED}/{till.device}") not in other.pull_all()
    other.sell(1)
    other.push()
    assert till.world.incidents() == []


def test_a_refunded_counted_place_is_not_its_tills_again(staff: Staff, till: Terminal) -> None:
    number = till.sell(None, COUNTED)
    till.push()
    refund(till.world, number)
    staff.act(Act.FREE, COUNTED, device=till.device)
    (freed,) = till.world.incidents("places_freed")
    had = {row[3]: row[4] for row in till.world.rows("counts") if row[1:3] == (DATE, COUNTED)}[till.device]
    assert freed["body"]["places"] == had - 1, "the one that it sold came back with the refund"


@pytest.mark.parametrize("by_till", [True, False])
def test_whoever_was_without_gets_the_seat_of_a_ticket_taken_back(staff: Staff, till: Terminal, by_till: bool) -> None:
    assert [web(till.world, number) for number in range(1, 7)] == [200] * 6
    first, second, _ = (till.sell(seat) for seat in (1, 2, 3))
    till.push()
    staff.act(Act.COACH, plate="鲁A00001", seats=5)
    (over,) = till.world.incidents("overbooked")
    assert len(over["body"]["without"]) == 4
    for number in (first, second):
        if by_till:
            till.let_in(number, purpose="refund")
        else:
            refund(till.world, number)
    till.push()
    (over,) = till.world.incidents("overbooked")
    assert len(over["body"]["without"]) == 2
    assert sorted(staff.record("seating", f"{DATE}/{SEATED}")["seats"].values()) == [1, 2]


@pytest.mark.parametrize("merged", [True, False])
def test_a_refund_takes_a_ticket_off_the_list_of_a_cancelled_coach(staff: Staff, till: Terminal, merged: bool) -> None:
    first, second = till.sell(1), till.sell(2)
    till.push()
    if merged:
        staff.act(Act.MERGE, into=LATER)
    staff.act(Act.CANCEL, LATER if merged else SEATED)
    (told,) = till.world.incidents("cancelled_with_tickets")
    assert told["body"]["numbers"] == sorted([first, second])
    refund(till.world, first)
    till.let_in(second, purpose="refund")
    till.push()
    (told,) = till.world.incidents("cancelled_with_tickets")
    assert told["body"]["numbers"] == []
