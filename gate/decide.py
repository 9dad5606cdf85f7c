"""From what was shown to a durable decision: find the ticket, ask `admission()`, record, and only then answer.

The answer `Admitted` exists only for a use that is committed in this gate's journal; whoever holds one may open.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid4

from gate.settings import GateSettings
from sync.cache import CachedTicket, CacheReader
from sync.journal import Journal
from sync.journal_uses import By, claim_use, history
from tickets.admission import Admit, CardShown, PresentedTicket, Refuse, Rules, TicketState, TrustedNow, admission
from tickets.credential import BadTicket, verify
from tickets.departures import Departure, travelled
from tickets.events import Kind
from tickets.identity import DocumentKind, identity_tag
from tickets.journey import Journey
from tickets.numbers import TicketNumber, looks_like_number
from tickets.reasons import Reason
from tickets.trust import Trust
from tickets.uses import Use

LONGEST_DELAY = timedelta(hours=12)
LONGEST_AHEAD = timedelta(hours=18)
"""Departures among which an ID card looks for its ticket: those of today and a little around it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code's text as a reader gave it. Its repr hides it: people show all kinds of codes."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An ID card on the reader. The number lives for as long as the tags take to compute, and is never shown."""

    kind: DocumentKind
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A committed use: the barrier may open for it. `resumed`: one that this gate began and did not see the end of."""

    number: TicketNumber
    journey: Journey
    departure: Departure | None
    use_no: int
    attempt: UUID
    persons: int
    flags: frozenset[str]
    by: By
    resumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A recorded refusal. `number` is the ticket's, where there is a ticket; `by` is what was shown."""

    refusal: Refuse
    number: TicketNumber | None
    by: By


Decision = Admitted | Refused


class TrustSource(Protocol):
    """Where the newest trust list is."""

    def current(self) -> Trust:
        """Return the newest list known here; never an older one than before."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A ticket that was found, by whatever was shown."""

    number: TicketNumber
    journey: Journey
    expires: datetime
    signed: bool
    by: By
    state: TicketState


class Decider:
    """Decides for one lane. Belongs to the thread that opened the journal."""

    def __init__(
        self,
        *,
        settings: GateSettings,
        journal: Journal,
        cache: CacheReader,
        trust: TrustSource,
        clock: Callable[[], TrustedNow],
        new_attempt: Callable[[], UUID] = uuid4,
    ) -> None:
        self._settings = settings
        self._journal = journal
        self._cache = cache
        self._trust = trust
        self._clock = clock
        self._new_attempt = new_attempt

    def code(self, code: Code, *, card: Card | None = None, matched: TicketNumber | None = None) -> Decision:
        """Decide on a code and the card shown with it; `matched` is the ticket that an earlier card belongs to."""
        found = self._find(code.text)
        if isinstance(found, Refused):
            return self._refuse(found)
        shown = CardShown.MATCHES if matched == found.number else CardShown.NONE
        if card is not None:
            shown = self._compare(found.journey, card)
        return self._decide(found, card_shown=shown, code_shown=True)

    def card(self, card: Card) -> Decision:
        """Decide on an ID card alone: the ticket of a departure of today that carries its tag."""
        refused: Refused | None = None
        for found in self._tickets_of(card):
            answer = self._judge(found, CardShown.MATCHES, code_shown=False)
            if not isinstance(answer, Refused):
                return self._decide(found, card_shown=CardShown.MATCHES, code_shown=False)
            if refused is None or answer.refusal.reason is Reason.IDENTITY_NEEDED:
                refused = answer
        return self._refuse(refused or Refused(refusal=Refuse(reason=Reason.NOT_KNOWN_HERE), number=None, by="card"))

    def unreadable(self) -> Refused:
        """Record that something was shown that is no code of ours."""
        return self._refuse(Refused(refusal=Refuse(reason=Reason.UNREADABLE), number=None, by="code"))

    def _find(self, text: str) -> _Found | Refused:
        if looks_like_number(text):
            number = TicketNumber.from_digits(text)
            cached = self._cache.ticket(number)
            if cached is None:
                return Refused(refusal=Refuse(reason=Reason.NOT_KNOWN_HERE), number=number, by="number")
            return _found(cached, "number")
        try:
            ticket = verify(text, self._trust.current(), self._knows).ticket
        except BadTicket as bad:
            return Refused(refusal=Refuse(reason=bad.reason), number=None, by="code")
        known = self._cache.ticket(ticket.number)
        state = TicketState.VALID if known is None else known.state
        return _Found(ticket.number, ticket.journey, ticket.expires, True, "code", state)

    def _knows(self, number: TicketNumber) -> bool:
        return self._cache.ticket(number) is not None

    def _tickets_of(self, card: Card) -> Iterable[_Found]:
        now = self._clock().at
        for departure in self._cache.departures((now - LONGEST_DELAY, now + LONGEST_AHEAD)):
            key = self._cache.day_key(departure.service_date)
            if key is None:
                continue
            tag = identity_tag(key, departure.service_date, departure.trip, card.kind, card.number)
            for ticket in self._cache.tickets_by_tag(departure.service_date, departure.trip, tag):
                yield _found(ticket, "card")

    def _compare(self, journey: Journey, card: Card) -> CardShown:
        key = self._cache.day_key(journey.service_date)
        if key is None or not journey.tag:
            return CardShown.NONE
        tag = identity_tag(key, journey.service_date, journey.trip, card.kind, card.number)
        return CardShown.MATCHES if tag == journey.tag else CardShown.DIFFERS

    def _judge(self, found: _Found, card_shown: CardShown, *, code_shown: bool) -> tuple[Admit, "_Seen"] | Refused:
        journey = found.journey
        uses = _merge(history(self._journal, found.number), self._cache.uses(found.number))
        own = frozenset(use.attempt for use in uses if use.device == self._journal.device)
        departure = travelled(journey.service_date, journey.trip, self._cache.departure)
        station = self._cache.station()
        rules = Rules(
            station_stops=frozenset({station.stop if station is not None else journey.boarding}),
            gate=self._settings.gate,
            departure=departure,
            default_identity=self._settings.default_identity,
            late_minutes=self._settings.late_minutes,
        )
        presented = PresentedTicket(
            number=found.number,
            journey=journey,
            expires=found.expires,
            signed=found.signed,
            state=found.state,
            code_shown=code_shown,
            card_shown=card_shown,
            attempts=own,
        )
        answer = admission(presented, uses, rules, self._clock())
        if isinstance(answer, Refuse):
            return Refused(refusal=answer, number=found.number, by=found.by)
        return answer, _Seen(departure, tuple(uses))

    def _decide(self, found: _Found, *, card_shown: CardShown, code_shown: bool) -> Decision:
        answer = self._judge(found, card_shown, code_shown=code_shown)
        if isinstance(answer, Refused):
            return self._refuse(answer)
        admit, seen = answer
        earlier = next((use for use in seen.uses if use.use_no == admit.use_no), None)
        admitted = Admitted(
            number=found.number,
            journey=found.journey,
            departure=seen.departure,
            use_no=admit.use_no,
            attempt=earlier.attempt if earlier else self._new_attempt(),
            persons=admit.persons,
            flags=frozenset(str(flag) for flag in admit.flags),
            by=found.by,
            resumed=earlier is not None,
        )
        return admitted if self._record(admitted) else self._decide(found, card_shown=card_shown, code_shown=code_shown)

    def _record(self, admitted: Admitted) -> bool:
        """Commit the use. False when another has it meanwhile: decide again, on the history as it is now."""
        with self._journal.transaction() as tx:
            if admitted.resumed:
                number, use_no = admitted.number.digits, admitted.use_no
                what = {"lane": self._settings.lane, "what": "use taken up again", "number": number, "use_no": use_no}
                tx.append(Kind.LANE_EVENT, what)
                return True
            return claim_use(
                tx,
                ticket=admitted.number,
                use_no=admitted.use_no,
                attempt=admitted.attempt,
                service_date=admitted.journey.service_date,
                trip=admitted.journey.trip,
                lane=self._settings.lane,
                persons=admitted.persons,
                by=admitted.by,
                flags=sorted(admitted.flags),
            )

    def _refuse(self, refused: Refused) -> Refused:
        with self._journal.transaction() as tx:
            tx.append(
                Kind.SCAN_REFUSED,
                {
                    "number": refused.number.digits if refused.number else None,
                    "reason": str(refused.refusal.reason),
                    "lane": self._settings.lane,
                    "by": refused.by,
                },
            )
        return refused


def _found(cached: CachedTicket, by: By) -> _Found:
    return _Found(cached.number, cached.journey, cached.expires, False, by, cached.state)


@dataclass(frozen=True, slots=True)
class _Seen:
    departure: Departure | None
    uses: tuple[Use, ...]


def _merge(own: Iterable[Use], heard: Iterable[Use]) -> list[Use]:
    """Own uses as the journal has them, and those of others; an own use that the cache repeats is older there."""
    mine = list(own)
    attempts = {use.attempt for use in mine}
    return mine + [use for use in heard if use.attempt not in attempts]
