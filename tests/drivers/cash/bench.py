"""A simulated validator on a line in this process: exact, instant, with a clock of its own and faults to order."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from drivers.cash.cctalk import CcTalkBillValidator
from drivers.cash.simulator import BillValidatorSimulator
from drivers.faults import DeviceGone


@dataclass
class Bench:
    """The device, the line and the time; `validator()` gives a driver as a new process of the host would have it."""

    stacker: Path | None = None
    now: float = 1000.0
    deaf: int = 0  # questions that will not arrive
    mute: int = 0  # answers that will be lost
    meanwhile: list[tuple[int, Callable[[], None]]] = field(default_factory=list)  # after so many more questions
    sent: list[bytes] = field(default_factory=list)
    echo: bool = True
    travel: float = 0.2
    arrived: bytearray = field(default_factory=bytearray)
    device: BillValidatorSimulator = field(init=False)

    def __post_init__(self) -> None:
        self.switch_on()

    def switch_on(self) -> None:
        """Start the device's process anew from its file, as after kill -9."""
        self.device = BillValidatorSimulator(stacker=self.stacker, echo=self.echo, travel=self.travel)
        self.device.attach(self.arrived.extend)
        self.device.tick(self.now)

    def validator(self, *, echo: bool = True) -> CcTalkBillValidator:
        return CcTalkBillValidator(lambda: BenchLink(self), echo=echo, clock=lambda: self.now)

    def do(self, command: str) -> None:
        """Work the device by hand, whatever it answers."""
        self.device.do(command)

    def wait(self, seconds: float) -> None:
        """Let time pass in steps that a device would notice."""
        for _ in range(max(1, round(seconds / 0.1))):
            self.now += 0.1
            self.device.tick(self.now)

    @property
    def total(self) -> int:
        total: int = self.device.state()["total_fen"]
        return total


class BenchLink:
    """Implements drivers.link.Link."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._closed = False

    def write(self, data: bytes) -> None:
        bench = self._bench
        if self._closed:
            raise DeviceGone("The line is closed", "Open it again.")
        bench.now += 0.02
        bench.device.tick(bench.now)
        bench.sent.append(data)
        arrived = bench.arrived
        if bench.deaf:
            bench.deaf -= 1
        else:
            bench.device.feed(data)
            if bench.mute:
                bench.mute -= 1
                del arrived[len(data) if bench.echo else 0 :]
        waiting, bench.meanwhile = bench.meanwhile, []
        for questions, act in waiting:
            if questions:
                bench.meanwhile.append((questions - 1, act))
            else:
                act()

    def read(self, timeout: float) -> bytes:
        bench = self._bench
        if not bench.arrived and timeout > 0:
            bench.now += timeout
            bench.device.tick(bench.now)
        data = bytes(bench.arrived)
        bench.arrived.clear()
        return data

    def close(self) -> None:
        self._closed = True
