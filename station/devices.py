"""From configuration to drivers: the one place where a port meets the driver that serves it.

A driver that brings a large library along (OpenCV, the kernel's input devices, GPIO) is imported where such a device is
configured: few stations have it, and a gate that starts again should be there at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from drivers.barrier import Barrier
from drivers.barrier.lot import LotBarrier
from drivers.barrier.mbap import MbapLink
from drivers.barrier.relay_board import ModbusRelayBarrier
from drivers.camera import Camera
from drivers.card.zvt import ZvtTerminal
from drivers.cash import BillValidator, CoinAcceptor, Dispenser
from drivers.cash.bus import CcTalkBus
from drivers.cash.cctalk import CcTalkBillValidator
from drivers.cash.coins import CcTalkCoinAcceptor
from drivers.cash.hopper import CcTalkHopper
from drivers.idreader.sdt import SdtReader
from drivers.link import Link, open_link
from drivers.printer import Printer
from drivers.printer.escpos import EscPosPrinter
from drivers.printer.mouth import AttendedMouth, MouthNumbers
from drivers.printer.stock import TicketStock
from drivers.printer.tspl import tspl_printer
from drivers.printer.zpl import zpl_printer
from drivers.scanner import Scanner
from drivers.scanner.gm65 import Gm65Scanner
from drivers.scanner.line import LineScanner
from drivers.scanner.ssi import SsiScanner
from drivers.scanner.triggered import honeywell_scanner, newland_scanner
from station.config import (
    BarrierConfig,
    CameraConfig,
    CardTerminalConfig,
    CashConfig,
    CoinsConfig,
    ConfigFault,
    DispenserConfig,
    IdReaderConfig,
    KioskDevices,
    PrinterConfig,
    ScannerConfig,
)
from station.config_rules import NONE


def _opener(address: str, baud: int) -> Callable[[], Link]:
    return lambda: open_link(address, baud)


def printer(config: PrinterConfig, *, begin_with_cut: bool = False) -> Printer:
    """The ticket printer of the configured kind; its port is opened when it is first used.

    `begin_with_cut` when a print was under way at the last stop: a stranger's half ticket must not hang on the next.
    """
    opener = _opener(config.address, config.baud)
    stock = TicketStock(
        kind=config.stock, length_mm=config.stock_length_mm, gap_mm=config.stock_gap_mm, after=config.after_print
    )
    match config.kind:
        case "escpos":
            return _escpos(config, opener, begin_with_cut)
        case "zpl":
            return zpl_printer(opener, stock, handshake_timeout=config.handshake_seconds)
        case "tspl":
            return tspl_printer(
                opener, stock, full_status=config.full_status, handshake_timeout=config.handshake_seconds
            )
        case unknown:
            assert_never(unknown)


def tickets_left_behind(printer: Printer) -> Callable[[], int]:
    """What says how many tickets the printer drew back since it was last asked; one without a presenter never does."""
    return printer.left_behind if isinstance(printer, AttendedMouth) else lambda: 0


def _escpos(config: PrinterConfig, opener: Callable[[], Link], begin_with_cut: bool) -> Printer:
    mouth = MouthNumbers(
        question=config.mouth_question,
        answer_bytes=config.mouth_answer_bytes,
        waits_byte=config.mouth_byte,
        waits_mask=config.mouth_mask,
        present=bytes.fromhex(config.present_command),
        retract=bytes.fromhex(config.retract_command),
    )
    driver = EscPosPrinter(
        opener,
        handshake_timeout=config.handshake_seconds,
        begin_with_cut=begin_with_cut,
        mouth=mouth if config.presenter else None,
        confirm=config.confirm,
    )
    return AttendedMouth(driver, take_seconds=config.take_seconds) if config.presenter else driver


@dataclass(frozen=True, slots=True, kw_only=True)
class CashDevices:
    """What takes and gives cash; what is not configured is not there."""

    notes: BillValidator | None
    coins: CoinAcceptor | None
    dispensers: tuple[Dispenser, ...]


def cash_devices(config: KioskDevices) -> CashDevices:
    """What takes and gives cash. Devices with the same address share one line, and may be used by several threads."""
    lines: dict[str, CcTalkBus] = {}

    def line(of: CashConfig | CoinsConfig | DispenserConfig) -> CcTalkBus:
        if of.address not in lines:
            lines[of.address] = CcTalkBus(_opener(of.address, of.baud), echo=of.echo)
        return lines[of.address]

    return CashDevices(
        notes=CcTalkBillValidator(line(config.cash), address=config.cash.device) if config.cash else None,
        coins=CcTalkCoinAcceptor(line(config.coins), address=config.coins.device) if config.coins else None,
        dispensers=tuple(
            CcTalkHopper(line(each), fen=each.fen, address=each.device, low=each.low) for each in config.dispensers
        ),
    )


def id_reader(config: IdReaderConfig) -> SdtReader:
    """The ID card reader."""
    return SdtReader(_opener(config.address, config.baud))


def scanner(config: ScannerConfig) -> Scanner:
    """The code scanner of the configured kind."""
    opener = _opener(config.address, config.baud)
    match config.kind:
        case "line":
            return LineScanner(opener)
        case "gm65":
            return Gm65Scanner(opener)
        case "ssi":
            return SsiScanner(opener)
        case "honeywell":
            return honeywell_scanner(opener)
        case "newland":
            return newland_scanner(opener)
        case "keyboard":
            from drivers.scanner.keyboard import keyboard_scanner

            return keyboard_scanner(config.address)
        case unknown:
            assert_never(unknown)


def camera(config: CameraConfig) -> Camera:
    """The camera."""
    from drivers.camera.opencv import OpenCvCamera

    return OpenCvCamera(config.source, width=config.width, height=config.height, fps=config.fps)


def barrier(config: BarrierConfig) -> Barrier:
    """The barrier of the configured kind."""
    match config.kind:
        case "relay-board":
            return ModbusRelayBarrier(
                _opener(config.address, config.baud),
                unit=config.unit,
                coil=config.coil,
                exit_coil=_line(config.exit_coil),
                entry_input=config.entry_input,
                exit_input=config.exit_input,
                fire_input=config.fire_input,
                jam_input=_line(config.jam_input),
                read_back=config.read_back,
            )
        case "lot":
            return LotBarrier(_turnstile_opener(config), unit=config.unit)
        case "gpio":
            return _gpio(config)
        case unknown:
            assert_never(unknown)


def _gpio(config: BarrierConfig) -> Barrier:
    from drivers.barrier.gpio import GpioBarrier
    from drivers.barrier.gpio_lines import GpiodLines, Wiring

    exit_coil, jam_input = _line(config.exit_coil), _line(config.jam_input)
    wiring = Wiring(
        outputs=(config.coil,) if exit_coil is None else (config.coil, exit_coil),
        inputs=(
            *(config.entry_input, config.exit_input, config.fire_input),
            *(() if jam_input is None else (jam_input,)),
        ),
        outputs_active_low=config.coil_active_low,
        inputs_active_low=config.inputs_active_low,
        pull=config.bias,
        debounce_ms=config.debounce_ms,
    )
    return GpioBarrier(
        lambda: GpiodLines(config.address, wiring),
        coil=config.coil,
        exit_coil=exit_coil,
        entry_input=config.entry_input,
        exit_input=config.exit_input,
        fire_input=config.fire_input,
        jam_input=jam_input,
    )


def _turnstile_opener(config: BarrierConfig) -> Callable[[], Link]:
    opener = _opener(config.address, config.baud)
    return (lambda: MbapLink(opener())) if config.address.startswith("tcp:") else opener


def _line(number: int) -> int | None:
    """The number of an input or output; None when the configuration says that there is none."""
    return None if number == NONE else number


def card_terminal(config: CardTerminalConfig, directory: Path) -> ZvtTerminal:
    """The card terminal. Raises ConfigFault when its password file in `directory` does not hold one."""
    return ZvtTerminal(
        _opener(config.address, 0), password=_terminal_password(directory), wait_seconds=config.wait_seconds
    )


def _terminal_password(directory: Path) -> int:
    path = directory / "card-terminal.password"
    try:
        text = path.read_text("utf-8").strip()
    except FileNotFoundError:
        return 0
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigFault(f"{path}: cannot be read ({error}). Make it a text file with six digits.") from error
    if not (text.isascii() and text.isdecimal() and len(text) <= 6):
        raise ConfigFault(f"{path}: must hold the terminal's password, up to six digits, and nothing else.")
    return int(text)
