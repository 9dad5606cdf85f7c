"""What the station consists of: its terminals with their configurations, their lanes, and the devices at each.

The second gate's controller has two lanes: one at check-in gate 1, so that two controllers check the same coach in, and
one at gate 2.
"""

import random
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

PANEL = "width_mm = 344\nheight_mm = 194\nwidth_px = 1920\nheight_px = 1080\nfullscreen = false"
BUDGET_MS = 1000
"""What the gates give the arbiter here. A station's relay answers within the usual 80 ms; this machine plays all of it
at once, and a gate that went on alone because of that would be no fault."""
PORTS = range(20_000, 30_000)
"""Where the relay listens: below what the kernel gives to callers, so that it is still free after a restart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LanePlace:
    """One lane: whose it is, at which check-in gate, what its process and its display are called, and its devices."""

    terminal: str
    gate: str
    process: str
    display: str
    scanner: str
    barrier: str


FIRST = {
    "1A": LanePlace(
        terminal="gate-1", gate="1", process="gate", display="display", scanner="scanner", barrier="barrier"
    )
}
SECOND = {
    "1B": LanePlace(
        terminal="gate-2",
        gate="1",
        process="gate-2",
        display="display-1B",
        scanner="scanner-1b",
        barrier="barrier-1b",
    ),
    "2A": LanePlace(
        terminal="gate-2",
        gate="2",
        process="gate-2",
        display="display-2A",
        scanner="scanner-2a",
        barrier="barrier-2a",
    ),
}

DEVICES = {
    "printer": ("printer", "tcp:127.0.0.1:0"),
    "cash": ("cash", "pty:PLACE"),
    "id-reader-kiosk": ("id-reader", "pty:PLACE"),
    "id-reader-gate": ("id-reader", "pty:PLACE"),
    "scanner": ("scanner", "pty:PLACE"),
    "barrier": ("barrier", "pty:PLACE"),
    "camera": ("camera", "tcp:127.0.0.1:0"),
}
SECOND_DEVICES = {
    name: (kind, "pty:PLACE")
    for place in SECOND.values()
    for name, kind in ((place.scanner, "scanner"), (place.barrier, "barrier"))
}
WHOLE_KIOSK_DEVICES = {"cash": ("cctalk-line", "pty:PLACE"), "scanner-kiosk": ("scanner", "pty:PLACE")}
"""A kiosk that takes more than notes: one ccTalk line with validator, coin acceptor and dispensers; a code scanner."""
DISPENSERS = {"yuan": (3, 100), "half": (4, 50)}
"""The line's dispensers by their names there: ccTalk address, and the value of their coins in fen."""
DISPENSER_COINS = 200
"""What is in each of them at first."""

KINDS = {"kiosk-1": "till", "gate-1": "gate", "gate-2": "gate", "relay-1": "relay"}
"""What each terminal is enrolled as."""


def write_configurations(
    terminals: Mapping[str, Path], address: Callable[[str], str], centre: str, relay: str | None
) -> None:
    """Write each terminal's `terminal.toml`. `address` answers where a device is, `centre` is a URL, `relay` is
    HOST:PORT or None: then the kiosk takes notes alone.
    """
    common = (
        f'directory = "."\n[centre]\nurl = "{centre}"\n'
        "[sync]\ninterval_seconds = 0.3\nretry_base_seconds = 0.3\nretry_cap_seconds = 2\n"
        "[display]\nfullscreen = false\nsounds = false\n"
    )
    if relay is not None:
        common += f'[relay]\nurl = "http://{relay}"\nbudget_ms = {BUDGET_MS}\n'

    def device(section: str, name: str) -> str:
        return f'[{section}]\naddress = "{address(name)}"\n'

    for name, store in terminals.items():
        match name:
            case "kiosk-1":
                own = f"[panel]\n{PANEL}\n"
                own += device("printer", "printer") + device("cash", "cash") + device("id_reader", "id-reader-kiosk")
                if relay is not None:
                    own += device("scanner", "scanner-kiosk") + device("coins", "cash")
                    own += "".join(device("[dispensers]", "cash") + _dispenser(*of) for of in DISPENSERS.values())
            case "gate-1":
                own = _gate("1") + f'lane = "1A"\n[camera]\nsource = "{address("camera")}"\n'
                own += device("scanner", "scanner") + device("barrier", "barrier")
                own += device("id_reader", "id-reader-gate")
            case "gate-2":
                own = _gate("2")
                for lane, place in SECOND.items():
                    own += f'[[lanes]]\nname = "{lane}"\ngate = "{place.gate}"\n'
                    own += device("lanes.scanner", place.scanner) + device("lanes.barrier", place.barrier)
            case _:
                own = f'[relay_server]\nlisten = "{relay}"\n'
        store.mkdir()
        (store / "terminal.toml").write_text(common + own, "utf-8")


def _dispenser(line_address: int, fen: int) -> str:
    return f"device = {line_address}\nfen = {fen}\ncoins = {DISPENSER_COINS}\n"


def _gate(label: str) -> str:
    return f'[gate]\ngate = "{label}"\nstart_seconds = 5\nfinish_seconds = 5\n'


def free_place() -> str:
    """An address of this machine on which nobody listens."""
    for port in random.sample(PORTS, 100):
        try:
            with socket.create_server(("127.0.0.1", port)):
                return f"127.0.0.1:{port}"
        except OSError:
            continue
    raise OSError("no free port was found for the relay in a hundred tries")
