"""A simulated SSI scanner: parameters, sessions, and codes that are sent again until the host has acknowledged them."""

import time
from collections import deque
from typing import Any

from drivers.scanner.ssi_codec import (
    HOST_TRIGGER,
    LARGEST,
    Cause,
    Damaged,
    Decoder,
    Operation,
    Packet,
    Parameter,
    Source,
    Status,
    encode,
)
from drivers.simulation import Send, Simulator

COMMANDS = ("scan", "scan_bytes", "damage", "refuse", "power_cycle")
AS_DELIVERED: dict[int, int] = {
    Parameter.DECODE_TIMEOUT: 30,
    Parameter.TRIGGER: 0,
    Parameter.HANDSHAKE: 1,
    Parameter.PACKETS: 0,
}
QR_CODE = 0x1C
TRIES = 3


class SsiSimulator(Simulator):
    """Answers the host, runs sessions, and keeps a code's packets until each is acknowledged or was sent three times.

    `do`: scan(text=…) shows a code until it is read; scan_bytes(hex=…) the same, of any bytes; damage(packets=n)
    breaks one bit in the next n packets with codes; refuse(on=bool) answers DENIED to everything; power_cycle forgets
    what was set. `patience` is the time in seconds that it waits for an acknowledgement.
    """

    def __init__(self, *, patience: float = 2.0) -> None:
        self._patience = patience
        self._send: Send = lambda _: None
        self._decoder = Decoder(Source.HOST)
        self._refuses = False
        self._damaged = 0
        self._scans = self._sent_again = self._given_up = 0
        self._shown: deque[bytes] = deque()
        self._power_up()

    def _power_up(self) -> None:
        self._parameters = dict(AS_DELIVERED)
        self._outgoing: deque[Packet] = deque()
        self._tries = 0
        self._again_at = 0.0
        self._session_until: float | None = None

    def attach(self, send: Send) -> None:
        """See Simulator.attach."""
        self._send = send

    def feed(self, data: bytes) -> None:
        """See Simulator.feed."""
        for event in self._decoder.feed(data):
            match event:
                case Damaged():
                    self._reply(Operation.NAK, bytes((Cause.RESEND,)))
                case Packet(operation=Operation.ACK):
                    self._acknowledged()
                case Packet(operation=Operation.NAK):
                    self._send_again()
                case Packet():
                    self._obey(event)

    def tick(self, now: float) -> None:
        """See Simulator.tick."""
        if self._session_until is not None and now >= self._session_until:
            self._session_until = None
        if self._tries and now >= self._again_at:
            self._send_again()
        if self._shown and self._reads and not self._outgoing:
            self._read(self._shown.popleft())

    def do(self, command: str, **arguments: Any) -> dict[str, Any]:
        """See the class."""
        match command:
            case "scan":
                self._shown.append(str(arguments["text"]).encode())
            case "scan_bytes":
                self._shown.append(bytes.fromhex(arguments["hex"]))
            case "damage":
                self._damaged = int(arguments["packets"])
            case "refuse":
                self._refuses = bool(arguments["on"])
            case "power_cycle":
                self._power_up()
            case _:
                raise ValueError(f"This scanner does {', '.join(COMMANDS)}, not {command!r}")
        return {}

    def state(self) -> dict[str, Any]:
        """Return how it is set, what waits in front of it and what became of the codes that it read."""
        return {
            "trigger": self._parameters[Parameter.TRIGGER],
            "packets": bool(self._parameters[Parameter.PACKETS]),
            "reading": self._reads,
            "waiting": len(self._shown),
            "scans": self._scans,
            "unacknowledged": len(self._outgoing),
            "sent_again": self._sent_again,
            "given_up": self._given_up,
        }

    @property
    def _reads(self) -> bool:
        return self._session_until is not None

    def _reply(self, operation: Operation, data: bytes = b"") -> None:
        self._send(encode(Packet(operation=operation, source=Source.SCANNER, data=data)))

    def _obey(self, packet: Packet) -> None:
        if self._refuses:
            self._reply(Operation.NAK, bytes((Cause.DENIED,)))
            return
        match packet.operation:
            case Operation.PARAM_SEND:
                pairs = packet.data[1:]
                self._parameters.update(zip(pairs[::2], pairs[1::2], strict=False))
            case Operation.START_SESSION if self._parameters[Parameter.TRIGGER] != HOST_TRIGGER:
                self._reply(Operation.NAK, bytes((Cause.DENIED,)))
                return
            case Operation.START_SESSION:
                tenths = self._parameters[Parameter.DECODE_TIMEOUT]
                self._session_until = time.monotonic() + tenths / 10
            case Operation.STOP_SESSION:
                self._session_until = None
            case Operation.SCAN_ENABLE | Operation.LED_ON | Operation.LED_OFF | Operation.BEEP | Operation.FLUSH_QUEUE:
                pass
            case _:
                self._reply(Operation.NAK, bytes((Cause.BAD_CONTEXT,)))
                return
        self._reply(Operation.ACK)

    def _read(self, code: bytes) -> None:
        self._session_until = None
        self._scans += 1
        if not self._parameters[Parameter.PACKETS]:
            self._send(code)
            return
        room = LARGEST - 1
        parts = [code[at : at + room] for at in range(0, len(code), room)] or [b""]
        for number, part in enumerate(parts, 1):
            status = Status.TO_BE_CONTINUED if number < len(parts) else Status.FIRST
            data = bytes((QR_CODE,)) + part
            self._outgoing.append(
                Packet(operation=Operation.DECODE_DATA, source=Source.SCANNER, status=status, data=data)
            )
        self._send_first()

    def _send_first(self, status: Status = Status.FIRST) -> None:
        packet = self._outgoing[0]
        again = Packet(
            operation=packet.operation, source=packet.source, status=packet.status | status, data=packet.data
        )
        data = bytearray(encode(again))
        if self._damaged:
            self._damaged -= 1
            data[len(data) // 2] ^= 0x08
        self._tries += 1
        self._again_at = time.monotonic() + self._patience
        self._send(bytes(data))

    def _acknowledged(self) -> None:
        if not self._tries:
            return
        self._outgoing.popleft()
        self._tries = 0
        if self._outgoing:
            self._send_first()

    def _send_again(self) -> None:
        if not self._tries:
            return
        if self._tries < TRIES:
            self._sent_again += 1
            self._send_first(Status.AGAIN)
            return
        self._outgoing.clear()
        self._tries = 0
        self._given_up += 1
