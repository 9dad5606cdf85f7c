"""From what was shown to a durable decision: find the ticket, ask `admission()`, ask the arbiter, record, then answer.

The answer `Admitted` exists only for a use that is committed in this gate's journal; whoever holds one may open.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never
from uuid import UUID

from drivers.barrier import Way
from gate.claim import Claims
from gate.decision import RE_ENTRY, TIME_NOT_SIGNED, Override, Subject
from gate.decision import Admitted as Admitted
from gate.decision import Decision as Decision
from gate.decision import Refused as Refused
from gate.find import Finder, Found, NotFound, TrustSource
from gate.in_hand import InHand
from gate.settings import GateSettings
from gate.shown import Card, CardTags, Code
from sync.cache.reader import CacheReader
from sync.journal.journal import Journal
from sync.journal.uses import By
from sync.lan.arbiter import Alone, Answer, Arbiter, Granted, Silent, Taken
from sync.points import Probe, no_probe
from tickets.admission import (
    Admit,
    CardShown,
    Flag,
    PresentedTicket,
    ReEntry,
    Refuse,
    Rules,
    TicketState,
    TimeQuality,
    TrustedNow,
    admission,
    leaving,
)
from tickets.departures import Departure
from tickets.numbers import TicketNumber
from tickets.reasons import Reason
from tickets.trust import Trust
from tickets.uses import Purpose, Use, UseEnd, merged

MOST_QUESTIONS: Final = 4
"""How often one ticket is judged again because another decision was quicker; then it goes to staff."""

_CARD_SAYS = (Reason.IDENTITY_NEEDED, Reason.WRONG_GATE, Reason.NOT_YET_OPEN, Reason.CLOSED, Reason.SEE_STAFF)
"""Of several tickets that a card finds and none of which admits, the one refused for the first of these is answered."""
_BY_THE_CLOCK = frozenset({Reason.NOT_YET_OPEN, Reason.CLOSED, Reason.DEPARTED, Reason.EXPIRED, Reason.WRONG_DEPARTURE})
_BY_THE_CARD = frozenset({Reason.IDENTITY_NEEDED, Reason.IDENTITY_DIFFERS})
_PURPOSE: dict[Way, Purpose] = {Way.IN: "admission", Way.OUT: "exit"}


@dataclass(frozen=True, slots=True)
class _Judged:
    """What `admission` said of a ticket, and what it was told: the use to take up again, the departure, what the
    own journal said, the flags that are the gate's own.
    """

    answer: Admit | Refuse
    resumable: Use | None
    departure: Departure | None
    own: Sequence[Use]
    flags: frozenset[str] = frozenset()


class Decider:
    """Decides for one lane. Belongs to one thread; nobody else asks `cache.changed()`.

    `arbiter` is None at a station without a relay, where nobody else can be asked.
    """

    def __init__(
        self,
        *,
        settings: GateSettings,
        journal: Journal,
        cache: CacheReader,
        trust: TrustSource,
        clock: Callable[[], TrustedNow],
        arbiter: Arbiter | None = None,
        probe: Probe = no_probe,
        in_hand: InHand | None = None,
    ) -> None:
        """`in_hand` is shared by the lanes of a gate."""
        self._settings = settings
        self._journal = journal
        self._cache = cache
        self._finder = Finder(cache, trust, settings.station)
        self._clock = clock
        self._claims = Claims(
            settings=settings, journal=journal, arbiter=arbiter, clock=clock, probe=probe, in_hand=in_hand
        )

    def code(self, code: Code, *, earlier: CardTags | None = None) -> Decision:
        """Decide on a code. A card that was shown `earlier` counts if it is the ticket's, and is nobody's otherwise."""
        self._finder.keep_up()
        found = self._finder.shown(code)
        if isinstance(found, NotFound):
            return self._refuse(Refuse(reason=found.reason), found.number, found.by)
        shown = CardShown.NONE if earlier is None else self._finder.compare(found.journey, earlier)
        if shown is CardShown.DIFFERS:
            shown = CardShown.NONE
        return self._decide(Subject(found=found, card_shown=shown, code_shown=True, way=code.way))

    def tags(self, card: Card, *, earlier: Code | None = None) -> CardTags:
        """All that is kept of a card, to be decided on: its tags. `earlier` is a code that it may belong to."""
        self._finder.keep_up()
        return self._finder.card_tags(card, self._clock().at, earlier)

    def card(self, card: CardTags, *, earlier: Code | None = None) -> Decision:
        """Decide on an ID card: with the code that was shown `earlier`, or alone by the ticket that carries its tag."""
        self._finder.keep_up()
        with_code = None if earlier is None else self._finder.shown(earlier)
        shown = self._finder.compare(with_code.journey, card) if isinstance(with_code, Found) else CardShown.NONE
        if isinstance(with_code, Found) and shown is CardShown.MATCHES:
            return self._decide(Subject(found=with_code, card_shown=shown, code_shown=True, way=card.way))
        alone, answer = self._best_of(card)
        if alone is not None and isinstance(answer, Admit):
            return self._decide(alone)
        if isinstance(with_code, Found):
            return self._decide(Subject(found=with_code, card_shown=shown, code_shown=True, way=card.way))
        if alone is not None and isinstance(answer, Refuse):
            return self._refuse(answer, alone.found.number, "card", alone)
        return self._refuse(Refuse(reason=Reason.NOT_KNOWN_HERE), None, "card")

    def override(self, refused: Refused, override: Override) -> Decision:
        """Decide again on a ticket that was refused, with one more reason set aside by a badge.

        Whether the badge may do that is the caller's to ask. What else is wrong with the ticket still refuses it.
        Raises ValueError for a refusal of what was no ticket.
        """
        if refused.subject is None:
            raise ValueError("there is no ticket to let through")
        self._finder.keep_up()
        set_aside = refused.subject.set_aside | {override.reason}
        return self._decide(replace(refused.subject, set_aside=set_aside), override)

    def unreadable(self, by: By) -> Refused:
        """Record that something was shown that cannot be read, or is not ours."""
        return self._refuse(Refuse(reason=Reason.UNREADABLE), None, by)

    def refuse_badge(self, reason: str, badge: str | None) -> None:
        """Record that a badge was shown and not taken; `badge` is its number, where its signature proves it."""
        self._claims.refuse_badge(reason, badge)

    def let_go(self, admitted: Admitted) -> None:
        """The use has ended, whichever way: another lane may take it up, if its end is not known."""
        self._claims.let_go(admitted)

    def give_back_not_written(self) -> None:
        """Commit that a use which the disk did not take let nobody in; EnvironmentFault while it takes nothing."""
        self._claims.give_back_not_written()

    def badges(self) -> tuple[Trust, int | None, TrustedNow]:
        """What a badge is checked with: the trust list in force, this station's number (if known), and the time."""
        self._finder.keep_up()
        return self._finder.trust, self._finder.station, self._clock()

    def _best_of(self, card: CardTags) -> tuple[Subject | None, Admit | Refuse | None]:
        """Of the tickets that a card finds the first that admits, else the one whose refusal helps most."""
        refused: list[tuple[int, Subject, Refuse]] = []
        for found in self._finder.by_card(card):
            subject = Subject(found=found, card_shown=CardShown.MATCHES, code_shown=False, way=card.way)
            answer = self._judge(subject, ()).answer
            if isinstance(answer, Admit):
                return subject, answer
            rank = _CARD_SAYS.index(answer.reason) if answer.reason in _CARD_SAYS else len(_CARD_SAYS)
            refused.append((rank, subject, answer))
        return min(refused, key=lambda each: each[0])[1:] if refused else (None, None)

    def _judge(self, subject: Subject, learnt: Sequence[Use]) -> _Judged:
        """Ask `admission` about the ticket as it is known now; `learnt` is what the arbiter has said of it just now."""
        now, found = self._clock(), subject.found
        journey, purpose = found.journey, _PURPOSE[subject.way]
        own = self._claims.own(found.number)
        state, told = self._cache.told(found.number)
        uses = merged(own, told, learnt) if own or told or learnt else []
        departure = self._finder.departure(journey.service_date, journey.trip)
        rules = Rules(
            station_stops=self._finder.boarding(journey),
            gate=self._settings.gate,
            departure=departure,
            zone=self._finder.zone,
            default_identity=self._settings.default_identity,
            re_entry=self._settings.re_entry,
            late_minutes=self._settings.late_minutes,
            widened_dates=self._finder.widened(now, departure, self._settings.offline_days),
            overridden=subject.set_aside,
        )
        seen_by_staff = subject.code_shown and not subject.set_aside.isdisjoint(_BY_THE_CARD)
        presented = PresentedTicket(
            number=found.number,
            journey=journey,
            expires=found.expires,
            signed=found.signed,
            state=state or TicketState.VALID,
            code_shown=subject.code_shown,
            card_shown=CardShown.SEEN_BY_STAFF if seen_by_staff else subject.card_shown,
            attempts=self._may_be_taken_up(own, uses) if uses else frozenset(),
        )
        ask = admission if subject.way is Way.IN else leaving
        answer = ask(presented, uses, rules, now)
        if isinstance(answer, Refuse):
            return _Judged(answer, None, departure, own)
        resumable = next((use for use in own if _is_unresolved(use, purpose) and use.use_no == answer.use_no), None)
        free = self._settings.re_entry is ReEntry.FREE and any(_was_inside(use) for use in uses)
        return _Judged(answer, resumable, departure, own, frozenset({RE_ENTRY}) if free else frozenset())

    def _may_be_taken_up(self, own: Iterable[Use], uses: Iterable[Use]) -> frozenset[UUID]:
        """Own attempts that may go on: those that ended without anybody knowing how, and those that the arbiter granted
        and this journal never heard of. One that is still open here, or that another lane has in hand, is in use.
        """
        here = {use.attempt: use for use in own}
        return frozenset(
            use.attempt
            for use in uses
            if not self._claims.in_hand_elsewhere(use.attempt)
            and (
                here[use.attempt].end is UseEnd.UNRESOLVED
                if use.attempt in here
                else use.attempt == self._claims.attempt(use.ticket, use.use_no)
            )
        )

    def _decide(self, subject: Subject, override: Override | None = None) -> Decision:
        with self._claims.asking():
            return self._decide_by_arbiter(subject, override)

    def _decide_by_arbiter(self, subject: Subject, override: Override | None) -> Decision:
        number, by = subject.found.number, subject.found.by
        learnt: list[Use] = []
        taken: set[UUID] = set()
        for _ in range(MOST_QUESTIONS):
            judged = self._judge(subject, learnt)
            if isinstance(judged.answer, Refuse):
                return self._refuse(judged.answer, number, by, subject, override)
            wanted = self._wanted(subject, judged, judged.answer, override)
            said = self._claims.ask(wanted)
            if isinstance(said, Taken):
                if wanted.attempt not in taken:
                    taken.add(wanted.attempt)
                    learnt = merged(learnt, said.uses)
                    continue
                # nothing that it knows stands against this use: it has yet to hear how ours before ended
                said = Silent(why="the arbiter is behind")
            admitted = self._answered(wanted, said, override)
            if admitted is None:
                if self._claims.give_back(wanted):
                    break
            elif self._claims.admit(admitted, override, judged.own):
                return admitted
            # another has taken this use since: judge again, by the history as it is now
        return self._refuse(Refuse(reason=Reason.SEE_STAFF), number, by, subject, override)

    def _wanted(self, subject: Subject, judged: _Judged, admit: Admit, override: Override | None) -> Admitted:
        earlier, number = judged.resumable, subject.found.number
        return Admitted(
            number=number,
            journey=subject.found.journey,
            departure=judged.departure,
            use_no=admit.use_no,
            attempt=self._claims.attempt(number, admit.use_no) if earlier is None else earlier.attempt,
            persons=admit.persons,
            flags=judged.flags.union(flag.value for flag in admit.flags),
            by=subject.found.by,
            resumed=earlier is not None,
            purpose=_PURPOSE[subject.way],
            badge=None if override is None else override.badge.number,
        )

    def _answered(self, wanted: Admitted, said: Answer, override: Override | None) -> Admitted | None:
        """What may be let in after the arbiter's answer; None when the station's policy sends this one to staff."""
        match said:
            case Granted() | Alone():
                return wanted
            case Silent() if override is not None:
                return replace(wanted, flags=wanted.flags | {Flag.UNARBITRATED.value, Flag.OVERRIDDEN.value})
            case Silent() if self._settings.without_arbiter == "admit":
                return replace(wanted, flags=wanted.flags | {Flag.UNARBITRATED.value})
            case Silent():
                return None
            case Taken():
                raise AssertionError("what is taken was judged again")
            case _:
                assert_never(said)

    def _refuse(
        self,
        refusal: Refuse,
        number: TicketNumber | None,
        by: By,
        subject: Subject | None = None,
        override: Override | None = None,
    ) -> Refused:
        """Commit the refusal."""
        self._claims.refuse(refusal.reason, number, by, override)
        unsure = refusal.reason in _BY_THE_CLOCK and self._clock().quality is not TimeQuality.TRUSTED
        flags = frozenset({TIME_NOT_SIGNED}) if unsure else frozenset[str]()
        return Refused(refusal=refusal, number=number, by=by, zone=self._finder.zone, subject=subject, flags=flags)


def _is_unresolved(use: Use, purpose: Purpose) -> bool:
    return use.end is UseEnd.UNRESOLVED and use.purpose == purpose


def _was_inside(use: Use) -> bool:
    return use.purpose == "admission" and use.end is UseEnd.PASSED
