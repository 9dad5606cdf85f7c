"""What is printed: turns a ticket or a claim into a face, and the face into dots."""

from collections.abc import Callable, Mapping
from datetime import datetime

from kiosk.paper.draw import draw_slip, draw_ticket
from kiosk.paper.face import SlipFace, TicketFace
from kiosk.paper.fonts import FontMissing, Fonts
from kiosk.paper.raster import Raster
from kiosk.paper.receipts import InvoiceFace, RefundFace, draw_invoice, draw_refund
from kiosk.till.records import Claim, Issued
from kiosk.till.shelf import Shelf
from kiosk.till.values import Words
from kiosk.till.wording import UNKNOWN_PLACE, claim_reason, grouped_claim
from sync.journal.refunds import Invoice, Refund
from tickets.journey import TicketKind
from tickets.money import Fen
from tickets.numbers import TicketNumber

KINDS: Mapping[TicketKind, Words] = {
    TicketKind.ADULT: ("全票", "Adult"),
    TicketKind.CHILD: ("儿童票", "Child"),
    TicketKind.CONCESSION: ("优待票", "Concession"),
    TicketKind.FREE: ("免票", "Free"),
}
AT_TICKET_WINDOW: Words = (
    "请持凭条到本站售票窗口退款。",
    "Take this slip to the ticket window of this station to be paid back.",
)

Masked = tuple[str, str]
"""A traveller's masked name and masked document number, as far as this process has read them."""


class NotDrawable(Exception):
    """A ticket or slip cannot be drawn: the typeface is missing, or a text does not fit what paper can show."""


class Faces:
    """Draws for one till. `now` gives the time to print; `fonts` is asked when something is drawn."""

    def __init__(self, shelf: Shelf, fonts: Callable[[], Fonts], *, till: str, now: Callable[[], datetime]) -> None:
        self._shelf = shelf
        self._fonts = fonts
        self._till = till
        self._now = now
        self._masked: dict[TicketNumber, Masked] = {}

    def remember(self, number: TicketNumber, masked: Masked) -> None:
        """Keep the masked name and number of a traveller until `forget`, for the ticket that is about to be printed."""
        self._masked[number] = masked

    def forget(self) -> None:
        """Forget every masked name: the session is over."""
        self._masked.clear()

    def ticket(self, ticket: Issued, *, order: str, copy: int) -> Raster:
        """Draw one copy of a ticket; any copy but the first is marked 补打 / REPRINT.

        A ticket that is printed after a restart does not name its holder: that was never written down.
        Raises NotDrawable.
        """
        try:
            return self._ticket(ticket, order, copy)
        except (ValueError, OSError, FontMissing) as error:
            raise NotDrawable("a ticket") from error

    def slip(self, claim: Claim) -> Raster:
        """Draw the slip of a claim. Raises NotDrawable."""
        try:
            return self._slip(claim)
        except (ValueError, OSError, FontMissing) as error:
            raise NotDrawable("a slip") from error

    def refund(self, refund: Refund, returned: Fen, way: Words) -> Raster:
        """Draw the receipt of a refund of which `returned` went back by `way`. Raises NotDrawable."""
        try:
            return draw_refund(
                RefundFace(
                    operator=self._shelf.names()[1],
                    number=refund.number.digits,
                    fare=refund.fare,
                    fee=refund.fee,
                    back=returned,
                    owed=refund.fen - returned,
                    way=way,
                    at=self._now(),
                    zone=self._shelf.zone(),
                    till=self._till,
                ),
                self._fonts(),
            )
        except (ValueError, OSError, FontMissing) as error:
            raise NotDrawable("a receipt") from error

    def invoice(self, invoice: Invoice, link: str) -> Raster:
        """Draw the slip of an invoice that was asked for; `link` is its page's address or "". Raises NotDrawable."""
        try:
            return draw_invoice(
                InvoiceFace(
                    operator=self._shelf.names()[1],
                    number=invoice.number.digits,
                    fen=invoice.fen,
                    token=invoice.token,
                    link=link,
                    at=self._now(),
                    zone=self._shelf.zone(),
                    till=self._till,
                ),
                self._fonts(),
            )
        except (ValueError, OSError, FontMissing) as error:
            raise NotDrawable("an invoice's slip") from error

    def _ticket(self, ticket: Issued, order: str, copy: int) -> Raster:
        journey = ticket.journey
        departure = self._shelf.departure(journey.service_date, journey.trip)
        stops = self._shelf.stops()
        station, operator = self._shelf.names()
        name, document = self._masked.get(ticket.number, ("****", "****"))
        return draw_ticket(
            TicketFace(
                operator=operator,
                origin=station,
                destination=stops[journey.alighting].names if journey.alighting in stops else UNKNOWN_PLACE,
                departure=departure.departs_at if departure else self._now(),
                zone=self._shelf.zone(),
                trip=journey.trip,
                gate=departure.gate if departure else "–",
                bay=departure.bay if departure else "–",
                seat=None if journey.seat is None else str(journey.seat),
                code=ticket.code,
                number=ticket.number.digits,
                passenger_masked=name,
                document_masked=document,
                kind=KINDS[journey.kind],
                fare_fen=journey.fare,
                check_in_closes=departure.closes_at if departure else None,
                sold_at=self._now(),
                till=self._till,
                children=journey.children,
                coach=departure.plate if departure else "",
                reference=order[:8],
                reprint=copy > 0,
            ),
            self._fonts(),
        )

    def _slip(self, claim: Claim) -> Raster:
        return draw_slip(
            SlipFace(
                operator=self._shelf.names()[1],
                claim=grouped_claim(claim.number),
                amount_fen=claim.fen,
                reason=claim_reason(claim.reason),
                to_do=AT_TICKET_WINDOW,
                at=self._now(),
                zone=self._shelf.zone(),
                till=self._till,
            ),
            self._fonts(),
        )
