"""A simulated relay board with the lane that hangs on it: an arm, two beams, a fire loop, and people who walk."""

import math
import time
from collections.abc import Callable
from typing import Any, assert_never

from drivers.barrier.modbus import (
    DEVICE_FAILURE,
    ILLEGAL_ADDRESS,
    ILLEGAL_FUNCTION,
    ILLEGAL_VALUE,
    OFF,
    ON,
    READ_COILS,
    Bits,
    Foreign,
    ReadBits,
    ReadRegisters,
    Refused,
    Reply,
    Request,
    WriteCoil,
    WriteCoils,
    WriteRegisters,
    Written,
    encode_reply,
)
from drivers.barrier.modbus_decoders import RequestDecoder
from drivers.barrier.simulated_lane import STEP, SimulatedLane
from drivers.simulation import Send, Simulator

SIZE = 8
"""Outputs, and inputs, of the board."""

ALL_COILS = 0x00FF
FLASH_ON = 0x0200
TOGGLE = 0x5500
FRAME_GAP = 0.05


class RelayBoardSimulator(Simulator):
    """Eight coils with flash timers and eight inputs: 0 entry beam, 1 exit beam, 2 fire loop (low = fire), 3 jammed.

    `do`: what a lane does (SimulatedLane.do), and
    coil_stuck(on, how="ignored") acknowledges writes without doing them, how="exception" answers "device failure".
    """

    def __init__(
        self,
        *,
        unit: int = 1,
        coil: int = 0,
        exit_coil: int | None = None,
        arm_ms: int = 250,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._unit = unit
        self._arm_coils = (coil,) if exit_coil is None else (coil, exit_coil)
        self._clock = clock
        self._now = clock()
        self._last_byte = self._now
        self._decoder = RequestDecoder(unit)
        self._send: Send = lambda _: None
        self._coils_until = [0.0] * SIZE  # a coil is on until its time; inf when it was switched on for good
        self._lane = SimulatedLane(arm_ms)
        self._stuck = ""
        self._opened = 0
        self._requests = 0

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

    def do(self, command: str, **arguments: Any) -> dict[str, Any]:
        """See the class."""
        self._pass_time(self._clock())
        match command:
            case "coil_stuck":
                how = arguments.get("how", "ignored")
                if how not in ("ignored", "exception"):
                    raise ValueError(f"how is ignored or exception, not {how!r}")
                self._stuck = how if arguments.get("on", True) else ""
            case _:
                return self._lane.do(self._now, command, **arguments)
        return {}

    def state(self) -> dict[str, Any]:
        """Return the lane's truth, and `opened`: pulses that a coil really gave; `coil`: whether one opens the arm."""
        self._pass_time(self._clock())
        return {
            "coil": self._arm_coil_is_on(),
            "opened": self._opened,
            **self._lane.state(),
            "coil_stuck": bool(self._stuck),
            "requests": self._requests,
        }

    def _pass_time(self, now: float) -> None:
        while self._now < now:
            self._now = min(self._now + STEP, now)
            self._lane.move(self._now, coil=self._arm_coil_is_on())

    def _arm_coil_is_on(self) -> bool:
        return any(self._is_on(coil) for coil in self._arm_coils)

    def _is_on(self, coil: int) -> bool:
        return self._now < self._coils_until[coil]

    def _inputs(self) -> tuple[bool, ...]:
        lane = self._lane
        seen = (lane.blocked("entry"), lane.blocked("exit"), not lane.fire, lane.jammed)
        return seen + (False,) * (SIZE - len(seen))

    def _reply(self, request: Request | Foreign) -> Reply:
        match request:
            case ReadBits(function=function, first=first, count=count):
                if count < 1 or first + count > SIZE:
                    return Refused(code=ILLEGAL_ADDRESS)
                coils = tuple(self._is_on(coil) for coil in range(SIZE))
                return Bits(values=(coils if function == READ_COILS else self._inputs())[first : first + count])
            case WriteCoil(address=address, value=value):
                return self._write(address, value)
            case WriteCoils(first=first, values=values):
                if not values or first + len(values) > SIZE:
                    return Refused(code=ILLEGAL_ADDRESS)
                for place, value in enumerate(values):
                    reply = self._write(first + place, ON if value else OFF)
                    if isinstance(reply, Refused):
                        return reply
                return Written()
            case Foreign() | ReadRegisters() | WriteRegisters():
                return Refused(code=ILLEGAL_FUNCTION)
            case _:
                assert_never(request)

    def _write(self, address: int, value: int) -> Reply:
        kind, coil = address & 0xFF00, address & 0x00FF
        everyone = address == ALL_COILS
        if not everyone and (coil >= SIZE or kind not in (0, FLASH_ON)):
            return Refused(code=ILLEGAL_ADDRESS)
        if (kind == 0 and value not in (ON, OFF, TOGGLE)) or (kind and value < 1):
            return Refused(code=ILLEGAL_VALUE)
        if self._stuck == "exception":
            return Refused(code=DEVICE_FAILURE)
        if self._stuck:
            return Written()
        for each in range(SIZE) if everyone else (coil,):
            self._switch(each, kind, value)
        return Written()

    def _switch(self, coil: int, kind: int, value: int) -> None:
        if kind == FLASH_ON:
            until = self._now + value / 10
        else:
            on = not self._is_on(coil) if value == TOGGLE else value == ON
            until = math.inf if on else 0.0
        self._coils_until[coil] = until
        if coil in self._arm_coils and until:
            self._opened += 1
