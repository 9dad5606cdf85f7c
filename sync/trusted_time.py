"""What time it is, and how far that can be trusted.

The centre's signed time plus the boot clock since is trusted. Without it, after a start, the wall clock is believed
as long as it is not below a floor that is kept on disk: the newest trusted time, of sync or of the own journal. What is
below the floor or plainly absurd makes the time unknown: dates are then checked more widely, and staff are told.
Only time signed for our own nonce raises the floor for good or corrects it downwards.
"""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from tickets.admission import TimeQuality, TrustedNow

ABSURD_BEFORE_MS = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000)
"""No machine of ours ran before this: a clock that says so has lost its battery."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAnchor:
    """The centre said `centre_ms` when this machine's boot clock read `boot_seconds`, in the boot named `boot_id`."""

    boot_id: str
    boot_seconds: float
    centre_ms: int

    def to_json(self) -> str:
        """As text for the cache."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What `to_json` wrote; ValueError otherwise."""
        try:
            content = json.loads(text)
            return cls(
                boot_id=str(content["boot_id"]),
                boot_seconds=float(content["boot_seconds"]),
                centre_ms=int(content["centre_ms"]),
            )
        except (KeyError, TypeError) as error:
            raise ValueError("not a time anchor") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """The machine's own clocks: seconds since boot (sleep included), the wall clock, and this boot's name."""

    boot: Callable[[], float]
    wall: Callable[[], float]
    boot_id: str


def system_clocks() -> Clocks:
    """The clocks of the machine that this runs on."""
    return Clocks(boot=boot_clock, wall=time.time, boot_id=boot_id())


class TrustedClock:
    """Answers what time it is. `boot_clock` counts seconds since boot, sleep included; `wall` is seconds since 1970."""

    def __init__(
        self,
        anchor: TimeAnchor | None,
        floor_ms: int,
        boot_clock: Callable[[], float],
        wall: Callable[[], float],
        boot_id: str,
    ) -> None:
        self._boot_clock = boot_clock
        self._wall = wall
        self._boot_id = boot_id
        self._anchor: TimeAnchor | None = None
        self._floor_ms = 0
        self.renew(anchor, floor_ms)

    def renew(self, anchor: TimeAnchor | None, floor_ms: int) -> None:
        """Take over what sync has learnt since: a new anchor, and the floor that goes with it (which may be lower)."""
        self._anchor = anchor if anchor is not None and anchor.boot_id == self._boot_id else None
        self._floor_ms = floor_ms

    def now(self) -> TrustedNow:
        """The best time known. TRUSTED: signed, in this boot; DEGRADED: only the wall clock; UNKNOWN: not even that."""
        anchor = self._anchor  # read once: another thread may be renewing it
        if anchor is not None:
            since = self._boot_clock() - anchor.boot_seconds
            return _now(anchor.centre_ms + int(since * 1000), TimeQuality.TRUSTED)
        wall_ms = int(self._wall() * 1000)
        floor_ms = max(self._floor_ms, ABSURD_BEFORE_MS)
        if wall_ms < floor_ms:
            return _now(floor_ms, TimeQuality.UNKNOWN)
        return _now(wall_ms, TimeQuality.DEGRADED)


def boot_clock() -> float:
    """Seconds since this machine was started, counting also while it slept (CLOCK_BOOTTIME)."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def boot_id() -> str:
    """The kernel's name for this boot: an anchor of another boot says nothing about now."""
    return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()


def _now(ms: int, quality: TimeQuality) -> TrustedNow:
    return TrustedNow(at=datetime.fromtimestamp(ms / 1000, UTC), quality=quality)
