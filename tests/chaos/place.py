"""A centre, the weather, and two terminals behind it, each a sync and a worker: all of them processes."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from drivers.simulation import Control
from station.demo.processes import Child
from station.demo.terminals import free_place
from sync.comparing.compare import Facts, differences, read_cache, read_journals

KINDS = {"till-1": "till", "gate-1": "gate"}
CONFIGURATION = """\
directory = "."
[centre]
url = "{url}"
[sync]
interval_seconds = 0.1
retry_base_seconds = 0.1
retry_cap_seconds = 0.5
"""


class Place:
    """What runs, what can be done to it, and what its files say. Use as a context."""

    def __init__(self, folder: Path, database: str = "") -> None:
        """`database` is a PostgreSQL URL; without one the centre has its SQLite file."""
        self._folder = folder
        self._database = ("--database", database) if database else ()
        self._centre_at = free_place()
        self._sockets = Path(tempfile.mkdtemp(prefix="chaos-"))
        self._line = Control(self._sockets / "line")
        self.centre_folder = folder / "centre"
        self.stores = {name: folder / name for name in KINDS}
        self.children: dict[str, Child] = {}

    def __enter__(self) -> Self:
        try:
            return self._starts()
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        for child in reversed(self.children.values()):
            if child.running:
                os.killpg(child.pid, signal.SIGCONT)
            child.stop()
        shutil.rmtree(self._sockets, ignore_errors=True)

    def _starts(self) -> Self:
        waystation("centre", "init", "--dir", str(self.centre_folder), *self._database)
        self.starts("centre")
        line = ["tests.chaos.weather", "--to", self._centre_at, "--control", str(self._line.path)]
        self._run("line", line)
        url = self._scheme + str(self.children["line"].ready["address"])
        for name, kind in KINDS.items():
            store = self.stores[name]
            store.mkdir(parents=True)
            (store / "terminal.toml").write_text(CONFIGURATION.format(url=url), "utf-8")
            asked = ("--dir", str(self.centre_folder), "--kind", kind, "--name", name)
            code = waystation("centre", "enrol-code", *asked).strip()
            config = str(store / "terminal.toml")
            waystation("enrol", "--config", config, "--kind", kind, "--name", name, "--code", code)
            self.starts(f"sync {name}")
            self.starts(f"worker {name}")
        return self

    @property
    def _scheme(self) -> str:
        return str(self.children["centre"].ready["url"]).partition("//")[0] + "//"

    # ------------------------------------------------------------------ what is done to it

    def starts(self, name: str) -> None:
        """Start `centre`, `sync TERMINAL` or `worker TERMINAL`, for the first time or again."""
        what, _, terminal = name.partition(" ")
        if what == "centre":
            host, _, port = self._centre_at.partition(":")
            folder = str(self.centre_folder)
            self._run(name, ["station.cli", "centre", "run", "--dir", folder, "--host", host, "--port", port])
        elif what == "sync":
            self._run(name, ["station.cli", "sync", "--config", str(self.stores[terminal] / "terminal.toml")])
        else:
            self._run(name, ["tests.chaos.worker", "--store", str(self.stores[terminal])])

    def _run(self, name: str, module: list[str]) -> None:
        self.children[name] = Child(name, module, self._folder / "logs")
        self.children[name].start()

    def kills(self, name: str) -> None:
        """SIGKILL."""
        self.children[name].kill()

    def freezes(self, name: str) -> None:
        """SIGSTOP: it neither works nor ends, and its sockets stay open."""
        os.killpg(self.children[name].pid, signal.SIGSTOP)

    def thaws(self, name: str) -> None:
        """SIGCONT."""
        os.killpg(self.children[name].pid, signal.SIGCONT)

    def weather(self, **weather: object) -> None:
        """See `weather.Weather`."""
        self._line.do("weather", **weather)

    def weather_so_far(self) -> Mapping[str, int]:
        """How often the weather did what."""
        return dict(self._line.state())

    # ------------------------------------------------------------------ what its files say

    def promised(self, terminal: str) -> list[dict[str, Any]]:
        """Every transaction that the terminal's worker was told is on the disk."""
        lines = (self._folder / "logs" / f"worker {terminal}.out").read_text("utf-8").splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n") and '"done"' in line]

    def journals(self) -> Facts:
        """What the terminals' journals say."""
        return read_journals(store / "journal.db" for store in self.stores.values())

    def apart(self, centre: Facts) -> list[str]:
        """In what the two sides differ."""
        devices = [
            json.loads((store / "enrolment.json").read_text("utf-8"))["device"] for store in self.stores.values()
        ]
        found = differences(self.journals(), centre.by_devices(devices))
        for store in self.stores.values():
            found += differences(read_cache(store / "cache.db"), centre)
        return found


def waystation(*arguments: str) -> str:
    """Run a `waystation` command to its end and return what it printed."""
    argv = [sys.executable, "-m", "station.cli", *arguments]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True).stdout
