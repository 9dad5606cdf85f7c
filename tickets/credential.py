"""Tickets as credentials: issuing them, and telling a genuine one from anything else.

A ticket is the text `RT1:` followed by base45 of a COSE_Sign1 over CWT claims (RFC 9052, RFC 8392). The centre signs
with a ticket key named by `kid`. A till signs with its own key and puts its certificate (a CWT with its COSE_Key in
`cnf`, RFC 8747) into the ticket's protected header as `kcwt` (RFC 9528), so that a gate which has never heard of the
till can check it. The exact grammar is in docs/ticket.cddl.

Whether a ticket has expired is not asked here: that needs trusted time, and `admission` has it.
"""

from collections.abc import Callable
from dataclasses import InitVar, dataclass
from datetime import datetime

from tickets import base45, cbor, cose
from tickets.certificate import TillCertificate as TillCertificate
from tickets.certificate import certificate_in, claims_of
from tickets.certificate import certifier_of as certifier_of
from tickets.certificate import certify as certify
from tickets.certificate import read_certificate as read_certificate
from tickets.errors import Malformed
from tickets.journey import Journey, TicketKind
from tickets.keys import PublicKey, SigningKey
from tickets.money import Fen
from tickets.numbers import TicketNumber
from tickets.reading import day, day_of, instant, integer, octets, seconds_of, whole_seconds
from tickets.reading import text as text_of
from tickets.reasons import Reason
from tickets.trust import KeyUse, Trust

PREFIX = "RT1:"
MAX_TEXT = 512

EXP = 4
CTI = 7
JOURNEY = -65537
"""Claim keys: RFC 8392 section 4; those below -65536 are for private use."""


class BadTicket(Exception):
    """A text that is not a ticket we believe. `reason` is UNREADABLE, FORGED, UNKNOWN_ISSUER or REVOKED."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a ticket says. `expires` is kept in UTC and whole seconds, as it is written."""

    number: TicketNumber
    expires: datetime
    journey: Journey

    def __post_init__(self) -> None:
        """Raises ValueError for an instant without its time zone."""
        object.__setattr__(self, "expires", whole_seconds(self.expires))


@dataclass(frozen=True, slots=True)
class CentreIssuer:
    """Signed by the centre with `key`."""

    key: PublicKey


@dataclass(frozen=True, slots=True)
class TillIssuer:
    """Signed by the till that `certificate_key` certified."""

    certificate: TillCertificate
    certificate_key: PublicKey


_ONLY_VERIFY = object()


@dataclass(frozen=True, slots=True)
class VerifiedTicket:
    """A ticket that somebody we believe has signed. Only `verify` makes one."""

    ticket: Ticket
    issuer: CentreIssuer | TillIssuer
    text: str
    made_by: InitVar[object]

    def __post_init__(self, made_by: object) -> None:
        """Raises TypeError for anybody but `verify`."""
        if made_by is not _ONLY_VERIFY:
            raise TypeError("a VerifiedTicket comes from verify() only")


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a code says of itself, believed by nobody: exactly one of `kid` and `certificate` is there."""

    ticket: Ticket
    kid: bytes | None
    certificate: TillCertificate | None
    certificate_kid: bytes | None
    size: int


def issue(ticket: Ticket, key: SigningKey) -> str:
    """The ticket's text, signed by a ticket key of the centre."""
    return _text(cose.sign1({cose.KID: key.public.kid}, _claims(ticket), key))


def issue_delegated(ticket: Ticket, key: SigningKey, certificate: bytes) -> str:
    """The ticket's text, signed by a till and carrying its certificate.

    Raises ValueError when a gate would refuse it: the ticket outlives the certificate, its number has another prefix,
    or the certificate is for another key. Raises Malformed for bytes that are no certificate.
    """
    certified = cose.parse1(certificate)
    said = certificate_in(certified)
    if said.public_key != key.public:
        raise ValueError("the certificate is for another key")
    if ticket.number.prefix != said.prefix:
        raise ValueError("the ticket's number does not have the certificate's prefix")
    if ticket.expires > said.expires:
        raise ValueError("the ticket would outlive the certificate")
    return _text(cose.sign1({cose.KCWT: certified.array}, _claims(ticket), key))


def verify(text: str, trust: Trust, known: Callable[[Ticket], bool] | None = None) -> VerifiedTicket:
    """The ticket that `text` is, if somebody in `trust` stands behind it; expiry is not checked.

    `known` says whether the centre knows exactly this ticket as sold (its number alone says little: who has a stolen
    till key knows such numbers too): what a till sold before it was revoked stays good.
    Raises BadTicket: UNREADABLE (not a ticket of this version), UNKNOWN_ISSUER (no such key in the list), FORGED
    (a signature or a certificate does not fit), REVOKED (a till that is no longer believed).
    """
    try:
        message = _message(text)
        match _header(message):
            case bytes() as kid:
                issuer: CentreIssuer | TillIssuer = CentreIssuer(_signer(message, kid, trust))
                return VerifiedTicket(_ticket(message), issuer, text, _ONLY_VERIFY)
            case cose.Sign1() as certified:
                certificate_key = _certifier(certified, trust)
                certificate = certificate_in(certified)
                if not message.verify(certificate.public_key):
                    raise BadTicket(Reason.FORGED)
                ticket = _ticket(message)
                _check_delegation(ticket, certificate, trust, known)
                return VerifiedTicket(ticket, TillIssuer(certificate, certificate_key), text, _ONLY_VERIFY)
    except Malformed:
        raise BadTicket(Reason.UNREADABLE) from None


def inspect(text: str) -> Inspection:
    """What a code says, without believing it. Raises BadTicket(UNREADABLE)."""
    try:
        message = _message(text)
        size = len(base45.decode(text[len(PREFIX) :]))
        match _header(message):
            case bytes() as kid:
                return Inspection(_ticket(message), kid, None, None, size)
            case cose.Sign1() as certified:
                return Inspection(_ticket(message), None, certificate_in(certified), _kid(certified), size)
    except Malformed:
        raise BadTicket(Reason.UNREADABLE) from None


def _message(text: str) -> cose.Sign1:
    if len(text) > MAX_TEXT or not text.startswith(PREFIX):
        raise Malformed("not a ticket text of this version")
    return cose.parse1(base45.decode(text[len(PREFIX) :]))


def _header(message: cose.Sign1) -> bytes | cose.Sign1:
    """Who is said to have signed: a key's id, or a certificate. Nothing else may be in the header."""
    if len(message.protected) == 2 and cose.KCWT in message.protected:
        return cose.from_array(message.protected[cose.KCWT])
    return _kid(message)


def _kid(message: cose.Sign1) -> bytes:
    kid = message.protected.get(cose.KID)
    if len(message.protected) != 2 or not isinstance(kid, bytes):
        raise Malformed("message that does not say whose it is")
    return kid


def _signer(message: cose.Sign1, kid: bytes, trust: Trust) -> PublicKey:
    candidates = trust.keys_for(KeyUse.TICKET, kid)
    if not candidates:
        raise BadTicket(Reason.UNKNOWN_ISSUER)
    for key in candidates:
        if message.verify(key):
            return key
    raise BadTicket(Reason.FORGED)


def _certifier(certified: cose.Sign1, trust: Trust) -> PublicKey:
    """The key that stands behind a till's certificate; all of the till's tickets carry the same one."""
    candidates = trust.keys_for(KeyUse.CERTIFICATE, _kid(certified))
    if not candidates:
        raise BadTicket(Reason.UNKNOWN_ISSUER)
    for key in candidates:
        if certified.verify_recurring(key):
            return key
    raise BadTicket(Reason.FORGED)


def _check_delegation(
    ticket: Ticket, certificate: TillCertificate, trust: Trust, known: Callable[[Ticket], bool] | None
) -> None:
    if ticket.number.prefix != certificate.prefix or ticket.expires > certificate.expires:
        raise BadTicket(Reason.FORGED)
    if certificate.prefix in trust.revoked and not (known is not None and known(ticket)):
        raise BadTicket(Reason.REVOKED)


def _text(message: bytes) -> str:
    text = PREFIX + base45.encode(message)
    if len(text) > MAX_TEXT:
        raise ValueError("the ticket would be too long for any gate")
    return text


def _claims(ticket: Ticket) -> bytes:
    journey = ticket.journey
    return cbor.encode(
        {
            EXP: seconds_of(ticket.expires),
            CTI: ticket.number.to_bytes(),
            JOURNEY: [
                day_of(journey.service_date),
                journey.trip,
                journey.boarding,
                journey.alighting,
                journey.seat,
                int(journey.kind),
                journey.children,
                int(journey.fare),
                journey.tag,
            ],
        }
    )


def _ticket(message: cose.Sign1) -> Ticket:
    claims = claims_of(cbor.decode(message.payload), {EXP, CTI, JOURNEY})
    return Ticket(TicketNumber.from_bytes(octets(claims[CTI])), instant(claims[EXP]), _journey(claims[JOURNEY]))


def _journey(value: object) -> Journey:
    if not isinstance(value, list) or len(value) != 9:
        raise Malformed("not a journey of nine members")
    service_date, trip, boarding, alighting, seat, kind, children, fare, tag = value
    try:
        return Journey(
            service_date=day(service_date),
            trip=text_of(trip),
            boarding=integer(boarding),
            alighting=integer(alighting),
            seat=None if seat is None else integer(seat),
            kind=TicketKind(integer(kind)),
            children=integer(children),
            fare=Fen(integer(fare)),
            tag=octets(tag),
        )
    except ValueError as error:
        raise Malformed("a journey that no station sells") from error
