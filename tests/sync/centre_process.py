"""A real centre in a process of its own: run as a module it serves a directory, imported it starts such a process."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sync.server.run import serve

ROOT = Path(__file__).parents[2]


@contextmanager
def centre_process(directory: Path) -> Iterator[tuple[str, int]]:
    """Serve the centre of `directory` on a free port; answers host and port once it does."""
    command = [sys.executable, "-m", "tests.sync.centre_process", str(directory)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            host, port = json.loads(process.stdout.readline())["url"].removeprefix("http://").split(":")
            yield host, int(port)
        finally:
            process.terminate()
            process.wait(10)


if __name__ == "__main__":
    serve(
        Path(sys.argv[1]),
        ready=lambda url: print(json.dumps({"ready": True, "url": url}), flush=True),
        upkeep_seconds=0,
    )
