"""What a fault is."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from station.simulate.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that may go wrong. `strike` answers whether there was anything to go wrong with; then it is counted.

    `weight` says how often it is chosen among the others. A `grave` one happens at most once in an
    hour of a station.
    """

    name: str
    weight: int
    strike: "Callable[[World, Random], bool]"
    grave: bool = False


def a_while(chance: Random, shortest_ms: int, longest_ms: int) -> int:
    """A time between the two, mostly short: each order of magnitude is as likely as the next."""
    times: float = (longest_ms / shortest_ms) ** chance.random()
    return round(shortest_ms * times)
