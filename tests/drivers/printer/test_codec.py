"""ESC/POS bytes: what is sent is what the manuals say, and no answer, however broken, is taken for another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.printer import PaperState, Status, stream
from drivers.printer import codec as escpos

FINE = Status(online=True, cover_open=False, paper=PaperState.OK, error=None)


def test_commands_are_the_manuals() -> None:
    assert escpos.BEGIN.hex(" ") == "1b 40 1d 28 44 05 00 14 01 00 02 00 1d 61 ff"
    assert escpos.CUT.hex(" ") == "1d 56 42 00"
    assert escpos.ask_status(4).hex(" ") == "10 04 04"
    assert escpos.handshake(b"Az9~").hex(" ") == "1d 28 48 06 00 30 30 41 7a 39 7e"


@pytest.mark.parametrize("mark", [b"abc", b"abcde", b"ab\x1fc", b"ab\x7fc"])
def test_a_handshake_mark_is_four_printable_characters(mark: bytes) -> None:
    with pytest.raises(ValueError):
        escpos.handshake(mark)


@pytest.mark.parametrize("number", [0, 5, 20])
def test_there_are_four_statuses(number: int) -> None:
    with pytest.raises(ValueError):
        escpos.ask_status(number)


def test_a_picture_is_sent_in_slices_that_clones_can_read() -> None:
    image = bytes(range(1, 4)) * 150
    parts = list(escpos.raster(image, 20, 150))
    assert [part[:8].hex(" ") for part in parts] == [
        "1d 76 30 00 03 00 40 00",
        "1d 76 30 00 03 00 40 00",
        "1d 76 30 00 03 00 16 00",
    ]
    assert b"".join(part[8:] for part in parts) == image


@pytest.mark.parametrize(("size", "width", "height"), [(71, 576, 1), (73, 584, 1), (0, 0, 1), (0, 8, 0), (2, 8, 1)])
def test_a_picture_of_another_size_is_not_sent(size: int, width: int, height: int) -> None:
    with pytest.raises(ValueError):
        list(escpos.raster(bytes(size), width, height))


@given(st.lists(st.sampled_from([0x10, 0x04, 0x05, 0x14, 0x01, 0x08, 0x02, 0x00, 0xFF]), min_size=72, max_size=720))
def test_no_picture_contains_a_command(content: list[int]) -> None:
    image = bytes(content[: len(content) // 72 * 72])
    safe = escpos.without_real_time_commands(image)
    assert stream.RealTimeScan().feed(safe + bytes(8)) == []
    assert len(safe) == len(image)
    assert all((a ^ b).bit_count() <= 1 for a, b in zip(image, safe, strict=True))


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ("12 12 12 12", FINE),
        ("16 12 12 12", FINE),
        (
            "1a 16 12 12",
            Status(online=False, cover_open=True, paper=PaperState.OK, error=None),
        ),
        ("12 12 12 1e", Status(online=True, cover_open=False, paper=PaperState.NEAR_END, error=None)),
        ("1a 32 12 7e", Status(online=False, cover_open=False, paper=PaperState.END, error=None)),
        ("1a 52 1a 12", Status(online=False, cover_open=False, paper=PaperState.OK, error="cutter")),
        ("1a 52 16 12", Status(online=False, cover_open=False, paper=PaperState.OK, error="mechanical")),
        ("1a 52 32 12", Status(online=False, cover_open=False, paper=PaperState.OK, error="unrecoverable")),
        ("1a 52 52 12", Status(online=False, cover_open=False, paper=PaperState.OK, error="overheated")),
        ("1a 52 12 12", Status(online=False, cover_open=False, paper=PaperState.OK, error="mechanical")),
    ],
)
def test_four_answers_are_one_status(answers: str, status: Status) -> None:
    assert escpos.status_from_bytes(*bytes.fromhex(answers)) == status
    assert status.ready == (status.online and status.error is None)


@pytest.mark.parametrize(
    ("four", "status"),
    [
        ("10 00 00 00", FINE),
        ("14 00 00 0f", FINE),
        ("38 00 00 00", Status(online=False, cover_open=True, paper=PaperState.OK, error=None)),
        ("10 00 03 00", Status(online=True, cover_open=False, paper=PaperState.NEAR_END, error=None)),
        ("18 00 0f 00", Status(online=False, cover_open=False, paper=PaperState.END, error=None)),
        ("18 08 00 00", Status(online=False, cover_open=False, paper=PaperState.OK, error="cutter")),
    ],
)
def test_automatic_status(four: str, status: Status) -> None:
    assert escpos.Decoder().feed(bytes.fromhex(four)) == [escpos.StatusChanged(status)]


WHOLE = st.sampled_from(
    [
        b"\x12",
        b"\x7e",
        b"\x10\x00\x00\x00",
        b"\x38\x04\x0f\x00",
        b"\x37\x22rAt~\x00",
        b"\x5fWaystation\x00",
        b"\x11",
        b"\x13",
    ]
)


@given(st.lists(WHOLE, max_size=12), st.lists(st.integers(1, 5), min_size=1))
def test_pieces_do_not_matter(answers: list[bytes], sizes: list[int]) -> None:
    whole = b"".join(answers)
    decoder, events, at = escpos.Decoder(), [], 0
    while at < len(whole):
        size = sizes[at % len(sizes)]
        events += decoder.feed(whole[at : at + size])
        at += size
    assert events == escpos.Decoder().feed(whole)
    assert len(events) == sum(answer not in {b"\x11", b"\x13"} for answer in answers)
    assert decoder.discarded == 0


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_events_or_counted(noise: bytes) -> None:
    decoder = escpos.Decoder()
    decoder.feed(noise)
    decoder.reset()
    assert decoder.feed(b"\x12") == [escpos.StatusByte(0x12)]
    assert decoder.discarded <= len(noise)


@pytest.mark.parametrize("part", ["10", "10 00 00", "37", "37 22 72 32", "5f 57 61"])
def test_half_an_answer_is_never_another(part: str) -> None:
    decoder = escpos.Decoder()
    assert decoder.feed(bytes.fromhex(part)) == []
    assert decoder.feed(bytes.fromhex("10 00 00 00")) == [escpos.StatusChanged(FINE)]
    assert decoder.discarded == len(bytes.fromhex(part))


def test_an_endless_block_is_dropped() -> None:
    decoder = escpos.Decoder()
    assert decoder.feed(b"\x5f" + b"A" * 500) == []
    assert decoder.discarded > 400
