"""Every screen, in both languages, both panels, large print and high contrast: nothing cut, nothing over another,
everything that can be touched big enough and named."""

import re
from collections.abc import Iterator
from itertools import combinations

import pytest
from PySide6.QtCore import QRectF

from kiosk.inventory import Box, Control, Words
from kiosk.panel import LANDSCAPE_15_6, PORTRAIT_15_6, PanelSettings
from kiosk.scenes import walk
from kiosk.stagehand import Look, Rehearsal, rehearse

ZH, EN = Look(language="zh"), Look(language="en")
ZH_LARGE, EN_LARGE = Look(language="zh", large=True), Look(language="en", large=True)
WIDE, HIGH = LANDSCAPE_15_6, PORTRAIT_15_6
CASES = [(panel, look) for panel in (WIDE, HIGH) for look in (ZH, EN, ZH_LARGE, EN_LARGE)]
OWN_SCRIPT = {"中文", "English"}
TYPED = {"ADA LOVELACE"}


def place(box: Box) -> QRectF:
    return QRectF(*box)


def overlap(one: Box, other: Box) -> bool:
    """Whether two places share more than a hair."""
    shared = place(one).intersected(place(other))
    return shared.width() > 1 and shared.height() > 1


class Page:
    """What is on the window at one moment, and what is wrong with it."""

    def __init__(self, rehearsal: Rehearsal, panel: PanelSettings) -> None:
        self.panel = panel
        self.attract = rehearsal.model.screen == "attract"
        self.window = QRectF(-1, -1, panel.width_px + 2, panel.height_px + 2)
        self.shown = rehearsal.kiosk.inventory.shown()
        self.texts = [item for item in self.shown if isinstance(item, Words)]
        self.targets = [item for item in self.shown if isinstance(item, Control)]

    def faults(self, look: Look) -> Iterator[str]:
        yield from self._cut()
        yield from self._over()
        yield from self._touchable()
        yield from self._language(look)
        if look.large and not self.attract:
            yield from self._small()

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

    def _language(self, look: Look) -> Iterator[str]:
        foreign = r"[A-Za-z]{3,}" if look.language == "zh" and not self.attract else r"[\u4e00-\u9fff]"
        if self.attract:
            foreign = r"[A-Za-z]{3,}"
        for text in self.texts:
            if text.text not in OWN_SCRIPT | TYPED and "*" not in text.text and re.search(foreign, text.text):
                yield f"{text.text!r} is in the wrong language"

    def _small(self) -> Iterator[str]:
        for text in self.texts:
            capital = text.size * 0.733 / self.panel.px_per_mm
            if capital < 7.3 - 0.15:
                yield f"{text.text!r} is {capital:.1f} mm high in large print"


@pytest.mark.parametrize(("panel", "look"), CASES, ids=lambda case: getattr(case, "name", ""))
def test_every_screen_is_whole(qt: list[str], panel: PanelSettings, look: Look) -> None:
    rehearsal = rehearse(panel)
    faults, seen = [], []
    try:
        for name in walk(rehearsal, look):
            rehearsal.settle()
            rehearsal.kiosk.window.grabWindow()  # lays everything out
            seen.append(name)
            faults += [f"{name}: {fault}" for fault in Page(rehearsal, panel).faults(look)]
    finally:
        rehearsal.kiosk.close()
    assert len(seen) == len(set(seen)) > 30
    assert not faults, "\n".join(faults)


def test_contrast_is_high_where_it_is_asked_for(qt: list[str]) -> None:
    rehearsal = rehearse(WIDE)
    try:
        rehearsal.start(Look(language="zh", contrast=True))
        rehearsal.settle()
        picture = rehearsal.kiosk.window.grabWindow()
        assert picture.pixelColor(WIDE.width_px // 2, WIDE.height_px - 5).name() == "#000000"
        page = Page(rehearsal, WIDE)
        inks = {text.colour for text in page.texts}
        assert inks <= {"#ffffff", "#ffe100", "#b0b0b0", "#000000"}
    finally:
        rehearsal.kiosk.close()


@pytest.mark.parametrize("panel", [WIDE, HIGH])
@pytest.mark.parametrize("look", [EN, ZH_LARGE, EN_LARGE], ids=lambda look: look.name)
def test_a_notice_never_hides_which_notes_go_in(qt: list[str], panel: PanelSettings, look: Look) -> None:
    """It may say itself: use smaller notes."""
    rehearsal = rehearse(panel)
    try:
        for name in walk(rehearsal, look):
            rehearsal.settle()
            if name != "note-too-large":
                continue
            rehearsal.kiosk.window.grabWindow()  # lays everything out
            page = Page(rehearsal, panel)
            notes = {text.text: text for text in page.texts if text.text in ("¥1", "¥5", "¥10", "¥20", "¥50", "¥100")}
            band = min(target.box[1] for target in page.targets if target.name.startswith("band."))
            assert len(notes) == 6
            assert all(note.box[1] + note.box[3] + panel.mm(4) < band for note in notes.values()), "over the band"
            return
    finally:
        rehearsal.kiosk.close()
    raise AssertionError("the screen was never on show")


def test_every_screen_bears_a_change_of_language_and_size(qt: list[str]) -> None:
    """Nothing is complained of while it lays itself out anew."""
    rehearsal = rehearse(WIDE)
    try:
        for _ in walk(rehearsal, ZH):
            for touch in ("large", "language", "large", "language"):
                if rehearsal.model.screen not in ("attract", "outOfService"):
                    rehearsal.model.touch(touch)
                    rehearsal.settle()
                    rehearsal.kiosk.window.grabWindow()
    finally:
        rehearsal.kiosk.close()
