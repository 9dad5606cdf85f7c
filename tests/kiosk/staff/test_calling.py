"""Calling staff, without a screen: it is said, and nothing else changes."""

from kiosk import touches as t
from kiosk.refund.steps import Refund, Refunded, Refunding
from kiosk.steps import Attract, Called, StillThere
from kiosk.till.commands import CallStaff
from tests.kiosk.find.walk import Walk
from tickets.money import Fen


def at_a_refund() -> Walk:
    walk = Walk().begin("refund")
    walk.wallet.code()
    return walk.look()


def test_staff_are_called_once_and_everything_goes_on_where_it_was() -> None:
    walk = at_a_refund().touch(t.StaffWanted())
    assert walk.is_at(Called)
    assert walk.last() == CallStaff(on=True)
    walk.touch(t.Continue())
    assert walk.is_at(Refund)
    walk.touch(t.StaffWanted())
    assert walk.is_at(Called)
    assert walk.asked.count(CallStaff(on=True)) == 1


def test_the_same_touch_takes_the_call_back() -> None:
    walk = at_a_refund().touch(t.StaffWanted(), t.StaffWanted())
    assert walk.is_at(Refund)
    assert walk.last() == CallStaff(on=False)
    assert not walk.till.snapshot.capabilities.staff_called


def test_news_are_shown_in_place_of_the_word_that_staff_come() -> None:
    walk = at_a_refund().touch(t.Confirm(), t.StaffWanted())
    assert walk.is_at(Called)
    walk.wallet.refunded(Fen(3600))
    assert walk.look().is_at(Refunded)


def test_money_on_its_way_is_waited_for_behind_it_too() -> None:
    walk = at_a_refund().touch(t.Confirm(), t.StaffWanted()).wait(3600)
    assert isinstance(walk.session.at, Refunding)


def test_silence_is_asked_about_as_before() -> None:
    walk = at_a_refund().touch(t.StaffWanted()).wait(60)
    assert walk.is_at(StillThere)
    walk.touch(t.Continue())
    assert walk.is_at(Refund)


def test_staff_called_while_nobody_is_here_leave_nobody_here() -> None:
    walk = Walk().touch(t.StaffWanted())
    assert walk.is_at(Called)
    walk.wait(60)
    assert walk.is_at(Attract)
    walk.touch(t.StaffWanted(), t.SwitchLarge(), t.Continue())
    assert walk.is_at(Attract)
    assert not walk.session.comfort.large
