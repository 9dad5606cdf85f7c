"""Every task about a ticket by pointing, from the attract screen and back to it, with the touches counted."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from kiosk.panel import LANDSCAPE_15_6, PORTRAIT_15_6, PanelSettings
from kiosk.rehearsal_finding import NUMBER, ORDER_CODE, OTHER, USED
from kiosk.stagehand import rehearse
from kiosk.till import commands as c
from kiosk.till.values import Delivery
from tests.kiosk.test_journey import Finger
from tickets.money import Fen


@pytest.fixture(params=[LANDSCAPE_15_6, PORTRAIT_15_6], ids=["wide", "high"])
def finger(qt: list[str], request: pytest.FixtureRequest) -> Iterator[Finger]:
    """A finger before a machine; what was found is gone once nobody is there."""
    panel = request.param
    assert isinstance(panel, PanelSettings)
    pointing = Finger(rehearse(panel))
    try:
        yield pointing
        assert pointing.rehearsal.model.screen == "attract"
        snapshot = pointing.rehearsal.till.snapshot
        assert snapshot.find is None
        assert snapshot.staff is None
        assert not snapshot.link
    finally:
        pointing.rehearsal.kiosk.close()


def shown(finger: Finger, number: str = NUMBER) -> None:
    finger.rehearsal.till.wallet.code(number)
    finger.rehearsal.settle()


def staff_called(finger: Finger) -> bool:
    return finger.rehearsal.till.snapshot.capabilities.staff_called


def test_a_ticket_is_collected_on_paper_in_three_touches(finger: Finger) -> None:
    finger.touch("attract.collect", leads_to="looking")
    shown(finger)
    finger.touch("collect.print", leads_to="paper")
    finger.rehearsal.till.wallet.paper(Delivery.PRINTED)
    finger.rehearsal.settle()
    finger.touch("collected.finish", leads_to="attract")
    assert finger.touches == 3


def test_a_family_collects_with_one_card_and_a_phone(finger: Finger) -> None:
    finger.touch("attract.collect", leads_to="looking")
    finger.rehearsal.till.wallet.card()
    finger.rehearsal.settle()
    finger.touch(f"several.ticket.{NUMBER}", leads_to="collect")
    finger.touch("collect.phone", leads_to="onPhone")
    finger.touch("onPhone.have", leads_to="collected")
    finger.touch("collected.another", leads_to="several")
    finger.touch(f"several.ticket.{OTHER}", leads_to="collect")
    finger.touch("collect.card", leads_to="collected")
    finger.touch("collected.finish", leads_to="attract")
    assert finger.touches == 8


def test_an_order_code_is_typed(finger: Finger) -> None:
    finger.touch("attract.check", leads_to="looking")
    finger.touch("looking.type", leads_to="looking")
    for character in ORDER_CODE:
        finger.touch(f"looking.key.{character}", leads_to="looking")
    finger.touch("looking.find", leads_to="checked")
    finger.touch("checked.finish", leads_to="attract")
    assert finger.touches == len(ORDER_CODE) + 4


def test_a_ticket_is_checked_in_two_touches(finger: Finger) -> None:
    finger.touch("attract.check", leads_to="looking")
    shown(finger)
    finger.touch("checked.finish", leads_to="attract")
    assert finger.touches == 2


def test_a_refund_takes_three_touches(finger: Finger) -> None:
    finger.touch("attract.refund", leads_to="looking")
    shown(finger)
    finger.touch("refund.confirm", leads_to="refunding")
    assert finger.sees("band.back") is None
    assert finger.sees("band.startOver") is None
    finger.rehearsal.till.wallet.refunded(Fen(3600))
    finger.rehearsal.settle()
    finger.touch("refunded.finish", leads_to="attract")
    assert finger.touches == 3


def test_a_refused_refund_has_one_next_step(finger: Finger) -> None:
    finger.touch("attract.refund", leads_to="looking")
    shown(finger, USED)
    finger.touch("cannot.finish", leads_to="attract")


def test_a_check_leads_to_a_refund_with_the_same_ticket(finger: Finger) -> None:
    finger.touch("attract.check", leads_to="looking")
    shown(finger)
    finger.touch("checked.next.refund", leads_to="refund")
    finger.touch("refund.keep", leads_to="attract")
    assert not any(isinstance(command, c.DoTask) for command in finger.rehearsal.till.commands)


def test_a_change_is_paid_by_the_old_ticket(finger: Finger) -> None:
    finger.touch("attract.change", leads_to="looking")
    finger.rehearsal.till.wallet.card()
    finger.rehearsal.settle()
    finger.touch(f"several.ticket.{NUMBER}", leads_to="change")
    finger.touch("change.choose", leads_to="which")
    finger.touch("which.trip.K1001-1", leads_to="agree")
    finger.touch("agree.confirm", leads_to="swapping")
    held = next(command for command in finger.rehearsal.till.commands if isinstance(command, c.HoldOrder))
    assert held.changes == NUMBER
    finger.rehearsal.till.pays()
    finger.rehearsal.till.print_all(Delivery.PRINTED)
    finger.rehearsal.settle()
    finger.touch("done.finish", leads_to="attract")
    assert finger.touches == 6


def test_an_invoice_for_a_company_is_typed(finger: Finger) -> None:
    finger.touch("attract.invoice", leads_to="looking")
    shown(finger, USED)
    finger.touch("invoice.company", leads_to="taxNumber")
    for character in "91350100M000100Y43":
        finger.touch(f"taxNumber.key.{character}", leads_to="taxNumber")
    finger.touch("taxNumber.next", leads_to="invoicing")
    assert finger.rehearsal.till.wallet.tax_id == "91350100M000100Y43"
    finger.rehearsal.till.wallet.invoiced()
    finger.rehearsal.settle()
    finger.touch("invoiced.finish", leads_to="attract")


def test_staff_are_called_and_the_task_goes_on(finger: Finger) -> None:
    finger.touch("attract.refund", leads_to="looking")
    finger.touch("band.staff", leads_to="called")
    assert staff_called(finger)
    finger.touch("called.goOn", leads_to="looking")
    finger.touch("band.staff", leads_to="called")
    finger.touch("called.takeBack", leads_to="looking")
    assert not staff_called(finger)
    finger.touch("band.back", leads_to="attract")


def test_the_stations_name_held_for_five_seconds_leads_to_the_door(finger: Finger) -> None:
    rehearsal, place = finger.rehearsal, QPoint(finger.rehearsal.kiosk.window.width() // 12, 30)
    window, button, none = rehearsal.kiosk.window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(window, button, none, place)
    rehearsal.wait(4.9)
    assert rehearsal.model.screen == "attract"
    QTest.mouseRelease(window, button, none, place)
    rehearsal.wait(1)
    assert rehearsal.model.screen == "attract"
    QTest.mousePress(window, button, none, place)
    rehearsal.wait(5)
    assert rehearsal.model.screen == "doorstep"
    QTest.mouseRelease(window, button, none, place)
    rehearsal.till.wallet.badge()
    rehearsal.settle()
    finger.touch("door.test.printer", leads_to="door")
    rehearsal.till.wallet.tested("printer")
    rehearsal.settle()
    finger.touch("door.close", leads_to="attract")
