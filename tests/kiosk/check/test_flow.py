"""Checking a ticket, without a screen."""

from kiosk import touches as t
from kiosk.change.steps import Change
from kiosk.check.flow import next_tasks
from kiosk.check.steps import Checked
from kiosk.check.touches import GoOn
from kiosk.find.steps import Looking
from kiosk.find.touches import AnotherTicket
from kiosk.rehearsal_finding import NUMBER, USED, tickets
from kiosk.steps import Attract
from kiosk.till.commands import Find, FindTyped
from kiosk.till.values import Task
from tests.kiosk.find.walk import Walk


def checked(number: str = NUMBER) -> Walk:
    walk = Walk().begin("check")
    walk.wallet.code(number)
    return walk.look()


def test_a_ticket_is_checked_in_two_touches() -> None:
    walk = checked()
    assert walk.is_at(Checked)
    walk.touch(t.Finish())
    assert walk.is_at(Attract)
    assert walk.touches == 2


def test_a_used_ticket_is_checked_too() -> None:
    assert checked(USED).is_at(Checked)


def test_what_can_follow_is_at_most_two_things_the_likeliest_first() -> None:
    assert next_tasks(tickets()[0]) == (Task.CHANGE, Task.REFUND)
    assert next_tasks(tickets()[2]) == (Task.INVOICE,)


def test_another_task_goes_on_with_the_same_ticket() -> None:
    walk = checked().touch(GoOn(Task.CHANGE))
    assert walk.is_at(Change)
    assert walk.read("number") == NUMBER
    assert [Find(task=Task.CHANGE), FindTyped(text=NUMBER)] == [
        command for command in walk.asked if isinstance(command, FindTyped) or command == Find(task=Task.CHANGE)
    ]


def test_a_task_that_the_ticket_does_not_allow_cannot_follow() -> None:
    assert checked(USED).touch(GoOn(Task.REFUND)).is_at(Checked)


def test_another_ticket_is_looked_for_anew() -> None:
    assert checked().touch(AnotherTicket()).is_at(Looking)
