"""What stands on a ticket and on a claim slip: values, not yet words in a layout."""

import re
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

Words = tuple[str, str]
"""One text in Chinese and in English."""

QR_ALPHANUMERIC = re.compile(r"[0-9A-Z $%*+\-./:]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFace:
    """One printed ticket. Times are aware and are shown in `zone`, the station's own; money is integer fen.

    `code` is the text of the QR code (characters of its alphanumeric mode), `number` the 20 digits of the ticket.
    `seat` is None on coaches without fixed seats. `coach` is the coach's plate, `reference` the order's; "" when there
    is none. `check_in_closes` is None where no time is set. Passenger and document come masked (kiosk.paper.mask).
    Raises ValueError for a number, code or time that cannot be printed truly.
    """

    operator: Words
    origin: Words
    destination: Words
    departure: datetime
    zone: tzinfo
    trip: str
    gate: str
    bay: str
    seat: str | None
    code: str = field(repr=False)
    number: str
    passenger_masked: str
    document_masked: str
    kind: Words
    fare_fen: int
    check_in_closes: datetime | None
    sold_at: datetime
    till: str
    children: int = 0
    insurance_fen: int | None = None
    coach: str = ""
    reference: str = ""
    reprint: bool = False

    def __post_init__(self) -> None:
        if not (len(self.number) == 20 and self.number.isdecimal() and self.number.isascii()):
            raise ValueError("a ticket number has 20 digits")
        if not QR_ALPHANUMERIC.fullmatch(self.code):
            raise ValueError("a ticket's code has only characters of a QR code's alphanumeric mode")
        for at in (self.departure, self.sold_at, *([self.check_in_closes] if self.check_in_closes else [])):
            if at.tzinfo is None:
                raise ValueError("times on a ticket are aware")


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipFace:
    """A claim slip: money that staff owe the holder. `reason` says what happened, `to_do` what to do now.

    `claim` is the claim's number as it is written down and typed, `at` an aware time shown in `zone`.
    """

    operator: Words
    claim: str
    amount_fen: int
    reason: Words
    to_do: Words
    at: datetime
    zone: tzinfo
    till: str

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("the time on a slip is aware")
