"""Finding tickets, checking, collecting, taking along and invoices."""

import base64
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from kiosk.till.finding.opening import last_on_sale
from kiosk.till.values import Delivery, FindState, Task
from sync.journal.uses import claim_use, end_use
from tests.kiosk.till import bench
from tests.kiosk.till.bench import person, usual_records
from tests.kiosk.till.finding.bench import ELSEWHERE, Machine, tell, ticket_record
from tickets import base45
from tickets.numbers import TicketNumber
from tickets.uses import UseEnd

ORDER_CODE = "7K3M9XW2HF"
PAGE = "https://tickets.example/ticket"


def test_the_code_is_believed_as_at_a_gate(machine: Machine) -> None:
    (number,) = machine.buy()
    code = machine.code_of(number)
    assert machine.looks(Task.CHECK, code).tickets[0].number == number.digits
    forged = code[:-4] + ("AAAA" if not code.endswith("AAAA") else "BBBB")
    found = machine.looks(Task.CHECK, forged)
    assert (found.state, found.tickets) == (FindState.LOOKING, ())
    assert found.message is not None


@pytest.mark.parametrize("text", [ELSEWHERE.digits, ELSEWHERE.grouped, f" {ELSEWHERE.digits} "])
def test_a_number_however_it_is_written(machine: Machine, text: str) -> None:
    assert [each.number for each in machine.types(Task.CHECK, text).tickets] == [ELSEWHERE.digits]


@pytest.mark.parametrize("typed", [ORDER_CODE, ORDER_CODE.lower(), "7k3m9-xw2hf"])
def test_an_orders_code_proves_whose_it_is(machine: Machine, typed: str) -> None:
    tell(machine.directory, ticket_record(order_code=ORDER_CODE, issuer="centre"))
    found = machine.types(Task.COLLECT, typed)
    assert [each.number for each in found.tickets] == [ELSEWHERE.digits]
    assert {Task.COLLECT, Task.REFUND, Task.CHANGE} <= found.tickets[0].can


def test_what_is_not_found_is_said_and_looked_for_on(machine: Machine) -> None:
    for typed in ("0" * 19 + "7", "ABCDEFGHJK", "12"):
        found = machine.types(Task.CHECK, typed)
        assert (found.state, found.tickets) == (FindState.LOOKING, ())
        assert found.message is not None
    assert machine.lays(Task.CHECK, 11).message is not None


def test_a_card_finds_its_tickets_of_this_till_and_of_others(machine: Machine) -> None:
    mine = machine.buy(who=7, trip="L2")
    found = machine.lays(Task.CHECK, 7)
    assert [each.number for each in found.tickets] == [ELSEWHERE.digits, mine[0].digits]
    assert all(each.handle for each in found.tickets)
    assert {each.handle for each in found.tickets} == {machine.documents.keep(person(7)).handle}


def test_documents_look_as_far_ahead_as_is_sold(machine: Machine) -> None:
    assert last_on_sale(machine.shelf, machine.time.at()) == bench.NOW.replace(hour=19)  # 03:00 at the station
    machine.time.passed += 20 * 3600
    assert last_on_sale(machine.shelf, machine.time.at()) == machine.time.at() + timedelta(hours=36), "none is"


def test_a_card_after_a_number_proves_it(machine: Machine) -> None:
    machine.types(Task.REFUND, ELSEWHERE.digits)
    machine.finding.document(person(7))
    assert Task.REFUND in machine.find.tickets[0].can
    machine.types(Task.REFUND, ELSEWHERE.digits)
    machine.finding.document(person(8))
    assert Task.REFUND not in machine.find.tickets[0].can


def test_check_says_what_the_gate_would_say_and_where(machine: Machine) -> None:
    (number,) = machine.buy()
    early = machine.looks(Task.CHECK, machine.code_of(number)).tickets[0]
    assert not early.go
    assert "opens at 14:15" in early.verdict[1]
    assert "Gate 3, bay 12" in early.verdict[1]
    machine.time.passed += 1200
    now = machine.looks(Task.CHECK, machine.code_of(number)).tickets[0]
    assert now.go
    assert "gate 3, bay 12, before 14:55" in now.verdict[1]
    walks_through(machine, number)
    used = machine.looks(Task.CHECK, machine.code_of(number)).tickets[0]
    assert not used.go
    assert "already been used" in used.verdict[1]


def test_the_first_paper_here_of_a_web_ticket_is_no_reprint(machine: Machine) -> None:
    tell(machine.directory, ticket_record(order_code=ORDER_CODE, issuer="centre"))
    machine.types(Task.COLLECT, ORDER_CODE)
    done = machine.does(ELSEWHERE)
    assert (done.state, done.delivery) == (FindState.DONE, Delivery.PRINTED)
    machine.does(ELSEWHERE)
    assert machine.printer.out == [f"T{ELSEWHERE.digits}/0", f"T{ELSEWHERE.digits}/1"]
    assert machine.kinds().count("ticket.delivered") == 4, "unknown, then done, for each"


def test_a_ticket_that_another_machine_printed_is_a_reprint(machine: Machine) -> None:
    machine.lays(Task.COLLECT, 7)
    machine.does(ELSEWHERE)
    assert machine.printer.out == [f"T{ELSEWHERE.digits}/1"]


def test_own_tickets_count_their_copies(machine: Machine) -> None:
    (number,) = machine.buy()
    machine.looks(Task.COLLECT, machine.code_of(number))
    machine.does(number)
    assert machine.printer.out == [f"T{number.digits}/1"]


def test_no_paper_no_delivery(machine: Machine) -> None:
    machine.printer.ready = False
    machine.lays(Task.COLLECT, 7)
    done = machine.does(ELSEWHERE)
    assert done.delivery is Delivery.REFUSED
    machine.printer.ready = True
    machine.does(ELSEWHERE)
    assert machine.find.delivery is Delivery.PRINTED


def test_a_phone_takes_the_ticket_along(make: Callable[..., Machine]) -> None:
    machine = make(ticket_page=PAGE)
    (number,) = machine.buy()
    code = machine.code_of(number)
    machine.looks(Task.COLLECT, code)
    assert machine.finding.take_along(number.digits) is None
    page, _, fragment = machine.finding.link.partition("#")
    assert page == PAGE
    data = base64.urlsafe_b64decode(fragment + "=" * (-len(fragment) % 4))
    assert "RT1:" + base45.encode(data) == code
    assert machine.kinds()[-1] == "ticket.delivered"


def test_without_a_page_the_code_is_shown_to_be_photographed(machine: Machine) -> None:
    (number,) = machine.buy()
    assert machine.finding.take_along(number.digits) is None, "one of its own, right after the purchase"
    assert machine.finding.link == machine.code_of(number)
    machine.lays(Task.COLLECT, 7)
    machine.finding.take_along(ELSEWHERE.digits)
    assert machine.finding.link == ELSEWHERE.digits


def test_an_invoice_after_travel_once(make: Callable[..., Machine]) -> None:
    machine = make(invoice_page="https://tickets.example/i/")
    (number,) = machine.buy()
    code = machine.code_of(number)
    assert Task.INVOICE not in machine.looks(Task.INVOICE, code).tickets[0].can
    walks_through(machine, number)
    machine.time.passed += 4000
    machine.looks(Task.INVOICE, code)
    wrong = machine.does(number, tax_id="12")
    assert wrong.state is FindState.FOUND
    done = machine.does(number, tax_id="91370000MA3C4D5E6F")
    assert done.state is FindState.DONE
    assert done.link.startswith("https://tickets.example/i/")
    assert machine.does(number).link == done.link, "the same one again"
    asked = [stored.event.body for stored in machine.journal.events(0, 999) if stored.kind == "invoice.asked"]
    assert [(body["fen"], body["why"], body["tax_id"]) for body in asked] == [(4500, "travel", "91370000MA3C4D5E6F")]


def test_an_invoice_over_the_fee_after_a_refund(machine: Machine) -> None:
    (number,) = machine.buy()
    machine.looks(Task.REFUND, machine.code_of(number))
    machine.does(number)
    machine.looks(Task.INVOICE, machine.code_of(number))
    assert machine.does(number).state is FindState.DONE
    asked = [stored.event.body for stored in machine.journal.events(0, 999) if stored.kind == "invoice.asked"]
    assert [(body["fen"], body["why"]) for body in asked] == [(900, "refund")]
    assert machine.printer.out[-1] == f"I{number.digits}/900"


def test_an_old_counter_number_needs_the_card(make: Callable[..., Machine]) -> None:
    machine = make()
    old = TicketNumber(12_345_678)
    tell(machine.directory, *usual_records(), ticket_record(old))
    found = machine.types(Task.COLLECT, "12345678")
    assert Task.COLLECT not in found.tickets[0].can
    machine.finding.document(person(7))
    assert Task.COLLECT in machine.find.tickets[0].can


def walks_through(machine: Machine, number: TicketNumber) -> None:
    """Somebody has boarded with it, and this till heard of it."""
    with machine.journal.transaction() as tx:
        claim_use(
            tx,
            ticket=number,
            use_no=1,
            attempt=UUID(int=4),
            service_date=bench.DAY,
            trip="K1",
            lane="3A",
            persons=1,
            by="code",
        )
        end_use(tx, ticket=number, use_no=1, attempt=UUID(int=4), end=UseEnd.PASSED)
