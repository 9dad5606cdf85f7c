"""Lines for a reader who is slow or gone: nobody waits for him."""

import json
import os
import threading
import time
from collections.abc import Iterator

import pytest

from station.output_lines import OutputLines
from tests.gate.lane_bench import eventually


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:  # a test has closed it
            continue


def test_each_line_is_written_whole_and_in_its_turn(pipe: tuple[int, int]) -> None:
    lines = OutputLines(pipe[1])
    said = [{"lane": "1A", "word": "请进" * n} for n in range(50)]
    for line in said:
        lines.say(line)
    lines.close()
    assert [json.loads(line) for line in os.read(pipe[0], 1 << 16).splitlines()] == said


def test_a_reader_who_does_not_read_holds_nobody_up(pipe: tuple[int, int]) -> None:
    lines, began = OutputLines(pipe[1], most_waiting=10), time.monotonic()
    for number in range(1000):
        lines.say({"number": number, "room": "x" * 1000})
    assert time.monotonic() - began < 1
    lines.close(0.01)
    os.close(pipe[0])  # the thread ends: nobody reads any more


def test_a_reader_who_has_gone_hurts_nobody(pipe: tuple[int, int]) -> None:
    os.close(pipe[0])
    before = threading.active_count()
    lines = OutputLines(pipe[1])
    for number in range(100):
        lines.say({"number": number})
    lines.close()
    eventually(lambda: threading.active_count() <= before)
