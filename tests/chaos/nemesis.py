"""What is done to a place, one thing after another, as a seed says."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from random import Random

from tests.chaos.place import KINDS, Place

PROCESSES = ("centre", *(f"{what} {name}" for name in KINDS for what in ("sync", "worker")))
BAD_WEATHER: dict[str, Callable[[Random], dict[str, object]]] = {
    "delay": lambda random: {"delay_ms": random.randint(20, 300)},
    "slice": lambda random: {"slice": random.randint(1, 700)},
    "cut": lambda random: {"cut_after": random.choice((80, 600, 5_000, 60_000))},
    "swallow": lambda random: {"swallow": random.choice(("up", "down", "both"))},
    "refuse": lambda _: {"refuse": True},
    "slice and cut": lambda random: {"slice": 50, "cut_after": random.randint(500, 20_000), "delay_ms": 20},
}


class Nemesis:
    """Hurts a place. Whatever it did last is undone before the next, or goes on for a while."""

    def __init__(self, place: Place, seed: int, more: Mapping[str, Callable[[], None]]) -> None:
        """`more` is what else can be done, by name."""
        self._place = place
        self._more = more
        self._random = Random(seed)
        self._frozen: set[str] = set()
        self.done: Counter[str] = Counter()

    def strikes(self, times: int) -> None:
        """Do so many things, each kind at least once if there are enough of them."""
        kinds = [
            *(f"kill {each}" for each in PROCESSES),
            *(f"freeze {each}" for each in PROCESSES),
            *BAD_WEATHER,
            *self._more,
        ]
        strokes = [*kinds, *self._random.choices(kinds, k=max(0, times - len(kinds)))]
        self._random.shuffle(strokes)
        for stroke in strokes[:times]:
            self._strikes(stroke)
            time.sleep(self._random.uniform(0.1, 0.7))
            if self._random.random() < 0.5:
                self.relents()

    def _strikes(self, stroke: str) -> None:
        self.done[stroke] += 1
        what, _, name = stroke.partition(" ")
        if stroke in self._more:
            self._more[stroke]()
        elif stroke in BAD_WEATHER:
            self._place.weather(**BAD_WEATHER[stroke](self._random))
        elif what == "kill":
            self._frozen.discard(name)
            self._place.kills(name)
            time.sleep(self._random.uniform(0.0, 0.3))
            self._place.starts(name)
        else:
            self._place.freezes(name)
            self._frozen.add(name)

    def relents(self) -> None:
        """Let everything run, in fine weather."""
        for name in self._frozen:
            self._place.thaws(name)
        self._frozen.clear()
        self._place.weather()
