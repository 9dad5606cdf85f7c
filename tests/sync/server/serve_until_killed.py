"""A real centre process for crash tests. It is forked from a server that has the modules loaded, to start quickly."""

from multiprocessing.connection import Connection
from pathlib import Path

from sync.points import kill_at, no_probe
from sync.server.run import serve


def serve_until_killed(directory: Path, point: str | None, nth: int, told: "Connection[str, str]") -> None:
    """Serve; send the URL when it answers; die at `point`, if there is one, when it is reached for the nth time."""
    probe = no_probe if point is None else kill_at(point, nth)
    serve(directory, probe=probe, ready=told.send, upkeep_seconds=0)
