"""What passengers see, on both panels: every word whole and large enough, every picture its own colour and sign."""

import os
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QImage

from gate.announce import badge
from gate.announcement import CLOSED, EMERGENCY, IDLE, WAIT, Announcement, Showing
from gate.override import BadgeAnswer, BadgeShown
from gate.screen.face import LOOKS, face
from gate.screen.message import Message
from gate.screen.panel import LANDSCAPE_7, PORTRAIT_7, READERS, ScreenPanel
from gate.screen.pictures import Easel, go, pictures, refusal
from gate.screen.watch import SILENT_MS, WAIT_MS
from gate.screen.window import Text
from tickets.reasons import Reason

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_QUICK_BACKEND"] = "software"

PANELS = {"landscape": LANDSCAPE_7, "portrait": PORTRAIT_7}
KINDS = ("adult", "child", "concession", "free")
FROM_AFAR = 8.7
"""Millimetres of a capital that are seen at 20 minutes of arc from 1.5 m."""


@pytest.fixture(autouse=True)
def _no_complaints_of_qml() -> Iterator[None]:
    complaints: list[str] = []

    def listen(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
        if kind is not QtMsgType.QtDebugMsg:
            complaints.append(message)

    qInstallMessageHandler(listen)
    yield
    qInstallMessageHandler(None)
    assert complaints == []


@pytest.fixture(params=PANELS)
def easel(request: pytest.FixtureRequest) -> Iterator[Easel]:
    made = Easel(PANELS[request.param])
    yield made
    made.close()


def size(easel: Easel) -> tuple[int, int]:
    return easel.window.window.width(), easel.window.window.height()


def seen(easel: Easel, announcement: Announcement) -> QImage:
    easel.show(announcement)
    return easel.window.window.grabWindow()


def colours(picture: QImage, top: float = 0.0, bottom: float = 1.0) -> dict[str, int]:
    """How often each colour is met on a grid over a part of a picture."""
    found: dict[str, int] = {}
    for y in range(int(picture.height() * top) + 2, int(picture.height() * bottom) - 2, 5):
        for x in range(2, picture.width(), 5):
            name = picture.pixelColor(x, y).name().upper()
            found[name] = found.get(name, 0) + 1
    return found


def faults(texts: list[Text], width: int, height: int) -> Iterator[str]:
    for text in texts:
        x, y, wide, high = text.ink
        if text.cut:
            yield f"{text.text!r} is cut"
        if wide > text.box[2] + 1:
            yield f"{text.text!r} is wider than its place"
        if not (x >= 0 and y >= 0 and x + wide <= width and y + high <= height):
            yield f"{text.text!r} leaves the panel"
    for one, other in combinations(texts, 2):
        across = min(one.ink[0] + one.ink[2], other.ink[0] + other.ink[2]) - max(one.ink[0], other.ink[0])
        down = min(one.ink[1] + one.ink[3], other.ink[1] + other.ink[3]) - max(one.ink[1], other.ink[1])
        if across > 1 and down > 1:
            yield f"{one.text!r} is over {other.text!r}"


def test_every_picture_is_whole(easel: Easel) -> None:
    found, words = [], 0
    for name, announcement in pictures():
        seen(easel, announcement)
        texts = easel.window.texts()
        words += len(texts)
        said = [text.text for text in texts]
        drawn = face(announcement)
        wanted = [each for each in (*drawn.word, *drawn.sentence) if each]
        found += [f"{name}: {each!r} is not shown" for each in wanted if each not in said]
        found += [f"{name}: {fault}" for fault in faults(texts, *size(easel))]
        found += [f"{name}: {text.text!r} is {text.capital:.1f} mm" for text in texts if text.capital < 2.4]
    assert words > 4 * len(Reason)
    assert not found, "\n".join(found)


def test_the_word_can_be_read_from_afar(easel: Easel) -> None:
    for name, announcement in pictures():
        easel.show(announcement)
        chinese, english = (face(announcement).word[0], face(announcement).word[1])
        capitals = {text.text: text.capital for text in easel.window.texts()}
        assert capitals[chinese] >= FROM_AFAR, name
        assert capitals[english] >= 4.4, name
        assert capitals[chinese] > capitals[english], "Chinese comes first"


def test_every_picture_has_its_colour(easel: Easel) -> None:
    shown = {IDLE.showing: IDLE, Showing.GO: go("adult"), Showing.STOP: refusal(Reason.USED), WAIT.showing: WAIT}
    shown |= {CLOSED.showing: CLOSED, EMERGENCY.showing: EMERGENCY}
    shown |= {Showing.BADGE: badge(BadgeShown(answer=BadgeAnswer.NOBODY_WAITS))}
    assert set(shown) == set(Showing)
    grounds = set()
    for showing, announcement in shown.items():
        _, paint = LOOKS[showing]
        found = colours(seen(easel, announcement), bottom=0.75)
        total = sum(found.values())
        assert found[paint.ground] > 0.6 * total, f"{showing} is not one colour"
        assert found[paint.ink] > 0.02 * total, f"{showing} has no sign"
        grounds.add(max(found, key=lambda each: found[each]))
    assert len(grounds) == len(Showing)


def test_signs_differ_as_colours_do() -> None:
    assert len({sign for sign, _ in LOOKS.values()}) == len(LOOKS) == len(Showing)


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_everything_stands_out_from_its_ground() -> None:
    paints = [paint for _, paint in LOOKS.values()]
    paints += [band.paint for band in (face(go(kind)).band for kind in KINDS) if band]
    assert len(paints) == len(Showing) + len(KINDS)
    for paint in paints:
        dark, light = sorted((luminance(paint.ground), luminance(paint.ink)))
        assert (light + 0.05) / (dark + 0.05) > 6.5, paint


def test_kinds_differ_to_staff_in_colour_and_word(easel: Easel) -> None:
    grounds, words = set(), set()
    for kind in KINDS:
        found = colours(seen(easel, go(kind)), top=0.82)
        grounds.add(max(found, key=lambda each: found[each]))
        words.add(easel.window.texts()[-4].text)
    assert len(grounds) == len(KINDS)
    assert grounds.isdisjoint({LOOKS[Showing.GO][1].ground})


def test_the_band_counts_persons() -> None:
    bands = [face(go("adult", persons)).band for persons in (1, 2, 10)]
    assert [band.count for band in bands if band] == [
        ("1 人", "1 person"),
        ("2 人", "2 persons"),
        ("10 人", "10 persons"),
    ]
    assert [band.figures for band in bands if band] == [(False,), (False, True), (False, True, True, True, True)]
    child = face(go("child")).band
    assert child is not None
    assert child.figures == (True,)


def test_staff_are_told_what_was_not_checked() -> None:
    for flag, told in (("identity_not_checked", "Check ID"), ("departure_not_known", "Check coach"), ("", "")):
        band = face(go("adult", flag=flag)).band
        assert band is not None
        assert band.look[1] == told


def test_only_a_passenger_who_is_let_in_has_a_band() -> None:
    banded = {announcement.showing for _, announcement in pictures() if face(announcement).band}
    assert banded == {Showing.GO}


def test_a_kind_that_is_not_known_is_still_let_in(easel: Easel) -> None:
    easel.show(go("veteran"))
    assert any("veteran" in text.text for text in easel.window.texts())


@pytest.mark.parametrize("shape", [{}, {"width_mm": 87.0, "height_mm": 155.0, "width_px": 600, "height_px": 1024}])
def test_each_place_of_the_reader_has_its_own_picture(shape: dict[str, Any]) -> None:
    drawn: list[QImage] = []
    for reader in READERS:
        easel = Easel(ScreenPanel(**shape, reader=reader))
        try:
            drawn.append(seen(easel, IDLE))
            assert not list(faults(easel.window.texts(), *size(easel)))
        finally:
            easel.close()
    assert all(one != other for one, other in combinations(drawn, 2))


def test_a_short_wait_is_not_seen_and_a_silent_gate_is_closed() -> None:
    easel = Easel(LANDSCAPE_7)
    model = easel.window.view_model
    try:
        easel.show(go("adult"))
        easel.now += 1
        model.hear([Message(announcement=WAIT, said_ms=easel.now, sent_ms=easel.now)])
        stood = [model.shown.showing]
        for later in (WAIT_MS, SILENT_MS):
            easel.now += later
            model.tick()
            stood.append(model.shown.showing)
        assert stood == [Showing.GO, Showing.WAIT, Showing.CLOSED]
    finally:
        easel.close()


@pytest.mark.parametrize(
    "size_of", [{"width_mm": 70}, {"height_px": 0}, {"width_mm": 87, "height_mm": 155}, {"reader": "behind"}]
)
def test_a_panel_that_cannot_be_is_refused(size_of: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        ScreenPanel(**size_of)  # type: ignore[arg-type]  # wrong on purpose
