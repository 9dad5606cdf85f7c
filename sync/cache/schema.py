"""What a cache file holds, and the names of its single values. `sync.cache.migrations` makes its tables."""

from typing import TYPE_CHECKING

from sync.database import Schema

if TYPE_CHECKING:
    from sqlite_utils.migrations import Migrations


def _migrations() -> "Migrations":
    # sqlite-utils costs as much as half a process's start, and nearly every file is up already
    from sync.cache.migrations import MIGRATIONS

    return MIGRATIONS


SCHEMA = Schema(name="cache", migrations=_migrations, version=4)
"""What a cache file holds."""

CURSOR = "cursor"
"""State: how far the centre's changes were applied; opaque."""
STAGING_CURSOR = "staging_cursor"
"""State: how far a fresh copy of everything has been fetched; absent when none is under way."""
SNAPSHOT = "snapshot"
"""State: the snapshot that is being fetched or staged (JSON, as it was described and signed); absent when none is."""
TIME_ANCHOR = "time_anchor"
"""State: the newest signed time and when it came, on this machine's boot clock (JSON)."""
TIME_FLOOR = "time_floor_ms"
"""State: the time that no clock here may be below."""
TRUST_VERSION = "trust_version"
"""State: the version of the newest trust list that was checked; it never goes back."""
TRUST_LIST = "trust_list"
"""State: that list, base64url."""
STATUS = "status"
"""State: how syncing goes (JSON), for screens and the doctor."""
REVISION = "revision"
"""State: a number that grows with every commit that changes more than tickets and uses."""
LAN_EPOCH = "lan_epoch"
"""State: the arbiter's epoch in which the LAN's tables are kept up, 32 hexadecimal digits; absent before the first."""
LAN_POSITION = "lan_position"
"""State: how far that epoch's changes were learnt."""
LAN_SETTLED = "lan_settled"
"""State: the epoch since whose arbiter began nothing open is kept but what it has told itself."""
LAN_ACTS_TOLD = "lan_acts_told"
"""State: the epoch whose arbiter has taken all acts of staff that were signed here."""
LAN_STATUS = "lan_status"
"""State: how the relay is doing, seen from here (JSON)."""
