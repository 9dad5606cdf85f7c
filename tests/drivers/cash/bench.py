"""Simulated cash devices on a line in this process: exact, instant, with a clock of its own and faults to order."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from drivers.cash.bus import CcTalkBus
from drivers.cash.cctalk import CcTalkBillValidator
from drivers.cash.coin_simulator import CoinAcceptorSimulator
from drivers.cash.hopper_simulator import HopperSimulator
from drivers.cash.line_simulator import CcTalkLineSimulator
from drivers.cash.simulator import BillValidatorSimulator
from drivers.faults import DeviceGone
from drivers.simulation import Simulator


@dataclass
class Wire:
    """The line and the time. `device` is what is at its other end."""

    device: Simulator
    now: float = 1000.0
    deaf: int = 0  # questions that will not arrive
    mute: int = 0  # answers that will be lost
    noise: bytes = b""  # what comes before the next answer
    meanwhile: list[tuple[int, Callable[[], object]]] = field(default_factory=list)  # after so many more questions
    sent: list[bytes] = field(default_factory=list)
    echo: bool = True
    pulled: bool = False  # the adaptor is out: nothing can be opened or written
    opened: int = 0
    arrived: bytearray = field(default_factory=bytearray)

    def plug(self, device: Simulator) -> None:
        """Put a device at the other end."""
        self.device = device
        device.attach(self.arrived.extend)
        device.tick(self.now)

    def open(self) -> "BenchLink":
        """What a driver calls to open the line."""
        if self.pulled:
            raise DeviceGone("The adaptor is out", "Put it in.")
        self.opened += 1
        return BenchLink(self)

    def wait(self, seconds: float) -> None:
        """Let time pass in steps that a device would notice."""
        for _ in range(max(1, round(seconds / 0.1))):
            self.now += 0.1
            self.device.tick(self.now)


class Bench(Wire):
    """A bill validator alone on its line; `validator()` gives a driver as a new process of the host would have it."""

    device: BillValidatorSimulator

    def __init__(self, stacker: Path | None = None, echo: bool = True, travel: float = 0.2) -> None:
        self.stacker, self.travel = stacker, travel
        super().__init__(device=self._made(echo), echo=echo)
        self.plug(self.device)

    def _made(self, echo: bool) -> BillValidatorSimulator:
        return BillValidatorSimulator(stacker=self.stacker, echo=echo, travel=self.travel)

    def switch_on(self) -> None:
        """Start the device's process anew from its file, as after kill -9."""
        self.plug(self._made(self.echo))

    def validator(self, *, echo: bool = True) -> CcTalkBillValidator:
        return CcTalkBillValidator(self.open, echo=echo, clock=lambda: self.now)

    def do(self, command: str) -> None:
        """Work the device by hand, whatever it answers."""
        self.device.do(command)

    @property
    def total(self) -> int:
        total: int = self.device.state()["total_fen"]
        return total


class LineBench(Wire):
    """A validator, a coin acceptor and two hoppers on one line: `notes`, `coins`, `yuan` at 3 and `half` at 4."""

    def __init__(self, *, echo: bool = True, hopper: HopperSimulator | None = None) -> None:
        self.notes = BillValidatorSimulator(stacker=None, echo=False)
        self.coins = CoinAcceptorSimulator(box=None, echo=False)
        self.yuan = hopper or HopperSimulator(kept=None, fen=100, echo=False, coins=50, interval=0.1)
        self.half = HopperSimulator(kept=None, fen=50, address=4, echo=False, coins=50, interval=0.1)
        line = CcTalkLineSimulator(
            {"notes": self.notes, "coins": self.coins, "yuan": self.yuan, "half": self.half}, echo=echo
        )
        super().__init__(device=line, echo=echo)
        self.plug(line)

    def bus(self) -> CcTalkBus:
        """The line as a new process of the host would have it."""
        return CcTalkBus(self.open, echo=self.echo, clock=lambda: self.now)


class BenchLink:
    """Implements drivers.link.Link."""

    def __init__(self, bench: Wire) -> None:
        self._bench = bench
        self.closed = False

    def write(self, data: bytes) -> None:
        bench = self._bench
        if self.closed or bench.pulled:
            raise DeviceGone("The line is closed", "Open it again.")
        bench.now += 0.02
        bench.device.tick(bench.now)
        bench.sent.append(data)
        arrived = bench.arrived
        if bench.deaf:
            bench.deaf -= 1
        else:
            before = len(arrived)
            bench.device.feed(data)
            behind_echo = before + (len(data) if bench.echo else 0)
            if bench.mute:
                bench.mute -= 1
                del arrived[behind_echo:]
            elif bench.noise:
                arrived[behind_echo:behind_echo], bench.noise = bench.noise, b""
        waiting, bench.meanwhile = bench.meanwhile, []
        for questions, act in waiting:
            if questions:
                bench.meanwhile.append((questions - 1, act))
            else:
                act()

    def read(self, timeout: float) -> bytes:
        bench = self._bench
        if bench.pulled:
            raise DeviceGone("The adaptor is out", "Put it in.")
        if not bench.arrived and timeout > 0:
            bench.now += timeout
            bench.device.tick(bench.now)
        data = bytes(bench.arrived)
        bench.arrived.clear()
        return data

    def close(self) -> None:
        self.closed = True
