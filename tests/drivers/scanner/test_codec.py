"""The line decoder: every cut of the bytes gives the same scans, and nothing makes it raise."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.scanner import Scan, Unreadable
from drivers.scanner.codec import LineDecoder


def in_pieces(decoder: LineDecoder, data: bytes, cuts: list[int]) -> list[Scan | Unreadable]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [event for a, b in pairwise(places) for event in decoder.feed(data[a:b])]


@pytest.mark.parametrize("ending", [b"\r", b"\n", b"\r\n", b"\n\r", b"\r\r\n"])
def test_every_usual_ending_ends_a_line_once(ending: bytes) -> None:
    decoder = LineDecoder()
    assert decoder.feed(b"RT1:A" + ending + b"RT1:B" + ending) == [Scan(text="RT1:A"), Scan(text="RT1:B")]
    assert not decoder.unfinished


def test_an_ending_of_its_own_ends_a_line_too() -> None:
    assert LineDecoder(b"\x03").feed(b"A\x03B\r") == [Scan(text="A"), Scan(text="B")]


def test_a_line_without_an_ending_waits_for_end_line() -> None:
    decoder = LineDecoder()
    assert decoder.feed(b"12345") == []
    assert decoder.unfinished
    assert decoder.end_line() == [Scan(text="12345")]
    assert decoder.end_line() == []


def test_512_characters_are_a_scan_and_513_are_one_unreadable() -> None:
    decoder = LineDecoder()
    assert decoder.feed(b"A" * 512 + b"\r") == [Scan(text="A" * 512)]
    assert decoder.feed(b"A" * 5000) == [Unreadable(reason="longer than 512 characters")]
    assert decoder.feed(b"tail\rB\r") == [Scan(text="B")]
    assert decoder.discarded == 5004


def test_an_overlong_line_that_stops_without_an_ending_does_not_swallow_the_next() -> None:
    decoder = LineDecoder()
    decoder.feed(b"A" * 600)
    assert decoder.unfinished
    assert decoder.end_line() == []
    assert decoder.feed(b"B\r") == [Scan(text="B")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("北京".encode(), "not ASCII"),
        (b"\xff", "not ASCII"),
        (b"A\x00B", "control characters"),
        (b"\x7f", "control characters"),
    ],
)
def test_what_is_not_text_is_unreadable_and_counted(line: bytes, reason: str) -> None:
    decoder = LineDecoder()
    assert decoder.feed(line + b"\r") == [Unreadable(reason=reason)]
    assert decoder.discarded == len(line)


def test_a_lost_connection_takes_its_half_line_with_it() -> None:
    decoder = LineDecoder()
    decoder.feed(b"HALF")
    decoder.reset()
    assert decoder.feed(b"WHOLE\r") == [Scan(text="WHOLE")]


def test_a_scan_does_not_show_its_text() -> None:
    assert "11010519491231002X" not in repr(Scan(text="11010519491231002X"))


@given(st.lists(st.binary(max_size=700)), st.lists(st.integers(min_value=0)))
def test_arbitrary_bytes_give_the_same_events_in_any_pieces(lines: list[bytes], cuts: list[int]) -> None:
    data = b"\r".join(lines)
    whole, pieces = LineDecoder(), LineDecoder()
    events = whole.feed(data) + whole.end_line()
    assert events == in_pieces(pieces, data, cuts) + pieces.end_line()
    assert all(isinstance(event, Unreadable) or event.text.isascii() for event in events)
