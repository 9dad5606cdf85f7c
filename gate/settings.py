"""What one lane of a gate has to be told."""

from dataclasses import dataclass

from tickets.departures import IdentityPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSettings:
    """`gate` is the check-in gate as passengers see it ("3"), `lane` this way through it ("3A"). Times are seconds.

    A passenger let in must start to walk within `start_seconds` and arrive within `finish_seconds` of each step.
    A code that needs the ID card as well (or the reverse) is remembered for `pair_seconds`.
    A code shown while somebody else is passing is answered when the lane is free, or dropped after `patience_seconds`.
    A refusal is shown for `refusal_seconds` unless something else is to be said.
    `default_identity` holds for departures that are not known here. `offline_days` is how long a station may be without
    its centre: when the time is not known, service days so far ahead of the last known time are let through.
    """

    gate: str
    lane: str
    start_seconds: float = 7.0
    finish_seconds: float = 7.0
    pair_seconds: float = 20.0
    patience_seconds: float = 10.0
    refusal_seconds: float = 5.0
    late_minutes: int = 0
    offline_days: int = 30
    default_identity: IdentityPolicy = IdentityPolicy.CODE
