"""Lets a test kill a process at a named point: WAYSTATION_KILL_AT=POINT, or POINT#N for the Nth time.

WAYSTATION_TRACE_POINTS=FILE writes down every point that is reached instead. Unset, both cost nothing.
"""

import os
from pathlib import Path

from sync.points import ALL_POINTS, Probe, kill_at, no_probe
from tickets.errors import EnvironmentFault


def probe_from_environment() -> Probe:
    """Return the probe that the environment asks for. Raises EnvironmentFault for a point that does not exist."""
    if trace := os.environ.get("WAYSTATION_TRACE_POINTS"):
        return _tracing(Path(trace))
    wanted = os.environ.get("WAYSTATION_KILL_AT", "")
    if not wanted:
        return no_probe
    point, _, nth = wanted.partition("#")
    if point not in ALL_POINTS:
        raise EnvironmentFault(f"WAYSTATION_KILL_AT names no known point: {point}", f"Known: {', '.join(ALL_POINTS)}.")
    return kill_at(point, int(nth or 1))


def _tracing(path: Path) -> Probe:
    def note(point: str) -> None:
        with path.open("a", encoding="utf-8") as lines:
            lines.write(f"{point}\n")

    return note
