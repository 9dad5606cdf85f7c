"""Puts together what a kiosk does with tickets that exist, and what is behind its technician's door."""

import platform
import secrets
import sqlite3
import time
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version

from drivers.card import CardTerminal
from drivers.faults import DeviceFault
from drivers.health import Health
from drivers.idreader import IdReader
from drivers.scanner import Scan, Scanner
from kiosk.paper.fonts import FontMissing, Fonts
from kiosk.till.authority import Authority
from kiosk.till.documents import Documents
from kiosk.till.faces import Faces
from kiosk.till.finding.door import Door, DoorDevice
from kiosk.till.finding.opening import FindingSettings, Tasks, open_tasks
from kiosk.till.finding.showing import TaskRules
from kiosk.till.finding.trial_page import draw_test_page
from kiosk.till.ledger import Ledger
from kiosk.till.press import Press
from kiosk.till.shelf import Shelf
from kiosk.till.takings import Takings
from kiosk.till.till import new_claim_number
from station.centre_health import centre_health
from station.config import Config
from station.devices import CashDevices
from station.enrolment import Enrolment
from sync.cache.reader import CacheReader
from sync.lan.arbiter import Arbiter, RelayArbiter
from sync.lan.relay_keys import RelayKeys
from sync.newest_trust import NewestTrust
from tickets.admission import ReEntry, TrustedNow
from tickets.departures import IdentityPolicy
from tickets.refunds import ChangeRules, RefundRules

CALL_FILE = "staff-called"
"""In the terminal's directory: there as long as a passenger's call for staff stands."""
SCAN_SECONDS = 5.0
"""How long a technician has to hold a code under the scanner."""


def tasks_of(
    config: Config,
    enrolment: Enrolment,
    *,
    cache: CacheReader,
    ledger: Ledger,
    shelf: Shelf,
    press: Press,
    faces: Faces,
    takings: Takings,
    clock: Callable[[], TrustedNow],
) -> Callable[[Documents], Tasks]:
    """How the till makes its tasks, once it has its documents. Uses are asked of the station's relay and the centre."""
    settings = FindingSettings(
        station=enrolment.station,
        where=enrolment.name,
        call_file=config.directory / CALL_FILE,
        arbiter=_arbiter(config, enrolment),
        centre=takings,
        returns=takings.payouts,
        rules=TaskRules(
            refunds=RefundRules.default(),
            changes=ChangeRules(),
            default_identity=IdentityPolicy(config.gate.identity),
            re_entry=ReEntry(config.gate.re_entry),
        ),
        ticket_page=config.kiosk.ticket_page,
        invoice_page=config.kiosk.invoice_page,
    )
    trust = NewestTrust(enrolment.trust_list(), enrolment.root_key, cache)

    def make(documents: Documents) -> Tasks:
        return open_tasks(
            settings,
            journal=ledger.journal,
            cache=cache,
            trust=trust,
            shelf=shelf,
            press=press,
            faces=faces,
            documents=documents,
            now=clock,
            random=secrets.token_bytes,
            new_claim=lambda: new_claim_number(secrets.token_bytes),
        )

    return make


def door_of(
    enrolment: Enrolment,
    *,
    authority: Authority,
    press: Press,
    fonts: Callable[[], Fonts],
    cache: CacheReader,
    others: Mapping[str, Callable[[], Health]],
    reader: IdReader | None,
    scanner: Scanner | None,
    clock: Callable[[], TrustedNow],
) -> Door:
    """The technician's door of this kiosk. `others` are only asked how they are: no money moves."""
    devices = [DoorDevice(name="printer", health=lambda: _looked(press), test=lambda: _test_page(press, fonts))]
    if reader is not None:
        devices.append(DoorDevice(name="ID reader", health=reader.health))
    if scanner is not None:
        devices.append(DoorDevice(name="scanner", health=scanner.health, test=lambda: _scan(scanner)))
    devices += [DoorDevice(name=name, health=health) for name, health in others.items()]
    devices.append(DoorDevice(name="centre", health=lambda: centre_health(cache.status())))
    return Door(
        devices,
        trust_list=authority.trust_list,
        station=lambda: found.code if (found := cache.station()) is not None else enrolment.station,
        now=clock,
        versions=(
            ("waystation", _version("waystation")),
            ("Python", platform.python_version()),
            ("SQLite", sqlite3.sqlite_version),
        ),
    )


def cash_health(cash: CashDevices, terminal: CardTerminal | None) -> Mapping[str, Callable[[], Health]]:
    """How what takes and gives money can be asked how it is. No money moves by it."""
    found: dict[str, Callable[[], Health]] = {}
    if cash.notes is not None:
        found["validator"] = cash.notes.health
    if cash.coins is not None:
        found["coin acceptor"] = cash.coins.health
    for number, dispenser in enumerate(cash.dispensers, 1):
        found[f"hopper-{number}"] = dispenser.health
    if terminal is not None:
        found["card terminal"] = terminal.health
    return found


def _arbiter(config: Config, enrolment: Enrolment) -> Arbiter | None:
    """The station's arbiter, by a thread of its own that ends with the process; None where there is no relay."""
    if config.relay is None:
        return None
    return RelayArbiter(
        url=config.relay.url,
        device=enrolment.device,
        key=enrolment.device_key(),
        relay_keys=RelayKeys(config.directory / "cache.db"),
        budget_ms=config.relay.budget_ms,
    )


def _looked(press: Press) -> Health:
    press.look(now=True)
    return press.health


def _test_page(press: Press, fonts: Callable[[], Fonts]) -> Health:
    """Print a page that is no ticket, and say whether it came out."""
    try:
        page = draw_test_page(fonts())
    except (FontMissing, OSError):
        return Health(ok=False, what="The typeface is missing", hint="Install the fonts that the package names.")
    if press.print_paper(page):
        return Health(ok=True, what="The test page came out", hint="")
    return Health(
        ok=False, what="The test page did not come out", hint=press.health.hint or "Load paper, then try again."
    )


def _scan(scanner: Scanner) -> Health:
    """Wait for any code under the scanner; what it says is not kept."""
    until = time.monotonic() + SCAN_SECONDS
    try:
        while (left := until - time.monotonic()) > 0:
            if isinstance(scanner.read(min(left, 0.5)), Scan):
                return Health(ok=True, what="A code was read", hint="")
    except DeviceFault as fault:
        return Health(ok=False, what=fault.what, hint=fault.hint)
    return Health(ok=False, what="No code was read", hint="Test again, and hold a code under the scanner at once.")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "?"
