"""The one decision whether a ticket lets its holder through, here and now.

Pure, and the only copy: gate, kiosk ("check my ticket"), simulator and centre all ask this function. The order of the
checks is the order of CHECKS: first what makes a ticket worthless anywhere, then what is wrong about place and time
(from the coarse to the fine, so that the passenger hears the one thing to do next), then whether it was used, and the
ID last, because nobody should look for a card that would not have helped.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from tickets.departures import Departure, DepartureState, IdentityPolicy
from tickets.journey import Journey
from tickets.numbers import TicketNumber
from tickets.reasons import Reason
from tickets.reasons import Refuse as Refuse
from tickets.service_day import CHINA, service_date
from tickets.uses import Use, UseEnd, next_use_no


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
    was asked is known only after this decision.
    """

    DEPARTURE_NOT_KNOWN = "departure_not_known"
    TIME_UNKNOWN = "time_unknown"
    IDENTITY_NOT_CHECKED = "identity_not_checked"
    UNARBITRATED = "unarbitrated"


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
    here; `default_identity` holds then. `late_minutes`: how long after closing time staff still let board (补检).
    `widened_dates`: service days that are accepted besides today's; under unknown time they are all that is accepted,
    and an empty set then accepts every day. `re_entry`: a passage does not use a ticket up.
    """

    station_stops: frozenset[int]
    gate: str
    departure: Departure | None
    zone: ZoneInfo = CHINA
    default_identity: IdentityPolicy = IdentityPolicy.CODE
    re_entry: bool = False
    late_minutes: int = 0
    widened_dates: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Admit:
    """Let `persons` through, once use `use_no` of the ticket has been claimed."""

    use_no: int
    persons: int
    flags: frozenset[Flag] = frozenset()


@dataclass(frozen=True, slots=True)
class Case:
    """All that a check may look at."""

    ticket: PresentedTicket
    history: Sequence[Use]
    rules: Rules
    now: TrustedNow

    @property
    def time_known(self) -> bool:
        """Whether the clock may refuse anybody."""
        return self.now.quality is not TimeQuality.UNKNOWN

    @property
    def closes_at(self) -> datetime | None:
        """Closing time with what staff allow on top; None when the departure is not known."""
        departure = self.rules.departure
        return None if departure is None else departure.closes_at + timedelta(minutes=self.rules.late_minutes)

    @property
    def blocking(self) -> list[Use]:
        """The uses that stand against another: all but those whose right was given back."""
        spent = [use for use in self.history if use.end is not UseEnd.RELEASED]
        if self.rules.re_entry:
            return [use for use in spent if use.end is not UseEnd.PASSED]
        return spent

    @property
    def resumed(self) -> Use | None:
        """The use that this device began itself and may take up again: the only one that blocks, not yet passed."""
        match self.blocking:
            case [use] if use.end is not UseEnd.PASSED and use.attempt in self.ticket.attempts:
                return use
            case _:
                return None


def admission(ticket: PresentedTicket, history: Sequence[Use], rules: Rules, now: TrustedNow) -> Admit | Refuse:
    """Admit, or the first reason not to. `history` holds all known uses of this ticket, in any
    order, each once (`uses.merged` makes one history of several).

    Nothing is recorded: claim the use durably (its `use_no` may be taken by then) before anything moves.
    """
    case = Case(ticket, history, rules, now)
    for check in CHECKS:
        refusal = check(case)
        if refusal is not None:
            return refusal
    resumed = case.resumed
    return Admit(
        use_no=next_use_no(history) if resumed is None else resumed.use_no,
        persons=ticket.journey.persons,
        flags=_flags(case),
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
    elif departure is not None and case.closes_at is not None and departure.opens_at <= now.at < case.closes_at:
        accepted = True  # check-in may open before 03:00, or a delay last beyond it: the window knows better
    else:
        accepted = day == service_date(now.at, rules.zone) or day in rules.widened_dates
    if accepted:
        return None
    when = None if departure is None else departure.departs_at
    return Refuse(reason=Reason.WRONG_DEPARTURE, when=when, day=day, departure=departure)


def _window(case: Case) -> Refuse | None:
    departure, closes_at = case.rules.departure, case.closes_at
    if departure is None or closes_at is None:
        return None
    if departure.state is DepartureState.DEPARTED:
        return Refuse(reason=Reason.DEPARTED, when=departure.departs_at, departure=departure)
    if not case.time_known:
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


def _used(case: Case) -> Refuse | None:
    """A passage says USED, whatever else there is; an end that nobody knows goes to staff; an open use says USED."""
    blocking = case.blocking
    if not blocking or case.resumed is not None:
        return None
    last = max(blocking, key=lambda use: (use.end is UseEnd.PASSED, use.end is UseEnd.UNRESOLVED, use.use_no))
    reason = Reason.SEE_STAFF if last.end is UseEnd.UNRESOLVED else Reason.USED
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
    _window,
    _gate,
    _used,
    _identity,
)


def _policy(case: Case) -> IdentityPolicy:
    departure = case.rules.departure
    return case.rules.default_identity if departure is None else departure.identity


def _flags(case: Case) -> frozenset[Flag]:
    flags = {
        Flag.DEPARTURE_NOT_KNOWN: case.rules.departure is None,
        Flag.TIME_UNKNOWN: not case.time_known,
        Flag.IDENTITY_NOT_CHECKED: case.ticket.card_shown is CardShown.NONE,
    }
    return frozenset(flag for flag, raised in flags.items() if raised)
