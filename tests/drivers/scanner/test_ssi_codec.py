"""Packets of SSI: held against a conversation recorded with a real scanner, cut anywhere, damaged everywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.scanner.ssi_codec import LARGEST, Damaged, Decoder, Operation, Packet, Source, Status, encode
from tests.drivers.scanner.pieces import cut_at

HOST = [
    (Operation.START_SESSION, b"", "04 E4 04 00 FF 14"),
    (Operation.STOP_SESSION, b"", "04 E5 04 00 FF 13"),
    (Operation.ACK, b"", "04 D0 04 00 FF 28"),
    (Operation.FLUSH_QUEUE, b"", "04 D2 04 00 FF 26"),
    (Operation.LED_OFF, b"\x01", "05 E8 04 00 01 FF 0E"),
]
SCANNER = [
    (Operation.ACK, b"", "04 D0 00 00 FF 2C"),
    (Operation.DECODE_DATA, b"\x03US", "07 F3 00 00 03 55 53 FE 5B"),
]


@pytest.mark.parametrize(("operation", "data", "seen"), HOST)
def test_what_the_host_says_is_as_recorded(operation: Operation, data: bytes, seen: str) -> None:
    packet = Packet(operation=operation, source=Source.HOST, data=data)
    assert encode(packet) == bytes.fromhex(seen)
    assert Decoder(Source.HOST).feed(bytes.fromhex(seen)) == [packet]


@pytest.mark.parametrize(("operation", "data", "seen"), SCANNER)
def test_what_the_scanner_says_is_as_recorded(operation: Operation, data: bytes, seen: str) -> None:
    packet = Packet(operation=operation, source=Source.SCANNER, data=data)
    assert encode(packet) == bytes.fromhex(seen)
    decoder = Decoder(Source.SCANNER)
    assert [each for byte in bytes.fromhex(seen) for each in decoder.feed(bytes((byte,)))] == [packet]
    assert not decoder.unfinished


def test_settings_that_are_kept_are_as_recorded() -> None:
    seen = bytes.fromhex("10 C6 04 08 FF EE 01 9F 01 EC 01 8A 08 F0 00 00 FA 21")
    (packet,) = Decoder(Source.HOST).feed(seen)
    assert isinstance(packet, Packet)
    assert (packet.operation, packet.status) == (Operation.PARAM_SEND, Status.PERMANENT)
    assert encode(packet) == seen


def test_a_packet_does_not_show_its_data() -> None:
    assert "11010519491231002X" not in repr(Packet(operation=0xF3, source=0, data=b"11010519491231002X"))


def test_a_packet_holds_251_bytes_and_no_more() -> None:
    full = Packet(operation=Operation.DECODE_DATA, source=Source.SCANNER, data=b"A" * LARGEST)
    assert Decoder(Source.SCANNER).feed(encode(full)) == [full]
    with pytest.raises(ValueError, match="251"):
        encode(Packet(operation=Operation.DECODE_DATA, source=Source.SCANNER, data=b"A" * (LARGEST + 1)))


def test_what_the_other_side_says_is_not_heard() -> None:
    decoder = Decoder(Source.SCANNER)
    assert decoder.feed(bytes.fromhex("04 E4 04 00 FF 14")) == []
    decoder.reset()  # its last byte could begin a packet
    assert decoder.discarded == 6


def test_a_damaged_code_is_said_to_be_and_the_next_packet_is_found_at_once() -> None:
    code = encode(Packet(operation=Operation.DECODE_DATA, source=Source.SCANNER, data=b"\x1cRT1:ABCDEFGH"))
    for place in range(4, len(code)):
        for bit in range(8):
            broken = bytearray(code)
            broken[place] ^= 1 << bit
            events = Decoder(Source.SCANNER).feed(bytes(broken) + code)
            assert Damaged() in events
            assert [each for each in events if isinstance(each, Packet)] == [
                Packet(operation=Operation.DECODE_DATA, source=Source.SCANNER, data=b"\x1cRT1:ABCDEFGH")
            ]


def test_a_packet_that_never_ends_is_given_up() -> None:
    decoder = Decoder(Source.SCANNER)
    assert decoder.feed(bytes.fromhex("40 F3 00 00 1C")) == []
    assert decoder.unfinished
    decoder.reset()
    assert decoder.discarded == 5
    assert len(decoder.feed(bytes.fromhex("04 D0 00 00 FF 2C"))) == 1


LIKELY = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([bytes.fromhex(seen) for _, _, seen in HOST + SCANNER]),
    st.sampled_from([b"\xff\xf3\x00", b"\x04\xd0", b"\x00", b"\x10\xc6\x00"]),
)


@given(st.sampled_from(list(Source)), st.lists(LIKELY, max_size=12), st.lists(st.integers(min_value=0), max_size=12))
def test_arbitrary_bytes_give_the_same_events_in_any_pieces(
    source: Source, parts: list[bytes], cuts: list[int]
) -> None:
    data = b"".join(parts)
    whole, pieces = Decoder(source), Decoder(source)
    assert whole.feed(data) == [each for piece in cut_at(data, cuts) for each in pieces.feed(piece)]
    assert whole.discarded == pieces.discarded
    assert whole.unfinished == pieces.unfinished


@given(st.sampled_from(list(Operation)), st.integers(0, 255), st.binary(max_size=LARGEST))
def test_every_packet_comes_back(operation: Operation, status: int, data: bytes) -> None:
    packet = Packet(operation=operation, source=Source.SCANNER, status=status, data=data)
    assert Decoder(Source.SCANNER).feed(encode(packet)) == [packet]
