"""Giving a ticket back, without a screen."""

from dataclasses import replace

from kiosk import touches as t
from kiosk.find.steps import CannotDo
from kiosk.refund.flow import UNCLEAR
from kiosk.refund.steps import Refund, Refunded, Refunding
from kiosk.rehearsal_finding import NUMBER
from kiosk.steps import Attract, StillThere
from kiosk.till.commands import Choose, DoTask, EndSession, Find, StopFinding
from kiosk.till.values import FindState, FindView, Snapshot, Task
from tests.kiosk.find.walk import Walk
from tickets.money import Fen


def found() -> Walk:
    walk = Walk().begin("refund")
    walk.wallet.code()
    return walk.look()


def test_a_refund_takes_three_touches_and_one_confirmation() -> None:
    walk = found()
    assert walk.is_at(Refund)
    walk.touch(t.Confirm())
    assert walk.is_at(Refunding)
    walk.wallet.refunded(Fen(3600))
    walk.look()
    assert walk.is_at(Refunded)
    walk.touch(t.Finish())
    assert walk.is_at(Attract)
    assert walk.touches == 3
    assert walk.asked == [
        Find(task=Task.REFUND),
        Choose(number=NUMBER),
        DoTask(),
        StopFinding(),
        EndSession(),
    ]


def test_keeping_the_ticket_asks_for_nothing() -> None:
    walk = found().touch(t.Finish())
    assert walk.is_at(Attract)
    assert DoTask() not in walk.asked


def test_a_refund_under_way_can_neither_be_left_nor_asked_for_twice() -> None:
    walk = found().touch(t.Confirm()).touch(t.Confirm(), t.Back(), t.StartOver(), t.Finish())
    assert walk.is_at(Refunding)
    assert walk.asked.count(DoTask()) == 1
    walk.wait(8)
    assert walk.read("long") is True
    walk.wait(3600)
    assert walk.is_at(Refunding)


def test_a_refusal_says_why() -> None:
    walk = found().touch(t.Confirm())
    walk.wallet.refuse(("车票已使用", "already used"))
    walk.look()
    assert walk.is_at(CannotDo)
    assert walk.read("words") == ("车票已使用", "already used")


def test_a_claim_without_a_slip_is_never_wiped_by_time() -> None:
    walk = found().touch(t.Confirm())
    walk.wallet.owed(Fen(3600), slip_printed=False)
    walk.look().wait(3600)
    assert walk.is_at(Refunded)
    walk.touch(t.StartOver())
    assert walk.is_at(Refunded)
    walk.touch(t.Finish())
    assert walk.is_at(Attract)


def test_a_claim_with_a_slip_is_asked_about_after_a_minute() -> None:
    walk = found().touch(t.Confirm())
    walk.wallet.owed(Fen(3600), slip_printed=True)
    assert walk.look().wait(60).is_at(StillThere)


def test_the_outcome_stays_on_show_when_the_till_has_forgotten_it() -> None:
    walk = found().touch(t.Confirm())
    walk.wallet.owed(Fen(3600), slip_printed=False)
    walk.look()
    walk.till.submit(StopFinding())
    assert walk.look().is_at(Refunded)


def test_a_till_that_forgets_a_refund_under_way_sends_to_the_window() -> None:
    walk = found().touch(t.Confirm())
    walk.till.submit(StopFinding())
    assert walk.look().is_at(Refunding)
    walk.wait(8)
    assert walk.is_at(CannotDo)
    assert walk.read("words") == UNCLEAR


def test_a_refund_that_can_only_be_asked_for_ends_in_a_slip() -> None:
    walk = found().touch(t.Confirm())
    walk.wallet.asked_only()
    walk.look()
    assert walk.is_at(Refunded)
    walk.touch(t.Finish())
    assert walk.is_at(Attract)


def test_a_till_that_is_busy_says_so() -> None:
    walk = found().touch(t.Confirm())
    walk.wallet.nothing(("请稍候", "wait"))  # a message, and nothing begun
    walk.till.show(replace(walk.till.snapshot, find=_with(walk.till.snapshot, FindState.FOUND)))
    walk.look()
    assert walk.is_at(CannotDo)
    assert walk.read("words") == ("请稍候", "wait")


def _with(snapshot: Snapshot, state: FindState) -> FindView:
    assert snapshot.find is not None
    return replace(snapshot.find, state=state)


def test_a_refund_ended_after_a_restart_is_told_to_whoever_stands_there() -> None:
    walk = Walk()
    walk.wallet.restarted()
    walk.look()
    assert walk.is_at(Refunded)
    assert walk.asked == []
    stale = walk.till.snapshot
    walk.touch(t.Finish())
    assert walk.is_at(Attract)
    session, _commands = walk.flow.news(walk.session, stale, 0)  # published before the till forgot it
    assert isinstance(session.step, Refunded)
    session, _commands = walk.flow.news(session, walk.till.snapshot, 0)
    assert isinstance(session.step, Attract)
