"""Uses of a ticket: nothing about a ticket is overwritten, each use of it is one more numbered row."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from tickets.numbers import TicketNumber

Purpose = Literal["admission", "refund", "change", "exit"]
"""What a use is for. They compete for the same number, so that a ticket is not both travelled on and refunded. An exit
is somebody who was let in and walks back out.
"""


class UseEnd(StrEnum):
    """How a use ended: walked through; not walked through, the right given back; not known (the gate died)."""

    PASSED = "passed"
    RELEASED = "released"
    UNRESOLVED = "unresolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """The `use_no`-th claim on a ticket, made by `device` under its own `attempt`. `end` is None while it is open.

    `persons` is how many it lets through, and once it has passed, how many walked. `flags` are those raised when it was
    claimed (values of `admission.Flag`, kept as text: a newer device may raise one that is not known here).
    """

    ticket: TicketNumber
    use_no: int
    attempt: UUID
    device: str
    lane: str
    at: datetime
    end: UseEnd | None = None
    purpose: Purpose = "admission"
    persons: int = 1
    flags: frozenset[str] = frozenset()


def next_use_no(history: Iterable[Use]) -> int:
    """The number that the next use must claim, counted from 1."""
    return max((use.use_no for use in history), default=0) + 1


def open_use(history: Iterable[Use]) -> Use | None:
    """The latest use that has not ended (its end is None), if there is one."""
    return max((use for use in history if use.end is None), key=lambda use: use.use_no, default=None)


_FINALITY = (None, UseEnd.UNRESOLVED, UseEnd.RELEASED, UseEnd.PASSED)


def merged(*sources: Iterable[Use]) -> list[Use]:
    """One history from several (own journal, cache, arbiter), by number: of each attempt, what is known furthest.

    A source may lag behind another: a use that one still calls open and another calls passed has passed.
    """
    furthest: dict[tuple[int, UUID], Use] = {}
    for source in sources:
        for use in source:
            before = furthest.get((use.use_no, use.attempt))
            if before is None or _FINALITY.index(use.end) > _FINALITY.index(before.end):
                furthest[use.use_no, use.attempt] = use
    return sorted(furthest.values(), key=lambda use: (use.use_no, use.at, use.attempt))
