"""What a gate's journal says of one departure: who used tickets for it here, and what the lanes met meanwhile."""

from dataclasses import replace
from datetime import date
from typing import cast

from sync.journal.reader import Readable
from sync.journal.uses import Owned, history
from tickets.events import Kind, from_bytes
from tickets.numbers import TicketNumber
from tickets.uses import Use

_TICKETS = "SELECT DISTINCT ticket FROM uses WHERE service_date = ? AND trip = ? ORDER BY ticket"
_CLAIM = "SELECT e.bytes FROM uses u JOIN events e ON e.seq = u.seq WHERE u.ticket = ? AND u.use_no = ?"
_ALARMS = "SELECT bytes FROM events WHERE kind = ? AND at_ms >= ? AND at_ms <= ? ORDER BY seq"


def uses_of(journal: Owned, service_date: date, trip: str) -> list[Use]:
    """All uses by this journal's device of tickets for a departure (as sold), with the flags they were claimed with.

    A use whose claim was sealed and dropped already has no flags here; the centre has told them by then.
    """
    found = journal.rows(_TICKETS, (service_date.isoformat(), trip))
    tickets = [TicketNumber.from_bytes(cast(bytes, row[0])) for row in found]
    return [replace(use, flags=_flags(journal, use)) for ticket in tickets for use in history(journal, ticket)]


def alarms_since(journal: Readable, first_ms: int, last_ms: int) -> list[str]:
    """What the lanes wrote of themselves between two instants (ms since 1970, both included), oldest first."""
    found = journal.rows(_ALARMS, (str(Kind.LANE_EVENT), first_ms, last_ms))
    return [str(from_bytes(cast(bytes, row[0])).body.get("what", "")) for row in found]


def _flags(journal: Readable, use: Use) -> frozenset[str]:
    found = journal.rows(_CLAIM, (use.ticket.to_bytes(), use.use_no))
    flags = from_bytes(cast(bytes, found[0][0])).body.get("flags", ()) if found else ()
    return frozenset(map(str, flags)) if isinstance(flags, list | tuple) else frozenset()
