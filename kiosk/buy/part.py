"""What the screens of a purchase are told, and what they may say."""

from datetime import date
from zoneinfo import ZoneInfo

from PySide6.QtCore import Property, QObject, Signal, Slot

from kiosk.buy import touches as b
from kiosk.buy.present import choosing, ordered, seating
from kiosk.buy.steps import ToPhone
from kiosk.codes import CodePicture
from kiosk.part import Part, Touched, group
from kiosk.rows import RowsModel
from kiosk.steps import Session
from kiosk.till.values import Means, Snapshot
from tickets.identity import DocumentKind
from tickets.journey import TicketKind


class BuyPart(Part):
    """`buy` in QML."""

    GROUPS = (
        *("notice", "spelling", "days", "who", "typing", "seating", "exchange"),
        *("paying", "payment", "printing", "link", "claim"),
    )
    PLAIN = {  # noqa: RUF012  a literal table
        "spell": b.Spell(),
        "changeDestination": b.ChangeDestination(),
        "changeDeparture": b.ChangeDeparture(),
        "changeTravellers": b.ChangeTravellers(),
        "typeInstead": b.TypeInstead(),
        "cash": b.PayBy(Means.CASH),
        "changeSeats": b.ChangeSeats(),
        "anySeat": b.AnySeat(),
        "stopPaying": b.StopPaying(),
        "otherMeans": b.OtherMeans(),
        "giveUp": b.GiveUpMoney(),
        "printAgain": b.PrintAgain(),
        "haveTicket": b.HaveTicket(),
        "notMine": b.NotMine(),
    }

    PERSONAL = {  # noqa: RUF012  the same
        "notice": (),
        "spelling": (),
        "days": (),
        "seating": (),
        "exchange": (),
        "payment": (),
        "link": ("first", "following"),
        "who": ("name", "number"),
        "typing": ("text",),
        "paying": (),
        "printing": ("unknown",),
        "claim": ("number",),
    }

    noticeChanged = Signal()  # noqa: N815  Qt's way of naming signals, here and below
    spellingChanged = Signal()  # noqa: N815
    whoChanged = Signal()  # noqa: N815
    typingChanged = Signal()  # noqa: N815
    payingChanged = Signal()  # noqa: N815
    printingChanged = Signal()  # noqa: N815
    claimChanged = Signal()  # noqa: N815
    daysChanged = Signal()  # noqa: N815
    seatingChanged = Signal()  # noqa: N815
    exchangeChanged = Signal()  # noqa: N815
    paymentChanged = Signal()  # noqa: N815
    linkChanged = Signal()  # noqa: N815

    notice = group("notice", noticeChanged)
    spelling = group("spelling", spellingChanged)
    who = group("who", whoChanged)
    typing = group("typing", typingChanged)
    paying = group("paying", payingChanged)
    printing = group("printing", printingChanged)
    claim = group("claim", claimChanged)
    days = group("days", daysChanged)
    seating = group("seating", seatingChanged)
    exchange = group("exchange", exchangeChanged)
    payment = group("payment", paymentChanged)
    link = group("link", linkChanged)

    def __init__(self, touched: Touched, zone: ZoneInfo, parent: QObject) -> None:
        """Nothing to show yet."""
        super().__init__(touched, parent)
        self._zone = zone
        self._code = CodePicture()
        self._payment_code = CodePicture()
        self._link = CodePicture()
        self._destinations = RowsModel(self, personal=())
        self._departures = RowsModel(self, personal=())
        self._seats = RowsModel(self, personal=())
        self._riders = RowsModel(self, personal=("name", "number"))
        self._tickets = RowsModel(self, personal=("name", "number"))

    def show(self, session: Session, snapshot: Snapshot) -> None:
        """Show this moment."""
        self._destinations.show(choosing.destination_rows(session, snapshot, self._zone))
        self._departures.show(choosing.departure_rows(session, snapshot, self._zone))
        self._seats.show(seating.seat_rows(session))
        self._riders.show(choosing.rider_rows(session))
        self._tickets.show(ordered.ticket_rows(session, snapshot))
        self.tell(
            {
                "notice": choosing.notice(session, snapshot),
                "spelling": choosing.spelling(session, snapshot),
                "days": choosing.days(session, snapshot, self._zone),
                "who": choosing.who(session, snapshot),
                "typing": choosing.typing(session),
                "seating": seating.seating(session),
                "exchange": seating.exchange(session, snapshot, self._zone),
                "paying": ordered.paying(session, snapshot),
                "payment": {
                    **ordered.payment(session, snapshot),
                    "code": self._payment_code.of(ordered.payment_code(session, snapshot)),
                },
                "link": {
                    **ordered.link(session, snapshot),
                    "code": self._link.of(session.at.link if isinstance(session.at, ToPhone) else ""),
                },
                "printing": {
                    **ordered.printing(session, snapshot),
                    "code": self._code.of(ordered.code_on_show(session, snapshot)),
                },
                "claim": ordered.claim(session, snapshot),
            }
        )

    @Property(QObject, constant=True)
    def destinations(self) -> QObject:
        """Where one can go."""
        return self._destinations

    @Property(QObject, constant=True)
    def departures(self) -> QObject:
        """The coaches to the chosen destination."""
        return self._departures

    @Property(QObject, constant=True)
    def seats(self) -> QObject:
        """The seats of the coach."""
        return self._seats

    @Property(QObject, constant=True)
    def riders(self) -> QObject:
        """The travellers of the order."""
        return self._riders

    @Property(QObject, constant=True)
    def tickets(self) -> QObject:
        """The tickets of the order."""
        return self._tickets

    @Slot(str)
    def chooseStop(self, stop: str) -> None:  # noqa: N802  QML's way of naming, here and below
        """A destination, by its number."""
        self.touched(b.ChooseStop(int(stop)))

    @Slot(str, str)
    def chooseTrip(self, day: str, trip: str) -> None:  # noqa: N802
        """A departure."""
        self.touched(b.ChooseTrip(day, trip))

    @Slot(str)
    def chooseDay(self, day: str) -> None:  # noqa: N802
        """A day, as 2026-11-22; empty for the next departures."""
        self.touched(b.ChooseDay(date.fromisoformat(day) if day else None))

    @Slot(int)
    def pickSeat(self, seat: int) -> None:  # noqa: N802
        """A seat, by its number."""
        self.touched(b.PickSeat(seat))

    @Slot(str)
    def payBy(self, means: str) -> None:  # noqa: N802
        """What to pay with."""
        self.touched(b.PayBy(Means(means)))

    @Slot(str)
    def showLink(self, number: str) -> None:  # noqa: N802
        """Take this ticket along on a phone."""
        self.touched(b.ShowLink(number))

    @Slot(str)
    def editRider(self, handle: str) -> None:  # noqa: N802
        """Change one traveller's ticket."""
        self.touched(b.EditRider(handle))

    @Slot(str)
    def dropRider(self, handle: str) -> None:  # noqa: N802
        """Take one traveller out."""
        self.touched(b.DropRider(handle))

    @Slot(int)
    def setKind(self, kind: int) -> None:  # noqa: N802
        """The kind of ticket."""
        self.touched(b.SetKind(TicketKind(kind)))

    @Slot(int)
    def setChildren(self, children: int) -> None:  # noqa: N802
        """How many carried children."""
        self.touched(b.SetChildren(children))

    @Slot(int)
    def chooseDocument(self, kind: int) -> None:  # noqa: N802
        """Which document is typed."""
        self.touched(b.ChooseDocument(DocumentKind(kind)))

    @Slot(str)
    def printCopy(self, number: str) -> None:  # noqa: N802
        """One more copy of a ticket."""
        self.touched(b.PrintCopy(number))
