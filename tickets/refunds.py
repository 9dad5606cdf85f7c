"""What a ticket is worth when it is given back or changed: rules of a province as data, and the terms that follow.

The tiers are those in use at coach stations in China after the rules on stations' charges of 1996 (交公路发[1996]263):
10 % until two hours before departure, 20 % after that, nothing once the coach has left, no fee when the carrier is at
fault, and one free change to another coach on the same line before departure. Provinces differ: nothing here is fixed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from tickets.departures import Departure, DepartureState
from tickets.fares import WHOLE, Rounding, part
from tickets.journey import Journey
from tickets.money import Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """From `minutes` before departure on, or earlier: `kept` ten-thousandths of the fare are kept, at least `least`."""

    minutes: int
    kept: int
    least: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRules:
    """A province's rules for refunds: `tiers` from the earliest on; the last one, 0 minutes, holds until departure.

    A fee is rounded to `unit`. A coach that leaves `delay_minutes` or more earlier or later than planned, or not at
    all, is refunded without a fee: the carrier is at fault.
    """

    tiers: tuple[Tier, ...]
    unit: Fen
    rounding: Rounding
    delay_minutes: int

    def __post_init__(self) -> None:
        """Refuses tiers that leave a moment without one, and shares and fees that nobody can owe."""
        minutes = [tier.minutes for tier in self.tiers]
        if not minutes or minutes[-1] != 0 or sorted(set(minutes), reverse=True) != minutes:
            raise ValueError("tiers go from the most minutes before departure down to 0, each once")
        if any(not 0 <= tier.kept <= WHOLE or tier.least < 0 for tier in self.tiers):
            raise ValueError("a share is between 0 and 10000, and a fee is not negative")
        if self.unit < 1 or self.delay_minutes < 1:
            raise ValueError("a unit is at least 1 fen, a delay at least a minute")

    @classmethod
    def default(cls) -> Self:
        """10 %, at least ¥0.50, until two hours before; then 20 %, at least ¥1; free from half an hour of delay on."""
        return cls(
            tiers=(Tier(minutes=120, kept=1_000, least=Fen(50)), Tier(minutes=0, kept=2_000, least=Fen(100))),
            unit=Fen(10),
            rounding=Rounding.NEAREST,
            delay_minutes=30,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRules:
    """How often a ticket may be changed (counted along the tickets that came of it), and until how long before it
    leaves. `same_line`: only to the same destination from the same stop.
    """

    times: int = 1
    until_minutes: int = 0
    same_line: bool = True


class Worth(StrEnum):
    """Why a refund costs what it costs."""

    TIER = "tier"  # so long before departure
    CANCELLED = "cancelled"  # the coach does not go
    MOVED = "moved"  # it goes much earlier or later than planned
    NOTHING_PAID = "nothing paid"  # a free ticket


class NotBack(StrEnum):
    """Why a ticket is not given back or changed."""

    LEFT = "left"  # the coach has gone
    NOT_KNOWN = "not known"  # its departure is not known here, so neither are its terms
    TOO_LATE = "too late"  # too short before departure, for a change
    TOO_OFTEN = "too often"  # it has been changed as often as the rules allow
    OTHER_LINE = "other line"  # the other coach goes elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """`fee` is kept, `back` goes back to the passenger; together they are the fare."""

    fee: Fen
    back: Fen
    why: Worth


def refund_terms(fare: Fen, departure: Departure | None, now: datetime, rules: RefundRules) -> Terms | NotBack:
    """What a ticket of `fare` is worth at `now`, given the departure that it travels on (after merges).

    The fare is what was paid for this one ticket: a child's half fare has half the share, and the same least fee; no
    fee is above the fare. A cancelled coach is refunded whenever somebody comes. Raises ValueError for a fare below 0.
    """
    if fare < 0:
        raise ValueError("a fare is not negative")
    if departure is None:
        return NotBack.NOT_KNOWN
    if departure.state is DepartureState.CANCELLED:
        return Terms(fee=Fen(0), back=fare, why=Worth.CANCELLED)
    if has_left(departure, now):
        return NotBack.LEFT
    if fare == 0:
        return Terms(fee=Fen(0), back=Fen(0), why=Worth.NOTHING_PAID)
    if _moved_by(departure) >= timedelta(minutes=rules.delay_minutes):
        return Terms(fee=Fen(0), back=fare, why=Worth.MOVED)
    left = departure.departs_at - now
    tier = next(tier for tier in rules.tiers if left >= timedelta(minutes=tier.minutes))
    fee = Fen(min(fare, max(tier.least, part(fare, tier.kept, rules.unit, rules.rounding))))
    return Terms(fee=fee, back=Fen(fare - fee), why=Worth.TIER)


def change_terms(changed: int, departure: Departure | None, now: datetime, rules: ChangeRules) -> NotBack | None:
    """Why a ticket that came of `changed` changes cannot be changed at `now`; None when it can.

    One for a cancelled coach can, however often it was and whenever its holder comes.
    """
    if departure is None:
        return NotBack.NOT_KNOWN
    if departure.state is DepartureState.CANCELLED:
        return None
    if has_left(departure, now):
        return NotBack.LEFT
    if now + timedelta(minutes=rules.until_minutes) >= departure.departs_at:
        return NotBack.TOO_LATE
    return NotBack.TOO_OFTEN if changed >= rules.times else None


def on_the_line(old: Journey, boarding: int, alighting: int, rules: ChangeRules) -> bool:
    """Whether a ticket for `old` may become one between these stops."""
    return not rules.same_line or (old.boarding, old.alighting) == (boarding, alighting)


def has_left(departure: Departure, now: datetime) -> bool:
    """Whether a coach is gone: somebody said so, or its time is over."""
    return departure.state is DepartureState.DEPARTED or now >= departure.departs_at


def _moved_by(departure: Departure) -> timedelta:
    """How much earlier or later than planned it leaves."""
    planned = departure.planned_at
    return timedelta() if planned is None else abs(departure.departs_at - planned)
