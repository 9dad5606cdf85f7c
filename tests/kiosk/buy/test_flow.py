"""The way through a purchase, step by step, without a screen."""

from dataclasses import replace

import pytest

from kiosk import touches as t
from kiosk.buy import touches as b
from kiosk.buy.steps import (
    Done,
    Field,
    GiveUp,
    Notice,
    NotPrinted,
    Pay,
    Printing,
    PuttingIn,
    Recovered,
    Trouble,
    Typing,
    WhereTo,
    WhichDeparture,
    Who,
)
from kiosk.flow import stirred
from kiosk.rehearsal import CardboardTill
from kiosk.steps import Attract, Comfort, Language, OutOfService, StillThere, nobody
from kiosk.till.clerk import IDLE_LIMIT
from kiosk.till.commands import (
    AskForDocuments,
    CancelOrder,
    EndSession,
    HoldOrder,
    Person,
    PrintTickets,
    Reprint,
    StartCash,
    TypeDocument,
)
from kiosk.till.values import (
    Delivery,
    Means,
    OrderState,
)
from tests.kiosk.buy.walking import FIRST, FLOW, TRIP, Walk
from tickets.identity import DocumentKind
from tickets.journey import TicketKind


def test_one_adult_needs_five_touches_to_the_bill_slot() -> None:
    walk = Walk()
    walk.to_bills()
    assert walk.is_at(PuttingIn)
    assert walk.asked == [
        AskForDocuments(on=True),
        AskForDocuments(on=False),
        HoldOrder(offer=FIRST, travellers=(Person("h1", TicketKind.ADULT, 0),)),
        StartCash(),
    ]


def test_the_last_bill_leads_through_printing_to_the_gate_and_finish_ends_the_session() -> None:
    walk = Walk().to_bills().bill(20)
    assert walk.is_at(PuttingIn)
    walk.bill(20).bill(5)
    assert walk.is_at(Printing)
    walk.paper(Delivery.PRINTED)
    assert walk.is_at(Done)
    walk.touch(t.Finish())
    assert walk.session == nobody(0)
    assert walk.last() == EndSession()


def test_the_reader_looks_only_while_somebody_is_asked_who_travels() -> None:
    walk = Walk().to_who()
    assert walk.till.snapshot.reading
    walk.touch(b.TypeInstead())
    assert walk.till.snapshot.reading
    walk.touch(t.Back(), t.Back())
    assert walk.is_at(WhichDeparture)
    assert not walk.till.snapshot.reading


@pytest.mark.parametrize(
    ("way", "back"),
    [
        ((), Attract),
        ((b.Spell(),), WhereTo),
        ((b.ChooseStop(1001),), WhereTo),
        ((b.ChooseStop(1001), TRIP), WhichDeparture),
        ((b.ChooseStop(1001), TRIP, b.TypeInstead()), Who),
        ((b.ChooseStop(1001), TRIP, b.TypeInstead(), b.ChooseDocument(DocumentKind.PASSPORT)), Typing),
    ],
)
def test_back_goes_one_step_back(way: tuple[t.Touch, ...], back: type) -> None:
    walk = Walk().touch(t.Begin("buy"), *way, t.Back())
    assert type(walk.step) is back


def test_going_back_keeps_the_travellers() -> None:
    walk = Walk().to_who().card().touch(t.Back())
    other = [offer for offer in walk.till.snapshot.offers if offer.destination == 1001][1]
    walk.touch(b.ChooseTrip(other.service_date.isoformat(), other.trip))
    assert [rider.handle for rider in walk.choice.riders] == ["h1"]
    assert walk.choice.offer == other


def test_back_from_paying_gives_the_places_up_and_asks_again() -> None:
    walk = Walk().to_pay().touch(t.Back())
    assert walk.is_at(Who)
    assert walk.last() == CancelOrder()
    assert len(walk.choice.riders) == 1
    walk.touch(t.Confirm(), b.PayBy(Means.CASH))
    assert walk.is_at(PuttingIn)
    assert walk.till.snapshot.order is not None
    assert walk.till.snapshot.order.state is OrderState.HELD


def test_with_money_inside_back_asks_first_and_the_journey_cannot_be_changed() -> None:
    walk = Walk().without_change().to_bills().bill(20)
    for touch in (b.ChangeDeparture(), b.ChangeDestination(), b.ChangeTravellers()):
        walk.touch(touch)
        assert walk.is_at(PuttingIn)
    walk.touch(t.Back())
    assert walk.is_at(GiveUp)
    assert walk.read("sent") is False
    walk.touch(t.Continue())
    assert walk.is_at(PuttingIn)
    walk.touch(t.StartOver())
    assert walk.is_at(GiveUp)
    assert CancelOrder() not in walk.asked
    walk.touch(b.GiveUpMoney())
    assert walk.is_at(Trouble)
    assert walk.read("words") is None
    assert walk.last() == CancelOrder()


def test_a_refused_order_says_why_and_leads_back_to_the_coaches() -> None:
    walk = Walk().to_who().card()
    walk.till.refuses = ("没有了", "none left")
    walk.touch(t.Confirm())
    assert walk.is_at(Trouble)
    assert walk.read("words") == ("没有了", "none left")
    walk.touch(t.Finish())
    assert walk.is_at(WhichDeparture)
    assert len(walk.choice.riders) == 1


def test_nobody_is_led_back_to_coaches_that_cannot_be_sold() -> None:
    walk = Walk().to_who().card()
    walk.till.refuses = ("缺纸", "no paper")
    walk.touch(t.Confirm())
    snapshot = walk.till.snapshot
    walk.till.show(replace(snapshot, capabilities=replace(snapshot.capabilities, sells=False)))
    walk.touch(t.Finish())
    walk.look()
    assert walk.is_at(OutOfService)


def test_trouble_of_before_the_order_is_not_its_answer() -> None:
    walk = Walk().to_who().card()
    said = ("读不出", "cannot be read")
    walk.till.show(replace(walk.till.snapshot, trouble=said))
    walk.look()
    order = replace(walk.till.snapshot)
    session, _commands = FLOW.touched(walk.session, t.Confirm(), walk.till.snapshot, 0)
    session, _commands = FLOW.news(session, order, 10)
    assert isinstance(session.step, Pay)
    session, commands = FLOW.news(session, order, 5_000)
    assert isinstance(session.step, Trouble)
    assert commands == (CancelOrder(),)


def test_a_validator_that_cannot_open_leads_back_to_how_to_pay() -> None:
    walk = Walk().to_bills()
    order = walk.till.snapshot.order
    assert order is not None
    shut = replace(walk.till.snapshot, order=replace(order, accepts=(), accepts_coins=()), trouble=("打不开", "shut"))
    session, _commands = FLOW.news(walk.session, shut, 0)
    assert isinstance(session.step, Pay)
    session, commands = FLOW.touched(session, b.PayBy(Means.CASH), shut, 0)
    assert isinstance(session.step, PuttingIn)
    assert commands == (StartCash(),)


def test_a_coach_that_is_sold_no_more_is_said_so() -> None:
    walk = Walk().to_who()
    gone = tuple(offer for offer in walk.till.snapshot.offers if offer != FIRST)
    walk.till.show(replace(walk.till.snapshot, offers=gone))
    walk.look()
    assert walk.is_at(WhichDeparture)
    assert walk.read("notice") is Notice.GONE
    assert not walk.till.snapshot.reading


def test_places_released_by_the_till_ask_again_and_say_so() -> None:
    walk = Walk().to_bills()
    walk.till.submit(CancelOrder())
    walk.look()
    assert walk.is_at(WhichDeparture)
    assert walk.read("notice") is Notice.TIME_UP


def test_a_document_is_one_traveller_however_often_the_till_names_it() -> None:
    walk = Walk().to_who().card()
    walk.look()
    assert len(walk.choice.riders) == 1
    walk.touch(b.EditRider("h1"), b.DropRider("h1"))
    walk.till.show(replace(walk.till.snapshot, traveller=None))
    walk.look()
    assert not walk.choice.riders


def test_an_order_has_room_for_five() -> None:
    walk = Walk().to_who()
    for _ in range(6):
        walk.card()
    assert len(walk.choice.riders) == 5
    assert walk.is_at(Who)
    assert walk.read("notice") is Notice.FULL


def test_only_an_adult_carries_a_child() -> None:
    walk = Walk().to_who().card().touch(b.EditRider("h1"), b.SetChildren(1))
    assert walk.choice.riders[0].children == 1
    walk.touch(b.SetKind(TicketKind.CHILD))
    assert (walk.choice.riders[0].kind, walk.choice.riders[0].children) == (TicketKind.CHILD, 0)
    walk.touch(b.SetChildren(2))
    assert walk.choice.riders[0].children == 0
    walk.touch(t.Confirm())
    assert walk.is_at(Who)


def test_a_typed_document_is_checked_before_it_can_be_sent() -> None:
    walk = Walk().to_who().touch(b.TypeInstead(), b.ChooseDocument(DocumentKind.RESIDENT_ID))
    for character in "11010519491231002":
        walk.touch(t.Key(character))
    walk.touch(t.Confirm())
    assert walk.is_at(Typing)
    assert walk.read("field") is Field.NUMBER
    walk.touch(t.Key("x"), t.Confirm())
    assert walk.is_at(Typing)
    assert walk.read("field") is Field.NAME
    walk.touch(t.Confirm(), t.Key(" "), *(t.Key(c) for c in "ZHANG"), t.Key(""), t.Confirm())
    assert walk.is_at(Who)
    assert walk.last() == TypeDocument(kind=DocumentKind.RESIDENT_ID, number="11010519491231002X", name="ZHAN")
    assert len(walk.choice.riders) == 1


def test_typing_shows_nothing_in_a_log() -> None:
    walk = Walk().to_who().touch(b.TypeInstead(), b.ChooseDocument(DocumentKind.PASSPORT), *map(t.Key, "E1234567"))
    assert "E1234567" not in repr(walk.session)
    assert "E" not in repr(t.Key("E")).replace("Key", "")


def test_unprinted_paper_asks_and_a_copy_is_only_printed_when_somebody_says_so() -> None:
    walk = Walk().to_bills().bill(20).bill(20).bill(5).paper(Delivery.UNKNOWN)
    assert walk.is_at(NotPrinted)
    assert not any(isinstance(command, Reprint | PrintTickets) for command in walk.asked)
    order = walk.till.snapshot.order
    assert order is not None
    walk.touch(b.PrintCopy("nobody's"))
    assert walk.is_at(NotPrinted)
    walk.touch(b.PrintCopy(order.tickets[0].number))
    assert walk.last() == Reprint(number=order.tickets[0].number)
    assert walk.is_at(Printing)
    walk.paper(Delivery.REFUSED)
    assert walk.is_at(NotPrinted)
    walk.touch(b.PrintAgain())
    assert walk.last() == PrintTickets()
    walk.paper(Delivery.UNKNOWN).touch(b.HaveTicket())
    assert walk.is_at(Done)
    walk.look()
    assert walk.is_at(Done)


def test_silence_is_asked_about_and_then_wiped() -> None:
    walk = Walk().to_who().card().wait(59.9)
    assert walk.is_at(Who)
    walk.wait(0.1)
    assert walk.is_at(StillThere)
    walk.touch(t.Continue())
    assert walk.is_at(Who)
    walk.wait(60).wait(20)
    assert walk.session == nobody(walk.at)
    assert walk.asked[-2:] == [AskForDocuments(on=False), EndSession()]


def test_the_question_can_be_put_off_without_end() -> None:
    walk = Walk().touch(t.Begin("buy"))
    for _ in range(12):
        walk.wait(30)
        assert walk.is_at(StillThere)
        walk.wait(19).touch(t.Continue())
        assert walk.is_at(WhereTo)


def test_large_print_waits_three_times_as_long() -> None:
    walk = Walk().touch(t.Begin("buy"), t.SwitchLarge()).wait(89)
    assert walk.is_at(WhereTo)
    walk.wait(1)
    assert walk.is_at(StillThere)


def test_silence_with_money_inside_ends_in_a_slip() -> None:
    walk = Walk().without_change().to_bills().bill(20).wait(60).wait(20)
    assert walk.last() == CancelOrder()
    assert walk.is_at(Trouble)
    walk.wait(60).wait(20)
    assert walk.is_at(Attract)


def test_a_bill_answers_the_question_whether_anybody_is_there() -> None:
    walk = Walk().to_bills().wait(60)
    assert walk.is_at(StillThere)
    walk.session = stirred(walk.session, walk.at)
    walk.bill(20)
    assert walk.is_at(PuttingIn)
    assert walk.wait(59).step == walk.step


def test_paid_without_paper_is_never_wiped_by_time() -> None:
    walk = Walk().to_bills().bill(20).bill(20).bill(5).paper(Delivery.REFUSED).wait(3600)
    assert walk.is_at(NotPrinted)


def test_a_claim_without_a_slip_is_never_wiped_by_time() -> None:
    walk = Walk().to_bills().bill(20)
    walk.till.claim(slip_printed=False)
    walk.look()
    walk.wait(3600)
    assert walk.is_at(Trouble)
    walk.touch(t.Finish())
    assert walk.is_at(Attract)


def test_every_session_starts_from_the_defaults() -> None:
    walk = Walk().touch(t.SwitchLanguage())
    assert walk.is_at(WhereTo)
    walk.touch(t.SwitchLarge(), t.SwitchContrast())
    assert walk.comfort() == Comfort(language=Language.EN, large=True, contrast=True)
    walk.touch(t.StartOver())
    assert walk.comfort() == Comfort()


def test_a_machine_that_cannot_sell_says_so_when_nobody_is_there() -> None:
    walk = Walk().to_who().card()
    broken = replace(walk.till.snapshot.capabilities, sells=False, notices=(("缺纸", "no paper"),))
    walk.till.show(replace(walk.till.snapshot, capabilities=broken))
    walk.look()
    walk.touch(t.Confirm())
    assert walk.is_at(Who)
    walk.touch(t.StartOver())
    assert walk.is_at(OutOfService)
    walk.touch(t.SwitchLanguage())
    assert walk.comfort().language is Language.EN
    walk.wait(61)
    assert walk.comfort().language is Language.ZH
    walk.till.show(replace(walk.till.snapshot, capabilities=CardboardTill().snapshot.capabilities))
    walk.look()
    assert walk.is_at(Attract)


def test_recovered_business_is_shown_once_and_stays_within_reach() -> None:
    walk = Walk().to_bills().bill(50).paper(Delivery.UNKNOWN).touch(b.HaveTicket())
    left = walk.till.snapshot.order
    assert left is not None
    walk.touch(t.Finish())
    walk.till.show(replace(walk.till.snapshot, recovered=left))
    walk.look()
    assert walk.is_at(Recovered)
    walk.touch(b.NotMine())
    walk.look()
    assert walk.is_at(Attract)
    assert walk.till.snapshot.recovered is not None
    walk.touch(t.Begin("recovered"), b.PrintCopy(left.tickets[0].number))
    assert walk.last() == Reprint(number=left.tickets[0].number)
    walk.touch(t.Finish())
    assert walk.is_at(Attract)
    assert walk.last() == EndSession()


def test_only_what_is_sold_can_be_chosen() -> None:
    walk = Walk()
    walk.till.show(replace(walk.till.snapshot, days=()))
    walk.touch(t.Begin("buy"), b.ChooseStop(1016), b.ChooseStop(4))
    assert walk.is_at(WhereTo)
    walk.touch(b.ChooseStop(1001), b.ChooseTrip("2026-11-22", "nothing"), b.PayBy(Means.CASH), t.Finish())
    assert walk.is_at(WhichDeparture)


@pytest.mark.parametrize(("large", "seconds"), [(False, 80), (True, 200)])
def test_money_that_is_left_behind_becomes_a_claim_before_the_till_would_see_to_it(large: bool, seconds: int) -> None:
    """Who counts the money of an order that is open still has to wait so long, and no longer."""
    walk = Walk().to_bills().bill(20)
    session = replace(walk.session, comfort=Comfort(large=large))
    asks_at = FLOW.asks_at_ms(session, walk.till.snapshot)
    assert asks_at is not None
    asked, _ = FLOW.ticked(session, walk.till.snapshot, asks_at)
    assert isinstance(asked.step, StillThere)
    assert asked.step.until_ms - session.touched_ms == seconds * 1000
    assert seconds < IDLE_LIMIT
    after, commands = FLOW.ticked(asked, walk.till.snapshot, asked.step.until_ms)
    assert isinstance(after.step, GiveUp)
    assert commands == (CancelOrder(),)
