"""Looking for a ticket, without a screen."""

from dataclasses import replace

import pytest

from kiosk import touches as t
from kiosk.collect.steps import Collect
from kiosk.find import flow
from kiosk.find.steps import CannotDo, Looking, Several
from kiosk.find.touches import AnotherTicket, PickTicket, TypeCode
from kiosk.refund.steps import Refund, Refunding
from kiosk.rehearsal_finding import NUMBER, ORDER_CODE, OTHER, USED, tickets
from kiosk.steps import Attract, StillThere
from kiosk.till.commands import Choose, EndSession, Find, FindTyped, StopFinding
from kiosk.till.values import Task
from tests.kiosk.find.walk import Walk

TASKS = ("collect", "change", "refund", "invoice", "check")


@pytest.mark.parametrize("name", TASKS)
def test_every_task_begins_by_looking_and_ends_with_nothing_found_kept(name: str) -> None:
    walk = Walk().begin(name)
    assert walk.is_at(Looking)
    assert walk.asked == [Find(task=Task(name))]
    walk.touch(t.Back())
    assert walk.is_at(Attract)
    assert walk.asked[-2:] == [StopFinding(), EndSession()]
    assert walk.till.snapshot.find is None


def test_one_ticket_under_the_scanner_leads_on_without_a_touch() -> None:
    walk = Walk().begin("collect")
    walk.wallet.code()
    walk.look()
    assert walk.is_at(Collect)
    assert walk.read("number") == NUMBER
    assert walk.last() == Choose(number=NUMBER)
    assert walk.touches == 1


def test_a_card_with_several_tickets_asks_which() -> None:
    walk = Walk().begin("refund")
    walk.wallet.card()
    walk.look()
    assert walk.is_at(Several)
    walk.touch(PickTicket("nobody's"))
    assert walk.is_at(Several)
    walk.touch(PickTicket(OTHER))
    assert walk.is_at(Refund)
    assert walk.last() == Choose(number=OTHER)
    walk.touch(t.Back())
    assert walk.is_at(Several)
    walk.touch(t.Back())
    assert walk.is_at(Looking)
    assert walk.last() == Find(task=Task.REFUND)


def test_what_was_found_before_is_no_answer_to_a_new_search() -> None:
    walk = Walk().begin("collect")
    walk.wallet.code()
    walk.look()
    stale = walk.till.snapshot
    session, commands = walk.flow.touched(walk.session, t.Back(), stale, 0)
    assert commands == (Find(task=Task.COLLECT),)
    session, commands = walk.flow.news(session, stale, 10)  # published before the till took that up
    assert isinstance(session.step, Looking)
    assert commands == ()


def test_a_ticket_that_does_not_allow_the_task_says_why_and_offers_another() -> None:
    walk = Walk().begin("refund")
    walk.wallet.code(USED)
    walk.look()
    assert walk.is_at(CannotDo)
    assert walk.read("words") == dict(tickets()[2].why_not)[Task.REFUND]
    walk.touch(AnotherTicket())
    assert walk.is_at(Looking)
    walk.wallet.refuse(("不行", "no"))
    walk.look()
    assert walk.is_at(CannotDo)
    walk.touch(t.Finish())
    assert walk.is_at(Attract)


def test_one_of_several_that_cannot_leads_back_to_the_others() -> None:
    walk = Walk().begin("refund")
    walk.wallet.find(tickets()[0], tickets()[2])
    walk.look().touch(PickTicket(USED))
    assert walk.is_at(CannotDo)
    walk.touch(AnotherTicket())
    assert walk.is_at(Several)


def test_a_number_is_typed_on_the_keypad_and_only_whole_ones_are_looked_for() -> None:
    walk = Walk().begin("check").touch(TypeCode()).spell("k7m2q9x4t").touch(t.Confirm())
    assert walk.last() == Find(task=Task.CHECK)
    walk.spell("I").spell("B")
    assert walk.read("typed") == ORDER_CODE
    walk.touch(t.Confirm())
    assert FindTyped(text=ORDER_CODE) in walk.asked
    assert walk.read("number") == NUMBER


def test_a_typed_number_that_nobody_has_stays_to_be_corrected() -> None:
    walk = Walk().begin("check").touch(TypeCode()).spell("0" * 25).touch(t.Confirm())
    assert walk.is_at(Looking)
    assert walk.read("typed") == "0" * 20
    walk.touch(t.Key(""))
    assert walk.read("typed") == "0" * 19
    walk.touch(t.Back())
    assert walk.read("typed") is None
    assert walk.is_at(Looking)


@pytest.mark.parametrize(
    ("typed", "whole"),
    [("", False), (ORDER_CODE, True), ("8" * 20, True), ("8" * 19 + "A", False), ("8" * 11, False)],
)
def test_only_order_codes_and_ticket_numbers_are_whole(typed: str, whole: bool) -> None:
    assert flow.is_complete(typed) is whole


def test_a_till_that_does_not_look_is_not_waited_for() -> None:
    walk = Walk()
    session, _commands = walk.flow.touched(walk.session, t.Begin("check"), walk.till.snapshot, 0)
    session, _commands = walk.flow.news(session, walk.till.snapshot, 4_999)
    assert isinstance(session.step, Looking)
    session, _commands = walk.flow.news(session, walk.till.snapshot, 5_000)
    assert isinstance(session.step, CannotDo)
    assert session.step.words == flow.NO_ANSWER


def test_tickets_that_the_till_forgot_are_looked_for_again() -> None:
    walk = Walk().begin("refund")
    walk.wallet.code()
    walk.look()
    walk.till.submit(StopFinding())
    walk.look()
    assert walk.is_at(Looking)
    assert walk.last() == Find(task=Task.REFUND)


@pytest.mark.parametrize("name", TASKS)
def test_a_minute_of_silence_asks_and_then_wipes(name: str) -> None:
    walk = Walk().begin(name)
    walk.wallet.card()
    walk.look().wait(59.9)
    assert walk.is_at(Several)
    walk.wait(0.1)
    assert walk.is_at(StillThere)
    walk.wait(20)
    assert walk.is_at(Attract)
    assert walk.asked[-2:] == [StopFinding(), EndSession()]
    assert walk.till.snapshot.find is None


def test_what_is_typed_and_handed_over_is_in_no_log() -> None:
    walk = Walk().begin("check").touch(TypeCode()).spell("81122334")
    assert "8112" not in repr(walk.session)


def test_the_same_answer_again_counts_after_a_while_or_once_something_else_was_said() -> None:
    walk = Walk()
    walk.begin("refund")
    walk.wallet.refuse(("不行", "no"))
    refused = walk.till.snapshot
    asked = Refunding(number=NUMBER, asked_ms=0, before=refused.find)
    assert flow.heard(asked, Task.REFUND, refused, 4_999) == (asked, None)
    assert flow.heard(asked, Task.REFUND, refused, 5_000)[1] == refused.find
    walk.wallet.find()
    begun, said = flow.heard(asked, Task.REFUND, walk.till.snapshot, 100)
    assert flow.answer(said) is None
    assert flow.answer(flow.heard(begun, Task.REFUND, refused, 200)[1]) == refused.find


def test_more_that_is_shown_of_a_ticket_may_allow_the_task() -> None:
    walk = Walk().begin("refund")
    bare = replace(tickets()[0], can=frozenset(), why_not=((Task.REFUND, ("请刷身份证", "show the card")),))
    walk.wallet.find(bare)
    walk.look()
    assert walk.is_at(CannotDo)
    walk.wallet.find(replace(bare, why_not=((Task.REFUND, ("不是本人证件", "not that card")),)))
    walk.look()
    assert walk.read("words") == ("不是本人证件", "not that card")
    walk.wallet.find(replace(tickets()[0], handle="h1"))
    walk.look()
    assert walk.is_at(Refund)


def test_another_ticket_may_be_shown_without_a_touch() -> None:
    walk = Walk().begin("refund")
    walk.wallet.code(USED)
    walk.look()
    assert walk.is_at(CannotDo)
    walk.wallet.code(NUMBER)
    walk.look()
    assert walk.is_at(Refund)
    walk.wallet.card()
    walk.look()
    assert walk.is_at(Refund), "the same ticket is among those of the card"
    walk.wallet.code(OTHER)
    walk.look()
    assert walk.read("number") == OTHER
    assert walk.last() == Choose(number=OTHER)
