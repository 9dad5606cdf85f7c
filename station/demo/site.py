"""A whole station on this machine: centre, line, terminals and their devices; every part is its own process.

centre ── line ─┬─ sync(kiosk-1) ─ cache.db │ journal.db ─ kiosk  ─ printer, bill validator, ID reader (and with `lan`:
                │                                                   coin acceptor, two dispensers, scanner)
                ├─ sync(gate-1)  ─ cache.db │ journal.db ─ gate   ─ lane 1A: camera, scanner, ID reader, barrier
                ├─ sync(gate-2)  ─ cache.db │ journal.db ─ gate-2 ─ lanes 1B, 2A: scanner, barrier each
                └─ sync(relay-1) ─ cache.db │ journal.db, relay.db ─ relay, which all of them ask in the LAN

The last two are there with `lan` only; then the kiosk asks the centre and the relay by itself, too.
"""

import contextlib
import json
import shutil
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from drivers.simulation import Control
from station.demo.processes import Child, ProcessFault
from station.demo.terminals import (
    DEVICES,
    FIRST,
    KINDS,
    SECOND,
    SECOND_DEVICES,
    WHOLE_KIOSK_DEVICES,
    free_place,
    write_configurations,
)
from sync.line.pinned_line import pinned_line
from tickets.keys import SigningKey

BADGE, INITIALS, PIN = "0107", "WL", "740258193306"
"""The demonstration's attendant, and what the badge card is sealed with."""


@dataclass(frozen=True, slots=True)
class Device:
    """A simulated device: the process, the hand that works it, and the log of its bytes."""

    child: Child
    control: Control
    bytes_log: Path
    folder: Path

    def wire(self, way: str = "in") -> list[bytes]:
        """Return the bytes that went over its wire so far, transfer by transfer; `in` is from the host."""
        if not self.bytes_log.exists():
            return []
        lines = (json.loads(line) for line in self.bytes_log.read_text("utf-8").splitlines())
        return [bytes.fromhex(line["hex"]) for line in lines if line["way"] == way]


@dataclass(frozen=True, slots=True)
class OnALine:
    """A hand for one of several devices on one line; without a name, for the only one."""

    control: Control
    name: str

    def do(self, command: str, **arguments: object) -> dict[str, Any]:
        """Work it."""
        named = {"device": self.name} if self.name else {}
        return self.control.do(command, **named, **arguments)

    def state(self) -> dict[str, Any]:
        """Its true state."""
        state: dict[str, Any] = self.control.state()
        return state[self.name] if self.name else state


class Site:
    """Everything that runs. `start()` brings up centre, line and devices and enrols the terminals.

    `lan`: with a second gate, a relay, displays at the lanes, and a kiosk that also takes and gives coins, reads codes
    and is paid by phones (the centre has a payment sandbox). `plain`: without TLS, so that the line can be broken for
    some calls and not for others. `child` makes a process of a name, its module and words, a folder for its logs, and
    what its environment has besides.
    """

    def __init__(
        self,
        folder: Path,
        *,
        lan: bool = False,
        windows: bool = False,
        plain: bool = False,
        child: Callable[..., Child] = Child,
    ) -> None:
        self.folder = folder
        self.logs = folder / "logs"
        self.kiosk_store = folder / "kiosk-1"
        self.gate_store = folder / "gate-1"
        self.centre_store = folder / "centre"
        self.gate_label = "1"
        self.lanes = {**FIRST, **SECOND} if lan else FIRST
        self.terminals = {name: folder / name for name in KINDS if lan or name in ("kiosk-1", "gate-1")}
        self._device_kinds = {**DEVICES, **SECOND_DEVICES, **WHOLE_KIOSK_DEVICES} if lan else DEVICES
        self._whole_kiosk = lan
        self._relay = free_place() if lan else None
        self._plain = ["--plain"] if plain else []
        self._child = child
        self._sockets = Path(tempfile.mkdtemp(prefix="waystation-"))
        self._qt = {} if windows else {"QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"}
        self.children: dict[str, Child] = {}
        self.devices: dict[str, Device] = {}
        self.line = Control(self._sockets / "line")
        self.kiosk_pointer = Control(self._sockets / "kiosk")
        self.eyes = Control(self._sockets / "displays")
        self.pin_file = self._sockets / "pin"
        self.badge_card = folder / "badge-card.txt"

    def start(self) -> Self:
        """Make the centre, run it behind the line, put the devices on their ports, enrol the terminals."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.pin_file.touch(0o600)
        self.pin_file.write_text(PIN, "ascii")
        for name in self._device_kinds:
            self._launch_device(name)
        payments = ("--payments", "sandbox") if self._whole_kiosk else ()
        self.waystation("centre", "init", "--dir", str(self.centre_store), *payments)
        self.run("centre", self.centre_command("0"))
        scheme, _, centre = self.centre_url().partition("://")
        self.run("line", ["station.demo.line", "--to", centre, "--control", str(self._sockets / "line")])
        for device in self.devices.values():
            device.child.wait_ready()
        line = str(self.children["line"].ready["address"])
        write_configurations(self.terminals, self._address, f"{scheme}://{line}", self._relay)
        with ThreadPoolExecutor(2) as hands:
            for done in [hands.submit(self.enrol, KINDS[name], store) for name, store in self.terminals.items()]:
                done.result()
        return self

    def enrol(self, kind: str, store: Path) -> None:
        """Have the centre make a code and type it in at the terminal."""
        code = self.waystation(
            "centre", "enrol-code", "--dir", str(self.centre_store), "--kind", kind, "--name", store.name
        )
        config = str(store / "terminal.toml")
        self.waystation("enrol", "--config", config, "--kind", kind, "--name", store.name, "--code", code.strip())

    def make_badge(self) -> None:
        """Have the centre make the attendant's badge and its card."""
        self.waystation(
            "centre", "badge", "add", "--dir", str(self.centre_store), "--number", BADGE, "--initials", INITIALS,
            "--role", "attendant", "--card", str(self.badge_card), "--pin-file", str(self.pin_file),
        )  # fmt: skip

    def staff(self, command: str, act: str, terminal: str, *words: str) -> str:
        """Do something with the badge card, at one of the terminals; returns what was printed."""
        config = str(self.terminals[terminal] / "terminal.toml")
        badge = ("--card", str(self.badge_card), "--pin-file", str(self.pin_file))
        return self.waystation(command, act, "--config", config, *words, *badge)

    def start_sync(self, store: Path, environment: Mapping[str, str] | None = None) -> None:
        """Run one terminal's sync."""
        self.run(f"sync-{store.name}", ["station.cli", "sync", "--config", str(store / "terminal.toml")], environment)

    def start_gate(self, environment: Mapping[str, str] | None = None) -> None:
        """Run the gate."""
        self.run("gate", ["station.cli", "gate", "--config", str(self.gate_store / "terminal.toml")], environment)

    def start_second_gate(self) -> None:
        """Run the other gate's controller."""
        config = str(self.terminals["gate-2"] / "terminal.toml")
        self.run("gate-2", ["station.cli", "gate", "--config", config])

    def start_relay(self) -> None:
        """Run the relay, for the first time or again."""
        self.run("relay", ["station.cli", "relay", "--config", str(self.terminals["relay-1"] / "terminal.toml")])

    def start_displays(self) -> None:
        """Run the lanes' displays, with an eye that looks at them."""
        module = ["station.demo.driven_displays", "--control", str(self.eyes.path)]
        for name, place in self.lanes.items():
            module += ["--lane", f"{name}={self.terminals[place.terminal] / 'terminal.toml'}"]
        self.run("displays", module, self._qt)

    def start_kiosk(self, environment: Mapping[str, str] | None = None) -> None:
        """Run the kiosk with a hand that can point at its screen."""
        module = ["station.demo.driven_kiosk", "--config", str(self.kiosk_store / "terminal.toml")]
        module += ["--control", str(self.kiosk_pointer.path)]
        self.run("kiosk", module, {**self._qt, **(environment or {})})

    def run(self, name: str, module: list[str], environment: Mapping[str, str] | None = None) -> Child:
        """Start one process; one of the same name that has ended is started again with its logs going on.

        Raises ProcessFault when it does not come up, and while the one before still runs.
        """
        if name in self.children and self.children[name].running:
            raise ProcessFault(f"{name} runs already")
        self.children[name] = self._child(name, module, self.logs, environment)
        return self.children[name].start()

    def waystation(self, *arguments: str) -> str:
        """Run a `waystation` command to its end and return what it printed. Raises ProcessFault."""
        argv = [sys.executable, "-m", "station.cli", *arguments]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode:
            raise ProcessFault(
                f"waystation {' '.join(arguments[:2])} ended with {done.returncode}: {done.stderr.strip()}"
            )
        return done.stdout

    def centre_url(self) -> str:
        """Where the centre answers, not through the line: the world outside this station."""
        return str(self.children["centre"].ready["url"]).rstrip("/")

    def centre_command(self, port: str) -> list[str]:
        """What runs the centre on a port."""
        return ["station.cli", "centre", "run", "--dir", str(self.centre_store), "--port", port, *self._plain]

    def centre_tls(self) -> ssl.SSLContext | bool:
        """For those of the world outside who speak with the centre: its own authority, or False without TLS."""
        if self._plain:
            return False
        authority = (self.centre_store / "tls" / "authority.pem").read_text("ascii")
        return pinned_line([ssl.PEM_cert_to_DER_cert(authority)])

    @property
    def centre_db(self) -> Path:
        """The centre's database file."""
        return self.centre_store / "centre.db"

    def public_key(self, name: str) -> bytes:
        """The public half of one of the centre's keys, in PEM."""
        return SigningKey.from_pem((self.centre_store / f"{name}.pem").read_bytes()).public.to_pem()

    def office_token(self) -> str:
        """What lets the web channel in."""
        return next((self.centre_store / "office").glob("*.token")).read_text("ascii").strip()

    def stop(self) -> None:
        """End everything."""
        for child in reversed(self.children.values()):
            child.stop()
        with contextlib.suppress(OSError):
            shutil.rmtree(self._sockets)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def notes(self) -> "OnALine":
        """The bill validator, alone on its line or one of several."""
        return OnALine(self.devices["cash"].control, "notes" if self._whole_kiosk else "")

    def on_cash_line(self, name: str) -> "OnALine":
        """What else is on the cash line: `coins`, and the dispensers `yuan` and `half`."""
        return OnALine(self.devices["cash"].control, name)

    def start_device(self, name: str) -> None:
        """Put one simulated device on its port again, with the state it kept."""
        self._launch_device(name)
        self.devices[name].child.wait_ready()

    def _launch_device(self, name: str) -> None:
        kind, listen = self._device_kinds[name]
        folder, bytes_log = self.folder / "devices" / name, self.folder / "devices" / f"{name}.bytes"
        folder.mkdir(parents=True, exist_ok=True)
        control = self._sockets / name
        if name in self.children and listen.startswith("tcp"):
            listen = self.children[name].ready["address"].replace("http://", "tcp:").split("/")[0]
        listen = listen.replace("PLACE", str(folder / "tty"))
        module = ["station.cli", "simulate-device", kind, "--listen", listen, "--control", str(control)]
        child = self._child(name, [*module, "--state", str(folder), "--log", str(bytes_log)], self.logs)
        self.children[name] = child
        child.launch()
        self.devices[name] = Device(child, Control(control), bytes_log, folder)

    def _address(self, name: str) -> str:
        return str(self.devices[name].child.ready["address"])
