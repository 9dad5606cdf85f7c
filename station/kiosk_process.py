"""`waystation kiosk`: the till on its own thread, with its devices, and the screens on it."""

import json
import secrets
import signal
import threading
import time
from collections.abc import Callable

from PySide6.QtCore import QTimer

from kiosk.app import KioskWindow, application, run_kiosk
from kiosk.panel import PanelSettings
from kiosk.paper.fonts import FontMissing, Fonts, find_fonts
from kiosk.speech.espeak import find_voice
from kiosk.speech.jack import headphones
from kiosk.till.authority import Authority, TillIdentity
from kiosk.till.cashier import Cashier
from kiosk.till.commands import Command
from kiosk.till.desk.answers import ShiftShown
from kiosk.till.desk.desk import CashDesk
from kiosk.till.desk.hatch import Hatch
from kiosk.till.desk.shift_paper import draw_shift
from kiosk.till.faces import Faces
from kiosk.till.ledger import Ledger
from kiosk.till.press import Press
from kiosk.till.scanning import Scanning
from kiosk.till.service import TillService
from kiosk.till.shelf import Shelf
from kiosk.till.takings import NoNotes
from kiosk.till.till import Till, new_claim_number
from kiosk.till.values import Snapshot
from station import devices
from station.clock import TerminalClock
from station.config import Config, kiosk_devices
from station.enrolment import Enrolment
from station.kiosk_money import open_takings
from station.kiosk_places import open_elsewhere
from station.kiosk_tasks import cash_health, door_of, tasks_of
from station.probes import probe_from_environment
from station.tidying import tidier_of, tidying
from sync.cache.reader import CacheReader
from sync.journal.journal import Journal
from sync.points import Probe
from tickets.errors import EnvironmentFault
from tickets.fares import FareRules

READY_LOOK_MS = 20


class Feed:
    """Carries snapshots from the till's thread to whoever listens; a new listener gets the last one at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: Snapshot | None = None
        self._listeners: list[Callable[[Snapshot], None]] = []

    @property
    def began(self) -> bool:
        """Whether the till has said anything yet."""
        with self._lock:
            return self._last is not None

    def publish(self, snapshot: Snapshot) -> None:
        """Pass a snapshot on."""
        with self._lock:
            self._last = snapshot
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener(snapshot)

    def subscribe(self, listener: Callable[[Snapshot], None]) -> None:
        """Call `listener` with every snapshot from now on, and with the last one now."""
        with self._lock:
            self._listeners.append(listener)
            last = self._last
        if last is not None:
            listener(last)


class RunningTill:
    """The till as the screens see it."""

    def __init__(self, service: TillService, feed: Feed) -> None:
        self._service = service
        self.subscribe = feed.subscribe

    def submit(self, command: Command) -> None:
        """Ask the till for something; returns at once."""
        self._service.submit(command)


def run(config: Config, *, on_ready: Callable[[KioskWindow], None] | None = None) -> int:
    """Run until SIGTERM; prints {"ready": true} when the window is there, unless `on_ready` is given to say so.

    Ends with 1 when the till failed (a full disk, for one): systemd starts it again, and what was under way is found.
    """
    enrolment = Enrolment.load(config.directory)
    if enrolment.kind != "till" or enrolment.prefix is None:
        raise EnvironmentFault("This terminal is enrolled as a gate", "A kiosk needs an enrolment of kind till.")
    panel = PanelSettings(
        width_mm=config.panel.width_mm,
        height_mm=config.panel.height_mm,
        width_px=config.panel.width_px,
        height_px=config.panel.height_px,
        bottom_mm=config.panel.bottom_mm,
    )
    voice = find_voice(plugged=headphones(config.speech.headphones)) if config.speech.offered else None
    probe = probe_from_environment()
    failures: list[BaseException] = []
    feed = Feed()
    service = TillService(lambda: open_till(config, enrolment, probe), feed.publish, on_failure=failures.append)
    app = application()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: app.quit())
    watch = QTimer()  # gives Python's signal handlers a chance to run, and ends the process when the till has failed
    watch.timeout.connect(lambda: app.exit(1) if failures else None)
    watch.start(200)

    def ready(window: KioskWindow) -> None:
        if not feed.began:  # ready is a kiosk that has its journal, not one that only has a window
            QTimer.singleShot(READY_LOOK_MS, window, lambda: ready(window))
        elif on_ready is None:
            print(json.dumps({"ready": True}), flush=True)
        else:
            on_ready(window)

    service.start()
    hatch = Hatch(config.directory, service.ask)
    try:
        code = run_kiosk(
            panel, RunningTill(service, feed), fullscreen=config.panel.fullscreen, on_ready=ready, voice=voice
        )
    finally:
        hatch.close()
        service.stop()
    if failures:
        raise failures[0]
    return code


def open_till(config: Config, enrolment: Enrolment, probe: Probe) -> Till:
    """Open the journal and put the till together, on the calling thread. Raises EnvironmentFault, ConfigFault."""
    fitted = kiosk_devices(config)
    cash = devices.cash_devices(fitted)
    assert enrolment.prefix is not None
    cache = CacheReader(config.directory / "cache.db")
    clock = TerminalClock(cache)
    journal = Journal.create_or_open(
        config.directory / "journal.db",
        device=enrolment.device,
        prefix=enrolment.prefix,
        clock=clock,
        random=secrets.token_bytes,
        probe=probe,
    )
    ledger = Ledger(journal)
    identity = TillIdentity(
        device=enrolment.device,
        name=enrolment.name,
        prefix=enrolment.prefix,
        key=enrolment.till_key(),
        root_key=enrolment.root_key,
        certificate=enrolment.certificate,
        trust_list=enrolment.trust_list(),
    )
    authority = Authority(identity, cache)
    shelf = Shelf(cache, ledger, authority, FareRules.default(), open_elsewhere(config, enrolment, cache, clock))
    fonts = OnceFonts()
    printer = devices.printer(fitted.printer, begin_with_cut=ledger.print_in_doubt())
    press = Press(printer, ledger, clock=time.monotonic, probe=probe, left_behind=devices.tickets_left_behind(printer))

    def print_shift(shift: ShiftShown) -> bool:
        try:
            slip = draw_shift(shift, fonts(), operator=shelf.names()[1], till=enrolment.name, zone=shelf.zone())
        except (FontMissing, OSError):
            press.cannot_draw()
            return False
        return press.print_paper(slip)

    takings = open_takings(config, enrolment, cash, ledger, probe)
    faces = Faces(shelf, fonts, till=enrolment.name, now=lambda: clock().at)
    reader = devices.id_reader(config.id_reader) if config.id_reader else None
    scanner = devices.scanner(fitted.scanner) if fitted.scanner else None
    return Till(
        cache=cache,
        ledger=ledger,
        authority=authority,
        shelf=shelf,
        cashier=Cashier(
            cash.notes or NoNotes(),
            ledger,
            clock=time.monotonic,
            new_claim=lambda: new_claim_number(secrets.token_bytes),
            probe=probe,
        ),
        press=press,
        faces=faces,
        reader=reader,
        takings=takings,
        scanning=Scanning(scanner, ledger, time.monotonic),
        tasks=tasks_of(
            config,
            enrolment,
            cache=cache,
            ledger=ledger,
            shelf=shelf,
            press=press,
            faces=faces,
            takings=takings,
            clock=clock,
        ),
        door=door_of(
            enrolment,
            authority=authority,
            press=press,
            fonts=fonts,
            cache=cache,
            others=cash_health(cash, takings.terminal),
            reader=reader,
            scanner=scanner,
            clock=clock,
        ),
        now=clock,
        clock=time.monotonic,
        random=secrets.token_bytes,
        tidy=tidying(tidier_of(config, enrolment, journal, probe)),
        desk=CashDesk(
            journal=journal,
            cache=cache,
            authority=authority,
            station=enrolment.station,
            till=enrolment.name,
            now=clock,
            random=secrets.token_bytes,
            print_shift=print_shift,
        ).answer,
    )


class OnceFonts:
    """The ticket's fonts, found and opened when the first ticket is drawn."""

    def __init__(self) -> None:
        self._fonts: Fonts | None = None

    def __call__(self) -> Fonts:
        """The fonts; raises FontMissing naming the package that has them."""
        if self._fonts is None:
            self._fonts = find_fonts()
        return self._fonts
