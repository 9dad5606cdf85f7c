"""What one lane of a gate has to be told."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from drivers.barrier import Way
from tickets.admission import ReEntry
from tickets.departures import IdentityPolicy


class FireReset(StrEnum):
    """What ends the emergency of a lane, once its fire input has fallen back."""

    BADGE = "badge"  # a badge code at one of the lane's readers, or a new start of the gate
    LOOP = "loop"  # the fire input itself, when it has been back for a while without a break


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSettings:
    """`gate` is the check-in gate as passengers see it ("3"), `lane` this way through it ("3A"). Times are seconds.

    A passenger let in must start to walk within `start_seconds` and arrive within `finish_seconds` of each step.
    `ways` are those in which people may go through. `fire_reset` says who ends an emergency; the fire input must have
    been back for `fire_reset_seconds` where it does that itself.
    A code that needs the ID card as well (or the reverse) is remembered for `pair_seconds`.
    A code shown while somebody else is passing is answered when the lane is free, or dropped after `patience_seconds`.
    A refusal is shown for `refusal_seconds` unless something else is to be said; a badge may set it aside for
    `override_seconds`.
    `default_identity` holds for departures that are not known here. `offline_days` is how long a station may be without
    its centre: when the time is not known, service days so far ahead of the last known time are let through.
    `station` is the enrolment's, for as long as the cache has not said whose it is.
    `without_arbiter` is the station's policy while a relay that it has does not answer: "admit", and say so in the
    records, or send everybody to "staff". `re_entry` is its policy for those who were inside before.
    """

    gate: str
    lane: str
    ways: frozenset[Way] = frozenset({Way.IN})
    start_seconds: float = 7.0
    finish_seconds: float = 7.0
    pair_seconds: float = 20.0
    patience_seconds: float = 10.0
    refusal_seconds: float = 5.0
    fire_reset: FireReset = FireReset.BADGE
    fire_reset_seconds: float = 10.0
    override_seconds: float = 20.0
    late_minutes: int = 0
    offline_days: int = 30
    default_identity: IdentityPolicy = IdentityPolicy.CODE
    station: int | None = None
    without_arbiter: Literal["admit", "staff"] = "admit"
    re_entry: ReEntry = ReEntry.AFTER_EXIT
