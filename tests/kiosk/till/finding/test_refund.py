"""Refunds at the till: who has to agree, where the money goes, and what is left in the journal."""

from collections.abc import Callable

import pytest

from kiosk.till.values import FindState, Task
from sync.journal.refunds import refund_of
from sync.journal.uses import history
from sync.wire.money import MoneyWay
from tests.gate.station_arbiter import Line
from tests.kiosk.till.finding.bench import ELSEWHERE, PAYMENT, Machine
from tickets.uses import UseEnd

LATER = ["use.claimed", "refund.opened", "payout.asked", "money.returned", "payout.ended", "use.passed"]
FARE, FEE = 4500, 900  # an hour before departure: 20 %


def test_cash_goes_back_as_cash(machine: Machine) -> None:
    (number,) = machine.buy()
    found = machine.looks(Task.REFUND, machine.code_of(number))
    assert found.state is FindState.FOUND
    assert (found.tickets[0].fee, found.tickets[0].back) == (FEE, FARE - FEE)
    assert Task.REFUND in found.tickets[0].can
    before = len(machine.kinds())
    done = machine.does(number)
    assert done.state is FindState.DONE
    assert (done.returned, done.claim) == (FARE - FEE, None)
    assert machine.kinds()[before:] == LATER
    assert machine.purse.gave == FARE - FEE
    assert machine.printer.out == [f"R{number.digits}/{FARE - FEE}"]
    assert [(use.purpose, use.end) for use in history(machine.journal, number)] == [("refund", UseEnd.PASSED)]


def test_a_ticket_is_refunded_once(machine: Machine) -> None:
    (number,) = machine.buy()
    machine.looks(Task.REFUND, machine.code_of(number))
    machine.does(number)
    again = machine.looks(Task.REFUND, machine.code_of(number))
    assert Task.REFUND not in again.tickets[0].can
    machine.does(number)
    assert machine.find.state is FindState.REFUSED
    assert machine.purse.gave == FARE - FEE


def test_tickets_of_one_order_go_back_one_by_one(machine: Machine) -> None:
    first, second = machine.buy(2)
    for who, number in enumerate((first, second), 1):
        machine.looks(Task.REFUND, machine.code_of(number), who)
        assert machine.does(number).state is FindState.DONE
    assert machine.purse.gave == 2 * (FARE - FEE)


def test_what_the_machine_does_not_hold_is_a_claim(machine: Machine) -> None:
    (number,) = machine.buy()
    machine.purse.holds = 1000
    machine.looks(Task.REFUND, machine.code_of(number))
    done = machine.does(number)
    assert done.returned == 1000
    assert done.claim is not None
    assert (done.claim.fen, done.claim.slip_printed) == (FARE - FEE - 1000, True)
    assert machine.printer.out == [f"S{done.claim.number}", f"R{number.digits}/1000"]


def test_money_from_a_phone_goes_back_to_it(machine: Machine) -> None:
    machine.centre.ways[ELSEWHERE.digits] = (MoneyWay(method="qr", payment=PAYMENT, fen=FARE),)
    machine.lays(Task.REFUND, 7)
    done = machine.does(ELSEWHERE)
    assert (done.state, done.returned) == (FindState.DONE, FARE - FEE)
    assert (machine.purse.booked, machine.purse.gave) == (FARE - FEE, 0)


def test_cash_taken_by_another_machine_goes_back_here(machine: Machine) -> None:
    machine.centre.ways[ELSEWHERE.digits] = (MoneyWay(method="cash", fen=FARE, device="kiosk-9"),)
    machine.lays(Task.REFUND, 7)
    assert machine.does(ELSEWHERE).returned == FARE - FEE
    assert machine.purse.gave == FARE - FEE


@pytest.mark.parametrize(
    "ways",
    [
        (),
        (MoneyWay(method="card", payment=PAYMENT, fen=FARE),),
        (MoneyWay(method="cash", fen=1000), MoneyWay(method="qr", payment=PAYMENT, fen=3500)),
        (MoneyWay(method="online", fen=FARE),),
    ],
    ids=["nothing known", "card", "two ways", "on the web"],
)
def test_what_cannot_go_back_the_way_it_came_is_a_claim(machine: Machine, ways: tuple[MoneyWay, ...]) -> None:
    machine.centre.ways[ELSEWHERE.digits] = ways
    machine.lays(Task.REFUND, 7)
    done = machine.does(ELSEWHERE)
    assert done.claim is not None
    assert (done.returned, done.claim.fen) == (0, FARE - FEE)
    assert (machine.purse.gave, machine.purse.booked) == (0, 0)


def test_without_arbiter_and_centre_a_slip_and_the_ticket_stays_good(machine: Machine) -> None:
    assert machine.arbiter is not None
    (number,) = machine.buy()
    machine.arbiter.line, machine.centre.line = Line.DOWN, "down"
    machine.looks(Task.REFUND, machine.code_of(number))
    ended = machine.does(number)
    assert ended.state is FindState.REFUSED
    assert ended.claim is not None
    assert ended.claim.slip_printed
    assert machine.purse.gave == 0
    assert all(use.end is UseEnd.RELEASED for use in history(machine.journal, number))
    refund = refund_of(machine.journal, number)
    assert refund is not None
    assert refund.way == "asked"
    check = machine.looks(Task.CHECK, machine.code_of(number))
    assert check.tickets[0].go or "14:15" in check.tickets[0].verdict[0]
    assert machine.does(number).state is FindState.DONE
    machine.arbiter.line, machine.centre.line = Line.UP, "up"
    again = machine.looks(Task.REFUND, machine.code_of(number))
    assert Task.REFUND not in again.tickets[0].can, "it is on the slip"


def test_a_silent_arbiter_and_the_centres_word(machine: Machine) -> None:
    assert machine.arbiter is not None
    (number,) = machine.buy()
    machine.arbiter.line = Line.LATE
    machine.centre.rounds = 3
    machine.looks(Task.REFUND, machine.code_of(number))
    assert machine.does(number).returned == FARE - FEE
    claimed = [stored for stored in machine.journal.events(0, 999) if stored.kind == "use.claimed"]
    assert [stored.event.body["flags"] for stored in claimed] == [["unarbitrated"]]


def test_who_has_travelled_gets_nothing(machine: Machine) -> None:
    assert machine.arbiter is not None
    (number,) = machine.buy()
    gate = machine.arbiter.of("gate-1")
    machine.looks(Task.REFUND, machine.code_of(number))
    claim = _admission(machine, number.digits)
    gate.ask(claim)
    done = machine.does(number)
    assert done.state is FindState.REFUSED
    assert done.message is not None
    assert "used" in done.message[1]
    assert machine.purse.gave == 0
    assert history(machine.journal, number) == []


def test_the_centre_knows_of_a_refund_on_the_web(machine: Machine) -> None:
    """The arbiter has not heard of it: its grant is given back."""
    (number,) = machine.buy()
    machine.centre.uses.append(_web_refund(number.digits))
    machine.looks(Task.REFUND, machine.code_of(number))
    done = machine.does(number)
    assert done.state is FindState.REFUSED
    assert machine.purse.gave == 0
    assert [use.end for use in history(machine.journal, number)] == [UseEnd.RELEASED]


def test_a_number_alone_gets_no_money(machine: Machine) -> None:
    found = machine.types(Task.REFUND, ELSEWHERE.digits)
    assert Task.REFUND not in found.tickets[0].can
    machine.does(ELSEWHERE)
    assert machine.find.state is FindState.REFUSED
    assert machine.purse.gave == machine.purse.booked == 0


def test_whoever_leaves_while_the_centre_is_asked_keeps_the_ticket(machine: Machine) -> None:
    (number,) = machine.buy()
    machine.centre.rounds = 50
    machine.looks(Task.REFUND, machine.code_of(number))
    machine.finding.choose(number.digits)
    machine.finding.do()
    machine.work(3)
    machine.finding.stop()
    machine.work(60)
    assert machine.finding.view() is None
    assert [use.end for use in history(machine.journal, number)] == [UseEnd.RELEASED]
    assert refund_of(machine.journal, number) is None
    machine.centre.rounds = 0
    machine.centre.hears(machine.journal)
    machine.looks(Task.REFUND, machine.code_of(number))
    assert machine.does(number).returned == FARE - FEE


def test_a_station_without_a_relay_asks_the_centre(make: Callable[..., Machine]) -> None:
    machine = make(relay=False)
    (number,) = machine.buy()
    machine.looks(Task.REFUND, machine.code_of(number))
    assert machine.does(number).returned == FARE - FEE
    claimed = [stored for stored in machine.journal.events(0, 999) if stored.kind == "use.claimed"]
    assert [stored.event.body["flags"] for stored in claimed] == [[]]


def test_after_departure_nothing(machine: Machine) -> None:
    (number,) = machine.buy()
    code = machine.code_of(number)
    machine.time.passed += 3700
    found = machine.looks(Task.REFUND, code)
    assert Task.REFUND not in found.tickets[0].can
    assert dict(found.tickets[0].why_not)[Task.REFUND][1].startswith("The coach has left")


def _admission(machine: Machine, digits: str):  # type: ignore[no-untyped-def]  # a request of the wire
    from sync.wire.relay import ClaimRequest

    return ClaimRequest(
        number=digits,
        use_no=1,
        attempt="cd" * 16,
        lane="1A",
        at=int(machine.time.at().timestamp() * 1000),
        service_date="2026-11-22",
        trip="K1",
        persons=1,
        after_seq=0,
        journal_epoch="ee" * 16,
    )


def _web_refund(digits: str):  # type: ignore[no-untyped-def]  # a body of the wire
    from sync.wire.records import UseBody

    return UseBody(
        number=digits,
        use_no=1,
        attempt="ef" * 16,
        device="centre",
        lane="office",
        at=1,
        end="passed",
        purpose="refund",
        persons=1,
    )
