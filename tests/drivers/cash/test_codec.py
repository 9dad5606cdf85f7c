"""ccTalk frames: byte vectors from public manuals, any pieces, any noise."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.cash.codec import HOST, LARGEST, Decoder, Frame, Header, bill_value, encode

# Destination, source, header, data and the bytes as printed: ccTalk generic specification 4.7 part 1 (the first),
# Azkoyen Modular X6 ccTalk manual 12-2005 pages 35, 36 and 40 (the rest).
VECTORS = [
    (2, 1, 245, "", "02 00 01 F5 08"),
    (2, 1, 232, "", "02 00 01 E8 15"),
    (1, 2, 0, "0203", "01 02 02 00 02 03 F6"),
    (1, 2, 0, "00", "01 01 02 00 00 FC"),
    (2, 1, 231, "A70A", "02 02 01 E7 A7 0A 63"),
    (1, 2, 0, "", "01 00 02 00 FD"),
    (2, 1, 229, "", "02 00 01 E5 18"),
    (1, 2, 0, "0606040014001706040D02", "01 0B 02 00 06 06 04 00 14 00 17 06 04 0D 02 9E"),
]

frames = st.builds(
    lambda to_host, header, data: Frame(
        destination=HOST if to_host else 40, source=40 if to_host else HOST, header=header, data=data
    ),
    st.booleans(),
    st.integers(0, 255),
    st.binary(max_size=40),
)


def decoder(*addresses: int) -> Decoder:
    return Decoder(frozenset(addresses or (HOST, 40)))


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


@pytest.mark.parametrize(("destination", "source", "header", "data", "printed"), VECTORS)
def test_printed_vectors(destination: int, source: int, header: int, data: str, printed: str) -> None:
    frame = Frame(destination=destination, source=source, header=header, data=bytes.fromhex(data))
    assert encode(frame) == bytes.fromhex(printed)
    assert decoder(1, 2).feed(bytes.fromhex(printed)) == [frame]


def test_a_frame_holds_252_bytes() -> None:
    whole = Frame(destination=40, source=HOST, header=7, data=bytes(LARGEST))
    assert decoder().feed(encode(whole)) == [whole]
    with pytest.raises(ValueError, match="252"):
        encode(Frame(destination=40, source=HOST, header=7, data=bytes(LARGEST + 1)))


@given(st.lists(frames, max_size=5), st.lists(st.integers(0, 400), max_size=8))
def test_frames_arrive_whole_in_any_pieces(sent: list[Frame], cuts: list[int]) -> None:
    taker = decoder()
    got = [frame for piece in pieces(b"".join(map(encode, sent)), cuts) for frame in taker.feed(piece)]
    assert got == sent
    assert taker.discarded == 0


@given(st.lists(frames, min_size=1, max_size=3))
def test_byte_by_byte(sent: list[Frame]) -> None:
    taker = decoder()
    stream = b"".join(map(encode, sent))
    assert [frame for byte in stream for frame in taker.feed(bytes((byte,)))] == sent


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_noise_never_raises_and_every_byte_is_accounted_for(noise: list[bytes]) -> None:
    taker = decoder()
    got = [frame for piece in noise for frame in taker.feed(piece)]
    taker.reset()
    assert taker.discarded + sum(5 + len(frame.data) for frame in got) == sum(map(len, noise))


@given(st.binary(max_size=20), frames)
def test_after_a_quiet_line_the_next_frame_is_found(noise: bytes, frame: Frame) -> None:
    taker = decoder()
    taker.feed(noise)
    taker.reset()
    assert taker.feed(encode(frame)) == [frame]


@given(frames, st.integers(0, 10_000), st.integers(1, 255))
def test_one_damaged_byte_is_never_taken_for_the_frame(frame: Frame, at: int, change: int) -> None:
    damaged = bytearray(encode(frame))
    damaged[at % len(damaged)] ^= change
    assert frame not in decoder().feed(bytes(damaged))


def test_noise_of_foreign_addresses_does_not_hold_up_a_frame() -> None:
    frame = Frame(destination=HOST, source=40, header=Header.ACK)
    assert decoder().feed(b"\x55\xff\x03" + encode(frame)) == [frame]


@pytest.mark.parametrize(
    ("identity", "scaling", "fen"),
    [
        (b"CN0010A", "640002", 1000),  # number 10, factor 100, two places: ten yuan
        (b"CN0100B", "640002", 10000),
        (b"CN0010A", "010000", 1000),  # factor 1, no places
        (b"CN0001A", "0A0001", 100),
        (b"CN0001A", "010003", None),  # a tenth of a fen
        (b"CN0000A", "640002", None),
        (b"US0010A", "640002", None),
        (b".......", "640002", None),
        (b"CN10A", "640002", None),
        (b"CN0010A\n", "640002", None),
        (b"CN0010A", "000000", None),  # the device does not know the country
        (b"CN0010A", "", None),
        (b"", "640002", None),
    ],
)
def test_value_of_a_note(identity: bytes, scaling: str, fen: int | None) -> None:
    assert bill_value(identity, "CN", bytes.fromhex(scaling)) == fen


@given(st.binary(max_size=12), st.binary(max_size=4))
def test_value_of_anything_never_raises(identity: bytes, scaling: bytes) -> None:
    value = bill_value(identity, "CN", scaling)
    assert value is None or value > 0
