"""When a gate or till drops the settled end of its journal: a little at a time, and only what the centre signed for.

It is the writer's own doing. What may go is looked for through a reader of its own, so that nobody who decides or sells
waits for that; dropping a slice takes a short transaction like any other. A clock that no signed time has confirmed
drops nothing, and neither does a receipt that does not hold over this journal's chain.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from sync.cache.file import CacheFile
from sync.journal.journal import Journal, RuleBroken
from sync.journal.pruning import drop, settled_through
from sync.journal.reader import JournalReader
from sync.points import Probe, no_probe
from tickets.admission import TimeQuality, TrustedNow
from tickets.errors import EnvironmentFault
from tickets.events import receipt_message
from tickets.keys import PublicKey
from tickets.service_day import CHINA, service_date

_log = logging.getLogger("waystation.journal")

AT_ONCE: Final = 200
"""About how many events go with one transaction."""
FIRST_S: Final = 60.0
"""How long after the start the first look is."""
REST_S: Final = 2.0
"""Between two slices."""
LOOK_S: Final = 3600.0
"""How often it is looked whether more may go."""
_FIRST_SINCE: Final = "SELECT min(seq) FROM events WHERE at_ms >= ?"


class JournalTidier:
    """Drops what is settled. Belongs to one thread of the journal's writer; the journal itself may be shared."""

    def __init__(
        self,
        journal: Journal,
        path: Path,
        cache: Path,
        receipt_keys: Callable[[], Sequence[PublicKey]],
        now: Callable[[], TrustedNow],
        boot: Callable[[], float],
        *,
        kept_days: int,
        zone: ZoneInfo = CHINA,
        probe: Probe = no_probe,
    ) -> None:
        """`path` is the journal's file, `cache` that of the cache with the centre's receipts.

        `receipt_keys` answers by which keys those are believed. `kept_days` is for how many days an event stays that
        was written, and whatever concerns a departure after its service day; `boot` counts seconds.
        """
        self._journal = journal
        self._reader = JournalReader(path)
        self._cache = CacheFile(cache)
        self._receipt_keys = receipt_keys
        self._now = now
        self._boot = boot
        self._kept = timedelta(days=kept_days)
        self._zone = zone
        self._probe = probe
        self._due = boot() + FIRST_S

    def look(self) -> float:
        """Drop a slice if it is time to and there is one; answers in how many seconds to call again.

        Raises EnvironmentFault when the disk does not take it: nothing has gone then.
        """
        left = self._due - self._boot()
        if left > 0:
            return left
        self._due = self._boot() + LOOK_S
        gone = self._drop()
        if gone:
            _log.info("journal.pruned", extra={"state": str(gone)})
            self._due = self._boot() + REST_S
        return self._due - self._boot()

    def close(self) -> None:
        """Let go of what is read."""
        self._reader.close()
        self._cache.close()

    def _drop(self) -> int:
        now = self._now()
        if now.quality is not TimeQuality.TRUSTED:
            return 0
        kept = self._kept_through(self._journal.epoch)
        if kept == 0:
            return 0
        young = self._reader.rows(_FIRST_SINCE, (int((now.at - self._kept).timestamp() * 1000),))
        first_young = cast("int | None", young[0][0]) if young else None
        seal = settled_through(
            self._reader,
            kept_through=kept if first_young is None else min(kept, first_young - 1),
            closed_before=service_date(now.at, self._zone) - self._kept,
            most=AT_ONCE,
        )
        return drop(self._journal, seal, self._probe) if seal else 0

    def _kept_through(self, epoch: UUID) -> int:
        """Up to where the centre has signed for this very chain; 0 when it has not, or not by a key known now."""
        found = self._cache.rows("SELECT kept_through, receipt FROM acknowledged WHERE epoch = ?", (epoch.hex,))
        if not found:
            return 0
        through, receipt = cast("tuple[int, bytes]", found[0])
        digest = self._reader.hash_at(through)
        if digest is None:
            return 0
        message = receipt_message(epoch, through, digest)
        return through if any(key.verify(receipt, message) for key in self._receipt_keys()) else 0


def tidy_quietly(tidier: JournalTidier) -> float:
    """Have it look. What keeps it from dropping is told and met again later: nothing has gone by then."""
    try:
        return tidier.look()
    except (EnvironmentFault, RuleBroken) as fault:
        _log.error("journal.not_pruned", extra={"what": fault.what})
        return LOOK_S
