"""The code on the paper that comes out of the printer is read by three readers that we did not write."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from pyzbar import pyzbar

from drivers.link import open_link
from drivers.printer import PrintOutcome
from drivers.printer.escpos import EscPosPrinter
from drivers.printer.simulator import PrinterSimulator
from drivers.simulation import Station
from kiosk.paper.draw import draw_ticket
from kiosk.paper.face import TicketFace
from kiosk.paper.fonts import find_fonts
from tests.kiosk.paper import faces

FONTS = find_fonts()


def read_by_zbarimg(path: Path) -> list[str]:
    found = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", str(path)],
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    return found.stdout.splitlines()


def read_by_pyzbar(path: Path) -> list[str]:
    with Image.open(path) as picture:
        return [code.data.decode() for code in pyzbar.decode(picture, symbols=[pyzbar.ZBarSymbol.QRCODE])]


def read_by_zxing(path: Path) -> list[str]:
    with Image.open(path) as picture:
        return [code.text for code in zxingcpp.read_barcodes(picture.convert("L"))]


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Print each ticket on the simulated printer, over TCP; return what came out."""
    pictures = tmp_path_factory.mktemp("pictures")
    tickets = tickets_to_print()
    with Station(PrinterSimulator(pictures=pictures), "tcp:127.0.0.1:0") as station:
        printer = EscPosPrinter(lambda: open_link(station.address))
        for face in tickets.values():
            raster = draw_ticket(face, FONTS)
            assert printer.print_raster(raster.data, raster.width, raster.height) is PrintOutcome.DONE
        printer.close()
        assert station.state()["printed"] == len(tickets)
    return {name: pictures / f"{number:04d}.png" for number, name in enumerate(tickets, 1)}


def tickets_to_print() -> dict[str, TicketFace]:
    tickets = {"longest names": faces.LONGEST, "four characters": faces.FOUR_CHARACTERS}
    for seed in range(3):
        tickets[f"by the centre {seed}"] = replace(faces.TICKET, code=faces.code(faces.CENTRE_CHARACTERS, seed))
        tickets[f"by a till {seed}"] = replace(faces.TICKET, code=faces.code(faces.TILL_CHARACTERS, seed))
    return tickets


@pytest.mark.parametrize("read", [read_by_zbarimg, read_by_pyzbar, read_by_zxing])
@pytest.mark.parametrize("name", list(tickets_to_print()))
def test_the_printed_code_is_exactly_the_tickets(
    printed: dict[str, Path], name: str, read: Callable[[Path], list[str]]
) -> None:
    assert read(printed[name]) == [tickets_to_print()[name].code]


def test_a_creased_ticket_is_still_read(printed: dict[str, Path]) -> None:
    """A fold through the code takes a white line of 0.75 mm out of it."""
    with Image.open(printed["by a till 0"]) as picture:
        creased = picture.convert("L")
    middle = 688
    creased.paste(255, (0, middle, creased.width, middle + 6))
    assert [code.text for code in zxingcpp.read_barcodes(creased)] == [faces.code(faces.TILL_CHARACTERS, 0)]
