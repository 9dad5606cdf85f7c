"""What time it is: signed, plausible or unknown; and what a fast, slow or dead clock can and cannot do."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.trusted_time import ABSURD_BEFORE_MS, Clocks, TimeAnchor, TrustedClock, boot_clock, boot_id, system_clocks
from tickets.admission import TimeQuality

NOW_MS = 1_795_000_000_000
ANCHOR = TimeAnchor(boot_id="this", boot_seconds=100.0, centre_ms=NOW_MS)


class Machine:
    """A machine whose clocks a test can set."""

    def __init__(self, wall_ms: int, boot: float = 100.0, name: str = "this") -> None:
        self.wall_ms = wall_ms
        self.boot_seconds = boot
        self.clocks = Clocks(boot=lambda: self.boot_seconds, wall=lambda: self.wall_ms / 1000, boot_id=name)

    def clock(self, anchor: TimeAnchor | None, floor_ms: int = 0) -> TrustedClock:
        return TrustedClock(anchor, floor_ms, self.clocks.boot, self.clocks.wall, self.clocks.boot_id)


def ms(clock: TrustedClock) -> int:
    return round(clock.now().at.timestamp() * 1000)


def test_signed_time_runs_on_with_the_boot_clock_whatever_the_wall_says() -> None:
    machine = Machine(wall_ms=0)
    clock = machine.clock(ANCHOR)
    assert (ms(clock), clock.now().quality) == (NOW_MS, TimeQuality.TRUSTED)
    machine.boot_seconds += 3600
    machine.wall_ms = 9 * NOW_MS // 8
    assert (ms(clock), clock.now().quality) == (NOW_MS + 3_600_000, TimeQuality.TRUSTED)


def test_an_anchor_of_another_boot_says_nothing_about_now() -> None:
    clock = Machine(wall_ms=NOW_MS + 5, name="next").clock(ANCHOR, floor_ms=NOW_MS)
    assert (ms(clock), clock.now().quality) == (NOW_MS + 5, TimeQuality.DEGRADED)


def test_a_wall_clock_below_the_floor_makes_the_time_unknown() -> None:
    machine = Machine(wall_ms=NOW_MS - 1)
    clock = machine.clock(None, floor_ms=NOW_MS)
    assert (ms(clock), clock.now().quality) == (NOW_MS, TimeQuality.UNKNOWN)
    machine.wall_ms = NOW_MS
    assert clock.now().quality is TimeQuality.DEGRADED


@pytest.mark.parametrize("wall_ms", [0, 1_000_000_000_000, ABSURD_BEFORE_MS - 1])
def test_an_empty_battery_makes_the_time_unknown_even_without_a_floor(wall_ms: int) -> None:
    now = Machine(wall_ms).clock(None).now()
    assert now.quality is TimeQuality.UNKNOWN
    assert now.at >= datetime(2026, 1, 1, tzinfo=UTC)


def test_signed_time_corrects_a_floor_that_was_too_high() -> None:
    machine = Machine(wall_ms=NOW_MS)
    clock = machine.clock(None, floor_ms=NOW_MS + 86_400_000)
    assert clock.now().quality is TimeQuality.UNKNOWN
    clock.renew(ANCHOR, ANCHOR.centre_ms)
    assert (ms(clock), clock.now().quality) == (NOW_MS, TimeQuality.TRUSTED)


@given(st.integers(0, 2**42), st.integers(0, 2**42), st.booleans())
def test_without_signed_time_it_is_never_below_the_floor_and_never_called_trusted(
    wall_ms: int, floor_ms: int, stale_anchor: bool
) -> None:
    clock = Machine(wall_ms, name="next").clock(ANCHOR if stale_anchor else None, floor_ms)
    assert ms(clock) >= floor_ms
    assert clock.now().quality is not TimeQuality.TRUSTED
    assert clock.now().at.tzinfo is UTC


def test_an_anchor_survives_being_written_down() -> None:
    assert TimeAnchor.from_json(ANCHOR.to_json()) == ANCHOR
    for nonsense in ("", "{}", "[]", '{"boot_id": "x", "boot_seconds": "y", "centre_ms": 1}'):
        with pytest.raises(ValueError):
            TimeAnchor.from_json(nonsense)


def test_this_machine_has_the_clocks() -> None:
    clocks = system_clocks()
    assert clocks.boot_id == boot_id() != ""
    assert clocks.boot() <= boot_clock()
    assert abs(clocks.wall() - datetime.now(UTC).timestamp()) < 60
