"""`waystation departure show`: how departures stand at this terminal, and what staff did to them, by whom and why."""

import argparse
import json
from datetime import datetime, timedelta

from station.clock_words import clock_on
from station.config import load
from station.departure_find import departures_of, find_departure
from station.departure_told import act_words, described, late_boarding, signer, standing_words
from station.staff_desk import StaffDesk
from station.text_table import table, wrapped
from tickets.departures import Departure
from tickets.errors import EnvironmentFault
from tickets.staff import StaffFact

_BACK = timedelta(minutes=30)
"""How long a coach that has left is still listed."""
_WIDTH = 100


def show(arguments: argparse.Namespace) -> int:
    """Print departures of the next hours, of a day, or one."""
    with StaffDesk(load(arguments.config)) as desk:
        now = desk.now.at
        found = _wanted(arguments, desk, now)
        if arguments.json:
            print(json.dumps([_record(desk, each) for each in found], ensure_ascii=False))
            return 0
        if not found:
            _say_why_none(desk, arguments)
            return 0
        stops = {stop.id: stop.name for stop in desk.cache.stops()}
        print(table(_rows(desk, found, stops, now)))
        if arguments.trip:
            print(described(found[0], desk.station.zone, now))
        for departure in found:
            _print_acts(desk, departure)
    return 0


def _wanted(arguments: argparse.Namespace, desk: StaffDesk, now: datetime) -> list[Departure]:
    zone = desk.station.zone
    if arguments.trip:
        return [find_departure(desk.cache, arguments.date or desk.today, arguments.trip, zone)]
    if arguments.date:
        return departures_of(desk.cache, arguments.date, zone)
    return desk.cache.departures((now - _BACK, now + timedelta(hours=arguments.hours)))


def _say_why_none(desk: StaffDesk, arguments: argparse.Namespace) -> None:
    problem = desk.cache.problem()
    if problem is not None:
        raise problem
    if desk.cache.age(desk.now.at) is None:
        raise EnvironmentFault(
            "this terminal has never been in step with the centre, so it knows no departures",
            "start `waystation sync` and look at the line",
        )
    when = arguments.date.isoformat() if arguments.date else f"the next {arguments.hours:g} hours"
    print(f"No departure of {when} is known here. Look further with --hours or --date.")


def _rows(
    desk: StaffDesk, found: list[Departure], stops: dict[int, tuple[str, str]], now: datetime
) -> list[tuple[str, ...]]:
    zone = desk.station.zone
    rows: list[tuple[str, ...]] = [
        ("发车 Leaves", "班次 Trip", "开往 To", "检票口 Gate", "发车位 Bay", "检票 Check-in", "状态 Now")
    ]
    for departure in found:

        def clock(at: datetime, of: Departure = departure) -> str:
            return clock_on(at, of.service_date, zone)

        until = late_boarding(departure)
        late = "" if until is None else f" (补检至 {clock(until)})"
        to = stops.get(departure.stops[-1].stop, ("", "")) if departure.stops else ("", "")
        rows.append(
            (
                clock(departure.departs_at),
                departure.trip,
                " ".join(to).strip(),
                departure.gate,
                departure.bay,
                f"{clock(departure.opens_at)}–{clock(departure.closes_at)}{late}",
                " ".join(standing_words(departure, now)),
            )
        )
    return rows


def _facts(desk: StaffDesk, departure: Departure) -> tuple[StaffFact, ...]:
    return desk.cache.staff_facts(departure.service_date, departure.trip)


def _unheard(departure: Departure, facts: tuple[StaffFact, ...]) -> int:
    """How many acts the centre has taken in that did not come here through the LAN."""
    return len(set(departure.acts) - {fact.fact_id.hex for fact in facts})


def _print_acts(desk: StaffDesk, departure: Departure) -> None:
    facts = _facts(desk, departure)
    unheard = _unheard(departure, facts)
    if not facts and not unheard:
        return
    zone = desk.station.zone
    print(f"\n{departure.trip}")
    if unheard:
        acts = "act" if unheard == 1 else "acts"
        print(f"  {unheard} {acts} of staff that the centre has in and this terminal never saw")
    for fact in facts:
        why = f": {fact.why}" if fact.why else ""
        at = clock_on(fact.at, departure.service_date, zone)
        print(
            wrapped(
                f"{at}  {' '.join(act_words(fact, zone))}, {signer(fact, desk.trust_list)}{why}", _WIDTH, indent="  "
            )
        )


def _record(desk: StaffDesk, departure: Departure) -> dict[str, object]:
    facts = _facts(desk, departure)
    return {
        **departure.to_record(),
        "unheard": _unheard(departure, facts),
        "staff": [
            {
                "fact": fact.fact_id.hex,
                "act": str(fact.act),
                "at": int(fact.at.timestamp() * 1000),
                "badge": fact.badge,
                "why": fact.why,
                "said": act_words(fact, desk.station.zone)[1],
            }
            for fact in facts
        ],
    }
