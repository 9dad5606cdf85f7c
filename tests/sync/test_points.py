"""The kill switch of the crash tests kills, at the right point and time, and refuses a point that nobody has."""

import pytest

from sync.points import ALL_POINTS, Point, after_commit, before_commit, kill_at, no_probe
from tests.sync.children import Say, in_child
from tickets.events import Kind


@pytest.mark.parametrize("nth", [1, 3])
def test_it_kills_at_the_nth_time(nth: int) -> None:
    def work(say: Say) -> None:
        probe = kill_at(Point.GATE_COIL_BEFORE, nth)
        for n in range(1, 9):
            probe(Point.GATE_COIL_AFTER)
            say(str(n))
            probe(Point.GATE_COIL_BEFORE)

    ended = in_child(work)
    assert ended.killed
    assert ended.said == [str(n) for n in range(1, nth + 1)]


def test_a_point_that_is_never_reached_kills_nobody() -> None:
    def work(say: Say) -> None:
        probe = kill_at(Point.GATE_COIL_BEFORE)
        probe(Point.GATE_COIL_AFTER)
        no_probe(Point.GATE_COIL_BEFORE)
        say("alive")

    ended = in_child(work)
    assert ended.done
    assert ended.said == ["alive"]


@pytest.mark.parametrize("point", ["gate:coil:befor", "", "gate:commit:use.claimed"])
def test_a_misspelt_point_is_an_error(point: str) -> None:
    with pytest.raises(ValueError, match="no point"):
        kill_at(point)


def test_the_list_is_whole_and_without_repetition() -> None:
    assert len(set(ALL_POINTS)) == len(ALL_POINTS)
    assert set(Point) <= set(ALL_POINTS)
    for process in ("gate", "till"):
        for kind in Kind:
            assert before_commit(process, kind) in ALL_POINTS
            assert after_commit(process, kind) in ALL_POINTS
    assert before_commit("gate", Kind.USE_CLAIMED) == "gate:commit:use.claimed:before"
    assert all(point.endswith((":before", ":after")) for point in ALL_POINTS)
