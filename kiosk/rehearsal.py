"""A till of cardboard: answers the screens' commands at once and by rule of thumb, for pictures and tests of screens.

Nothing is sold, kept or printed. What people and devices would do (a card, a bill, paper running out) are methods.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import assert_never

from kiosk.rehearsal_finding import NOW as NOW
from kiosk.rehearsal_finding import Wallet
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
from kiosk.till.values import (
    NO_MONEY,
    Capabilities,
    ClaimView,
    Delivery,
    Destination,
    Means,
    Offer,
    OrderState,
    OrderView,
    PaymentState,
    PaymentView,
    RunView,
    Snapshot,
    TicketView,
    Traveller,
    Words,
)
from tickets.identity import DocumentKind
from tickets.journey import TicketKind
from tickets.money import Fen

TODAY = date(2026, 11, 22)
BILLS = tuple(Fen(yuan * 100) for yuan in (1, 5, 10, 20, 50, 100))
COINS = (Fen(10), Fen(50), Fen(100))
CHANGE = Fen(5000)
"""What the dispensers hold."""

COACH = 45
DAYS_ON_SALE = 7

_STOPS = (
    (1001, ("杭州", "Hangzhou"), "hangzhou", "hz", 90),
    (1002, ("苏州", "Suzhou"), "suzhou", "sz", 85),
    (1003, ("乌镇", "Wuzhen"), "wuzhen", "wz", 80),
    (1004, ("绍兴", "Shaoxing"), "shaoxing", "sx", 70),
    (1005, ("上海虹桥枢纽", "Shanghai Hongqiao Hub"), "shanghaihongqiaoshuniu", "shhqsn", 68),
    (1006, ("湖州", "Huzhou"), "huzhou", "hz", 60),
    (1007, ("海宁", "Haining"), "haining", "hn", 55),
    (1008, ("嘉善", "Jiashan"), "jiashan", "js", 50),
    (1009, ("平湖", "Pinghu"), "pinghu", "ph", 45),
    (1010, ("南浔古镇", "Nanxun Old Town"), "nanxunguzhen", "nxgz", 40),
    (1011, ("西塘", "Xitang"), "xitang", "xt", 35),
    (1012, ("宁波", "Ningbo"), "ningbo", "nb", 30),
    (1013, ("千岛湖", "Qiandao Lake"), "qiandaohu", "qdh", 25),
    (1014, ("黄山风景区汤口换乘中心", "Huangshan Scenic Area, Tangkou"), "huangshan", "hs", 20),
    (1015, ("义乌", "Yiwu"), "yiwu", "yw", 15),
    (1016, ("舟山", "Zhoushan"), "zhoushan", "zs", 10),
)
_FARES = (4500, 5200, 2100, 6000, 7250, 3800, 1800, 1550, 1900, 3300, 2400, 9800, 12600, 15800, 8800, 13500)


_ASKED = {
    Means.QR_SCAN: (PaymentState.WAITING_CODE, "", 45),
    Means.QR_SHOW: (PaymentState.SHOWING_CODE, "https://pay.example/q/7f3a91c20b5d4e6f8a90", 120),
    Means.CARD: (PaymentState.CONFIRMING, "", 60),
}


def _offer(at: int, *, stop: int, minutes: int, free: int, days: int = 0) -> Offer:
    number, names, _pinyin, _initials, _popular = _STOPS[stop]
    fare = _FARES[stop]
    departs = NOW + timedelta(minutes=minutes, days=days)
    return Offer(
        service_date=TODAY + timedelta(days=days),
        trip=f"K{number}-{at}",
        departs_at=departs,
        destination=number,
        names=names,
        fare=Fen(fare),
        free=free,
        numbered=True,
        gate=str(1 + (at + stop) % 8),
        bay=str(10 + (3 * at + stop) % 20),
        boarding_closes_at=departs - timedelta(minutes=5),
        fares=(
            (TicketKind.ADULT, Fen(fare)),
            (TicketKind.CHILD, Fen(fare // 2)),
            (TicketKind.CONCESSION, Fen(fare // 2)),
        ),
        seats=tuple(sorted((seat * (7 + at) + stop) % COACH + 1 for seat in range(min(free, COACH)))),
        coach=COACH,
    )


def on_day(day: date) -> tuple[Offer, ...]:
    """The departures of one whole day later than today."""
    later = (day - TODAY).days
    offers = [
        _offer(at, stop=stop, minutes=-400 + 25 * stop % 97 + 130 * at, free=9 + (5 * stop + 3 * at) % 30, days=later)
        for stop in range(13)
        for at in range(1, 8 if stop == 0 else 4)
    ]
    return tuple(sorted(offers, key=lambda offer: offer.departs_at))


def runs_of(offers: tuple[Offer, ...]) -> tuple[RunView, ...]:
    """These departures as a timetable has them, and one that is not sold any more."""
    told = (("本班次停运，请改乘其他班次。", "This coach does not run today. Take another one."), None)
    return tuple(
        RunView(
            service_date=offer.service_date,
            trip=offer.trip,
            departs_at=offer.departs_at,
            names=(offer.names,),
            fare=offer.fare,
            free=0 if at == 2 else offer.free,
            gate=offer.gate,
            bay=offer.bay,
            note=told[0 if at == 2 else 1],
        )
        for at, offer in enumerate(offers)
    )


def timetable() -> tuple[Offer, ...]:
    """Some twenty departures of an afternoon; the last four stops have none, the farthest one leaves tomorrow."""
    offers = [
        _offer(at, stop=stop, minutes=18 + 25 * stop % 97 + 70 * (at - 1), free=3 + (7 * stop + 11 * at) % 40)
        for stop in range(12)
        for at in range(1, 8 if stop == 0 else 3)
    ]
    offers.append(_offer(9, stop=13, minutes=18 * 60, free=31))
    return tuple(sorted(offers, key=lambda offer: offer.departs_at))


def destinations(offers: tuple[Offer, ...]) -> tuple[Destination, ...]:
    """The stops with the next departure of each."""
    found = []
    for at, (number, names, pinyin, initials, popular) in enumerate(_STOPS):
        there = [offer for offer in offers if offer.destination == number]
        found.append(
            Destination(
                stop=number,
                names=names,
                pinyin=pinyin,
                initials=initials,
                popular=popular,
                next_departure=there[0].departs_at if there else None,
                from_fare=Fen(_FARES[at]),
            )
        )
    return tuple(found)


class CardboardTill:
    """A till that screens can be walked with. Single-threaded: listeners are called inside the calls."""

    def __init__(self) -> None:
        """A station in the early afternoon, everything working. With `refuses` set, no place is kept."""
        offers = timetable()
        self._listeners: list[Callable[[Snapshot], None]] = []
        self.commands: list[Command] = []
        self.refuses: Words | None = None
        self._cards = 0
        self._orders = 0
        self.snapshot = Snapshot(
            now=NOW,
            station=("梧桐汽车客运站", "Wutong Coach Station"),
            operator=("梧桐客运", "Wutong Coaches"),
            capabilities=Capabilities(
                cash=True,
                bills=BILLS,
                printer=True,
                card_reader=True,
                online=True,
                sells=True,
                means=tuple(Means),
                coins=COINS,
                change=CHANGE,
                scanner=True,
            ),
            destinations=destinations(offers),
            offers=offers,
            traveller=None,
            trouble=None,
            order=None,
            recovered=None,
            days=tuple(TODAY + timedelta(days=later) for later in range(DAYS_ON_SALE)),
            runs=runs_of(offers),
        )
        self.wallet = Wallet(snapshot=lambda: self.snapshot, show=self.show)

    def subscribe(self, listener: Callable[[Snapshot], None]) -> None:
        """Tell this listener, now and at every change."""
        self._listeners.append(listener)
        listener(self.snapshot)

    def show(self, snapshot: Snapshot) -> None:
        """Publish this snapshot."""
        self.snapshot = snapshot
        for listener in self._listeners:
            listener(snapshot)

    def anew(self) -> None:
        """As after a start."""
        self.refuses = None
        self._cards = self._orders = 0
        self.show(CardboardTill().snapshot)

    def submit(self, command: Command) -> None:
        """Answer a command as a till would in the plain case."""
        self.commands.append(command)
        now = self.snapshot
        match command:
            case AskForDocuments(on=on):
                self.show(replace(now, reading=on, traveller=None))
            case TypeDocument(kind=kind, number=number, name=name):
                self._meet(kind, f"{name[:1]}*", f"{number[:4]}****{number[-4:]}")
            case DropTraveller():
                self.show(replace(now, traveller=None))
            case HoldOrder(offer=offer, travellers=people, changes=changes):
                self._hold(offer, tuple((p.kind, p.children) for p in people) or ((TicketKind.ADULT, 0),), changes)
            case StartCash() if self._running().due == 0:
                pass  # the old ticket pays; whoever has to agree is being asked
            case StartCash():
                self._order(**self._takes(self._running().due))
            case StartPayment(means=means):
                state, code, seconds = _ASKED[means]
                self.payment(state, means=means, code=code, seconds=seconds)
            case StopPayment():
                self.payment(PaymentState.FAILED)
            case LookAt(day=day):
                self._look_at(day)
            case TakeAlong(number=number):
                self.show(replace(now, link=f"https://waystation.example/ticket#{number}{'7Qm' * 80}"))
            case CallStaff(on=on):
                self.show(replace(now, capabilities=replace(now.capabilities, staff_called=on)))
            case CancelOrder():
                self._cancel()
            case PrintTickets():
                self.print_all(Delivery.PRINTING)
            case Reprint():
                self.print_all(Delivery.PRINTING)
            case EndSession():
                self.show(
                    replace(
                        now, order=None, recovered=None, traveller=None, trouble=None, reading=False, find=None, link=""
                    )
                )
            case Find() | FindTyped() | Choose() | DoTask() | StopFinding() | OpenDoor() | TestDevice():
                self.wallet.submit(command)
            case _:
                assert_never(command)

    def card(self, name: str = "张*", number: str = "3304****0012") -> None:
        """Somebody puts an ID card on the reader."""
        self._meet(DocumentKind.RESIDENT_ID, name, number)

    def bill(self, yuan: int) -> None:
        """Somebody puts a bill in; the last one makes the order paid, issued and being printed."""
        self._take(Fen(yuan * 100))

    def coin(self, fen: int) -> None:
        """Somebody puts a coin in."""
        self._take(Fen(fen))

    def payment(
        self,
        state: PaymentState,
        *,
        means: Means | None = None,
        code: str = "",
        seconds: int = 0,
        message: Words | None = None,
    ) -> None:
        """The payment without cash stands like this."""
        before = self._running().payment
        meant = means or (before.means if before is not None else Means.QR_SHOW)
        view = PaymentView(means=meant, state=state, code=code, seconds_left=seconds, message=message)
        self._order(payment=view)

    def pays(self) -> None:
        """The payment without cash went through."""
        order = self._running()
        self._order(payment=None)
        self._take(order.due)

    def _take(self, fen: Fen) -> None:
        order = self._running()
        paid = Fen(order.paid + fen)
        due = Fen(order.due - fen)
        if due > 0:
            self._order(paid=paid, due=due, **self._takes(due))
            return
        tickets = tuple(
            TicketView(
                number=f"8112233445566778899{at}",
                grouped=f"8112 2334 4556 6778 899{at}",
                code="RT1:" + "6BFOXN-REHEARSAL*NOT.A/TICKET" * 7,
                seat=12 + at,
                kind=traveller.kind,
                fare=order.offer.fare_of(traveller.kind),
                delivery=Delivery.PRINTING,
            )
            for at, traveller in enumerate(order.travellers)
        )
        self._order(
            paid=order.total,
            due=NO_MONEY,
            accepts=(),
            accepts_coins=(),
            state=OrderState.ISSUED,
            tickets=tickets,
            returned=Fen(-due),
        )

    def print_all(self, delivery: Delivery, message: Words | None = None) -> None:
        """Every ticket of the order (or of the recovered one) ends like this."""
        now = self.snapshot
        order = now.order if now.order is not None else now.recovered
        if order is None:
            return
        done = OrderState.DELIVERED if delivery is Delivery.PRINTED else OrderState.ISSUED
        tickets = tuple(replace(ticket, delivery=delivery) for ticket in order.tickets)
        changed = replace(order, tickets=tickets, state=done, message=message)
        self.show(replace(now, order=changed) if now.order is not None else replace(now, recovered=changed))

    def message(self, words: Words | None) -> None:
        """The till has to say something about the running order."""
        self._order(message=words)

    def stops_taking(self, words: Words) -> None:
        """The validator does not answer, and no note goes in."""
        self._order(message=words, accepts=(), accepts_coins=())

    def claim(self, *, slip_printed: bool) -> None:
        """The money inside becomes a claim."""
        order = self._running()
        claim = ClaimView(
            number="482719360254",
            fen=order.paid,
            reason=("您取消了购票。", "You stopped the purchase."),
            slip_printed=slip_printed,
        )
        self._order(state=OrderState.CLAIMED, claim=claim, accepts=(), accepts_coins=())

    def _meet(self, kind: DocumentKind, name: str, number: str) -> None:
        self._cards += 1
        traveller = Traveller(
            kind=TicketKind.ADULT,
            children=0,
            document_kind=kind,
            masked_name=name,
            masked_number=number,
            handle=f"h{self._cards}",
        )
        self.show(replace(self.snapshot, traveller=traveller))

    def _hold(self, offer: Offer, people: tuple[tuple[TicketKind, int], ...], changes: str | None) -> None:
        if self.refuses is not None:
            self.show(replace(self.snapshot, trouble=self.refuses))
            return
        self._orders += 1
        total = Fen(sum(offer.fare_of(kind) for kind, _children in people))
        order = OrderView(
            order=f"{self._orders:032x}",
            state=OrderState.HELD,
            offer=offer,
            travellers=tuple(
                Traveller(
                    kind=kind,
                    children=children,
                    document_kind=DocumentKind.RESIDENT_ID,
                    masked_name="张*",
                    masked_number="3304****0012",
                    handle=f"h{at + 1}",
                )
                for at, (kind, children) in enumerate(people)
            ),
            total=total,
            paid=Fen(0),
            due=Fen(max(0, total - self.wallet.credit(changes))),
            accepts=(),
            tickets=(),
            claim=None,
            message=None,
            changes=changes,
        )
        self.show(replace(self.snapshot, order=order))

    def _cancel(self) -> None:
        order = self.snapshot.order
        if order is None:
            return
        if order.paid > self.snapshot.capabilities.change:
            self.claim(slip_printed=True)
        elif order.paid:
            self._order(state=OrderState.RELEASED, returned=order.paid, paid=NO_MONEY, accepts=(), accepts_coins=())
        else:
            self._order(state=OrderState.RELEASED)

    def _running(self) -> OrderView:
        order = self.snapshot.order
        assert order is not None, "no order is running"
        return order

    def _order(self, **changes: object) -> None:
        self.show(replace(self.snapshot, order=replace(self._running(), **changes)))  # type: ignore[arg-type]  # fields by name

    def _takes(self, due: Fen) -> dict[str, object]:
        """Notes and coins up to what is due and what can be given back."""
        most = due + self.snapshot.capabilities.change
        return {
            "accepts": tuple(bill for bill in BILLS if bill <= most),
            "accepts_coins": tuple(coin for coin in self.snapshot.capabilities.coins if coin <= most),
        }

    def _look_at(self, day: date | None) -> None:
        offers = timetable() if day is None or day == TODAY else on_day(day)
        self.show(replace(self.snapshot, day=day, offers=offers, runs=runs_of(offers)))
