"""ZPL and TSPL bytes: what is sent is what the manuals say, and no answer, however broken, is taken for another."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from drivers.printer import PaperState, Status, tspl_codec, zpl_codec
from drivers.printer.labels import Answer, Decoder
from drivers.printer.stock import TicketStock
from drivers.printer.tspl_simulator import AT_ONCE
from drivers.printer.zpl_stream import Abort, Ask, Format, Keep, Parser, decode

FINE = Status(online=True, cover_open=False, paper=PaperState.OK, error=None)


def zpl(first: str = "030,0,0,0800,000,0,0,0,000,0,0,0", second: str = "000,0,0,0,0,3,0,0,00000000,1,000") -> bytes:
    return b"".join(b"\x02" + line.encode() + b"\x03\r\n" for line in (first, second, "1234,0"))


def full(text: str) -> bytes:
    return b"\x02" + text.encode() + b"\x03\r\n"


def test_commands_are_the_manuals() -> None:
    stock = TicketStock(kind="gap", length_mm=100, gap_mm=3, after="tear")
    assert zpl_codec.print_once(576, 800, stock.kind, stock.after) == (
        b"^XA^MMT^MNW^PW576^LL800^LH0,0^JZN^FO0,0^XGR:WSTICKET.GRF,1,1^FS^PQ1,0,1,N^XZ^XA^IDR:WSTICKET.GRF^FS^XZ"
    )
    assert tspl_codec.set_up(stock, 800).split(b"\r\n") == [
        *(b"SIZE 72 mm,100 mm", b"GAP 3 mm,0 mm", b"DIRECTION 0", b"REFERENCE 0,0", b"SET REPRINT OFF"),
        *(b"SET PEEL OFF", b"SET CUTTER OFF", b"SET TEAR ON", b"CLS", b""),
    ]
    mark = TicketStock(kind="mark", length_mm=80, gap_mm=2.5)
    assert b"BLINE 2.5 mm,0 mm" in tspl_codec.set_up(mark, 640)
    assert (zpl_codec.ASK, tspl_codec.ASK_SHORT, tspl_codec.ASK_FULL) == (b"~HS", b"\x1b!?", b"\x1b!S")


def test_a_picture_for_tspl_is_white_where_ours_is_not_black() -> None:
    parts = list(tspl_codec.draw(b"\xf0\x01" * 70, 16, 70))
    assert parts[0].startswith(b"BITMAP 0,0,2,64,0,\x0f\xfe")
    assert parts[1] == b"BITMAP 0,64,2,6,0," + b"\x0f\xfe" * 6 + b"\r\n"


@given(st.lists(st.sampled_from([0x1B ^ 0xFF, 0x21 ^ 0xFF, 0x52 ^ 0xFF, 0, 0xFF]), min_size=72, max_size=720))
def test_no_picture_for_tspl_contains_a_command(content: list[int]) -> None:
    image = bytes(content[: len(content) // 72 * 72])
    assert not re.search(AT_ONCE, b"".join(tspl_codec.draw(image, 576, len(image) // 72)))


@given(st.binary(min_size=1, max_size=400), st.integers(1, 9))
def test_a_picture_for_zpl_comes_back_whole(content: bytes, across: int) -> None:
    image = content[: len(content) // across * across] or bytes(across)
    parser = Parser()
    parser.feed(b"".join(zpl_codec.load(image, across)) + b"^XA")
    (kept,) = parser.take()
    assert isinstance(kept, Keep)
    assert kept.name == zpl_codec.PICTURE
    assert kept.picture.tobytes() == image


@given(st.integers(0, 10**6), st.integers(1, 255))
def test_a_picture_for_zpl_that_was_damaged_is_not_kept(place: int, change: int) -> None:
    data = bytearray(b"".join(zpl_codec.load(bytes(range(256)), 8)))
    first = data.index(b":Z64:") + 5
    at = first + place % (len(data) - first)
    data[at] ^= change
    parser = Parser()
    parser.feed(bytes(data) + b"^XA^XZ")
    assert not any(isinstance(found, Keep) and found.picture.tobytes() != bytes(range(256)) for found in parser.take())


def test_hexadecimal_digits_with_their_short_forms() -> None:
    """After the manual's examples: M is 7 times, hP 30 times; a comma fills a row with 0, a colon repeats it."""
    assert decode(b"M0,::", 3 * 8, 8) == (bytes(24), 5)
    assert decode(b"FFG0!:", 8, 4) == (bytes.fromhex("ff0fffff" * 2), 6)
    assert decode(b"hPA", 15, 15) == (b"\xaa" * 15, 3)
    assert decode(b"0011", 4, 2) == (None, 0)


def test_a_host_may_draw_in_place() -> None:
    parser = Parser()
    parser.feed(b"^XA^FO8,4^GFA,4,4,2,FF00AA55^FS^XZ~HS")
    made, ask = parser.take()
    assert isinstance(made, Format)
    assert made.draws
    assert ask == Ask()
    assert made.drawn[0].tobytes() == Image.frombytes("1", (16, 2), bytes.fromhex("ff00aa55")).tobytes()


@given(st.binary(max_size=300))
def test_arbitrary_bytes_never_stop_the_parser(noise: bytes) -> None:
    parser = Parser()
    parser.feed(noise)
    parser.take()
    parser.feed(b"~DN^XA^XZ~HS")
    assert parser.take()[-1] == Ask()


def test_an_unknown_control_is_counted() -> None:
    parser = Parser()
    parser.feed(b"~XY^XA")
    assert parser.take() == [Abort()]


ZPL_SAID = [
    (zpl(), Answer(status=FINE, busy=False)),
    (zpl(first="030,0,0,0800,002,0,0,0,000,0,0,0"), Answer(status=FINE, busy=True)),
    (zpl(first="030,0,0,0800,000,0,0,1,000,0,0,0"), Answer(status=FINE, busy=True)),
    (zpl(second="000,0,0,0,0,3,0,0,00000002,1,004"), Answer(status=FINE, busy=True, pictures=4)),
    (
        zpl(first="030,1,1,0800,000,0,0,0,000,0,0,0"),
        Answer(status=Status(online=False, cover_open=False, paper=PaperState.END, error=None), busy=False),
    ),
    (
        zpl(second="000,0,1,1,0,3,0,0,00000000,1,000"),
        Answer(status=Status(online=False, cover_open=True, paper=PaperState.OK, error="ribbon"), busy=False),
    ),
    (
        zpl(second="000,0,0,0,0,1,0,1,00000000,1,000"),
        Answer(
            status=Status(online=True, cover_open=False, paper=PaperState.OK, error=None, in_mouth=True), busy=False
        ),
    ),
]
TSPL_SAID = [
    (full("@@@@"), Answer(status=FINE, busy=False)),
    (full("P@@@"), Answer(status=FINE, busy=True)),
    (full("W@@@"), Answer(status=FINE, busy=True)),
    (
        full("@A@@"),
        Answer(status=Status(online=True, cover_open=False, paper=PaperState.NEAR_END, error=None), busy=False),
    ),
    (
        full("E@@A"),
        Answer(status=Status(online=False, cover_open=False, paper=PaperState.END, error=None), busy=False),
    ),
    (full("E@@`"), Answer(status=Status(online=False, cover_open=True, paper=PaperState.OK, error=None), busy=False)),
    (
        full("E@H@"),
        Answer(status=Status(online=False, cover_open=False, paper=PaperState.OK, error="cutter"), busy=False),
    ),
    (full("`@@@"), Answer(status=Status(online=False, cover_open=False, paper=PaperState.OK, error=None), busy=False)),
    (
        full("L@@@"),
        Answer(
            status=Status(online=True, cover_open=False, paper=PaperState.OK, error=None, in_mouth=True), busy=False
        ),
    ),
]
SHORT_SAID = [
    (0x00, FINE, False),
    (0x20, FINE, True),
    (0x04, Status(online=False, cover_open=False, paper=PaperState.END, error=None), False),
    (0x41, Status(online=False, cover_open=True, paper=PaperState.OK, error=None), False),
    (0x0A, Status(online=False, cover_open=False, paper=PaperState.OK, error="mechanical"), False),
    (0x10, Status(online=False, cover_open=False, paper=PaperState.OK, error=None), False),
]


@pytest.mark.parametrize(("said", "answer"), ZPL_SAID)
def test_host_status(said: bytes, answer: Answer) -> None:
    assert zpl_codec.HostStatus().feed(said) == [answer]


@pytest.mark.parametrize(("said", "answer"), TSPL_SAID)
def test_full_status(said: bytes, answer: Answer) -> None:
    assert tspl_codec.FullStatus().feed(said) == [answer]


@pytest.mark.parametrize(("byte", "status", "busy"), SHORT_SAID)
def test_short_status(byte: int, status: Status, busy: bool) -> None:
    assert tspl_codec.ShortStatus().feed(bytes((byte,))) == [Answer(status=status, busy=busy)]


DECODERS: list[tuple[Callable[[], Decoder], bytes]] = [
    (zpl_codec.HostStatus, zpl()),
    (tspl_codec.FullStatus, full("@@@@")),
]


@pytest.mark.parametrize("at", range(2), ids=["zpl", "tspl"])
@given(st.lists(st.integers(1, 7), min_size=1), st.integers(1, 4))
def test_pieces_do_not_matter(at: int, sizes: list[int], times: int) -> None:
    made, good = DECODERS[at]
    decoder, whole, events, place = made(), good * times, [], 0
    turn = 0
    while place < len(whole):
        size = sizes[turn % len(sizes)]
        events += decoder.feed(whole[place : place + size])
        place, turn = place + size, turn + 1
    assert (len(events), decoder.discarded) == (times, 0)


@pytest.mark.parametrize("at", range(2), ids=["zpl", "tspl"])
@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_answers_or_counted(at: int, noise: bytes) -> None:
    made, good = DECODERS[at]
    decoder = made()
    decoder.feed(noise)
    assert decoder.feed(good + good)
    assert decoder.discarded <= len(noise) + len(good)


@pytest.mark.parametrize("at", range(2), ids=["zpl", "tspl"])
@given(st.integers(0, 10**4), st.integers(1, 255))
def test_a_changed_byte_is_seen_or_changes_a_value(at: int, place: int, change: int) -> None:
    """No checksum protects an answer; but what breaks its form is dropped and counted."""
    made, good = DECODERS[at]
    damaged = bytearray(good)
    damaged[place % len(good)] ^= change
    decoder = made()
    answers = decoder.feed(bytes(damaged))
    assert decoder.feed(good), "the next one is read"
    assert answers or decoder.discarded > 0
