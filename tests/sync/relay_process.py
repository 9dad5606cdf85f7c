"""A real relay in a process of its own: run as a module it serves a terminal's directory on a port."""

import json
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from station.clock import TerminalClock
from station.enrolment import Enrolment
from sync.cache.reader import CacheReader
from sync.newest_trust import NewestTrust
from sync.server.relay.run import RelaySettings, serve_relay
from sync.server.relay.view import CacheView

ROOT = Path(__file__).parents[2]


@contextmanager
def relay_process(directory: Path, port: int = 0) -> Iterator[int]:
    """Serve until the end of the block, then SIGKILL it; answers the port once it serves."""
    command = [sys.executable, "-m", "tests.sync.relay_process", str(directory), str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(json.loads(process.stdout.readline())["url"].rpartition(":")[2])
        finally:
            process.kill()
            process.wait(10)


def _serve(directory: Path, port: int) -> None:
    enrolment = Enrolment.load(directory)
    cache = CacheReader(directory / "cache.db")
    clock = TerminalClock(cache)
    settings = RelaySettings(
        directory=directory,
        device=enrolment.device,
        station=enrolment.station,
        key=enrolment.device_key(),
        view=CacheView(cache, NewestTrust(enrolment.trust_list(), enrolment.root_key, cache), clock, time.monotonic),
        clock=TerminalClock(CacheReader(directory / "cache.db")),
        random=secrets.token_bytes,
        settle_seconds=0.1,
    )
    serve_relay(settings, "127.0.0.1", port, lambda url: print(json.dumps({"url": url}), flush=True))


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), int(sys.argv[2]))
