"""Modbus frames: known vectors, every cut of the bytes, and noise around and in place of them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.barrier.modbus import (
    ON,
    Bits,
    Foreign,
    ReadBits,
    ReadRegisters,
    Refused,
    Reply,
    Request,
    Words,
    WriteCoil,
    WriteCoils,
    WriteRegisters,
    Written,
    crc16,
    encode,
    encode_reply,
)
from drivers.barrier.modbus_decoders import ReplyDecoder, RequestDecoder

READ_37_COILS = ReadBits(unit=1, function=1, first=19, count=37)
EXAMPLE_BITS = "1011001111010110010011010111000011011"[:37]


def bits(text: str) -> tuple[bool, ...]:
    return tuple(letter == "1" for letter in text)


requests = st.one_of(
    st.builds(
        ReadBits,
        unit=st.just(1),
        function=st.sampled_from([1, 2]),
        first=st.integers(0, 0xFFFF),
        count=st.integers(1, 100),
    ),
    st.builds(WriteCoil, unit=st.just(1), address=st.integers(0, 0xFFFF), value=st.integers(0, 0xFFFF)),
    st.builds(
        WriteCoils,
        unit=st.just(1),
        first=st.integers(0, 0xFFFF),
        values=st.lists(st.booleans(), min_size=1, max_size=40).map(tuple),
    ),
    st.builds(ReadRegisters, unit=st.just(1), first=st.integers(0, 0xFFFF), count=st.integers(1, 30)),
    st.builds(
        WriteRegisters,
        unit=st.just(1),
        first=st.integers(0, 0xFFFF),
        values=st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=20).map(tuple),
    ),
)


@st.composite
def answered(draw: st.DrawFn) -> tuple[Request, Reply]:
    request = draw(requests)
    if draw(st.booleans()):
        return request, Refused(code=draw(st.integers(0, 255)))
    if isinstance(request, ReadBits):
        values = draw(st.lists(st.booleans(), min_size=request.count, max_size=request.count))
        return request, Bits(values=tuple(values))
    if isinstance(request, ReadRegisters):
        words = draw(st.lists(st.integers(0, 0xFFFF), min_size=request.count, max_size=request.count))
        return request, Words(values=tuple(words))
    return request, Written()


def test_the_check_bytes_of_a_known_frame() -> None:
    # The first frame that the Modbus literature checks everything with, and one seen from another implementation.
    assert crc16(bytes.fromhex("01 04 02 FF FF")).hex() == "b880"
    assert encode(WriteCoil(unit=1, address=0, value=ON)).hex() == "01050000ff008c3a"


def test_requests_are_laid_out_as_the_protocol_says() -> None:
    # Modbus Application Protocol 1.1b3, the examples of §6.1 and §6.11
    assert encode(READ_37_COILS)[:-2].hex() == "010100130025"
    coils = WriteCoils(unit=1, first=19, values=bits("1011001110"))
    assert encode(coils)[:-2].hex() == "010f0013000a02cd01"


def test_the_pulse_of_half_a_second_on_output_3() -> None:
    assert encode(WriteCoil(unit=1, address=0x0203, value=5))[:-2].hex() == "010502030005"


def test_replies_are_laid_out_as_the_protocol_says() -> None:
    assert encode_reply(READ_37_COILS, Bits(values=bits(EXAMPLE_BITS)))[:-2].hex() == "010105cd6bb20e1b"
    coils = WriteCoils(unit=1, first=19, values=bits("1011001110"))
    assert encode_reply(coils, Written())[:-2].hex() == "010f0013000a"
    assert encode_reply(READ_37_COILS, Refused(code=2))[:-2].hex() == "018102"


def test_registers_are_laid_out_as_the_protocol_says() -> None:
    # Modbus Application Protocol 1.1b3, the examples of §6.3 and §6.12
    read = ReadRegisters(unit=17, first=107, count=3)
    assert encode(read)[:-2].hex() == "1103006b0003"
    assert encode_reply(read, Words(values=(555, 0, 100)))[:-2].hex() == "110306022b00000064"
    write = WriteRegisters(unit=17, first=1, values=(10, 258))
    assert encode(write)[:-2].hex() == "11100001000204000a0102"
    assert encode_reply(write, Written())[:-2].hex() == "111000010002"


def test_a_reply_that_does_not_answer_the_request_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="Written does not answer ReadBits"):
        encode_reply(READ_37_COILS, Written())


def test_one_byte_at_a_time() -> None:
    decoder = ReplyDecoder(READ_37_COILS)
    frame = encode_reply(READ_37_COILS, Bits(values=bits(EXAMPLE_BITS)))
    assert [decoder.feed(frame[at : at + 1]) for at in range(len(frame) - 1)] == [[]] * (len(frame) - 1)
    assert decoder.feed(frame[-1:]) == [Bits(values=bits(EXAMPLE_BITS))]


@pytest.mark.parametrize(
    "other",
    [
        WriteCoil(unit=1, address=0x0200, value=51),
        WriteCoil(unit=1, address=0x0201, value=50),
        WriteCoil(unit=2, address=0x0200, value=50),
    ],
)
def test_the_answer_to_another_pulse_is_not_ours(other: WriteCoil) -> None:
    decoder = ReplyDecoder(WriteCoil(unit=1, address=0x0200, value=50))
    assert decoder.feed(encode_reply(other, Written()) * 3) == []
    assert decoder.discarded > 0


@given(answered(), st.binary(max_size=30), st.lists(st.integers(min_value=0), max_size=6))
def test_an_answer_is_found_behind_noise_in_any_pieces(
    exchange: tuple[Request, Reply], noise: bytes, cuts: list[int]
) -> None:
    request, reply = exchange
    data = noise + encode_reply(request, reply)
    decoder = ReplyDecoder(request)
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    replies = [found for a, b in pairwise(places) for found in decoder.feed(data[a:b])]
    assert replies[-1] == reply


@given(answered(), st.integers(min_value=0))
def test_no_single_wrong_bit_is_taken_for_an_answer(exchange: tuple[Request, Reply], where: int) -> None:
    request, reply = exchange
    frame = bytearray(encode_reply(request, reply))
    where %= len(frame) * 8
    frame[where // 8] ^= 1 << where % 8
    assert ReplyDecoder(request).feed(bytes(frame)) == []


@given(requests, st.lists(st.binary(max_size=300), max_size=5))
def test_arbitrary_bytes_never_raise_and_never_pile_up(request: Request, pieces: list[bytes]) -> None:
    replies, asked = ReplyDecoder(request), RequestDecoder(1)
    for piece in pieces:
        replies.feed(piece)
        asked.feed(piece)
        assert replies.waiting < 300
        assert asked.waiting < 300
    asked.end_frame()
    assert not asked.unfinished


@given(st.lists(requests, max_size=4), st.lists(st.integers(min_value=0), max_size=6))
def test_requests_are_found_in_any_pieces(wanted: list[Request], cuts: list[int]) -> None:
    data = b"".join(encode(request) for request in wanted)
    decoder = RequestDecoder(1)
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    assert [found for a, b in pairwise(places) for found in decoder.feed(data[a:b])] == wanted


def test_a_request_for_another_unit_and_a_half_one_are_noise() -> None:
    decoder = RequestDecoder(1)
    frame = encode(READ_37_COILS)
    assert decoder.feed(encode(WriteCoil(unit=2, address=0, value=ON)) + frame[:3]) == []
    assert decoder.feed(frame) == [READ_37_COILS]
    assert decoder.discarded == 11


def test_a_request_of_an_unknown_kind_is_known_by_the_silence_behind_it() -> None:
    decoder = RequestDecoder(1)
    frame = bytes.fromhex("01 11")
    assert decoder.feed(frame + crc16(frame)) == []
    assert decoder.end_frame() == [Foreign(unit=1, function=0x11)]
    assert encode_reply(Foreign(unit=1, function=0x11), Refused(code=1))[:3].hex() == "019101"
