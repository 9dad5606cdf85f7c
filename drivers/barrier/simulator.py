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
)
from drivers.barrier.simulated_modbus import ModbusLaneSimulator

SIZE = 8
"""Outputs, and inputs, of the board."""

ALL_COILS = 0x00FF
FLASH_ON = 0x0200
TOGGLE = 0x5500


class RelayBoardSimulator(ModbusLaneSimulator):
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
        super().__init__(unit=unit, arm_ms=arm_ms, clock=clock)
        self._arm_coils = (coil,) if exit_coil is None else (coil, exit_coil)
        self._coils_until = [0.0] * SIZE  # a coil is on until its time; inf when it was switched on for good

    def do(self, command: str, **arguments: Any) -> dict[str, Any]:
        """See the class."""
        self._pass_time(self._clock())
        match command:
            case "coil_stuck":
                self._stick(arguments)
            case _:
                return self._lane.do(self._now, command, **arguments)
        return {}

    def state(self) -> dict[str, Any]:
        """Return the lane's truth, and `opened`: pulses that a coil really gave; `coil`: whether one opens the arm."""
        self._pass_time(self._clock())
        return {
            "coil": self._let_in(),
            "opened": self._opened,
            **self._lane.state(),
            "coil_stuck": bool(self._stuck),
            "requests": self._requests,
        }

    def _let_in(self) -> bool:
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
