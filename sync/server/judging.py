"""What the facts about one ticket or one place amount to, judged from all of them at once.

The order in which facts arrive does not matter: each judgement looks at everything that is known by now.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, Protocol, cast
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, select

from sync.server.allotments import CENTRE, WITHHELD, Allotments, of_departure
from sync.server.bodies import AnyRow
from sync.server.doubled import SOME_TICKET, overlapping
from sync.server.incidents import IncidentKind, report
from sync.server.schema import departures, tickets
from tickets.uses import Purpose, Use, UseEnd

_DEPARTURE: Final = select(departures.c.body).where(*of_departure(departures))
_SOLD: Final = of_departure(tickets)
_VALID: Final = (*_SOLD, tickets.c.state == "valid")
_IN_SEAT: Final = (
    select(tickets.c.number).where(*_VALID, tickets.c.seat == bindparam("seat")).order_by(tickets.c.number)
)
_COUNT: Final = select(func.count()).select_from(tickets).where(*_SOLD)
_COUNT_OF_ISSUER: Final = _COUNT.where(tickets.c.issuer == bindparam("issuer"))
_COUNT_VALID: Final = _COUNT.where(tickets.c.state == "valid")
_COUNT_VALID_OF_ISSUER: Final = _COUNT_OF_ISSUER.where(tickets.c.state == "valid")


class JudgedUse(Protocol):
    """What is judged of one attempt at a use (see `passages.Passage`)."""

    number: str
    use_no: int
    attempt: str
    device: str
    lane: str
    at_ms: int
    end: str | None
    purpose: str


class Judge:
    """Looks for incidents of one station inside one write transaction."""

    def __init__(self, connection: Connection, station: int, allotments: Allotments, now_ms: int) -> None:
        """`now_ms` is when an incident found here is said to have been opened."""
        self._connection = connection
        self._station = station
        self._allotments = allotments
        self._now_ms = now_ms

    def report(self, kind: IncidentKind, subject: str, **body: object) -> None:
        """Note an incident of this station."""
        report(self._connection, self._station, kind, subject, body, self._now_ms)

    def uses(self, found: Sequence[JudgedUse]) -> None:
        """Given all uses of one ticket: was it let through more than once, claimed twice at once, or also refunded?"""
        number = found[0].number
        by_no: dict[int, list[JudgedUse]] = {}
        for use in found:
            by_no.setdefault(use.use_no, []).append(use)
        for use_no, attempts in by_no.items():
            if len(attempts) > 1:
                self.report(IncidentKind.USE_CLAIMED_TWICE, f"{number}/{use_no}", uses=_listed(attempts))
        ended = {use.attempt: use for use in found if use.end is not None} if len(found) > 1 else {}
        pairs = [
            (ended[first.attempt.hex], ended[second.attempt.hex])
            for first, second in overlapping(use_of(use) for use in ended.values())
        ]
        doubled = [pair for pair in pairs if "passed" in (pair[0].end, pair[1].end)]
        if doubled:
            certain = any(first.end == second.end == "passed" for first, second in doubled)
            listed = {use.attempt: use for pair in doubled for use in pair}
            self.report(IncidentKind.DUPLICATE_ADMISSION, number, certain=certain, uses=_listed(list(listed.values())))
        passed = [use for use in found if use.purpose == "admission" and use.end == "passed"]
        undone = [use for use in found if use.purpose in ("refund", "change") and use.end == "passed"]
        if len(undone) > 1:
            self.report(IncidentKind.TAKEN_BACK_TWICE, number, uses=_listed(undone))
        if passed and undone:
            self.report(IncidentKind.ADMITTED_AND_REFUNDED, number, uses=_listed([*passed, *undone]))

    def place(self, ticket: AnyRow) -> None:
        """Was this newly known ticket's place its issuer's to sell, and is it the only one for it?"""
        date, trip, seat = ticket.service_date, ticket.trip, ticket.seat
        departure = self._connection.execute(_DEPARTURE, self._of(date, trip)).scalar_one_or_none()
        if departure is None:
            self.report(
                IncidentKind.DEPARTURE_NOT_KNOWN, ticket.number, departure=f"{date}/{trip}", device=ticket.issuer
            )
            return
        if seat is None:
            self._counted_place(ticket, json.loads(departure)["places"])
            return
        holder = self._allotments.holder(date, trip, seat)
        if holder == WITHHELD:  # it was given out, or sold, after the copy was made that this centre began on
            self._allotments.hand_over(date, trip, seat, ticket.issuer)
        elif holder != ticket.issuer:
            self.report(
                IncidentKind.PLACE_NOT_ALLOTTED,
                ticket.number,
                place=f"{date}/{trip}/{seat}",
                holder=holder,
                device=ticket.issuer,
            )
        numbers = self._sold(date, trip, seat)
        if len(numbers) > 1:
            self.report(IncidentKind.PLACE_SOLD_TWICE, f"{date}/{trip}/{seat}", numbers=numbers)

    def seat_is_sold(self, date: str, trip: str, seat: int) -> bool:
        """Whether a valid ticket for this seat is known."""
        return bool(self._sold(date, trip, seat))

    def _counted_place(self, ticket: AnyRow, there_are: int) -> None:
        date, trip, issuer = ticket.service_date, ticket.trip, ticket.issuer
        mine = self._allotments.counted(date, trip, issuer)
        sold_by = _COUNT_VALID_OF_ISSUER if issuer == CENTRE else _COUNT_OF_ISSUER
        of_issuer = self._of(date, trip) | {"issuer": issuer}
        if mine is None or self._connection.execute(sold_by, of_issuer).scalar_one() > mine:
            if issuer != CENTRE:  # somebody sits there: nobody else is to have this place
                self._allotments.lose_count(date, trip, 1)
            self.report(
                IncidentKind.PLACE_NOT_ALLOTTED, ticket.number, place=f"{date}/{trip}/-", holder=None, device=issuer
            )
        sold = self._connection.execute(_COUNT_VALID, self._of(date, trip)).scalar_one()
        if sold > there_are:
            self.report(IncidentKind.PLACE_SOLD_TWICE, f"{date}/{trip}/-", sold=sold, places=there_are)

    def _sold(self, date: str, trip: str, seat: int) -> list[str]:
        return list(self._connection.execute(_IN_SEAT, self._of(date, trip) | {"seat": seat}).scalars())

    def _of(self, date: str, trip: str) -> dict[str, object]:
        return {"station": self._station, "date": date, "coach": trip}


def use_of(use: JudgedUse) -> Use:
    """As the rules of admission know it, but for its number."""
    return Use(
        ticket=SOME_TICKET,
        use_no=use.use_no,
        attempt=UUID(use.attempt),
        device=use.device,
        lane=use.lane,
        at=datetime.fromtimestamp(use.at_ms / 1000, UTC),
        end=None if use.end is None else UseEnd(use.end),
        purpose=cast(Purpose, use.purpose),
    )


def _listed(found: Sequence[JudgedUse]) -> list[dict[str, object]]:
    return [
        {
            "use_no": use.use_no,
            "attempt": use.attempt,
            "device": use.device,
            "lane": use.lane,
            "at": use.at_ms,
            "end": use.end,
            "purpose": use.purpose,
        }
        for use in sorted(found, key=lambda use: (use.use_no, use.at_ms, use.attempt))
    ]
