"""One till on one thread: takes commands, does its rounds, and tells at any moment how things stand."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import assert_never
from uuid import UUID

from drivers.idreader import IdReader
from kiosk.till import wording
from kiosk.till.authority import Authority
from kiosk.till.cashbook import Cashbook
from kiosk.till.cashier import Cashier
from kiosk.till.changing import Changes, NoChanges
from kiosk.till.clerk import Clerk
from kiosk.till.commands import (
    AskForDocuments,
    CallStaff,
    CancelOrder,
    Choose,
    Command,
    DoTask,
    DropTraveller,
    EndSession,
    Find,
    FindTyped,
    HoldOrder,
    LookAt,
    OpenDoor,
    PrintTickets,
    Reprint,
    StartCash,
    StartPayment,
    StopFinding,
    StopPayment,
    TakeAlong,
    TestDevice,
    TypeDocument,
)
from kiosk.till.documents import Documents, checked
from kiosk.till.faces import Faces
from kiosk.till.finding.door import Door
from kiosk.till.finding.opening import Tasks
from kiosk.till.finding.runs import runs
from kiosk.till.handing import Handing
from kiosk.till.holding import Holding
from kiosk.till.ledger import Ledger
from kiosk.till.press import Press
from kiosk.till.reading import Reading
from kiosk.till.returning import Returning
from kiosk.till.scanning import Scanning
from kiosk.till.shelf import Shelf, count_of, destinations
from kiosk.till.takings import Takings
from kiosk.till.values import (
    Capabilities,
    Means,
    Offer,
    OrderState,
    OrderView,
    RunView,
    Snapshot,
    Traveller,
    Words,
)
from kiosk.till.views import offer_of, order_view, recovered_message
from kiosk.till.wording import Notice, Trouble
from sync.cache.reader import CacheReader
from sync.points import no_probe
from tickets.admission import TimeQuality, TrustedNow
from tickets.errors import EnvironmentFault
from tickets.identity import DocumentKind
from tickets.money import Fen
from tickets.service_day import service_date

ONLINE_WITHIN = timedelta(seconds=90)
"""The centre was heard lately if the cache was in step within this time."""
LOOK_AT_OFFERS = 1.0
LOOK_SHARE = 0.05
"""Offers are looked at again after a second, or later where a look takes long: it gets this share of the time."""


def no_desk(_: Mapping[str, object]) -> Mapping[str, object]:
    """The cash desk of a till without one. Raises EnvironmentFault."""
    raise EnvironmentFault("This till has no cash desk", "Use the kiosk's own configuration.")


class Till:
    """Wires the parts of a till together. `now` is trusted time, `clock` monotonic seconds.

    Call `start` once, then `do` for each command and `work` many times a second while `urgent`, else once a second.
    `show` is called with a snapshot whenever one is worth seeing in the middle of something long.
    What the journal's disk refuses (EnvironmentFault) goes through all of them: the till must then stop and be
    started again, which finds every note again.
    """

    def __init__(
        self,
        *,
        cache: CacheReader,
        ledger: Ledger,
        authority: Authority,
        shelf: Shelf,
        cashier: Cashier,
        press: Press,
        faces: Faces,
        reader: IdReader | None,
        now: Callable[[], TrustedNow],
        clock: Callable[[], float],
        random: Callable[[int], bytes],
        needs_printer: bool = True,
        show: Callable[[Snapshot], None] = lambda _: None,
        desk: Callable[[Mapping[str, object]], Mapping[str, object]] = no_desk,
        tasks: Callable[[Documents], Tasks] | None = None,
        scanning: Scanning | None = None,
        door: Door | None = None,
        takings: Takings | None = None,
        changes: Changes | None = None,
        tidy: Callable[[], None] = lambda: None,
    ) -> None:
        """Without `takings` nothing but notes is taken, and no change given; without `changes` no ticket is changed.

        `tidy` is called between rounds while nobody waits.
        """
        self._tidy = tidy
        self._cache = cache
        self._ledger = ledger
        self._authority = authority
        self._shelf = shelf
        self._cashier = cashier
        self._press = press
        self._faces = faces
        self._now = now
        self._clock = clock
        self._needs_printer = needs_printer
        self.show = show
        self.desk = desk
        new_claim = lambda: new_claim_number(random)  # noqa: E731  one word for it
        self._takings = takings or Takings(
            book=Cashbook(ledger.journal),
            newest_order=ledger.newest_order,
            clock=clock,
            new_id=lambda: UUID(bytes=random(16), version=4),
            new_claim=new_claim,
            probe=no_probe,
        )
        self._documents = Documents(random)
        self._tasks = None if tasks is None else tasks(self._documents)
        self._changes = changes or (NoChanges() if self._tasks is None else self._tasks.changing)
        self._holding = Holding(
            shelf=shelf, ledger=ledger, authority=authority, cache=cache, documents=self._documents, random=random
        )
        self._handing = Handing(ledger, press, faces, lambda: self.show(self.snapshot()))
        self._clerk = Clerk(
            ledger=ledger,
            cashier=cashier,
            takings=self._takings,
            press=press,
            handing=self._handing,
            shelf=shelf,
            authority=authority,
            changes=self._changes,
            now=self._at,
            clock=clock,
            new_claim=new_claim,
            show=lambda: self.show(self.snapshot()),
            needs_printer=needs_printer,
        )
        self._reading = Reading(reader, ledger, clock)
        self._scanning = scanning or Scanning(None, ledger, clock)
        self._door = door
        if self._tasks is not None:
            self._tasks.finding.show_before_printing(lambda: self.show(self.snapshot()))
        if door is not None:
            door.show = lambda: self.show(self.snapshot())
        self._elsewhere = shelf.elsewhere
        self._returning = Returning(cache, ledger, shelf, clock)
        self._wish: HoldOrder | None = None
        self._day: date | None = None
        self._runs: tuple[RunView, ...] = ()
        self._days: tuple[date, ...] = ()
        self._traveller: Traveller | None = None
        self._trouble: Words | None = None
        self._party: tuple[UUID, tuple[Traveller, ...]] | None = None
        self._offers: tuple[Offer, ...] = ()
        self._look_again_at = float("-inf")

    @property
    def urgent(self) -> bool:
        """Whether somebody is paying or holding a card out: then a round is due every tenth of a second."""
        tasks = self._tasks
        at_work = tasks is not None and (tasks.finding.looks or tasks.finding.busy)
        at_door = self._door is not None and self._door.waiting
        return self._clerk.busy or self._reading.on or at_work or at_door or self._wish is not None

    def start(self) -> None:
        """Take up what was left unfinished. Called once, before anything else."""
        self._clerk.recover()
        if self._tasks is not None:
            self._tasks.recover()
        self.work()

    def do(self, command: Command) -> None:
        """Do what a screen asks. What cannot be done is told as `Snapshot.trouble`, never as an exception."""
        self._trouble = None
        trouble = self._obey(command)
        if trouble is Trouble.CANNOT_SELL:
            self._trouble = next(iter(self._capabilities().notices), wording.TROUBLES[trouble])
        elif trouble is not None:
            self._trouble = wording.TROUBLES[trouble]
        self.work()

    def work(self) -> None:
        """One round through money, printer and reader."""
        self._clerk.work()
        self._hear_of_places()
        if not self._clerk.busy:
            self._press.look()
            if self._wish is None and self._returning.work():
                self._look_again_at = float("-inf")
        self._look_for_cards()
        self._look_for_codes()
        if self._tasks is not None:
            self._tasks.finding.work()
        if not self.urgent:
            self._reading.rest()
            self._scanning.rest()
            self._tidy()
        if self._clock() >= self._look_again_at:
            self._look_at_offers()

    def snapshot(self) -> Snapshot:
        """How everything stands now."""
        station, operator = self._shelf.names()
        own = self._own_stop()
        stops = {number: stop for number, stop in self._shelf.stops().items() if number != own}
        return Snapshot(
            now=self._at(),
            station=station,
            operator=operator,
            capabilities=self._capabilities(),
            destinations=destinations(stops, self._offers),
            offers=self._offers,
            traveller=self._traveller,
            trouble=self._trouble,
            order=self._order_view(),
            recovered=self._recovered_view(),
            reading=self._reading.on,
            days=self._days,
            day=self._day,
            find=self._tasks.finding.view() if self._tasks is not None else None,
            runs=self._runs,
            staff=self._door.view() if self._door is not None else None,
            link=self._tasks.finding.link if self._tasks is not None else "",
        )

    def close(self) -> None:
        """Let in no more notes and let go of every device. The journal is its opener's to close."""
        self._documents.wipe()
        self._cashier.close()
        self._press.close()
        self._reading.close()
        self._scanning.close()
        self._takings.close()
        if self._elsewhere is not None:
            self._elsewhere.close()

    def _obey(self, command: Command) -> Trouble | None:
        match command:
            case AskForDocuments():
                self._reading.on, self._traveller = command.on, None
            case TypeDocument():
                self._keep(command.kind, command.number, command.name)
            case DropTraveller():
                self._documents.drop(command.handle)
                if self._traveller is not None and self._traveller.handle == command.handle:
                    self._traveller = None
            case HoldOrder():
                return self._hold(command)
            case StartCash():
                return self._clerk.start_cash()
            case StartPayment():
                return self._start_payment(command.means)
            case StopPayment():
                self._clerk.stop_payment()
            case CancelOrder():
                self._wish = None
                self._clerk.cancel()
            case PrintTickets():
                return self._clerk.print_again()
            case Reprint():
                return self._clerk.reprint(command.number)
            case EndSession():
                self._documents.wipe()
                self._reading.on, self._traveller, self._party, self._wish = False, None, None, None
                self._clerk.end_session()
                if self._tasks is not None:
                    self._tasks.finding.stop()
                if self._door is not None:
                    self._door.knock(on=False)
                if self._day is not None:
                    self._day = None
                    self._look_at_offers()
                self._ledger.tidy()
            case LookAt():
                self._day = command.day
                self._look_at_offers()
            case Find() | FindTyped() | Choose() | DoTask() | StopFinding() | TakeAlong() | CallStaff():
                self._serve_task(command)
            case OpenDoor():
                if self._door is not None:
                    self._scanning.forget()
                    self._door.knock(on=command.on)
            case TestDevice():
                if self._door is not None:
                    self._door.test(command.name)
            case _:
                assert_never(command)
        return None

    def _serve_task(self, command: Find | FindTyped | Choose | DoTask | StopFinding | TakeAlong | CallStaff) -> None:
        """What is asked about tickets that exist; nothing at a till without these tasks."""
        if self._tasks is None:
            return
        finding = self._tasks.finding
        match command:
            case Find():
                self._scanning.forget()
                finding.begin(command.task)
                self._reading.on, self._traveller = True, None
            case FindTyped():
                finding.typed(command.text)
            case Choose():
                finding.choose(command.number)
            case DoTask():
                finding.do(command.tax_id)
            case StopFinding():
                finding.stop()
                self._reading.on = False
            case TakeAlong():
                self._trouble = finding.take_along(command.number)
            case CallStaff():
                self._tasks.calling.call(on=command.on)

    def _look_for_codes(self) -> None:
        """Hand on what was read under the scanner to whoever waits for it; to nobody else."""
        if self._takings.cashless.wants_code:
            if (code := self._scanning.look()) is not None:
                self._takings.cashless.scanned(code)
            return
        at_door = self._door is not None and self._door.waiting
        if not at_door and (self._tasks is None or not self._tasks.finding.looks):
            return
        text = self._scanning.look()
        if text is None:
            return
        if self._door is not None and at_door:
            self._door.scanned(text)
            self._trouble = self._door.trouble
        elif self._tasks is not None:
            self._tasks.finding.scanned(text)

    def _hold(self, command: HoldOrder) -> Trouble | None:
        if self._clerk.busy or self._wish is not None:
            return Trouble.ORDER_OPEN
        if not self._sells():
            return Trouble.CANNOT_SELL
        if command.changes is not None and self._tasks is not None:
            for person in command.travellers:
                identity = self._documents.get(person.handle)
                why = self._tasks.changing.refuses(command.changes, command.offer, identity, person.kind)
                if why is not None:
                    self._trouble = why
                    return None
        trouble = self._hold_now(command)
        if trouble is Trouble.TOO_FEW_PLACES and self._asks_for(command):
            self._wish = command
            return None
        return trouble

    def _asks_for(self, command: HoldOrder) -> bool:
        """Ask the centre for what is missing to an order. False when it cannot be asked, or would have nothing."""
        day, trip = command.offer.service_date, command.offer.trip
        departure = self._shelf.departure(day, trip)
        if self._elsewhere is None or departure is None:
            return False
        free = self._shelf.free(departure)
        others = tuple(seat for seat in command.seats if seat not in free.seats)
        return self._elsewhere.ask(day, trip, len(command.travellers) - count_of(free), others)

    def _hear_of_places(self) -> None:
        """Hold the order that waits for the centre's answer, or say that there are too few places; after a second in
        any case.
        """
        if self._elsewhere is None:
            return
        self._elsewhere.work()
        if self._wish is None or self._elsewhere.asking:
            return
        command, self._wish = self._wish, None
        trouble = Trouble.ORDER_OPEN if self._clerk.busy else self._hold_now(command)
        if trouble is not None:
            self._trouble = wording.TROUBLES[trouble]

    def _hold_now(self, command: HoldOrder) -> Trouble | None:
        planned = self._holding.plan(command, self._payable, self._changes.credit, self._at())
        if isinstance(planned, Trouble):
            return planned
        plan, _, grant = planned
        self._clerk.open(plan, grant)
        self._reading.on = False
        party = []
        for traveller, place in zip(command.travellers, plan.places, strict=True):
            identity = self._documents.get(traveller.handle)
            if identity is not None:
                shown = self._documents.keep(identity)
                self._faces.remember(place.number, (shown.masked_name, shown.masked_number))
                party.append(replace(shown, kind=traveller.kind, children=traveller.children))
        self._party = (plan.order, tuple(party))
        self._look_at_offers()
        return None

    def _start_payment(self, means: Means) -> Trouble | None:
        if means not in self._means():
            return Trouble.MEANS
        if means is Means.QR_SCAN:
            self._scanning.forget()
        return self._clerk.start_payment(means)

    def _payable(self, fen: Fen) -> bool:
        """Whether a sum can be paid here now: without cash, or with what goes in and the change that there is."""
        if any(means is not Means.CASH for means in self._means()):
            return True
        smallest = min((*self._cashier.bills, *self._takings.slot.coins), default=Fen(0))
        if smallest == 0:
            return False
        over = -fen % smallest
        return over == 0 or self._takings.purse.can_give(Fen(over))

    def _means(self) -> tuple[Means, ...]:
        """What can be paid with now."""
        phones = self._online() and self._takings.phones
        works = {
            Means.CASH: self._clerk.takes_cash,
            Means.QR_SCAN: phones and self._scanning.works,
            Means.QR_SHOW: phones,
            Means.CARD: self._takings.cards,
        }
        return tuple(means for means, ok in works.items() if ok)

    def _online(self) -> bool:
        age = self._cache.age(self._at())
        return age is not None and age <= ONLINE_WITHIN

    def _keep(self, kind: DocumentKind, number: str, name: str) -> None:
        found = checked(kind, number, name)
        if isinstance(found, tuple):
            self._trouble = found
            return
        if self._tasks is not None and self._tasks.finding.looks:
            self._tasks.finding.document(found)
            return
        self._traveller = self._documents.keep(found)

    def _look_for_cards(self) -> None:
        found = self._reading.look()
        match found:
            case None:
                return
            case Trouble():
                self._trouble = wording.TROUBLES[found]
            case _:
                self._trouble = None
                self._keep(DocumentKind(int(found.kind)), found.number, found.name)

    def _capabilities(self) -> Capabilities:
        means = self._means()
        faults: list[Notice] = []
        if self._now().quality is TimeQuality.UNKNOWN:
            faults.append(Notice.NO_TIME)
        if not self._may_sell():
            faults.append(Notice.NOT_ENROLLED)
        if not means:
            faults.append(Notice.NO_CASH)
        if not self._press.ready and self._needs_printer:
            faults.append(Notice.NO_PRINTER)
        if not faults and not self._offers:
            faults.append(Notice.NOTHING_ON_SALE)
        sells = not faults
        if not self._press.ready and not self._needs_printer:
            faults.append(Notice.NO_PRINTER_NEEDED)
        if means and Means.CASH not in means:
            faults.append(Notice.NO_CASH_BUT)
        if not self._reading.works:
            faults.append(Notice.NO_READER)
        return Capabilities(
            cash=Means.CASH in means,
            bills=self._cashier.bills,
            printer=self._press.ready,
            card_reader=self._reading.works,
            online=self._online(),
            sells=sells,
            notices=tuple(wording.NOTICES[fault] for fault in faults),
            means=means,
            coins=self._takings.slot.coins,
            change=self._takings.purse.most,
            scanner=self._scanning.works,
            staff_called=self._tasks is not None and self._tasks.calling.called,
        )

    def _sells(self) -> bool:
        return self._capabilities().sells

    def _may_sell(self) -> bool:
        """Whether this till's certificate still holds, the centre has not revoked it, and nobody has found another
        branch of its journal: the centre, or the relay, which tells what that said when this till cannot reach it.
        """
        centre, relay = self._cache.status(), self._cache.lan_status()
        if (centre is not None and (centre.forked or centre.revoked)) or (relay is not None and relay.forked):
            return False
        return self._authority.sells_until(self._at())

    def _look_at_offers(self) -> None:
        began = self._clock()
        self._days = self._shelf.days(self._at())
        self._offers = self._shelf.offers(self._at(), self._day)
        day = self._day or service_date(self._at(), self._shelf.zone())
        self._runs = runs(self._cache, self._shelf, day, self._at()) if self._tasks is not None else ()
        done = self._clock()
        self._look_again_at = done + max(LOOK_AT_OFFERS, (done - began) / LOOK_SHARE)

    def _order_view(self) -> OrderView | None:
        order = self._clerk.order
        if order is None or order == self._clerk.recovered:
            return None
        record = self._ledger.order(order)
        if record is None:
            return None
        taking = record.state is OrderState.HELD and self._clerk.taking and record.due > 0
        slot = self._takings.slot
        return order_view(
            record,
            offer_of(record, self._shelf),
            self._party[1] if self._party and self._party[0] == order else (),
            accepts=[bill for bill in self._cashier.bills if bill in self._cashier.letting_in] if taking else (),
            accepts_coins=[coin for coin in slot.coins if coin in slot.letting_in] if taking else (),
            payment=self._takings.cashless.view(order),
            printing=self._handing.printing,
            message=self._handing.message,
        )

    def _recovered_view(self) -> OrderView | None:
        order = self._clerk.recovered
        record = self._ledger.order(order) if order else None
        if record is None or record.state is OrderState.RELEASED:
            return None
        return order_view(
            record,
            offer_of(record, self._shelf),
            (),
            accepts=(),
            printing=self._handing.printing,
            message=recovered_message(record),
        )

    def _own_stop(self) -> int | None:
        station = self._cache.station()
        return station.stop if station else None

    def _at(self) -> datetime:
        return self._now().at


def new_claim_number(random: Callable[[int], bytes]) -> str:
    """A claim's number: 12 digits, of which nobody can guess another's."""
    return f"{int.from_bytes(random(8)) % 10**12:012d}"
