"""What the web channel and the office ask of the centre."""

from pydantic import Field

from sync.wire.types import Digits, Hex32, IsoDate, Millis, OrderCode, Stop, TripCode, Wire


class OfficeDocument(Wire):
    """Who travels. It is sealed and turned into a tag at once; it is neither kept nor logged."""

    kind: int = Field(repr=False)
    number: str = Field(min_length=1, max_length=32, repr=False)
    name: str = Field(max_length=64, repr=False)


class OfficeSale(Wire):
    """A ticket sold by the centre itself; the same `sale_id` again answers with the same ticket."""

    sale_id: Hex32
    service_date: IsoDate
    trip: TripCode
    alighting: Stop
    document: OfficeDocument = Field(repr=False)
    kind: int = 0
    children: int = Field(default=0, ge=0, le=9)


class OfficeSold(Wire):
    """The ticket's number, its code (`RT1:…`), and the code with which it is collected at a till."""

    number: Digits
    code: str
    order_code: OrderCode | None = None


class OfficeRefund(Wire):
    """Give a ticket's money back: the ticket stops being good."""

    number: Digits


class OfficeRefunded(Wire):
    """The ticket, and the state that it now has."""

    number: Digits
    state: str


class OfficeIncident(Wire):
    """What should not have happened and did; what it means follows from its kind."""

    kind: str
    subject: str
    body: dict[str, object]
    opened_at: Millis


class OfficeIncidents(Wire):
    """A station's incidents, oldest first."""

    incidents: tuple[OfficeIncident, ...]
