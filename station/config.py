"""One TOML file per terminal, read once into frozen dataclasses. A wrong key or type stops the start and says where."""

import dataclasses
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from drivers.printer.confirm import Confirm
from drivers.printer.stock import AfterPrint, StockKind
from station.config_fault import ConfigFault as ConfigFault
from station.config_reading import Source, build
from station.config_rules import faults

ScannerKind = Literal["line", "gm65", "ssi", "honeywell", "newland", "keyboard"]
"""The scanners that there are drivers for; docs/configuration.md says which is which."""

BarrierKind = Literal["relay-board", "lot", "gpio"]
"""The barriers that there are drivers for; docs/configuration.md says which is which."""

PrinterKind = Literal["escpos", "zpl", "tspl"]
"""What the printer understands: receipt and kiosk printers ESC/POS, printers for ticket stock one of the others."""

Bias = Literal["off", "pull-up", "pull-down"]
"""What the chip does with an input that nothing drives."""

FireReset = Literal["badge", "loop"]
"""What ends a lane's emergency once its fire input has fallen back."""

ReEntry = Literal["never", "after_exit", "free"]
"""What lets a ticket's holder in who was let in before."""

Identity = Literal["code", "card", "code+card"]
"""What is asked for on a coach that is not known here: the ticket, the ID card, or both."""

Direction = Literal["in", "out", "both"]
"""Which ways lead through a lane: to the coaches, away from them, or both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreConfig:
    """Where the central ticketing server answers."""

    url: str = "https://127.0.0.1:8080"
    plain: bool = False  # http:// beyond this machine: everybody on the line reads what it carries


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncConfig:
    """How often the stores are kept in step."""

    interval_seconds: float = 1.0  # between two looks while the line is up
    retry_base_seconds: float = 1.0  # first wait after a failure; doubles, with full jitter
    retry_cap_seconds: float = 300.0


WithoutRelay = Literal["admit", "staff"]
"""What a gate does with a passenger while its relay does not answer: let in and flag, or send to staff."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayConfig:
    """The station's relay, which grants each use of a ticket once. Without this section there is none."""

    url: str  # http://HOST:PORT in the station's LAN; its answers are signed
    budget_ms: int = 80  # in all, for one question to the arbiter
    without: WithoutRelay = "admit"  # while it does not answer
    tunnel: str = ""  # http://HOST:PORT of the relay's tunnel to the centre; empty: no detour


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayServerConfig:
    """Where a relay itself listens."""

    listen: str = "0.0.0.0:8090"  # the whole LAN asks it; every request is signed
    tunnel: str = ""  # HOST:PORT where its sync lets devices through to the centre; empty: nowhere


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelConfig:
    """The kiosk's screen; millimetres as measured on the glass, because screens misreport their size."""

    width_mm: float = 344.0
    height_mm: float = 194.0
    width_px: int = 1920
    height_px: int = 1080
    bottom_mm: float = 850.0  # from the floor to the glass's lower edge
    fullscreen: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechConfig:
    """What the kiosk says aloud, with espeak-ng, where it is installed."""

    offered: bool = True
    headphones: str = "never"  # never, always, or the input device whose switch tells that they are plugged in


@dataclass(frozen=True, slots=True, kw_only=True)
class KioskConfig:
    """What a kiosk hands to phones: addresses on the web that its codes on the screen and on paper lead to."""

    ticket_page: str = ""  # shows the ticket in the address's fragment; empty: the ticket's own code is shown
    invoice_page: str = ""  # an invoice's page, followed by its token, as https://…/i/; empty: no link


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayConfig:
    """The gate's display for passengers; millimetres as measured on the glass."""

    width_mm: float = 155.0
    height_mm: float = 87.0
    width_px: int = 1024
    height_px: int = 600
    fullscreen: bool = True
    reader: str = "below"  # where the camera or scanner is, seen from the display: below, above, left or right
    sounds: bool = True  # with aplay, where it is installed


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterConfig:
    """The ticket printer. Lengths in millimetres; commands as hexadecimal digits."""

    address: str  # tcp:HOST:PORT or a serial path
    kind: PrinterKind = "escpos"
    baud: int = 115200
    handshake_seconds: float = 10.0
    confirm: Confirm = "handshake"  # escpos: what tells that a ticket is out; status for clones that know no GS ( H
    presenter: bool = False  # escpos: it holds tickets out of its mouth and can draw them back
    take_seconds: float = 20.0  # presenter: a ticket that nobody takes within this is drawn back
    mouth_question: int = 20  # presenter: n of DLE EOT that is answered with what is in the mouth
    mouth_answer_bytes: int = 6
    mouth_byte: int = 2  # of that answer, counted from 0, in which
    mouth_mask: int = 32  # this bit says that a ticket waits
    present_command: str = "1D 65 03 0C"
    retract_command: str = "1D 65 02"
    stock: StockKind = "continuous"  # zpl, tspl: what is between two tickets
    stock_length_mm: float = 0.0  # zpl, tspl: of one ticket; 0 on a continuous strip
    stock_gap_mm: float = 0.0  # zpl, tspl: of the gap or the black mark
    after_print: AfterPrint = "cut"  # zpl, tspl: cut off, torn off by hand, or peeled off its backing
    full_status: bool = True  # tspl: it knows ESC ! S; off for those that only know ESC ! ?


@dataclass(frozen=True, slots=True, kw_only=True)
class CashConfig:
    """The bill validator (ccTalk)."""

    address: str
    baud: int = 9600
    device: int = 40  # ccTalk address
    echo: bool = True  # the host hears its own bytes on the one-wire bus


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinsConfig:
    """The coin acceptor (ccTalk). It may share its line with the bill validator and the dispensers."""

    address: str
    baud: int = 9600
    device: int = 2  # ccTalk address
    echo: bool = True  # the host hears its own bytes on the one-wire bus


@dataclass(frozen=True, slots=True, kw_only=True)
class DispenserConfig:
    """A dispenser of one kind of coin (ccTalk hopper). It may share its line with others."""

    address: str
    fen: int  # the value of its coins
    device: int = 3  # ccTalk address
    baud: int = 9600
    echo: bool = True  # the host hears its own bytes on the one-wire bus
    coins: int = 0  # how many are in it when it has been filled; 0: go by its low-level sensor alone
    low: int = 10  # how many coins it surely holds while its low-level sensor sees coins


@dataclass(frozen=True, slots=True, kw_only=True)
class CardTerminalConfig:
    """The card terminal (ZVT over TCP). Its password is the file card-terminal.password in `directory`, or 000000."""

    address: str  # tcp:HOST:PORT, most often port 20007
    wait_seconds: float = 90.0  # for a passenger to hold a card there, and for the bank to answer


@dataclass(frozen=True, slots=True, kw_only=True)
class IdReaderConfig:
    """The ID card reader (SDT frames)."""

    address: str
    baud: int = 115200


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerConfig:
    """A code scanner: serial, or one that types like a keyboard."""

    address: str  # a keyboard's: /dev/input/by-id/…, or usb:VENDOR:PRODUCT (hexadecimal), or usb:VENDOR:PRODUCT:NAME
    baud: int = 9600
    kind: ScannerKind = "line"  # what it understands; line: nothing, it sends each code with CR or LF at its end


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraConfig:
    """A camera: /dev/video0 or the URL of an MJPEG stream."""

    source: str
    width: int = 1280
    height: int = 720
    fps: int = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class BarrierConfig:
    """What opens the arm, with two beams and the fire loop on its inputs. Numbers count the board's or chip's lines."""

    address: str  # gpio: the chip, as /dev/gpiochip0
    kind: BarrierKind = "relay-board"
    baud: int = 9600
    unit: int = 1
    coil: int = 0
    exit_coil: int = -1  # opens for the way out; -1: `coil` opens both ways
    entry_input: int = 0
    exit_input: int = 1
    fire_input: int = 2
    jam_input: int = 3  # -1: the arm has no fault contact
    read_back: bool = True  # ask the board whether the pulse runs; off for boards that hide it
    coil_active_low: bool = False  # gpio: a low level opens
    inputs_active_low: bool = False  # gpio: a low level says yes (for the fire loop: whole)
    bias: Bias = "off"  # gpio: of the inputs
    debounce_ms: int = 5  # gpio: an input must keep its level for this long


@dataclass(frozen=True, slots=True, kw_only=True)
class GateConfig:
    """A check-in gate: what holds for all of its lanes, and the name of the only one."""

    gate: str = "1"  # the check-in gate's label as passengers see it
    lane: str = "1A"  # where there are no [[lanes]]
    start_seconds: float = 7.0  # a passenger let in must start to walk within this
    finish_seconds: float = 7.0
    fire_reset: FireReset = "badge"  # who ends an emergency: staff with a badge code, or the fire input itself
    fire_reset_seconds: float = 10.0  # loop: for how long the input must have been back
    re_entry: ReEntry = (
        "after_exit"  # what lets back in: nothing, having walked out through a gate, or the ticket alone
    )
    identity: Identity = "code"  # on a coach that is not known here; the others say it themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class OutConfig:
    """What reads for those who go out through a lane for both ways."""

    scanner: ScannerConfig | None = None
    camera: CameraConfig | None = None
    id_reader: IdReaderConfig | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneConfig:
    """One of several lanes, with devices of its own. Its readers are for the way in, or for its only way."""

    name: str
    barrier: BarrierConfig
    direction: Direction = "in"
    gate: str = ""  # the check-in gate's label; empty: that of [gate]
    scanner: ScannerConfig | None = None
    camera: CameraConfig | None = None
    id_reader: IdReaderConfig | None = None
    out: OutConfig | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalConfig:
    """How long a terminal's journal keeps what the centre has."""

    kept_days: int = 14  # after the service day; what is not settled, or not at the centre, stays


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsConfig:
    """Where a gate shows its numbers to Prometheus."""

    listen: str = ""  # HOST:PORT on loopback; empty: nowhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything one terminal needs to know. Secrets are files in `directory`, never values here."""

    directory: Path = Path("/var/lib/waystation")
    centre: CentreConfig = field(default_factory=CentreConfig)
    sync: SyncConfig = field(default_factory=SyncConfig)
    relay_server: RelayServerConfig = field(default_factory=RelayServerConfig)
    panel: PanelConfig = field(default_factory=PanelConfig)
    kiosk: KioskConfig = field(default_factory=KioskConfig)
    speech: SpeechConfig = field(default_factory=SpeechConfig)
    gate: GateConfig = field(default_factory=GateConfig)
    display: DisplayConfig = field(default_factory=DisplayConfig)
    metrics: MetricsConfig = field(default_factory=MetricsConfig)
    journal: JournalConfig = field(default_factory=JournalConfig)
    relay: RelayConfig | None = None
    printer: PrinterConfig | None = None
    cash: CashConfig | None = None
    coins: CoinsConfig | None = None
    dispensers: tuple[DispenserConfig, ...] = ()
    card_terminal: CardTerminalConfig | None = None
    id_reader: IdReaderConfig | None = None
    scanner: ScannerConfig | None = None
    camera: CameraConfig | None = None
    barrier: BarrierConfig | None = None
    lanes: tuple[LaneConfig, ...] = ()


def load(path: Path) -> Config:
    """Read and check a configuration file. Raises ConfigFault. A relative `directory` is relative to the file."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise ConfigFault(f"{path}: cannot be read ({error.strerror}). Give the right file with --config.") from error
    except UnicodeDecodeError as error:
        raise ConfigFault(f"{path}: not text in UTF-8, so not valid TOML. Save it as UTF-8.") from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigFault(f"{path}: not valid TOML: {error}.") from error
    source = Source(path, text)
    config = build(Config, table, source, ())
    for keys, what in faults(config):
        raise source.fault(keys, what)
    return dataclasses.replace(config, directory=(path.parent / config.directory).resolve())


@dataclass(frozen=True, slots=True, kw_only=True)
class KioskDevices:
    """What a kiosk has. Only the printer is always there, and at least one of those by which it can be paid."""

    printer: PrinterConfig
    cash: CashConfig | None
    coins: CoinsConfig | None
    dispensers: tuple[DispenserConfig, ...]
    card_terminal: CardTerminalConfig | None
    scanner: ScannerConfig | None
    id_reader: IdReaderConfig | None


def kiosk_devices(config: Config) -> KioskDevices:
    """The devices of a kiosk. Raises ConfigFault when it has no printer, or nothing by which it can be paid."""
    paid_by = (config.cash, config.coins, config.card_terminal, config.scanner)
    if config.printer is None or not any(paid_by):
        raise ConfigFault(
            "A kiosk needs a printer, and one of a bill validator, a coin acceptor, a card terminal and a scanner "
            "(for the codes by which people pay): add [printer], and [cash], [coins], [card_terminal] or [scanner], "
            "with their addresses."
        )
    return KioskDevices(
        printer=config.printer,
        cash=config.cash,
        coins=config.coins,
        dispensers=config.dispensers,
        card_terminal=config.card_terminal,
        scanner=config.scanner,
        id_reader=config.id_reader,
    )
