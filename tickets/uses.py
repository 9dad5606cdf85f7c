"""Uses of a ticket: nothing about a ticket is overwritten, each use of it is one more numbered row."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
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

    A source may lag behind another: a use that one still calls open and another calls passed has passed. A flag that
    any of them knows is kept; where two know the same end, the larger number of persons holds.
    """
    furthest: dict[tuple[int, UUID], Use] = {}
    for source in sources:
        for use in source:
            before = furthest.get((use.use_no, use.attempt))
            furthest[use.use_no, use.attempt] = use if before is None else _further(before, use)
    return sorted(furthest.values(), key=lambda use: (use.use_no, use.at, use.attempt))


def _further(one: Use, other: Use) -> Use:
    further = max(one, other, key=lambda use: (_FINALITY.index(use.end), use.persons))
    flags = one.flags | other.flags
    return further if flags == further.flags else replace(further, flags=flags)


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """What a history says of who is inside. `standing` are the uses that still stand, by number: admissions that were
    not walked back out of, whatever is open or unresolved, refunds and changes. `out` is the exit that freed the latest
    admission to be freed, if nobody was let in since: as many as walked out then may come back in.
    """

    standing: tuple[Use, ...]
    out: Use | None

    @property
    def inside(self) -> tuple[Use, ...]:
        """The passages inwards that nobody walked back out of. More than one: the ticket was let in twice."""
        return tuple(use for use in self.standing if use.purpose == "admission" and use.end is UseEnd.PASSED)


_NOBODY = Presence(standing=(), out=None)


def presence(history: Iterable[Use]) -> Presence:
    """Fold a history (in any order) into who is inside.

    One exit frees one admission with a lower number: the latest that passed, else the latest unresolved one (who walks
    out was in). So an exit never makes room for two, and one without an admission before it makes none. An unresolved
    exit stands in the place of the admission that it may have freed: the doubt goes to staff. What was released does
    not count.
    """
    standing: list[Use] = []
    out: Use | None = None
    for use in sorted(history, key=_in_order):
        if use.end is UseEnd.RELEASED:
            continue
        if use.purpose == "exit" and use.end is not None:
            freed = _freed(standing, use)
            if freed is not None:
                standing.remove(freed)
            if use.end is UseEnd.PASSED:
                out = use if freed is not None else out
                continue
        elif use.purpose == "admission" and use.end is UseEnd.PASSED:
            out = None
        standing.append(use)
    return Presence(standing=tuple(standing), out=out) if standing or out else _NOBODY


def _in_order(use: Use) -> tuple[int, bool, datetime, UUID]:
    """By number; of one number (two isolated parts of a station gave it) exits first, so that they free the fewest."""
    return use.use_no, use.purpose != "exit", use.at, use.attempt


def _freed(standing: Iterable[Use], exit_use: Use) -> Use | None:
    before = [use for use in standing if use.purpose == "admission" and use.use_no < exit_use.use_no]
    passed = [use for use in before if use.end is UseEnd.PASSED]
    doubtful = [use for use in before if use.end is UseEnd.UNRESOLVED]
    return next(reversed(passed or doubtful), None)
