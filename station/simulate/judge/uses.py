"""One attempt at a use, and all that is true of one ticket, as the judge of gates keeps them."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Use:
    """One attempt at a use, as its own journal has it."""

    number: str
    use_no: int
    attempt: str
    node: str
    purpose: str
    flags: frozenset[str]
    departure: tuple[str, str]
    """Service date and trip, as its gate wrote them."""
    epoch: str
    seq: int
    end: str | None = None
    ended_seq: int | None = None
    opened: int = 0
    seen: list[str] = field(default_factory=list)
    """How it ended, as people saw it, each time that a barrier opened for it."""
    seen_at: int = 0
    claimed_at: int = 0
    known_at: int = 0
    """How far its journal was, by sequence number, when a barrier last opened for it; or its own number."""
    in_doubt: bool = False
    """Its gate died while it was open."""
    lost: bool = False
    """Its disk is gone, and nobody else had heard of it."""
    disk_lost: bool = False
    kept_at: int | None = None
    """Since when the centre has it."""
    end_kept_at: int | None = None
    """Since when the centre knows how it ended."""


@dataclass(slots=True)
class OfTicket:
    """What is true of one ticket. `inside`: admissions that stand; `pairs`: those let in beside another."""

    uses: dict[str, Use] = field(default_factory=dict)
    inside: list[Use] = field(default_factory=list)
    pairs: list[tuple[Use, Use]] = field(default_factory=list)
    asked_for: set[str] = field(default_factory=set)
    """The attempts for which an arbiter was asked."""
    taken_back: list[str] = field(default_factory=list)
    """Who has paid it back or changed it: a machine, or the centre's office."""
    asked_at: int | None = None
    """When the office first asked the centre to refund it."""
    refunded_at: int | None = None
    """When the office heard that it was refunded."""
    forgotten: bool = False
    """The centre was put back to a backup that does not know of that refund."""
    both: bool = False
    """Travelled on and taken back: possible only while parts did not hear of each other, and to be reported."""
    muddled: bool = False
    """Two exits at once, or one without anybody inside: what isolated parts did cannot be put in one order."""


def ends_that_fit(use: Use) -> frozenset[str | None]:
    """How its journal may say at the end that this use ended, by what people saw.

    Whoever saw it end knows how; nobody knows it of a gate that died over it, before a barrier opened for it again.
    """
    fit: set[str | None] = set(use.seen)
    if use.in_doubt or use.disk_lost:
        fit.add("unresolved")
    if use.disk_lost:
        fit.add(None)
    if not use.opened:
        fit.add("released")
    return frozenset(fit)


def known_inside(of: OfTicket) -> bool:
    """Whether somebody travels on it of whom the centre can know."""
    return any(use.end == "passed" and not use.lost for use in of.inside)


def are_doubles(one: Use, two: Use) -> bool:
    """Whether the centre must have found these two: it knows of both, and both may have walked."""
    if one.lost or two.lost or "released" in (one.end, two.end):
        return False
    return (one.end, two.end) == ("passed", "passed") and "overridden" not in two.flags | one.flags
