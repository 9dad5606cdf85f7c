"""A simulated lane behind a Modbus unit: requests are answered by their frames, and time passes in small steps."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from drivers.barrier.modbus import Foreign, Reply, Request, encode_reply
from drivers.barrier.modbus_decoders import RequestDecoder
from drivers.barrier.simulated_lane import STEP, SimulatedLane
from drivers.simulation import Send, Simulator

FRAME_GAP = 0.05


class ModbusLaneSimulator(Simulator, ABC):
    """What simulated barriers on Modbus have in common; `unit` is their address, `arm_ms` how long their arm takes."""

    def __init__(self, *, unit: int = 1, arm_ms: int = 250, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._now = self._last_byte = clock()
        self._decoder = RequestDecoder(unit)
        self._send: Send = lambda _: None
        self._lane = SimulatedLane(arm_ms)
        self._stuck = ""
        self._opened = self._requests = 0

    @abstractmethod
    def _reply(self, request: Request | Foreign) -> Reply:
        """Obey, and say how it went."""

    @abstractmethod
    def _let_in(self) -> bool:
        """Whether the arm is told to be open."""

    def _moved(self) -> None:
        """The lane has moved on by one step."""

    def attach(self, send: Send) -> None:
        """See Simulator.attach."""
        self._send = send

    def feed(self, data: bytes) -> None:
        """See Simulator.feed."""
        self._pass_time(self._clock())
        self._last_byte = self._now
        for request in self._decoder.feed(data):
            self._requests += 1
            self._send(encode_reply(request, self._reply(request)))

    def tick(self, now: float) -> None:
        """See Simulator.tick."""
        self._pass_time(now)
        if self._decoder.unfinished and now - self._last_byte >= FRAME_GAP:
            for foreign in self._decoder.end_frame():
                self._send(encode_reply(foreign, self._reply(foreign)))

    def _pass_time(self, now: float) -> None:
        while self._now < now:
            self._now = min(self._now + STEP, now)
            self._lane.move(self._now, coil=self._let_in())
            self._moved()

    def _stick(self, arguments: dict[str, Any]) -> None:
        """Set how writes fail from now on: "ignored" acknowledges them only; raises ValueError for another `how`."""
        how = arguments.get("how", "ignored")
        if how not in ("ignored", "exception"):
            raise ValueError(f"how is ignored or exception, not {how!r}")
        self._stuck = how if arguments.get("on", True) else ""
