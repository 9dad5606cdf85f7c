"""Between the flow and QML: folds touches, snapshots and time into a session, and tells QML what changed by that.

QML reads the groups of values and the lists, and calls the slots. It decides nothing. What belongs to one task is in
that task's part (`parts`); here is what stands around every task.
"""

from collections.abc import Callable, Mapping
from os.path import relpath
from typing import Protocol
from zoneinfo import ZoneInfo

from PySide6.QtCore import Property, QObject, Signal, Slot

from kiosk import touches as t
from kiosk.flow import Flow, stirred
from kiosk.part import Part, group
from kiosk.parts import made_parts
from kiosk.present import board, frame
from kiosk.present.rail import rail
from kiosk.present.values import Group
from kiosk.rows import RowsModel
from kiosk.screens import FOLDER, OWN, screen_name
from kiosk.staff.knock import Knock
from kiosk.staff.task import DOOR
from kiosk.steps import Session, Speech, nobody
from kiosk.tasks import TASKS
from kiosk.till.commands import Command
from kiosk.till.values import OrderView, Snapshot

Clock = Callable[[], int]
"""Monotonic milliseconds."""


TWO_LANGUAGES: Mapping[str, str] = {"zh": "中文", "en": "English"}
"""The languages that everything is in, each by its name in its own script."""


class TillPort(Protocol):
    """The till as screens know it."""

    def submit(self, command: Command) -> None:
        """Ask for something. Returns at once; the answer is a snapshot."""

    def subscribe(self, listener: Callable[[Snapshot], None]) -> None:
        """Call `listener` with every snapshot from now on, on any thread; at once with the last, if there is one."""


class KioskViewModel(Part):
    """`kiosk` in QML. Lives on the GUI thread; `receive` is called there with each snapshot."""

    GROUPS = ("comfort", "top", "band", "tasks", "rail", "still")
    PLAIN = {  # noqa: RUF012  a literal table
        "start": t.Begin(TASKS[0].name),
        "back": t.Back(),
        "startOver": t.StartOver(),
        "language": t.SwitchLanguage(),
        "large": t.SwitchLarge(),
        "contrast": t.SwitchContrast(),
        "low": t.SwitchLow(),
        "speech": t.SwitchSpeech(),
        "callStaff": t.StaffWanted(),
        "confirm": t.Confirm(),
        "finish": t.Finish(),
        "continue": t.Continue(),
    }
    PERSONAL = {"comfort": (), "top": (), "band": (), "tasks": (), "rail": ("people",), "still": ()}  # noqa: RUF012  the same

    stepChanged = Signal()  # noqa: N815  Qt's way of naming signals, here and below
    languageChanged = Signal()  # noqa: N815
    comfortChanged = Signal()  # noqa: N815
    topChanged = Signal()  # noqa: N815
    bandChanged = Signal()  # noqa: N815
    tasksChanged = Signal()  # noqa: N815
    railChanged = Signal()  # noqa: N815
    stillChanged = Signal()  # noqa: N815

    comfort = group("comfort", comfortChanged)
    top = group("top", topChanged)
    band = group("band", bandChanged)
    tasks = group("tasks", tasksChanged)
    rail = group("rail", railChanged)
    still = group("still", stillChanged)

    def __init__(
        self,
        *,
        submit: Callable[[Command], None],
        clock: Clock,
        zone: ZoneInfo,
        parent: QObject,
        languages: Mapping[str, str] = TWO_LANGUAGES,
        speaks: bool = False,
    ) -> None:
        """Starts with nobody here and nothing known: the step is empty until the first snapshot.

        `languages` are those of the screens, by code, each with its name in its own script; `speaks` offers speech.
        """
        super().__init__(self._answer, parent)
        self._languages = [{"code": code, "name": name} for code, name in languages.items()]
        self._speaks = speaks
        self._submit = submit
        self._clock = clock
        self._zone = zone
        self._flow = Flow(TASKS)
        self._session = nobody(clock())
        self._snapshot: Snapshot | None = None
        self._step = ""
        self._knock = Knock()
        self._files = _files(self._flow)
        self._board = RowsModel(self, personal=())
        self.parts: Mapping[str, Part] = made_parts(self._answer, zone, self)

    @property
    def session(self) -> Session:
        """Where the passenger is."""
        return self._session

    def receive(self, snapshot: Snapshot) -> None:
        """Take the till's news in. A bill that went in counts as a touch."""
        before, self._snapshot = self._snapshot, snapshot
        if before is not None and _paid(snapshot.order) > _paid(before.order):
            self._session = stirred(self._session, self._clock())
        self._follow(*self._flow.news(self._session, snapshot, self._clock()))

    def tick(self) -> None:
        """Let time pass: to be called a few times a second."""
        if self._knock.is_due(self._clock()):
            self.touched(t.Begin(DOOR.name))
        if self._snapshot is not None:
            self._follow(*self._flow.ticked(self._session, self._snapshot, self._clock()))

    def nobody(self) -> None:
        """As after a start: nobody is here. For rehearsals."""
        self._session = nobody(self._clock())
        if self._snapshot is not None:
            self._follow(*self._flow.news(self._session, self._snapshot, self._clock()))

    def _answer(self, touch: t.Touch) -> None:
        if self._snapshot is not None:
            self._follow(*self._flow.touched(self._session, touch, self._snapshot, self._clock()))

    def _follow(self, session: Session, commands: tuple[Command, ...]) -> None:
        self._session = session
        for command in commands:
            self._submit(command)
        assert self._snapshot is not None
        self.show(self._session, self._snapshot)

    def show(self, session: Session, snapshot: Snapshot) -> None:
        """Show this moment, on every part: first the values, then the screen that reads them."""
        zone, language, comfort = self._zone, self.language, session.comfort
        self._board.show(board.rows(session, snapshot, zone))
        for part in self.parts.values():
            part.show(session, snapshot)
        self.tell(
            {
                "comfort": {
                    "language": comfort.code,
                    "languages": self._languages,
                    "large": comfort.large,
                    "contrast": comfort.contrast,
                    "low": comfort.low,
                    "speech": comfort.speech.value,
                    "speaks": self._speaks,
                },
                "top": frame.top(session, snapshot, zone),
                "band": frame.band(self._flow, session, snapshot),
                "tasks": {"offered": list(self._flow.offered(snapshot))},
                "rail": rail(self._flow, session, snapshot, zone),
                "still": frame.still(self._flow, session, snapshot, self._clock()),
            }
        )
        if self.language != language:
            self.languageChanged.emit()
        step = screen_name(self._flow, session.step)
        if step != self._step:
            self._step = step
            self.stepChanged.emit()

    @property
    def language(self) -> str:
        """The code of the language that the screens speak now, such as zh."""
        return str(self.group("comfort").get("language", ""))

    def secrets(self) -> frozenset[str]:
        """Every text that nobody but the passenger may hear, of all tasks."""
        return self.personal().union(*(part.personal() for part in self.parts.values()))

    @property
    def speech(self) -> Speech:
        """Whether this passenger wants the screens spoken."""
        return self._session.comfort.speech

    @property
    def screen(self) -> str:
        """The name of the screen on show."""
        return self._step

    # What QML reads.

    @Property(str, notify=stepChanged)
    def step(self) -> str:
        """The name of the screen to show; empty before the first snapshot."""
        return self._step

    @Property("QVariantMap", constant=True)  # type: ignore[arg-type]  # Qt's own types go by name
    def files(self) -> Group:
        """The file of each screen, by its name, relative to the window's own."""
        return self._files

    @Property(QObject, constant=True)
    def board(self) -> QObject:
        """The attract screen's departures."""
        return self._board

    # What QML may say, beside the touches that carry nothing else.

    @Slot(str)
    def begin(self, task: str) -> None:
        """A task, by its name."""
        self.touched(t.Begin(task))

    @Slot(str)
    def speak(self, code: str) -> None:
        """A language, by its code."""
        if any(each["code"] == code for each in self._languages):
            self.touched(t.Speak(code))

    @Slot(bool)
    def hold(self, on: bool) -> None:
        """A finger is put on the station's name, or taken off."""
        self._knock.hold(on, self._clock())

    @Slot(str)
    def key(self, character: str) -> None:
        """A key of our own keypad; empty erases."""
        self.touched(t.Key(character))


def _paid(order: OrderView | None) -> int:
    return order.paid if order is not None else 0


def _files(flow: Flow) -> Group:
    """QML asks for them often, so they are made once."""
    tasks = {
        rules.screen: f"{relpath(task.folder, FOLDER)}/{rules.qml}.qml" for task in flow.tasks for rules in task.steps
    }
    return {**{name: f"{qml}.qml" for name, qml in OWN.values()}, **tasks}
