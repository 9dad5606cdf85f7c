"""Standing: what each act does to a departure, and that the order in which facts arrive does not matter."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tickets.samples import PROPERTY
from tests.tickets.test_staff import PARTICULARS
from tickets.departures import Departure, DepartureState, Malformed
from tickets.staff import Act, StaffFact
from tickets.standing import EFFECTS, OVERTAKEN_BY, standing, with_acts

DAY = date(2026, 11, 22)
LEAVES = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
OPENS, CLOSES = LEAVES - timedelta(minutes=45), LEAVES - timedelta(minutes=5)
DEPARTURE = Departure(
    service_date=DAY,
    trip="LW140800",
    departs_at=LEAVES,
    boarding=3_701_000_001,
    gate="3",
    bay="12",
    plate="鲁A12345",
    seats=45,
    places=45,
    stops=(),
    opens_at=OPENS,
    closes_at=CLOSES,
)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def acted(act: Act, at: datetime = OPENS, *, no: int = 1, **particulars: Any) -> StaffFact:
    on = {} if act is Act.STRIKE_OFF else {"service_date": DAY, "trip": "LW140800"}
    return StaffFact(fact_id=UUID(int=no), station=1, badge="0102", act=act, at=at, **{**on, **particulars})


def told(**changes: Any) -> Departure:
    return replace(DEPARTURE, **changes)


EARLY, LATE = OPENS - 20 * MINUTE, CLOSES + MINUTE
STOPPED = {"closes_at": OPENS + MINUTE, "planned_close": CLOSES}
GONE, OFF = {"state": DepartureState.DEPARTED}, {"state": DepartureState.CANCELLED}
STOP = acted(Act.STOP, OPENS + MINUTE, no=50)
CASES: list[tuple[str, list[StaffFact], dict[str, Any]]] = [
    ("nothing", [], {}),
    ("opened early", [acted(Act.OPEN, EARLY)], {"opens_at": EARLY}),
    ("opened when it was open", [acted(Act.OPEN, OPENS + MINUTE)], {}),
    ("stopped", [STOP], STOPPED),
    ("stopped after closing time", [acted(Act.STOP, CLOSES + MINUTE)], {"planned_close": CLOSES}),
    (
        "stopped before it opened: closed, not 'opens at'",
        [acted(Act.STOP, EARLY)],
        {"opens_at": EARLY, "closes_at": EARLY, "planned_close": CLOSES},
    ),
    ("opened again", [STOP, acted(Act.OPEN, OPENS + 2 * MINUTE)], {}),
    ("stopped twice", [STOP, acted(Act.STOP, OPENS + 3 * MINUTE)], STOPPED),
    ("late boarding", [acted(Act.LATE, LATE, until=LEAVES)], {"late_until": LEAVES}),
    (
        "late boarding after a stop",
        [STOP, acted(Act.LATE, OPENS + 2 * MINUTE, until=LEAVES)],
        {**STOPPED, "late_until": LEAVES},
    ),
    (
        "a stop ends late boarding",
        [acted(Act.LATE, LATE, until=LEAVES), acted(Act.STOP, LATE + MINUTE, no=2)],
        {"planned_close": CLOSES, "late_until": LATE + MINUTE},
    ),
    (
        "delayed: check-in moves too",
        [acted(Act.DELAY, until=LEAVES + HOUR)],
        {"departs_at": LEAVES + HOUR, "planned_at": LEAVES, "opens_at": OPENS + HOUR, "closes_at": CLOSES + HOUR},
    ),
    (
        "delayed twice: the last time counts",
        [acted(Act.DELAY, until=LEAVES + 2 * HOUR), acted(Act.DELAY, OPENS + MINUTE, no=2, until=LEAVES + HOUR)],
        {"departs_at": LEAVES + HOUR, "planned_at": LEAVES, "opens_at": OPENS + HOUR, "closes_at": CLOSES + HOUR},
    ),
    (
        "what was stopped stays stopped",
        [STOP, acted(Act.DELAY, OPENS + 2 * MINUTE, until=LEAVES + HOUR)],
        {**STOPPED, "departs_at": LEAVES + HOUR, "planned_at": LEAVES, "planned_close": CLOSES + HOUR},
    ),
    (
        "and is opened to its new end",
        [
            STOP,
            acted(Act.DELAY, OPENS + 2 * MINUTE, until=LEAVES + HOUR),
            acted(Act.OPEN, OPENS + 3 * MINUTE, no=2),
        ],
        {"departs_at": LEAVES + HOUR, "planned_at": LEAVES, "closes_at": CLOSES + HOUR},
    ),
    ("merged", [acted(Act.MERGE, into="LW143000")], {"merged_into": "LW143000"}),
    ("cancelled", [acted(Act.CANCEL)], OFF),
    ("another gate, the same bay", [acted(Act.GATE, gate="4")], {"gate": "4"}),
    ("another gate and bay", [acted(Act.GATE, gate="4", bay="7")], {"gate": "4", "bay": "7"}),
    ("another coach", [acted(Act.COACH, plate="鲁B99999", seats=33)], {"plate": "鲁B99999", "seats": 33}),
    (
        "a coach without numbered seats",
        [acted(Act.COACH, plate="鲁B99999", bay="7")],
        {"plate": "鲁B99999", "seats": None, "bay": "7"},
    ),
    ("departed", [acted(Act.DEPART, LATE)], GONE),
    ("departed, it was thought", [acted(Act.DEPART, LATE), acted(Act.OPEN, LATE + MINUTE, no=2)], {}),
    (
        "departed, it was thought: late boarding",
        [acted(Act.DEPART, LATE), acted(Act.LATE, LATE + MINUTE, no=2, until=LEAVES)],
        {"late_until": LEAVES},
    ),
    (
        "a stop brings no coach back",
        [acted(Act.DEPART, LATE), acted(Act.STOP, LATE, no=2)],
        {**GONE, "planned_close": CLOSES},
    ),
    ("opening runs no cancelled coach", [acted(Act.CANCEL), acted(Act.OPEN, OPENS + MINUTE, no=2)], OFF),
    ("a cancelled coach does not leave", [acted(Act.CANCEL), acted(Act.DEPART, LATE, no=2)], OFF),
    ("reinstated", [acted(Act.CANCEL), acted(Act.REINSTATE, OPENS + MINUTE, no=2)], {}),
    ("a merge taken back", [acted(Act.MERGE, into="LW143000"), acted(Act.REINSTATE, OPENS + MINUTE, no=2)], {}),
    ("another trip's", [replace(STOP, trip="LW143000")], {}),
    ("another day's", [replace(STOP, service_date=date(2026, 11, 23))], {}),
    ("a gate struck off", [acted(Act.STRIKE_OFF, device="gate-3")], {}),
    ("a silent till's places freed", [acted(Act.FREE, device="kiosk-3")], {}),
]


@pytest.mark.parametrize(
    ("facts", "changes"), [pytest.param(facts, changes, id=name) for name, facts, changes in CASES]
)
def test_what_acts_do(facts: list[StaffFact], changes: dict[str, Any]) -> None:
    for arrived in permutations(facts):
        assert standing(DEPARTURE, arrived) == told(**changes)
        assert standing(DEPARTURE, [*arrived, *facts]) == told(**changes), "a fact that is repeated is no second act"


def test_the_tables_know_every_act() -> None:
    assert set(EFFECTS) == set(OVERTAKEN_BY) == set(Act)


def test_what_the_centre_has_in_is_not_done_again() -> None:
    """The centre may have said something else since: its record stands against the facts that it knows."""
    stop = STOP.fact_id.hex
    assert standing(told(acts=(stop,)), [STOP]) == told(acts=(stop,))
    later = acted(Act.GATE, OPENS + MINUTE, gate="4", no=2)
    assert standing(told(acts=(stop,)), [later, STOP]).gate == "4"


def test_a_fact_that_was_late_does_not_undo_a_later_one() -> None:
    """A gate that was cut off brings 'gate 4' of 13:45 after the centre took in 'gate 5' of 13:46."""
    early, late = acted(Act.GATE, gate="4", no=1), acted(Act.GATE, OPENS + MINUTE, gate="5", no=2)
    record = with_acts(DEPARTURE, [late])
    assert record == told(gate="5", acts=(late.fact_id.hex,))
    assert standing(record, [early, late]).gate == "5"
    assert with_acts(DEPARTURE, [early, late]).gate == "5"


def test_a_record_with_acts_reads_back_and_one_without_does_too() -> None:
    full = told(late_until=LEAVES, planned_close=CLOSES, planned_at=LEAVES, acts=("0" * 31 + "1",))
    assert Departure.from_record(full.to_record()) == full
    assert not {"late_until", "planned_close", "planned_at", "acts"} & DEPARTURE.to_record().keys(), (
        "as older terminals know it"
    )
    assert Departure.from_record(DEPARTURE.to_record()) == DEPARTURE
    for wrong in ({"acts": "x"}, {"acts": [1]}, {"late_until": "14:30"}, {"planned_close": True}):
        with pytest.raises(Malformed):
            Departure.from_record({**DEPARTURE.to_record(), **wrong})


@st.composite
def facts(draw: st.DrawFn) -> list[StaffFact]:
    """A busy hour's acts, some of one instant, all different."""
    acts = draw(st.lists(st.tuples(st.sampled_from(Act), st.integers(-30, 30), st.integers(0, 3)), max_size=7))
    made = []
    for no, (act, minutes, choice) in enumerate(acts):
        at = OPENS + minutes * MINUTE
        said = dict(PARTICULARS[act])
        if "until" in said:
            said["until"] = at + (choice + 1) * 7 * MINUTE
        if "gate" in said:
            said |= {"gate": str(choice + 1)} | ({"bay": str(choice)} if choice else {})
        if "plate" in said:
            said |= {"plate": f"鲁A{choice}"} | ({"seats": 30 + choice} if choice else {})
        made.append(acted(act, at, no=no, **said))
    return made


@PROPERTY
@given(happened=facts(), arrived=st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(happened: list[StaffFact], arrived: Any) -> None:
    shuffled = [*happened, *happened[:2]]
    arrived.shuffle(shuffled)
    assert standing(DEPARTURE, shuffled) == standing(DEPARTURE, happened)
    assert with_acts(DEPARTURE, shuffled) == with_acts(DEPARTURE, happened)


@PROPERTY
@given(happened=facts(), known=st.integers(0, 7))
def test_a_terminal_and_the_centre_come_to_the_same(happened: list[StaffFact], known: int) -> None:
    """Whatever part of the day the centre has taken in already, the terminal adds the rest and nothing twice."""
    happened.sort(key=lambda fact: fact.order)
    record = with_acts(DEPARTURE, happened[:known])
    assert replace(standing(record, happened), acts=()) == standing(DEPARTURE, happened)


@PROPERTY
@given(happened=facts(), known=st.sets(st.integers(0, 7)))
def test_the_last_word_on_a_thing_stands_whatever_the_centre_heard_first(
    happened: list[StaffFact], known: set[int]
) -> None:
    """A fact that was late may be missing from the centre's record while later ones are in it."""
    record = with_acts(DEPARTURE, [fact for no, fact in enumerate(happened) if no in known])
    found, right = standing(record, happened), standing(DEPARTURE, happened)
    for member in ("gate", "plate", "seats", "departs_at", "merged_into", "state"):
        assert getattr(found, member) == getattr(right, member), member


@PROPERTY
@given(happened=facts())
def test_check_in_never_closes_before_it_opens(happened: list[StaffFact]) -> None:
    departure = standing(DEPARTURE, happened)
    assert departure.opens_at <= departure.closes_at
