"""Paid → last byte at the printer: signing, drawing and sending one ticket to a printer on TCP."""

import time
from dataclasses import dataclass
from pathlib import Path

from drivers.printer import Printer, PrintOutcome
from drivers.printer.simulator import PrinterSimulator
from drivers.simulation import Station
from kiosk.paper.draw import draw_ticket
from station import devices
from station.bench import imagined
from station.bench.held import face
from station.bench.measure import MS, Line, NotMeasured, at_most, median, told
from station.config import PrinterConfig
from station.kiosk_process import OnceFonts
from tickets.credential import Ticket, issue_delegated
from tickets.numbers import RANDOM_BITS, TicketNumber

MOST_MS = 500


class NotPrinted(NotMeasured):
    """The printer did not confirm a ticket: then there is nothing to measure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """One ticket: milliseconds until it was drawn, and until its last byte was sent; bytes of its picture."""

    drawn: float
    sent: float
    bytes: int


def run(directory: Path, tickets: int) -> list[Line]:
    """Print so many tickets, the first with typefaces that nobody has opened yet. Raises NotPrinted."""
    directory.mkdir(parents=True, exist_ok=True)
    prints: list[Print] = []
    with Station(PrinterSimulator(pictures=directory), "tcp:127.0.0.1:0") as station:
        printer = devices.printer(PrinterConfig(address=station.address))
        printer.status()
        fonts = OnceFonts()
        prints.extend(_print(printer, fonts, at) for at in range(tickets))
        printer.close()
    later, said = prints[1:], f"{prints[0].bytes:,} B of raster"
    return [
        at_most(
            "paid → last byte at a printer on TCP, median",
            median([each.sent for each in later]),
            "ms",
            MOST_MS,
            against=said,
        ),
        at_most("paid → last byte at a printer on TCP, first ticket after the start", prints[0].sent, "ms", MOST_MS),
        told("signing and drawing a ticket, median", median([each.drawn for each in later]), "ms"),
    ]


def _print(printer: Printer, fonts: OnceFonts, at: int) -> Print:
    sent: list[float] = []
    began = time.perf_counter()
    number = TicketNumber(imagined.TILL_PREFIX << RANDOM_BITS | at)
    ticket = Ticket(number, imagined.EXPIRES, imagined.journey(at))
    text = issue_delegated(ticket, imagined.key("till"), imagined.CERTIFICATE)
    raster = draw_ticket(face(ticket, text), fonts())
    drawn = time.perf_counter()
    outcome = printer.print_raster(
        raster.data, raster.width, raster.height, on_sent=lambda: sent.append(time.perf_counter())
    )
    if outcome is not PrintOutcome.DONE:
        raise NotPrinted(f"the printer's answer was: {outcome.value}")
    return Print(drawn=(drawn - began) * MS, sent=(sent[0] - began) * MS, bytes=len(raster.data))
