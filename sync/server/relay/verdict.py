"""Who may have a use of a ticket: the arbiter's rule, without disk, clock or network.

Uses of one ticket are numbered; admission, exit, refund and change compete for the same numbers. At most one
admission of a ticket is open or passed at a time, unless its holder walked out again in between, or staff or the
station's policy said so (a flag of the claim, answered for by the gate that raised it). Who is inside is the same
question for the gate that asks and for the arbiter that answers: `tickets.uses.presence`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, Self
from uuid import UUID

from sync.server.doubled import SOME_TICKET, overlapping
from sync.wire.records import UseBody
from tickets.uses import Purpose, Use, UseEnd, presence

End = Literal["passed", "released", "unresolved"]

MAY_BECOME: Final[Mapping[End | None, tuple[End, ...]]] = {
    None: ("passed", "released", "unresolved"),
    "unresolved": ("passed", "released"),
}
"""How a use may end that is open, or whose end nobody knew; what has passed or was released stays so."""

OVERRIDDEN: Final = "overridden"
"""The flag of a claim for which staff, by name, set aside that the ticket was used."""
RE_ENTRY: Final = "re_entry"
"""The flag of a claim at a station whose policy lets passengers come and go: passages do not stand against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownUse:
    """One attempt at one use, as far as the relay knows. `journaled`: its own device's journal has said so.

    An `end` of *released* that is not journaled is the relay's own conclusion from `gate.started`.
    """

    number: str
    use_no: int
    attempt: str
    device: str
    lane: str
    at_ms: int
    service_date: str | None
    trip: str | None
    persons: int
    purpose: Purpose
    flags: tuple[str, ...]
    by: str
    end: End | None
    journaled: bool

    @classmethod
    def told(cls, body: UseBody) -> Self:
        """A use as its terminal tells of it, before its journal has come so far."""
        return cls(
            number=body.number,
            use_no=body.use_no,
            attempt=body.attempt,
            device=body.device,
            lane=body.lane,
            at_ms=body.at,
            service_date=body.service_date,
            trip=body.trip,
            persons=body.persons,
            purpose=body.purpose,
            flags=body.flags,
            by=body.by,
            end=body.end,
            journaled=False,
        )

    def use(self) -> Use:
        """The use as the rules of admission know it, but for its number."""
        return Use(
            ticket=SOME_TICKET,
            use_no=self.use_no,
            attempt=UUID(self.attempt),
            device=self.device,
            lane=self.lane,
            at=datetime.fromtimestamp(self.at_ms / 1000, UTC),
            end=None if self.end is None else UseEnd(self.end),
            purpose=self.purpose,
            persons=self.persons,
            flags=frozenset(self.flags),
        )

    def body(self) -> UseBody:
        """The use as it goes to terminals."""
        return UseBody(
            number=self.number,
            use_no=self.use_no,
            attempt=self.attempt,
            device=self.device,
            lane=self.lane,
            at=self.at_ms,
            end=self.end,
            purpose=self.purpose,
            persons=self.persons,
            flags=self.flags,
            by=self.by,
            service_date=self.service_date,
            trip=self.trip,
        )


def may_have(claim: KnownUse, known: Collection[KnownUse]) -> bool:
    """Whether `claim` may have the use that it asks for, given every attempt at any use of its ticket.

    An attempt of the same device that is known already, and neither passed nor released, is asked for again.
    """
    mine = [use for use in known if is_same(use, claim)]
    if any(use.end in ("passed", "released") for use in mine):
        return False
    others = [use for use in known if not is_same(use, claim)]
    if not mine and any(use.use_no >= claim.use_no for use in others):
        return False
    standing = presence(each.use() for each in others).standing
    if claim.purpose == "exit" and standing:  # as the gate asks it, in `tickets.admission.leaving`: who came in last?
        standing = (max(standing, key=lambda use: use.use_no),)
    return not any(_stands_against(use, claim) for use in standing)


def is_same(use: KnownUse, claim: KnownUse) -> bool:
    """Whether this is the very attempt that asks, by the device that made it."""
    return (use.use_no, use.attempt, use.device) == (claim.use_no, claim.attempt, claim.device)


def doubles(known: Iterable[KnownUse]) -> Iterator[tuple[KnownUse, KnownUse]]:
    """Admissions of one ticket that should not be there together, the earlier one first.

    Two attempts at one use that were both not given back; and two passages without a walk out in between, unless staff
    or the station's policy wanted the second. While one of the two is open it may still be given back: nobody is told
    of it then.
    """
    by_attempt = {use.use().attempt: use for use in known}
    for first, second in overlapping(use.use() for use in by_attempt.values()):
        earlier, later = by_attempt[first.attempt], by_attempt[second.attempt]
        wanted = {OVERRIDDEN, RE_ENTRY}.intersection(later.flags)
        if None in (earlier.end, later.end):
            continue
        walked = (earlier.end, later.end) == ("passed", "passed") and not wanted
        if earlier.use_no == later.use_no or walked:
            yield earlier, later


def _stands_against(use: Use, claim: KnownUse) -> bool:
    """Whether a use of another attempt that still stands keeps `claim` from being granted."""
    if use.purpose in ("refund", "change"):
        return claim.purpose != "exit" or use.end is not UseEnd.PASSED
    if OVERRIDDEN in claim.flags:
        return False
    if use.end is not UseEnd.PASSED:
        return True
    return claim.purpose != "exit" and RE_ENTRY not in claim.flags
