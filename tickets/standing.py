"""The standing of a departure: what the centre says of it, and what staff of the station did to it since.

Every device folds the same facts over the same record and comes to the same departure, in whatever order the facts
arrived; the line to the centre is not asked for. Each act is one small function; the table says which.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from tickets.departures import Departure, DepartureState
from tickets.staff import Act, StaffFact

OVERTAKEN_BY: Mapping[Act, frozenset[Act]] = {
    Act.OPEN: frozenset({Act.STOP}),
    Act.STOP: frozenset({Act.STOP, Act.OPEN, Act.LATE}),
    Act.LATE: frozenset({Act.LATE, Act.STOP}),
    Act.DELAY: frozenset({Act.DELAY}),
    Act.MERGE: frozenset({Act.MERGE, Act.REINSTATE}),
    Act.CANCEL: frozenset({Act.CANCEL, Act.REINSTATE}),
    Act.GATE: frozenset({Act.GATE}),
    Act.COACH: frozenset({Act.COACH}),
    Act.DEPART: frozenset({Act.OPEN, Act.LATE, Act.DELAY, Act.CANCEL, Act.DEPART, Act.REINSTATE}),
    Act.REINSTATE: frozenset({Act.REINSTATE, Act.MERGE, Act.CANCEL, Act.DEPART}),
    Act.STRIKE_OFF: frozenset(),
    Act.FREE: frozenset(),
}
"""Which later acts leave nothing of an earlier one. It matters for a fact that was late: a gate that was cut off brings
it after the centre took in what was done since, and then the later word must stand.
"""


def standing(departure: Departure, facts: Iterable[StaffFact]) -> Departure:
    """`departure`, as told by the centre, after the facts of staff that concern it.

    Facts of other departures are passed over; so are those that the departure already has in (`acts`), and those that
    one of these overtook. The rest is done in the order of `at` (of the id where two are of one instant), each once.
    """
    concerning = {
        fact.fact_id.hex: fact
        for fact in facts
        if fact.trip == departure.trip and fact.service_date == departure.service_date
    }
    if not concerning:
        return departure
    taken_in = [fact for fact_id, fact in concerning.items() if fact_id in departure.acts]
    for fact in sorted(concerning.values(), key=lambda fact: fact.order):
        if fact.fact_id.hex not in departure.acts and not _overtaken(fact, taken_in):
            left_since = any(later.act is Act.DEPART and later.order > fact.order for later in taken_in)
            changed = EFFECTS[fact.act](departure, fact)
            departure = replace(changed, state=departure.state) if left_since else changed
    return departure


def with_acts(departure: Departure, facts: Iterable[StaffFact]) -> Departure:
    """What a centre says once it has taken `facts` in: the standing, and in `acts` the facts that are in it.

    For a departure that the centre keeps as its own dispatchers said it, with *all* facts known of it each time: then a
    fact that arrives late falls into its place.
    """
    known = list(facts)
    told = standing(departure, known)
    ids = {fact.fact_id.hex for fact in known if fact.trip == told.trip and fact.service_date == told.service_date}
    return replace(told, acts=tuple(sorted(ids.union(departure.acts))))


def _overtaken(fact: StaffFact, taken_in: Iterable[StaffFact]) -> bool:
    return any(later.order > fact.order and later.act in OVERTAKEN_BY[fact.act] for later in taken_in)


def _open(departure: Departure, fact: StaffFact) -> Departure:
    """Check-in is open from now on, to its planned end: earlier than planned, or again after a stop."""
    planned = departure.planned_close
    return replace(
        _still_here(departure),
        opens_at=min(departure.opens_at, fact.at),
        closes_at=departure.closes_at if planned is None else planned,
        planned_close=None,
    )


def _stop(departure: Departure, fact: StaffFact) -> Departure:
    """Check-in is closed from now on, late boarding with it. Stopped before it opened, it is closed, not "not yet"."""
    planned = departure.closes_at if departure.planned_close is None else departure.planned_close
    return replace(
        departure,
        opens_at=min(departure.opens_at, fact.at),
        closes_at=min(departure.closes_at, fact.at),
        planned_close=planned,
        late_until=_earlier(departure.late_until, fact.at),
    )


def _late(departure: Departure, fact: StaffFact) -> Departure:
    """Passengers still board after closing time. It takes nothing from check-in that is still open."""
    return replace(_still_here(departure), late_until=fact.until)


def _delay(departure: Departure, fact: StaffFact) -> Departure:
    """Another time of departure, earlier or later, and check-in moves with it. What was stopped stays stopped."""
    assert fact.until is not None
    shift = fact.until - departure.departs_at
    stopped = departure.planned_close is not None
    return replace(
        _still_here(departure),
        departs_at=fact.until,
        planned_at=departure.departs_at if departure.planned_at is None else departure.planned_at,
        opens_at=departure.opens_at if stopped else departure.opens_at + shift,
        closes_at=departure.closes_at if stopped else departure.closes_at + shift,
        planned_close=None if departure.planned_close is None else departure.planned_close + shift,
    )


def _merge(departure: Departure, fact: StaffFact) -> Departure:
    return replace(departure, merged_into=fact.into)


def _cancel(departure: Departure, _fact: StaffFact) -> Departure:
    return replace(departure, state=DepartureState.CANCELLED)


def _gate(departure: Departure, fact: StaffFact) -> Departure:
    assert fact.gate is not None
    return replace(departure, gate=fact.gate, bay=departure.bay if fact.bay is None else fact.bay)


def _coach(departure: Departure, fact: StaffFact) -> Departure:
    """Another coach. `places` stays: how many were sold does not change with the coach that comes."""
    assert fact.plate is not None
    bay = departure.bay if fact.bay is None else fact.bay
    return replace(departure, plate=fact.plate, seats=fact.seats, bay=bay)


def _depart(departure: Departure, _fact: StaffFact) -> Departure:
    """It has left. A cancelled one has not: its passengers get their money back, and only REINSTATE changes that."""
    if departure.state is DepartureState.CANCELLED:
        return departure
    return replace(departure, state=DepartureState.DEPARTED)


def _reinstate(departure: Departure, _fact: StaffFact) -> Departure:
    return replace(departure, state=DepartureState.SCHEDULED, merged_into=None)


def _nothing(departure: Departure, _fact: StaffFact) -> Departure:
    """It is about a device: the departure runs as it did."""
    return departure


EFFECTS: Mapping[Act, Callable[[Departure, StaffFact], Departure]] = {
    Act.OPEN: _open,
    Act.STOP: _stop,
    Act.LATE: _late,
    Act.DELAY: _delay,
    Act.MERGE: _merge,
    Act.CANCEL: _cancel,
    Act.GATE: _gate,
    Act.COACH: _coach,
    Act.DEPART: _depart,
    Act.REINSTATE: _reinstate,
    Act.STRIKE_OFF: _nothing,
    Act.FREE: _nothing,
}
"""What each act does to a departure."""


def _still_here(departure: Departure) -> Departure:
    """Who opens, lets late passengers board, or changes the time of a coach says that it has not left."""
    if departure.state is DepartureState.DEPARTED:
        return replace(departure, state=DepartureState.SCHEDULED)
    return departure


def _earlier(limit: datetime | None, at: datetime) -> datetime | None:
    return None if limit is None else min(limit, at)
