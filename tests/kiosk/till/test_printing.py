"""Paper: what is known of each ticket, and that nothing comes out twice by itself."""

from dataclasses import replace

import pytest

from drivers.printer import PrintOutcome
from kiosk.buy.steps import Choice, NotPrinted, PuttingIn
from kiosk.flow import Flow
from kiosk.steps import nobody
from kiosk.tasks import TASKS
from kiosk.till.commands import (
    EndSession,
    PrintTickets,
    Reprint,
    StartCash,
)
from kiosk.till.values import (
    Delivery,
    OrderState,
    OrderView,
)
from kiosk.till.wording import (
    NOTICES,
    PRINT_REFUSED,
    RECOVERED_TICKETS,
    REPRINT_OFFERED,
    TROUBLES,
    Notice,
    Trouble,
)
from sync.points import Point, before_commit
from tests.kiosk.till.bench import hold, offer, person
from tests.kiosk.till.conftest import Site


class Killed(BaseException):
    """The till dies here."""


def buy(site: Site, people: int = 1) -> OrderView:
    """Buy tickets and pay exactly."""
    till = site.desk.till
    hold(till, offer(till, "K1"), [person(n) for n in range(people)])
    till.do(StartCash())
    while (order := till.snapshot().order) is not None and order.accepts:
        site.validator.insert(order.accepts[-1])
        site.work(2)
    return shown(site)


def shown(site: Site) -> OrderView:
    """The order on the screen, or the one that was found at start."""
    snapshot = site.desk.till.snapshot()
    order = snapshot.order or snapshot.recovered
    assert order is not None
    return order


def deliveries(site: Site) -> list[Delivery]:
    """How the paper of each ticket stands."""
    return [ticket.delivery for ticket in shown(site).tickets]


def test_each_ticket_is_printed_once(site: Site) -> None:
    order = buy(site, 2)
    assert site.printer.out == [f"T{ticket.number}/0" for ticket in order.tickets]
    assert deliveries(site) == [Delivery.PRINTED, Delivery.PRINTED]
    site.desk.till.do(PrintTickets())
    assert len(site.printer.out) == 2


def test_the_screen_sees_a_ticket_being_printed(site: Site) -> None:
    buy(site)
    seen = [[ticket.delivery for ticket in s.order.tickets] for s in site.desk.shown if s.order and s.order.tickets]
    assert [Delivery.PRINTING] in seen
    assert next(s.order.state for s in site.desk.shown if s.order) is OrderState.PAID


def test_a_print_whose_end_is_unknown_is_not_repeated(site: Site) -> None:
    site.printer.does = PrintOutcome.UNKNOWN
    order = buy(site)
    assert (order.state, order.message) == (OrderState.ISSUED, REPRINT_OFFERED)
    assert deliveries(site) == [Delivery.UNKNOWN]
    assert site.desk.ledger.print_in_doubt()
    site.work(5)
    site.desk.till.do(PrintTickets())
    assert site.printer.out == []
    site.desk.till.do(Reprint(number=order.tickets[0].number))
    assert site.printer.out == [f"T{order.tickets[0].number}/1"], "the copy is marked as one"
    assert not site.desk.ledger.print_in_doubt()
    assert (shown(site).state, shown(site).message) == (OrderState.DELIVERED, None)


def test_a_refused_print_is_the_first_one_still_when_it_comes_out(site: Site) -> None:
    site.printer.does = PrintOutcome.REFUSED
    order = buy(site)
    assert (order.state, order.message) == (OrderState.ISSUED, PRINT_REFUSED)
    assert deliveries(site) == [Delivery.REFUSED]
    site.desk.till.do(PrintTickets())
    assert site.printer.out == [f"T{order.tickets[0].number}/0"]
    assert deliveries(site) == [Delivery.PRINTED]


def test_a_printer_that_fails_with_the_last_note_does_not_leave_the_screen_waiting(site: Site) -> None:
    """Nothing is sent, so nothing is under way: the passenger is asked to print again, and then it comes."""
    till = site.desk.till
    hold(till, offer(till, "K1"), [person(1)])
    till.do(StartCash())
    for fen in (2000, 2000):
        site.validator.insert(fen)
        site.work(2)
    site.printer.ready = False
    site.validator.insert(500)
    site.work(2)
    order = shown(site)
    assert order.state is OrderState.ISSUED
    assert deliveries(site) == [Delivery.REFUSED]
    paying = replace(nobody(0), step=PuttingIn(choice=Choice()))
    session, _ = Flow(TASKS).news(paying, till.snapshot(), 0)
    assert isinstance(session.step, NotPrinted)
    site.printer.ready = True
    till.do(PrintTickets())
    assert site.printer.out == [f"T{order.tickets[0].number}/0"], "the first print, not marked as a copy"
    assert deliveries(site) == [Delivery.PRINTED]


def test_paper_that_runs_out_between_two_tickets(site: Site) -> None:
    till = site.desk.till
    hold(till, offer(till, "K1"), [person(1), person(2)])
    till.do(StartCash())
    for fen in (5000, 2000):
        site.validator.insert(fen)
        site.work(2)
    printed = site.printer.print_raster

    def last_sheet(image: bytes, width: int, height: int, *, on_sent: object = None) -> PrintOutcome:
        outcome = printed(image, width, height)
        site.printer.ready = False
        return outcome

    site.printer.print_raster = last_sheet  # type: ignore[method-assign]  # a roll with one ticket left
    site.validator.insert(2000)
    site.work(2)
    assert deliveries(site) == [Delivery.PRINTED, Delivery.REFUSED]
    assert shown(site).message == PRINT_REFUSED
    till.do(PrintTickets())
    assert till.snapshot().trouble == TROUBLES[Trouble.PRINTER]
    site.printer.ready = True
    site.printer.print_raster = printed  # type: ignore[method-assign]  # a new roll
    till.do(PrintTickets())
    assert deliveries(site) == [Delivery.PRINTED, Delivery.PRINTED]
    assert len(site.printer.out) == len(set(site.printer.out)) == 2


def test_copies_are_counted(site: Site) -> None:
    number = buy(site).tickets[0].number
    for _ in range(2):
        site.desk.till.do(Reprint(number=number))
    assert site.printer.out == [f"T{number}/{copy}" for copy in range(3)]


def test_only_the_tickets_on_the_screen_are_reprinted(site: Site) -> None:
    number = buy(site).tickets[0].number
    site.desk.till.do(EndSession())
    site.desk.till.do(Reprint(number=number))
    assert site.desk.till.snapshot().trouble == TROUBLES[Trouble.NOT_OUR_TICKET]
    assert len(site.printer.out) == 1


@pytest.mark.parametrize(
    ("point", "printed", "delivery"),
    [
        (before_commit("till", "ticket.delivered"), 1, Delivery.PRINTED),
        (Point.TILL_PRINT_BEFORE, 0, Delivery.UNKNOWN),
        (Point.TILL_PRINT_AFTER, 1, Delivery.UNKNOWN),
    ],
)
def test_a_till_that_dies_while_printing(site: Site, point: str, printed: int, delivery: Delivery) -> None:
    def die(reached: str) -> None:
        if reached == point:
            raise Killed

    site.kill()
    site.open(die)
    with pytest.raises(Killed):
        buy(site)
    site.kill()
    site.open()
    recovered = site.desk.till.snapshot().recovered
    assert len(site.printer.out) == printed
    if delivery is Delivery.PRINTED:
        assert recovered is not None
        assert recovered.state is OrderState.DELIVERED
        return
    assert recovered is not None
    assert recovered.message == RECOVERED_TICKETS
    assert [ticket.delivery for ticket in recovered.tickets] == [delivery]
    site.desk.till.do(Reprint(number=recovered.tickets[0].number))
    assert site.printer.out[-1].endswith("/1")
    site.desk.till.do(EndSession())
    assert site.desk.till.snapshot().recovered is None


def test_a_machine_without_paper_does_not_sell(site: Site) -> None:
    site.printer.ready = False
    site.work(30, seconds=0.1)
    capabilities = site.desk.till.snapshot().capabilities
    assert (capabilities.sells, capabilities.printer) == (False, False)
    assert NOTICES[Notice.NO_PRINTER] in capabilities.notices
    site.printer.ready = True
    site.work(60, seconds=0.1)
    assert site.desk.till.snapshot().capabilities.sells


def test_an_order_that_cannot_be_held_says_which_device_is_to_blame(site: Site) -> None:
    chosen = offer(site.desk.till, "K1")
    site.printer.ready = False
    site.work(3, seconds=1)
    hold(site.desk.till, chosen, [person(1)])
    snapshot = site.desk.till.snapshot()
    assert (snapshot.order, snapshot.trouble) == (None, NOTICES[Notice.NO_PRINTER])


def test_where_people_board_with_their_document_it_sells_without_paper(site: Site) -> None:
    site.kill()
    site.printer.ready = False
    site.open(needs_printer=False)
    assert site.desk.till.snapshot().capabilities.sells
    assert NOTICES[Notice.NO_PRINTER_NEEDED] in site.desk.till.snapshot().capabilities.notices
    order = buy(site)
    assert order.state is OrderState.ISSUED
    assert deliveries(site) == [Delivery.REFUSED]
