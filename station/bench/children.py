"""Starting a process of the station and waiting for the line in which it says that it is ready."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from station.bench.measure import NotMeasured


class NotStarted(NotMeasured):
    """A process ended, or said nothing, before it was ready."""


class Started:
    """A running process. `seconds` is the time from before it was made until it said {"ready": …}.

    `computed` is how much of that was its own processor time: what a quiet machine would have taken, or a little more
    where two of its threads computed at once.
    """

    def __init__(
        self,
        module: Sequence[str],
        log: Path,
        environment: Mapping[str, str] | None = None,
        *,
        timeout: float = 30.0,
    ) -> None:
        """Raises NotStarted with the end of its log."""
        with log.open("wb") as stderr:
            began = time.monotonic()
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-m", *module],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env={**os.environ, **(environment or {})},
            )
        alarm = threading.Timer(timeout, self._process.kill)
        alarm.start()
        try:
            said = self._read_ready()
            self.seconds = time.monotonic() - began
        finally:
            alarm.cancel()
        if said is None:
            self.stop()
            words = log.read_text("utf-8", "replace").splitlines()[-4:]
            raise NotStarted(f"{' '.join(module[:2])} was not ready: {' | '.join(words) or 'it said nothing'}")
        self.ready = said
        self.computed = self.processor_seconds()

    def _read_ready(self) -> dict[str, Any] | None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if b'"ready"' in line:
                said: dict[str, Any] = json.loads(line)
                return said
        return None

    def processor_seconds(self) -> float:
        """What it has computed so far, on all its threads, to the microsecond: /proc counts in ticks of 10 ms, which
        hide a request. The number of another process's clock is as Linux makes it (clock_getcpuclockid)."""
        return time.clock_gettime((~self._process.pid << 3) | 2)

    def resident_mb(self) -> float:
        """Megabytes (10⁶ bytes) of memory that it holds now."""
        status = Path(f"/proc/{self._process.pid}/status").read_text("ascii")
        kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
        return int(kilobytes) * 1024 / 1e6

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def rest(self) -> bytes:
        """What it said since it was ready; waits until it has ended."""
        assert self._process.stdout is not None
        return self._process.stdout.read()

    def stop(self) -> None:
        """Ask it to end; kill it when it does not within five seconds."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def forget(path: Path) -> None:
    """Have the system drop what it remembers of a file, so that the next reader gets it from the disk.

    Nobody may have it open.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)
