"""Setting a centre up on an empty directory, and a station in it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sync.points import Probe, no_probe
from sync.server.centre import Centre
from sync.server.key_files import make_keys, publish_root
from sync.server.on_postgresql import require_empty
from sync.server.settings import POLICY_FILE, Policy, Settings, utc_now
from sync.server.timetable import Timetable, load_timetable
from sync.server.tls import make_authority
from tickets.errors import EnvironmentFault


def initialise(
    directory: Path,
    timetable: Timetable | None = None,
    *,
    policy: Policy | None = None,
    database: str = "",
    clock: Callable[[], datetime] = utc_now,
    random: Callable[[int], bytes] = secrets.token_bytes,
    probe: Probe = no_probe,
) -> None:
    """Set up a centre with one station in `directory`: keys, first trust list, timetable, day keys, office token.

    The timetable is the demonstration's unless another is given, and so are its payments: only a centre that is set up
    for a demonstration gets the sandbox without being told to. `database` is a PostgreSQL URL instead of a file in
    `directory`; it is written into the policy. EnvironmentFault when a centre or anything else is there already:
    nothing of it is touched.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (directory / POLICY_FILE).exists():
        raise EnvironmentFault(f"there is a centre in {directory} already", "choose another directory, or run that one")
    if any(directory.iterdir()):
        raise EnvironmentFault(
            f"the directory {directory} is not empty",
            "choose an empty one; if setting up a centre was cut short here, empty it and try again",
        )
    chosen = policy or Policy(payment_provider="sandbox" if timetable is None else "")
    chosen = replace(chosen, database=database or chosen.database)
    if chosen.database:
        require_empty(chosen.database)
    make_keys(directory)
    publish_root(directory)
    make_authority(directory, clock())
    chosen.save(directory)
    with Centre.open(Settings(directory=directory, clock=clock, random=random, probe=probe), new=True) as centre:
        centre.stations.add(timetable or load_timetable())
