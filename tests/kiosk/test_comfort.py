"""What a passenger sets for themselves: languages by file, low reach by the height of the panel, staff, and that all of
it ends with the session.
"""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from kiosk import translations
from kiosk.inventory import Control
from kiosk.panel import LANDSCAPE_15_6, PORTRAIT_15_6, PORTRAIT_21_5, PanelSettings
from kiosk.pseudo import lengthened
from kiosk.stagehand import Look, Rehearsal, rehearse
from kiosk.steps import Comfort, Speech

JAPANESE = """<?xml version="1.0" encoding="utf-8"?><!DOCTYPE TS><TS version="2.1" language="ja">
<context><name>Names</name><message><source>English</source><translation>日本語</translation></message></context>
<context><name>BottomBand</name><message><source>Back</source><translation>戻る</translation></message></context></TS>"""


def finger(rehearsal: Rehearsal, name: str) -> None:
    found = rehearsal.kiosk.inventory.control(name)
    assert found is not None, f"{name} is not to be seen"
    rehearsal.clock[0] += 1000
    place = QPointF(*found.middle).toPoint()
    QTest.mouseClick(rehearsal.kiosk.window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    rehearsal.draw()


def controls(rehearsal: Rehearsal) -> list[Control]:
    return [item for item in rehearsal.kiosk.inventory.shown() if isinstance(item, Control)]


def names(rehearsal: Rehearsal) -> set[str]:
    return {item.name for item in controls(rehearsal)}


def set_everything(rehearsal: Rehearsal) -> None:
    for what in ("language", "large", "contrast", "low", "speech", "speech"):
        rehearsal.model.touch(what)
    rehearsal.settle()


WIPED = Comfort()


@pytest.mark.parametrize("end", ["startOver", "silence"])
def test_every_session_starts_from_the_defaults_and_knows_nobody(qt: list[str], end: str) -> None:
    rehearsal = rehearse(PORTRAIT_21_5)
    try:
        rehearsal.start(Look())
        set_everything(rehearsal)
        wanted = Comfort(language=rehearsal.model.session.comfort.language, large=True, contrast=True, low=True)
        assert rehearsal.model.session.comfort == replace(wanted, speech=Speech.LOUD)
        assert rehearsal.model.language == "en"
        rehearsal.buying.chooseStop("1001")
        rehearsal.choose_first_coach()
        rehearsal.till.card()
        rehearsal.settle()
        assert rehearsal.model.secrets() >= {"张*", "3304****0012"}
        if end == "silence":
            rehearsal.wait(200)
            assert rehearsal.model.screen == "stillThere"
            rehearsal.wait(21)
        else:
            rehearsal.model.touch("startOver")
        rehearsal.draw()
        assert rehearsal.model.screen == "attract"
        assert rehearsal.model.session.comfort == WIPED
        assert rehearsal.model.language == "zh"
        assert rehearsal.model.secrets() == frozenset()
        band = rehearsal.kiosk.inventory.control("band.large")
        assert band is not None
        assert not band.checked
        top = min(item.box[1] for item in rehearsal.kiosk.inventory.shown())
        assert top < 200, "the screens fill the panel again"
    finally:
        rehearsal.kiosk.close()


def test_a_language_is_a_file_more(qt: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(translations.FOLDER / "kiosk_zh_CN.ts", tmp_path)
    (tmp_path / "kiosk_ja.ts").write_text(JAPANESE, "utf-8")
    monkeypatch.setattr(translations, "FOLDER", tmp_path)
    rehearsal = rehearse(LANDSCAPE_15_6)
    try:
        listed = rehearsal.model.group("comfort")["languages"]
        assert listed == [
            {"code": "zh", "name": "中文"},
            {"code": "en", "name": "English"},
            {"code": "ja", "name": "日本語"},
        ]
        rehearsal.start(Look())
        rehearsal.draw()
        finger(rehearsal, "band.language")
        assert {"languages.zh", "languages.en", "languages.ja"} <= names(rehearsal)
        assert not [name for name in names(rehearsal) if name.startswith("whereTo")], "nothing below can be touched"
        finger(rehearsal, "languages.ja")
        assert rehearsal.model.language == "ja"
        back = rehearsal.kiosk.inventory.control("band.back")
        assert back is not None
        assert back.spoken == "戻る"
        assert rehearsal.model.group("top")["station"] == "Wutong Coach Station", "the till's own words are in English"
        assert "whereTo.stop.1001" in names(rehearsal)
    finally:
        rehearsal.kiosk.close()


def test_without_a_voice_no_speech_is_offered(qt: list[str]) -> None:
    rehearsal = rehearse(LANDSCAPE_15_6, speaks=False)
    try:
        rehearsal.draw()
        assert "band.speech" not in names(rehearsal)
        QTest.keyClick(rehearsal.kiosk.window, Qt.Key.Key_F1)
        assert rehearsal.model.speech is Speech.OFF
    finally:
        rehearsal.kiosk.close()


def test_low_reach_is_off_where_everything_is_within_reach(qt: list[str]) -> None:
    rehearsal = rehearse(LANDSCAPE_15_6)
    try:
        rehearsal.draw()
        assert "band.low" in names(rehearsal)
        assert rehearsal.kiosk.inventory.control("band.low") is None
    finally:
        rehearsal.kiosk.close()


def panel(width_mm: float, height_mm: float, bottom_mm: float) -> PanelSettings:
    wide, high = round(width_mm * 4), round(height_mm * 4)
    return PanelSettings(width_mm=width_mm, height_mm=height_mm, width_px=wide, height_px=high, bottom_mm=bottom_mm)


@pytest.mark.parametrize(
    ("hung", "too_high", "too_low"),
    [
        (LANDSCAPE_15_6, 0, 0),
        (PORTRAIT_15_6, 0, 0),  # lower than it is would not hold the screens
        (PORTRAIT_21_5, 106, 0),
        (panel(398, 708, 800), 288, 0),
        (panel(398, 708, 300), 0, 80),
        (panel(529, 941, 200), 0, 180),
        (panel(398, 708, 1300), 514, 0),  # nothing of it is within reach: as low as the screens can be
    ],
)
def test_what_of_a_panel_is_out_of_reach(hung: PanelSettings, too_high: float, too_low: float) -> None:
    assert (hung.too_high_mm, hung.too_low_mm) == (too_high, too_low)


def test_the_long_language_is_some_forty_per_cent_longer_and_keeps_the_places_for_values() -> None:
    sentence = "In %1 seconds the purchase ends and a slip for your money is printed."
    long = lengthened(sentence)
    assert 1.3 < len(long) / len(sentence) < 1.5
    assert long.startswith("[")
    assert "%1" in long


def above_a_coach(rehearsal: Rehearsal) -> QPoint:
    """A place that has a destination on one screen and a coach on the next."""
    tiles = [item for item in controls(rehearsal) if item.name.startswith("whereTo.stop.") and item.enabled]
    for tile in tiles:
        rehearsal.buying.chooseStop(tile.name.rpartition(".")[2])
        rehearsal.draw()
        x, y = tile.middle
        coaches = [item.box for item in controls(rehearsal) if item.name.startswith("which.trip.")]
        rehearsal.model.touch("back")
        rehearsal.draw()
        if any(left < x < left + width and top < y < top + height for left, top, width, height in coaches):
            return QPointF(x, y).toPoint()
    raise AssertionError("no destination stands where a coach stands")


def test_a_shaking_finger_on_a_touch_panel_does_not_answer_the_next_screen(qt: list[str]) -> None:
    rehearsal = rehearse(PORTRAIT_15_6)
    window, device = rehearsal.kiosk.window, QTest.createTouchDevice()

    def tap(place: QPoint) -> str:
        QTest.touchEvent(window, device).press(0, place)
        QTest.touchEvent(window, device).release(0, place)
        rehearsal.draw()
        return rehearsal.model.screen

    try:
        rehearsal.start(Look())
        rehearsal.draw()
        place = above_a_coach(rehearsal)
        rehearsal.clock[0] += 1000
        assert [tap(place) for _ in range(3)] == ["which", "which", "which"]
        rehearsal.clock[0] += 1000
        assert tap(place) != "which", "later the same place answers"
    finally:
        rehearsal.kiosk.close()
