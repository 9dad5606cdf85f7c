"""The web channel: the centre's own sales, from its own places, and refunds of any ticket.

Who travels is turned into the departure's tag and sealed before anything is kept: neither the number nor the name of a
document is stored, logged or put into an exception here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, insert, select

from sync.server.allotments import CENTRE, Allotments
from sync.server.bodies import AnyRow, tell_ticket
from sync.server.changes import Changes
from sync.server.effects import settle_ticket
from sync.server.judging import Judge
from sync.server.money_facts import judge_refunds
from sync.server.passages import Passage, Passages
from sync.server.schema import departures, office_sales, prefixes, records, tickets
from sync.server.schema_money import refunds
from sync.server.ticket_money import WEB
from sync.wire.office import OfficeSale
from tickets.credential import Ticket, issue
from tickets.departures import Departure, DepartureState
from tickets.fares import FareRules, fare
from tickets.identity import DocumentKind, identity_tag
from tickets.journey import Journey, TicketKind
from tickets.keys import SigningKey
from tickets.numbers import TicketNumber, new_number
from tickets.sealed import SealedIdentity, seal
from tickets.trust import TrustList


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """The ticket of a sale: its number, its code, and the code with which it is collected at a till."""

    number: str
    code: str
    order_code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDone:
    """The office's wish was not carried out: an HTTP status, what happened, and what to do next."""

    status: int
    what: str
    hint: str


NO_PLACE_LEFT: Final = NotDone(
    status=409, what="the web has no place left here", hint="choose another departure, or a kiosk"
)
_UNREADABLE: Final = NotDone(
    status=422,
    what="the document's kind, number or name cannot be read",
    hint="use a kind from 1 to 7, letters and digits, and a name of at most 64 characters",
)


class Office:
    """Sales and refunds of one station, inside one write transaction."""

    def __init__(self, connection: Connection, changes: Changes, station: int, now: datetime) -> None:
        """`now` is the centre's time."""
        self._connection = connection
        self._changes = changes
        self._station = station
        self._now = now
        self._now_ms = int(now.timestamp() * 1000)
        self._allotments = Allotments(connection, changes, station)
        self._judge = Judge(connection, station, self._allotments, self._now_ms)

    def sell(
        self, sale: OfficeSale, key: SigningKey, trust_list: TrustList, hours_after: int, random: Callable[[int], bytes]
    ) -> Sold | NotDone:
        """Issue a centre-signed ticket for a place of the web's; the same sale id again gets the same ticket."""
        departure = self._departure(sale)
        if departure is None:
            return NotDone(status=404, what="there is no such departure", hint="take one from the station's timetable")
        number = new_number(self._prefix(), random)
        try:
            kind = TicketKind(sale.kind)
            who = SealedIdentity(
                kind=DocumentKind(sale.document.kind), number=sale.document.number, name=sale.document.name
            )
            tag = self._tag(departure, who)
            sealing = trust_list.sealing_keys.get(departure.service_date)
            sealed = None if sealing is None else seal(sealing, who, number)
        except ValueError:
            return _UNREADABLE
        if (repeated := self._repeated(sale, tag)) is not None:
            return repeated
        call = departure.call_at(sale.alighting)
        if call is None:
            return NotDone(
                status=422, what="this coach does not stop there", hint="choose one of the departure's stops"
            )
        goes = departure.state is DepartureState.SCHEDULED and departure.merged_into is None
        if not goes or self._now >= departure.closes_at:
            return NotDone(status=409, what="this departure is no longer sold", hint="choose a later one")
        if tag is None or sealed is None:
            return NotDone(
                status=409, what="this service day cannot be sold yet or any more", hint="choose another day"
            )
        there_is, seat = self._allotments.web_place(sale.service_date, sale.trip)
        if not there_is:
            return NO_PLACE_LEFT
        journey = Journey(
            service_date=departure.service_date,
            trip=departure.trip,
            boarding=departure.boarding,
            alighting=sale.alighting,
            seat=seat,
            kind=kind,
            children=sale.children,
            fare=fare(call.fare, kind, FareRules.default()),
            tag=tag,
        )
        ticket = Ticket(number, departure.departs_at + timedelta(hours=hours_after), journey)
        code, order_code = issue(ticket, key), new_order_code(random)
        self._keep(sale, ticket, sealed, code, order_code)
        return Sold(number=number.digits, code=code, order_code=order_code)

    def refund(self, number: str) -> NotDone | None:
        """Refund a ticket that nobody has travelled on; None when it is refunded now, or was before."""
        row = self._ticket(number)
        if row is None:
            return NotDone(
                status=404,
                what="the centre does not know this ticket",
                hint="let its till report first, then ask again",
            )
        if row.state == "refunded":
            return None
        if row.state != "valid":
            return NotDone(status=409, what=f"this ticket is {row.state}", hint="only a valid ticket can be refunded")
        passages = Passages(self._connection, self._changes, self._station, self._judge)
        found = passages.of(number)
        standing = [use for use in found if use.end != "released"]
        if any(use.purpose in ("refund", "change") for use in standing):
            return NotDone(
                status=409, what="a till is taking this ticket back", hint="ask at the station how far that is"
            )
        if standing:
            return NotDone(
                status=409, what="this ticket has been used at a gate", hint="let the duty manager look at its uses"
            )
        attempt = hashlib.sha256(f"office refund {number}".encode("ascii")).hexdigest()[:32]
        passages.claim(
            Passage(
                station_id=self._station,
                number=number,
                use_no=max((use.use_no for use in found), default=0) + 1,
                attempt=attempt,
                service_date=row.service_date,
                device=CENTRE,
                lane="office",
                at_ms=self._now_ms,
                persons=row.children + 1,
                purpose="refund",
                end="passed",
                ended_ms=self._now_ms,
            )
        )
        settle_ticket(self._connection, self._changes, self._allotments, self._station, number, "refund")
        passages.save()
        self._connection.execute(
            insert(refunds),
            [
                {
                    "station_id": self._station,
                    "refund": attempt,
                    "device": CENTRE,
                    "number": number,
                    "fare": row.fare,
                    "fee": 0,
                    "fen": row.fare,
                    "way": WEB,
                    "opened_ms": self._now_ms,
                }
            ],
        )
        judge_refunds(self._connection, self._station, self._judge, number)
        return None

    def _keep(self, sale: OfficeSale, ticket: Ticket, sealed: bytes, code: str, order_code: str) -> None:
        journey, digits = ticket.journey, ticket.number.digits
        row = {
            "station_id": self._station,
            "number": digits,
            "service_date": sale.service_date,
            "trip": journey.trip,
            "boarding": journey.boarding,
            "alighting": journey.alighting,
            "seat": journey.seat,
            "kind": int(journey.kind),
            "children": journey.children,
            "fare": int(journey.fare),
            "tag": journey.tag,
            "expires_s": int(ticket.expires.timestamp()),
            "state": "valid",
            "issuer": CENTRE,
            "order_id": None,
            "sealed": sealed,
            "code": code,
            "issued_ms": self._now_ms,
            "order_code": order_code,
        }
        self._connection.execute(insert(tickets), [row])
        self._connection.execute(
            insert(office_sales), [{"station_id": self._station, "sale_id": sale.sale_id, "number": digits}]
        )
        tell_ticket(self._connection, self._changes, self._station, digits)
        issued = self._ticket(digits)
        assert issued is not None, "it was inserted above"
        self._judge.place(issued)
        self._allotments.tell_left(sale.service_date, sale.trip)

    def _repeated(self, sale: OfficeSale, tag: bytes | None) -> Sold | NotDone | None:
        """The answer that this sale id got before, if it did; another wish under a used id is refused."""
        row = self._connection.execute(
            select(tickets)
            .join(
                office_sales,
                (office_sales.c.station_id == tickets.c.station_id) & (office_sales.c.number == tickets.c.number),
            )
            .where(office_sales.c.station_id == self._station, office_sales.c.sale_id == sale.sale_id)
        ).one_or_none()
        if row is None:
            return None
        before = (row.service_date, row.trip, row.alighting, row.kind, row.children)
        same = before == (sale.service_date, sale.trip, sale.alighting, sale.kind, sale.children)
        if not same or (tag is not None and row.tag != tag):
            return NotDone(status=409, what="this sale id was used for another sale", hint="make a new sale id")
        return Sold(number=row.number, code=row.code, order_code=row.order_code)

    def _departure(self, sale: OfficeSale) -> Departure | None:
        text = self._connection.execute(
            select(departures.c.body).where(
                departures.c.station_id == self._station,
                departures.c.service_date == sale.service_date,
                departures.c.trip == sale.trip,
            )
        ).scalar_one_or_none()
        return None if text is None else Departure.from_record(json.loads(text))

    def _tag(self, departure: Departure, who: SealedIdentity) -> bytes | None:
        """The identity tag on this departure, or None when there is no key for that day (destroyed, or too far off)."""
        text = self._connection.execute(
            select(records.c.body).where(
                records.c.station_id == self._station,
                records.c.kind == "day_key",
                records.c.key == departure.service_date.isoformat(),
            )
        ).scalar_one_or_none()
        if text is None:
            return None
        key = bytes.fromhex(json.loads(text)["key"])
        return identity_tag(key, departure.service_date, departure.trip, who.kind, who.number)

    def _prefix(self) -> int:
        """The station's own prefix for tickets that the centre issues."""
        prefix: int = self._connection.execute(
            select(prefixes.c.prefix).where(prefixes.c.station_id == self._station, prefixes.c.device == CENTRE)
        ).scalar_one()
        return prefix

    def _ticket(self, number: str) -> AnyRow | None:
        return self._connection.execute(
            select(tickets).where(tickets.c.station_id == self._station, tickets.c.number == number)
        ).one_or_none()


CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: no I, L, O or U, so that nothing is taken for something else when it is typed."""
_CODE_LENGTH: Final = 10


def new_order_code(random: Callable[[int], bytes]) -> str:
    """Ten random characters of Crockford's base32: 50 bits, so that nobody finds another's by trying."""
    return "".join(CROCKFORD[byte % 32] for byte in random(_CODE_LENGTH))


def digits_of(text: str) -> str:
    """A ticket number as its 20 digits. Raises Malformed."""
    return TicketNumber.from_digits(text).digits
