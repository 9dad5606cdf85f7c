"""Simulated line scanners that take commands: a Honeywell that waits for its trigger, a Newland that can be set."""

import re
import time
from collections import deque
from typing import Any

from drivers.scanner.triggered import ENTER, ENTERED, LEAVE, LEFT, TRIGGER, TRIGGER_OFF
from drivers.simulation import Send, Simulator

LEAVES_SETUP = 5.0  # seconds


class HoneywellSimulator(Simulator):
    """Reads between SYN T CR and SYN U CR, a code or `timeout` seconds. `do`: scan(text=…) shows a code until read."""

    def __init__(self, *, timeout: float = 5.0) -> None:
        self._timeout = timeout
        self._send: Send = lambda _: None
        self._heard = bytearray()
        self._shown: deque[str] = deque()
        self._until: float | None = None
        self._triggers = self._scans = 0

    def attach(self, send: Send) -> None:
        """See Simulator.attach."""
        self._send = send

    def feed(self, data: bytes) -> None:
        """See Simulator.feed."""
        for byte in data:
            self._heard.append(byte)
            if self._heard.endswith(TRIGGER):
                self._triggers += 1
                self._until = time.monotonic() + self._timeout
            elif self._heard.endswith(TRIGGER_OFF):
                self._until = None
            del self._heard[:-2]

    def tick(self, now: float) -> None:
        """See Simulator.tick."""
        if self._until is not None and now >= self._until:
            self._until = None
        if self._shown and self._until is not None:
            self._until = None
            self._scans += 1
            self._send(self._shown.popleft().encode() + b"\r")

    def do(self, command: str, **arguments: Any) -> dict[str, Any]:
        """See the class."""
        if command != "scan":
            raise ValueError(f"This scanner does scan, not {command!r}")
        self._shown.append(str(arguments["text"]))
        return {"waiting": len(self._shown)}

    def state(self) -> dict[str, Any]:
        """Return whether it reads, and how often it was triggered and read."""
        return {"reading": self._until is not None, "triggers": self._triggers, "scans": self._scans}


class NewlandSimulator(Simulator):
    """Takes `known` commands in its setup, says `?` to others, and reads outside it. `do`: scan(text=…)."""

    def __init__(self, *, known: frozenset[str] = frozenset({"99900113", "99900114"})) -> None:
        self._known = known
        self._send: Send = lambda _: None
        self._heard = b""
        self._in_setup = False
        self._last_byte = 0.0
        self._commands: list[str] = []
        self._scans = 0

    def attach(self, send: Send) -> None:
        """See Simulator.attach."""
        self._send = send

    def feed(self, data: bytes) -> None:
        """See Simulator.feed."""
        self._last_byte = time.monotonic()
        self._heard += data
        while said := re.match(rb"(?s).*?(\$\$\$\$|%%%%|#(\d{8});)", self._heard):
            self._heard = self._heard[said.end() :]
            if said[1] == ENTER:
                self._in_setup = True
                self._send(ENTERED)
            elif said[1] == LEAVE and self._in_setup:
                self._in_setup = False
                self._send(LEFT)
            elif said[2] and self._in_setup:
                known = said[2].decode() in self._known
                self._commands += [said[2].decode()] if known else []
                self._send((b"!" if known else b"?") + said[2] + b";")
        self._heard = self._heard[-16:]

    def tick(self, now: float) -> None:
        """See Simulator.tick."""
        if now - self._last_byte > LEAVES_SETUP:
            self._in_setup = False

    def do(self, command: str, **arguments: Any) -> dict[str, Any]:
        """See the class."""
        if command != "scan":
            raise ValueError(f"This scanner does scan, not {command!r}")
        if not self._in_setup:
            self._scans += 1
            self._send(str(arguments["text"]).encode() + b"\r")
        return {"read": not self._in_setup}

    def state(self) -> dict[str, Any]:
        """Return the commands it took, and how often it read."""
        return {"in_setup": self._in_setup, "commands": self._commands, "scans": self._scans}
