"""Taking a ticket's use for a refund or a change: nobody travels on what was taken, and nothing is taken twice.

The station's arbiter is asked first: what it granted is claimed at once. Then the centre is asked, which keeps the web
from refunding the ticket meanwhile: its *taken* ends what the arbiter granted, its silence does not. Where the arbiter
is silent, or there is none, the centre's *granted* is needed. What may have been granted unheard is given back in the
journal. docs/refunds.md has the table.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import assert_never

from kiosk.till.finding.ports import Centre, NoAnswer
from sync.cache.reader import CacheReader
from sync.cache.record_rows import use_told
from sync.cache.ticket_finder import Found, TicketFinder
from sync.journal.asked import AskedUse, TakenFor, all_asked, claim_asked, forget_asked, give_back_asked, note_asked
from sync.journal.journal import Journal, Transaction
from sync.journal.refunds import refund_of
from sync.journal.uses import end_use, history, open_uses
from sync.lan.arbiter import Alone, Arbiter, Granted, NoArbiter, Silent, Taken
from sync.lan.asking import Asking
from sync.lan.asking_for_use import attempt_of, claim_request
from sync.wire.money import UseAnswer, UseAsk
from tickets.admission import CardShown, Flag, PresentedTicket, Refuse, Rules, TicketState, TrustedNow, admission
from tickets.reasons import Reason
from tickets.uses import Use, UseEnd, merged, next_use_no

LANE = "kiosk"
"""Where a till's uses are said to be made."""
MOST_QUESTIONS = 4
"""How often a use is asked for under a new number because another was quicker."""
NOT_ABOUT_USES = frozenset(
    {
        Reason.NOT_YET_OPEN,
        Reason.CLOSED,
        Reason.DEPARTED,
        Reason.CANCELLED,
        Reason.WRONG_DEPARTURE,
        Reason.EXPIRED,
        Reason.NOT_KNOWN_HERE,
        Reason.IDENTITY_NEEDED,
        Reason.IDENTITY_DIFFERS,
    }
)
"""What keeps somebody from boarding and says nothing about whether the ticket was used."""


@dataclass(frozen=True, slots=True)
class Won:
    """The use is claimed in this till's journal, with everything that was to be written with it."""

    use: Use


@dataclass(frozen=True, slots=True)
class Lost:
    """The ticket is used, or being used: nothing was written. `refusal` has the sentence."""

    refusal: Refuse


@dataclass(frozen=True, slots=True)
class Unheard:
    """Nobody could say. What may have been granted all the same is given back; the ticket stays as it was."""


Outcome = Won | Lost | Unheard
Also = Callable[[Transaction], None]
"""What is written in the commit that claims the use."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """The centre is being asked. `claimed`: the arbiter granted this use and it is claimed here; `unheard`: the arbiter
    may have granted it and was not heard.
    """

    asked: AskedUse
    claimed: Use | None
    unheard: bool
    tries: int


class Taking:
    """Takes uses for one till, one at a time. `arbiter` is NoArbiter's at a station without a relay.

    Everything happens on the till's thread; only the arbiter's budget (some 80 ms) is ever waited for.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        cache: CacheReader,
        finder: TicketFinder,
        arbiter: Arbiter | None,
        centre: Centre,
        now: Callable[[], TrustedNow],
    ) -> None:
        self._journal = journal
        self._cache = cache
        self._finder = finder
        self._arbiter = arbiter or NoArbiter()
        self._has_arbiter = arbiter is not None
        self._centre = centre
        self._now = now
        self._lock = Asking(journal.path)
        self._waiting: _Waiting | None = None

    def recover(self) -> None:
        """Give back what the process before this one had asked for, and a use for a refund that it had claimed without
        opening the refund: called once, at the start. Uses for changes are their orders' (`finding.change`).
        """
        for asked in all_asked(self._journal):
            self._give_back(asked, "restarted")
        for found in open_uses(self._journal):
            use = found.use
            if use.purpose == "refund" and refund_of(self._journal, use.ticket) is None:
                with self._journal.transaction() as tx:
                    self.end(tx, use, UseEnd.RELEASED)

    def own(self, found: Found) -> list[Use]:
        """This till's uses of a ticket."""
        return history(self._journal, found.number)

    def known(self, found: Found, learnt: Iterable[Use] = ()) -> tuple[TicketState, list[Use]]:
        """The state of a ticket and its uses, as far as they are known here."""
        state, told = self._cache.told(found.number)
        return state or TicketState.VALID, merged(self.own(found), told, learnt)

    def against(self, found: Found, learnt: Iterable[Use] = (), but: AskedUse | None = None) -> Refuse | None:
        """What stands against taking a ticket back: where it is from, what became of it, who used it.

        Asked of `admission` itself, with all that is not about uses set aside, and `but` for this wish's own use.
        """
        state, known = self.known(found, learnt)
        uses = [use for use in known if but is None or use.attempt != but.attempt]
        journey = found.journey
        judged = admission(
            PresentedTicket(
                number=found.number,
                journey=journey,
                expires=found.expires,
                signed=found.signed,
                state=state,
                card_shown=CardShown.NONE,
            ),
            uses,
            Rules(
                station_stops=self._finder.boarding(journey),
                gate="",
                departure=self._finder.departure(journey.service_date, journey.trip),
                zone=self._finder.zone,
                overridden=NOT_ABOUT_USES,
            ),
            self._now(),
        )
        return judged if isinstance(judged, Refuse) else None

    def mine(self, found: Found, purpose: TakenFor) -> Use | None:
        """The use that this till has taken for this purpose and that was not released."""
        return next((use for use in self.own(found) if use.purpose == purpose and use.end is not UseEnd.RELEASED), None)

    def take(self, found: Found, purpose: TakenFor, also: Also) -> Outcome | None:
        """Take a use of the ticket; None while the centre is being asked: call it again in the next round.

        `also` is written once, when the use is won: in the commit that claims it, or in the next one if the arbiter
        granted it. A use that was won before is Won at once, and `also` is not written again.
        """
        waiting = self._waiting
        if waiting is not None and (waiting.asked.number, waiting.asked.purpose) == (found.number, purpose):
            return self._heard(found, waiting, also)
        self.drop()
        if (won := self.mine(found, purpose)) is not None:
            return Won(won)
        return self._ask_the_arbiter(found, purpose, learnt=(), tries=0)

    def drop(self) -> None:
        """Nobody waits for the use that is being asked for any more: it is given back."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._let_go(waiting, "not wanted any more")

    def end(self, tx: Transaction, use: Use, end: UseEnd = UseEnd.PASSED) -> None:
        """Say how a use of this till ended."""
        end_use(
            tx, ticket=use.ticket, use_no=use.use_no, attempt=use.attempt, end=end, persons=use.persons, why="undone"
        )

    def _ask_the_arbiter(self, found: Found, purpose: TakenFor, learnt: Iterable[Use], tries: int) -> Outcome | None:
        learnt = list(learnt)
        with self._asking():
            for _ in range(MOST_QUESTIONS):
                if (refusal := self.against(found, learnt)) is not None:
                    self._forget(found)
                    return Lost(refusal)
                asked = self._wanted(found, purpose, learnt)
                with self._journal.transaction() as tx:
                    note_asked(tx, asked)
                answer = self._put(found, asked)
                match answer:
                    case Granted():
                        self._waiting = _Waiting(asked, self._claimed(found, asked), unheard=False, tries=tries)
                        return None
                    case Taken():
                        news = merged(learnt, answer.uses)
                        if news == learnt:
                            break  # nothing that it knows stands against it: it has yet to hear how ours ended
                        learnt = news
                    case Silent() | Alone():
                        unheard = isinstance(answer, Silent)
                        self._waiting = _Waiting(asked, None, unheard, tries)
                        return None
                    case _:
                        assert_never(answer)
            else:
                self._forget(found)
                return Lost(Refuse(reason=Reason.SEE_STAFF))
        self._waiting = _Waiting(asked, None, unheard=True, tries=tries)
        return None

    def _heard(self, found: Found, waiting: _Waiting, also: Also) -> Outcome | None:
        asked = waiting.asked
        answer = self._centre.ask_use(
            UseAsk(
                number=asked.number.digits,
                use_no=asked.use_no,
                attempt=asked.attempt.hex,
                purpose=asked.purpose,
                lane=LANE,
                persons=asked.persons,
                at=int(self._now().at.timestamp() * 1000),
            )
        )
        match answer:
            case None:
                return None
            case NoAnswer():
                self._waiting = None
                return self._without(waiting, "nobody answered", also)
            case UseAnswer():
                self._waiting = None
                return self._told(found, waiting, answer, also)
            case _:
                assert_never(answer)

    def _told(self, found: Found, waiting: _Waiting, answer: UseAnswer, also: Also) -> Outcome | None:
        asked = waiting.asked
        learnt = [use_told(use) for use in answer.uses]
        others = [use for use in learnt if use.attempt != asked.attempt]
        refusal = self.against(found, others, but=asked)
        if refusal is not None:
            self._let_go(waiting, "used elsewhere")
            return Lost(refusal)
        match answer.answer:
            case "granted":
                return self._won(found, waiting, also)
            case "taken" if waiting.claimed is not None:
                self._let_go(waiting, "taken at the centre")
                return Lost(Refuse(reason=Reason.SEE_STAFF))
            case "taken":
                self._let_go(waiting, "taken under another number")
                newer = next_use_no(merged(self.own(found), others)) > asked.use_no + 1
                if newer and waiting.tries < MOST_QUESTIONS:
                    return self._ask_the_arbiter(found, asked.purpose, others, waiting.tries + 1)
                return Unheard()
            case "unknown":
                return self._without(waiting, "nobody knows it", also)
            case other:
                assert_never(other)

    def _without(self, waiting: _Waiting, why: str, also: Also) -> Outcome:
        """The centre cannot say: the arbiter's word alone has to do, where there is one."""
        if waiting.claimed is None:
            self._let_go(waiting, why)
            return Unheard()
        with self._journal.transaction() as tx:
            also(tx)
        return Won(waiting.claimed)

    def _won(self, found: Found, waiting: _Waiting, also: Also) -> Won:
        if waiting.claimed is not None:
            with self._journal.transaction() as tx:
                also(tx)
            return Won(waiting.claimed)
        flags = frozenset({Flag.UNARBITRATED.value}) if waiting.unheard else frozenset[str]()
        return Won(self._claimed(found, waiting.asked, also, flags))

    def _wanted(self, found: Found, purpose: TakenFor, learnt: Iterable[Use]) -> AskedUse:
        use_no = next_use_no(self.known(found, learnt)[1])
        return AskedUse(
            number=found.number,
            use_no=use_no,
            attempt=attempt_of(self._journal.epoch, found.number, use_no),
            purpose=purpose,
            service_date=found.journey.service_date,
            trip=found.journey.trip,
            persons=found.journey.persons,
            by=found.by,
        )

    def _put(self, found: Found, asked: AskedUse) -> Granted | Taken | Silent | Alone:
        claim = claim_request(
            self._journal,
            number=asked.number,
            journey=found.journey,
            use_no=asked.use_no,
            attempt=asked.attempt,
            lane=LANE,
            at=self._now().at,
            persons=asked.persons,
            purpose=asked.purpose,
            by=asked.by,
            own=self.own(found),
        )
        return self._arbiter.ask(claim)

    def _claimed(
        self, found: Found, asked: AskedUse, also: Also | None = None, flags: frozenset[str] = frozenset()
    ) -> Use:
        with self._journal.transaction() as tx:
            if not claim_asked(tx, asked, lane=LANE, flags=flags):
                raise AssertionError("one till takes one use at a time")
            if also is not None:
                also(tx)
        claimed = self.mine(found, asked.purpose)
        assert claimed is not None, "it was committed above"
        return claimed

    def _let_go(self, waiting: _Waiting, why: str) -> None:
        if waiting.claimed is None:
            self._give_back(waiting.asked, why)
            return
        with self._journal.transaction() as tx:
            self.end(tx, waiting.claimed, UseEnd.RELEASED)

    def _give_back(self, asked: AskedUse, why: str) -> None:
        with self._journal.transaction() as tx:
            give_back_asked(tx, asked, lane=LANE, why=why)

    def _forget(self, found: Found) -> None:
        with self._journal.transaction() as tx:
            forget_asked(tx, found.number)

    def _asking(self) -> AbstractContextManager[None]:
        """Around each question to the arbiter and what is written down of it (`sync.lan.asking`)."""
        return self._lock.held() if self._has_arbiter else nullcontext()


def take_for_claim(tx: Transaction, journal: Journal, ticket: Found, told: Iterable[Use]) -> None:
    """Take a ticket's use in the commit in which a cashier pays its refund out: nobody travels on it from then on.

    `told` is what others have said of it. Nobody is asked: whoever pays has looked, and the use is flagged.
    """
    uses = merged(history(journal, ticket.number), told)
    use_no = next_use_no(uses)
    asked = AskedUse(
        number=ticket.number,
        use_no=use_no,
        attempt=attempt_of(journal.epoch, ticket.number, use_no),
        purpose="refund",
        service_date=ticket.journey.service_date,
        trip=ticket.journey.trip,
        persons=ticket.journey.persons,
        by=ticket.by,
    )
    if claim_asked(tx, asked, lane=LANE, flags=frozenset({Flag.UNARBITRATED.value})):
        end_use(tx, ticket=asked.number, use_no=use_no, attempt=asked.attempt, end=UseEnd.PASSED, persons=asked.persons)
