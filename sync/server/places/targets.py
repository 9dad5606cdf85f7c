"""How many unsold places a till should have of a departure. Pure: numbers in, a number out.

While the line is up a till may ask for any place that the centre has, so what it holds matters only if it falls silent
now. Then a place that it holds is worth having if a passenger comes to it who would not go to another machine; and it
is stranded if none comes, which costs a sale if the departure sells out elsewhere. That is the newsvendor's question:
give the n-th place while P(fewer than n come) is at most `patience`, the share of the two losses that is the
passenger's.

How many come is not known. Sales of a departure are taken to come by a curve: half of all that is to come, comes within
`half_minutes` before check-in closes. A prior guess for each seller and what was sold so far make a gamma estimate, and
what is still to come is negative binomial (Poisson sales of an unknown rate).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_SURE: Final = 0.95
"""However cheap it is to strand a place, no more is given than is enough in 19 of 20 cases."""
_PRIOR_WEIGHT: Final = 2.0
"""The guess before anything was sold counts as much as so many sales."""
MOST: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What is supposed of a station's passengers. Shares are from 0 to 1, times in minutes.

    `window`: for how long a till that falls silent may stay so. `half`: half of what is still to be sold is sold in the
    last so many minutes. `fill`: which share of its places a departure sells, as far as nothing else is known. `walks`:
    which share of passengers go to another machine when one has no place. `least`: unsold places that a till has in any
    case, where the departure is large enough. `share`: at most which share of a departure's places all tills together
    have for that reason alone.
    """

    window: float = 240.0
    half: float = 120.0
    fill: float = 0.75
    walks: float = 0.5
    least: int = 4
    share: float = 1 / 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """A departure at one moment, seen from one till: how many places there are, how many of them are sold, how many of
    these this till sold, how many sell at all (tills, and the web as one), and the minutes until check-in closes.
    """

    places: int
    sold: int
    sold_here: int
    sellers: int
    minutes: float


def to_come(minutes: float, half: float) -> float:
    """Which share of a departure's sales comes in its last so many minutes."""
    return 0.0 if minutes <= 0 else 1.0 - float(2.0 ** (-minutes / half))


def least(places: int, tills: int, habits: Habits) -> int:
    """How many unsold places every one of so many tills has in any case."""
    return min(habits.least, int(places * habits.share + 1e-9) // tills) if tills else 0


def target(outlook: Outlook, habits: Habits) -> int:
    """How many unsold places this till should have now."""
    sure = least(outlook.places, max(1, outlook.sellers - 1), habits)
    if outlook.minutes <= 0:
        return 0
    left = outlook.places - outlook.sold
    all_mean, all_shape = _still_to_come(outlook.sold, outlook.places * habits.fill, outlook.minutes, 0.0, habits)
    sells_out = 1.0 - _below(left, all_mean, all_shape)
    stays = (1.0 - sells_out) * (1.0 - habits.walks)
    patience = min(_SURE, stays / (stays + sells_out)) if stays + sells_out > 0 else 0.0
    silent_until = max(0.0, outlook.minutes - habits.window)
    guess = outlook.places * habits.fill / max(1, outlook.sellers)
    mean, shape = _still_to_come(outlook.sold_here, guess, outlook.minutes, silent_until, habits)
    return max(min(sure, max(0, left)), min(_quantile(patience, mean, shape), left))


def top_up(wanted: int, left: int, free: int) -> int:
    """How many places a till with `left` unsold ones is given: at most half of what is free, the rest for who asks."""
    return max(0, min(wanted - left, (free + 1) // 2))


def _still_to_come(sold: int, guess: float, minutes: float, until: float, habits: Habits) -> tuple[float, float]:
    """Mean and shape of the demand from now (`minutes` before the end) until `until` minutes before it."""
    shape = _PRIOR_WEIGHT + sold
    so_far = 1.0 - to_come(minutes, habits.half)
    whole = shape / (_PRIOR_WEIGHT / max(guess, 1e-9) + so_far)
    return whole * (to_come(minutes, habits.half) - to_come(until, habits.half)), shape


def _below(number: int, mean: float, shape: float) -> float:
    """P(fewer than `number` come) of a negative binomial with this mean and shape."""
    if number <= 0:
        return 0.0
    spread = mean / (shape + mean)
    each: float = (1.0 - spread) ** shape
    total = each
    for count in range(1, number):
        each *= (count - 1 + shape) / count * spread
        total += each
    return min(1.0, total)


def _quantile(probability: float, mean: float, shape: float) -> int:
    """The largest n with P(fewer than n come) <= probability."""
    spread = mean / (shape + mean)
    each: float = (1.0 - spread) ** shape
    total = each
    count = 0
    while total <= probability and count < MOST:
        count += 1
        each *= (count - 1 + shape) / count * spread
        total += each
    return count
