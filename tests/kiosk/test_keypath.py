"""The whole kiosk by keys alone: every control of every screen in the order of reading, and a purchase."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from kiosk.inventory import Control
from kiosk.keypath import Way, moved, path
from kiosk.panel import LANDSCAPE_15_6, PORTRAIT_15_6
from kiosk.scenes import walk
from kiosk.stagehand import Look, Rehearsal, rehearse
from kiosk.till.values import Delivery

Key = Qt.Key


def control(name: str, x: float, y: float, *, part: str = "stage", enabled: bool = True) -> Control:
    return Control(name=name, box=(x, y, 90, 90), enabled=enabled, spoken=name, button=True, within=-1, part=part)


GRID = [control(name, x, y) for name, x, y in (("a", 0, 0), ("b", 100, 0), ("c", 0, 100), ("d", 100, 105))]


def test_the_path_follows_the_reading_stage_before_rail_before_band() -> None:
    shown = [
        control("band.back", 0, 900, part="band"),
        control("rail.to", 500, 0, part="rail"),
        *reversed(GRID),
        control("off", 200, 0, enabled=False),
    ]
    assert [each.name for each in path(shown)] == ["a", "b", "c", "d", "rail.to", "band.back"]


@pytest.mark.parametrize(
    ("at", "way", "leads_to"),
    [
        ("a", Way.NEXT, "b"),
        ("d", Way.NEXT, "a"),
        ("a", Way.BEFORE, "d"),
        ("a", Way.DOWN, "c"),
        ("b", Way.DOWN, "d"),
        ("d", Way.UP, "b"),
        ("a", Way.UP, "a"),
        ("", Way.DOWN, "a"),
    ],
)
def test_a_key_leads(at: str, way: Way, leads_to: str) -> None:
    assert GRID[moved(GRID, at, 0, way)].name == leads_to


def test_what_stands_in_the_place_of_a_control_that_is_gone_comes_next() -> None:
    assert moved(GRID, "gone", 2, Way.NEXT) == 2
    assert moved(GRID, "gone", 9, Way.NEXT) == 3


class Keys:
    """Five keys, and what they are seen to do."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self.rehearsal = rehearsal

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            self.rehearsal.clock[0] += 1000
            QTest.keyClick(self.rehearsal.kiosk.window, key)
            self.rehearsal.settle()

    @property
    def focus(self) -> str:
        return self.rehearsal.kiosk.inventory.focus()

    def go_to(self, name: str) -> None:
        for _ in range(80):
            if self.focus == name:
                return
            self.press(Key.Key_Right)
        raise AssertionError(f"no key leads to {name} on {self.rehearsal.model.screen}")

    def ok(self, name: str, *, leads_to: str = "") -> None:
        self.go_to(name)
        self.press(Key.Key_Return)
        assert leads_to in ("", self.rehearsal.model.screen)


def test_keys_lead_through_every_control_of_every_screen_in_the_order_of_reading(qt: list[str]) -> None:
    rehearsal = rehearse(PORTRAIT_15_6)
    window, inventory = rehearsal.kiosk.window, rehearsal.kiosk.inventory
    seen: set[str] = set()
    try:
        for name in walk(rehearsal, Look(language="en")):
            if rehearsal.model.screen in seen:
                continue
            rehearsal.draw()
            rehearsal.kiosk.keys.forget()
            wanted = [each.name for each in path(inventory.shown())]
            came = []
            for _ in wanted:
                QTest.keyClick(window, Key.Key_Right)
                came.append(inventory.focus())
            assert came == wanted, name
            assert wanted[-1] == "band.staff", name
            seen.add(rehearsal.model.screen)
    finally:
        rehearsal.kiosk.close()
    assert len(seen) > 15


def test_a_ticket_is_bought_by_keys_alone(qt: list[str]) -> None:
    rehearsal = rehearse(LANDSCAPE_15_6)
    keys, till = Keys(rehearsal), rehearsal.till
    try:
        assert keys.focus == ""
        keys.press(Key.Key_Down)
        assert keys.focus == "attract.start"
        keys.press(Key.Key_Return)
        assert rehearsal.model.screen == "whereTo"
        assert keys.focus != "", "a screen that keys led to begins at its first control"
        keys.ok("whereTo.stop.1001", leads_to="which")
        keys.ok("which.trip.K1001-1", leads_to="who")
        keys.ok("who.type", leads_to="typing")
        keys.ok("typing.document.5")
        for character in "E1234567":
            keys.ok(f"typing.key.{character}")
        keys.ok("typing.next")
        for character in "ADA":
            keys.ok(f"typing.key.{character}")
        keys.ok("typing.next", leads_to="who")
        keys.ok("who.confirm", leads_to="pay")
        keys.ok("pay.cash", leads_to="puttingIn")
        till.bill(50)
        till.print_all(Delivery.PRINTED)
        rehearsal.settle()
        keys.ok("done.finish", leads_to="attract")
    finally:
        rehearsal.kiosk.close()


def test_back_goes_back_and_a_finger_takes_the_focus_away(qt: list[str]) -> None:
    rehearsal = rehearse(LANDSCAPE_15_6)
    keys = Keys(rehearsal)
    try:
        rehearsal.start(Look())
        rehearsal.buying.chooseStop("1001")
        rehearsal.settle()
        keys.press(Key.Key_Right)
        assert keys.focus != ""
        keys.press(Key.Key_Escape)
        assert rehearsal.model.screen == "whereTo"
        assert keys.focus != ""
        place = rehearsal.kiosk.inventory.control("whereTo.stop.1002")
        assert place is not None
        rehearsal.clock[0] += 1000
        QTest.mouseClick(
            rehearsal.kiosk.window,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
            QPointF(*place.middle).toPoint(),
        )
        rehearsal.settle()
        assert rehearsal.model.screen == "which"
        assert keys.focus == ""
    finally:
        rehearsal.kiosk.close()


def test_a_second_ok_of_a_shaking_hand_does_not_answer_the_next_screen(qt: list[str]) -> None:
    rehearsal = rehearse(LANDSCAPE_15_6)
    keys = Keys(rehearsal)
    try:
        rehearsal.start(Look())
        keys.go_to("whereTo.stop.1001")
        rehearsal.clock[0] += 1000
        for _ in range(2):
            QTest.keyClick(rehearsal.kiosk.window, Key.Key_Return)
            rehearsal.settle()
        assert rehearsal.model.screen == "which"
        keys.ok("which.trip.K1001-1")
        assert rehearsal.model.screen != "which"
    finally:
        rehearsal.kiosk.close()


def test_letters_of_a_keyboard_do_nothing(qt: list[str]) -> None:
    """What pretends to be a keyboard, a scanner for one, types nothing into a document."""
    rehearsal = rehearse(LANDSCAPE_15_6)
    keys = Keys(rehearsal)
    try:
        rehearsal.start(Look())
        rehearsal.buying.touch("spell")
        rehearsal.settle()
        keys.press(Key.Key_H, Key.Key_Z, Key.Key_F5)
        assert rehearsal.buying.group("spelling")["typed"] == ""
    finally:
        rehearsal.kiosk.close()
