"""The departure sheet: a day by hand, and sums that agree whatever happened."""

import json
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tests.tickets.samples import JOURNEY, PROPERTY
from tests.tickets.test_admission import DEPARTURE, NOON
from tickets.admission import Flag, TicketState
from tickets.journey import TicketKind
from tickets.numbers import TicketNumber
from tickets.sheet import LaneCount, Sheet, SoldTicket, departure_sheet
from tickets.uses import Purpose, Use, UseEnd

PASSED, RELEASED, UNRESOLVED = UseEnd.PASSED, UseEnd.RELEASED, UseEnd.UNRESOLVED
NEAR, FAR = 3_702_000_044, 3_702_000_099


def number(no: int) -> TicketNumber:
    return TicketNumber(0xA1B2C3 << 40 | no)


def sold(no: int, state: TicketState = TicketState.VALID, **journey: Any) -> SoldTicket:
    said = {"seat": no, "children": 0, "alighting": NEAR, **journey}
    return SoldTicket(number=number(no), journey=replace(JOURNEY, **said), state=state)


def use(
    ticket: int,
    use_no: int = 1,
    end: UseEnd | None = PASSED,
    purpose: Purpose = "admission",
    *,
    persons: int = 1,
    lane: str = "1",
    by: int = 0,
    flags: frozenset[str] = frozenset(),
) -> Use:
    return Use(
        ticket=number(ticket),
        use_no=use_no,
        attempt=UUID(int=ticket << 16 | use_no << 8 | by),
        device="gate-1",
        lane=lane,
        at=NOON + timedelta(seconds=use_no),
        end=end,
        purpose=purpose,
        persons=persons,
        flags=flags,
    )


def flagged(*flags: Flag) -> frozenset[str]:
    return frozenset(flag.value for flag in flags)


SOLD = [
    sold(1),
    sold(2, children=1, kind=TicketKind.CONCESSION),
    sold(3, alighting=FAR, kind=TicketKind.CHILD),
    sold(4, seat=None, alighting=FAR),
    sold(5, TicketState.REFUNDED),
    sold(6, TicketState.CHANGED),
    sold(7, TicketState.REVOKED),
    sold(8, children=2),
    sold(9),
    sold(10),
]
USES = [
    use(1),
    use(2, persons=2, lane="2", flags=flagged(Flag.LATE)),
    use(3, 1, RELEASED),
    use(5),  # refunded while it was in the coach: the sheet must say so
    use(8, 1, persons=3),
    use(8, 2, purpose="exit", persons=3, lane="2"),
    use(9, 1, UNRESOLVED),
    use(10, 1, RELEASED),
    use(10, 2, flags=flagged(Flag.OVERRIDDEN, Flag.UNARBITRATED)),
    use(10, 2, by=1, lane="2"),
    use(77, lane="2"),  # sold where this station has not heard of it yet
    use(4, 1, None),
]


def test_a_day_by_hand() -> None:
    sheet = departure_sheet(DEPARTURE, SOLD, USES, NOON)
    assert (sheet.sold, sheet.refunded, sheet.changed, sheet.revoked) == (7, 1, 1, 1)
    assert sheet.sold_by_kind == {
        TicketKind.ADULT: 5, TicketKind.CHILD: 1, TicketKind.CONCESSION: 1, TicketKind.FREE: 0,
    }  # fmt: skip
    assert (sheet.boarded, sheet.boarded_unlisted, sheet.boarded_void) == (5, 1, 1)
    assert sheet.boarded_by_kind == {
        TicketKind.ADULT: 3, TicketKind.CHILD: 0, TicketKind.CONCESSION: 1, TicketKind.FREE: 0,
    }  # fmt: skip
    assert (sheet.persons, sheet.children_on_tickets, sheet.children_boarded) == (7, 3, 1)
    assert (sheet.no_shows, sheet.no_shows_by_stop, sheet.no_show_seats) == (4, {NEAR: 2, FAR: 2}, (3, 8, 9))
    assert sheet.walked_out == 1
    assert (sheet.late, sheet.overridden, sheet.unarbitrated, sheet.under_way) == (1, 1, 1, 1)
    assert sheet.unresolved == (number(9),)
    assert sheet.admitted_twice == (number(10),)
    assert sheet.lanes == {"1": LaneCount(entered=6), "2": LaneCount(entered=4, left=3)}
    assert sheet.left_without_entering == 0


def test_what_the_coach_is_comes_from_its_standing() -> None:
    sheet = departure_sheet(replace(DEPARTURE, gate="4", plate="鲁B99999", seats=None), [], [], NOON)
    assert (sheet.service_date, sheet.trip, sheet.departs_at) == (
        DEPARTURE.service_date, DEPARTURE.trip, DEPARTURE.departs_at,
    )  # fmt: skip
    assert (sheet.gate, sheet.bay, sheet.plate, sheet.seats, sheet.at) == ("4", "12", "鲁B99999", None, NOON)
    assert (sheet.sold, sheet.boarded, sheet.no_shows, sheet.persons) == (0, 0, 0, 0)


def test_coming_back_counts_once_and_leaving_again_is_a_no_show() -> None:
    walks = [use(1), use(1, 2, purpose="exit"), use(1, 3, flags=flagged(Flag.LATE))]
    back = departure_sheet(DEPARTURE, [sold(1)], walks, NOON)
    assert (back.boarded, back.persons, back.late, back.walked_out, back.admitted_twice) == (1, 1, 1, 0, ())
    gone = departure_sheet(DEPARTURE, [sold(1)], [*walks, use(1, 4, purpose="exit")], NOON)
    assert (gone.boarded, gone.persons, gone.late, gone.walked_out, gone.no_shows) == (0, 0, 0, 1, 1)


def test_a_parent_who_left_a_child_aboard() -> None:
    walks = [use(1, persons=2), use(1, 2, purpose="exit", persons=1)]
    sheet = departure_sheet(DEPARTURE, [sold(1, children=1)], walks, NOON)
    assert (sheet.boarded, sheet.persons, sheet.no_shows) == (1, 1, 0)


def test_let_in_twice_is_told_after_one_of_them_left() -> None:
    walks = [use(1), use(1, by=1), use(1, 2, purpose="exit")]
    assert departure_sheet(DEPARTURE, [sold(1)], walks, NOON).admitted_twice == (number(1),)


def test_who_left_by_a_door_beside_the_gate_is_no_riddle() -> None:
    sheet = departure_sheet(DEPARTURE, [sold(1)], [use(1, purpose="exit")], NOON)
    assert (sheet.boarded, sheet.persons, sheet.no_shows, sheet.left_without_entering) == (0, 0, 1, 1)


def test_as_json() -> None:
    record = departure_sheet(DEPARTURE, SOLD, USES, NOON).to_record()
    again = json.loads(json.dumps(record, ensure_ascii=False))
    assert again == record
    assert set(record) == {field.name for field in fields(Sheet)}
    assert record["service_date"] == "2026-11-22"
    assert record["at"] == 1_795_327_800_000
    assert record["sold_by_kind"] == {"adult": 5, "child": 1, "concession": 1, "free": 0}
    assert record["no_shows_by_stop"] == {str(NEAR): 2, str(FAR): 2}
    assert record["admitted_twice"] == [number(10).digits]
    assert record["lanes"] == {"1": {"entered": 6, "left": 0}, "2": {"entered": 4, "left": 3}}
    assert record["state"] == "scheduled"


TICKETS = st.builds(
    sold,
    st.integers(1, 5),
    st.sampled_from(TicketState),
    seat=st.none() | st.integers(1, 45),
    children=st.integers(0, 2),
    alighting=st.sampled_from([NEAR, FAR]),
    kind=st.sampled_from(TicketKind),
)
USED = st.lists(
    st.builds(
        use,
        st.integers(1, 7),
        st.integers(1, 4),
        st.sampled_from([None, PASSED, PASSED, RELEASED, UNRESOLVED]),
        st.sampled_from(["admission", "admission", "exit", "refund"]),
        persons=st.integers(0, 3),
        lane=st.sampled_from(["1", "2"]),
        by=st.integers(0, 1),
        flags=st.sets(st.sampled_from([flag.value for flag in Flag])).map(frozenset),
    ),
    max_size=16,
    unique_by=lambda said: (said.attempt, said.ticket),
)


@PROPERTY
@given(tickets=st.lists(TICKETS, max_size=5, unique_by=lambda said: said.number), uses=USED, arrived=st.randoms())
def test_the_sums_agree_whatever_happened(tickets: list[SoldTicket], uses: list[Use], arrived: Any) -> None:
    sheet = departure_sheet(DEPARTURE, tickets, uses, NOON)
    assert sheet.sold == sheet.boarded - sheet.boarded_unlisted - sheet.boarded_void + sheet.no_shows
    assert sheet.boarded == sum(sheet.boarded_by_kind.values()) + sheet.boarded_unlisted
    assert sheet.no_shows == sum(sheet.no_shows_by_stop.values()) >= len(sheet.no_show_seats)
    assert sheet.sold == sum(sheet.sold_by_kind.values())
    assert len(tickets) == sheet.sold + sheet.refunded + sheet.changed + sheet.revoked
    beams = sum(lane.entered - lane.left for lane in sheet.lanes.values())
    assert beams == sheet.persons - sheet.left_without_entering
    assert sheet.boarded <= sheet.persons
    assert 0 <= sheet.children_boarded <= sheet.persons - sheet.boarded
    assert max(sheet.late, sheet.overridden, sheet.unarbitrated) <= sheet.boarded
    assert sheet.walked_out <= sheet.no_shows
    shuffled = [*uses, *uses[:3]]
    arrived.shuffle(shuffled)
    assert departure_sheet(DEPARTURE, tickets, shuffled, NOON) == sheet
