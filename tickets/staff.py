"""Staff facts: what a member of staff did to a departure of this station, signed with the badge's own key.

A fact is obeyed by every device that can check it, with or without the centre: it carries its own proof, and the trust
list says whose badge that is and what its role may do. A COSE_Sign1 (RFC 9052) whose header has the type
`waystation-fact-v1` (`typ`, RFC 9596), so that nothing else a badge signs can be taken for a fact. The grammar is in
docs/ticket.cddl; what a fact does to a departure is in standing.py.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from tickets import cbor, cose
from tickets.admission import TimeQuality, TrustedNow
from tickets.errors import Malformed, PeerError
from tickets.keys import SigningKey
from tickets.reading import day, day_of, instant_ms, integer, ms_of, octets, text
from tickets.reasons import Reason
from tickets.trust import Badge, Role, TrustList

MAX_FACT_BYTES = 2048
LONGEST_WHY = 120
FUTURE_ALLOWED = timedelta(minutes=10)
"""How far two clocks of a station may be apart before a fact is taken for wrongly dated."""
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Control characters, line breaks and halves of characters: what a line on a screen or in a log must not have."""
FACT_TYPE = "waystation-fact-v1"
TYP = 16
"""The header label of a message's type (RFC 9596 section 2)."""


class Act(StrEnum):
    """What staff can do. The values are written in facts: they are never renamed."""

    OPEN = "open"
    STOP = "stop"
    LATE = "late"
    DELAY = "delay"
    MERGE = "merge"
    CANCEL = "cancel"
    GATE = "gate"
    COACH = "coach"
    DEPART = "depart"
    REINSTATE = "reinstate"
    STRIKE_OFF = "strike_off"
    FREE = "free"


class FactTrouble(StrEnum):
    """What is wrong with a fact that is not believed, in one word for logs and vectors."""

    UNREADABLE = "unreadable"
    UNKNOWN_BADGE = "unknown_badge"
    FORGED = "forged"
    BADGE_EXPIRED = "badge_expired"
    WRONG_ROLE = "wrong_role"
    OTHER_STATION = "other_station"
    IN_FUTURE = "in_future"


class BadFact(PeerError):
    """A staff fact that must not be obeyed; `trouble` says in a word why not."""

    def __init__(self, trouble: FactTrouble, what: str, hint: str) -> None:
        super().__init__(what, hint)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class _Form:
    """Which of a fact's particulars an act must have, and which it may have; any other would be a mistake."""

    needs: frozenset[str]
    allows: frozenset[str] = frozenset()


_DEPARTURE = frozenset({"service_date", "trip"})
_FORMS: Mapping[Act, _Form] = {
    Act.OPEN: _Form(_DEPARTURE),
    Act.STOP: _Form(_DEPARTURE),
    Act.LATE: _Form(_DEPARTURE | {"until"}),
    Act.DELAY: _Form(_DEPARTURE | {"until"}),
    Act.MERGE: _Form(_DEPARTURE | {"into"}),
    Act.CANCEL: _Form(_DEPARTURE),
    Act.GATE: _Form(_DEPARTURE | {"gate"}, frozenset({"bay"})),
    Act.COACH: _Form(_DEPARTURE | {"plate"}, frozenset({"seats", "bay"})),
    Act.DEPART: _Form(_DEPARTURE),
    Act.REINSTATE: _Form(_DEPARTURE),
    Act.STRIKE_OFF: _Form(frozenset({"device"})),
    Act.FREE: _Form(_DEPARTURE | {"device"}),
}
_PARTICULARS = ("service_date", "trip", "gate", "bay", "until", "into", "plate", "seats", "device")


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFact:
    """One act of staff: who (`badge` is its number), when, why (for people; no names of passengers), and on what.

    - OPEN 开检, STOP 停检, CANCEL 停班, DEPART 发车: the departure alone. REINSTATE 复班 takes back a CANCEL, a MERGE
      and a DEPART.
    - LATE 补检: `until` when late passengers still board. DELAY 改时间: `until` is the new departure time.
    - MERGE 并班: `into` is the trip of the same service day whose coach takes these passengers.
    - GATE 改检票口: `gate`, and `bay` where that changes too. COACH 换车: `plate`, `seats` (None: a coach without
      numbered seats), and `bay`.
    - STRIKE_OFF: `device` is a gate that the arbiter need not wait for; it belongs to no departure.
    - FREE: `device` is a till that is silent: its places of this departure that it has not told to be sold are others'
      to sell. What it sold all the same is sold twice; whoever signs this answers for that.

    Raises ValueError, with a sentence for whoever typed it, for particulars that are missing, out of range, or not this
    act's. Instants are kept in UTC and whole milliseconds, as they are written.
    """

    fact_id: UUID
    station: int
    badge: str
    act: Act
    at: datetime
    why: str = ""
    service_date: date | None = None
    trip: str | None = None
    gate: str | None = None
    bay: str | None = None
    until: datetime | None = None
    into: str | None = None
    plate: str | None = None
    seats: int | None = None
    device: str | None = None

    def __post_init__(self) -> None:
        """Checks and normalises."""
        object.__setattr__(self, "at", _whole_ms("the act", self.at))
        if self.until is not None:
            object.__setattr__(self, "until", _whole_ms("`until`", self.until))
        if not 0 <= self.station < 1 << 32:
            raise ValueError("A station is a number of 32 bits.")
        _ascii("The badge's number", self.badge, 16)
        if len(self.why) > LONGEST_WHY or not _on_one_line(self.why):
            raise ValueError(f"The reason is one line of at most {LONGEST_WHY} characters.")
        self._check_form()
        self._check_particulars()

    def _check_form(self) -> None:
        form = _FORMS[self.act]
        for name in _PARTICULARS:
            given = getattr(self, name) is not None
            if name in form.needs and not given:
                raise ValueError(f"To {self.act.value.replace('_', ' ')}, say the {name.replace('_', ' ')}.")
            if given and name not in form.needs | form.allows:
                raise ValueError(f"To {self.act.value.replace('_', ' ')}, a {name.replace('_', ' ')} is not needed.")

    def _check_particulars(self) -> None:
        for name, value in (("trip", self.trip), ("trip to merge into", self.into)):
            if value is not None:
                _ascii(f"The {name}", value, 16)
        for name, value, most in (
            ("gate", self.gate, 16),
            ("bay", self.bay, 16),
            ("plate", self.plate, 16),
            ("device", self.device, 64),
        ):
            if value is not None and not (1 <= len(value) <= most and _on_one_line(value)):
                raise ValueError(f"The {name} is 1 to {most} characters on one line.")
        if self.seats is not None and not 1 <= self.seats <= 255:
            raise ValueError("A coach has 1 to 255 numbered seats.")
        if self.service_date is not None and day_of(self.service_date) < 0:
            raise ValueError("A service date is not before 1970.")
        if self.into is not None and self.into == self.trip:
            raise ValueError("A departure cannot be merged into itself.")
        if self.act is Act.LATE and self.until is not None and self.until <= self.at:
            raise ValueError("Late boarding must last beyond now.")

    @property
    def order(self) -> tuple[datetime, bytes]:
        """Facts are obeyed in this order, whatever order they arrived in."""
        return self.at, self.fact_id.bytes


_ATTENDANT = frozenset({Act.OPEN, Act.STOP, Act.LATE, Act.GATE})
MAY_ACT: Mapping[Role, frozenset[Act]] = {
    Role.ATTENDANT: _ATTENDANT,
    Role.DUTY_MANAGER: frozenset(Act),
    Role.TECHNICIAN: frozenset({Act.STRIKE_OFF}),
    Role.CASHIER: frozenset(),
}
"""Who may do what: an attendant runs check-in, the duty manager the departures, a technician the machines."""

_ATTENDANT_OVERRIDES = frozenset(
    {
        Reason.IDENTITY_NEEDED,
        Reason.IDENTITY_DIFFERS,
        Reason.SEE_STAFF,
        Reason.NOT_YET_OPEN,
        Reason.CLOSED,
        Reason.WRONG_GATE,
    }
)
MAY_OVERRIDE: Mapping[Role, frozenset[Reason]] = {
    Role.ATTENDANT: _ATTENDANT_OVERRIDES,
    Role.DUTY_MANAGER: _ATTENDANT_OVERRIDES | {Reason.USED, Reason.DEPARTED, Reason.WRONG_DEPARTURE, Reason.EXPIRED},
    Role.TECHNICIAN: frozenset(),
    Role.CASHIER: frozenset(),
}
"""Which refusals a badge shown at the gate sets aside for one passenger.

Never those that say that the ticket is not one (forged, unreadable, unknown issuer, not known here: there is nothing to
claim a use of), that its money went back (refunded, changed), that it was blocked (revoked), or that no coach of this
station goes (cancelled, another station): these are put right at the ticket window or by another act.
"""

(_ID, _STATION, _BADGE, _ACT, _AT, _WHY, _DAY, _TRIP, _GATE, _BAY, _UNTIL, _INTO, _PLATE, _SEATS, _DEVICE) = range(
    1, 16
)
_HINT = "It is not obeyed. Do it again with a valid badge, or at the centre; report it if it happens twice."


def sign_fact(fact: StaffFact, badge_key: SigningKey) -> bytes:
    """The fact as a COSE_Sign1 by the badge's key: the same bytes for the same fact. At most 2 KiB."""
    payload = {
        _ID: fact.fact_id.bytes,
        _STATION: fact.station,
        _BADGE: fact.badge,
        _ACT: str(fact.act),
        _AT: ms_of(fact.at),
        _WHY: fact.why,
        _DAY: None if fact.service_date is None else day_of(fact.service_date),
        _TRIP: fact.trip,
        _GATE: fact.gate,
        _BAY: fact.bay,
        _UNTIL: None if fact.until is None else ms_of(fact.until),
        _INTO: fact.into,
        _PLATE: fact.plate,
        _SEATS: fact.seats,
        _DEVICE: fact.device,
    }
    said = {label: value for label, value in payload.items() if value is not None}
    return cose.sign1({cose.KID: badge_key.public.kid, TYP: FACT_TYPE}, cbor.encode(said), badge_key)


def read_fact(data: bytes) -> StaffFact:
    """What a fact says, whoever signed it: to show or to sort it, never to obey it. Raises BadFact(UNREADABLE)."""
    try:
        return _content(_message(data))
    except ValueError as error:
        raise _bad(FactTrouble.UNREADABLE, "The staff act cannot be read") from error


def open_fact(data: bytes, trust_list: TrustList, station: int, now: TrustedNow | None) -> StaffFact:
    """The fact in `data`, if a badge of the trust list signed it that may do this, here, then.

    `now` bounds how far in the future it may be dated (10 minutes), and only where the time is trusted; None does not
    ask. How old it is does not matter: a gate that was switched off obeys what was done meanwhile.
    Raises BadFact, whose `trouble` is the first of FactTrouble that holds.
    """
    try:
        message = _message(data)
        badge, signed = signing_badge(message, trust_list)
        if badge is None:
            raise _bad(FactTrouble.UNKNOWN_BADGE, "The staff act is signed by no badge of the trust list")
        if not signed:
            raise _bad(FactTrouble.FORGED, "The staff act's signature does not fit")
        fact = _content(message)
    except ValueError as error:
        raise _bad(FactTrouble.UNREADABLE, "The staff act cannot be read") from error
    if fact.badge != badge.number:
        raise _bad(FactTrouble.FORGED, "The staff act names another badge than the one that signed it")
    if fact.station != station:
        raise _bad(FactTrouble.OTHER_STATION, "The staff act is for another station")
    if fact.at >= badge.expires:
        raise _bad(FactTrouble.BADGE_EXPIRED, f"Badge {badge.number} had expired when this was done")
    if fact.act not in MAY_ACT[badge.role]:
        raise _bad(FactTrouble.WRONG_ROLE, f"Badge {badge.number} ({badge.role}) may not {fact.act}")
    if now is not None and now.quality is TimeQuality.TRUSTED and fact.at > now.at + FUTURE_ALLOWED:
        raise _bad(FactTrouble.IN_FUTURE, "The staff act is dated more than 10 minutes ahead of this station's time")
    return fact


def signing_badge(message: cose.Sign1, trust_list: TrustList) -> tuple[Badge | None, bool]:
    """(the badge that is said to have signed, whether it did); None where the list has no such badge.

    Kids are not unique by promise, so every badge that has it is tried.
    """
    kid = message.protected[cose.KID]
    named = [badge for badge in trust_list.badges if badge.key.kid == kid]
    for badge in named:
        if message.verify(badge.key):
            return badge, True
    return next(iter(named), None), False


def typed_message(data: bytes, typ: str, max_bytes: int) -> cose.Sign1:
    """A message of this type that says whose it is, and has nothing else in its header. Raises Malformed."""
    message = cose.parse1(data, max_bytes=max_bytes)
    if message.protected.keys() != {cose.ALG, cose.KID, TYP} or message.protected[TYP] != typ:
        raise Malformed("a message of another type")
    octets(message.protected[cose.KID])
    return message


def _message(data: bytes) -> cose.Sign1:
    return typed_message(data, FACT_TYPE, MAX_FACT_BYTES)


def _content(message: cose.Sign1) -> StaffFact:
    """Raises ValueError (Malformed is one) for anything that is not exactly a fact of this version."""
    said = cbor.decode(message.payload)
    if not isinstance(said, dict) or not said.keys() <= set(range(1, 16)) or None in said.values():
        raise Malformed("not the map of a staff fact")
    if not said.keys() >= {_ID, _STATION, _BADGE, _ACT, _AT, _WHY}:
        raise Malformed("a staff fact that does not say who did what when")

    def optional_text(label: int) -> str | None:
        return text(said[label]) if label in said else None

    if len(octets(said[_ID])) != 16:
        raise Malformed("a fact's id has 16 bytes")
    return StaffFact(
        fact_id=UUID(bytes=octets(said[_ID])),
        station=integer(said[_STATION]),
        badge=text(said[_BADGE]),
        act=Act(text(said[_ACT])),
        at=instant_ms(said[_AT]),
        why=text(said[_WHY]),
        service_date=day(said[_DAY]) if _DAY in said else None,
        trip=optional_text(_TRIP),
        gate=optional_text(_GATE),
        bay=optional_text(_BAY),
        until=instant_ms(said[_UNTIL]) if _UNTIL in said else None,
        into=optional_text(_INTO),
        plate=optional_text(_PLATE),
        seats=integer(said[_SEATS]) if _SEATS in said else None,
        device=optional_text(_DEVICE),
    )


def _bad(trouble: FactTrouble, what: str) -> BadFact:
    return BadFact(trouble, what, _HINT)


def _whole_ms(what: str, at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"The time of {what} needs its time zone.")
    at = at.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _ascii(what: str, value: str, most: int) -> None:
    if not (1 <= len(value) <= most and value.isascii() and value.isprintable()):
        raise ValueError(f"{what} is 1 to {most} printable ASCII characters.")


def _on_one_line(value: str) -> bool:
    return _BREAKS.search(value) is None
