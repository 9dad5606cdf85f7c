"""The kinds of printer: each can be configured, each becomes its driver, and a wrong setting is told with the right."""

import typing
from pathlib import Path

import pytest

from drivers.printer import PrintOutcome
from drivers.printer.mouth import AttendedMouth
from drivers.simulation import Station
from station import devices
from station.config import ConfigFault, PrinterConfig, PrinterKind, load
from station.simulators import DEVICES

KINDS: tuple[PrinterKind, ...] = typing.get_args(PrinterKind)
SIMULATED = {"escpos": "printer", "zpl": "printer-zpl", "tspl": "printer-tspl"}
ROWS = 24
PICTURE = b"\xff" * 72 * ROWS


def configured(folder: Path, *lines: str, address: str = "/dev/ttyUSB0") -> PrinterConfig:
    path = folder / "terminal.toml"
    path.write_text("\n".join(["[printer]", f'address = "{address}"', *lines]), "utf-8")
    config = load(path).printer
    assert config is not None
    return config


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_prints_on_its_simulator(tmp_path: Path, kind: PrinterKind) -> None:
    with Station(DEVICES[SIMULATED[kind]](tmp_path), "tcp:127.0.0.1:0") as station:
        printer = devices.printer(configured(tmp_path, f'kind = "{kind}"', address=station.address))
        assert printer.print_raster(PICTURE, 576, ROWS) is PrintOutcome.DONE
        assert station.state()["printed"] == 1
        printer.close()


def test_a_presenter_is_attended(tmp_path: Path) -> None:
    with Station(DEVICES["printer-presenter"](tmp_path), "tcp:127.0.0.1:0") as station:
        printer = devices.printer(configured(tmp_path, "presenter = true", "take_seconds = 1", address=station.address))
        assert isinstance(printer, AttendedMouth)
        assert printer.print_raster(PICTURE, 576, ROWS) is PrintOutcome.DONE
        assert printer.status().in_mouth
        printer.retract()
        assert (printer.left_behind(), station.state()["retracted"]) == (1, ["0001"])
        printer.close()


def test_without_a_word_it_is_a_receipt_printer(tmp_path: Path) -> None:
    config = configured(tmp_path)
    assert (config.kind, config.presenter, config.stock) == ("escpos", False, "continuous")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('kind = "epl"', '`printer.kind` must be "escpos", "zpl" or "tspl"'),
        ('stock = "roll"', '`printer.stock` must be "continuous", "gap" or "mark"'),
        ('after_print = "eject"', '`printer.after_print` must be "cut", "tear" or "peel"'),
        ("take_seconds = 0", "`printer.take_seconds` must be from 1 to 600"),
        ("mouth_byte = 6", "`printer.mouth_byte` must be less than"),
        ('retract_command = "1D 6"', "`printer.retract_command` must be 1 to 16 bytes"),
        ("stock_length_mm = 250", "`printer.stock_length_mm` is 0 for continuous stock"),
    ],
)
def test_a_wrong_value_is_told_with_its_line(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(ConfigFault) as fault:
        configured(tmp_path, line)
    assert "terminal.toml:3: " in str(fault.value)
    assert told in str(fault.value)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (('kind = "zpl"', "presenter = true"), "cannot draw a ticket back"),
        (('stock = "gap"', "stock_length_mm = 100"), "must be 200 or more"),
    ],
)
def test_what_does_not_go_together(tmp_path: Path, lines: tuple[str, ...], told: str) -> None:
    with pytest.raises(ConfigFault) as fault:
        configured(tmp_path, *lines)
    assert "terminal.toml:4: " in str(fault.value)
    assert told in str(fault.value)


def test_pre_cut_tickets(tmp_path: Path) -> None:
    config = configured(tmp_path, 'kind = "zpl"', 'stock = "mark"', "stock_length_mm = 210", "stock_gap_mm = 3")
    printer = devices.printer(config)
    assert printer.print_raster(bytes(72 * 1681), 576, 1681) is PrintOutcome.REFUSED
