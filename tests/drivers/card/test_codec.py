"""ZVT bytes: held against published ones, and fed anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.card.codec import LARGEST, Apdu, Decoder, bcd, encode, fields, from_bcd
from drivers.card.messages import (
    Booking,
    authorisation,
    booking,
    end_of_day,
    parts,
    refund,
    registration,
    repeat_receipt,
    reversal,
    status_enquiry,
    terminal_status,
)

PAID = (
    "27 00 04 00 00 00 00 20 40 0B 00 04 70 0C 22 39 53 0D 10 06 0E 25 12 17 00 01 19 70 22 F0 F8 EE EE EE EE EE EE 47"
    "71 29 28 00 48 69 2A 31 30 30 34 36 31 37 36 33 20 20 20 20 20 20 3B 36 31 31 38 30 34 00 00 3C F0 F1 F4 47 45 4E"
    "2E 4E 52 2E 3A 36 31 31 38 30 34 49 09 78 87 04 70 88 00 04 70 8A 2E 8B F1 F7 44 65 62 69 74 20 4D 61 73 74 65 72"
    "63 61 72 64 00"
)
"""A status information that a real terminal sent (published by another project as a test vector)."""

STOPPED = "27 6C 29 28 00 48 69 3C F0 F1 F9 41 62 62 72 75 63 68 20 64 75 72 63 68 20 4B 75 6E 64 65"
"""Another: the customer pressed stop."""


def test_messages_as_published() -> None:
    """The first two are published with euros; here they differ in the currency alone."""
    assert encode(registration(0)).hex(" ").upper() == "06 00 06 00 00 00 BA 01 56"
    assert encode(authorisation(4500)).hex(" ").upper() == "06 01 0A 04 00 00 00 00 45 00 49 01 56"
    assert encode(end_of_day(123456)).hex() == "065003123456"
    assert encode(repeat_receipt(0)).hex() == "062003000000"
    assert encode(status_enquiry(0)).hex() == "0501050000000302"
    assert encode(reversal(0, 42, 4500)).hex() == "063010000000870042" + "04000000004500" + "490156"
    assert encode(refund(0, 50)).hex() == "06310d000000" + "04000000000050" + "490156"


def test_a_real_terminals_booking_is_read() -> None:
    read = booking(bytes.fromhex(PAID))
    assert read == Booking(result=0, fen=2040, terminal=28004869, trace=470, receipt=470, reverses=None)
    assert read is not None
    assert read.name == "28004869-000470-0470"
    assert parts(read.name) == (28004869, 470, 470)


def test_a_real_terminals_refusal_is_read() -> None:
    read = booking(bytes.fromhex(STOPPED))
    assert read == Booking(result=0x6C, fen=None, terminal=28004869, trace=0, receipt=0, reverses=None)


def test_nothing_of_the_card_is_kept() -> None:
    assert "4771" not in repr(booking(bytes.fromhex(PAID)))
    assert "4771" not in repr(Apdu(command=0x040F, data=bytes.fromhex(PAID)))


def test_a_long_message() -> None:
    """654 bytes: FF 8E 02, as a real terminal's printed block had them."""
    apdu = Apdu(command=0x06D3, data=bytes(654))
    assert encode(apdu).startswith(bytes.fromhex("06D3FF8E02"))
    decoder = Decoder()
    assert decoder.feed(encode(apdu)) == [apdu]


def test_what_is_no_message_spoils_the_stream() -> None:
    for nonsense in (b"\xaa", b"\x16\x03\x01", b"\x06\x01\xff\xff\xff"):
        decoder = Decoder()
        assert decoder.feed(nonsense) == []
        assert decoder.spoilt
        assert decoder.feed(encode(registration(0))) == []


def test_a_status_with_or_without_the_software_version() -> None:
    assert terminal_status(b"") == 0
    assert terminal_status(b"\x00") == 0
    assert terminal_status(b"\xdc") == 0xDC
    assert terminal_status(bytes.fromhex("F0F0F3") + b"1.2" + b"\x9c") == 0x9C
    assert terminal_status(bytes.fromhex("F0F9F9")) == 0xF0


apdus = st.builds(Apdu, command=st.sampled_from([0x0601, 0x040F, 0x8000, 0x061E, 0x8483]), data=st.binary(max_size=600))


@given(st.lists(apdus, max_size=4), st.lists(st.integers(1, 50), max_size=20))
def test_whole_messages_come_out_however_they_are_cut(sent: list[Apdu], cuts: list[int]) -> None:
    stream = b"".join(encode(apdu) for apdu in sent)
    decoder, heard = Decoder(), []
    for cut in [*cuts, len(stream)]:
        heard += decoder.feed(stream[:cut])
        stream = stream[cut:]
    assert heard == sent
    assert not decoder.spoilt


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_the_decoder_takes_anything(pieces: list[bytes]) -> None:
    decoder = Decoder()
    for piece in pieces:
        for apdu in decoder.feed(piece):
            assert len(apdu.data) <= LARGEST
            booking(apdu.data)


@given(st.binary(max_size=200))
def test_fields_take_anything(data: bytes) -> None:
    assert sum(len(value) for value in fields(data).values()) <= len(data)
    booking(data)
    assert 0 <= terminal_status(data) <= 255


@given(st.integers(0, len(bytes.fromhex(PAID)) - 1))
def test_a_booking_cut_short_is_never_another_amount(size: int) -> None:
    read = booking(bytes.fromhex(PAID)[:size])
    assert read is None or read.fen in (None, 2040)


@given(st.integers(0, 10**6 - 1))
def test_digits_there_and_back(number: int) -> None:
    assert from_bcd(bcd(number, 3)) == number


@pytest.mark.parametrize("number", [-1, 10**6])
def test_what_does_not_fit_is_told(number: int) -> None:
    with pytest.raises(ValueError, match="6 digits"):
        bcd(number, 3)


@pytest.mark.parametrize("name", ["", "1-2", "a-b-c", "123456789-1-1", "1-1234567-1", "1-1-12345", "1-²-1", "-1-1-1"])
def test_what_is_no_receipt(name: str) -> None:
    assert parts(name) is None
