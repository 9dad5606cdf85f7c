"""CBOR, base45, numbers and COSE against the examples of their standards, and against what they must refuse."""

import pytest

from tickets import base45, cbor, cose
from tickets.errors import Malformed
from tickets.keys import Algorithm, PublicKey, SigningKey
from tickets.numbers import TicketNumber, looks_like_number, new_number

RFC_8949_APPENDIX_A: list[tuple[str, object]] = [
    ("00", 0),
    ("17", 23),
    ("1818", 24),
    ("1903e8", 1000),
    ("1a000f4240", 1_000_000),
    ("1b000000e8d4a51000", 10**12),
    ("1bffffffffffffffff", 2**64 - 1),
    ("3bffffffffffffffff", -(2**64)),
    ("20", -1),
    ("3903e7", -1000),
    ("f4", False),
    ("f5", True),
    ("f6", None),
    ("40", b""),
    ("4401020304", bytes([1, 2, 3, 4])),
    ("6161", "a"),
    ("63e6b0b4", "水"),
    ("80", []),
    ("8301820203820405", [1, [2, 3], [4, 5]]),
    ("a0", {}),
    ("a201020304", {1: 2, 3: 4}),
    ("a26161016162820203", {"a": 1, "b": [2, 3]}),
]


@pytest.mark.parametrize(("spelling", "value"), RFC_8949_APPENDIX_A)
def test_cbor_of_the_standards_appendix(spelling: str, value: object) -> None:
    assert cbor.encode(value).hex() == spelling
    assert cbor.decode(bytes.fromhex(spelling)) == value


def test_cbor_map_keys_are_in_the_bytewise_order_of_their_encodings() -> None:
    keys = [10, 100, -1, "z", "aa"]  # the example of RFC 8949 section 4.2.1, without its array and its false
    encoded = cbor.encode(dict.fromkeys(reversed(keys), 0))
    assert encoded.hex() == "a5" + "0a00" + "186400" + "2000" + "617a00" + "62616100"


@pytest.mark.parametrize(
    "spelling",
    [
        "",
        "1800",
        "190017",
        "1a0000ffff",
        "1b00000000ffffffff",
        "1c",
        "5f4101ff",
        "7f6161ff",
        "9f01ff",
        "bf0101ff",
        "ff",
        "f7",
        "f0",
        "f820",
        "f93c00",
        "fb3ff0000000000000",
        "c074323031332d30332d32315432303a30343a30305a",
        "c24101",
        "d8184101",
        "61ff",
        "4201",
        "8201",
        "a10001" + "00",
        "a2010101" + "02",
        "a202000100",
        "a1800" + "0",
        "a1f500",
        "a1a000",
        "9bffffffffffffffff",
        "5bffffffffffffffff",
        "0000",
    ],
)
def test_cbor_refuses_every_other_spelling_and_type(spelling: str) -> None:
    with pytest.raises(Malformed):
        cbor.decode(bytes.fromhex(spelling))


def test_cbor_keeps_its_bounds() -> None:
    assert cbor.decode(b"\x81" * 8 + b"\x00") is not None
    with pytest.raises(Malformed, match="deeply"):
        cbor.decode(b"\x81" * 9 + b"\x00")
    with pytest.raises(Malformed, match="longer"):
        cbor.decode(cbor.encode(bytes(5000)))
    with pytest.raises(Malformed):
        cbor.decode(b"\x81" * 4000, max_bytes=1 << 20)


@pytest.mark.parametrize("value", [1.5, {1, 2}, object()])
def test_cbor_encodes_nothing_outside_its_data_model(value: object) -> None:
    with pytest.raises(TypeError):
        cbor.encode(value)


def test_cbor_integers_have_64_bits() -> None:
    for value in (2**64, -(2**64) - 1):
        with pytest.raises(OverflowError):
            cbor.encode(value)


@pytest.mark.parametrize(
    ("data", "text"), [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581"), (b"ietf!", "QED8WEX0")]
)
def test_base45_of_rfc_9285(data: bytes, text: str) -> None:
    assert base45.encode(data) == text
    assert base45.decode(text) == data


@pytest.mark.parametrize("text", ["A", "GGX", ":::", "::", "5G0:", "bb8", "BB\n", "ÄB8"])
def test_base45_refuses(text: str) -> None:
    with pytest.raises(Malformed):
        base45.decode(text)


def test_a_number_is_its_prefix_and_forty_random_bits() -> None:
    number = new_number(0xABCDEF, lambda n: b"\x01\x02\x03\x04\x05"[:n])
    assert number.to_bytes().hex() == "abcdef0102030405"
    assert (number.prefix, number.guessable) == (0xABCDEF, False)
    assert number.digits == f"{0xABCDEF0102030405:020d}"
    assert number.grouped.replace(" ", "") == number.digits
    assert len(number.grouped) == 24


def test_an_older_systems_counter_is_guessable() -> None:
    old = TicketNumber.from_digits("370112345678")
    assert (old.prefix, old.guessable) == (0, True)


@pytest.mark.parametrize("prefix", [0, 1 << 24, -1])
def test_no_number_is_made_under_a_prefix_that_nobody_is_given(prefix: int) -> None:
    with pytest.raises(ValueError):
        new_number(prefix, bytes)


@pytest.mark.parametrize(
    "text", ["", "1234567", "1" * 21, "18446744073709551616", "１２３４５６７８９０", "+123456789", "12345678x"]
)
def test_what_is_no_number(text: str) -> None:
    assert not looks_like_number(text)
    with pytest.raises(Malformed):
        TicketNumber.from_digits(text)


@pytest.mark.parametrize("value", [-1, 1 << 64])
def test_a_number_has_64_bits(value: int) -> None:
    with pytest.raises(ValueError):
        TicketNumber(value)


RFC_8032_SECRET = bytes.fromhex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7")
RFC_8032_PUBLIC = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"
RFC_8032_SIGNATURE = (
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
)


def test_ed25519_of_rfc_8032() -> None:
    key = SigningKey.from_raw(RFC_8032_SECRET)
    assert key.public.raw.hex() == RFC_8032_PUBLIC
    assert key.sign(bytes.fromhex("af82")).hex() == RFC_8032_SIGNATURE
    assert key.public.verify(bytes.fromhex(RFC_8032_SIGNATURE), bytes.fromhex("af82"))


def test_a_wrong_signature_is_false_and_never_an_error() -> None:
    public = SigningKey.from_raw(RFC_8032_SECRET).public
    for signature in (b"", bytes(63), bytes(64), bytes(65), b"\xff" * 64):
        assert not public.verify(signature, b"message")
    nobody = PublicKey(Algorithm.EDDSA, b"\xff" * 32)
    assert not nobody.verify(bytes(64), b"message")


def test_keys_go_through_pem() -> None:
    key = SigningKey.generate()
    again = SigningKey.from_pem(key.to_pem())
    assert again.public == key.public
    assert again.sign(b"message") == key.sign(b"message")
    assert PublicKey.from_pem(key.public.to_pem()) == key.public
    assert len(key.public.kid) == 4


@pytest.mark.parametrize("pem", [b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_what_is_no_key_is_malformed(pem: bytes) -> None:
    for load in (SigningKey.from_pem, PublicKey.from_pem):
        with pytest.raises(Malformed):
            load(pem)


def test_a_key_of_another_algorithm_is_malformed() -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    other = X25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(Malformed, match="not in use"):
        SigningKey.from_pem(other)
    with pytest.raises(Malformed, match="length"):
        PublicKey(Algorithm.EDDSA, b"short")


def test_a_private_key_does_not_show_itself() -> None:
    key = SigningKey.from_raw(RFC_8032_SECRET)
    assert RFC_8032_SECRET.hex() not in repr(key)
    assert "_private" not in repr(key)


def test_cose_signs_header_and_payload_together() -> None:
    key = SigningKey.generate()
    message = cose.parse1(cose.sign1({cose.KID: b"kid!"}, b"payload", key))
    assert message.verify(key.public)
    assert message.protected == {1: -8, 4: b"kid!"}
    moved = cose.Sign1(cbor.encode({1: -8, 4: b"kid?"}), {1: -8, 4: b"kid?"}, message.payload, message.signature)
    assert not moved.verify(key.public)
    renamed = cose.Sign1(message.protected_raw, {1: -7}, message.payload, message.signature)
    assert not renamed.verify(key.public)


@pytest.mark.parametrize(
    "value", [[], [b"", {}, b"", b""], [b"\xa0", {}, b"", b""], [b"\x80", {}, b"", b""], {}, "text", [1, 2, 3, 4]]
)
def test_what_is_no_cose_message_is_malformed(value: object) -> None:
    with pytest.raises(Malformed):
        cose.parse1(cbor.encode(value))
