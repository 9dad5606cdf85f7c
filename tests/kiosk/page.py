"""What is on the kiosk's window at one moment, and what is wrong with it."""

import re
from collections.abc import Iterator
from itertools import combinations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QAccessible, QAccessibleInterface

from kiosk.inventory import Box, Control, Told, Words
from kiosk.panel import HIGHEST_MM, LOWEST_MM, PanelSettings
from kiosk.pseudo import LONG
from kiosk.rehearsal_finding import DEVICES
from kiosk.stagehand import Look, Rehearsal

OWN_SCRIPT = {"中文", "English", "中文 …"}
TYPED = {"ADA LOVELACE"}
TECHNICAL = {"waystation", *(text for device in DEVICES for text in (device.name, device.what) if text)}
"""What a technician reads of a device is in one language."""
NOT_TOUCHED = {QAccessible.Role.StaticText, QAccessible.Role.Heading, QAccessible.Role.AlertMessage}


def place(box: Box) -> QRectF:
    return QRectF(*box)


def overlap(one: Box, other: Box) -> bool:
    """Whether two places share more than a hair."""
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return across > 1 and down > 1


class Page:
    def __init__(self, rehearsal: Rehearsal, panel: PanelSettings) -> None:
        self.panel = panel
        self.attract = rehearsal.model.screen == "attract"
        self.window = QRectF(-1, -1, panel.width_px + 2, panel.height_px + 2)
        self.shown = rehearsal.kiosk.inventory.shown()
        self.texts = [item for item in self.shown if isinstance(item, Words)]
        self.targets = [item for item in self.shown if isinstance(item, Control)]
        self.told = [item for item in self.shown if isinstance(item, Told)]
        self.tree = list(tree(QAccessible.queryAccessibleInterface(rehearsal.kiosk.window)))

    @property
    def band(self) -> dict[str, Box]:
        return {target.name: target.box for target in self.targets if target.name.startswith("band.")}

    def faults(self, look: Look) -> Iterator[str]:
        yield from self._cut()
        yield from self._over()
        yield from self._touchable()
        yield from self._accessible()
        if look.language != LONG:
            yield from self._language(look)
        if look.large and not self.attract:
            yield from self._small()
        if look.low and not self.attract:
            yield from self._out_of_reach()

    def _cut(self) -> Iterator[str]:
        for text in self.texts:
            if text.cut:
                yield f"{text.text!r} is elided"
            if text.ink[2] > text.box[2] + 1:
                yield f"{text.text!r} is wider than its place"
            around = place(self.shown[text.within].box) if text.within >= 0 else self.window
            if not around.adjusted(-1, -1, 1, 1).contains(place(text.ink)):
                yield f"{text.text!r} is outside what it belongs to"

    def _over(self) -> Iterator[str]:
        for one, other in combinations(self.texts, 2):
            if overlap(one.ink, other.ink):
                yield f"{one.text!r} is over {other.text!r}"
        apart = [target for target in self.targets if not (self.attract and target.name == "attract.start")]
        for this, that in combinations(apart, 2):
            if overlap(this.box, that.box):
                yield f"{this.name} is over {that.name}"
        for text in self.texts:
            own = self.shown[text.within] if text.within >= 0 else None
            for target in apart:
                if target is not own and overlap(text.ink, target.box):
                    yield f"{text.text!r} is over {target.name}"

    def _touchable(self) -> Iterator[str]:
        least = self.panel.mm(20) - 1
        names = [target.name for target in self.targets]
        for name in {name for name in names if names.count(name) > 1}:
            yield f"{name} is the name of two controls"
        for target in self.targets:
            if not target.name:
                yield f"{target.spoken} has no name for a hand that points"
            if min(target.box[2:]) < least:
                yield f"{target.name} is smaller than 20 mm"
            if not target.spoken:
                yield f"{target.name} says nothing to a screen reader"
            if not target.button:
                yield f"{target.name} is not announced as a button"
            if not self.window.contains(place(target.box)):
                yield f"{target.name} is outside the window"

    def _accessible(self) -> Iterator[str]:
        """What a screen reader finds is what there is, and is named."""
        least = self.panel.mm(20) - 1
        buttons = []
        for each in self.tree:
            name, box = each.text(QAccessible.Text.Name), each.rect()
            if each.role() == QAccessible.Role.Button:
                buttons.append(name)
                if not name or min(box.width(), box.height()) < least:
                    yield f"a screen reader finds the button {name!r} of {box.width()} by {box.height()} pixels"
            elif each.role() in NOT_TOUCHED and not name:
                yield f"a screen reader finds a text without words at {box.x()}, {box.y()}"
        if sorted(buttons) != sorted(target.spoken for target in self.targets):
            yield f"a screen reader finds the buttons {buttons}"
        read = {each.text(QAccessible.Text.Name) for each in self.tree}
        for told in self.told:
            if told.spoken not in read:
                yield f"{told.spoken!r} is spoken, but a screen reader does not find it"

    def _language(self, look: Look) -> Iterator[str]:
        foreign = r"[A-Za-z]{3,}" if look.language == "zh" or self.attract else r"[\u4e00-\u9fff]"
        for text in self.texts:
            if any(known in text.text for known in TECHNICAL):
                continue
            if text.text not in OWN_SCRIPT | TYPED and "*" not in text.text and re.search(foreign, text.text):
                yield f"{text.text!r} is in the wrong language"

    def _small(self) -> Iterator[str]:
        for text in self.texts:
            capital = text.size * 0.733 / self.panel.px_per_mm
            if capital < 7.3 - 0.15:
                yield f"{text.text!r} is {capital:.1f} mm high in large print"

    def _out_of_reach(self) -> Iterator[str]:
        for target in self.targets:
            above = self.panel.bottom_mm + self.panel.height_mm - target.box[1] / self.panel.px_per_mm
            below = above - target.box[3] / self.panel.px_per_mm
            if above > HIGHEST_MM + 0.5 or below < LOWEST_MM - 0.5:
                yield f"{target.name} is from {below:.0f} to {above:.0f} mm above the floor"


def tree(root: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    """All that is on show to a screen reader."""
    for at in range(root.childCount()):
        child = root.child(at)
        assert child is not None
        if not child.state().invisible:
            yield child
            yield from tree(child)
