"""What a screen is told of a ticket that was found: what a gate would say, and what can be done with it now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kiosk.till.finding import words
from kiosk.till.finding.ports import Returns, Way
from kiosk.till.finding.search import Hit
from kiosk.till.finding.taking import Taking
from kiosk.till.finding.ways import way_words
from kiosk.till.shelf import Shelf
from kiosk.till.values import FoundTicket, Task, Words
from kiosk.till.wording import UNKNOWN_PLACE
from sync.cache.ticket_finder import TicketFinder
from sync.journal.journal import Journal
from sync.journal.order_reader import find_order
from sync.journal.refunds import Refund, invoices_of, refund_of
from tickets.admission import (
    Admit,
    CardShown,
    PresentedTicket,
    ReEntry,
    Refuse,
    Rules,
    TicketState,
    TrustedNow,
    admission,
)
from tickets.departures import Departure, IdentityPolicy
from tickets.invoicing import InvoiceDue, NoInvoice, invoice_due
from tickets.money import Fen
from tickets.reasons import Reason
from tickets.refunds import ChangeRules, NotBack, RefundRules, Terms, change_terms, refund_terms

_ABOUT_TIME_AND_PLACE = frozenset({Reason.NOT_YET_OPEN, Reason.CLOSED, Reason.WRONG_DEPARTURE, Reason.IDENTITY_NEEDED})
"""Refusals after which it helps to know where and when the coach is boarded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRules:
    """What holds for tasks at this till: the province's refunds and changes, and what the station's gates go by."""

    refunds: RefundRules
    changes: ChangeRules
    default_identity: IdentityPolicy = IdentityPolicy.CODE
    re_entry: ReEntry = ReEntry.AFTER_EXIT
    offline_days: int = 30

    @classmethod
    def default(cls) -> "TaskRules":
        """The usual ones."""
        return cls(refunds=RefundRules.default(), changes=ChangeRules())


class Showing:
    """Says of a ticket how it stands. Nothing is remembered: it may be asked again each second."""

    def __init__(
        self,
        *,
        journal: Journal,
        finder: TicketFinder,
        shelf: Shelf,
        taking: Taking,
        returns: Returns,
        rules: TaskRules,
        now: Callable[[], TrustedNow],
    ) -> None:
        self._journal = journal
        self._finder = finder
        self._shelf = shelf
        self._taking = taking
        self._returns = returns
        self._rules = rules
        self._now = now

    def show(self, hit: Hit, way: Way) -> FoundTicket:
        """The ticket as a screen may show it; `way` is how its money would go back."""
        journey, departure = hit.found.journey, self.departure(hit)
        stops = self._shelf.stops()
        verdict, go = self.verdict(hit)
        terms = self.terms(hit)
        why_not = {task: why for task in Task if (why := self.why_not(hit, task)) is not None}
        given = terms if isinstance(terms, Terms) else None
        elsewhere = journey.boarding not in self._finder.boarding(journey)
        return FoundTicket(
            number=hit.number.digits,
            grouped=hit.number.grouped,
            code=hit.code,
            names=stops[journey.alighting].names if journey.alighting in stops else UNKNOWN_PLACE,
            departs_at=departure.departs_at if departure else self._day_of(hit),
            service_date=journey.service_date,
            trip=journey.trip,
            seat=journey.seat,
            kind=journey.kind,
            fare=journey.fare,
            gate=departure.gate if departure else "–",
            bay=departure.bay if departure else "–",
            verdict=verdict,
            go=go,
            can=frozenset(task for task in Task if task not in why_not),
            why_not=tuple(why_not.items()),
            fee=given.fee if given else Fen(0),
            back=given.back if given else Fen(0),
            way=way_words(way, given.back, self._returns) if given and Task.REFUND not in why_not else ("", ""),
            fare_credit=journey.fare,
            destination=journey.alighting if journey.alighting in stops else 0,
            boards_at=(stops[journey.boarding].names if journey.boarding in stops else UNKNOWN_PLACE)
            if elsewhere
            else ("", ""),
            handle=hit.handle if hit.card is CardShown.MATCHES else "",
        )

    def departure(self, hit: Hit) -> Departure | None:
        """The departure that the ticket travels on now."""
        return self._finder.departure(hit.found.journey.service_date, hit.found.journey.trip)

    def verdict(self, hit: Hit) -> tuple[Words, bool]:
        """What a gate would say, and whether it would let the holder in.

        Where only the ID card is missing it is said that it is needed; who has it will be let in.
        """
        answer = self._judge(hit, hit.card)
        with_card = answer
        if isinstance(answer, Refuse) and answer.reason is Reason.IDENTITY_NEEDED:
            with_card = self._judge(hit, CardShown.MATCHES)
        zone, departure = self._finder.zone, self.departure(hit)
        match with_card:
            case Admit():
                closes = None
                if departure is not None:
                    closes = max(departure.closes_at, departure.late_until or departure.closes_at)
                return words.admitted(departure, closes, zone, card=isinstance(answer, Refuse)), True
            case Refuse():
                said = words.refused(with_card, zone)
                if departure is not None and with_card.reason in _ABOUT_TIME_AND_PLACE:
                    said = words.joined(said, words.where(departure, zone))
                return said, False

    def terms(self, hit: Hit) -> Terms | NotBack:
        """What a refund would cost now."""
        return refund_terms(hit.found.journey.fare, self.departure(hit), self._now().at, self._rules.refunds)

    def invoice(self, hit: Hit) -> InvoiceDue | NoInvoice:
        """What could be invoiced now."""
        state, uses = self._taking.known(hit.found)
        refund = refund_of(self._journal, hit.number)
        return invoice_due(
            fare=hit.found.journey.fare,
            state=state,
            history=uses,
            departure=self.departure(hit),
            now=self._now().at,
            fee=None if refund is None else refund.fee,
            asked=bool(invoices_of(self._journal, hit.number)),
        )

    def why_not(self, hit: Hit, task: Task) -> Words | None:
        """Why the ticket does not allow a task now; None when it does."""
        match task:
            case Task.CHECK:
                return None
            case Task.COLLECT:
                return self._not_collected(hit)
            case Task.REFUND:
                return self._not_taken_back(hit) or self._said(self.terms(hit)) or _not_holders(hit)
            case Task.CHANGE:
                return self._not_taken_back(hit) or self._said(self._change(hit))
            case Task.INVOICE:
                if not hit.proved:
                    return words.SHOW_MORE
                due = self.invoice(hit)
                return words.NO_INVOICE[due] if isinstance(due, NoInvoice) else None

    def _judge(self, hit: Hit, card: CardShown) -> Admit | Refuse:
        found, now = hit.found, self._now()
        state, uses = self._taking.known(found)
        departure = self.departure(hit)
        return admission(
            PresentedTicket(
                number=found.number,
                journey=found.journey,
                expires=found.expires,
                signed=found.signed or hit.code is not None,
                state=state,
                code_shown=found.by != "card" or hit.code is not None,
                card_shown=card,
            ),
            uses,
            Rules(
                station_stops=self._finder.boarding(found.journey),
                gate="",
                departure=departure,
                zone=self._finder.zone,
                default_identity=self._rules.default_identity,
                re_entry=self._rules.re_entry,
                widened_dates=self._finder.widened(now, departure, self._rules.offline_days),
            ),
            now,
        )

    def _not_collected(self, hit: Hit) -> Words | None:
        if hit.number.guessable and not hit.proved:
            return words.SHOW_MORE
        state, uses = self._taking.known(hit.found)
        given_up = any(use.purpose in ("refund", "change") and use.end != "released" for use in uses)
        if state is not TicketState.VALID or given_up:
            return self.verdict(hit)[0]
        if hit.found.journey.boarding not in self._finder.boarding(hit.found.journey):
            return words.BY_STAFF
        return None

    def _not_taken_back(self, hit: Hit) -> Words | None:
        if not hit.proved:
            return words.SHOW_MORE
        refund = refund_of(self._journal, hit.number)
        if refund is not None:
            return words.ASKED_HERE if is_asked(refund) else words.REFUNDED_HERE
        against = self._taking.against(hit.found)
        return None if against is None else words.refused(against, self._finder.zone)

    def _change(self, hit: Hit) -> NotBack | None:
        return change_terms(self._changed(hit), self.departure(hit), self._now().at, self._rules.changes)

    def _changed(self, hit: Hit) -> int:
        """How many changes led to the ticket, as far as this till can tell."""
        order = None if hit.own is None else find_order(self._journal, hit.own.order)
        return 1 if order is not None and order.changes is not None else 0

    def _said(self, why: Terms | NotBack | None) -> Words | None:
        return words.NOT_BACK[why] if isinstance(why, NotBack) else None

    def _day_of(self, hit: Hit) -> datetime:
        """When nothing is known of a departure: noon of its day."""
        day = hit.found.journey.service_date
        return datetime(day.year, day.month, day.day, 12, tzinfo=self._finder.zone)


ASKED = "asked"
"""The way of a refund that was only asked for: no use is taken, and no money goes back by the machine."""


def is_asked(refund: Refund) -> bool:
    """Whether a refund was only asked for."""
    return refund.way == ASKED


def _not_holders(hit: Hit) -> Words | None:
    """Why nobody gets money for this ticket yet: a copy of its code is easily had, its holder's document is not."""
    return None if hit.card is CardShown.MATCHES or hit.secret else words.SHOW_DOCUMENT
