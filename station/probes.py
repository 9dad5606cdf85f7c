"""Lets a test kill a process at a named point: WAYSTATION_KILL_AT=POINT, or POINT#N for the Nth time."""

import os

from sync.points import ALL_POINTS, Probe, kill_at, no_probe
from tickets.errors import EnvironmentFault


def probe_from_environment() -> Probe:
    """Return the probe that the environment asks for. Raises EnvironmentFault for a point that does not exist."""
    wanted = os.environ.get("WAYSTATION_KILL_AT", "")
    if not wanted:
        return no_probe
    point, _, nth = wanted.partition("#")
    if point not in ALL_POINTS:
        raise EnvironmentFault(f"WAYSTATION_KILL_AT names no known point: {point}", f"Known: {', '.join(ALL_POINTS)}.")
    return kill_at(point, int(nth or 1))
