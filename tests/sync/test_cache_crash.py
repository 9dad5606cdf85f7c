"""The cache under SIGKILL: a page and its cursor are both there or both not."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from sync.cache.writer import CacheWriter
from sync.points import Point, kill_at
from sync.trusted_time import TimeAnchor
from tests.sync.cache_pages import DATE, day_key, page, ticket
from tests.sync.children import Say, in_child

EPOCH = UUID(int=9)
PAGES = 5

Work = Callable[[CacheWriter, Say], None]


def pull(writer: CacheWriter, say: Say) -> None:
    for n in range(1, PAGES + 1):
        writer.apply(page([ticket(n * 10 + i, n) for i in range(5)], f"c{n}", more=True))
        say(f"c{n}")


def fetch_afresh(writer: CacheWriter, say: Say) -> None:
    writer.apply(page([ticket(1)], "old"))
    writer.begin_staging()
    for n in range(1, PAGES + 1):
        writer.stage(page([ticket(n * 10 + i, n) for i in range(5)], f"c{n}", more=True))
        say(f"c{n}")
    writer.swap()
    say("swapped")


def fetch_a_snapshot(writer: CacheWriter, say: Say) -> None:
    writer.apply(page([ticket(1)], "old"))
    writer.begin_snapshot("described", [day_key()])
    say("begun")
    for n in range(1, PAGES + 1):
        writer.stage_records([ticket(n * 10 + i, n) for i in range(5)], str(n), durable=False)
        say(str(n))
    writer.swap("new")
    say("swapped")


def acknowledge(writer: CacheWriter, say: Say) -> None:
    for n in range(1, PAGES + 1):
        writer.acknowledge(EPOCH, n, b"r")
        say(str(n))


def set_time(writer: CacheWriter, say: Say) -> None:
    for n in range(1, PAGES + 1):
        writer.set_time(TimeAnchor(boot_id="b", boot_seconds=n, centre_ms=n))
        say(str(n))


CASES = [
    (pull, Point.SYNC_PULL_COMMIT_BEFORE, Point.SYNC_PULL_COMMIT_AFTER),
    (fetch_afresh, Point.SYNC_STAGE_COMMIT_BEFORE, Point.SYNC_STAGE_COMMIT_AFTER),
    (fetch_afresh, Point.SYNC_SWAP_COMMIT_BEFORE, Point.SYNC_SWAP_COMMIT_AFTER),
    (acknowledge, Point.SYNC_ACKNOWLEDGE_COMMIT_BEFORE, Point.SYNC_ACKNOWLEDGE_COMMIT_AFTER),
    (set_time, Point.SYNC_TIME_COMMIT_BEFORE, Point.SYNC_TIME_COMMIT_AFTER),
]


@pytest.mark.parametrize(("work", "point"), [(work, point) for work, *points in CASES for point in points])
def test_killed_around_a_commit(tmp_path: Path, work: Work, point: Point) -> None:
    path = tmp_path / "cache.db"
    nth = 1 if "swap" in point else 3
    ended = in_child(lambda say: work(CacheWriter(path, kill_at(point, nth)), say))
    assert ended.killed
    with CacheWriter(path) as writer:
        numbers = _numbers(writer)
        promised = ended.said
        if work is pull:
            last = int(writer.cursor()[1:] or 0)
            assert numbers == {n * 10 + i for n in range(1, last + 1) for i in range(5)}
            assert last == len(promised) + point.endswith("after")
        elif work is fetch_afresh and point is Point.SYNC_SWAP_COMMIT_AFTER:
            assert numbers == {n * 10 + i for n in range(1, PAGES + 1) for i in range(5)}
            assert (writer.cursor(), writer.staging_cursor()) == (f"c{PAGES}", None)
        elif work is fetch_afresh:
            assert numbers == {1}
            assert writer.cursor() == "old"
            staged = writer.staging_cursor()
            assert staged is not None
            if point is not Point.SYNC_SWAP_COMMIT_BEFORE:  # the first stage commit only begins
                assert int(staged[1:]) == len(promised) + point.endswith("after")
            assert writer.swap() == 0
            assert len(_numbers(writer)) == int(staged[1:]) * 5
        elif work is acknowledge:
            assert writer.kept_through(EPOCH) == len(promised) + point.endswith("after")
        else:
            anchor = writer.time_anchor()
            assert anchor is not None
            assert anchor.centre_ms == writer.time_floor_ms() == len(promised) + point.endswith("after")


@pytest.mark.parametrize(
    ("point", "nth"),
    [
        *(
            (point, nth)
            for point in (Point.SYNC_STAGE_COMMIT_BEFORE, Point.SYNC_STAGE_COMMIT_AFTER)
            for nth in (1, 2, 5)
        ),
        (Point.SYNC_SWAP_COMMIT_BEFORE, 1),
        (Point.SYNC_SWAP_COMMIT_AFTER, 1),
    ],
)
def test_killed_while_a_snapshot_is_taken_over(tmp_path: Path, point: Point, nth: int) -> None:
    path = tmp_path / "cache.db"
    ended = in_child(lambda say: fetch_a_snapshot(CacheWriter(path, kill_at(point, nth)), say))
    assert ended.killed
    whole = {n * 10 + i for n in range(1, PAGES + 1) for i in range(5)}
    with CacheWriter(path) as writer:
        if point is Point.SYNC_SWAP_COMMIT_AFTER:
            assert (writer.cursor(), writer.snapshot(), _numbers(writer)) == ("new", None, whole)
            return
        assert (writer.cursor(), _numbers(writer)) == ("old", {1})
        if writer.snapshot() is None:
            assert ended.said == []
            return
        staged = int(writer.staging_cursor() or 0)
        assert staged >= len(ended.said) - 1
        for n in range(staged + 1, PAGES + 1):
            writer.stage_records([ticket(n * 10 + i, n) for i in range(5)], str(n), durable=False)
        assert writer.swap("new") == 0
        assert (writer.cursor(), writer.snapshot(), writer.staging_cursor()) == ("new", None, None)
        assert _numbers(writer) == whole
        assert writer.record("day_key", DATE) is not None


def test_a_destroyed_key_is_not_on_the_disk_after_a_fresh_copy(tmp_path: Path) -> None:
    path, secret = tmp_path / "cache.db", "c0ffee" * 10 + "beef"
    with CacheWriter(path) as writer:
        writer.apply(page([day_key(key=secret), *(ticket(n) for n in range(200))], "old"))
        writer.begin_snapshot("described", [day_key("2026-11-23")])
        writer.stage_records([ticket(n) for n in range(200)], "200", durable=False)
        assert secret.encode() in path.read_bytes() + Path(f"{path}-wal").read_bytes()
        writer.swap("new")
        assert secret.encode() not in path.read_bytes() + Path(f"{path}-wal").read_bytes()
        index = writer.all("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name")
        for _ in range(2):
            writer.begin_staging()
            writer.swap()
        again = writer.all("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name")
        assert index == again, "every second copy's indexes have the same names"


def _numbers(writer: CacheWriter) -> set[int]:
    rows = writer._connection.execute("SELECT number FROM tickets").fetchall()
    return {int.from_bytes(number) for (number,) in rows}
