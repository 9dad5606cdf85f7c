"""From what was shown to a durable decision: find the ticket, ask `admission()`, record, and only then answer.

The answer `Admitted` exists only for a use that is committed in this gate's journal; whoever holds one may open.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from gate.find import Finder, Found, NotFound, TrustSource
from gate.settings import GateSettings
from gate.shown import Card, Code
from sync.cache import CacheReader
from sync.journal import Journal
from sync.journal_uses import By, claim_use, history
from sync.trusted_time import ABSURD_BEFORE_MS
from tickets.admission import Admit, CardShown, PresentedTicket, Refuse, Rules, TimeQuality, TrustedNow, admission
from tickets.departures import Departure
from tickets.events import Kind
from tickets.journey import Journey
from tickets.numbers import TicketNumber
from tickets.reasons import Reason
from tickets.service_day import CHINA, service_date
from tickets.uses import Use, UseEnd, merged

_CARD_SAYS = (Reason.IDENTITY_NEEDED, Reason.WRONG_GATE, Reason.NOT_YET_OPEN, Reason.CLOSED, Reason.SEE_STAFF)
"""Of several tickets that a card finds and none of which admits, the one refused for the first of these is answered."""


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
    zone: ZoneInfo = CHINA


Decision = Admitted | Refused


@dataclass(frozen=True, slots=True)
class _Judged:
    """What `admission` said of a ticket, and what it was told: the use to take up again, and the departure."""

    found: Found
    answer: Admit | Refuse
    resumable: Use | None
    departure: Departure | None


class Decider:
    """Decides for one lane. Belongs to the thread that opened the journal; nobody else asks `cache.changed()`."""

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
        self._finder = Finder(cache, trust)
        self._clock = clock
        self._new_attempt = new_attempt

    def code(self, code: Code, *, earlier: Card | None = None) -> Decision:
        """Decide on a code. A card that was shown `earlier` counts if it is the ticket's, and is nobody's otherwise."""
        self._finder.keep_up()
        found = self._finder.by_code(code)
        if isinstance(found, NotFound):
            return self._refuse(Refuse(reason=found.reason), found.number, found.by)
        shown = CardShown.NONE if earlier is None else self._finder.compare(found.journey, earlier)
        if shown is CardShown.DIFFERS:
            shown = CardShown.NONE
        return self._decide(found, shown, code_shown=True)

    def card(self, card: Card, *, earlier: Code | None = None) -> Decision:
        """Decide on an ID card: with the code that was shown `earlier`, or alone by the ticket that carries its tag."""
        self._finder.keep_up()
        with_code = None if earlier is None else self._finder.by_code(earlier)
        shown = self._finder.compare(with_code.journey, card) if isinstance(with_code, Found) else CardShown.NONE
        if isinstance(with_code, Found) and shown is CardShown.MATCHES:
            return self._decide(with_code, shown, code_shown=True)
        alone = self._best_of(card)
        if alone is not None and isinstance(alone.answer, Admit):
            return self._decide(alone.found, CardShown.MATCHES, code_shown=False)
        if isinstance(with_code, Found):
            return self._decide(with_code, shown, code_shown=True)
        if alone is not None and isinstance(alone.answer, Refuse):
            return self._refuse(alone.answer, alone.found.number, "card")
        return self._refuse(Refuse(reason=Reason.NOT_KNOWN_HERE), None, "card")

    def unreadable(self, by: By) -> Refused:
        """Record that something was shown that cannot be read, or is not ours."""
        return self._refuse(Refuse(reason=Reason.UNREADABLE), None, by)

    def _best_of(self, card: Card) -> _Judged | None:
        """Of the tickets that a card finds the first that admits, else the one whose refusal helps most."""
        refused: list[tuple[int, _Judged]] = []
        for found in self._finder.by_card(card, self._clock().at):
            judged = self._judge(found, CardShown.MATCHES, code_shown=False)
            if isinstance(judged.answer, Admit):
                return judged
            reason = judged.answer.reason
            refused.append((_CARD_SAYS.index(reason) if reason in _CARD_SAYS else len(_CARD_SAYS), judged))
        return min(refused, key=lambda each: each[0])[1] if refused else None

    def _judge(self, found: Found, card_shown: CardShown, *, code_shown: bool) -> _Judged:
        now, journey = self._clock(), found.journey
        own = history(self._journal, found.number)
        # only what ended without anybody knowing how may be taken up again: an own use that is still open is in use
        unresolved = {use.attempt: use for use in own if use.end is UseEnd.UNRESOLVED}
        departure = self._finder.departure(journey.service_date, journey.trip)
        stop = self._finder.stop
        rules = Rules(
            station_stops=frozenset({journey.boarding if stop is None else stop}),
            gate=self._settings.gate,
            departure=departure,
            zone=self._finder.zone,
            default_identity=self._settings.default_identity,
            late_minutes=self._settings.late_minutes,
            widened_dates=self._widened(now),
        )
        presented = PresentedTicket(
            number=found.number,
            journey=journey,
            expires=found.expires,
            signed=found.signed,
            state=found.state,
            code_shown=code_shown,
            card_shown=card_shown,
            attempts=frozenset(unresolved),
        )
        answer = admission(presented, merged(own, self._cache.uses(found.number)), rules, now)
        resumable = None
        if isinstance(answer, Admit):
            resumable = next((use for use in unresolved.values() if use.use_no == answer.use_no), None)
        return _Judged(found, answer, resumable, departure)

    def _widened(self, now: TrustedNow) -> frozenset[date]:
        """Service days to let through while the time is not known: from the last known time on, or any at all."""
        if now.quality is not TimeQuality.UNKNOWN or now.at.timestamp() * 1000 <= ABSURD_BEFORE_MS:
            return frozenset()
        first = service_date(now.at, self._finder.zone)
        return frozenset(first + timedelta(days=ahead) for ahead in range(self._settings.offline_days + 1))

    def _decide(self, found: Found, card_shown: CardShown, *, code_shown: bool) -> Decision:
        while True:
            judged = self._judge(found, card_shown, code_shown=code_shown)
            if isinstance(judged.answer, Refuse):
                return self._refuse(judged.answer, found.number, found.by)
            admitted = self._admitted(judged, judged.answer)
            if self._claim(admitted):
                return admitted
            # another has claimed this use since: judge again, by the history as it is now

    def _admitted(self, judged: _Judged, admit: Admit) -> Admitted:
        earlier = judged.resumable
        return Admitted(
            number=judged.found.number,
            journey=judged.found.journey,
            departure=judged.departure,
            use_no=admit.use_no,
            attempt=self._new_attempt() if earlier is None else earlier.attempt,
            persons=admit.persons,
            flags=frozenset(str(flag) for flag in admit.flags),
            by=judged.found.by,
            resumed=earlier is not None,
        )

    def _claim(self, admitted: Admitted) -> bool:
        """Commit the use; False, with nothing written, when its number is taken."""
        lane = self._settings.lane
        with self._journal.transaction() as tx:
            if admitted.resumed:
                number = admitted.number.digits
                again = {"lane": lane, "what": "use taken up again", "number": number, "use_no": admitted.use_no}
                tx.append(Kind.LANE_EVENT, again)
                return True
            return claim_use(
                tx,
                ticket=admitted.number,
                use_no=admitted.use_no,
                attempt=admitted.attempt,
                service_date=admitted.journey.service_date,
                trip=admitted.journey.trip,
                lane=lane,
                persons=admitted.persons,
                by=admitted.by,
                flags=sorted(admitted.flags),
            )

    def _refuse(self, refusal: Refuse, number: TicketNumber | None, by: By) -> Refused:
        """Commit the refusal."""
        body = {
            "number": None if number is None else number.digits,
            "reason": str(refusal.reason),
            "lane": self._settings.lane,
            "by": by,
        }
        with self._journal.transaction() as tx:
            tx.append(Kind.SCAN_REFUSED, body)
        return Refused(refusal=refusal, number=number, by=by, zone=self._finder.zone)
