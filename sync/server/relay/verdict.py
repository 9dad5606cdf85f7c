"""Who may have a use of a ticket: the arbiter's rule, without disk, clock or network.

Uses of one ticket are numbered; admission, exit, refund and change compete for the same numbers. At most one
admission of a ticket is open or passed at a time, unless its holder walked out again in between, or staff or the
station's policy said so (a flag of the claim, answered for by the gate that raised it).
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from sync.wire import UseBody

Purpose = Literal["admission", "refund", "change", "exit"]
End = Literal["passed", "released", "unresolved"]

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
    return not any(_stands_against(use, claim, others) for use in others if use.end != "released")


def is_same(use: KnownUse, claim: KnownUse) -> bool:
    """Whether this is the very attempt that asks, by the device that made it."""
    return (use.use_no, use.attempt, use.device) == (claim.use_no, claim.attempt, claim.device)


def doubles(known: Iterable[KnownUse]) -> Iterator[tuple[KnownUse, ...]]:
    """Admissions of one ticket that should not be there together, oldest first in each group.

    Two attempts at one use that were not both given back, and two passages without an exit between them, unless staff
    or the station's policy wanted the second.
    """
    uses = sorted(known, key=lambda use: (use.use_no, use.at_ms, use.attempt))
    admissions = [use for use in uses if use.purpose == "admission" and use.end != "released"]
    for use_no in sorted({use.use_no for use in admissions}):
        group = tuple(use for use in admissions if use.use_no == use_no)
        if len(group) > 1:
            yield group
    passed = [use for use in admissions if use.end == "passed"]
    for first, second in pairwise(passed):
        wanted = {OVERRIDDEN, RE_ENTRY}.intersection(second.flags)
        if first.use_no < second.use_no and not wanted and not _left(first, uses, second.use_no):
            yield (first, second)


def _stands_against(use: KnownUse, claim: KnownUse, others: Collection[KnownUse]) -> bool:
    """Whether a use of another attempt, not given back, keeps `claim` from being granted."""
    if use.purpose in ("refund", "change"):
        return claim.purpose != "exit" or use.end != "passed"
    if OVERRIDDEN in claim.flags:
        return False
    if use.end != "passed":
        return True
    inside = use.purpose == "admission" and not _left(use, others, None)
    return inside and claim.purpose != "exit" and RE_ENTRY not in claim.flags


def _left(admission: KnownUse, uses: Iterable[KnownUse], by: int | None) -> bool:
    """Whether somebody walked out again after this admission, and at the latest with use `by`."""
    return any(
        use.purpose == "exit"
        and use.end == "passed"
        and use.use_no > admission.use_no
        and (by is None or use.use_no <= by)
        for use in uses
    )
