"""Starting, watching and killing the station's processes."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self


class ProcessFault(Exception):
    """A process did not start, or ended before it was asked to."""


class Child:
    """A process of the station. Its standard output is its own JSON lines; its standard error goes to a log file."""

    def __init__(
        self, name: str, module: Sequence[str], logs: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self._argv = [sys.executable, "-m", *module]
        self._logs = logs
        self._out, self._err = logs / f"{name}.out", logs / f"{name}.log"
        self._already = 0
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self.ready: dict[str, Any] = {}

    def start(self, timeout: float = 30.0) -> Self:
        """Start it and wait until it is ready. Raises ProcessFault with the end of its log."""
        return self.launch().wait_ready(timeout)

    def launch(self) -> Self:
        """Start it, and do not wait."""
        self._logs.mkdir(parents=True, exist_ok=True)
        self._already = self._out.stat().st_size if self._out.exists() else 0
        with self._out.open("ab") as stdout, self._err.open("ab") as stderr, _asked_to_end_later():
            self._process = subprocess.Popen(
                self._argv,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                env=self._environment,
                start_new_session=True,
            )
        return self

    def wait_ready(self, timeout: float = 30.0) -> Self:
        """Wait for the line that says it is ready. Raises ProcessFault with the end of its log."""
        if self._process is None:
            raise ProcessFault(f"{self.name} was not started")
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            with self._out.open("rb") as lines:
                lines.seek(self._already)
                for line in lines:
                    if line.endswith(b"\n") and b'"ready"' in line:
                        self.ready = json.loads(line)
                        return self
            if self._process.poll() is not None:
                raise ProcessFault(f"{self.name} ended with {self._process.returncode}: {self._last_words(self._err)}")
            time.sleep(0.02)
        self.kill()
        raise ProcessFault(f"{self.name} was not ready after {timeout:.0f} s: {self._last_words(self._err)}")

    @property
    def pid(self) -> int:
        """The process number; raises ProcessFault when it was never started."""
        if self._process is None:
            raise ProcessFault(f"{self.name} was not started")
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it runs now."""
        return self._process is not None and self._process.poll() is None

    def output(self) -> list[dict[str, Any]]:
        """Return every JSON line it has printed, over all its starts."""
        path = self._logs / f"{self.name}.out"
        return (
            [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.startswith("{")]
            if path.exists()
            else []
        )

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end; kill it when it does not within five seconds."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            os.killpg(self._process.pid, how)
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    @staticmethod
    def _last_words(log: Path) -> str:
        return " | ".join(log.read_text("utf-8", "replace").splitlines()[-6:]) or "it said nothing"


@contextmanager
def _asked_to_end_later() -> Iterator[None]:
    """Hold SIGTERM back: a process that is being started must be known before this one ends, or nobody ends it."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals interrupt the main thread alone
        return
    asked: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _frame: asked.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        if asked:
            signal.raise_signal(signal.SIGTERM)


def wait_until(condition: Callable[[], Any], timeout: float, what: str) -> Any:
    """Ask every 30 ms until the answer is true and return it; raises TimeoutError naming `what`."""
    until = time.monotonic() + timeout
    while True:
        if answer := condition():
            return answer
        if time.monotonic() > until:
            raise TimeoutError(f"not seen within {timeout:.0f} s: {what}")
        time.sleep(0.03)
