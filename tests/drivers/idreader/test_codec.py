"""SDT frames: the published byte vectors, any pieces, any noise, and no photo kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.idreader.codec import (
    KEPT,
    LARGEST,
    PREAMBLE,
    Command,
    Decoder,
    Message,
    Status,
    card_text,
    encode,
    request,
)

replies = st.builds(Message, head=st.binary(min_size=3, max_size=3), data=st.binary(max_size=KEPT).map(bytearray))


@pytest.mark.parametrize(
    ("command", "published"),
    [
        (Command.FIND, "AA AA AA 96 69 00 03 20 01 22"),
        (Command.SELECT, "AA AA AA 96 69 00 03 20 02 21"),
        (Command.READ, "AA AA AA 96 69 00 03 30 01 32"),
        (Command.STATUS, "AA AA AA 96 69 00 03 11 FF ED"),
    ],
)
def test_published_requests(command: Command, published: str) -> None:
    assert request(command) == bytes.fromhex(published)
    assert Decoder(head=2).feed(bytes.fromhex(published)) == [Message(head=bytes(command.value))]


@pytest.mark.parametrize(
    ("published", "status", "data"),
    [
        ("AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97", Status.FOUND, 4),
        ("AA AA AA 96 69 00 0C 00 00 90 00 00 00 00 00 00 00 00 9C", Status.DONE, 8),
        ("AA AA AA 96 69 00 04 00 00 80 84", Status.NO_CARD, 0),
        ("AA AA AA 96 69 00 04 00 00 81 85", Status.SELECT_FAILED, 0),
        ("AA AA AA 96 69 00 04 00 00 41 45", Status.READ_FAILED, 0),
        ("AA AA AA 96 69 00 04 01 00 90 95", -1, 0),
    ],
)
def test_published_replies(published: str, status: int, data: int) -> None:
    [reply] = Decoder().feed(bytes.fromhex(published))
    assert reply.status == status
    assert reply.data == bytes(data)


def test_a_card_reply_is_1295_bytes_and_its_photo_is_not_kept() -> None:
    text, photo = bytes(range(256)), b"\xa5" * 1024
    whole = encode(b"\x00\x00\x90", b"\x01\x00\x04\x00" + text + photo)
    assert len(whole) == 1295
    assert whole[5:14] == bytes.fromhex("05 08 00 00 90 01 00 04 00")
    [reply] = Decoder().feed(whole)
    assert bytes(card_text(reply) or b"") == text
    assert b"\xa5\xa5" not in reply.data
    assert reply.data == b"\x01\x00\x04\x00" + text


def test_a_photo_is_not_kept_while_it_arrives() -> None:
    decoder = Decoder()
    decoder.feed(encode(b"\x00\x00\x90", b"\x01\x00\x04\x00" + bytes(256) + b"\xa5" * 1024)[:-1])
    assert b"\xa5" not in bytes(decoder._body)


def test_a_damaged_photo_still_spoils_the_checksum() -> None:
    whole = bytearray(encode(b"\x00\x00\x90", b"\x01\x00\x04\x00" + bytes(1280)))
    whole[1000] ^= 1
    decoder = Decoder()
    assert decoder.feed(bytes(whole)) == []
    assert decoder.discarded == 1295


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x00\x00\x00\x00", b"\x01\x00\x04\x00" + bytes(255)])
def test_a_reply_without_a_whole_text_has_none(data: bytes) -> None:
    assert card_text(Message(head=b"\x00\x00\x90", data=bytearray(data))) is None


def test_a_message_does_not_show_its_data() -> None:
    assert "secret" not in repr(Message(head=b"\x00\x00\x90", data=bytearray(b"secret")))


@given(st.lists(replies, max_size=4), st.lists(st.integers(0, 2000), max_size=8))
def test_replies_arrive_whole_in_any_pieces(sent: list[Message], cuts: list[int]) -> None:
    stream = b"".join(encode(reply.head, reply.data) for reply in sent)
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    decoder = Decoder()
    got = [
        reply
        for start, end in zip(edges, edges[1:], strict=False)  # noqa: RUF007 - edges overlap on purpose
        for reply in decoder.feed(stream[start:end])
    ]
    assert got == sent
    assert decoder.discarded == 0


@given(st.lists(st.binary(max_size=400) | st.just(PREAMBLE) | st.just(b"\xaa"), max_size=12))
def test_noise_never_raises_and_every_byte_is_accounted_for(noise: list[bytes]) -> None:
    decoder = Decoder()
    got = [reply for piece in noise for reply in decoder.feed(piece)]
    decoder.reset()
    if not got:
        assert decoder.discarded == sum(map(len, noise))


@given(st.binary(max_size=30).filter(lambda noise: PREAMBLE[:4] not in noise), replies)
def test_a_reply_is_found_behind_noise(noise: bytes, reply: Message) -> None:
    decoder = Decoder()
    assert decoder.feed(noise + encode(reply.head, reply.data)) == [reply]
    assert decoder.discarded == len(noise)


@pytest.mark.parametrize("extra", range(6))
def test_more_aa_than_three(extra: int) -> None:
    decoder = Decoder()
    assert decoder.feed(b"\xaa" * extra + encode(b"\x00\x00\x80")) == [Message(head=b"\x00\x00\x80")]
    assert decoder.discarded == extra


@pytest.mark.parametrize("length", [0, 3, LARGEST + 1, 0xFFFF])
def test_an_impossible_length_does_not_swallow_what_follows(length: int) -> None:
    decoder = Decoder()
    whole = encode(b"\x00\x00\x80")
    assert decoder.feed(PREAMBLE + length.to_bytes(2, "big") + whole) == [Message(head=b"\x00\x00\x80")]


@given(replies, st.integers(0, 10_000), st.integers(1, 255))
def test_one_damaged_byte_is_never_taken_for_the_reply(reply: Message, at: int, change: int) -> None:
    damaged = bytearray(encode(reply.head, reply.data))
    damaged[at % len(damaged)] ^= change
    assert reply not in Decoder().feed(bytes(damaged))


def test_nothing_of_a_card_stays_in_the_decoder_or_in_a_message_that_was_read() -> None:
    text = bytes(range(1, 256)) + b"\xff"
    decoder = Decoder()
    body = decoder._body
    [reply] = decoder.feed(encode(b"\x00\x00\x90", b"\x01\x00\x04\x00" + text + bytes(1024)))
    assert decoder._body is body  # one buffer, so there is no second copy to forget
    assert not any(body)
    assert bytes(card_text(reply) or b"") == text
    reply.wipe()
    assert not any(reply.data)


def test_half_a_card_does_not_stay_either() -> None:
    decoder = Decoder()
    decoder.feed(encode(b"\x00\x00\x90", b"\x01\x00\x04\x00" + b"\x55" * 1280)[:200])
    assert any(decoder._body)
    decoder.reset()
    assert not any(decoder._body)
