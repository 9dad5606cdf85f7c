"""What must hold for any input: nothing but the issuer's exact text verifies, and nothing but refusals comes out."""

import cbor2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.tickets.samples import (
    CERTIFICATE_KEY,
    CERTIFIED,
    NUMBERS,
    PROPERTY,
    TICKET,
    TICKET_KEY,
    TICKETS,
    TILL_KEY,
    raw,
    trust,
    written,
)
from tickets import base45, cbor, events
from tickets.credential import BadTicket, inspect, issue, issue_delegated, verify
from tickets.errors import Malformed
from tickets.events import Event
from tickets.identity import resident_number_ok
from tickets.numbers import TicketNumber, looks_like_number
from tickets.trust import Trust

CENTRE = issue(TICKET, TICKET_KEY)
DELEGATED = issue_delegated(TICKET, TILL_KEY, CERTIFIED)
BOTH = pytest.mark.parametrize("text", [CENTRE, DELEGATED], ids=["centre", "till"])
TRUST = trust()

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.binary(max_size=300)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
)
KEYS = st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=30) | st.text(max_size=30)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=20
)
FLAT = st.dictionaries(st.text(max_size=12), LEAVES, max_size=6)


def holds(text: str, by: Trust = TRUST) -> bool:
    try:
        verify(text, by)
    except BadTicket:
        return False
    return True


@BOTH
def test_no_flipped_bit_verifies(text: str) -> None:
    message = raw(text)
    assert holds(text)
    survivors = [
        bit
        for bit in range(8 * len(message))
        if holds(written(message[: bit // 8] + bytes([message[bit // 8] ^ 1 << bit % 8]) + message[bit // 8 + 1 :]))
    ]
    assert survivors == []


@BOTH
def test_no_truncated_text_verifies(text: str) -> None:
    assert [end for end in range(len(text)) if holds(text[:end])] == []


@BOTH
def test_no_truncated_message_verifies(text: str) -> None:
    message = raw(text)
    assert [end for end in range(len(message)) if holds(written(message[:end]))] == []


@BOTH
@PROPERTY
@given(tail=st.text(min_size=1, max_size=6))
@example(tail="0")
@example(tail="000")
@example(tail="\n")
def test_no_extended_text_verifies(text: str, tail: str) -> None:
    assert not holds(text + tail)


@BOTH
@PROPERTY
@given(at=st.integers(0, 400), character=st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"))
def test_no_altered_character_verifies(text: str, at: int, character: str) -> None:
    at %= len(text)
    altered = text[:at] + character + text[at + 1 :]
    assert holds(altered) == (altered == text)


@PROPERTY
@given(ticket=TICKETS)
def test_a_ticket_reads_back_as_it_was_sold(ticket: object) -> None:
    text = issue(ticket, TICKET_KEY)  # type: ignore[arg-type]  # Hypothesis builds Tickets
    assert verify(text, TRUST).ticket == ticket
    assert inspect(text).ticket == ticket
    assert len(text) <= 512


@PROPERTY
@given(text=st.text(max_size=600) | st.text(max_size=600).map(lambda tail: "RT1:" + tail))
def test_any_text_is_refused_and_nothing_else_happens(text: str) -> None:
    for read in (lambda: verify(text, TRUST), lambda: inspect(text)):
        with pytest.raises(BadTicket):
            read()
    assert looks_like_number(text) in (True, False)
    assert resident_number_ok(text) in (True, False)


@PROPERTY
@given(data=st.binary(max_size=320))
def test_any_bytes_are_refused_and_nothing_else_happens(data: bytes) -> None:
    assert not holds(written(data))
    with pytest.raises(BadTicket):
        inspect(written(data))


@PROPERTY
@given(payload=VALUES.map(cbor.encode))
def test_any_claims_under_a_good_signature_are_read_or_refused(payload: bytes) -> None:
    header = cbor.encode({1: -8, 4: TICKET_KEY.public.kid})
    signature = TICKET_KEY.sign(cbor.encode(["Signature1", header, b"", payload]))
    assert not holds(written(cbor.encode([header, {}, payload, signature])))


@PROPERTY
@given(payload=VALUES.map(cbor.encode))
def test_any_certificate_under_a_good_signature_is_read_or_refused(payload: bytes) -> None:
    header = cbor.encode({1: -8, 4: CERTIFICATE_KEY.public.kid})
    signature = CERTIFICATE_KEY.sign(cbor.encode(["Signature1", header, b"", payload]))
    outer = cbor.encode({1: -8, 13: [header, {}, payload, signature]})
    assert not holds(written(cbor.encode([outer, {}, b"", bytes(64)])))


@PROPERTY
@given(data=st.binary(max_size=60))
def test_base45_round_trip(data: bytes) -> None:
    assert base45.decode(base45.encode(data)) == data


@PROPERTY
@given(text=st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", max_size=40) | st.text(max_size=20))
def test_base45_has_one_spelling(text: str) -> None:
    try:
        data = base45.decode(text)
    except Malformed:
        return
    assert base45.encode(data) == text


@PROPERTY
@given(value=VALUES)
def test_cbor_round_trip_and_an_independent_decoder_agrees(value: object) -> None:
    data = cbor.encode(value)
    assert cbor.decode(data, max_bytes=1 << 20, max_depth=32) == value
    assert cbor2.loads(data) == value


@PROPERTY
@given(data=st.binary(max_size=40))
@example(data=b"\x82\x01")
@example(data=b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff")
def test_cbor_has_one_spelling(data: bytes) -> None:
    try:
        value = cbor.decode(data)
    except Malformed:
        return
    assert cbor.encode(value) == data


@PROPERTY
@given(number=NUMBERS)
def test_numbers_round_trip_in_every_form(number: TicketNumber) -> None:
    assert TicketNumber.from_digits(number.digits) == number
    assert TicketNumber.from_digits(number.grouped) == number
    assert TicketNumber.from_bytes(number.to_bytes()) == number
    assert looks_like_number(number.digits)


@PROPERTY
@given(
    ids=st.tuples(st.uuids(), st.uuids()),
    seq=st.integers(1, 2**40),
    kind=st.text(max_size=20),
    at_ms=st.integers(0, 2**48),
    body=FLAT,
)
def test_events_read_back(ids: tuple[object, object], seq: int, kind: str, at_ms: int, body: dict[str, object]) -> None:
    event = Event(event_id=ids[0], epoch=ids[1], seq=seq, kind=kind, at_ms=at_ms, quality="degraded", body=body)  # type: ignore[arg-type]  # Hypothesis builds UUIDs
    assert events.from_bytes(events.to_bytes(event)) == event


@PROPERTY
@given(data=st.binary(max_size=200) | VALUES.map(cbor.encode))
def test_any_bytes_are_an_event_or_malformed(data: bytes) -> None:
    try:
        event = events.from_bytes(data)
    except Malformed:
        return
    assert events.to_bytes(event) == data
