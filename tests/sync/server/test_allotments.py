"""Every place has one holder; what was sold against that is found."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.server.allotments import shares
from sync.server.settings import Policy
from tests.sync.server.support import COUNTED, DATE, SEATED, Clock, Terminal, World


def holders(world: World, trip: str = SEATED) -> dict[int, str]:
    return {row[3]: row[4] for row in world.rows("places") if (row[0], row[1], row[2]) == (371122, DATE, trip)}


def granted(till: Terminal, trip: str = SEATED) -> object:
    body = till.pull_all()["allotment", f"{DATE}/{trip}/{till.device}"]
    return body["seats"] if body["count"] is None else body["count"]


@settings(deadline=None)
@given(total=st.integers(1, 255), tills=st.integers(0, 12))
def test_shares_never_give_out_more_than_there_is(total: int, tills: int) -> None:
    each, web = shares(total, tills, Policy())
    assert each >= 0
    assert web >= 0
    assert each * tills + web <= total


def test_tills_begin_with_little_and_the_web_keeps_a_third(world: World) -> None:
    first = world.enrol()
    assert granted(first) == [1, 2, 3]
    assert granted(first, COUNTED) == 2
    second = world.enrol(name="kiosk-2")
    assert granted(second) == [4]
    third = world.enrol(name="kiosk-3")
    assert granted(third) == [5]
    assert granted(third, COUNTED) == 0
    assert Counter(holders(world).values()) == {
        first.device: 3, second.device: 1, third.device: 1, "free": 1, "centre": 3
    }  # fmt: skip


def test_later_departures_are_shared_among_the_tills_of_the_day(world: World, clock: Clock) -> None:
    tills = [world.enrol(name=f"kiosk-{n}") for n in range(3)]
    clock.forward(hours=1)
    world.centre.stations.upkeep()
    key = next(key for kind, key in tills[0].pull_all() if kind == "departure" and "QD1400" in key)
    cache = tills[0].pull_all()
    given = sorted(cache["allotment", f"{key}/{till.device}"]["seats"] for till in tills)
    assert given == [[1], [2], [3]]
    world.centre.devices.retire(tills[0].device)
    clock.forward(hours=1)
    world.centre.stations.upkeep()
    cache = tills[1].pull_all()
    assert ("allotment", f"{DATE}/QD1500/{tills[0].device}") not in cache
    given = sorted(cache["allotment", f"{DATE}/QD1500/{till.device}"]["seats"] for till in tills[1:])
    assert given == [[1], [2]]


def test_two_tills_selling_one_seat_is_found(world: World) -> None:
    one, two = world.enrol(), world.enrol(name="kiosk-2")
    for till in (one, two):
        till.open_journal()
    first, second = one.sell(seat=1), two.sell(seat=1)
    one.push()
    assert world.incidents() == []
    two.push()
    (twice,) = world.incidents("place_sold_twice")
    assert (twice["subject"], twice["body"]["numbers"]) == (f"{DATE}/{SEATED}/1", sorted([first, second]))
    (stolen,) = world.incidents("place_not_allotted")
    assert (stolen["subject"], stolen["body"]["device"], stolen["body"]["holder"]) == (second, two.device, one.device)
    assert {one.pull_all()["ticket", number]["state"] for number in (first, second)} == {"valid"}, "both are facts"


@pytest.mark.parametrize("seat", [9, 200, None])
def test_a_seat_that_was_not_allotted_is_found(till: Terminal, seat: int | None) -> None:
    number = till.sell(seat=seat)
    till.push()
    assert [each["subject"] for each in till.world.incidents()] == [number]
    assert till.world.incidents("place_not_allotted")


def test_more_than_the_counted_places_is_found(till: Terminal) -> None:
    for _ in range(7):
        till.sell(seat=None, trip=COUNTED)
    till.push()
    assert len(till.world.incidents("place_not_allotted")) == 5
    (over,) = till.world.incidents("place_sold_twice")
    assert (over["subject"], over["body"]["sold"], over["body"]["places"]) == (f"{DATE}/{COUNTED}/-", 7, 6)


def test_a_departure_nobody_knows_is_found(till: Terminal) -> None:
    number = till.sell(trip="XX0000")
    till.push()
    assert [each["subject"] for each in till.world.incidents("departure_not_known")] == [number]


def test_returned_places_are_for_others_and_stay_in_the_grant(till: Terminal) -> None:
    till.note("places.returned", service_date=DATE, trip=SEATED, seats=[2, 3], count=2)
    till.note("places.returned", service_date=DATE, trip=COUNTED, seats=None, count=1)
    till.push()
    assert holders(till.world)[2] == holders(till.world)[3] == "free"
    assert granted(till) == [1, 2, 3], "grants only grow: the till itself counts what it returned"
    assert till.world.incidents() == []
    till.sell(seat=2)
    till.push()
    assert till.world.incidents("place_not_allotted")


def test_returning_what_one_does_not_have_is_found(till: Terminal) -> None:
    till.sell(seat=1)
    till.note("places.returned", service_date=DATE, trip=SEATED, seats=[1, 8], count=2)
    till.note("places.returned", service_date=DATE, trip=COUNTED, seats=None, count=3)
    till.push()
    assert [each["subject"] for each in till.world.incidents("place_returned_sold")] == [f"{DATE}/{SEATED}/1"]
    assert holders(till.world)[1] == till.device, "a sold seat is not given to the web"
    assert len(till.world.incidents("place_not_allotted")) == 2


def test_the_web_sells_its_own_places_then_free_ones_and_no_more(world: World) -> None:
    till = world.enrol()
    document = {"kind": 5, "number": "E12345678", "name": "Zhang San"}
    seats = []
    for n in range(7):
        sale = {"service_date": DATE, "trip": SEATED, "alighting": 371100001, "document": document}
        answer = world.office("sales", {"sale_id": f"{n:032x}", **sale})
        if n < 6:
            seats.append(till.pull_all()["ticket", answer.json()["number"]]["seat"])
        else:
            assert (answer.status_code, answer.json()["what"]) == (409, "the web has no place left here")
    assert seats == [7, 8, 9, 4, 5, 6]
    assert world.incidents() == []


def test_issued_unpaid_and_a_code_that_says_something_else(till: Terminal) -> None:
    till.sell(paid=False)
    number = till.sell(seat=2, fare=1)
    till.push()
    assert len(till.world.incidents("issued_unpaid")) == 1
    assert [each["subject"] for each in till.world.incidents("code_differs")] == [number]


def test_one_number_for_two_tickets(till: Terminal) -> None:
    first = till.sell()
    till.sell(seat=2, number=first)
    till.push()
    assert [each["subject"] for each in till.world.incidents("number_issued_twice")] == [first]
    assert till.pull_all()["ticket", first]["seat"] == 1


def test_policy_gives_out_at_most_everything() -> None:
    with pytest.raises(ValueError, match="fractions"):
        Policy(web_share="2/3", till_share="1/2")
