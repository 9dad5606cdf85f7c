"""What the lane's controller itself adds to a passage, with a simulated relay board on a terminal line in this process.

Two moments of a passenger's: from the use being on the disk to the open command on the wire, and from the exit beam
being free to the lane being ready for the next. The arm's own time and the walking are the device's and the person's.
"""

import threading
import time
from collections.abc import Callable
from itertools import cycle

from drivers.barrier import Way
from drivers.barrier.relay_board import ModbusRelayBarrier
from drivers.barrier.simulator import RelayBoardSimulator
from drivers.link import open_link
from drivers.simulation import Send, Station
from gate.controller import Controller
from gate.lane import State
from gate.observe import Observers
from gate.readers import Inputs
from gate.shown import Code
from station.bench import imagined, stock
from station.bench.deciding import SETTINGS, Gate
from station.bench.floor import Floor
from station.bench.measure import MS, Line, median, percentile, told, until, wall
from sync.points import after_commit
from tickets.credential import issue
from tickets.events import Kind

WALK_MS, ARM_MS = 120, 50
"""A hurried passenger and a quick arm: neither is counted."""
STRIDES = range(0, 30, 7)
"""Milliseconds by which they walk slower, each in turn: beams are looked at every 30, and not always at one moment."""
_WRITE_COIL = 5
_CLAIMED = after_commit("gate", Kind.USE_CLAIMED)


class _Board(RelayBoardSimulator):
    """A relay board that remembers when it was told to open, and when it first told that the exit beam is free."""

    def __init__(self) -> None:
        super().__init__(arm_ms=ARM_MS)
        self.opened = self.told_free = 0.0
        self._blocked = False

    def attach(self, send: Send) -> None:
        """See Simulator.attach."""

        def sent(data: bytes) -> None:
            blocked = bool(self.state()["exit_blocked"])
            if self._blocked and not blocked:
                self.told_free = time.perf_counter()
            self._blocked = blocked
            send(data)

        super().attach(sent)

    def feed(self, data: bytes) -> None:
        """See Simulator.feed."""
        if not self.opened and data[1:2] == bytes([_WRITE_COIL]):
            self.opened = time.perf_counter()
        super().feed(data)


class _Watch(Observers):
    """When the lane came to stand where it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.state = ""
        self.since = 0.0

    def stands(self, lane: str, state: str) -> None:
        """See Observer.stands."""
        super().stands(lane, state)
        self.since, self.state = time.perf_counter(), state


class _Durable:
    """When the last use was on the disk."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self, point: str) -> None:
        if point == _CLAIMED:
            self.at = time.perf_counter()


def run(store: stock.Stock, passages: int) -> list[Line]:
    """Let so many passengers through, one after the other. Raises NotMeasured."""
    stock.set_clock(store.directory)
    durable, watch, board, inputs, stop = _Durable(), _Watch(), _Board(), Inputs(), threading.Event()
    floor = Floor(store.directory / "passage-floor.db")
    line = Station(board, f"pty:{store.directory / 'passage-board'}")
    with line, Gate(store.directory, probe=durable) as gate:
        controller = Controller(
            settings=SETTINGS,
            decider=gate.decider(),
            journal=gate.journal,
            barrier=ModbusRelayBarrier(lambda: open_link(line.address, baud=115_200)),
            inputs=inputs,
            announce={Way.IN: lambda _: None},
            observer=watch,
        )
        controller.start()
        lane = threading.Thread(target=_step, args=(controller, stop), name="lane", daemon=True)
        lane.start()
        try:
            times = [
                _pass(line, board, durable, watch, inputs, issue(ticket, imagined.key("ticket")), WALK_MS + later)
                for (ticket, _), later in zip(store.take(passages, by_till=False), cycle(STRIDES), strict=False)
            ]
        finally:
            stop.set()
            lane.join(5)
        insert = median([wall(lambda: floor(0)) for _ in range(passages)])
    floor.close()
    return _lines(times, insert)


def _step(controller: Controller, stop: threading.Event) -> None:
    while not stop.is_set():
        controller.step()


def _pass(
    line: Station, board: _Board, durable: _Durable, watch: _Watch, inputs: Inputs, text: str, walk_ms: int
) -> tuple[float, float, float]:
    """Milliseconds: durable → open command; exit beam free → told by the board; told → the lane is ready."""
    is_in: Callable[[State], Callable[[], bool]] = lambda state: lambda: watch.state == state.value  # noqa: E731
    until(is_in(State.LOCKED), "the lane to be free", every=0.001)
    board.opened = board.told_free = 0.0
    inputs.put(Code(text=text))
    until(is_in(State.AUTHORISED), "the passenger to be let in", every=0.001)
    until(lambda: line.state()["arm"] == "open", "the arm", every=0.001)
    line.do("walk_through", ms=walk_ms)
    free = time.perf_counter() + walk_ms / 1000
    until(lambda: watch.state == State.LOCKED.value and watch.since > free, "the passenger to be through", every=0.001)
    told_free = max(board.told_free, free)
    return (board.opened - durable.at) * MS, (told_free - free) * MS, (watch.since - told_free) * MS


def _lines(times: list[tuple[float, float, float]], insert: float) -> list[Line]:
    opening, looking, ready = zip(*times, strict=True)
    both = [look + rest for look, rest in zip(looking, ready, strict=True)]
    against = f"one durable insert, for what became of the use: {insert:.3g} ms"
    lines = []
    for which, share in (("median", 50), ("p95", 95)):
        lines += [
            told(f"passage, use durable → open command on the wire, {which}", percentile(opening, share), "ms"),
            told(f"passage, exit beam free → lane ready, {which}", percentile(both, share), "ms", against=against),
        ]
    lines.append(told("passage, of that: until the beams are looked at, median", median(looking), "ms"))
    return lines
