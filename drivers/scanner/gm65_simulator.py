"""A simulated GM65: registers that are forgotten with the power, a trigger, and a person with a code in the hand."""

import time
from collections import deque
from typing import Any

from drivers.scanner.gm65_codec import (
    MODE_BITS,
    Kind,
    Mode,
    Register,
    Reply,
    Request,
    RequestDecoder,
    encode_reply,
)
from drivers.simulation import Send, Simulator

COMMANDS = ("scan", "scan_bytes", "power_cycle")
AS_DELIVERED: dict[int, int] = {Register.READING: 0xD6, Register.READ_TIME: 50}
FORGETS_REQUEST = 0.4  # seconds without the rest of a request


class Gm65Simulator(Simulator):
    """Answers requests as the module does (wrong ones not at all), and reads when its mode and its trigger let it.

    `do`: scan(text=…) shows a code until it is read; scan_bytes(hex=…) sends these bytes at once and nothing else;
    power_cycle forgets what was set.
    """

    def __init__(self) -> None:
        self._send: Send = lambda _: None
        self._requests = RequestDecoder()
        self._registers = dict(AS_DELIVERED)
        self._shown: deque[str] = deque()
        self._reading_until: float | None = None
        self._last_byte = 0.0
        self._scans = self._triggers = 0

    def attach(self, send: Send) -> None:
        """See Simulator.attach."""
        self._send = send

    def feed(self, data: bytes) -> None:
        """See Simulator.feed."""
        self._last_byte = time.monotonic()
        for request in self._requests.feed(data):
            self._answer(request)

    def tick(self, now: float) -> None:
        """See Simulator.tick."""
        if now - self._last_byte > FORGETS_REQUEST:
            self._requests.reset()
        if self._reading_until is not None and now >= self._reading_until:
            self._reading_until = None
        if self._shown and self._reads:
            self._send(self._shown.popleft().encode() + b"\r")
            self._scans += 1
            self._reading_until = None

    def do(self, command: str, **arguments: Any) -> dict[str, Any]:
        """See the class."""
        match command:
            case "scan":
                self._shown.append(str(arguments["text"]))
                return {"waiting": len(self._shown)}
            case "scan_bytes":
                data = bytes.fromhex(arguments["hex"])
                self._send(data)
                return {"sent": len(data)}
            case "power_cycle":
                self._registers = dict(AS_DELIVERED)
                self._reading_until = None
                self._requests.reset()
                return {}
            case _:
                raise ValueError(f"This scanner does {', '.join(COMMANDS)}, not {command!r}")

    def state(self) -> dict[str, Any]:
        """Return mode, whether it reads, what waits in front of it, and how often it read and was triggered."""
        return {
            "mode": self._mode.name,
            "reading": self._reads,
            "waiting": len(self._shown),
            "scans": self._scans,
            "triggers": self._triggers,
        }

    @property
    def _mode(self) -> Mode:
        return Mode(self._registers[Register.READING] & MODE_BITS)

    @property
    def _reads(self) -> bool:
        return self._reading_until is not None or self._mode in (Mode.CONTINUOUS, Mode.SENSOR)

    def _answer(self, request: Request) -> None:
        match request.kind:
            case Kind.READ:
                count = request.data[0] or 256
                data = bytes(self._registers.get(request.address + place, 0) for place in range(count))
                if len(data) < 256:
                    self._send(encode_reply(Reply(kind=0, data=data)))
            case Kind.WRITE:
                for place, value in enumerate(request.data):
                    self._write(request.address + place, value)
                self._send(encode_reply(Reply(kind=0, data=b"\0")))
            case Kind.SAVE:
                self._send(encode_reply(Reply(kind=0, data=b"\0")))

    def _write(self, address: int, value: int) -> None:
        if address != Register.TRIGGER:
            self._registers[address] = value
        elif not value & 1:
            self._reading_until = None
        elif self._mode is Mode.COMMAND:
            self._triggers += 1
            tenths = self._registers[Register.READ_TIME]
            self._reading_until = time.monotonic() + tenths / 10 if tenths else float("inf")
