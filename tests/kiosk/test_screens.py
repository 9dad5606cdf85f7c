"""Every screen, in every language and mode: nothing cut, nothing over another, everything that can be touched big
enough, named, within reach and found by a screen reader; the bottom band always at the same place.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAccessible

import kiosk
from kiosk.inventory import Box
from kiosk.panel import LANDSCAPE_15_6, PORTRAIT_15_6, PORTRAIT_21_5, PanelSettings
from kiosk.pseudo import LONG
from kiosk.scenes import walk
from kiosk.screenshots import NOBODYS
from kiosk.stagehand import Look, Rehearsal, rehearse
from tests.kiosk.page import Page

WIDE, HIGH, TALL = LANDSCAPE_15_6, PORTRAIT_15_6, PORTRAIT_21_5
ZH_LARGE, EN_LARGE = Look(language="zh", large=True), Look(language="en", large=True)
LONG_WORDS = Look(language=LONG)  # longer than English: what has room for it has room for English
LOW = (Look(language=LONG, large=True, low=True),)
EVERY = "WAYSTATION_EVERY_LOOK" in os.environ
CASES = {
    "wide": (WIDE, (ZH_LARGE, LONG_WORDS, *((EN_LARGE, Look(language="en")) if EVERY else ()))),
    "high": (HIGH, (EN_LARGE, *((LONG_WORDS,) if EVERY else ()))),
    "tall": (TALL, LOW),
}
"""A panel, and the looks: the screens are entered in the first one and changed to the others where they stand.

Every panel, language and print is there without WAYSTATION_EVERY_LOOK=1, but not each on each.
"""


def looked_at(panel: PanelSettings, looks: tuple[Look, ...]) -> Iterator[tuple[str, Look, Page]]:
    """Every screen in every look; what only nobody sees as nobody sees it."""
    rehearsal = rehearse(panel)
    QAccessible.setActive(True)
    try:
        for name in walk(rehearsal, looks[0]):
            for look in (Look(),) if name in NOBODYS else looks:
                if name not in NOBODYS:
                    rehearsal.set(look)
                yield name, look, drawn(rehearsal, panel)
            if name not in NOBODYS:
                rehearsal.set(looks[0])
    finally:
        QAccessible.setActive(False)
        rehearsal.kiosk.close()


def drawn(rehearsal: Rehearsal, panel: PanelSettings) -> Page:
    rehearsal.draw()
    return Page(rehearsal, panel)


@pytest.mark.parametrize("case", list(CASES))
def test_every_screen_is_whole_in_every_look(qt: list[str], case: str) -> None:
    panel, looks = CASES[case]
    faults: list[str] = []
    seen: list[str] = []
    bands: dict[Look, dict[str, Box]] = {}
    for name, look, page in looked_at(panel, looks):
        faults += [f"{name}, {look.name}: {fault}" for fault in page.faults(look)]
        seen += [name] if name not in seen else []
        if page.band != bands.setdefault(look, page.band) and name not in NOBODYS:
            faults.append(f"{name}, {look.name}: the band is {page.band}")
    assert len(seen) > 30
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


def test_only_targets_and_what_covers_them_hear_fingers() -> None:
    """All else would be touched without a name, a size or a key; a doorbell is no passenger's."""
    folder = Path(kiosk.__file__).parent
    hearing = re.compile(r"\b(MouseArea|TapHandler|MultiPointTouchArea|PointHandler|DragHandler|Flickable)\b")
    found = {path.name for path in folder.rglob("*.qml") if hearing.search(path.read_text("utf-8"))}
    assert found == {"Target.qml", "Languages.qml", "Doorbell.qml"}
