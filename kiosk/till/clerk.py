"""Brings one order at a time from held to its end: tickets in hand, nothing owed, or a claim for what is owed.

It decides by what the ledger says, never by what it remembers; so it makes no difference whether the till ran on or
was killed and started again in between. What it does remember is only why an order is to be closed, and until when
to wait for a note or a payment that is on its way.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from kiosk.till import wording
from kiosk.till.authority import Authority
from kiosk.till.cashier import STUCK_LIMIT, CameBack, Cashier, InDoubt, Took
from kiosk.till.cashier import News as CashNews
from kiosk.till.cashless import Over
from kiosk.till.changing import Changes
from kiosk.till.coins import CoinTook
from kiosk.till.handing import Handing
from kiosk.till.ledger import Ledger
from kiosk.till.payments import NO_OTHER_MEANS_S, Phase
from kiosk.till.payouts import Gone
from kiosk.till.press import Press
from kiosk.till.records import OrderRecord, Plan
from kiosk.till.settling import Settling
from kiosk.till.shelf import Shelf
from kiosk.till.takings import News, Takings
from kiosk.till.values import Means, OrderState
from kiosk.till.wording import Closing, Trouble
from sync.journal.order_reader import Grant
from tickets.credential import Ticket
from tickets.departures import DepartureState
from tickets.errors import Malformed
from tickets.money import Fen

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
        takings: Takings,
        press: Press,
        handing: Handing,
        shelf: Shelf,
        authority: Authority,
        changes: Changes,
        now: Callable[[], datetime],
        clock: Callable[[], float],
        new_claim: Callable[[], str],
        show: Callable[[], None],
        needs_printer: bool = True,
    ) -> None:
        self._needs_printer = needs_printer
        self._ledger = ledger
        self._cashier = cashier
        self._takings = takings
        self._cashless = takings.cashless
        self._settling = Settling(takings)
        self._press = press
        self._handing = handing
        self._shelf = shelf
        self._authority = authority
        self._changes = changes
        self._now = now
        self._clock = clock
        self._new_claim = new_claim
        self._show = show
        self._closing: Closing | None = None
        self._cash_on = False
        self._wanted = False
        self._ending = False
        self._active_at = clock()
        self._unsettled: dict[UUID, bool] = {}
        """Orders that have ended with money too much in them; True while their passenger is here to take coins."""
        self._left: UUID | None = None
        """An order whose tickets are out and whose money was still leaving when an earlier process died."""
        self.order: UUID | None = None
        self.recovered: UUID | None = None

    @property
    def busy(self) -> bool:
        """Whether an order is open, or its change is still to come, so that no other can be begun."""
        record = self._ledger.order(self.order) if self.order else None
        opened = record is not None and record.state in (OrderState.HELD, OrderState.PAID)
        return opened or bool(self._unsettled) or self._settling.waits()

    @property
    def taking(self) -> bool:
        """Whether cash is wanted for the open order."""
        return self._cash_on and self._closing is None

    def recover(self) -> None:
        """Take up what the process before this one left: called once, before any command.

        What is paid is issued and printed. An order that is not paid is closed as soon as it is known which of its
        notes and payments came in, which needs the validator or the centre to answer, or some time to pass.
        """
        self._press.look(now=True)
        self._takings.recover(self._has_ended)
        self._unsettled = dict.fromkeys(self._ledger.with_surplus(), False)
        self._listen()
        for order in self._ledger.unfinished():
            self.order, self._closing, self._ending = order, Closing.RESTARTED, True
            self._advance()
        self._settle()
        newest = self._ledger.newest_order()
        record = self._ledger.order(newest) if newest else None
        if newest is None or record is None or self._now() - record.held_at > RECENT:
            return
        if _in_hand(record):
            self._left = newest if record.leaving else None
            return
        self.recovered = newest
        self._handing.give_out(newest)

    def open(self, plan: Plan, grant: Grant) -> None:
        """Hold the places of `plan`. The order before it must have ended."""
        self._ledger.hold(plan, grant)
        self.order, self._closing, self._cash_on, self._wanted, self._ending = plan.order, None, False, False, False
        self.recovered = self._left = self._handing.message = None
        self._active_at = self._clock()

    def start_cash(self) -> Trouble | None:
        """Let notes and coins in for the open order. An order of which nothing is due is paid at once."""
        trouble = self._may_pay()
        record = self._ledger.order(self.order) if self.order else None
        if trouble is None and record is not None and record.due > 0 and not self.takes_cash:
            trouble = Trouble.CASH
        if trouble is not None:
            return trouble
        self._cash_on = self._wanted = True
        self._active_at = self._clock()
        self._advance()
        return None

    def start_payment(self, means: Means) -> Trouble | None:
        """Have what is due paid by phone or card."""
        record = self._ledger.order(self.order) if self.order else None
        if means is Means.CASH or (record is not None and record.due == 0):
            return self.start_cash()
        trouble = self._may_pay()
        if trouble is not None or self.order is None or record is None:
            return trouble or Trouble.NO_ORDER
        if not self._cashier.clear:
            return Trouble.MEANS
        self._cash_on = False
        self._serve()
        if not self._cashless.start(self.order, means, record.due):
            return Trouble.MEANS
        self._wanted = True
        self._active_at = self._clock()
        return None

    def stop_payment(self) -> None:
        """The passenger does not want to pay by phone or card any more."""
        if self.order is not None:
            self._cashless.stop(self.order)
            self._active_at = self._clock()

    @property
    def takes_cash(self) -> bool:
        """Whether notes or coins can be taken."""
        return self._cashier.ready or self._takings.slot.ready

    def cancel(self) -> None:
        """Give the open order up, as soon as no money is on its way. Nothing happens to one that is paid."""
        record = self._ledger.order(self.order) if self.order else None
        if record is not None and record.state is OrderState.HELD and self._closing is None:
            self._closing = Closing.CANCELLED

    def end_session(self) -> None:
        """The passenger is gone: forget names, give up an open order, and show the order no more once it has ended."""
        self._handing.forget()
        record = self._ledger.order(self.order) if self.order else None
        if record is not None and record.state in (OrderState.HELD, OrderState.PAID):
            self._closing = self._closing or Closing.ABANDONED
            self._ending = True
        else:
            self.order = self._handing.message = None
        self.recovered = self._left = None

    def work(self) -> None:
        """One round: hear the devices, take the order a step further, tell the devices what may come next."""
        self._listen()
        self._advance()
        self._settle()
        self._recall()
        self._serve()

    def print_again(self) -> Trouble | None:
        """Print what is known not to be printed, once more."""
        order = self.order or self.recovered
        if order is None:
            return Trouble.NO_ORDER
        self._press.look(now=True)
        if not self._press.ready:
            return Trouble.PRINTER
        self._handing.give_out(order)
        return None

    def reprint(self, digits: str) -> Trouble | None:
        """Print one more copy of a ticket of the order that is shown, marked as a copy."""
        for order in (self.order, self.recovered):
            record = self._ledger.order(order) if order else None
            if order is not None and record is not None and any(t.number.digits == digits for t in record.issued):
                return self._handing.reprint(order, digits)
        return Trouble.NOT_OUR_TICKET

    def fits(self, record: OrderRecord) -> Callable[[Fen], bool]:
        """Which notes and coins may be put in now: none above what is due but those that there is change for."""
        due = record.due if self.taking and record.state is OrderState.HELD else Fen(0)
        purse = self._takings.purse
        return lambda fen: due > 0 and (fen <= due or purse.can_give(Fen(fen - due)))

    def _may_pay(self) -> Trouble | None:
        record = self._ledger.order(self.order) if self.order else None
        if self.order is None or record is None or record.state is not OrderState.HELD or self._closing is not None:
            return Trouble.NO_ORDER
        held_up = self._cashless.held_up_for(self.order)
        if self._cashless.wanted(self.order) or (held_up is not None and held_up < NO_OTHER_MEANS_S):
            return Trouble.MEANS
        self._press.look(now=True)
        return Trouble.PRINTER if self._needs_printer and not self._press.ready else None

    def _listen(self) -> None:
        touched: list[UUID] = []
        for cash in self._cashier.listen():
            touched.extend(self._hear_cash(cash))
        for item in self._takings.work():
            touched.extend(self._hear(item))
        for order in touched:
            self._advance()
            record = self._ledger.order(order)
            if record is not None and record.surplus > 0 and _has_ended(record):
                self._unsettled.setdefault(order, order == self.order and not self._ending)

    def _hear_cash(self, item: CashNews) -> Iterator[UUID]:
        match item:
            case Took():
                self._active_at = self._clock()
                self._handing.message = None
                yield item.order
            case CameBack():
                if self.taking:
                    self._active_at = self._clock()
                    self._handing.message = wording.BILL_TOO_LARGE if item.too_large else wording.BILL_CAME_BACK
            case InDoubt():
                if item.order == self.order:
                    self._closing = self._closing or Closing.VALIDATOR_STUCK
            case _:
                pass

    def _hear(self, item: News) -> Iterator[UUID]:
        match item:
            case CoinTook():
                self._active_at = self._clock()
                self._handing.message = None
                yield item.order
            case Over():
                if item.order == self.order:
                    self._active_at = self._clock()
                if item.phase in (Phase.PAID, Phase.KEPT):
                    yield item.order
            case Gone():
                if item.order == self.order:
                    self._active_at = self._clock()
                    self._tell_of_payout(item)
                if not item.sure or item.fen < item.asked:
                    self._handing.print_slips(item.order)
                yield item.order

    def _tell_of_payout(self, gone: Gone) -> None:
        record = self._ledger.order(gone.order)
        if record is None or gone.fen == 0 or gone.method != "cash":
            return
        told = wording.change_message if record.issued else wording.returned_message
        self._handing.message = told(record.returned)

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
            self._cashier.serve(None, _nothing)
            self._issue(order, record.plan)

    def _consider(self, order: UUID, record: OrderRecord) -> None:
        """Pay the order, close it, or let it wait."""
        if self._cashless.wanted(order):
            self._active_at = self._clock()
            if self._closing is Closing.RESTARTED:
                return  # it may turn out to be paid, which is known soon
        wanted = self._wanted or (self._closing is Closing.RESTARTED and record.taken > 0)
        if record.due == 0 and wanted and self._closing in _MAY_BE_PAID:
            if not self._cancelled(record):
                self._pay(order, record)
                return
            self._closing = Closing.DEPARTURE_GONE
        stuck = self._cashier.stuck_for()
        if self._closing is None:
            self._closing = self._reason_to_close(record, stuck)
        if self._closing is None:
            if self._cash_on and stuck > 1.0 and record.taken > 0:
                self._handing.message = wording.stuck_message(record.taken, max(0, round(STUCK_LIMIT - stuck)))
            return
        self._close(order, record, self._closing, stuck)

    def _pay(self, order: UUID, record: OrderRecord) -> None:
        """All that is due came in. A ticket that this order takes the place of is taken first."""
        if record.plan.changes is not None:
            match self._changes.claim(order, record.plan.changes):
                case None:
                    self._handing.message = wording.CHECKING_OLD
                    return
                case False:
                    self._closing = Closing.CHANGE_REFUSED
                    return
                case True:
                    pass
        self._cashless.stop(order)
        self._ledger.pay(order)
        self._show()

    def _close(self, order: UUID, record: OrderRecord, closing: Closing, stuck: float) -> None:
        """Give up an order: its money goes back as far as it can, and the rest is owed."""
        if not self._cashier.clear and stuck < STUCK_LIMIT:
            return
        self._cashier.give_up()
        self._cash_on = False
        self._cashless.stop(order)
        held_up = self._cashless.held_up_for(order)
        if held_up is not None and held_up < NO_OTHER_MEANS_S:
            return
        if self._settling.waits():
            return
        record = self._ledger.order(order) or record
        if closing in _GIVES_BACK and not self._ending and self._settling.everything(order, record, closing):
            self._handing.message = wording.GIVING_BACK if self._settling.waits() else wording.BOOKING_BACK
            self._show()
            return
        self._ledger.close(order, self._new_claim(), closing)
        if record.plan.changes is not None:
            self._changes.ended(order, record.plan.changes, issued=False)
        self._cashier.serve(None, _nothing)
        if held_up is not None:
            self._handing.message = wording.PAYMENT_GOES_BACK
        self._show()
        self._handing.print_slips(order)
        if self._ending:
            self.order = self._handing.message = None

    def _reason_to_close(self, record: OrderRecord, stuck: float) -> Closing | None:
        if stuck >= STUCK_LIMIT and (record.by.get("cash", 0) > 0 or not self._cashier.clear):
            return Closing.VALIDATOR_STUCK
        if self._clock() - self._active_at >= IDLE_LIMIT:
            return Closing.ABANDONED
        return Closing.DEPARTURE_GONE if self._cancelled(record) else None

    def _cancelled(self, record: OrderRecord) -> bool:
        departure = self._shelf.departure(record.plan.service_date, record.plan.trip)
        return departure is not None and departure.state is DepartureState.CANCELLED

    def _serve(self) -> None:
        record = self._ledger.order(self.order) if self.order else None
        fits = self.fits(record) if record is not None else _nothing
        order = self.order if record is not None and self.taking and record.due > 0 else None
        self._cashier.serve(order, fits)
        self._takings.slot.serve(order, fits)

    def _issue(self, order: UUID, plan: Plan) -> None:
        """Sign every ticket of a paid order, or give the money back when that cannot be done any more."""
        record = self._ledger.order(order)
        if self._closing is Closing.CANNOT_ISSUE and record is not None:
            self._close(order, record, Closing.CANNOT_ISSUE, self._cashier.stuck_for())
            return
        try:
            codes = {
                place.number: self._authority.sign(Ticket(place.number, plan.expires, plan.journey(place)))
                for place in plan.places
            }
        except (ValueError, Malformed):
            self._closing = Closing.CANNOT_ISSUE
            if record is not None:
                self._close(order, record, Closing.CANNOT_ISSUE, self._cashier.stuck_for())
            return
        self._ledger.issue(order, codes)
        if plan.changes is not None:
            self._changes.ended(order, plan.changes, issued=True)
        here = not self._ending
        self._closing, self._cash_on, self._wanted, self._handing.message = None, False, False, None
        record = self._ledger.order(order)
        if record is not None and record.surplus > 0:
            self._unsettled[order] = here
            self._settle()  # the coins come while the tickets are printed
        self._show()
        self._handing.give_out(order)
        if self._ending:
            self.order = self._handing.message = None

    def _settle(self) -> None:
        """Give change, or a claim where the machine has none or nobody may be there to take it."""
        for order, here in list(self._unsettled.items()):
            if self._settling.waits():
                return
            record = self._ledger.order(order)
            if record is None or record.surplus <= 0:
                del self._unsettled[order]
            elif not here or not self._settling.change(order, record):
                del self._unsettled[order]
                if self._ledger.claim_surplus(order, self._new_claim()) is not None:
                    self._handing.print_slips(order)

    def _recall(self) -> None:
        """Show what an earlier process left, when neither all of its money nor a slip for the rest came out here."""
        record = self._ledger.order(self._left) if self._left else None
        if record is None or record.leaving or record.surplus > 0:
            return
        if not _in_hand(record):
            self.recovered = self._left
        self._left = None

    def _has_ended(self, order: UUID) -> bool:
        record = self._ledger.order(order)
        return record is None or record.state not in (OrderState.HELD, OrderState.PAID)


_MAY_BE_PAID = frozenset({None, Closing.RESTARTED, Closing.VALIDATOR_STUCK, Closing.ABANDONED})
"""Why an order may be on its way to being closed and is still issued when its last money turns up."""
_GIVES_BACK = frozenset(
    {
        Closing.CANCELLED,
        Closing.VALIDATOR_STUCK,
        Closing.DEPARTURE_GONE,
        Closing.CANNOT_ISSUE,
        Closing.CHANGE_REFUSED,
    }
)
"""Why an order ends while its passenger stands there: then its money is given back, as far as the machine can."""


def _nothing(_: Fen) -> bool:
    return False


def _has_ended(record: OrderRecord) -> bool:
    return bool(record.issued) or record.released


def _in_hand(record: OrderRecord) -> bool:
    """Whether an order has ended and its passenger has all the paper that there is to it."""
    if not all(claim.slip or claim.void for claim in record.claims):
        return False
    return record.state in (OrderState.DELIVERED, OrderState.RELEASED, OrderState.CLAIMED)
