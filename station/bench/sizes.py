"""How large a ticket is: every byte is a larger code, and a larger code is harder to read from a scratched phone."""

import segno

from station.bench import imagined
from station.bench.measure import Line, at_most
from tickets.credential import Ticket, TillCertificate, certify, inspect, issue, issue_delegated
from tickets.journey import Journey, TicketKind
from tickets.money import Fen
from tickets.numbers import RANDOM_BITS, TicketNumber

BY_CENTRE, BY_TILL = 144, 319
"""Bytes: what a QR code of version 8, and of version 13, holds of a ticket at level M."""


def run() -> list[Line]:
    """Issue one ticket with a trip of 8 characters, stops of 32 bits, a seat and a fare of ¥185.00 each way."""
    journey = Journey(
        service_date=imagined.TODAY,
        trip="K1024-07",
        boarding=3_701_000_001,
        alighting=3_702_000_044,
        seat=36,
        kind=TicketKind.ADULT,
        children=1,
        fare=Fen(18_500),
        tag=bytes(range(0xF0, 0xF8)),
    )
    certificate = TillCertificate(imagined.key("till").public, 3_701_000_001, imagined.TILL_PREFIX, imagined.EXPIRES)
    ticket = Ticket(TicketNumber(imagined.TILL_PREFIX << RANDOM_BITS | 0xFEDCBA9876), imagined.EXPIRES, journey)
    by_centre = issue(ticket, imagined.key("ticket"))
    by_till = issue_delegated(ticket, imagined.key("till"), certify(certificate, imagined.key("certificate")))
    return [
        _line("ticket signed by the centre", by_centre, BY_CENTRE),
        _line("ticket signed by a till, certificate included", by_till, BY_TILL),
    ]


def _line(name: str, text: str, most: int) -> Line:
    code = segno.make(text, error="m", boost_error=False, micro=False)
    return at_most(name, inspect(text).size, "B", most, against=f"QR version {code.version} at level M")
