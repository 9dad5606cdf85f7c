"""What a gate can answer to somebody who shows a ticket: come in (or out), or why not."""

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from drivers.barrier import Way
from gate.find import Found
from sync.journal.uses import By
from tickets.admission import CardShown, Refuse
from tickets.departures import Departure
from tickets.journey import Journey
from tickets.numbers import TicketNumber
from tickets.reasons import Reason
from tickets.service_day import CHINA
from tickets.trust import Badge
from tickets.uses import Purpose

TIME_NOT_SIGNED = "time_not_signed"
"""The flag of a refusal that rests on a clock which no signed time has confirmed since the machine was started."""
RE_ENTRY = "re_entry"
"""The flag of an admission beside an earlier passage, at a station whose policy lets passengers come and go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A ticket as it was shown, so that it can be decided on again. Neither the code nor the card is in it.

    `set_aside`: the reasons that staff have answered for already.
    """

    found: Found
    card_shown: CardShown
    code_shown: bool
    way: Way
    set_aside: frozenset[Reason] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A member of staff sets `reason` aside for one passenger."""

    badge: Badge
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A committed use: the barrier may open for it. `resumed`: one that this gate began and did not see the end of.

    `purpose` is "exit" for somebody who walks back out. `badge` is the number of whoever let the passenger through.
    """

    number: TicketNumber
    journey: Journey
    departure: Departure | None
    use_no: int
    attempt: UUID
    persons: int
    flags: frozenset[str]
    by: By
    resumed: bool = False
    purpose: Purpose = "admission"
    badge: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A recorded refusal. `number` is the ticket's, where there is a ticket; `by` is what was shown.

    `subject` is the ticket that was refused, for a badge to let through. `flags` are for staff.
    """

    refusal: Refuse
    number: TicketNumber | None
    by: By
    zone: ZoneInfo = CHINA
    subject: Subject | None = None
    flags: frozenset[str] = frozenset()


Decision = Admitted | Refused
