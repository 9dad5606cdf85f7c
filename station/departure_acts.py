"""From what staff typed to the fact that they sign: every act's particulars, and a sentence for every mistake."""

import argparse
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from station.clock_words import FARTHEST, clock_on, moment_of
from station.departure_find import find_departure, find_device
from station.staff_desk import Holder, StaffDesk
from station.staff_words import ROLES
from tickets.departures import Departure, DepartureState
from tickets.errors import EnvironmentFault
from tickets.staff import MAY_ACT, Act, StaffFact

WHY_NEEDED = frozenset({Act.DELAY, Act.MERGE, Act.CANCEL, Act.REINSTATE, Act.COACH, Act.STRIKE_OFF, Act.FREE})
"""Acts of which passengers or other staff will ask for the reason."""

NO_SEATS = "none"

Particulars = Mapping[str, object]
_Reader = Callable[[argparse.Namespace, StaffDesk, Departure, datetime], Particulars]


def make_fact(
    act: Act, arguments: argparse.Namespace, desk: StaffDesk, holder: Holder, now: datetime, fact_id: UUID
) -> tuple[StaffFact, Departure | None]:
    """The fact, and the departure that it is about as it stands before it.

    Raises EnvironmentFault, with a sentence for whoever typed it, for what cannot be meant or may not be done.
    """
    _check_role(act, holder)
    why = arguments.why.strip()
    if not why and act in WHY_NEEDED:
        raise EnvironmentFault(
            f"to {_verb(act)}, a reason is needed", "give it with --why, without names of passengers"
        )
    departure: Departure | None = None
    what: dict[str, object] = {}
    if act is Act.STRIKE_OFF:
        what["device"] = find_device(desk.cache, arguments.device)
    else:
        day = arguments.date or desk.today
        departure = find_departure(desk.cache, day, arguments.trip, desk.station.zone)
        what |= {"service_date": departure.service_date, "trip": departure.trip}
        _check_state(act, departure)
        what |= _READERS.get(act, _nothing)(arguments, desk, departure, now)
    try:
        fact = StaffFact(
            fact_id=fact_id,
            station=desk.enrolment.station,
            badge=holder.badge.number,
            act=act,
            at=now,
            why=why,
            **what,  # type: ignore[arg-type]  # each reader gives the fields of its act
        )
    except ValueError as error:
        raise EnvironmentFault(str(error).rstrip("."), "nothing was signed; correct it and do it again") from error
    return fact, departure


def _check_role(act: Act, holder: Holder) -> None:
    role = holder.badge.role
    if act in MAY_ACT[role]:
        return
    able = [ROLES[each][1] for each in MAY_ACT if act in MAY_ACT[each]]
    raise EnvironmentFault(
        f"badge {holder.badge.number} is that of {_a(ROLES[role][1])}, who may not {_verb(act)}",
        f"ask {' or '.join(map(_a, able))}",
    )


def _check_state(act: Act, departure: Departure) -> None:
    trip = departure.trip
    if act is Act.REINSTATE:
        if departure.state is DepartureState.SCHEDULED and departure.merged_into is None:
            raise EnvironmentFault(
                f"{trip} is neither cancelled nor merged nor departed", "there is nothing to reinstate"
            )
        return
    if departure.state is DepartureState.CANCELLED:
        raise EnvironmentFault(
            f"{trip} is cancelled", "if it runs after all, reinstate it first: waystation departure reinstate"
        )
    if departure.merged_into is not None and act is not Act.MERGE:
        raise EnvironmentFault(
            f"{trip} is merged into {departure.merged_into}, whose times and gate count",
            f"do this to {departure.merged_into}, or reinstate {trip} first",
        )


def _nothing(_arguments: argparse.Namespace, _desk: StaffDesk, _departure: Departure, _now: datetime) -> Particulars:
    return {}


def _late(arguments: argparse.Namespace, desk: StaffDesk, departure: Departure, now: datetime) -> Particulars:
    until = _moment(arguments.until, desk, departure, minutes_from=now)
    if until <= now:
        raise EnvironmentFault(
            f"{clock_on(until, departure.service_date, desk.station.zone)} is past", "give a later time with --until"
        )
    if now < departure.closes_at and until <= departure.closes_at:
        closes = clock_on(departure.closes_at, departure.service_date, desk.station.zone)
        raise EnvironmentFault(
            f"check-in of {departure.trip} is open until {closes} as it is", "give a later time with --until"
        )
    return {"until": until}


def _delay(arguments: argparse.Namespace, desk: StaffDesk, departure: Departure, now: datetime) -> Particulars:
    to = _moment(arguments.to, desk, departure, minutes_from=departure.departs_at)
    if to <= now:
        raise EnvironmentFault(
            f"{clock_on(to, departure.service_date, desk.station.zone)} is past",
            "give a later time with --to; a coach that has left is told with: waystation departure depart",
        )
    if to == departure.departs_at:
        raise EnvironmentFault(f"{departure.trip} leaves at that time already", "give another time with --to")
    return {"until": to}


def _moment(written: str, desk: StaffDesk, departure: Departure, *, minutes_from: datetime) -> datetime:
    zone = desk.station.zone
    at = moment_of(written, day=departure.service_date, zone=zone, minutes_from=minutes_from)
    if abs(at - departure.departs_at) > FARTHEST:
        leaves = clock_on(departure.departs_at, departure.service_date, zone)
        raise EnvironmentFault(
            f"{at.astimezone(zone):%m-%d %H:%M} is more than {FARTHEST // timedelta(hours=1)} hours from "
            f"{departure.trip}'s own time, {leaves}",
            "check the time and --date",
        )
    return at


def _merge(arguments: argparse.Namespace, desk: StaffDesk, departure: Departure, _now: datetime) -> Particulars:
    into = find_departure(desk.cache, departure.service_date, arguments.into, desk.station.zone)
    for_whom = into
    seen = {departure.trip}
    while for_whom.merged_into is not None and for_whom.trip not in seen:
        seen.add(for_whom.trip)
        for_whom = find_departure(desk.cache, departure.service_date, for_whom.merged_into, desk.station.zone)
    if for_whom.trip in seen:
        raise EnvironmentFault(
            f"{into.trip} is itself merged into {departure.trip}" if into.trip != departure.trip else
            "a departure cannot be merged into itself",
            "give the trip whose coach really goes with --into",
        )  # fmt: skip
    if for_whom.state is not DepartureState.SCHEDULED:
        raise EnvironmentFault(
            f"{for_whom.trip} is {for_whom.state}, it takes nobody", "give a trip that still goes with --into"
        )
    return {"into": into.trip}


def _gate(arguments: argparse.Namespace, _desk: StaffDesk, _departure: Departure, _now: datetime) -> Particulars:
    return {"gate": arguments.gate, "bay": arguments.bay}


def _coach(arguments: argparse.Namespace, _desk: StaffDesk, departure: Departure, _now: datetime) -> Particulars:
    """Another plate alone keeps the seats: most coaches that come instead are of the same kind."""
    seats = departure.seats
    if arguments.seats == NO_SEATS:
        seats = None
    elif arguments.seats is not None:
        if not (arguments.seats.isascii() and arguments.seats.isdigit()):
            raise EnvironmentFault(
                f"{arguments.seats!r} is no number of seats", f"give --seats 45, or --seats {NO_SEATS} for any seat"
            )
        seats = int(arguments.seats)
    return {"plate": arguments.plate, "seats": seats, "bay": arguments.bay}


def _free(arguments: argparse.Namespace, desk: StaffDesk, _departure: Departure, _now: datetime) -> Particulars:
    return {"device": find_device(desk.cache, arguments.device, kind="till")}


_READERS: Mapping[Act, _Reader] = {
    Act.LATE: _late,
    Act.DELAY: _delay,
    Act.MERGE: _merge,
    Act.GATE: _gate,
    Act.COACH: _coach,
    Act.FREE: _free,
}


def _verb(act: Act) -> str:
    return {
        Act.OPEN: "open check-in",
        Act.STOP: "stop check-in",
        Act.LATE: "allow late boarding",
        Act.DELAY: "change the time of a departure",
        Act.MERGE: "merge departures",
        Act.CANCEL: "cancel a departure",
        Act.REINSTATE: "reinstate a departure",
        Act.GATE: "change the gate of a departure",
        Act.COACH: "change the coach of a departure",
        Act.DEPART: "say that a coach has left",
        Act.STRIKE_OFF: "strike a gate off",
        Act.FREE: "free a silent till's places",
    }[act]


def _a(role: str) -> str:
    return f"an {role}" if role[0] in "aeiou" else f"a {role}"
