"""Between the flow and QML: folds touches, snapshots and time into a session, and tells QML what changed by that.

QML reads the groups of values and the lists, and calls the slots. It decides nothing.
"""

from collections.abc import Callable
from typing import Protocol
from zoneinfo import ZoneInfo

from PySide6.QtCore import Property, QObject, Signal, SignalInstance, Slot

from kiosk import flow
from kiosk import touches as t
from kiosk.codes import CodePicture
from kiosk.present import choosing, frame, ordered
from kiosk.present.values import Group, step_name
from kiosk.rows import RowsModel
from kiosk.steps import Session, nobody
from kiosk.till.commands import Command
from kiosk.till.values import (
    OrderView,
    Snapshot,
)
from tickets.identity import DocumentKind
from tickets.journey import TicketKind

Clock = Callable[[], int]
"""Monotonic milliseconds."""


class TillPort(Protocol):
    """The till as screens know it."""

    def submit(self, command: Command) -> None:
        """Ask for something. Returns at once; the answer is a snapshot."""

    def subscribe(self, listener: Callable[[Snapshot], None]) -> None:
        """Call `listener` with every snapshot from now on, on any thread; at once with the last, if there is one."""


def _group(name: str, changed: Signal) -> Property:
    """A property that gives QML one group of values."""
    read: Callable[[KioskViewModel], Group] = lambda model: model.group(name)  # noqa: E731  typed
    return Property("QVariantMap", read, notify=changed)  # type: ignore[arg-type]  # Qt's own types go by name


class KioskViewModel(QObject):
    """The screens' state. Lives on the GUI thread; `receive` is called there with each snapshot."""

    stepChanged = Signal()  # noqa: N815  Qt's way of naming signals, here and below
    topChanged = Signal()  # noqa: N815
    bandChanged = Signal()  # noqa: N815
    railChanged = Signal()  # noqa: N815
    noticeChanged = Signal()  # noqa: N815
    spellingChanged = Signal()  # noqa: N815
    whoChanged = Signal()  # noqa: N815
    typingChanged = Signal()  # noqa: N815
    payingChanged = Signal()  # noqa: N815
    printingChanged = Signal()  # noqa: N815
    claimChanged = Signal()  # noqa: N815
    stillChanged = Signal()  # noqa: N815
    comfortChanged = Signal()  # noqa: N815
    languageChanged = Signal()  # noqa: N815

    def __init__(self, *, submit: Callable[[Command], None], clock: Clock, zone: ZoneInfo, parent: QObject) -> None:
        """Starts with nobody here and nothing known: the step is empty until the first snapshot."""
        super().__init__(parent)
        self._submit = submit
        self._clock = clock
        self._zone = zone
        self._session = nobody(clock())
        self._snapshot: Snapshot | None = None
        self._groups: dict[str, Group] = {name: {} for name in self._signals()}
        self._step = ""
        self._code = CodePicture()
        self._board = RowsModel(self)
        self._destinations = RowsModel(self)
        self._departures = RowsModel(self)
        self._riders = RowsModel(self)
        self._tickets = RowsModel(self)

    @property
    def session(self) -> Session:
        """Where the passenger is."""
        return self._session

    def receive(self, snapshot: Snapshot) -> None:
        """Take the till's news in. A bill that went in counts as a touch."""
        before, self._snapshot = self._snapshot, snapshot
        if before is not None and _paid(snapshot.order) > _paid(before.order):
            self._session = flow.stirred(self._session, self._clock())
        self._follow(*flow.news(self._session, snapshot, self._clock()))

    def tick(self) -> None:
        """Let time pass: to be called a few times a second."""
        if self._snapshot is not None:
            self._follow(*flow.ticked(self._session, self._snapshot, self._clock()))

    def _touch(self, touch: t.Touch) -> None:
        if self._snapshot is not None:
            self._follow(*flow.touched(self._session, touch, self._snapshot, self._clock()))

    def _follow(self, session: Session, commands: tuple[Command, ...]) -> None:
        self._session = session
        for command in commands:
            self._submit(command)
        self._show()

    def _show(self) -> None:
        session, snapshot, zone = self._session, self._snapshot, self._zone
        assert snapshot is not None
        comfort = session.comfort
        language = self.language
        self._destinations.show(choosing.destination_rows(session, snapshot, zone))
        self._departures.show(choosing.departure_rows(session, snapshot, zone))
        self._board.show(choosing.board_rows(session, snapshot, zone))
        self._riders.show(choosing.rider_rows(session))
        self._tickets.show(ordered.ticket_rows(session, snapshot))
        now: dict[str, Group] = {
            "comfort": {"language": comfort.language.value, "large": comfort.large, "contrast": comfort.contrast},
            "top": frame.top(session, snapshot, zone),
            "band": frame.band(session, snapshot),
            "rail": frame.rail(session, snapshot, zone),
            "notice": frame.notice(session, snapshot),
            "spelling": choosing.spelling(session, snapshot),
            "who": choosing.who(session, snapshot),
            "typing": choosing.typing(session),
            "paying": ordered.paying(session, snapshot),
            "printing": {
                **ordered.printing(session, snapshot),
                "code": self._code.of(ordered.code_on_show(session, snapshot)),
            },
            "claim": ordered.claim(session, snapshot),
            "still": frame.still(session, snapshot, self._clock()),
        }
        changed = [name for name, group in now.items() if group != self._groups[name]]
        self._groups = now
        if self.language != language:
            self.languageChanged.emit()
        for name in changed:
            self._signals()[name].emit()
        step = step_name(session.step)
        if step != self._step:
            self._step = step
            self.stepChanged.emit()

    def _signals(self) -> dict[str, SignalInstance]:
        return {
            "comfort": self.comfortChanged,
            "top": self.topChanged,
            "band": self.bandChanged,
            "rail": self.railChanged,
            "notice": self.noticeChanged,
            "spelling": self.spellingChanged,
            "who": self.whoChanged,
            "typing": self.typingChanged,
            "paying": self.payingChanged,
            "printing": self.printingChanged,
            "claim": self.claimChanged,
            "still": self.stillChanged,
        }

    @property
    def language(self) -> str:
        """The language that the screens speak now: "zh" or "en"."""
        return str(self._groups["comfort"].get("language", ""))

    def group(self, name: str) -> Group:
        """One group of values as QML sees it."""
        return self._groups[name]

    @property
    def screen(self) -> str:
        """The name of the screen on show."""
        return self._step

    # What QML reads.

    @Property(str, notify=stepChanged)
    def step(self) -> str:
        """The name of the screen to show; empty before the first snapshot."""
        return self._step

    comfort = _group("comfort", comfortChanged)
    top = _group("top", topChanged)
    band = _group("band", bandChanged)
    rail = _group("rail", railChanged)
    notice = _group("notice", noticeChanged)
    spelling = _group("spelling", spellingChanged)
    who = _group("who", whoChanged)
    typing = _group("typing", typingChanged)
    paying = _group("paying", payingChanged)
    printing = _group("printing", printingChanged)
    claim = _group("claim", claimChanged)
    still = _group("still", stillChanged)

    @Property(QObject, constant=True)
    def board(self) -> QObject:
        """The attract screen's departures."""
        return self._board

    @Property(QObject, constant=True)
    def destinations(self) -> QObject:
        """Where one can go."""
        return self._destinations

    @Property(QObject, constant=True)
    def departures(self) -> QObject:
        """The coaches to the chosen destination."""
        return self._departures

    @Property(QObject, constant=True)
    def riders(self) -> QObject:
        """The travellers of the order."""
        return self._riders

    @Property(QObject, constant=True)
    def tickets(self) -> QObject:
        """The tickets of the order."""
        return self._tickets

    # What QML may say.

    @Slot(str)
    def touch(self, what: str) -> None:
        """A touch that carries nothing else, by its name here."""
        self._touch(_PLAIN[what])

    @Slot(str)
    def chooseStop(self, stop: str) -> None:  # noqa: N802  QML's way of naming, here and below
        """A destination, by its number."""
        self._touch(t.ChooseStop(int(stop)))

    @Slot(str, str)
    def chooseTrip(self, day: str, trip: str) -> None:  # noqa: N802
        """A departure."""
        self._touch(t.ChooseTrip(day, trip))

    @Slot(str)
    def editRider(self, handle: str) -> None:  # noqa: N802
        """Change one traveller's ticket."""
        self._touch(t.EditRider(handle))

    @Slot(str)
    def dropRider(self, handle: str) -> None:  # noqa: N802
        """Take one traveller out."""
        self._touch(t.DropRider(handle))

    @Slot(int)
    def setKind(self, kind: int) -> None:  # noqa: N802
        """The kind of ticket."""
        self._touch(t.SetKind(TicketKind(kind)))

    @Slot(int)
    def setChildren(self, children: int) -> None:  # noqa: N802
        """How many carried children."""
        self._touch(t.SetChildren(children))

    @Slot(int)
    def chooseDocument(self, kind: int) -> None:  # noqa: N802
        """Which document is typed."""
        self._touch(t.ChooseDocument(DocumentKind(kind)))

    @Slot(str)
    def key(self, character: str) -> None:
        """A key of our own keypad; empty erases."""
        self._touch(t.Key(character))

    @Slot(str)
    def printCopy(self, number: str) -> None:  # noqa: N802
        """One more copy of a ticket."""
        self._touch(t.PrintCopy(number))


_PLAIN: dict[str, t.Touch] = {
    "start": t.Start(),
    "back": t.Back(),
    "startOver": t.StartOver(),
    "language": t.SwitchLanguage(),
    "large": t.SwitchLarge(),
    "contrast": t.SwitchContrast(),
    "spell": t.Spell(),
    "changeDestination": t.ChangeDestination(),
    "changeDeparture": t.ChangeDeparture(),
    "changeTravellers": t.ChangeTravellers(),
    "typeInstead": t.TypeInstead(),
    "confirm": t.Confirm(),
    "cash": t.PayCash(),
    "giveUp": t.GiveUpMoney(),
    "printAgain": t.PrintAgain(),
    "haveTicket": t.HaveTicket(),
    "showRecovered": t.ShowRecovered(),
    "notMine": t.NotMine(),
    "finish": t.Finish(),
    "continue": t.Continue(),
}


def _paid(order: OrderView | None) -> int:
    return order.paid if order is not None else 0
