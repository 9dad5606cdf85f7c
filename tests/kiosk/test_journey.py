"""A purchase by pointing: from the attract screen to the ticket, with the touches counted."""

import time

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from kiosk.inventory import Control
from kiosk.panel import LANDSCAPE_15_6, PORTRAIT_15_6, PanelSettings
from kiosk.rehearsal import CardboardTill
from kiosk.stagehand import Rehearsal, rehearse
from kiosk.till.commands import (
    EndSession,
    HoldOrder,
    StartCash,
)
from kiosk.till.values import Delivery

MOST_TOUCHES = 7
SLOWEST = 1.0
"""Seconds from a touch to the next screen that no machine may need, however busy; the budget itself is 0.1 s."""


class Finger:
    """Touches what it can see, and counts."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self.rehearsal = rehearsal
        self.touches = 0
        self.slowest = 0.0

    def sees(self, name: str) -> Control | None:
        return self.rehearsal.kiosk.inventory.control(name)

    def middle_of(self, name: str) -> QPoint:
        found = self.sees(name)
        assert found is not None, f"{name} is not to be seen on {self.rehearsal.model.screen}"
        return QPointF(*found.middle).toPoint()

    def touch(self, name: str, *, leads_to: str) -> None:
        middle = self.middle_of(name)
        began = time.perf_counter()
        window = self.rehearsal.kiosk.window
        self.rehearsal.clock[0] += 1000
        QTest.mouseClick(window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
        self.touches += 1
        for _ in range(100):
            if self.rehearsal.model.screen == leads_to:
                break
            self.rehearsal.settle()
        assert self.rehearsal.model.screen == leads_to
        window.grabWindow()
        self.slowest = max(self.slowest, time.perf_counter() - began)
        self.rehearsal.settle()


def buy(panel: PanelSettings) -> tuple[Finger, CardboardTill]:
    rehearsal = rehearse(panel)
    finger, till = Finger(rehearsal), rehearsal.till
    try:
        finger.touch("attract.start", leads_to="whereTo")
        finger.touch("whereTo.stop.1001", leads_to="which")
        finger.touch("which.trip.K1001-1", leads_to="who")
        assert finger.sees("who.confirm") is None
        till.card()
        rehearsal.settle()
        finger.touch("who.confirm", leads_to="pay")
        finger.touch("pay.cash", leads_to="puttingIn")
        for yuan in (20, 20, 5):
            till.bill(yuan)
            rehearsal.settle()
        assert rehearsal.model.screen == "printing"
        till.print_all(Delivery.PRINTED)
        rehearsal.settle()
        finger.touch("done.finish", leads_to="attract")
    finally:
        rehearsal.kiosk.close()
    return finger, till


def test_the_next_coach_for_one_adult_takes_at_most_seven_touches(qt: list[str]) -> None:
    for panel in (LANDSCAPE_15_6, PORTRAIT_15_6):
        finger, till = buy(panel)
        assert finger.touches <= MOST_TOUCHES
        assert [type(command) for command in till.commands[-1:]] == [EndSession]
        assert {HoldOrder, StartCash} <= {type(command) for command in till.commands}
        assert finger.slowest < SLOWEST


def test_a_double_strike_does_not_answer_the_next_screen(qt: list[str]) -> None:
    rehearsal = rehearse(LANDSCAPE_15_6)
    finger = Finger(rehearsal)
    try:
        finger.touch("attract.start", leads_to="whereTo")
        finger.touch("whereTo.stop.1001", leads_to="which")
        finger.touch("which.trip.K1001-1", leads_to="who")
        rehearsal.till.card()
        rehearsal.settle()
        middle = finger.middle_of("who.confirm")
        for _ in range(2):
            QTest.mouseClick(rehearsal.kiosk.window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
            rehearsal.settle()
        assert rehearsal.model.screen == "pay"
    finally:
        rehearsal.kiosk.close()
