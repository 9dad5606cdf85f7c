"""A simulated LOT turnstile: its registers, its permits and their times, and the lane that people walk through."""

import time
from collections.abc import Callable
from typing import Any

from drivers.barrier.lot import PERMITS, Mode, Register
from drivers.barrier.mbap import MessageDecoder, to_message
from drivers.barrier.modbus import (
    DEVICE_FAILURE,
    ILLEGAL_ADDRESS,
    ILLEGAL_FUNCTION,
    ILLEGAL_VALUE,
    Foreign,
    ReadRegisters,
    Refused,
    Reply,
    Request,
    Words,
    WriteRegisters,
    Written,
)
from drivers.barrier.simulated_modbus import ModbusLaneSimulator
from drivers.simulation import Send, Simulator

FREE = 0xFFFF
SETTINGS = {
    Register.ACCUMULATE: 0,
    Register.WAIT_FOR_START: 7,
    Register.WAIT_FOR_FINISH: 7,
    Register.DEAD_ZONE: 30,
    Register.NO_CHANGE: 7,
    Register.MOTOR: 7,
}
"""What the maker sets in the factory."""

COUNTED = {"in": ("passages", Register.PERMIT_ENTRY), "out": ("passages_out", Register.PERMIT_EXIT)}


class LotSimulator(ModbusLaneSimulator):
    """Permits lapse after the waiting time when nobody starts, and after the passing time when nobody finishes.

    `do`: what a lane does (SimulatedLane.do), where fire(on) is the mode ANTIPANIC; mode(mode=0..2);
    permit_stuck(on, how="ignored" or "exception") for a turnstile that takes no permits.
    """

    def __init__(self, *, unit: int = 1, arm_ms: int = 250, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(unit=unit, arm_ms=arm_ms, clock=clock)
        self._settings: dict[int, int] = {int(register): value for register, value in SETTINGS.items()}
        self._permits = dict.fromkeys((int(register) for register in PERMITS.values()), 0)
        self._until = 0.0  # when the permits lapse
        self._started = False
        self._counted = dict.fromkeys(self._lane.counts, 0)
        self._mode = Mode.NORMAL.value

    def do(self, command: str, **arguments: Any) -> dict[str, Any]:
        """See the class."""
        self._pass_time(self._clock())
        match command:
            case "fire":
                self._set_mode(Mode.ANTIPANIC if arguments.get("on", True) else Mode.NORMAL)
            case "mode":
                self._set_mode(Mode(arguments["mode"]))
            case "permit_stuck":
                self._stick(arguments)
            case _:
                return self._lane.do(self._now, command, **arguments)
        return {}

    def state(self) -> dict[str, Any]:
        """Return the lane's truth, the registers behind it, and `opened`: permits given."""
        self._pass_time(self._clock())
        return {
            "permits": {"in": self._permits[Register.PERMIT_ENTRY], "out": self._permits[Register.PERMIT_EXIT]},
            "coil": self._let_in(),
            "opened": self._opened,
            **self._lane.state(),
            "mode": self._mode,
            "settings": {f"{register:#06x}": value for register, value in self._settings.items()},
            "requests": self._requests,
        }

    def _set_mode(self, mode: Mode) -> None:
        self._mode = mode.value
        self._lane.fire = mode is Mode.ANTIPANIC
        if mode is Mode.BLOCKED:
            self._cancel()

    def _cancel(self) -> None:
        self._permits = dict.fromkeys(self._permits, 0)

    def _let_in(self) -> bool:
        return any(self._permits.values())

    def _moved(self) -> None:
        lane = self._lane
        for counter, permit in COUNTED.values():
            for _ in range(lane.counts[counter] - self._counted[counter]):
                if 0 < self._permits[permit] < FREE:
                    self._permits[permit] -= 1
            self._counted[counter] = lane.counts[counter]
        inside = lane.blocked("entry") or lane.blocked("exit")
        if inside and not self._started:
            self._started, self._until = True, self._now + self._settings[Register.WAIT_FOR_FINISH]
        elif not inside:
            self._started = False
        if self._now >= self._until and FREE not in self._permits.values():
            self._cancel()

    def _reply(self, request: Request | Foreign) -> Reply:
        match request:
            case ReadRegisters(first=first, count=count):
                known = self._registers()
                if count < 1 or any(first + place not in known for place in range(count)):
                    return Refused(code=ILLEGAL_ADDRESS)
                return Words(values=tuple(known[first + place] for place in range(count)))
            case WriteRegisters(first=first, values=values):
                for place, value in enumerate(values):
                    if refused := self._write(first + place, value):
                        return refused
                return Written()
            case _:
                return Refused(code=ILLEGAL_FUNCTION)

    def _registers(self) -> dict[int, int]:
        lane = self._lane
        known: dict[int, int] = {
            Register.OBJECT_ENTRY: 3 if lane.blocked("entry") else 0,
            Register.OBJECT_EXIT: 5 if lane.blocked("exit") else 0,
            Register.PASSED_ENTRY_LOW: lane.counts["passages"] & 0xFFFF,
            Register.PASSED_ENTRY_HIGH: lane.counts["passages"] >> 16,
            Register.PASSED_EXIT_LOW: lane.counts["passages_out"] & 0xFFFF,
            Register.PASSED_EXIT_HIGH: lane.counts["passages_out"] >> 16,
            Register.ERROR: int(lane.jammed),
            Register.MODE: self._mode,
        }
        return known | self._permits | self._settings

    def _write(self, register: int, value: int) -> Refused | None:
        if register in self._settings:
            self._settings[register] = value
        elif register == Register.MODE:
            if value > Mode.ANTIPANIC:
                return Refused(code=ILLEGAL_VALUE)
            self._set_mode(Mode(value))
        elif register in self._permits:
            if self._stuck == "exception":
                return Refused(code=DEVICE_FAILURE)
            if not self._stuck:
                self._permit(register, value)
        else:
            return Refused(code=ILLEGAL_ADDRESS)
        return None

    def _permit(self, register: int, value: int) -> None:
        if self._mode == Mode.BLOCKED:
            return
        if value in (0, FREE):
            self._permits[register] = value
            return
        more = self._permits[register] + value if self._settings[Register.ACCUMULATE] else 1
        self._permits[register] = min(more, FREE - 1)
        self._opened += 1
        if not self._started:
            self._until = self._now + self._settings[Register.WAIT_FOR_START]


class OverTcp(Simulator):
    """Puts a simulated device that speaks Modbus RTU behind Modbus/TCP."""

    def __init__(self, device: Simulator) -> None:
        self._device = device
        self._decoder = MessageDecoder()
        self._transaction = 0

    def attach(self, send: Send) -> None:
        """See Simulator.attach."""
        self._device.attach(lambda frame: send(to_message(self._transaction, frame)))

    def feed(self, data: bytes) -> None:
        """See Simulator.feed."""
        for transaction, frame in self._decoder.feed(data):
            self._transaction = transaction
            self._device.feed(frame)

    def tick(self, now: float) -> None:
        """See Simulator.tick."""
        self._device.tick(now)

    def do(self, command: str, **arguments: Any) -> dict[str, Any]:
        """See Simulator.do."""
        return self._device.do(command, **arguments)

    def state(self) -> dict[str, Any]:
        """See Simulator.state."""
        return self._device.state()
