"""Uses of tickets in a gate's (or, for refund and change, a till's) journal: claimed before the barrier opens."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal, Protocol, cast
from uuid import UUID

from sync.journal.journal import Transaction
from sync.journal.reader import Readable
from tickets.events import Kind
from tickets.numbers import TicketNumber
from tickets.uses import Purpose, Use, UseEnd

By = Literal["code", "number", "card"]
"""What the passenger showed: a signed code, a bare number, the ID card alone."""

_USE = """SELECT u.ticket, u.use_no, u.attempt, u.lane, u.at_ms, u.purpose,
    (SELECT end FROM use_ends e WHERE e.ticket = u.ticket AND e.use_no = u.use_no ORDER BY e.seq DESC LIMIT 1),
    coalesce((SELECT persons FROM use_ends e WHERE e.ticket = u.ticket AND e.use_no = u.use_no AND e.end = 'passed'),
        u.persons),
    u.service_date, u.trip FROM uses u """
_OF_TICKET = "WHERE u.ticket = ? ORDER BY u.use_no"
_STILL_OPEN = """WHERE NOT EXISTS (SELECT 1 FROM use_ends e WHERE e.ticket = u.ticket AND e.use_no = u.use_no)
    ORDER BY u.seq"""

_ENDINGS = {
    UseEnd.PASSED: Kind.USE_PASSED,
    UseEnd.RELEASED: Kind.USE_RELEASED,
    UseEnd.UNRESOLVED: Kind.USE_UNRESOLVED,
}


class Owned(Readable, Protocol):
    """A readable journal that knows whose it is."""

    @property
    def device(self) -> str:
        """The device whose journal it is."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenUse:
    """A use of this journal that nobody has ended, with the number of persons it was for and its departure."""

    use: Use
    persons: int
    service_date: date
    trip: str


def claim_use(
    tx: Transaction,
    *,
    ticket: TicketNumber,
    use_no: int,
    attempt: UUID,
    service_date: date,
    trip: str,
    lane: str,
    persons: int,
    by: By,
    flags: Iterable[str] = (),
    purpose: Purpose = "admission",
) -> bool:
    """Claim the `use_no`-th use of a ticket and append `use.claimed`; False, with nothing written, when it is taken.

    The claim stands when the transaction has committed. The same attempt again is taken too: ask `history` first.
    """
    tx.note_use(ticket.to_bytes())
    claimed = tx.execute(
        "INSERT INTO uses (ticket, use_no, attempt, seq, at_ms, lane, purpose, service_date, trip, persons) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (ticket, use_no) DO NOTHING",
        (
            ticket.to_bytes(),
            use_no,
            attempt.bytes,
            tx.seq + 1,
            tx.at_ms,
            lane,
            purpose,
            service_date.isoformat(),
            trip,
            persons,
        ),
    )
    if claimed.rowcount != 1:
        return False
    tx.append(
        Kind.USE_CLAIMED,
        {
            "number": ticket.digits,
            "use_no": use_no,
            "attempt": attempt.bytes,
            "service_date": service_date.isoformat(),
            "trip": trip,
            "lane": lane,
            "persons": persons,
            "flags": [str(flag) for flag in flags],
            "by": by,
            "purpose": purpose,
        },
    )
    return True


def end_use(
    tx: Transaction,
    *,
    ticket: TicketNumber,
    use_no: int,
    attempt: UUID,
    end: UseEnd,
    persons: int = 1,
    why: str = "not walked through",
) -> None:
    """Say how a use of this journal ended. `persons` counts for PASSED, `why` (a code word) for RELEASED.

    RuleBroken when the use is not here or has already ended; one that ended UNRESOLVED may still be passed or released.
    """
    tx.execute(
        "INSERT INTO use_ends (ticket, use_no, end, seq, at_ms, persons) VALUES (?, ?, ?, ?, ?, ?)",
        (ticket.to_bytes(), use_no, str(end), tx.seq + 1, tx.at_ms, persons if end is UseEnd.PASSED else None),
    )
    body: dict[str, object] = {"number": ticket.digits, "use_no": use_no, "attempt": attempt.bytes}
    if end is UseEnd.PASSED:
        body["persons"] = persons
    elif end is UseEnd.RELEASED:
        body["why"] = why
    tx.append(_ENDINGS[end], body)


def history(journal: Owned, ticket: TicketNumber) -> list[Use]:
    """All uses of a ticket that this journal knows, by number."""
    return [_use(row, journal.device) for row in journal.rows(_USE + _OF_TICKET, (ticket.to_bytes(),))]


def open_uses(journal: Owned) -> list[OpenUse]:
    """Uses that nobody has ended, oldest first: what a gate must settle when it starts again."""
    return [
        OpenUse(
            use=_use(row, journal.device),
            persons=cast(int, row[7]),
            service_date=date.fromisoformat(cast(str, row[8])),
            trip=cast(str, row[9]),
        )
        for row in journal.rows(_USE + _STILL_OPEN)
    ]


def _use(row: Sequence[object], device: str) -> Use:
    ticket, use_no, attempt, lane, at_ms, purpose, end, persons = cast(
        "tuple[bytes, int, bytes, str, int, Purpose, str | None, int]", row[:8]
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
    )
