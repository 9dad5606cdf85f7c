"""Whether a world has come to rest: every terminal has told all that it knows, and knows all that the centre tells."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, cast

from station.simulate.nodes.gate import GateNode
from station.simulate.nodes.terminal import Terminal
from sync.cache.file import CacheFile
from sync.cache.reader import CacheReader
from sync.journal.reader import JournalReader
from sync.server.store import DATABASE

if TYPE_CHECKING:
    from station.simulate.world import World

HEARD_BY_MS = 60_000
"""So long after the centre's last change every terminal has asked for it, if it is in step at all."""


def unsettled(world: "World") -> list[str]:
    """What is still under way, one line each."""
    if not world.centre.is_open:
        return ["the centre does not answer"]
    if world.agenda.now - world.centre.changed_at < HEARD_BY_MS:
        return ["the centre has just changed"]
    centre = world.centre.folder / DATABASE
    quiet_since = world.begins_ms + world.centre.changed_at
    found: list[str] = []
    for station in world.stations:
        for terminal in station.terminals:
            found += [
                f"{terminal.name}: {what}"
                for what in _of(terminal, centre, quiet_since, relay=station.relay is not None)
            ]
    return found


def _unsent(terminal: Terminal, centre: Path) -> int:
    """How much its journal has now that the centre, perhaps from a backup, does not have or has not signed for."""
    journal, cache = JournalReader(terminal.journal_path), CacheFile(terminal.cache_path)
    try:
        epoch = journal.epoch()
        if epoch is None:
            return 0
        asked = (epoch.epoch.hex,)
        kept = cache.rows("SELECT kept_through FROM acknowledged WHERE epoch = ?", asked)
        with closing(sqlite3.connect(f"file:{centre}?mode=ro", uri=True, isolation_level=None)) as there:
            has = cast(
                int, there.execute("SELECT coalesce(max(seq), 0) FROM events WHERE epoch = ?", asked).fetchone()[0]
            )
        return max(0, journal.head()[0] - min(has, cast(int, kept[0][0] if kept else 0)))
    finally:
        journal.close()
        cache.close()


def _of(terminal: Terminal, centre: Path, quiet_since_ms: int, *, relay: bool) -> list[str]:
    if not terminal.alive:
        return ["does not run"]
    cache = CacheReader(terminal.cache_path)
    status, lan = cache.status(), cache.lan_status()
    cache.close()
    found: list[str] = []
    if status is None:
        found.append("was never in step")
    else:
        if not status.line_up or status.what:
            found.append(f"is not in step: {status.what or 'line down'}")
        if status.queued:
            found.append(f"has {status.queued} events to send")
        elif not status.forked and (unsent := _unsent(terminal, centre)):
            found.append(f"has {unsent} events that the centre does not have, or has not signed for")
        if (status.last_success_ms or 0) < quiet_since_ms:
            found.append("may not have heard the last news")
    if relay and terminal.kind != "relay":
        if lan is None or not lan.relay_up:
            found.append(f"does not hear the relay: {'' if lan is None else lan.what}")
        elif lan.queued or lan.facts_waiting:
            found.append("has more to tell the relay")
        elif isinstance(terminal, GateNode) and not lan.arbitrating:
            found.append("has no arbiter")
    return found
