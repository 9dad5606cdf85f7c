"""A kiosk's hardware for every way of paying, and the centre behind it: what outlives a till that is killed.

One ccTalk line has a bill validator, a coin acceptor and two dispensers; a card terminal, a scanner and a printer have
ports of their own. The centre is a process, with the payment sandbox.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from secrets import token_bytes
from typing import Any
from uuid import uuid4

import httpx

from drivers.card.simulator import CardTerminalSimulator
from drivers.card.zvt import ZvtTerminal
from drivers.cash.bus import CcTalkBus
from drivers.cash.cctalk import CcTalkBillValidator
from drivers.cash.codec import BILL_VALIDATOR, COIN_ACCEPTOR, HOPPER
from drivers.cash.coin_simulator import CoinAcceptorSimulator
from drivers.cash.coins import CcTalkCoinAcceptor
from drivers.cash.hopper import CcTalkHopper
from drivers.cash.hopper_simulator import HopperSimulator
from drivers.cash.line_simulator import CcTalkLineSimulator
from drivers.cash.simulator import BillValidatorSimulator
from drivers.link import open_link
from drivers.printer.escpos import EscPosPrinter
from drivers.printer.simulator import PrinterSimulator
from drivers.scanner.line import LineScanner
from drivers.scanner.simulator import ScannerSimulator
from drivers.simulation import Station
from kiosk.till.caller import Caller
from kiosk.till.cashbook import Cashbook
from kiosk.till.ledger import Ledger
from kiosk.till.purse import Hopper
from kiosk.till.takings import Takings
from kiosk.till.till import new_claim_number
from sync.cache.reader import CacheWriter
from sync.engine.status import SyncStatus
from sync.enrolling import Wish, enrol
from sync.line.till_calls import TillCalls
from sync.points import Probe, no_probe
from sync.server.centre import Centre
from sync.server.key_files import office_token
from sync.server.settings import Policy, Settings
from sync.server.setup import initialise
from tests.kiosk.till.bench import NOW, Desk, Time, open_desk, write_cache
from tests.kiosk.till.swaps import Swaps
from tests.sync.server.support import STATION, small_timetable
from tickets.admission import TimeQuality, TrustedNow
from tickets.keys import SigningKey

ROOT = Path(__file__).parents[3]
FIVES, ONES = "hopper-500", "hopper-100"


class RealTime(Time):
    """Time as it passes, or `hurry` times as fast for all that a till waits for."""

    def __init__(self, hurry: float = 1.0) -> None:
        super().__init__()
        self._hurry = hurry

    def clock(self) -> float:
        """Monotonic seconds."""
        return time.monotonic() * self._hurry

    def now(self) -> TrustedNow:
        """Just after NOW."""
        return TrustedNow(at=NOW + timedelta(seconds=time.monotonic() % 60), quality=TimeQuality.TRUSTED)


@dataclass
class Far:
    """The centre's process as a test works it, and the till that is enrolled at it."""

    url: str
    device: str
    key: SigningKey
    token: str

    def play(self, method: str, target: str, body: object = None) -> Any:
        """A call of the office to the payment sandbox."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = httpx.request(method, f"{self.url}/v1/sandbox/{target}", json=body, headers=headers, trust_env=False)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def account(self) -> int:
        """Fen on the sandbox's account."""
        said = self.play("GET", "accounts")
        return int(said["taken"]) - int(said["returned"])


@contextmanager
def far_centre(directory: Path) -> Iterator[Far]:
    """Set up a centre, enrol a till, and serve it in a process of its own."""
    initialise(directory, small_timetable(), policy=Policy(payment_provider="sandbox"))
    with Centre.open(Settings(directory=directory)) as centre:
        code = centre.devices.new_code("till", "till-1")
    key = SigningKey.generate()
    wish = Wish(code=code, kind="till", name="till-1", device_key=key.public, till_key=SigningKey.generate().public)
    command = [sys.executable, "-m", "tests.kiosk.till.impatient_centre", str(directory)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            url = process.stdout.readline().strip()
            with httpx.Client(trust_env=False) as client:
                said = enrol(client, url, wish, bytes(32))
            yield Far(url, said.device, key, office_token(directory, STATION))
        finally:
            process.terminate()
            process.wait(10)


@dataclass
class PayingMachine:
    """The hardware of one kiosk."""

    directory: Path
    centre: Far
    line: Station
    printer: Station
    scanner: Station
    terminal: Station
    had: int
    """What was on the sandbox's account before."""
    calls: list[TillCalls] = field(default_factory=list)
    """Every line to the centre that this process opened."""

    def open(self, probe: Probe = no_probe, *, hurry: float = 1.0) -> Desk:
        """Start a till on it, with drivers and threads of its own. No ticket can be changed at it."""
        passing = RealTime(hurry)
        places = {name: getattr(self, name).address for name in ("line", "printer", "scanner", "terminal")}
        bus = CcTalkBus(lambda: open_link(places["line"]))
        calls = TillCalls(self.centre.url, self.centre.device, self.centre.key)
        self.calls.append(calls)

        def takings(ledger: Ledger) -> Takings:
            return Takings(
                book=Cashbook(ledger.journal),
                newest_order=ledger.newest_order,
                clock=passing.clock,
                new_id=uuid4,
                new_claim=lambda: new_claim_number(token_bytes),
                probe=probe,
                acceptor=CcTalkCoinAcceptor(bus),
                hoppers=[
                    Hopper(name=ONES, dispenser=CcTalkHopper(bus, fen=100)),
                    Hopper(name=FIVES, dispenser=CcTalkHopper(bus, fen=500, address=HOPPER + 1)),
                ],
                centre=calls,
                line=Caller("centre"),
                terminal=ZvtTerminal(lambda: open_link(places["terminal"])),
                desk=Caller("card-terminal"),
            )

        swaps = Swaps()
        swaps.grants = False
        return open_desk(
            self.directory,
            CcTalkBillValidator(bus),
            EscPosPrinter(lambda: open_link(places["printer"])),
            time=passing,
            random=token_bytes,
            probe=probe,
            takings=takings,
            scanner=LineScanner(lambda: open_link(places["scanner"])),
            changes=swaps,
        )

    @property
    def given(self) -> int:
        """Fen that the dispensers gave, by their own count of a whole life."""
        state = self.line.state()
        return sum(state[name]["given"] * state[name]["fen"] for name in (FIVES, ONES))

    @property
    def on_accounts(self) -> int:
        """Fen that the sandbox and the card terminal took from this kiosk's passengers and kept."""
        card = self.terminal.state()
        return self.centre.account() - self.had + int(card["taken_fen"]) - int(card["returned_fen"])

    @property
    def holds(self) -> int:
        """Fen in the stacker, in the coin box and on the accounts, less what the dispensers gave."""
        state = self.line.state()
        return int(state["notes"]["total_fen"]) + int(state["coins"]["total_fen"]) - self.given + self.on_accounts

    def puts_in(self, device: str, fen: int) -> bool:
        """Put a note or coin in where one may come: one that is pushed in vain wipes the memory of an earlier one."""
        state = self.line.state()[device]
        may_come = fen in state["accepts"] and state["accepting"] and state.get("escrow") is None
        return may_come and bool(self.line.do("insert", device=device, fen=fen)["taken"])


@contextmanager
def paying_machine(directory: Path, centre: Far) -> Iterator[PayingMachine]:
    """A kiosk's hardware, and its station's cache by which the centre was heard a moment ago."""
    write_cache(directory)
    at_ms = int((NOW + timedelta(days=1)).timestamp() * 1000)
    with CacheWriter(directory / "cache.db") as writer:
        writer.set_status(SyncStatus(line_up=True, last_success_ms=at_ms, queued=0))
    line = CcTalkLineSimulator(
        {
            "notes": BillValidatorSimulator(
                stacker=directory / "stacker.json", address=BILL_VALIDATOR, echo=False, travel=0.0
            ),
            "coins": CoinAcceptorSimulator(box=directory / "coins.json", address=COIN_ACCEPTOR, echo=False),
            ONES: HopperSimulator(kept=directory / "ones.json", fen=100, echo=False, interval=0.02),
            FIVES: HopperSimulator(
                kept=directory / "fives.json", fen=500, address=HOPPER + 1, echo=False, interval=0.02
            ),
        }
    )
    card = CardTerminalSimulator(account=directory / "card.json", seconds=0.05)
    centre.play("DELETE", "behaviour")
    anywhere = "tcp:127.0.0.1:0"
    with (
        Station(line, anywhere) as cash,
        Station(PrinterSimulator(pictures=directory / "pictures"), anywhere) as printer,
        Station(ScannerSimulator(), anywhere) as scanner,
        Station(card, anywhere) as terminal,
    ):
        machine = PayingMachine(directory, centre, cash, printer, scanner, terminal, centre.account())
        try:
            yield machine
        finally:
            for calls in machine.calls:
                calls.close()
