"""Another coach, merged, cancelled, freed by staff: what becomes of places and of those who bought them."""

from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from sync.wire.types import LATEST_MS
from tests.sync.server.support import COUNTED, DATE, NOON, SEATED, STATION, Terminal, World
from tickets.keys import SigningKey
from tickets.staff import Act, StaffFact, sign_fact
from tickets.trust import Badge, Role

MANAGER = SigningKey.generate()
LATER, COUNTED_LATER = "QD1300", "RZ1300"


class Staff:
    """A duty manager, and the relay that brings what is signed."""

    def __init__(self, world: World) -> None:
        ends = NOON + timedelta(days=30)
        world.centre.keys.issue_badge(
            Badge(number="0007", initials="WL", role=Role.DUTY_MANAGER, key=MANAGER.public, expires=ends)
        )
        self.world = world
        self.relay = world.enrol("relay", "relay-1")
        self.relay.open_journal()
        self._ids = count(1)

    def act(self, act: Act, trip: str = SEATED, **particulars: Any) -> None:
        number = next(self._ids)
        fact = StaffFact(
            fact_id=UUID(int=number), station=STATION, badge="0007", act=act, at=NOON + timedelta(seconds=number),
            service_date=date.fromisoformat(DATE), trip=trip, **particulars,
        )  # fmt: skip
        self.relay.note("staff.acted", fact=sign_fact(fact, MANAGER))
        assert set(self.relay.results(self.relay.push())) == {"kept"}

    def record(self, kind: str, key: str) -> Any:
        return self.relay.pull_all().get((kind, key))


@pytest.fixture
def staff(world: World) -> Staff:
    return Staff(world)


def holders(world: World, trip: str = SEATED) -> dict[int, str]:
    return {row[3]: row[4] for row in world.rows("places") if (row[0], row[1], row[2]) == (STATION, DATE, trip)}


def ask(till: Terminal, count: int, trip: str = SEATED, number: int = 1, **more: object) -> Any:
    wish = {"ask": f"{number:032x}", "service_date": DATE, "trip": trip, "count": count, **more}
    answer = till.ask("POST", "/v1/sync/places", wish)
    assert answer.status_code == 200, answer.text
    return answer.json()


def web(world: World, number: int, trip: str = SEATED) -> int:
    document = {"kind": 5, "number": f"E{number:08d}", "name": "A"}
    sale = {"service_date": DATE, "trip": trip, "alighting": 371100001, "document": document}
    return int(world.office("sales", {"sale_id": f"{number:032x}", **sale}).status_code)


# ---------------------------------------------------------------- asks


def test_an_ask_gets_what_it_wants_once_and_the_same_for_ever(till: Terminal) -> None:
    first = ask(till, 2)
    assert (first["seats"], first["allotment"]["seats"], first["left"]) == ([4, 5], [1, 2, 3, 4, 5], 4)
    before = till.world.every_row()
    assert ask(till, 2) == first
    assert till.world.every_row() == before
    assert till.pull_all()["allotment", f"{DATE}/{SEATED}/{till.device}"]["seats"] == [1, 2, 3, 4, 5]
    assert till.ask("POST", "/v1/sync/places", {
        "ask": f"{1:032x}", "service_date": DATE, "trip": SEATED, "count": 3
    }).status_code == 409  # fmt: skip
    assert ask(till, 2, COUNTED, 2)["count"] == 2
    assert ask(till, 1, SEATED, 3, seats=[9])["seats"] == [9], "the web's too, when somebody wants it"
    assert len(set(ask(till, 2, SEATED, 4, seats=[7, 7])["seats"])) == 2


def test_an_ask_is_answered_with_all_or_nothing(till: Terminal) -> None:
    assert ask(till, 7)["seats"] == []
    assert ask(till, 6, number=2)["seats"] == [4, 5, 6, 7, 8, 9]
    assert ask(till, 1, number=3)["seats"] == []
    assert ask(till, 9, COUNTED, 4)["count"] == 0
    assert till.ask("POST", "/v1/sync/places", {
        "ask": f"{9:032x}", "service_date": DATE, "trip": "NONE", "count": 1
    }).status_code == 404  # fmt: skip


def test_whoever_waits_makes_others_give_back_what_they_do_not_need(till: Terminal) -> None:
    other = till.world.enrol(name="kiosk-2")
    assert ask(other, 5)["seats"]
    ask(other, 2, number=2)
    body = till.pull_all()["recall", f"{DATE}/{SEATED}/{till.device}"]
    assert (body["seats"], body["keep"]) == ([], 0)
    till.note("places.returned", service_date=DATE, trip=SEATED, seats=[1, 2, 3], count=3)
    till.push()
    assert till.pull_all()["recall", f"{DATE}/{SEATED}/{till.device}"] is None
    assert ask(other, 2, number=3)["seats"] == [1, 2]
    assert ask(till, 1, number=4)["seats"] == []


def test_what_a_till_gave_back_is_never_given_to_it_again(till: Terminal) -> None:
    till.note("places.returned", service_date=DATE, trip=SEATED, seats=[2, 3], count=2)
    till.push()
    assert ask(till, 6)["seats"] == [4, 5, 6, 7, 8, 9]
    assert ask(till, 1, number=2)["seats"] == []
    assert [web(till.world, number) for number in (1, 2, 3)] == [200, 200, 409]


def test_a_gate_may_not_ask(gate: Terminal) -> None:
    wish = {"ask": "1" * 32, "service_date": DATE, "trip": SEATED, "count": 1}
    assert gate.ask("POST", "/v1/sync/places", wish).status_code == 403


def test_a_till_that_sells_is_topped_up(till: Terminal) -> None:
    for seat in (1, 2, 3):
        till.sell(seat)
    till.push()
    body = till.pull_all()["allotment", f"{DATE}/{SEATED}/{till.device}"]
    assert set(body["seats"]) > {1, 2, 3}
    assert till.world.incidents() == []


# ---------------------------------------------------------------- another coach


def test_a_smaller_coach_seats_everybody_elsewhere_and_asks_for_what_it_has_not(staff: Staff, till: Terminal) -> None:
    ask(till, 1, seats=[9])
    moved = till.sell(9)
    till.push()
    ask(till, 1, number=2, seats=[8])
    staff.act(Act.COACH, plate="鲁A00001", seats=6)
    here = holders(till.world)
    assert here[7] == "gone"
    assert here[8] == till.device, "nothing is taken from a till"
    assert staff.record("recall", f"{DATE}/{SEATED}/{till.device}")["seats"] == [8]
    seat = staff.record("seating", f"{DATE}/{SEATED}")["seats"][moved]
    assert (seat <= 6, here[seat]) == (True, "seated")
    till.note("places.returned", service_date=DATE, trip=SEATED, seats=[8], count=1)
    till.push()
    assert holders(till.world)[8] == "gone"
    assert staff.record("recall", f"{DATE}/{SEATED}/{till.device}") is None
    staff.act(Act.COACH, plate="鲁A00002", seats=11)
    here = holders(till.world)
    assert (here[8], here[10], here[11], here[seat]) == ("free", "free", "free", "free")
    assert staff.record("seating", f"{DATE}/{SEATED}")["seats"] == {}
    assert till.world.incidents() == []


def test_more_passengers_than_seats_are_listed_until_seats_come_back(staff: Staff, till: Terminal) -> None:
    for number in range(1, 7):
        assert web(till.world, number) == 200
    staff.act(Act.COACH, plate="鲁A00001", seats=5)
    (over,) = till.world.incidents("overbooked")
    assert len(over["body"]["without"]) == 4, "seats 4 and 5 are theirs, 1 to 3 the till's, and six have a ticket"
    assert staff.record("recall", f"{DATE}/{SEATED}/{till.device}")["keep"] == 0
    till.note("places.returned", service_date=DATE, trip=SEATED, seats=[1, 2, 3], count=3)
    till.push()
    (over,) = till.world.incidents("overbooked")
    assert len(over["body"]["without"]) == 1
    assert len(staff.record("seating", f"{DATE}/{SEATED}")["seats"]) == 3
    assert staff.record("pool", f"{DATE}/{SEATED}")["left"] == 0


def test_a_coach_without_seats_takes_them_by_count(staff: Staff, till: Terminal) -> None:
    till.sell(1)
    till.push()
    staff.act(Act.COACH, plate="鲁A00001", seats=None)
    till.sell(2)
    till.push()
    assert till.world.incidents() == []


def counted(world: World, trip: str = COUNTED) -> dict[str, int]:
    return {row[3]: row[4] - row[5] for row in world.rows("counts") if row[1:3] == (DATE, trip)}


def test_a_smaller_coach_is_not_sold_by_count_beyond_its_places(staff: Staff, till: Terminal) -> None:
    before = counted(till.world)
    staff.act(Act.COACH, COUNTED, plate="鲁A00001", seats=3)
    assert counted(till.world) == {till.device: 2, "free": 0, "centre": 1, "gone": 3}
    assert staff.record("pool", f"{DATE}/{COUNTED}")["left"] == 1
    assert [web(till.world, number, COUNTED) for number in (1, 2)] == [200, 409]
    assert ask(till, 1, COUNTED)["count"] == 0
    for _ in range(2):
        till.sell(None, COUNTED)
    till.push()
    assert till.world.incidents() == []
    staff.act(Act.COACH, COUNTED, plate="鲁A00002", seats=None)
    assert sum(counted(till.world).values()) == sum(before.values())
    assert staff.record("pool", f"{DATE}/{COUNTED}")["left"] == 3
    assert [web(till.world, number, COUNTED) for number in (3, 4, 5, 6)] == [200, 200, 200, 409]


def test_a_coach_smaller_than_what_tills_have_asks_for_it_back(staff: Staff, till: Terminal) -> None:
    staff.act(Act.COACH, COUNTED, plate="鲁A00001", seats=1)
    assert staff.record("recall", f"{DATE}/{COUNTED}/{till.device}")["keep"] == 0
    till.note("places.returned", service_date=DATE, trip=COUNTED, seats=None, count=2)
    till.push()
    assert counted(till.world) == {till.device: 0, "free": 1, "centre": 0, "gone": 5}
    assert [web(till.world, number, COUNTED) for number in (1, 2)] == [200, 409]
    assert till.world.incidents() == []


def test_more_counted_passengers_than_places_are_listed(staff: Staff, till: Terminal) -> None:
    numbers = [till.sell(None, COUNTED) for _ in range(2)]
    till.push()
    guest = till.sell(None, COUNTED_LATER)
    till.push()
    staff.act(Act.MERGE, COUNTED_LATER, into=COUNTED)
    staff.act(Act.COACH, COUNTED, plate="鲁A00001", seats=2)
    (over,) = till.world.incidents("overbooked")
    assert over["body"] == {"without": [guest], "seats": 2}
    staff.act(Act.COACH, COUNTED, plate="鲁A00001", seats=1)
    (over,) = till.world.incidents("overbooked")
    assert set(over["body"]["without"]) == {guest, max(numbers)}
    assert web(till.world, 1, COUNTED) == 409


# ---------------------------------------------------------------- merged, cancelled


@pytest.mark.parametrize(("gone", "goes"), [(SEATED, LATER), (COUNTED, COUNTED_LATER)])
def test_passengers_of_a_merged_departure_have_places_on_the_other(
    staff: Staff, till: Terminal, gone: str, goes: str
) -> None:
    number = till.sell(1 if gone == SEATED else None, gone)
    till.push()
    staff.act(Act.MERGE, gone, into=goes)
    assert staff.record("pool", f"{DATE}/{gone}")["left"] == 0
    assert web(till.world, 1, gone) == 409
    if gone == SEATED:
        assert set(staff.record("seating", f"{DATE}/{goes}")["seats"]) == {number}
    late = till.sell(2 if gone == SEATED else None, gone)  # sold before the till had heard
    till.push()
    if gone == SEATED:
        assert set(staff.record("seating", f"{DATE}/{goes}")["seats"]) == {number, late}
    sold = 0
    while web(till.world, 10 + sold, goes) == 200:
        sold += 1
    assert sold == (9 - 3 - 2 if gone == SEATED else 6 - 2 - 2), "all but the till's and the guests'"
    assert till.world.incidents("overbooked") == []
    staff.act(Act.REINSTATE, gone)
    assert [web(till.world, number, goes) for number in (90, 91, 92)] == [200, 200, 409]
    assert staff.record("pool", f"{DATE}/{gone}")["left"] > 0


def test_a_cancelled_departure_lists_its_tickets(staff: Staff, till: Terminal) -> None:
    number = till.sell(1)
    till.push()
    staff.act(Act.CANCEL)
    late = till.sell(2)
    till.push()
    (told,) = till.world.incidents("cancelled_with_tickets")
    assert told["body"] == {"cancelled": True, "numbers": sorted([number, late])}
    assert ask(till, 1)["seats"] == []
    staff.act(Act.REINSTATE)
    (told,) = till.world.incidents("cancelled_with_tickets")
    assert told["body"] == {"cancelled": False, "numbers": []}
    assert len(ask(till, 1, number=2)["seats"]) == 1


def test_a_coach_cancelled_after_it_took_others_lists_them_too(staff: Staff, till: Terminal) -> None:
    number, own = till.sell(1), till.sell(1, LATER)
    till.push()
    staff.act(Act.MERGE, into=LATER)
    staff.act(Act.CANCEL, LATER)
    late = till.sell(2)
    till.push()
    (told,) = till.world.incidents("cancelled_with_tickets")
    assert (told["subject"], told["body"]["numbers"]) == (f"{DATE}/{LATER}", sorted([number, own, late]))
    staff.act(Act.REINSTATE)
    (told,) = till.world.incidents("cancelled_with_tickets")
    assert told["body"]["numbers"] == [own], "the others go by themselves again"


def test_another_coach_is_put_on_and_sold_like_any(till: Terminal) -> None:
    leaves = int((NOON + timedelta(minutes=45)).timestamp() * 1000)
    wish = {"service_date": DATE, "like": SEATED, "trip": "QD1245", "departs_at": leaves, "plate": "鲁A9", "places": 4}
    made = till.world.office("departures", wish).json()
    assert (made["seats"], made["places"], made["plate"], made["departs_at"]) == (4, 4, "鲁A9", leaves)
    assert made["departs_at"] - made["closes_at"] == 3 * 60_000
    before = till.world.every_row()
    assert till.world.office("departures", wish).json() == made
    till.world.centre.stations.upkeep()
    assert till.world.every_row() == before
    assert till.pull_all()["allotment", f"{DATE}/QD1245/{till.device}"]["seats"] == [1]
    till.sell(1, "QD1245")
    till.push()
    assert till.world.incidents() == []
    statuses = [
        till.world.office("departures", wish | changed).status_code
        for changed in ({"places": 5}, {"like": "NONE", "trip": "X"}, {"departs_at": leaves + 86_400_000, "trip": "X"})
    ]
    assert statuses == [409, 404, 400]
    assert till.world.office("departures", wish | {"departs_at": LATEST_MS, "trip": "X"}).status_code == 400


def test_the_office_sees_who_sits_elsewhere(staff: Staff, till: Terminal) -> None:
    target = f"seating?service_date={DATE}&trip={SEATED}"
    assert till.world.office(target, method="GET").json()["seats"] == {}
    ask(till, 1, seats=[9])
    moved = till.sell(9)
    till.push()
    staff.act(Act.COACH, plate="鲁A00001", seats=8)
    assert set(till.world.office(target, method="GET").json()["seats"]) == {moved}
    assert till.world.office("seating?service_date=x&trip=y", method="GET").status_code == 422


# ---------------------------------------------------------------- freed


def test_a_silent_tills_unreported_places_are_freed_by_name_and_its_sales_found(staff: Staff, till: Terminal) -> None:
    other = till.world.enrol(name="kiosk-2")
    other.open_journal()
    reported = till.sell(1)
    till.push()
    unreported = till.sell(2)
    staff.act(Act.FREE, device=till.device)
    (freed,) = till.world.incidents("places_freed")
    assert (freed["body"]["badge"], 1 in freed["body"]["seats"], 2 in freed["body"]["seats"]) == ("0007", False, True)
    assert ask(other, 1, seats=[2])["seats"] == [2]
    sold = other.sell(2)
    other.push()
    assert till.world.incidents("place_sold_twice") == []
    till.note("places.returned", service_date=DATE, trip=SEATED, seats=[3], count=1)
    till.push()
    (twice,) = till.world.incidents("place_sold_twice")
    assert twice["body"]["numbers"] == sorted([unreported, sold])
    assert [each["subject"] for each in till.world.incidents("place_not_allotted")] == [unreported]
    assert holders(till.world)[1] == till.device, f"{reported} stays where it is"
    assert ask(till, 1, number=9)["seats"] == [], "it is given nothing more there"


def test_counted_places_of_a_silent_till_are_freed_once(staff: Staff, till: Terminal) -> None:
    till.sell(None, COUNTED)
    till.push()
    rows = {row[3]: row[4] - row[5] for row in till.world.rows("counts") if row[1:3] == (DATE, COUNTED)}
    staff.act(Act.FREE, COUNTED, device=till.device)
    after = {row[3]: row[4] - row[5] for row in till.world.rows("counts") if row[1:3] == (DATE, COUNTED)}
    assert after[till.device] == 1
    assert sum(after.values()) == sum(rows.values())
    till.note("places.returned", service_date=DATE, trip=COUNTED, seats=None, count=rows[till.device] - 1)
    till.push()
    assert {row[3]: row[4] - row[5] for row in till.world.rows("counts") if row[1:3] == (DATE, COUNTED)} == after
    assert till.world.incidents("place_not_allotted") == []
