"""A use that a till asks for: noted before anybody is asked, forgotten when it is claimed, given back otherwise.

A gate asks, claims and is done within a moment, and says so in its journal when it starts again. A till may have to
wait for the centre, and whoever was asked may have granted the use unheard. So it is noted first; what is given back
is claimed and released in one commit, from which the arbiter and the centre learn that nothing came of it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal, cast
from uuid import UUID

from sync.journal.journal import Transaction
from sync.journal.reader import Readable
from sync.journal.uses import By, claim_use, end_use
from tickets.numbers import TicketNumber
from tickets.uses import UseEnd

TakenFor = Literal["refund", "change"]
"""What a till takes a ticket back for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedUse:
    """A use of a ticket that this till wants, as it is asked for and claimed."""

    number: TicketNumber
    use_no: int
    attempt: UUID
    purpose: TakenFor
    service_date: date
    trip: str
    persons: int
    by: By


def note_asked(tx: Transaction, asked: AskedUse) -> None:
    """Note a use before anybody is asked for it. There is one for each ticket: a newer one takes the place."""
    tx.execute(
        "INSERT INTO use_asked (ticket, use_no, attempt, purpose, service_date, trip, persons, shown) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (ticket) DO UPDATE SET use_no = excluded.use_no, "
        "attempt = excluded.attempt, purpose = excluded.purpose, shown = excluded.shown",
        (
            asked.number.to_bytes(),
            asked.use_no,
            asked.attempt.bytes,
            asked.purpose,
            asked.service_date.isoformat(),
            asked.trip,
            asked.persons,
            asked.by,
        ),
    )


def claim_asked(tx: Transaction, asked: AskedUse, *, lane: str, flags: frozenset[str] = frozenset()) -> bool:
    """Claim what was asked for and granted; False, with nothing written, when this journal has a use of that number."""
    claimed = claim_use(
        tx,
        ticket=asked.number,
        use_no=asked.use_no,
        attempt=asked.attempt,
        service_date=asked.service_date,
        trip=asked.trip,
        lane=lane,
        persons=asked.persons,
        by=asked.by,
        flags=sorted(flags),
        purpose=asked.purpose,
    )
    if claimed:
        forget_asked(tx, asked.number)
    return claimed


def give_back_asked(tx: Transaction, asked: AskedUse, *, lane: str, why: str) -> None:
    """Say of a use that may have been granted unheard that nothing came of it."""
    if claim_asked(tx, asked, lane=lane):
        end_use(tx, ticket=asked.number, use_no=asked.use_no, attempt=asked.attempt, end=UseEnd.RELEASED, why=why)
    forget_asked(tx, asked.number)


def forget_asked(tx: Transaction, number: TicketNumber) -> None:
    """Nobody has granted it, for certain, or it is claimed."""
    tx.execute("DELETE FROM use_asked WHERE ticket = ?", (number.to_bytes(),))


def all_asked(journal: Readable) -> list[AskedUse]:
    """The uses that are noted as asked for."""
    rows = journal.rows(
        "SELECT ticket, use_no, attempt, purpose, service_date, trip, persons, shown FROM use_asked ORDER BY ticket"
    )
    return [
        AskedUse(
            number=TicketNumber.from_bytes(ticket),
            use_no=use_no,
            attempt=UUID(bytes=attempt),
            purpose=purpose,
            service_date=date.fromisoformat(day),
            trip=trip,
            persons=persons,
            by=by,
        )
        for ticket, use_no, attempt, purpose, day, trip, persons, by in cast(
            "list[tuple[bytes, int, bytes, TakenFor, str, str, int, By]]", rows
        )
    ]
