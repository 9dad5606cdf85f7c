"""Printers for ticket stock, ZPL and TSPL: what the driver says happened is what happened."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from drivers.faults import DeviceGone, DeviceNonsense, DeviceSilent
from drivers.link import Link, open_link
from drivers.printer import PaperState, Printer, PrintOutcome, labels, tspl_simulator
from drivers.printer.labels import LabelPrinter
from drivers.printer.stock import TicketStock
from drivers.printer.tspl import tspl_printer
from drivers.printer.tspl_codec import without_commands
from drivers.printer.tspl_simulator import TsplSimulator
from drivers.printer.zpl import zpl_printer
from drivers.printer.zpl_simulator import ZplSimulator
from drivers.simulation import Station
from tests.drivers.printer.paper import ACROSS, cut_pieces, on_paper, picture, wait_until

ROWS = 100
SLOW = 200.0
STRIP = TicketStock()
KINDS = ("zpl", "tspl", "tspl-short")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(labels, "QUIET_SECONDS", 0.005)
    monkeypatch.setattr(tspl_simulator, "RUN_DOWN_SECONDS", 0.06)


class Frayed:
    """A line that loses everything after so many bytes from the host, or breaks there."""

    def __init__(self, line: Link, left: int, *, noticed: bool) -> None:
        self._line, self._left, self._noticed = line, left, noticed

    def write(self, data: bytes) -> None:
        self._line.write(data[: self._left])
        if len(data) > self._left and self._noticed:
            raise DeviceGone("The line broke", "Mend it.")
        self._left = max(0, self._left - len(data))

    def read(self, timeout: float) -> bytes:
        return self._line.read(timeout)

    def close(self) -> None:
        self._line.close()


class Bench:
    """One simulated printer and its driver, with short patience."""

    def __init__(self, kind: str, station: Station, pictures: Path, stock: TicketStock) -> None:
        self.kind, self.station, self.pictures, self.stock = kind, station, pictures, stock
        self.printer = self.driver(lambda: open_link(station.address, 115200))

    def driver(self, opener: Callable[[], Link]) -> LabelPrinter:
        if self.kind == "zpl":
            return zpl_printer(opener, self.stock, handshake_timeout=0.5, status_timeout=0.12)
        full = self.kind == "tspl"
        return tspl_printer(opener, self.stock, full_status=full, handshake_timeout=0.5, status_timeout=0.12)

    def print(self, seed: int = 1, rows: int = ROWS) -> PrintOutcome:
        return self.printer.print_raster(picture(rows, seed), 576, rows)

    def printed(self, seed: int = 1, rows: int = ROWS) -> bytes:
        """How it looks on paper: in TSPL with the dots flipped that would have been commands."""
        image = picture(rows, seed)
        if self.kind == "zpl":
            return image
        white = bytes(byte ^ 0xFF for byte in image)
        return bytes(byte ^ 0xFF for byte in without_commands(white))

    @property
    def pieces(self) -> list[bytes]:
        return cut_pieces(self.pictures)

    @property
    def state(self) -> dict[str, Any]:
        return self.station.state()


@contextmanager
def bench(
    kind: str, tmp_path: Path, listen: str = "tcp:127.0.0.1:0", stock: TicketStock = STRIP, **options: Any
) -> Iterator[Bench]:
    pictures = tmp_path / "pictures"
    device = (
        ZplSimulator(pictures=pictures, **options)
        if kind == "zpl"
        else TsplSimulator(pictures=pictures, old=kind == "tspl-short", **options)
    )
    with Station(device, listen) as station:
        made = Bench(kind, station, pictures, stock)
        try:
            yield made
        finally:
            made.printer.close()


@pytest.fixture(params=["zpl", "tspl"])
def there(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    with bench(request.param, tmp_path) as made:
        yield made


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("line", ["tcp", "pty"])
def test_tickets_are_printed_each_once(tmp_path: Path, kind: str, line: str) -> None:
    with bench(kind, tmp_path, f"pty:{tmp_path}/printer" if line == "pty" else "tcp:127.0.0.1:0") as there:
        printer: Printer = there.printer
        sent: list[int] = []
        outcome = printer.print_raster(picture(ROWS), 576, ROWS, on_sent=lambda: sent.append(1))
        assert (outcome, sent) == (PrintOutcome.DONE, [1])
        assert there.print(2, 130) is PrintOutcome.DONE
        assert there.pieces == [there.printed(), there.printed(2, 130)]
        assert there.state["unknown"] == (0 if kind == "zpl" else 1), "what would have ended an open picture"
        assert there.state["taken"] == ["0001", "0002"]


def test_a_narrow_picture(there: Bench) -> None:
    assert there.printer.print_raster(b"\xff\xf0" * 3, 12, 3) is PrintOutcome.DONE
    assert there.pieces == [(b"\xff\xf0" + bytes(70)) * 3]


def test_a_picture_of_another_size_never_reaches_the_line(there: Bench) -> None:
    with pytest.raises(ValueError):
        there.printer.print_raster(bytes(71), 576, 1)
    assert there.state["waiting"] == 0


@pytest.mark.parametrize("kind", ["gap", "mark"])
def test_tickets_of_one_length(tmp_path: Path, kind: Any) -> None:
    for language in ("zpl", "tspl"):
        stock = TicketStock(kind=kind, length_mm=20, gap_mm=3, after="tear")
        with bench(language, tmp_path / language, stock=stock) as there:
            assert there.print(rows=161) is PrintOutcome.REFUSED, "it would be printed over two"
            assert there.state["waiting"] == 0
            assert there.print() is PrintOutcome.DONE
            assert there.pieces == [there.printed()]
            assert there.state["paper_mm"] == 80_000 - 20


def test_stock_that_cannot_be() -> None:
    with pytest.raises(ValueError):
        TicketStock(kind="gap")
    with pytest.raises(ValueError):
        TicketStock(kind="continuous", length_mm=80)


@pytest.mark.parametrize(
    ("command", "back", "paper", "cover"),
    [
        ("paper_out", "load_paper", PaperState.END, False),
        ("open_cover", "close_cover", PaperState.OK, True),
        ("pause", "resume", PaperState.OK, False),
    ],
)
def test_not_ready_before_the_first_byte(there: Bench, command: str, back: str, paper: PaperState, cover: bool) -> None:
    there.station.do(command)
    status = there.printer.status()
    assert (status.ready, status.paper, status.cover_open) == (False, paper, cover)
    assert not there.printer.health().ok
    assert there.printer.health().hint
    assert there.print() is PrintOutcome.REFUSED
    there.station.do(back)
    assert there.printer.health().ok
    assert there.print(2) is PrintOutcome.DONE
    assert there.pieces == [there.printed(2)]


@pytest.mark.parametrize("error", ["ribbon", "overheated"])
def test_a_fault_has_its_name(there: Bench, error: str) -> None:
    there.station.do("jam", error=error)
    assert there.printer.status().error == error
    assert not there.printer.health().ok


def test_only_the_long_status_knows_of_little_paper(tmp_path: Path) -> None:
    with bench("tspl", tmp_path) as there:
        there.station.do("paper_near_end")
        assert there.printer.status().paper is PaperState.NEAR_END
        assert there.print() is PrintOutcome.DONE


@pytest.mark.parametrize(("command", "back"), [("paper_out", "load_paper"), ("open_cover", "close_cover")])
@pytest.mark.parametrize(
    ("kind", "speed"), [("zpl", SLOW), ("zpl", math.inf), ("tspl", SLOW), ("tspl", math.inf), ("tspl-short", math.inf)]
)
def test_trouble_in_the_middle_is_not_done_and_not_printed_again(
    tmp_path: Path, kind: str, command: str, back: str, speed: float
) -> None:
    with bench(kind, tmp_path, mm_per_second=speed) as there:
        there.station.do(command, rows=40)
        assert there.print() is PrintOutcome.UNKNOWN
        there.station.do(back)
        assert there.print(2) is PrintOutcome.DONE
        assert there.pieces == [there.printed(2)], "the printer must not print the spoiled one again by itself"
        assert there.state["torn"] == 1


@pytest.mark.parametrize("kind", KINDS)
def test_death_in_the_middle(tmp_path: Path, kind: str) -> None:
    with bench(kind, tmp_path) as there:
        there.station.do("die_in_print", rows=40)
        assert there.print() is PrintOutcome.UNKNOWN
        there.station.do("power_cycle")
        assert there.print(2) is PrintOutcome.DONE
        assert there.pieces == [there.printed(2)]


def test_a_zpl_printer_that_says_nothing_without_paper(tmp_path: Path) -> None:
    with bench("zpl", tmp_path, mute=True) as there:
        there.station.do("paper_out")
        with pytest.raises(DeviceSilent):
            there.printer.status()
        assert not there.printer.health().ok
        assert there.print() is PrintOutcome.REFUSED
        there.station.do("load_paper")
        there.station.do("paper_out", rows=40)
        assert there.print() is PrintOutcome.UNKNOWN
        there.station.do("load_paper")
        assert there.print(2) is PrintOutcome.DONE
        assert there.pieces == [there.printed(2)]


@pytest.mark.parametrize("fault", ["silent", "garbage", "deaf"])
def test_a_bad_line_before_the_first_byte(there: Bench, fault: str) -> None:
    there.station.do("line", fault=fault)
    with pytest.raises(DeviceNonsense if fault == "garbage" else DeviceSilent):
        there.printer.status()
    assert there.print() is PrintOutcome.REFUSED
    there.station.do("line", fault="ok")
    there.printer.close()
    assert there.print(2) is PrintOutcome.DONE
    assert there.pieces[-1] == there.printed(2)


@pytest.mark.parametrize(
    ("kind", "fault"),
    [("zpl", "silent"), ("zpl", "half"), ("tspl", "silent"), ("tspl", "half"), ("tspl-short", "silent")],
)
def test_a_line_that_goes_bad_before_the_confirmation(tmp_path: Path, kind: str, fault: str) -> None:
    with bench(kind, tmp_path) as there:

        def go_bad() -> None:
            there.station.do("line", fault=fault)

        assert there.printer.print_raster(picture(ROWS), 576, ROWS, on_sent=go_bad) is PrintOutcome.UNKNOWN
        there.station.do("line", fault="ok")
        assert there.print(2) is PrintOutcome.DONE
        assert there.pieces == [there.printed(), there.printed(2)]


@pytest.fixture(scope="module")
def lengths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """How many bytes the host sends for one ticket, up to the confirmation."""
    return {kind: length_of_a_job(kind, tmp_path_factory.mktemp(kind)) for kind in ("zpl", "tspl")}


def length_of_a_job(kind: str, tmp_path: Path) -> int:
    sent = 0

    class Counted(Frayed):
        def write(self, data: bytes) -> None:
            nonlocal sent
            sent += len(data)
            super().write(data)

    with bench(kind, tmp_path) as there:
        printer = there.driver(lambda: Counted(open_link(there.station.address), 10**9, noticed=False))
        assert printer.print_raster(picture(ROWS), 576, ROWS) is PrintOutcome.DONE
        printer.close()
    return sent


@pytest.mark.parametrize("kind", ["zpl", "tspl"])
@pytest.mark.parametrize("part", [0.3, 0.9, 0.97, 0.985])
@pytest.mark.parametrize("noticed", [True, False])
def test_a_line_that_ends_anywhere(
    tmp_path: Path, kind: str, part: float, noticed: bool, lengths: dict[str, int]
) -> None:
    """Refused only if nothing came out, done only if it did, and the next ticket is alone on its paper."""
    length = lengths[kind]
    with bench(kind, tmp_path) as there:
        there.printer = there.driver(
            lambda: Frayed(open_link(there.station.address), int(length * part), noticed=noticed)
        )
        outcome = there.print()
        there.printer.close()
        wait_until(lambda: there.state["rows"] == 0)
        if outcome is PrintOutcome.REFUSED:
            assert there.pieces == []
        if outcome is PrintOutcome.DONE:
            assert there.pieces == [there.printed()]
        there.printer = there.driver(lambda: open_link(there.station.address))
        assert there.print(2) is PrintOutcome.DONE
        assert there.pieces[-1] == there.printed(2)
        assert len(there.pieces) == 2 - (there.printed() not in there.pieces)


@pytest.mark.parametrize("kind", ["zpl", "tspl"])
def test_a_printer_that_never_hears_the_command_has_not_printed(tmp_path: Path, kind: str) -> None:
    """It answers every question, and says that it has nothing to do: that is no confirmation."""
    with bench(kind, tmp_path) as there:

        class Lossy(Frayed):
            def write(self, data: bytes) -> None:
                lost = data.startswith((b"PRINT", b"~DG")) or b"^XG" in data
                super().write(b"" if lost else data)

        there.printer = there.driver(lambda: Lossy(open_link(there.station.address), 10**9, noticed=False))
        assert there.print() is (PrintOutcome.REFUSED if kind == "zpl" else PrintOutcome.UNKNOWN)
        assert there.pieces == []


def test_plugged_out_and_in(there: Bench) -> None:
    assert there.print() is PrintOutcome.DONE
    there.station.drop()
    assert there.printer.status().ready
    there.station.drop()
    assert there.print(2) is PrintOutcome.DONE


def test_a_printer_that_is_not_there(tmp_path: Path) -> None:
    with bench("zpl", tmp_path) as there:
        pass
    with pytest.raises(DeviceGone):
        there.printer.status()
    assert not there.printer.health().ok
    assert there.print() is PrintOutcome.REFUSED


def test_found_again_on_a_serial_line(tmp_path: Path) -> None:
    listen = f"pty:{tmp_path}/printer"
    with bench("tspl", tmp_path, listen) as there:
        assert there.print() is PrintOutcome.DONE
        printer = there.printer
        there.printer = there.driver(lambda: open_link("/nowhere", 9600))
    assert not printer.health().ok
    with Station(TsplSimulator(pictures=tmp_path / "pictures"), listen):
        assert printer.health().ok
        assert printer.print_raster(picture(ROWS, 2), 576, ROWS) is PrintOutcome.DONE
        printer.close()


@pytest.mark.parametrize("kind", ["zpl", "tspl"])
def test_a_peeled_ticket_waits_until_it_is_taken(tmp_path: Path, kind: str) -> None:
    with bench(kind, tmp_path, stock=TicketStock(after="peel")) as there:
        assert there.print() is PrintOutcome.DONE
        assert there.printer.status().in_mouth
        assert there.print(2) is PrintOutcome.REFUSED
        there.station.do("take")
        assert there.print(2) is PrintOutcome.DONE
        assert there.pieces == [there.printed(), there.printed(2)]


def test_paper_that_ends_among_five_tickets(there: Bench) -> None:
    there.station.do("load_paper", mm=(2 * ROWS + 40) / 8)
    said = [there.print(seed) for seed in range(5)]
    assert said == [PrintOutcome.DONE] * 2 + [PrintOutcome.UNKNOWN] + [PrintOutcome.REFUSED] * 2
    assert there.pieces == [there.printed(0), there.printed(1)]
    there.station.do("load_paper")
    assert [there.print(seed) for seed in (3, 4)] == [PrintOutcome.DONE] * 2
    assert there.pieces == [there.printed(seed) for seed in (0, 1, 3, 4)]


def test_what_was_torn_is_a_picture_too(tmp_path: Path) -> None:
    with bench("zpl", tmp_path) as there:
        there.station.do("paper_out", rows=40)
        there.print()
        assert on_paper(there.pictures / "torn-0001.png") == there.printed()[: 40 * ACROSS]
