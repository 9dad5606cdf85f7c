"""Rows of the cache as what they are: tickets, uses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import cast
from uuid import UUID

from tickets.admission import TicketState
from tickets.journey import Journey, TicketKind
from tickets.money import Fen
from tickets.numbers import TicketNumber
from tickets.uses import Purpose, Use, UseEnd

_TICKET = """SELECT number, service_date, trip, boarding, alighting, seat, kind, children, fare, tag, expires_s, state,
    issuer FROM """
TICKET = f"{_TICKET}tickets "
_USE = "SELECT ticket, use_no, attempt, device, lane, at_ms, end, purpose, persons, flags FROM "
USES = f"{_USE}uses WHERE ticket = ?1 UNION ALL {_USE}lan_uses WHERE ticket = ?1"
"""The uses of ticket ?1, by the centre's word and by the LAN's: the same one may be there twice."""
_STATE = "SELECT NULL, 0, NULL, NULL, NULL, 0, state, NULL, 0, NULL FROM tickets WHERE number = ?1"
TOLD = f"{_STATE} UNION ALL {USES}"
"""The same, and before them, under the use number 0, the ticket's state if it is known."""
_OF = "(SELECT number FROM tickets WHERE service_date = ?1 AND trip = ?2)"
_ON = "WHERE (service_date = ?1 AND trip = ?2)"
USES_OF = " UNION ALL ".join(
    f"{_USE}{table} {where}" for table in ("uses", "lan_uses") for where in (_ON, f"WHERE ticket IN {_OF}")
)
"""The uses of all tickets for departure (?1, ?2), as above; each may be there four times."""


def tickets_of_tags(count: int) -> str:
    """Tickets by so many triples of service date, trip and tag, each looked up in the index, in any order."""
    asked = ", ".join(["(?, ?, ?)"] * count)
    on = "service_date = asked_day AND trip = asked_trip AND tag = asked_tag"
    return (
        f"WITH asked (asked_day, asked_trip, asked_tag) AS (VALUES {asked}) {_TICKET}asked CROSS JOIN tickets ON {on}"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedTicket:
    """A ticket as the centre knows it; `issuer` is a device, or "centre" for the web."""

    number: TicketNumber
    journey: Journey
    expires: datetime
    state: TicketState
    issuer: str


def ticket_of(row: Sequence[object]) -> CachedTicket:
    """The ticket in a row of TICKET."""
    number, day, trip, boarding, alighting, seat, kind, children, fare, tag, expires_s, state, issuer = cast(
        "tuple[bytes, str, str, int, int, int | None, int, int, int, bytes, int, str, str]", tuple(row)
    )
    return CachedTicket(
        number=TicketNumber.from_bytes(number),
        journey=Journey(
            service_date=date.fromisoformat(day),
            trip=trip,
            boarding=boarding,
            alighting=alighting,
            seat=seat,
            kind=TicketKind(kind),
            children=children,
            fare=Fen(fare),
            tag=tag,
        ),
        expires=datetime.fromtimestamp(expires_s, UTC),
        state=TicketState(state),
        issuer=issuer,
    )


def use_of(row: Sequence[object]) -> Use:
    """The use in a row of USES."""
    ticket, use_no, attempt, device, lane, at_ms, end, purpose, persons, flags = cast(
        "tuple[bytes, int, bytes, str, str, int, str | None, Purpose, int, str]", row
    )
    return Use(
        ticket=TicketNumber.from_bytes(ticket),
        use_no=use_no,
        attempt=UUID(bytes=attempt),
        device=device,
        lane=lane,
        at=datetime.fromtimestamp(at_ms / 1000, UTC),
        end=None if end is None else UseEnd(end),
        purpose=purpose,
        persons=persons,
        flags=_NO_FLAGS if not flags else frozenset(flags.split(" ")),
    )


_NO_FLAGS: frozenset[str] = frozenset()
