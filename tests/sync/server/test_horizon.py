"""Tombstones are kept for a known time: who was away for longer is sent to begin anew, and nobody else is."""

from typing import Any

import pytest

from sync.encoding import from_text, to_text
from tests.sync.server.support import STATION, Clock, Terminal, World


def horizon(world: World) -> int:
    found: dict[int, int] = {row[0]: row[3] for row in world.rows("stations")}
    return found[STATION]


def days(world: World, clock: Clock, count: int) -> None:
    for _ in range(count):
        clock.forward(days=1)
        world.centre.stations.upkeep()


def tombstones(world: World) -> list[int]:
    """The numbers of the changes by which something has gone."""
    return [row[5] for row in world.rows("records") if row[0] == STATION and row[3] is None]


def test_tombstones_are_dropped_after_forty_days_and_not_before(till: Terminal, world: World, clock: Clock) -> None:
    days(world, clock, 1)
    assert horizon(world) == 0
    days(world, clock, 39)
    oldest = min(tombstones(world))
    assert horizon(world) == 0
    days(world, clock, 4)
    assert oldest <= horizon(world) < min(tombstones(world))


def test_who_was_away_for_long_has_to_begin_anew_and_who_was_not_catches_up(
    till: Terminal, world: World, clock: Clock
) -> None:
    long_ago = till.pull(limit=2000).json()["cursor"]
    days(world, clock, 10)
    cursor, more = long_ago, True
    while more:
        said = till.pull(cursor, limit=2000).json()
        cursor, more = said["cursor"], said["more"]
    days(world, clock, 34)
    assert till.pull(long_ago).status_code == 410
    assert till.pull(cursor).status_code == 200


def test_who_reads_from_the_beginning_is_not_too_late_on_the_way(till: Terminal, world: World, clock: Clock) -> None:
    days(world, clock, 45)
    assert horizon(world) > 20
    whole = till.pull_all()
    cache: dict[tuple[str, str], Any] = {}
    cursor, more, low = "", True, 0
    while more:
        answer = till.pull(cursor, 3)
        assert answer.status_code == 200
        said = answer.json()
        cache |= {(record["kind"], record["key"]): record["body"] for record in said["records"]}
        cursor, more = said["cursor"], said["more"]
        low += int(from_text(cursor).decode().split("/")[1]) < horizon(world)
    assert low > 0, "it has passed through what is older than the horizon"
    assert cache == whole
    assert len(from_text(cursor).decode().split("/")) == 2


def test_who_began_from_the_beginning_so_long_ago_that_tombstones_have_gone_begins_once_more(
    till: Terminal, world: World, clock: Clock
) -> None:
    first = till.pull("", 3).json()
    assert first["more"]
    days(world, clock, 20)
    assert till.pull(first["cursor"], 3).status_code == 200
    days(world, clock, 24)
    assert till.pull(first["cursor"], 3).status_code == 410


@pytest.mark.parametrize("numbers", ["1/2/3", "1/x", "x/1", "", "1/", "9" * 19, "1/" + "9" * 18])
def test_a_cursor_that_is_made_up_is_none(till: Terminal, numbers: str) -> None:
    made_up = to_text(f"{till.world.centre.house.store.instance}/{numbers}".encode())
    assert till.pull(made_up).status_code == 410
