"""A whole station on this machine: centre, line, two terminals and their devices; every part is its own process.

centre ── line ─┬─ sync(kiosk-1) ─ cache.db │ journal.db ─ kiosk ─ printer, bill validator, ID reader
                └─ sync(gate-1)  ─ cache.db │ journal.db ─ gate  ─ camera, scanner, ID reader, barrier
"""

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from drivers.simulation import Control
from station.demo.processes import Child, ProcessFault
from tickets.keys import SigningKey

PANEL = "width_mm = 344\nheight_mm = 194\nwidth_px = 1920\nheight_px = 1080\nfullscreen = false"


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


class Site:
    """Everything that runs. `start()` brings up centre, line and devices and enrols the terminals."""

    def __init__(self, folder: Path, *, gate: str = "1", windows: bool = False) -> None:
        self.folder = folder
        self.logs = folder / "logs"
        self.kiosk_store = folder / "kiosk-1"
        self.gate_store = folder / "gate-1"
        self.centre_store = folder / "centre"
        self.gate_label = gate
        self._sockets = Path(tempfile.mkdtemp(prefix="waystation-"))
        self._qt = {} if windows else {"QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"}
        self.children: dict[str, Child] = {}
        self.devices: dict[str, Device] = {}
        self.line = Control(self._sockets / "line")
        self.kiosk_pointer = Control(self._sockets / "kiosk")

    def start(self) -> Self:
        """Make the centre, run it behind the line, put the devices on their ports, enrol both terminals."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        for name in DEVICES:
            self._launch_device(name)
        self.waystation("centre", "init", "--dir", str(self.centre_store))
        self.run("centre", ["station.cli", "centre", "run", "--dir", str(self.centre_store), "--port", "0"])
        centre = self.children["centre"].ready["url"].removeprefix("http://").rstrip("/")
        self.run("line", ["station.demo.line", "--to", centre, "--control", str(self._sockets / "line")])
        for device in self.devices.values():
            device.child.wait_ready()
        self._write_configurations()
        for kind, store in (("till", self.kiosk_store), ("gate", self.gate_store)):
            self.enrol(kind, store)
        return self

    def enrol(self, kind: str, store: Path) -> None:
        """Have the centre make a code and type it in at the terminal."""
        code = self.waystation(
            "centre", "enrol-code", "--dir", str(self.centre_store), "--kind", kind, "--name", store.name
        )
        config = str(store / "terminal.toml")
        self.waystation("enrol", "--config", config, "--kind", kind, "--name", store.name, "--code", code.strip())

    def start_sync(self, store: Path, environment: Mapping[str, str] | None = None) -> None:
        """Run one terminal's sync."""
        self.run(f"sync-{store.name}", ["station.cli", "sync", "--config", str(store / "terminal.toml")], environment)

    def start_gate(self, environment: Mapping[str, str] | None = None) -> None:
        """Run the gate."""
        self.run("gate", ["station.cli", "gate", "--config", str(self.gate_store / "terminal.toml")], environment)

    def start_kiosk(self, environment: Mapping[str, str] | None = None) -> None:
        """Run the kiosk with a hand that can point at its screen."""
        module = ["station.demo.driven_kiosk", "--config", str(self.kiosk_store / "terminal.toml")]
        module += ["--control", str(self.kiosk_pointer.path)]
        self.run("kiosk", module, {**self._qt, **(environment or {})})

    def run(self, name: str, module: list[str], environment: Mapping[str, str] | None = None) -> Child:
        """Start one process; one of the same name that has ended is started again with its logs going on."""
        self.children[name] = Child(name, module, self.logs, environment)
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

    def start_device(self, name: str) -> None:
        """Put one simulated device on its port again, with the state it kept."""
        self._launch_device(name)
        self.devices[name].child.wait_ready()

    def _launch_device(self, name: str) -> None:
        kind, listen = DEVICES[name]
        folder, bytes_log = self.folder / "devices" / name, self.folder / "devices" / f"{name}.bytes"
        folder.mkdir(parents=True, exist_ok=True)
        control = self._sockets / name
        if name in self.children and listen.startswith("tcp"):
            listen = self.children[name].ready["address"].replace("http://", "tcp:").split("/")[0]
        listen = listen.replace("PLACE", str(folder / "tty"))
        module = ["station.cli", "simulate-device", kind, "--listen", listen, "--control", str(control)]
        child = Child(name, [*module, "--state", str(folder), "--log", str(bytes_log)], self.logs).launch()
        self.children[name] = child
        self.devices[name] = Device(child, Control(control), bytes_log, folder)

    def _address(self, name: str) -> str:
        return str(self.devices[name].child.ready["address"])

    def _write_configurations(self) -> None:
        common = (
            f'directory = "."\n[centre]\nurl = "http://{self.children["line"].ready["address"]}"\n'
            "[sync]\ninterval_seconds = 0.3\nretry_base_seconds = 0.3\nretry_cap_seconds = 2\n"
        )
        devices = {
            self.kiosk_store: {"printer": "printer", "cash": "cash", "id_reader": "id-reader-kiosk"},
            self.gate_store: {"scanner": "scanner", "barrier": "barrier", "id_reader": "id-reader-gate"},
        }
        own = {
            self.kiosk_store: f"[panel]\n{PANEL}\n",
            self.gate_store: f'[gate]\ngate = "{self.gate_label}"\nlane = "{self.gate_label}A"\n'
            f'start_seconds = 5\nfinish_seconds = 5\n[camera]\nsource = "{self._address("camera")}"\n',
        }
        for store, sections in devices.items():
            store.mkdir()
            ports = "".join(f'[{each}]\naddress = "{self._address(name)}"\n' for each, name in sections.items())
            (store / "terminal.toml").write_text(common + own[store] + ports, "utf-8")


DEVICES = {
    "printer": ("printer", "tcp:127.0.0.1:0"),
    "cash": ("cash", "pty:PLACE"),
    "id-reader-kiosk": ("id-reader", "pty:PLACE"),
    "id-reader-gate": ("id-reader", "pty:PLACE"),
    "scanner": ("scanner", "pty:PLACE"),
    "barrier": ("barrier", "pty:PLACE"),
    "camera": ("camera", "tcp:127.0.0.1:0"),
}
