"""What is printed, with the real typeface and the real printer driver: the code on the paper is the ticket's."""

from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from drivers.link import open_link
from drivers.printer.escpos import EscPosPrinter
from drivers.printer.simulator import PrinterSimulator
from drivers.simulation import Station
from kiosk.paper.fonts import FontMissing, Fonts, find_fonts
from kiosk.till.commands import (
    CancelOrder,
    PrintTickets,
    Reprint,
    StartCash,
)
from kiosk.till.faces import Faces
from kiosk.till.values import (
    OrderState,
    OrderView,
)
from tests.kiosk.till.bench import Chance, Desk, Time, hold, offer, open_desk, person, write_cache
from tests.kiosk.till.devices import Validator


def pay(desk: Desk, validator: Validator, notes: int = 9) -> OrderView:
    """Pay with the largest notes that go in, at most so many."""
    desk.till.do(StartCash())
    while (order := desk.till.snapshot().order) is not None and order.accepts and notes:
        assert validator.insert(order.accepts[-1])
        desk.till.work()
        desk.till.work()
        notes -= 1
    assert order is not None
    return order


def codes(path: Path) -> list[str]:
    """The codes on a printed piece."""
    with Image.open(path) as picture:
        return [found.text for found in zxingcpp.read_barcodes(picture.convert("L"))]


def test_a_ticket_a_copy_and_a_slip_on_paper(tmp_path: Path) -> None:
    write_cache(tmp_path)
    validator, time = Validator(), Time()
    pictures = tmp_path / "pictures"
    with Station(PrinterSimulator(pictures=pictures), "tcp:127.0.0.1:0") as station:
        desk = open_desk(
            tmp_path,
            validator,
            EscPosPrinter(lambda: open_link(station.address)),
            time=time,
            random=Chance(),
            faces=lambda shelf: Faces(shelf, find_fonts, till="1号机", now=time.at),
        )
        desk.till.start()
        hold(desk.till, offer(desk.till, "K1"), [person(1)])
        order = pay(desk, validator)
        assert order.state is OrderState.DELIVERED
        desk.till.do(Reprint(number=order.tickets[0].number))
        hold(desk.till, offer(desk.till, "K1"), [person(2)])
        pay(desk, validator, 1)
        desk.till.do(CancelOrder())
        desk.close()
    ticket, copy, slip = sorted(pictures.glob("0*.png"))
    assert codes(ticket) == codes(copy) == [order.tickets[0].code]
    assert codes(slip) == []
    with Image.open(ticket) as first, Image.open(copy) as second:
        assert second.height > first.height, "a copy says that it is one"


def test_a_machine_without_its_typeface_keeps_the_ticket_and_says_so(tmp_path: Path) -> None:
    write_cache(tmp_path)
    validator, time = Validator(), Time()
    missing = True

    def fonts() -> Fonts:
        if missing:
            raise FontMissing("not installed")
        return find_fonts()

    with Station(PrinterSimulator(pictures=tmp_path / "pictures"), "tcp:127.0.0.1:0") as station:
        desk = open_desk(
            tmp_path,
            validator,
            EscPosPrinter(lambda: open_link(station.address)),
            time=time,
            random=Chance(),
            faces=lambda shelf: Faces(shelf, fonts, till="1号机", now=time.at),
        )
        desk.till.start()
        hold(desk.till, offer(desk.till, "K1"), [person(1)])
        assert pay(desk, validator).state is OrderState.ISSUED
        missing = False
        desk.till.do(PrintTickets())
        order = desk.till.snapshot().order
        assert order is not None
        assert order.state is OrderState.DELIVERED
        desk.close()


@pytest.mark.parametrize("known", [True, False])
def test_an_order_whose_departure_the_cache_has_forgotten_is_still_shown(tmp_path: Path, known: bool) -> None:
    write_cache(tmp_path)
    validator, time = Validator(), Time()
    with Station(PrinterSimulator(pictures=tmp_path / "pictures"), "tcp:127.0.0.1:0") as station:
        desk = open_desk(
            tmp_path,
            validator,
            EscPosPrinter(lambda: open_link(station.address)),
            time=time,
            random=Chance(),
            faces=lambda shelf: Faces(shelf, find_fonts, till="1号机", now=time.at),
        )
        desk.till.start()
        hold(desk.till, offer(desk.till, "K1"), [person(1)])
        if not known:
            (tmp_path / "cache.db").rename(tmp_path / "gone.db")
        order = desk.till.snapshot().order
        assert order is not None
        assert order.offer.trip == "K1"
        assert (order.offer.names == ("威海", "Weihai")) is known
        desk.close()
