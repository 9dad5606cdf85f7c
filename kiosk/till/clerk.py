"""Brings one order at a time from held to its end: tickets in hand, nothing owed, or a claim for what is owed.

It decides by what the ledger says, never by what it remembers; so it makes no difference whether the till ran on or
was killed and started again in between. What it does remember is only why an order is to be closed, and until when
to wait for a note that is on its way.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from kiosk.till import wording
from kiosk.till.authority import Authority
from kiosk.till.cashier import STUCK_LIMIT, CameBack, Cashier, InDoubt, News, Reported, Took
from kiosk.till.faces import Faces, NotDrawable
from kiosk.till.ledger import Ledger
from kiosk.till.press import Press
from kiosk.till.records import Claim, Issued, OrderRecord, Plan
from kiosk.till.shelf import Shelf
from kiosk.till.values import (
    Delivery,
    OrderState,
    Words,
)
from kiosk.till.wording import Closing, Trouble
from sync.orders import Grant
from tickets.credential import Ticket
from tickets.departures import DepartureState
from tickets.errors import Malformed
from tickets.money import Fen
from tickets.numbers import TicketNumber

RECENT = timedelta(hours=2)
"""How long after an order was held whoever stands in front of the machine may still be the one who held it."""
IDLE_LIMIT = 300.0
"""Seconds without a note after which an open order is given up, should no screen do it."""


class Clerk:
    """Works the orders of one till; everything in it happens on one thread.

    `now` is trusted time, `clock` monotonic seconds, `new_claim` makes claim numbers. `show` is called whenever a
    passenger should see something before the next step, which may take seconds, begins. `needs_printer` is false
    where the station lets people board with their document alone, so that it sells without paper.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        cashier: Cashier,
        press: Press,
        shelf: Shelf,
        authority: Authority,
        faces: Faces,
        now: Callable[[], datetime],
        clock: Callable[[], float],
        new_claim: Callable[[], str],
        show: Callable[[], None],
        needs_printer: bool = True,
    ) -> None:
        self._needs_printer = needs_printer
        self._ledger = ledger
        self._cashier = cashier
        self._press = press
        self._shelf = shelf
        self._authority = authority
        self._faces = faces
        self._now = now
        self._clock = clock
        self._new_claim = new_claim
        self._show = show
        self._closing: Closing | None = None
        self._cash_on = False
        self._ending = False
        self._active_at = clock()
        self.order: UUID | None = None
        self.recovered: UUID | None = None
        self.message: Words | None = None
        self.printing: TicketNumber | None = None

    @property
    def busy(self) -> bool:
        """Whether an order is open, so that no other can be begun."""
        record = self._ledger.order(self.order) if self.order else None
        return record is not None and record.state in (OrderState.HELD, OrderState.PAID)

    @property
    def taking(self) -> bool:
        """Whether notes are wanted for the open order."""
        return self._cash_on and self._closing is None

    def recover(self) -> None:
        """Take up what the process before this one left: called once, before any command.

        What is paid is issued and printed. An order that is not paid is closed as soon as it is known which of its
        notes are in the stacker, which needs the validator to answer or a minute to pass.
        """
        self._press.look(now=True)
        self._listen()
        for order in self._ledger.unfinished():
            self.order, self._closing, self._ending = order, Closing.RESTARTED, True
            self._advance()
        newest = self._ledger.newest_order()
        record = self._ledger.order(newest) if newest else None
        if newest is None or record is None or self._now() - record.held_at > RECENT or _in_hand(record):
            return
        self.recovered = newest
        self._give_out(newest)

    def open(self, plan: Plan, grant: Grant) -> None:
        """Hold the places of `plan`. The order before it must have ended."""
        self._ledger.hold(plan, grant)
        self.order, self._closing, self._cash_on, self._ending = plan.order, None, False, False
        self.recovered = self.message = None
        self._active_at = self._clock()

    def start_cash(self) -> Trouble | None:
        """Let notes in for the open order. An order that costs nothing is paid at once."""
        if not self.busy or self._closing is not None:
            return Trouble.NO_ORDER
        record = self._ledger.order(self.order) if self.order else None
        if record is not None and record.due > 0 and not self._cashier.ready:
            return Trouble.CASH
        self._press.look(now=True)
        if self._needs_printer and not self._press.ready:
            return Trouble.PRINTER
        self._cash_on = True
        self._active_at = self._clock()
        self._advance()
        return None

    def cancel(self) -> None:
        """Give the open order up, as soon as no note is on its way. Nothing happens to one that is paid."""
        if self.busy and self._closing is None:
            self._closing = Closing.CANCELLED

    def end_session(self) -> None:
        """The passenger is gone: forget names, give up an open order, and show the order no more once it has ended."""
        self._faces.forget()
        if self.busy:
            self._closing = self._closing or Closing.ABANDONED
            self._ending = True
        else:
            self.order = self.message = None
        self.recovered = None

    def work(self) -> None:
        """One round: hear the validator, take the order a step further, tell the validator what may come next."""
        self._listen()
        self._advance()
        self._serve()

    def print_again(self) -> Trouble | None:
        """Print what is known not to be printed, once more."""
        order = self.order or self.recovered
        if order is None:
            return Trouble.NO_ORDER
        self._press.look(now=True)
        if not self._press.ready:
            return Trouble.PRINTER
        self._give_out(order)
        return None

    def reprint(self, digits: str) -> Trouble | None:
        """Print one more copy of a ticket of the order that is shown, marked as a copy."""
        for order in (self.order, self.recovered):
            record = self._ledger.order(order) if order else None
            for ticket in record.issued if record else ():
                if ticket.number.digits == digits and order is not None:
                    self._press.look(now=True)
                    if not self._press.ready:
                        return Trouble.PRINTER
                    self._print(order, ticket)
                    self._tell_about_paper(order)
                    return None
        return Trouble.NOT_OUR_TICKET

    def limit(self, record: OrderRecord) -> Fen:
        """How much may be put in now: what is due, or nothing while no note is wanted."""
        return record.due if self.taking and record.state is OrderState.HELD else Fen(0)

    def _listen(self) -> None:
        touched = []
        for item in self._cashier.listen():
            self._hear(item)
            if isinstance(item, Took):
                touched.append(item.order)
        for order in touched:
            self._advance()
            self._claim_surplus(order)

    def _hear(self, item: News) -> None:
        match item:
            case Took():
                self._active_at = self._clock()
                self.message = None
            case CameBack():
                if self.taking:
                    self._active_at = self._clock()
                    self.message = wording.BILL_TOO_LARGE if item.too_large else wording.BILL_CAME_BACK
            case InDoubt():
                if item.order == self.order:
                    self._closing = self._closing or Closing.VALIDATOR_STUCK
            case Reported():
                pass

    def _advance(self) -> None:
        """Take the open order as far as it can go now."""
        order = self.order
        record = self._ledger.order(order) if order else None
        if order is None or record is None:
            return
        if record.state is OrderState.HELD:
            self._consider(order, record)
            record = self._ledger.order(order) or record
        if record.state is OrderState.PAID:
            self._cashier.serve(None, Fen(0))
            self._issue(order, record.plan)

    def _consider(self, order: UUID, record: OrderRecord) -> None:
        """Pay the order, close it, or let it wait."""
        wanted = self._cash_on or (self._closing is Closing.RESTARTED and record.total > 0)
        if record.due == 0 and wanted and self._closing in _MAY_BE_PAID:
            departure = self._shelf.departure(record.plan.service_date, record.plan.trip)
            if departure is None or departure.state is not DepartureState.CANCELLED:
                self._ledger.pay(order)
                self._show()
                return
            self._closing = Closing.DEPARTURE_GONE
        stuck = self._cashier.stuck_for()
        if self._closing is None:
            self._closing = self._reason_to_close(record, stuck)
        if self._closing is None:
            if self._cash_on and stuck > 1.0 and record.taken > 0:
                self.message = wording.stuck_message(record.taken, max(0, round(STUCK_LIMIT - stuck)))
            return
        if not self._cashier.clear and stuck < STUCK_LIMIT:
            return
        self._cashier.give_up()
        self._ledger.close(order, self._new_claim(), self._closing)
        self._cash_on = False
        self._cashier.serve(None, Fen(0))
        self._show()
        self._print_slips(order)
        if self._ending:
            self.order = self.message = None

    def _reason_to_close(self, record: OrderRecord, stuck: float) -> Closing | None:
        if stuck >= STUCK_LIMIT and (record.taken > 0 or not self._cashier.clear):
            return Closing.VALIDATOR_STUCK
        if self._clock() - self._active_at >= IDLE_LIMIT:
            return Closing.ABANDONED
        departure = self._shelf.departure(record.plan.service_date, record.plan.trip)
        if departure is not None and departure.state is DepartureState.CANCELLED:
            return Closing.DEPARTURE_GONE
        return None

    def _serve(self) -> None:
        record = self._ledger.order(self.order) if self.order else None
        if self.order is None or record is None:
            self._cashier.serve(None, Fen(0))
        else:
            limit = self.limit(record)
            self._cashier.serve(self.order if limit else None, limit)

    def _issue(self, order: UUID, plan: Plan) -> None:
        """Sign every ticket of a paid order, or owe the money back when that cannot be done any more."""
        try:
            codes = {
                place.number: self._authority.sign(Ticket(place.number, plan.expires, plan.journey(place)))
                for place in plan.places
            }
        except (ValueError, Malformed):
            self._ledger.close(order, self._new_claim(), Closing.CANNOT_ISSUE)
            self._show()
            self._print_slips(order)
            return
        self._ledger.issue(order, codes)
        self._closing, self._cash_on, self.message = None, False, None
        self._show()
        self._give_out(order)
        if self._ending:
            self.order = self.message = None

    def _give_out(self, order: UUID) -> None:
        """Print every ticket of which nothing is known to be out or on its way, and every slip that is missing."""
        record = self._ledger.order(order)
        for ticket in record.issued if record else ():
            if not ticket.paper.given and ticket.paper.certain:
                self._print(order, ticket)
        self._print_slips(order)
        self._tell_about_paper(order)

    def _print(self, order: UUID, ticket: Issued) -> None:
        copy = _next_copy(ticket)
        self.printing = ticket.number
        self._show()
        try:
            self._press.print_ticket(ticket, self._faces.ticket(ticket, order=order.hex, copy=copy), copy)
        except NotDrawable:
            self._press.cannot_draw()
        finally:
            self.printing = None
            self._show()

    def _tell_about_paper(self, order: UUID) -> None:
        record = self._ledger.order(order)
        if record is None or not record.issued:
            return
        if any(not ticket.paper.certain for ticket in record.issued):
            self.message = wording.REPRINT_OFFERED
        elif any(not ticket.paper.given for ticket in record.issued):
            self.message = wording.PRINT_REFUSED
        else:
            self.message = None

    def _claim_surplus(self, order: UUID) -> None:
        if self._ledger.claim_surplus(order, self._new_claim()) is not None:
            self._print_slips(order)

    def _print_slips(self, order: UUID) -> None:
        """Print the slips of an order's claims, one for each, and say what is owed."""
        record = self._ledger.order(order)
        claims: list[Claim] = [claim for claim in record.claims if not claim.void] if record else []
        for claim in claims:
            printed = claim.slip or self._print_slip(claim)
            self.message = wording.claim_message(claim.fen, claim.number, printed)

    def _print_slip(self, claim: Claim) -> bool:
        try:
            return self._press.print_slip(claim, self._faces.slip(claim))
        except NotDrawable:
            self._press.cannot_draw()
            return False


_MAY_BE_PAID = frozenset({None, Closing.RESTARTED, Closing.VALIDATOR_STUCK, Closing.ABANDONED})
"""Why an order may be on its way to being closed and is still issued when its last note turns up in the stacker."""


def _in_hand(record: OrderRecord) -> bool:
    """Whether an order has ended and its passenger has all the paper that there is to it."""
    if record.state is OrderState.CLAIMED:
        return all(claim.slip for claim in record.claims)
    return record.state in (OrderState.DELIVERED, OrderState.RELEASED)


def _next_copy(ticket: Issued) -> int:
    """The number of the copy to print next: one that was refused was never printed and is not counted."""
    paper = ticket.paper
    if paper.copy is None:
        return 0
    return paper.copy if paper.last is Delivery.REFUSED else paper.copy + 1
