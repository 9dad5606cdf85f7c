"""Acts of staff and departures in words, for whoever did or asks."""

from datetime import datetime
from zoneinfo import ZoneInfo

from kiosk.paper.face import Words
from station.clock_words import clock_on
from station.staff_words import ACTS, ROLES
from sync.lan.fact_taken import FactTaken
from tickets.departures import Departure, DepartureState
from tickets.staff import Act, StaffFact
from tickets.trust import TrustList


def standing_words(departure: Departure, now: datetime) -> Words:
    """What has become of a departure, in a word or two."""
    if departure.state is DepartureState.CANCELLED:
        return "停班", "cancelled"
    if departure.merged_into is not None:
        return f"并入 {departure.merged_into}", f"merged into {departure.merged_into}"
    if departure.state is DepartureState.DEPARTED:
        return "已发车", "departed"
    if departure.late_until is not None and departure.closes_at <= now < departure.late_until:
        return "补检中", "late boarding"
    if now >= departure.closes_at:
        return "停检", "check-in closed"
    return ("检票中", "checking in") if now >= departure.opens_at else ("未开检", "not open yet")


def late_boarding(departure: Departure) -> datetime | None:
    """Until when late passengers board; None when that gives them nothing beyond check-in."""
    late = departure.late_until
    return late if late is not None and late > departure.closes_at else None


def described(departure: Departure, zone: ZoneInfo, now: datetime) -> str:
    """A departure as it stands, in a sentence."""

    def clock(at: datetime) -> str:
        return clock_on(at, departure.service_date, zone)

    if departure.state is DepartureState.CANCELLED:
        return f"{departure.trip} of {clock(departure.departs_at)} is cancelled."
    if departure.merged_into is not None:
        return f"{departure.trip}'s passengers travel on {departure.merged_into}."
    until = late_boarding(departure)
    late = "" if until is None else f", late boarding until {clock(until)}"
    seats = "any seat" if departure.seats is None else f"{departure.seats} seats"
    leaves = "left, planned for" if departure.state is DepartureState.DEPARTED else "leaves"
    return (
        f"{departure.trip} {leaves} {clock(departure.departs_at)}: gate {departure.gate}, bay {departure.bay}, "
        f"coach {departure.plate} ({seats}); check-in {clock(departure.opens_at)}–{clock(departure.closes_at)}{late}; "
        f"now {standing_words(departure, now)[1]}."
    )


def act_words(fact: StaffFact, zone: ZoneInfo) -> Words:
    """What was done, with what belongs to it."""
    chinese, english = ACTS[fact.act]
    day = fact.service_date
    until = "" if fact.until is None or day is None else clock_on(fact.until, day, zone)
    bay = (f"，发车位 {fact.bay}", f", bay {fact.bay}") if fact.bay is not None else ("", "")
    match fact.act:
        case Act.LATE:
            more = (f"至 {until}", f"until {until}")
        case Act.DELAY:
            more = (f"为 {until}", f"to {until}")
        case Act.MERGE:
            more = (f"入 {fact.into}", f"into {fact.into}")
        case Act.GATE:
            more = (f"为 {fact.gate}{bay[0]}", f"to {fact.gate}{bay[1]}")
        case Act.COACH:
            seats = ("不对号", "any seat") if fact.seats is None else (f"{fact.seats} 座", f"{fact.seats} seats")
            more = (f" {fact.plate}，{seats[0]}{bay[0]}", f"to {fact.plate}, {seats[1]}{bay[1]}")
        case Act.STRIKE_OFF | Act.FREE:
            more = (f" {fact.device}", f"({fact.device})")
        case _:
            more = ("", "")
    return f"{chinese}{more[0]}", f"{english} {more[1]}".rstrip()


def signer(fact: StaffFact, trust_list: TrustList) -> str:
    """Whose act it was: the badge, and who has it as far as the trust list says."""
    badge = trust_list.badge(fact.badge)
    return f"badge {fact.badge}" if badge is None else f"badge {fact.badge} ({badge.initials}, {ROLES[badge.role][1]})"


def taken_words(taken: FactTaken, *, has_relay: bool, trouble: str) -> str:
    """Who has an act, and what happens if not everybody has. `trouble` is what the terminal says of its relay."""
    match taken:
        case FactTaken.RELAY:
            return "The relay has it: all terminals that it reaches obey it within a second, this one too."
        case FactTaken.TERMINAL if has_relay:
            because = f": {_lower(trouble).rstrip('.')}" if trouble else ""
            return (
                f"This terminal obeys it. The relay does not have it yet{because}. Other gates do not know of it. It "
                "is handed on by itself as soon as the relay answers; until then tell the other gates by word of mouth."
            )
        case FactTaken.TERMINAL:
            return (
                "This terminal obeys it. No relay is configured here ([relay] url), so no other terminal hears of it: "
                "do the same at each gate that checks this departure in."
            )
        case FactTaken.NOBODY:
            return (
                "Nobody obeys it yet: it is signed and safe in this terminal's outbox, but `waystation sync` has not "
                "taken it. Start sync on this terminal; it is obeyed as soon as that runs. Do not sign it again."
            )
        case FactTaken.REFUSED:
            return (
                "It was refused: the trust list of this terminal does not let this badge do it. Nobody obeys it; ask a "
                "technician whether the terminal has the newest list."
            )


def _lower(sentence: str) -> str:
    """As it stands within another sentence."""
    return sentence[:1].lower() + sentence[1:]
