"""A simulated line scanner: holds a code in front of itself when it is told to."""

from typing import Any

from drivers.simulation import Send, Simulator

COMMANDS = ("scan", "scan_bytes")


class ScannerSimulator(Simulator):
    """Sends lines as a scanner does, whatever is in them; what the host sends is counted and not understood.

    `do`: scan(text=…) sends the text and the ending; scan_bytes(hex=…) sends these bytes and nothing else.
    """

    def __init__(self, *, ending: bytes = b"\r") -> None:
        self._ending = ending
        self._send: Send = lambda _: None
        self._scans = 0
        self._heard = 0

    def attach(self, send: Send) -> None:
        """See Simulator.attach."""
        self._send = send

    def feed(self, data: bytes) -> None:
        """See Simulator.feed."""
        self._heard += len(data)

    def tick(self, now: float) -> None:
        """See Simulator.tick. Nothing happens in a scanner by itself."""

    def do(self, command: str, **arguments: Any) -> dict[str, Any]:
        """See the class."""
        match command:
            case "scan":
                data = str(arguments["text"]).encode() + self._ending
            case "scan_bytes":
                data = bytes.fromhex(arguments["hex"])
            case _:
                raise ValueError(f"A scanner does {' and '.join(COMMANDS)}, not {command!r}")
        self._scans += 1
        self._send(data)
        return {"sent": len(data)}

    def state(self) -> dict[str, Any]:
        """Return how often it was made to scan and how many bytes it heard from the host."""
        return {"scans": self._scans, "heard": self._heard}
