"""RFC 9421 signatures: the standard's own vector, and no changed request passes."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.line.http_signatures import (
    MAX_SKEW_S,
    BadSignature,
    content_digest,
    sign_request,
    signature_base,
    verify_request,
)
from tickets.keys import Algorithm, PublicKey, SigningKey

# RFC 9421 appendix B.1.4, and B.2.6 with the request of B.2
RFC_PRIVATE = base64.b64decode("n4Ni+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcU=")
RFC_PUBLIC = base64.b64decode("JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=")
RFC_PARAMETERS = (
    '("date" "@method" "@path" "@authority" "content-type" "content-length")'
    ';created=1618884473;keyid="test-key-ed25519"'
)
RFC_COMPONENTS = ("date", "@method", "@path", "@authority", "content-type", "content-length")
RFC_HEADERS = {
    "Host": "example.com",
    "Date": "Tue, 20 Apr 2021 02:07:55 GMT",
    "Content-Type": "application/json",
    "Content-Length": "18",
}
RFC_SIGNATURE = base64.b64decode(
    "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
)

KEY = SigningKey.from_raw(bytes(range(32)))
CREATED = 1_795_000_000
TARGET = "/v1/sync/pull?cursor=a%2Fb&limit=5"
BODY = b'{"protocol":1}'


def signed(method: str = "POST", url: str = TARGET, body: bytes = BODY) -> dict[str, str]:
    return sign_request(method, url, {}, body, KEY, "kiosk-1", CREATED, "abc")


def check(
    headers: dict[str, str], method: str = "POST", url: str = TARGET, body: bytes = BODY, now: int | None = CREATED
) -> str:
    return verify_request(method, url, headers, body, {"kiosk-1": KEY.public}.get, now).keyid


def test_the_vector_of_the_standard() -> None:
    base = signature_base(
        RFC_COMPONENTS, RFC_PARAMETERS, "POST", "https://example.com/foo?param=Value&Pet=dog", RFC_HEADERS
    )
    key = SigningKey.from_raw(RFC_PRIVATE)
    assert key.public == PublicKey(Algorithm.EDDSA, RFC_PUBLIC)
    assert key.sign(base) == RFC_SIGNATURE
    assert base.decode().splitlines()[2] == '"@path": /foo'


def test_the_digest_of_the_standard() -> None:
    """RFC 9530 appendix B.1: the body `{"hello": "world"}` and its line feed."""
    expected = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
    assert content_digest(b'{"hello": "world"}\n') == expected


def test_a_signed_request_is_believed() -> None:
    by = verify_request("POST", TARGET, signed(), BODY, {"kiosk-1": KEY.public}.get, CREATED)
    assert (by.keyid, by.created, by.nonce) == ("kiosk-1", CREATED, "abc")
    assert check(signed("GET", "/v1/health", b""), "GET", "/v1/health", b"") == "kiosk-1"


def test_url_and_target_sign_the_same() -> None:
    assert signed(url="https://centre.example" + TARGET) == signed()
    assert signed(url="https://centre.example:8443" + TARGET) == signed()


def test_header_names_have_no_case() -> None:
    assert check({name.lower(): value for name, value in signed().items()}) == "kiosk-1"
    assert check({name.upper(): value for name, value in signed().items()}) == "kiosk-1"


def test_no_other_request_passes_with_the_same_signature() -> None:
    for change in (
        {"method": "PUT"},
        {"url": "/v1/sync/pull?cursor=a%2fb&limit=5"},
        {"url": "/v1/sync/pull?cursor=a/b&limit=5"},
        {"url": "/v1/sync/pull?limit=5&cursor=a%2Fb"},
        {"url": "/v1/sync/pull"},
        {"url": "/v1/sync/push?cursor=a%2Fb&limit=5"},
        {"body": BODY + b" "},
        {"body": b""},
    ):
        with pytest.raises(BadSignature):
            check(signed(), **change)


@given(st.data())
def test_no_changed_header_passes(data: st.DataObject) -> None:
    headers = signed()
    name = data.draw(st.sampled_from(sorted(headers)))
    value = headers[name]
    at = data.draw(st.integers(0, len(value) - 1))
    other = data.draw(st.sampled_from('aZ0"=:;() +/'))
    changed = value[:at] + other + value[at + 1 :]
    if changed == value:
        return
    with pytest.raises(BadSignature):
        check({**headers, name: changed})


@given(st.text(max_size=200), st.text(max_size=120))
def test_nonsense_is_refused_and_nothing_else_is_raised(given_input: str, given_signature: str) -> None:
    with pytest.raises(BadSignature):
        check({"Signature-Input": given_input, "Signature": given_signature, "Content-Digest": content_digest(BODY)})


def test_a_signature_that_covers_less_is_refused() -> None:
    for missing in ("@method", "@path", "@query", "content-digest"):
        components = [each for each in ("@method", "@path", "@query", "content-digest") if each != missing]
        names = " ".join(f'"{each}"' for each in components)
        parameters = f'({names});created={CREATED};keyid="kiosk-1"'
        digest = content_digest(BODY)
        base = signature_base(components, parameters, "POST", TARGET, {"content-digest": digest})
        headers = {
            "Content-Digest": digest,
            "Signature-Input": f"sig1={parameters}",
            "Signature": f"sig1=:{base64.b64encode(KEY.sign(base)).decode()}:",
        }
        with pytest.raises(BadSignature, match=f"does not cover {missing}"):
            check(headers)


@pytest.mark.parametrize("without", ["Signature", "Signature-Input", "Content-Digest"])
def test_a_request_without_one_of_the_headers_is_refused(without: str) -> None:
    headers = signed()
    del headers[without]
    with pytest.raises(BadSignature):
        check(headers)


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(BadSignature, match="not enrolled"):
        verify_request("POST", TARGET, signed(), BODY, lambda _: None, CREATED)


def test_the_time_is_judged_only_by_who_knows_it() -> None:
    for away in (MAX_SKEW_S, -MAX_SKEW_S):
        assert check(signed(), now=CREATED + away) == "kiosk-1"
    for away in (MAX_SKEW_S + 1, -MAX_SKEW_S - 1, 10**9):
        with pytest.raises(BadSignature, match="too long ago"):
            check(signed(), now=CREATED + away)
    assert check(signed(), now=None) == "kiosk-1"


@pytest.mark.parametrize("bad", ['quote"', "back\\slash", "line\nfeed", "umlaut ü"])
def test_what_cannot_be_quoted_is_not_signed(bad: str) -> None:
    with pytest.raises(ValueError, match="printing ASCII"):
        sign_request("GET", "/", {}, b"", KEY, bad, CREATED, "n")
    with pytest.raises(ValueError, match="printing ASCII"):
        sign_request("GET", "/", {}, b"", KEY, "kiosk-1", CREATED, bad)
