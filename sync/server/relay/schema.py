"""What `relay.db` holds, and what it means. `sync.server.relay.migrations` makes its tables."""

from typing import TYPE_CHECKING, Final

from sync.database import Schema

if TYPE_CHECKING:
    from sqlite_utils.migrations import Migrations


def _migrations() -> "Migrations":
    # sqlite-utils costs as much as half a process's start, and nearly every file is up already
    from sync.server.relay.migrations import MIGRATIONS

    return MIGRATIONS


SCHEMA: Final = Schema(name="relay's file", migrations=_migrations, version=3)
"""`grants` is the arbiter: its primary key is what says who was first. `devices.in_step` and `arbiter.arbitrating` hold
within the epoch, which is as old as the file. `journals.started_seq` is the newest `gate.started` of a journal; up to
`dropped_through`, where the chain's hash is `dropped_hash`, its events are not (or no longer) here. `heads` are the
ends that devices have signed: an event is handed on with one at or after it. `forks` are batches that contradict what
is held, whole."""
