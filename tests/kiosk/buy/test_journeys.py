"""Purchases by pointing beside the plain one: by phone, with a seat chosen, on another day; touches counted."""

import pytest

from kiosk.panel import LANDSCAPE_15_6, PORTRAIT_15_6, PanelSettings
from kiosk.stagehand import rehearse
from kiosk.till.commands import HoldOrder, LookAt, StartPayment
from kiosk.till.values import Delivery, Means
from tests.kiosk.test_journey import MOST_TOUCHES, Finger

PANELS = pytest.mark.parametrize("panel", [LANDSCAPE_15_6, PORTRAIT_15_6], ids=["wide", "high"])


def to_who(finger: Finger) -> None:
    finger.touch("attract.start", leads_to="whereTo")
    finger.touch("whereTo.stop.1001", leads_to="which")
    finger.touch("which.trip.K1001-1", leads_to="who")
    finger.rehearsal.till.card()
    finger.rehearsal.settle()


def printed(finger: Finger) -> None:
    finger.rehearsal.till.print_all(Delivery.PRINTED)
    finger.rehearsal.settle()


@PANELS
@pytest.mark.parametrize("means", ["qr-scan", "qr-show", "card"])
def test_the_next_coach_without_cash_takes_at_most_seven_touches(
    qt: list[str], panel: PanelSettings, means: str
) -> None:
    rehearsal = rehearse(panel)
    finger = Finger(rehearsal)
    try:
        to_who(finger)
        finger.touch("who.confirm", leads_to="pay")
        finger.touch(f"pay.{means}", leads_to="paying")
        rehearsal.till.pays()
        printed(finger)
        finger.touch("done.finish", leads_to="attract")
    finally:
        rehearsal.kiosk.close()
    assert finger.touches <= MOST_TOUCHES
    assert StartPayment(means=Means(means)) in rehearsal.till.commands


@PANELS
def test_a_seat_of_ones_own_takes_three_touches_more(qt: list[str], panel: PanelSettings) -> None:
    rehearsal = rehearse(panel)
    finger = Finger(rehearsal)
    try:
        to_who(finger)
        before = finger.touches
        finger.touch("who.seats", leads_to="seats")
        finger.touch("seats.7", leads_to="seats")
        finger.touch("seats.confirm", leads_to="who")
        assert finger.touches == before + 3
        finger.touch("who.confirm", leads_to="pay")
    finally:
        rehearsal.kiosk.close()
    (held,) = [command for command in rehearsal.till.commands if isinstance(command, HoldOrder)]
    assert held.seats == (7,)


@PANELS
def test_every_seat_that_is_free_can_be_reached(qt: list[str], panel: PanelSettings) -> None:
    rehearsal = rehearse(panel)
    finger = Finger(rehearsal)
    try:
        to_who(finger)
        finger.touch("who.seats", leads_to="seats")
        offer = next(offer for offer in rehearsal.till.snapshot.offers if offer.destination == 1001)
        for seat in offer.seats[1:]:
            if finger.sees(f"seats.{seat}") is None:
                finger.touch("seats.rear", leads_to="seats")
            finger.touch(f"seats.{seat}", leads_to="seats")
            assert rehearsal.buying.group("seating")["picked"] == [str(seat)]
    finally:
        rehearsal.kiosk.close()


@PANELS
def test_another_day_is_one_touch_more(qt: list[str], panel: PanelSettings) -> None:
    rehearsal = rehearse(panel)
    finger = Finger(rehearsal)
    try:
        finger.touch("attract.start", leads_to="whereTo")
        finger.touch("whereTo.stop.1001", leads_to="which")
        finger.touch("which.day.2026-11-23", leads_to="which")
        offer = next(offer for offer in rehearsal.till.snapshot.offers if offer.destination == 1001)
        finger.touch(f"which.trip.{offer.trip}", leads_to="who")
    finally:
        rehearsal.kiosk.close()
    assert any(isinstance(command, LookAt) and command.day is not None for command in rehearsal.till.commands)


@PANELS
def test_a_part_of_the_journey_that_is_touched_can_be_changed(qt: list[str], panel: PanelSettings) -> None:
    rehearsal = rehearse(panel)
    finger = Finger(rehearsal)
    try:
        to_who(finger)
        finger.touch("who.confirm", leads_to="pay")
        finger.touch("rail.travellers", leads_to="who")
        finger.touch("rail.departure", leads_to="which")
        finger.touch("rail.destination", leads_to="whereTo")
    finally:
        rehearsal.kiosk.close()


@PANELS
def test_tasks_are_begun_from_the_attract_screen_and_in_another_language_from_the_menu(
    qt: list[str], panel: PanelSettings
) -> None:
    rehearsal = rehearse(panel)
    finger = Finger(rehearsal)
    try:
        finger.touch("attract.timetable", leads_to="timetable")
        finger.touch("timetable.buy", leads_to="whereTo")
        finger.touch("band.startOver", leads_to="attract")
        finger.touch("band.language", leads_to="whereTo")
        finger.touch("whereTo.menu", leads_to="menu")
        finger.touch("menu.timetable", leads_to="timetable")
        assert rehearsal.model.language == "en"
    finally:
        rehearsal.kiosk.close()
