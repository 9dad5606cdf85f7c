"""Issuing and verifying: what holds, what does not, and for which reason."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.tickets.samples import (
    CERTIFICATE,
    CERTIFICATE_KEY,
    CERTIFIED,
    EXPIRES,
    JOURNEY,
    OTHER_KEY,
    PREFIX,
    TICKET,
    TICKET_KEY,
    TILL_KEY,
    raw,
    trust,
    trusted,
    written,
)
from tickets import base45, cbor, cose
from tickets.credential import (
    BadTicket,
    CentreIssuer,
    Ticket,
    TillIssuer,
    VerifiedTicket,
    certify,
    inspect,
    issue,
    issue_delegated,
    read_certificate,
    verify,
)
from tickets.keys import PublicKey, SigningKey
from tickets.numbers import TicketNumber, new_number
from tickets.reasons import Reason
from tickets.trust import KeyUse, Trust


def refused(text: str, by: Trust | None = None) -> Reason:
    with pytest.raises(BadTicket) as caught:
        verify(text, by or trust())
    return caught.value.reason


def test_a_ticket_of_the_centre_verifies_and_says_what_was_sold() -> None:
    verified = verify(issue(TICKET, TICKET_KEY), trust())
    assert verified.ticket == TICKET
    assert verified.issuer == CentreIssuer(TICKET_KEY.public)


def test_a_ticket_of_a_till_verifies_with_a_list_that_never_heard_of_it() -> None:
    verified = verify(issue_delegated(TICKET, TILL_KEY, CERTIFIED), trust())
    assert verified.ticket == TICKET
    assert verified.issuer == TillIssuer(CERTIFICATE, CERTIFICATE_KEY.public)


def test_sizes_stay_within_their_qr_versions() -> None:
    assert len(raw(issue(TICKET, TICKET_KEY))) <= 144
    assert len(raw(issue_delegated(TICKET, TILL_KEY, CERTIFIED))) <= 319


def test_a_text_is_in_the_alphanumeric_mode_of_qr() -> None:
    allowed = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
    assert set(issue(TICKET, TICKET_KEY)) <= allowed


def test_a_certificate_reads_back() -> None:
    assert read_certificate(CERTIFIED) == CERTIFICATE


def test_nobody_else_can_make_a_verified_ticket() -> None:
    with pytest.raises(TypeError):
        VerifiedTicket(TICKET, CentreIssuer(TICKET_KEY.public), "", object())


def test_a_key_that_is_not_listed_is_an_unknown_issuer() -> None:
    assert refused(issue(TICKET, OTHER_KEY)) is Reason.UNKNOWN_ISSUER
    assert refused(issue_delegated(TICKET, TILL_KEY, certify(CERTIFICATE, OTHER_KEY))) is Reason.UNKNOWN_ISSUER


def test_a_key_serves_its_own_use_only() -> None:
    swapped = trust(keys=(trusted(KeyUse.CERTIFICATE, TICKET_KEY), trusted(KeyUse.TICKET, CERTIFICATE_KEY)))
    assert refused(issue(TICKET, TICKET_KEY), swapped) is Reason.UNKNOWN_ISSUER
    assert refused(issue_delegated(TICKET, TILL_KEY, CERTIFIED), swapped) is Reason.UNKNOWN_ISSUER


def test_another_key_with_a_listed_kid_is_a_forgery() -> None:
    message = cose.parse1(raw(issue(TICKET, OTHER_KEY)))
    forged = cose.sign1({cose.KID: TICKET_KEY.public.kid}, message.payload, OTHER_KEY)
    assert refused(written(forged)) is Reason.FORGED


class SameKid(Trust):
    """Two keys share a kid: it has 32 bits and no promise."""

    def keys_for(self, use: KeyUse, kid: bytes) -> tuple[PublicKey, ...]:
        return self.keys(use) if len(kid) == 4 else ()


def test_every_key_with_the_kid_is_tried() -> None:
    keys = (trusted(KeyUse.TICKET, OTHER_KEY), trusted(KeyUse.TICKET, TICKET_KEY))
    both = SameKid(trust(keys=keys).trust_list)
    assert verify(issue(TICKET, TICKET_KEY), both).issuer == CentreIssuer(TICKET_KEY.public)


def delegated(ticket: Ticket, certificate: bytes, key: SigningKey = TILL_KEY) -> str:
    """As issue_delegated, without asking whether a gate will take it."""
    payload = cose.parse1(raw(issue(ticket, key))).payload
    message = cose.sign1({cose.KCWT: cose.parse1(certificate).array}, payload, key)
    return written(message)


def test_a_till_cannot_sell_under_anothers_prefix() -> None:
    ticket = replace(TICKET, number=new_number(PREFIX + 1, bytes))
    with pytest.raises(ValueError, match="prefix"):
        issue_delegated(ticket, TILL_KEY, CERTIFIED)
    assert refused(delegated(ticket, CERTIFIED)) is Reason.FORGED


def test_a_ticket_cannot_outlive_its_certificate() -> None:
    ticket = replace(TICKET, expires=CERTIFICATE.expires + timedelta(seconds=1))
    with pytest.raises(ValueError, match="outlive"):
        issue_delegated(ticket, TILL_KEY, CERTIFIED)
    assert refused(delegated(ticket, CERTIFIED)) is Reason.FORGED


def test_a_certificate_that_was_believed_once_is_asked_about_again() -> None:
    text = issue_delegated(TICKET, TILL_KEY, CERTIFIED)
    assert isinstance(verify(text, trust()).issuer, TillIssuer)
    without = trust(keys=(trusted(KeyUse.TICKET, TICKET_KEY),))
    with pytest.raises(BadTicket, match=Reason.UNKNOWN_ISSUER.value):
        verify(text, without)
    with pytest.raises(BadTicket, match=Reason.REVOKED.value):
        verify(text, trust(revoked=frozenset({PREFIX})))
    message = cose.parse1(raw(text))
    certified = cose.from_array(message.protected[cose.KCWT])
    bent = [
        certified.protected_raw,
        {},
        certified.payload,
        certified.signature[:-1] + bytes([certified.signature[-1] ^ 1]),
    ]
    assert certified.verify_recurring(CERTIFICATE_KEY.public)
    assert not cose.from_array(bent).verify_recurring(CERTIFICATE_KEY.public)
    assert not certified.verify_recurring(OTHER_KEY.public)


def test_a_certificate_serves_its_own_key_only() -> None:
    with pytest.raises(ValueError, match="another key"):
        issue_delegated(TICKET, OTHER_KEY, CERTIFIED)
    assert refused(delegated(TICKET, CERTIFIED, OTHER_KEY)) is Reason.FORGED


def test_a_till_cannot_certify_another_till() -> None:
    assert refused(delegated(TICKET, certify(CERTIFICATE, TILL_KEY))) is Reason.UNKNOWN_ISSUER


def test_a_revoked_till_is_refused_except_for_what_the_centre_knows() -> None:
    text = issue_delegated(TICKET, TILL_KEY, CERTIFIED)
    revoked = trust(revoked=frozenset({PREFIX}))
    assert refused(text, revoked) is Reason.REVOKED
    assert verify(text, revoked, lambda ticket: ticket == TICKET).ticket == TICKET
    with pytest.raises(BadTicket):
        verify(text, revoked, lambda _: False)


@pytest.mark.parametrize(
    "text",
    ["", "RT1:", "RT0:" + issue(TICKET, TICKET_KEY)[4:], issue(TICKET, TICKET_KEY).lower(), "12345678901234567890"],
)
def test_what_is_no_ticket_is_unreadable(text: str) -> None:
    assert refused(text) is Reason.UNREADABLE
    with pytest.raises(BadTicket) as caught:
        inspect(text)
    assert caught.value.reason is Reason.UNREADABLE


def test_a_text_over_the_cap_is_not_even_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[int] = []
    decode = base45.decode

    def watched(text: str) -> bytes:
        decoded.append(len(text))
        return decode(text)

    monkeypatch.setattr(base45, "decode", watched)
    for length in (508, 509):
        assert refused("RT1:" + "0" * length) is Reason.UNREADABLE
    assert decoded == [508]


def test_a_signed_ticket_with_more_claims_than_this_version_knows_is_unreadable() -> None:
    message = cose.parse1(raw(issue(TICKET, TICKET_KEY)))
    claims = cbor.decode(message.payload)
    assert isinstance(claims, dict)
    newer = cose.sign1({cose.KID: TICKET_KEY.public.kid}, cbor.encode({**claims, 99: 1}), TICKET_KEY)
    assert refused(written(newer)) is Reason.UNREADABLE


def test_inspecting_believes_nobody_and_tells_what_is_written() -> None:
    seen = inspect(issue(TICKET, OTHER_KEY))
    assert (seen.ticket, seen.kid, seen.certificate) == (TICKET, OTHER_KEY.public.kid, None)
    seen = inspect(issue_delegated(TICKET, TILL_KEY, CERTIFIED))
    assert (seen.ticket, seen.kid, seen.certificate) == (TICKET, None, CERTIFICATE)
    assert seen.certificate_kid == CERTIFICATE_KEY.public.kid


def test_an_expiry_is_kept_in_whole_seconds_and_needs_its_zone() -> None:
    assert Ticket(TicketNumber(1 << 60), EXPIRES + timedelta(milliseconds=5), JOURNEY).expires == EXPIRES
    with pytest.raises(ValueError, match="time zone"):
        Ticket(TicketNumber(1), datetime(2026, 1, 1), JOURNEY)  # noqa: DTZ001 - a naive time is the point
