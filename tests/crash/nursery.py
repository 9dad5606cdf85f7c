"""Processes that are there at once: they branch off from one that has imported what all of them need.

What a process does from its arguments on is as in `python -m`; what it no longer does is find and load its modules
again. Each is a process of its own session, is killed as any other, and shares nothing with others that it changes.
"""

import ctypes
import gc
import json
import os
import runpy
import select
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from station.demo.processes import Child, ProcessFault
from station.demo.site import Site

MODULES = (
    *(f"station.{name}" for name in ("cli", "gate_process", "sync_process", "simulators", "enrolment", "probes")),
    *("station.centre_command", "sync.server.setup", "sync.server.run", "sync.server.tls", "sync.server.timetable"),
    *("station.kiosk_process", "station.demo.driven_kiosk", "station.demo.line", "station.config", "station.lanes"),
    *("drivers.printer.simulator", "drivers.cash.simulator", "drivers.idreader.simulator", "drivers.scanner.simulator"),
    *("drivers.barrier.simulator", "drivers.camera.simulator"),
)


class Nursery:
    """The process that they branch off from, as long as it is entered."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        argv = [sys.executable, "-m", "tests.crash.nursery"]
        self._process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.communicate(timeout=20)

    def ask(self, **what: Any) -> Any:
        """Have something done there, and return what it answers."""
        assert self._process is not None
        told, said = self._process.stdin, self._process.stdout
        assert told is not None
        assert said is not None
        with self._turn:
            print(json.dumps(what), file=told, flush=True)
            return json.loads(said.readline())


class Born:
    """As much of `subprocess.Popen` as a `Child` asks of it."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self._nursery = nursery
        self._over = os.pidfd_open(pid)
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit status, negative for a signal; None while it runs."""
        if self.returncode is None and select.select([self._over], [], [], 0)[0]:
            self._ended()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            if not select.select([self._over], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("", timeout or 0)
            self._ended()
        assert self.returncode is not None
        return self.returncode

    def _ended(self) -> None:
        self.returncode = os.waitstatus_to_exitcode(self._nursery.ask(ended=self.pid))
        os.close(self._over)


class BornChild(Child):
    """A process of the station that comes from a nursery."""

    def __init__(
        self,
        name: str,
        module: Sequence[str],
        logs: Path,
        environment: Mapping[str, str] | None = None,
        *,
        nursery: Nursery,
    ) -> None:
        super().__init__(name, module, logs, environment)
        self._nursery = nursery

    def launch(self) -> Self:
        """Start it, and do not wait."""
        self._logs.mkdir(parents=True, exist_ok=True)
        self._already = self._out.stat().st_size if self._out.exists() else 0
        self._process = cast(
            "subprocess.Popen[bytes]", born(self._nursery, self._argv[2:], self._environment, self._out, self._err)
        )
        return self


class BornSite(Site):
    """A site all of whose processes come from a nursery."""

    def __init__(self, folder: Path, nursery: Nursery) -> None:
        self.nursery = nursery
        super().__init__(folder, child=self.child)

    def child(
        self, name: str, module: Sequence[str], logs: Path, environment: Mapping[str, str] | None = None
    ) -> BornChild:
        """One of its processes, not yet started."""
        return BornChild(name, module, logs, environment, nursery=self.nursery)

    def waystation(self, *arguments: str) -> str:
        """As it says there."""
        done = ran(self.nursery, ["station.cli", *arguments])
        if done.returncode:
            words = " ".join(arguments[:2])
            raise ProcessFault(f"waystation {words} ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout


def ran(
    nursery: Nursery, module: Sequence[str], environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `python -m` with these words to its end."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        status = born(nursery, module, {**os.environ, **(environment or {})}, out, err).wait(60)
        return subprocess.CompletedProcess(module, status, out.read_text("utf-8"), err.read_text("utf-8"))


def born(nursery: Nursery, module: Sequence[str], environment: Mapping[str, str], out: Path, err: Path) -> Born:
    """Start `python -m` with these words, and do not wait."""
    for each in (out, err):
        each.touch()
    words = {"argv": list(module), "environment": dict(environment), "out": str(out), "err": str(err)}
    return Born(nursery, int(nursery.ask(**words)))


# --- the other side


def begin(argv: list[str], environment: Mapping[str, str], out: str, err: str) -> None:
    """Branch off what runs a module. It says its number itself, once it has a session of its own."""
    if os.fork():
        return
    os.setsid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # a test run that is broken off leaves nobody behind
    print(os.getpid(), flush=True)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for place, path, flags in ((0, os.devnull, os.O_RDONLY), (1, out, _ADDS), (2, err, _ADDS)):
        opened = os.open(path, flags, 0o666)
        os.dup2(opened, place)
        os.close(opened)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = argv
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", errors="backslashreplace")  # noqa: SIM115 - they last as long as it does
    raise _Begins


_PR_SET_PDEATHSIG = 1
_ADDS = os.O_WRONLY | os.O_CREAT | os.O_APPEND


class _Begins(BaseException):
    """This process is a new one now."""


def serve() -> None:
    """Do what each line of the standard input asks for, until there is no more. Raises _Begins in a new process."""
    for line in sys.stdin:
        asked = json.loads(line)
        if "ended" in asked:
            print(os.waitpid(asked["ended"], 0)[1], flush=True)
        else:
            begin(**asked)


def main() -> None:
    """Import what everybody needs, and serve."""
    for module in MODULES:
        import_module(module)
    gc.collect()
    gc.freeze()
    try:
        serve()
    except _Begins:
        sys.modules.pop(sys.argv[0], None)  # it is run now, not imported
        return
    sys.exit()


if __name__ == "__main__":
    main()
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
