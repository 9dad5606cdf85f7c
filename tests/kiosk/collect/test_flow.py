"""Collecting a ticket, without a screen."""

from dataclasses import replace

from kiosk import touches as t
from kiosk.collect.flow import NO_LINK
from kiosk.collect.steps import Collect, Collected, How, OnPhone, Paper, Sheet
from kiosk.collect.touches import CardOnly, HavePaper, PrintIt, TakeIt
from kiosk.find.steps import CannotDo, Several
from kiosk.find.touches import AnotherTicket, PickTicket
from kiosk.rehearsal_finding import NUMBER
from kiosk.steps import Attract
from kiosk.till.commands import DoTask, EndSession, StopFinding, TakeAlong
from kiosk.till.values import Delivery
from tests.kiosk.find.walk import Walk


def found() -> Walk:
    walk = Walk().begin("collect")
    walk.wallet.code()
    return walk.look()


def test_a_ticket_on_paper_takes_three_touches() -> None:
    walk = found().touch(PrintIt())
    assert walk.last() == DoTask()
    assert walk.is_at(Paper)
    walk.wallet.paper(Delivery.PRINTED)
    walk.look()
    assert walk.is_at(Collected)
    assert walk.read("how") is How.PAPER
    walk.touch(t.Finish())
    assert walk.touches == 3
    assert walk.is_at(Attract)
    assert walk.asked[-2:] == [StopFinding(), EndSession()]


def test_what_is_being_printed_cannot_be_left_or_printed_twice() -> None:
    walk = found().touch(PrintIt()).touch(PrintIt(), TakeIt(), CardOnly(), t.Back(), t.StartOver(), t.Finish())
    assert walk.is_at(Paper)
    assert walk.asked.count(DoTask()) == 1
    walk.wait(3600)
    assert walk.is_at(Paper)


def test_paper_that_nobody_knows_of_is_copied_only_when_somebody_says_so() -> None:
    walk = found().touch(PrintIt())
    walk.wallet.paper(Delivery.UNKNOWN)
    walk.look()
    assert walk.read("sheet") is Sheet.UNKNOWN
    assert walk.asked.count(DoTask()) == 1
    walk.touch(PrintIt())
    assert walk.asked.count(DoTask()) == 2
    assert walk.read("sheet") is Sheet.PRINTING
    walk.wallet.paper(Delivery.UNKNOWN)
    walk.look().touch(HavePaper())
    assert walk.read("how") is How.PAPER


def test_a_second_refusal_in_the_same_words_is_taken_in_after_a_while() -> None:
    walk = found().touch(PrintIt())
    walk.wallet.paper(Delivery.REFUSED, ("缺纸", "no paper"))
    walk.look()
    assert walk.read("sheet") is Sheet.REFUSED
    refused = walk.till.snapshot
    session, _commands = walk.flow.touched(walk.session, PrintIt(), refused, 0)
    session, _commands = walk.flow.news(session, refused, 100)
    assert isinstance(session.step, Paper)
    assert session.step.sheet is Sheet.PRINTING
    session, _commands = walk.flow.news(session, refused, 5_000)
    assert isinstance(session.step, Paper)
    assert session.step.sheet is Sheet.REFUSED


def test_a_printer_out_of_paper_leaves_the_phone_and_the_card() -> None:
    walk = found()
    can = walk.till.snapshot.capabilities
    walk.till.show(replace(walk.till.snapshot, capabilities=replace(can, printer=False)))
    walk.look().touch(PrintIt())
    assert walk.is_at(Collect)
    walk.touch(CardOnly())
    assert walk.read("how") is How.CARD


def test_a_ticket_is_handed_to_a_phone_by_a_link_and_back_leads_to_the_choice() -> None:
    walk = found().touch(TakeIt())
    assert TakeAlong(number=NUMBER) in walk.asked
    assert walk.is_at(OnPhone)
    page = walk.till.snapshot.link
    assert page
    assert walk.read("link") == page
    assert page not in repr(walk.session)
    walk.touch(t.Back())
    assert walk.is_at(Collect)
    walk.touch(TakeIt())
    assert walk.read("link") == "", "the link of before is nobody's until the till has answered"
    walk.touch(t.Confirm())
    assert walk.is_at(OnPhone)
    walk.wait(1)
    assert walk.read("link") == page
    walk.touch(t.Confirm())
    assert walk.read("how") is How.PHONE


def test_a_till_without_a_link_says_so() -> None:
    walk = found()
    session, _commands = walk.flow.touched(walk.session, TakeIt(), walk.till.snapshot, 0)
    session, _commands = walk.flow.news(session, walk.till.snapshot, 4_999)
    assert isinstance(session.step, OnPhone)
    session, _commands = walk.flow.news(session, walk.till.snapshot, 5_000)
    assert isinstance(session.step, CannotDo)
    assert session.step.words == NO_LINK


def test_the_next_ticket_of_a_family_needs_no_second_card() -> None:
    walk = Walk().begin("collect")
    walk.wallet.card()
    walk.look().touch(PickTicket(NUMBER), PrintIt())
    walk.wallet.paper(Delivery.PRINTED)
    walk.look().touch(AnotherTicket())
    assert walk.is_at(Several)
