"""The one decision whether a ticket lets its holder through, here and now.

Pure, and the only copy: gate, kiosk ("check my ticket"), simulator and centre all ask this function. The order of the
checks is the order of CHECKS: first what makes a ticket worthless anywhere, then what is wrong about place and time
(from the coarse to the fine, so that the passenger hears the one thing to do next), then whether it was used, and the
ID last, because nobody should look for a card that would not have helped. The way back out has its own, shorter order,
WAY_OUT: nobody is kept in for the time or the gate.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Self, assert_never
from uuid import UUID
from zoneinfo import ZoneInfo

from tickets.departures import Departure, DepartureState, IdentityPolicy
from tickets.journey import Journey
from tickets.numbers import TicketNumber
from tickets.reasons import Reason
from tickets.reasons import Refuse as Refuse
from tickets.service_day import CHINA, service_date
from tickets.uses import Presence, Purpose, Use, UseEnd, next_use_no, presence

JUST_LEFT = timedelta(hours=1)
"""How long a coach that left in another service day is said to have left, and not to be another day's."""


class TicketState(StrEnum):
    """What the cache says of a ticket; VALID when it says nothing."""

    VALID = "valid"
    REFUNDED = "refunded"
    CHANGED = "changed"
    REVOKED = "revoked"


class CardShown(StrEnum):
    """What the ID card said: none shown, its tag is the ticket's, it is not, or an attendant compared by eye."""

    NONE = "none"
    MATCHES = "matches"
    DIFFERS = "differs"
    SEEN_BY_STAFF = "seen_by_staff"


class TimeQuality(StrEnum):
    """How far the time can be trusted: signed and counted since; plausible only; not known at all."""

    TRUSTED = "trusted"
    DEGRADED = "degraded"
    UNKNOWN = "unknown"


class Flag(StrEnum):
    """What staff and the centre should know about an admission. The values are written in journals.

    IDENTITY_NOT_CHECKED: by no card and no attendant's record. UNARBITRATED is the gate's to add: whether the arbiter
    was asked is known only after this decision. LATE: after closing time, by leave (补检). OVERRIDDEN: staff set a
    refusal aside. SEAT_NOT_IN_COACH: the coach that comes does not have the ticket's seat, or keeps it for a passenger
    of its own; any free seat will do.
    """

    DEPARTURE_NOT_KNOWN = "departure_not_known"
    TIME_UNKNOWN = "time_unknown"
    IDENTITY_NOT_CHECKED = "identity_not_checked"
    UNARBITRATED = "unarbitrated"
    LATE = "late"
    OVERRIDDEN = "overridden"
    SEAT_NOT_IN_COACH = "seat_not_in_coach"


class ReEntry(StrEnum):
    """What lets a holder in who was let in before: nothing; having walked out through a gate; nothing needs to."""

    NEVER = "never"
    AFTER_EXIT = "after_exit"
    FREE = "free"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedNow:
    """The time to decide by, and how far to trust it."""

    at: datetime
    quality: TimeQuality


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedTicket:
    """A ticket as it was shown: by a signed code (`signed`), a bare number (`code_shown` only), or the card alone.

    `state` is the cache's word, VALID when it has none. `attempts` are those that this device itself made for this
    ticket, so that after a crash it may ask again.
    """

    number: TicketNumber
    journey: Journey
    expires: datetime
    signed: bool
    state: TicketState = TicketState.VALID
    code_shown: bool = True
    card_shown: CardShown = CardShown.NONE
    attempts: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What holds at this gate now.

    `station_stops`: the boarding stops of this station. `gate`: which gate decides, "" for none in particular (a
    kiosk). `departure`: the one the ticket travels on now, after merges (`departures.travelled`), None when not known
    here; `default_identity` holds then. `late_minutes`: how long after closing time every coach of this gate is still
    boarded; what staff allow one departure is its own `late_until` (补检), and the later of the two holds.
    `widened_dates`: service days that are accepted besides today's; under unknown time they are all that is accepted,
    and an empty set then accepts every day. `overridden`: the reasons that staff set aside for this passenger, which
    are those that they were told, not all that they might: what else is wrong is then told next.
    """

    station_stops: frozenset[int]
    gate: str
    departure: Departure | None
    zone: ZoneInfo = CHINA
    default_identity: IdentityPolicy = IdentityPolicy.CODE
    re_entry: ReEntry = ReEntry.AFTER_EXIT
    late_minutes: int = 0
    widened_dates: frozenset[date] = frozenset()
    overridden: frozenset[Reason] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Admit:
    """Let `persons` through, once use `use_no` of the ticket has been claimed."""

    use_no: int
    persons: int
    flags: frozenset[Flag] = frozenset()


@dataclass(frozen=True, slots=True)
class Case:
    """All that a check may look at. `presence` is who is inside on this ticket, `blocking` the uses that stand against
    an admission, `closes_at` the closing time with what staff allow on top (None when the departure is not known).
    """

    ticket: PresentedTicket
    history: Sequence[Use]
    rules: Rules
    now: TrustedNow
    presence: Presence
    blocking: Sequence[Use]
    closes_at: datetime | None

    @classmethod
    def of(cls, ticket: PresentedTicket, history: Sequence[Use], rules: Rules, now: TrustedNow) -> Self:
        """The case, with what several checks look at worked out once."""
        found = presence(history)
        return cls(ticket, history, rules, now, found, _blocking(history, found, rules.re_entry), _closes_at(rules))

    @property
    def time_known(self) -> bool:
        """Whether the clock may refuse anybody."""
        return self.now.quality is not TimeQuality.UNKNOWN

    @property
    def resumed(self) -> Use | None:
        """The admission that this device began itself and may take up again: the only use that blocks."""
        return self._own(self.blocking, "admission")

    @property
    def resumed_exit(self) -> Use | None:
        """The exit that this device began itself and may take up again, beside nothing but who is inside."""
        return self._own([use for use in self.presence.standing if use not in self.presence.inside], "exit")

    def _own(self, uses: Sequence[Use], purpose: Purpose) -> Use | None:
        match uses:
            case [use] if (
                use.end is not UseEnd.PASSED and use.purpose == purpose and use.attempt in self.ticket.attempts
            ):
                return use
            case _:
                return None


def _blocking(history: Sequence[Use], found: Presence, re_entry: ReEntry) -> Sequence[Use]:
    match re_entry:
        case ReEntry.AFTER_EXIT:
            return found.standing
        case ReEntry.NEVER:
            spent = [use for use in history if use.end is not UseEnd.RELEASED]
            return [use for use in spent if use.purpose != "exit" or use.end is not UseEnd.PASSED]
        case ReEntry.FREE:
            return [use for use in history if use.end not in (UseEnd.RELEASED, UseEnd.PASSED)]
        case _:
            assert_never(re_entry)


def _closes_at(rules: Rules) -> datetime | None:
    departure = rules.departure
    if departure is None:
        return None
    allowed = departure.closes_at + timedelta(minutes=rules.late_minutes)
    return allowed if departure.late_until is None else max(allowed, departure.late_until)


def admission(ticket: PresentedTicket, history: Sequence[Use], rules: Rules, now: TrustedNow) -> Admit | Refuse:
    """Admit, or the first reason not to. `history` holds all known uses of this ticket, in any
    order, each once (`uses.merged` makes one history of several).

    Nothing is recorded: claim the use durably (its `use_no` may be taken by then) before anything moves. A reason in
    `rules.overridden` is passed over, and says so in the flags when it would have refused. Who walked out comes back in
    with at most as many as walked out.
    """
    case = Case.of(ticket, history, rules, now)
    judged = _judged(case, CHECKS)
    if isinstance(judged, Refuse):
        return judged
    resumed, out = case.resumed, case.presence.out if rules.re_entry is ReEntry.AFTER_EXIT else None
    persons = ticket.journey.persons
    return Admit(
        use_no=next_use_no(history) if resumed is None else resumed.use_no,
        persons=persons if out is None else min(persons, max(1, out.persons)),
        flags=judged | _flags(case),
    )


def leaving(ticket: PresentedTicket, history: Sequence[Use], rules: Rules, now: TrustedNow) -> Admit | Refuse:
    """Whether the holder walks out again by this ticket: admits who is inside, as a use for the purpose "exit".

    Only where the ticket is from, whether its holder is inside, and whether it is the holder is asked: times, gates and
    refunds keep nobody in. Not inside is USED when an exit says so, else SEE_STAFF (a door beside the gate, or a gate
    that was not heard of yet). `persons` is the most that may walk out; record how many did, for that many may return.
    """
    case = Case.of(ticket, history, rules, now)
    judged = _judged(case, WAY_OUT)
    if isinstance(judged, Refuse):
        return judged
    resumed = case.resumed_exit
    return Admit(
        use_no=next_use_no(history) if resumed is None else resumed.use_no,
        persons=ticket.journey.persons,
        flags=judged | _flags_out(case),
    )


def _state(case: Case) -> Refuse | None:
    """Refund and change compete with admission for the same uses, so a use may say it before the cache does."""
    purposes = {use.purpose for use in case.history if use.end is not UseEnd.RELEASED}
    if case.ticket.state is TicketState.REFUNDED or "refund" in purposes:
        return Refuse(reason=Reason.REFUNDED)
    if case.ticket.state is TicketState.CHANGED or "change" in purposes:
        return Refuse(reason=Reason.CHANGED)
    if case.ticket.state is TicketState.REVOKED:
        return Refuse(reason=Reason.REVOKED)
    return None


def _station(case: Case) -> Refuse | None:
    if case.ticket.journey.boarding in case.rules.station_stops:
        return None
    return Refuse(reason=Reason.WRONG_STATION, departure=case.rules.departure)


def _expiry(case: Case) -> Refuse | None:
    expires = case.ticket.expires
    if not case.time_known or case.now.at < expires:
        return None
    return Refuse(reason=Reason.EXPIRED, when=expires, day=expires.astimezone(case.rules.zone).date())


def _known(case: Case) -> Refuse | None:
    """Without its departure a ticket must speak for itself, and only a signed one can."""
    if case.rules.departure is None and not case.ticket.signed:
        return Refuse(reason=Reason.NOT_KNOWN_HERE)
    return None


def _cancelled(case: Case) -> Refuse | None:
    departure = case.rules.departure
    if departure is None or departure.state is not DepartureState.CANCELLED:
        return None
    return Refuse(reason=Reason.CANCELLED, when=departure.departs_at, departure=departure)


def _day(case: Case) -> Refuse | None:
    departure, rules, now = case.rules.departure, case.rules, case.now
    day = case.ticket.journey.service_date
    if not case.time_known:
        accepted = not rules.widened_dates or day in rules.widened_dates
    elif departure is not None and departure.opens_at <= now.at < _over_at(case, departure):
        accepted = True  # check-in may open before 03:00, or a delay last beyond it: the coach's times know better
    else:
        accepted = day == service_date(now.at, rules.zone) or day in rules.widened_dates
    if accepted:
        return None
    when = None if departure is None else departure.departs_at
    return Refuse(reason=Reason.WRONG_DEPARTURE, when=when, day=day, departure=departure)


def _over_at(case: Case, departure: Departure) -> datetime:
    return JUST_LEFT + (departure.departs_at if case.closes_at is None else max(departure.departs_at, case.closes_at))


def _left(case: Case) -> Refuse | None:
    departure = case.rules.departure
    if departure is None or departure.state is not DepartureState.DEPARTED:
        return None
    return Refuse(reason=Reason.DEPARTED, when=departure.departs_at, departure=departure)


def _window(case: Case) -> Refuse | None:
    departure, closes_at = case.rules.departure, case.closes_at
    if departure is None or closes_at is None or not case.time_known:
        return None
    if case.now.at < departure.opens_at:
        return Refuse(reason=Reason.NOT_YET_OPEN, when=departure.opens_at, departure=departure)
    if case.now.at < closes_at:
        return None
    if case.now.at < departure.departs_at:
        return Refuse(reason=Reason.CLOSED, when=closes_at, departure=departure)
    return Refuse(reason=Reason.DEPARTED, when=departure.departs_at, departure=departure)


def _gate(case: Case) -> Refuse | None:
    departure, gate = case.rules.departure, case.rules.gate
    if departure is None or not gate or not departure.gate or departure.gate == gate:
        return None
    return Refuse(reason=Reason.WRONG_GATE, gate=departure.gate, departure=departure)


def _passed(case: Case) -> Refuse | None:
    """A passage says USED, whatever else there is."""
    return _told(Reason.USED, [use for use in case.blocking if use.end is UseEnd.PASSED])


def _unresolved(case: Case) -> Refuse | None:
    """An end that nobody knows goes to staff, save to the gate that may take its own attempt up again."""
    doubtful = [use for use in case.blocking if use.end is UseEnd.UNRESOLVED]
    return _told(Reason.SEE_STAFF, doubtful) if doubtful and case.resumed is None else None


def _in_hand(case: Case) -> Refuse | None:
    """A use that is open elsewhere: somebody stands in a lane with this ticket."""
    unended = [use for use in case.blocking if use.end is None]
    return _told(Reason.USED, unended) if unended and case.resumed is None else None


def _inside(case: Case) -> Refuse | None:
    """On the way out: the last that is known of the ticket must be a passage inwards."""
    if case.resumed_exit is not None:
        return None
    last = max(case.presence.standing, key=lambda use: use.use_no, default=None)
    match last:
        case Use(purpose="admission", end=UseEnd.PASSED):
            return None
        case Use(purpose="exit", end=None):
            return _told(Reason.USED, [last])
        case None if case.presence.out is not None:
            return _told(Reason.USED, [case.presence.out])
        case None:
            return Refuse(reason=Reason.SEE_STAFF)
        case _:
            return _told(Reason.SEE_STAFF, [last])


def _told(reason: Reason, uses: Sequence[Use]) -> Refuse | None:
    if not uses:
        return None
    last = max(uses, key=lambda use: use.use_no)
    return Refuse(reason=reason, when=last.at, where=last.lane)


def _identity(case: Case) -> Refuse | None:
    card, ticket = case.ticket.card_shown, case.ticket
    policy = _policy(case)
    if card is CardShown.DIFFERS:
        return Refuse(reason=Reason.IDENTITY_DIFFERS)
    if card is CardShown.NONE:
        proves_itself = ticket.code_shown and (ticket.signed or not ticket.number.guessable)
        enough = proves_itself and policy is IdentityPolicy.CODE
    else:
        enough = ticket.code_shown or policy is not IdentityPolicy.CODE_AND_CARD
    return None if enough else Refuse(reason=Reason.IDENTITY_NEEDED)


CHECKS: tuple[Callable[[Case], Refuse | None], ...] = (
    _state,
    _station,
    _expiry,
    _known,
    _cancelled,
    _day,
    _left,
    _window,
    _gate,
    _passed,
    _unresolved,
    _in_hand,
    _identity,
)
WAY_OUT: tuple[Callable[[Case], Refuse | None], ...] = (_station, _inside, _identity)


def _judged(case: Case, checks: Iterable[Callable[[Case], Refuse | None]]) -> frozenset[Flag] | Refuse:
    """The first refusal that staff did not set aside; else OVERRIDDEN if there was one that they did."""
    overridden = False
    for check in checks:
        refusal = check(case)
        if refusal is None:
            continue
        if refusal.reason not in case.rules.overridden:
            return refusal
        overridden = True
    return frozenset({Flag.OVERRIDDEN}) if overridden else frozenset()


def _policy(case: Case) -> IdentityPolicy:
    departure = case.rules.departure
    return case.rules.default_identity if departure is None else departure.identity


def _flags(case: Case) -> frozenset[Flag]:
    flags = {
        Flag.DEPARTURE_NOT_KNOWN: case.rules.departure is None,
        Flag.TIME_UNKNOWN: not case.time_known,
        Flag.IDENTITY_NOT_CHECKED: case.ticket.card_shown is CardShown.NONE,
        Flag.LATE: _is_late(case),
        Flag.SEAT_NOT_IN_COACH: not _has_seat(case),
    }
    return frozenset(flag for flag, raised in flags.items() if raised)


def _flags_out(case: Case) -> frozenset[Flag]:
    """On the way out neither coach nor seat matters."""
    return _flags(case) & {Flag.TIME_UNKNOWN, Flag.IDENTITY_NOT_CHECKED}


def _is_late(case: Case) -> bool:
    """After closing time, within what staff allow. Beyond that it is not late but overridden."""
    departure, closes_at = case.rules.departure, case.closes_at
    if departure is None or closes_at is None or not case.time_known:
        return False
    return departure.closes_at <= case.now.at < closes_at


def _has_seat(case: Case) -> bool:
    """Whether the coach keeps the ticket's seat: not when it has fewer, none that are numbered, or came by a merge
    (its own passengers have its seats).
    """
    departure, journey = case.rules.departure, case.ticket.journey
    if departure is None or journey.seat is None:
        return True
    return departure.trip == journey.trip and departure.seats is not None and journey.seat <= departure.seats
