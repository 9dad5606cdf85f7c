"""Fixed keys, a ticket, and the Hypothesis strategies that the tests of tickets/ share."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st

from tickets import base45
from tickets.credential import Ticket, TillCertificate, certify
from tickets.journey import HIGHEST_FARE, Journey, TicketKind
from tickets.keys import SigningKey
from tickets.money import Fen
from tickets.numbers import TicketNumber, new_number
from tickets.trust import KeyUse, Trust, TrustedKey, TrustList

PROPERTY = settings(derandomize=True, database=None, deadline=None, max_examples=200)
"""The same examples in every run: a failure here can always be repeated."""

TICKET_KEY = SigningKey.from_raw(b"\x01" * 32)
CERTIFICATE_KEY = SigningKey.from_raw(b"\x02" * 32)
TILL_KEY = SigningKey.from_raw(b"\x03" * 32)
OTHER_KEY = SigningKey.from_raw(b"\x04" * 32)
START = datetime(2026, 11, 1, tzinfo=UTC)
EXPIRES = datetime(2026, 11, 23, 19, tzinfo=UTC)
PREFIX = 0xA1B2C3

JOURNEY = Journey(
    service_date=date(2026, 11, 22),
    trip="K1024-07",
    boarding=3_701_000_001,
    alighting=3_702_000_044,
    seat=36,
    kind=TicketKind.ADULT,
    children=1,
    fare=Fen(18_500),
    tag=bytes.fromhex("8f3a61c0d2e4b597"),
)
TICKET = Ticket(new_number(PREFIX, lambda n: bytes(range(0xF0, 0xF0 + n))), EXPIRES, JOURNEY)
CERTIFICATE = TillCertificate(TILL_KEY.public, 3_701_000_001, PREFIX, EXPIRES + timedelta(days=10))
CERTIFIED = certify(CERTIFICATE, CERTIFICATE_KEY)


def trusted(use: KeyUse, key: SigningKey) -> TrustedKey:
    """`key` in a trust list, for `use`."""
    return TrustedKey(use=use, key=key.public, not_before=START, not_after=START + timedelta(days=90))


def trust(*, revoked: frozenset[int] = frozenset(), keys: tuple[TrustedKey, ...] | None = None) -> Trust:
    """A station's trust: the ticket key and the certificate key, unless told otherwise."""
    if keys is None:
        keys = (trusted(KeyUse.TICKET, TICKET_KEY), trusted(KeyUse.CERTIFICATE, CERTIFICATE_KEY))
    expires = START + timedelta(days=90)
    return Trust(TrustList(version=1, issued=START, expires=expires, keys=keys, revoked_prefixes=revoked))


def raw(text: str) -> bytes:
    """The bytes behind a ticket's text."""
    return base45.decode(text.removeprefix("RT1:"))


def written(data: bytes) -> str:
    """Bytes as a ticket's text, whatever they are."""
    return "RT1:" + base45.encode(data)


PRINTABLE = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
JOURNEYS = st.builds(
    Journey,
    service_date=st.dates(date(1970, 1, 1), date(2199, 12, 31)),
    trip=st.text(PRINTABLE, min_size=1, max_size=16),
    boarding=st.integers(0, 2**32 - 1),
    alighting=st.integers(0, 2**32 - 1),
    seat=st.none() | st.integers(1, 255),
    kind=st.sampled_from(TicketKind),
    children=st.integers(0, 9),
    fare=st.integers(0, HIGHEST_FARE).map(Fen),
    tag=st.just(b"") | st.binary(min_size=8, max_size=8),
)
NUMBERS = st.integers(0, 2**64 - 1).map(TicketNumber)
INSTANTS = st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive by Hypothesis' rule
TICKETS = st.builds(Ticket, NUMBERS, INSTANTS, JOURNEYS)
