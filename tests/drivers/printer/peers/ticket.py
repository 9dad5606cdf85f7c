"""One ticket for programs that we did not write: its bytes in files, printed on their printers, and read back.

    python -m tests.drivers.printer.peers.ticket write FOLDER      escpos.bin, zpl.bin, tspl.bin: what a host sends
    python -m tests.drivers.printer.peers.ticket print KIND ADDRESS    on a printer at tcp:HOST:PORT or a serial path;
                                                       KIND escpos, clone (ESC/POS without a handshake), zpl or tspl
    python -m tests.drivers.printer.peers.ticket read PICTURE      is the ticket's code on it?

README.md beside this file says which programs, and how.
"""

import sys
import tempfile
from pathlib import Path

import zxingcpp
from PIL import Image

from drivers.link import Link, open_link
from drivers.printer import Printer
from drivers.printer.escpos import EscPosPrinter
from drivers.printer.simulator import PrinterSimulator
from drivers.printer.stock import TicketStock
from drivers.printer.tspl import tspl_printer
from drivers.printer.tspl_simulator import TsplSimulator
from drivers.printer.zpl import zpl_printer
from drivers.printer.zpl_simulator import ZplSimulator
from drivers.simulation import Simulator, Station
from kiosk.paper.draw import draw_ticket
from kiosk.paper.fonts import find_fonts
from kiosk.paper.raster import Raster
from tests.kiosk.paper import faces

KINDS = ("escpos", "zpl", "tspl")


class Recorded:
    """A line that keeps what the host sent."""

    def __init__(self, line: Link, sent: bytearray) -> None:
        self._line, self._sent = line, sent

    def write(self, data: bytes) -> None:
        self._sent += data
        self._line.write(data)

    def read(self, timeout: float) -> bytes:
        return self._line.read(timeout)

    def close(self) -> None:
        self._line.close()


def ticket() -> Raster:
    """The ticket, as the kiosk draws it."""
    return draw_ticket(faces.TICKET, find_fonts())


def driver(kind: str, address: str, sent: bytearray) -> Printer:
    """Our driver for a printer of this kind; what it sends is kept in `sent`."""

    def opener() -> Link:
        return Recorded(open_link(address, 115200), sent)

    if kind == "zpl":
        return zpl_printer(opener, TicketStock())
    if kind == "tspl":
        return tspl_printer(opener, TicketStock())
    return EscPosPrinter(opener, confirm="status" if kind == "clone" else "handshake")


def simulator(kind: str, pictures: Path) -> Simulator:
    """Our simulated printer of this kind."""
    if kind == "zpl":
        return ZplSimulator(pictures=pictures)
    return TsplSimulator(pictures=pictures) if kind == "tspl" else PrinterSimulator(pictures=pictures)


def recorded(kind: str) -> bytes:
    """What our driver sends for one ticket."""
    sent, raster = bytearray(), ticket()
    with (
        tempfile.TemporaryDirectory() as folder,
        Station(simulator(kind, Path(folder)), "tcp:127.0.0.1:0") as station,
    ):
        printer = driver(kind, station.address, sent)
        printer.print_raster(raster.data, raster.width, raster.height)
        printer.close()
    return bytes(sent)


def codes_on(picture: Path) -> list[str]:
    """The QR codes that zxing-cpp finds on a picture."""
    with Image.open(picture) as opened:
        white = Image.new("L", (opened.width + 80, opened.height + 80), 255)
        white.paste(opened.convert("L"), (40, 40))
    return [code.text for code in zxingcpp.read_barcodes(white)]


def dots(picture: Path) -> Raster:
    """A picture as a raster."""
    with Image.open(picture) as opened:
        return Raster.of(opened.convert("L"))


def main(words: list[str]) -> int:
    """Do what the words say; 0 when it went well."""
    match words:
        case ["write", folder]:
            for kind in KINDS:
                (Path(folder) / f"{kind}.bin").write_bytes(recorded(kind))
            return 0
        case ["print", ("escpos" | "clone" | "zpl" | "tspl") as kind, address]:
            printer, raster = driver(kind, address, bytearray()), ticket()
            print("health before:", printer.health().what)
            print("outcome:", printer.print_raster(raster.data, raster.width, raster.height).value)
            print("health after:", printer.health().what)
            printer.close()
            return 0
        case ["read", picture]:
            same = codes_on(Path(picture)) == [faces.TICKET.code]
            print("the ticket's code is on it" if same else "the ticket's code is NOT on it")
            print("every dot is ours" if dots(Path(picture)) == ticket() else "some dots differ")
            return 0 if same else 1
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
