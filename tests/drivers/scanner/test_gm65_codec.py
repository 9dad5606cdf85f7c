"""Frames of the GM65: held against the maker's printed examples, cut anywhere, damaged everywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.scanner import LONGEST_SCAN, Scan, Unreadable
from drivers.scanner.gm65_codec import (
    Decoder,
    Kind,
    Register,
    Reply,
    Request,
    RequestDecoder,
    crc16,
    encode,
    encode_reply,
)
from tests.drivers.scanner.pieces import cut_at

DONE = bytes.fromhex("02 00 00 01 00 33 31")
# printed in the maker's manual (8.2 to 8.4), in its list of serial commands and in a vendor's note on command mode
REQUESTS = [
    (Request(kind=Kind.SAVE, address=0, data=b"\0"), "7E 00 09 01 00 00 00 DE C8"),
    (Request(kind=Kind.WRITE, address=0x2A, data=b"\x39\x01"), "7E 00 08 02 00 2A 39 01 A7 EA"),
    (Request(kind=Kind.READ, address=0x2A, data=b"\x02"), "7E 00 07 01 00 2A 02 D8 0F"),
    (Request(kind=Kind.READ, address=0x0A, data=b"\x01"), "7E 00 07 01 00 0A 01 EE 8A"),
    (Request(kind=Kind.WRITE, address=0x0A, data=b"\x3e"), "7E 00 08 01 00 0A 3E 4C CF"),
    (Request(kind=Kind.WRITE, address=Register.READING, data=b"\xf5"), "7E 00 08 01 00 00 F5 CB 23"),
    (Request(kind=Kind.WRITE, address=Register.TRIGGER, data=b"\x01"), "7E 00 08 01 00 02 01 02 DA"),
    (Request(kind=Kind.READ, address=Register.READ_TIME, data=b"\x01"), "7E 00 07 01 00 06 01 AB E7"),
    (Request(kind=Kind.WRITE, address=Register.READ_TIME, data=b"\0"), "7E 00 08 01 00 06 00 DE 3F"),
]
REPLIES = [
    (Reply(kind=0, data=b"\0"), "02 00 00 01 00 33 31"),
    (Reply(kind=0, data=b"\x3e"), "02 00 00 01 3E E4 AC"),
    (Reply(kind=0, data=b"\x0f"), "02 00 00 01 0F C2 DE"),
]


@pytest.mark.parametrize(("request_", "printed"), REQUESTS)
def test_requests_are_as_printed_and_understood_byte_by_byte(request_: Request, printed: str) -> None:
    frame = bytes.fromhex(printed)
    assert encode(request_) == frame
    decoder = RequestDecoder()
    assert [each for byte in frame for each in decoder.feed(bytes((byte,)))] == [request_]
    assert decoder.discarded == 0


@pytest.mark.parametrize(("reply", "printed"), REPLIES)
def test_replies_are_as_printed_and_understood_byte_by_byte(reply: Reply, printed: str) -> None:
    frame = bytes.fromhex(printed)
    assert encode_reply(reply) == frame
    decoder = Decoder()
    assert [each for byte in frame for each in decoder.feed(bytes((byte,)))] == [reply]
    assert not decoder.unfinished


def test_a_request_whose_check_is_not_counted_is_understood() -> None:
    frame = bytes.fromhex("7E 00 08 01 00 02 01 AB CD")
    assert RequestDecoder().feed(frame) == [Request(kind=Kind.WRITE, address=Register.TRIGGER, data=b"\x01")]


def test_a_request_with_a_wrong_check_is_none_and_the_next_is_found() -> None:
    decoder = RequestDecoder()
    wrong = bytes.fromhex("7E 00 07 01 00 0A 01 11 22")
    right = bytes.fromhex("7E 00 07 01 00 0A 01 EE 8A")
    assert decoder.feed(wrong + right) == [Request(kind=Kind.READ, address=0x0A, data=b"\x01")]
    assert decoder.discarded == len(wrong)


@pytest.mark.parametrize("size", [0, 256])
def test_a_request_needs_data_and_not_too_much(size: int) -> None:
    with pytest.raises(ValueError, match="1 to 255"):
        encode(Request(kind=Kind.WRITE, address=0, data=bytes(size)))


def test_replies_and_codes_take_turns() -> None:
    events = Decoder().feed(DONE + b"RT1:ONE\r" + DONE + DONE + b"RT1:TWO\r\n" + DONE)
    done = Reply(kind=0, data=b"\0")
    assert events == [done, Scan(text="RT1:ONE"), done, done, Scan(text="RT1:TWO"), done]


def test_half_a_reply_never_shortens_the_code_behind_it() -> None:
    for half in range(1, len(DONE)):
        decoder = Decoder()
        events = decoder.feed(DONE[:half] + b"9876543210\r")
        assert events == [Unreadable(reason="control characters")]
        assert decoder.feed(b"NEXT\r") == [Scan(text="NEXT")]


def test_a_reply_without_its_last_byte_can_take_it_from_the_code_behind_it() -> None:
    """The one way in which a code gets shorter; the protocol leaves no other reading."""
    assert DONE[-1:] == b"1"
    assert Decoder().feed(DONE[:-1] + b"123\r") == [Reply(kind=0, data=b"\0"), Scan(text="23")]


def test_half_a_reply_and_silence_is_forgotten() -> None:
    decoder = Decoder()
    assert decoder.feed(DONE[:5]) == []
    assert decoder.unfinished
    assert decoder.end_line() == []
    assert decoder.discarded == 5
    assert decoder.feed(b"NEXT\r") == [Scan(text="NEXT")]


def test_a_code_without_an_ending_waits_for_end_line() -> None:
    decoder = Decoder()
    assert decoder.feed(b"12345") == []
    assert decoder.end_line() == [Scan(text="12345")]


def test_a_lost_connection_takes_its_halves_with_it() -> None:
    decoder = Decoder()
    decoder.feed(DONE[:5])
    decoder.reset()
    decoder.feed(b"HALF")
    decoder.reset()
    assert decoder.feed(DONE + b"WHOLE\r") == [Reply(kind=0, data=b"\0"), Scan(text="WHOLE")]


@given(st.sampled_from([frame for _, frame in REPLIES]), st.integers(0, 6), st.integers(1, 255))
def test_no_changed_byte_makes_another_reply(printed: str, place: int, flip: int) -> None:
    frame = bytearray.fromhex(printed)
    frame[place] ^= flip
    assert not [each for each in Decoder().feed(bytes(frame)) if isinstance(each, Reply)]


LIKELY = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([DONE, DONE[:3], b"\x02", b"\x02\x00", b"\r", b"RT1:ABC\r", b"\x7e\x00", b"A" * 600]),
    st.sampled_from([bytes.fromhex(printed) for _, printed in REQUESTS]),
)


@given(st.lists(LIKELY, max_size=12), st.lists(st.integers(min_value=0), max_size=12))
def test_arbitrary_bytes_give_the_same_events_in_any_pieces(parts: list[bytes], cuts: list[int]) -> None:
    data = b"".join(parts)
    whole, pieces = Decoder(), Decoder()
    events = whole.feed(data) + whole.end_line()
    assert events == [each for piece in cut_at(data, cuts) for each in pieces.feed(piece)] + pieces.end_line()
    assert whole.discarded == pieces.discarded
    for event in events:
        if isinstance(event, Scan):
            assert event.text.isprintable()
            assert event.text.isascii()
            assert len(event.text) <= LONGEST_SCAN
    whole_requests, requests = RequestDecoder(), RequestDecoder()
    assert whole_requests.feed(data) == [each for piece in cut_at(data, cuts) for each in requests.feed(piece)]


@given(st.integers(0, 255), st.integers(0, 0xFFFF), st.binary(min_size=1, max_size=255))
def test_every_request_comes_back(kind: int, address: int, data: bytes) -> None:
    request = Request(kind=kind, address=address, data=data)
    assert RequestDecoder().feed(encode(request)) == [request]


def test_the_check_of_the_usual_test_string() -> None:
    assert crc16(b"123456789") == 0x31C3  # CRC-16/XMODEM, as catalogued
