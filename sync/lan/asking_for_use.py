"""How a use is asked for: the attempt that a journal always makes for it, and the question to the arbiter."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sync.journal.journal import Journal
from sync.journal.uses import By
from sync.wire.records import UseBody
from sync.wire.relay import MAX_OWN, ClaimRequest
from tickets.journey import Journey
from tickets.numbers import TicketNumber
from tickets.uses import Purpose, Use


def attempt_of(epoch: UUID, number: TicketNumber, use_no: int) -> UUID:
    """The attempt under which the journal `epoch` claims this use of this ticket, whenever it does."""
    return UUID(bytes=sha256(epoch.bytes + number.to_bytes() + use_no.to_bytes(4)).digest()[:16])


def claim_request(
    journal: Journal,
    *,
    number: TicketNumber,
    journey: Journey,
    use_no: int,
    attempt: UUID,
    lane: str,
    at: datetime,
    persons: int,
    purpose: Purpose,
    by: By,
    own: Sequence[Use],
    flags: Iterable[str] = (),
) -> ClaimRequest:
    """The question to the arbiter, before anything is written down. `own`: this journal's uses of the ticket."""
    return ClaimRequest(
        number=number.digits,
        use_no=use_no,
        attempt=attempt.hex,
        lane=lane,
        at=_ms(at),
        service_date=journey.service_date.isoformat(),
        trip=journey.trip,
        persons=persons,
        purpose=purpose,
        flags=tuple(sorted(flags)),
        by=by,
        after_seq=journal.head()[0],
        journal_epoch=journal.epoch.hex,
        own=tuple(_told(use) for use in own[-MAX_OWN:]),
    )


def _told(use: Use) -> UseBody:
    return UseBody(
        number=use.ticket.digits,
        use_no=use.use_no,
        attempt=use.attempt.hex,
        device=use.device,
        lane=use.lane,
        at=_ms(use.at),
        end=None if use.end is None else use.end.value,
        purpose=use.purpose,
        persons=use.persons,
    )


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
