"""What is on the kiosk's window now, as plain values: for speech, keys and tests, and for a hand that has to point.

QML itself is asked. Walking its items from Python is not safe: they come and go without Python knowing.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtQml import QQmlComponent, QQmlEngine
from PySide6.QtQuick import QQuickItem

from tickets.errors import Bug

Box = tuple[float, float, float, float]
"""x, y, width and height in the window, in pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """Something that can be touched, on show. `within` is the place in the list of what it lies in, or −1.

    `part` is the part of the frame that it is in (stage, rail, top, band). `tongue` is the language of its name where
    that is not the screen's.
    """

    name: str
    box: Box
    enabled: bool
    spoken: str
    button: bool
    within: int
    part: str = "stage"
    checked: bool = False
    tongue: str = ""

    @property
    def middle(self) -> tuple[float, float]:
        """Where to point."""
        x, y, width, height = self.box
        return x + width / 2, y + height / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A text on show. `ink` is where its letters are; `cut` is true when some are left out; `size` is in pixels."""

    text: str
    box: Box
    ink: Box
    cut: bool
    size: float
    colour: str
    within: int
    part: str = "stage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something that is not touched and has a name for who cannot see it: a text, a notice, a picture, a bar.

    `ticking` is true when it changes by itself all the time.
    """

    spoken: str
    box: Box
    heading: bool
    alert: bool
    ticking: bool
    within: int
    part: str = "stage"


Shown = Control | Words | Told

_KINDS: dict[str, type[Shown]] = {"target": Control, "text": Words, "told": Told}


class Inventory:
    """Lists what one window shows. Lives on the GUI thread; what it is made of goes away with the window."""

    def __init__(self, engine: QQmlEngine, root: QQuickItem, window: QObject) -> None:
        """`root` is the window's content item."""
        path = Path(__file__).parent / "controls" / "Inventory.qml"
        self._component = QQmlComponent(engine, QUrl.fromLocalFile(str(path)), window)
        self._lister = self._component.createWithInitialProperties({"root": root})
        if self._lister is None:
            raise Bug(what="the screens cannot be listed", hint=self._component.errorString())
        self._lister.setParent(window)
        self._asked = 0

    def shown(self) -> list[Shown]:
        """Everything on show, outer things first."""
        self._ask()
        return [_shown(found) for found in json.loads(self._lister.property("found"))]

    def focus(self) -> str:
        """The name of the control that keys go to; empty for none."""
        self._ask()
        return str(self._lister.property("focus"))

    def move_focus(self, name: str) -> None:
        """Let keys go to the control of that name; to none, with an empty name or when it is not on show."""
        self._lister.setProperty("wanted", name)
        self._ask()
        self._lister.setProperty("wanted", None)

    def _ask(self) -> None:
        self._asked += 1
        self._lister.setProperty("asked", self._asked)

    def control(self, name: str) -> Control | None:
        """The control of that name, if it is on show and enabled."""
        found = (item for item in self.shown() if isinstance(item, Control))
        return next((item for item in found if item.name == name and item.enabled), None)


def _shown(found: dict[str, object]) -> Shown:
    found = {key: tuple(value) if isinstance(value, list) else value for key, value in found.items()}
    return _KINDS[str(found.pop("what"))](**found)  # type: ignore[arg-type]  # the fields are written in Inventory.qml
