"""The old ticket of a change: what it is worth, who may change it, and its use wherever a crash comes between."""

from uuid import UUID

import pytest

from kiosk.till.values import Offer, Task
from sync.journal import orders
from sync.journal.uses import history, open_uses
from tests.gate.station_arbiter import Line
from tests.kiosk.till import bench
from tests.kiosk.till.bench import person
from tests.kiosk.till.finding.bench import ELSEWHERE, Machine
from tickets.journey import TicketKind
from tickets.money import Fen
from tickets.numbers import TicketNumber
from tickets.uses import UseEnd


def other_coach(machine: Machine, destination: int = bench.WEIHAI) -> Offer:
    return next(
        each for each in machine.shelf.offers(machine.time.at()) if (each.trip, each.destination) == ("L2", destination)
    )


def held(machine: Machine, number: TicketNumber) -> UUID:
    """The new order of a change, with its place held."""
    order = UUID(int=99, version=4)
    with machine.journal.transaction() as tx:
        orders.hold(
            tx,
            order=order,
            service_date=bench.DAY,
            trip="L2",
            seats=None,
            count=1,
            total=Fen(3000),
            grant=machine.shelf.granted(bench.DAY, "L2"),
            changes=number,
        )
    return order


def refuses(machine: Machine, number: TicketNumber, who: int = 1, destination: int = bench.WEIHAI) -> str | None:
    found = machine.tasks.changing.refuses(
        number.digits, other_coach(machine, destination), person(who), TicketKind.ADULT
    )
    return None if found is None else found[1]


def test_a_ticket_is_worth_its_fare_to_its_holder_on_its_line(machine: Machine) -> None:
    (number,) = machine.buy()
    assert machine.tasks.changing.credit(number) is None, "it was not shown"
    assert "first" in (refuses(machine, number) or "")
    found = machine.looks(Task.CHANGE, machine.code_of(number))
    assert found.tickets[0].fare_credit == 4500
    assert machine.tasks.changing.credit(number) == 4500
    assert refuses(machine, number) is None
    assert "document" in (refuses(machine, number, who=2) or "")
    assert "same destination" in (refuses(machine, number, destination=bench.YANTAI) or "")
    child = machine.tasks.changing.refuses(number.digits, other_coach(machine), person(1), TicketKind.CHILD)
    assert child is not None


def test_a_ticket_is_changed_once(machine: Machine) -> None:
    (number,) = machine.buy()
    order = UUID(str(machine.journal.rows("SELECT order_id FROM tickets WHERE number = ?", (number.to_bytes(),))[0][0]))
    assert order.version == 4
    machine.looks(Task.CHANGE, machine.code_of(number))
    machine.time.passed += 3600
    assert machine.tasks.changing.credit(number) is None, "the coach has left"


@pytest.mark.parametrize(
    ("arbiter", "centre", "had"), [(Line.UP, "down", True), (Line.DOWN, "up", True), (Line.DOWN, "down", False)]
)
def test_the_use_is_asked_of_whoever_can_say(machine: Machine, arbiter: Line, centre: str, had: bool) -> None:
    assert machine.arbiter is not None
    (number,) = machine.buy()
    machine.looks(Task.CHANGE, machine.code_of(number))
    order = held(machine, number)
    machine.arbiter.line, machine.centre.line, machine.centre.rounds = arbiter, centre, 2
    said = [machine.tasks.changing.claim(order, number) for _ in range(6)]
    assert said[0] is None
    assert said[-1] is had if had else not any(said)
    machine.tasks.changing.ended(order, number, issued=had)
    assert open_uses(machine.journal) == []
    ends = {use.end for use in history(machine.journal, number)}
    assert (UseEnd.PASSED in ends) is had


def test_after_a_restart_the_same_order_has_the_same_use(machine: Machine) -> None:
    (number,) = machine.buy()
    machine.looks(Task.CHANGE, machine.code_of(number))
    order = held(machine, number)
    while machine.tasks.changing.claim(order, number) is None:
        pass
    machine.crash()
    assert machine.tasks.changing.claim(order, number) is True
    assert [(use.use_no, use.end) for use in history(machine.journal, number)] == [(1, None)]
    with machine.journal.transaction() as tx:
        orders.release(tx, order, reason="restarted")
    machine.crash()
    assert [use.end for use in history(machine.journal, number)] == [UseEnd.RELEASED], "its order had ended"


def test_a_ticket_of_another_machine_found_by_card(machine: Machine) -> None:
    found = machine.lays(Task.CHANGE, 7)
    assert found.tickets[0].handle
    assert machine.tasks.changing.credit(ELSEWHERE) == 4500
    assert refuses(machine, ELSEWHERE, who=7) is None


def test_a_refund_under_way_keeps_a_change_out(machine: Machine) -> None:
    (number,) = machine.buy()
    machine.looks(Task.REFUND, machine.code_of(number))
    machine.does(number)
    machine.looks(Task.CHANGE, machine.code_of(number))
    assert machine.tasks.changing.credit(number) is None
    assert machine.tasks.changing.claim(UUID(int=5), number) is False
