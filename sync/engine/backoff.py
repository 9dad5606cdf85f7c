"""Waiting between attempts: full jitter, so that a thousand machines do not come back in the same second."""

from collections.abc import Callable


class Backoff:
    """Delays in seconds: after the n-th failure in a row a random one from 0 to min(cap, base · 2ⁿ).

    `random` answers a uniform number in [0, 1). A delay is never below `least`, so that a broken line is not hammered.
    """

    def __init__(
        self, random: Callable[[], float], *, base: float = 1.0, cap: float = 300.0, least: float = 0.05
    ) -> None:
        self._random = random
        self._base = base
        self._cap = cap
        self._least = least
        self._failures = 0

    def failed(self, at_least: float = 0.0) -> float:
        """Count a failure and answer how long to wait; `at_least` is what the centre asked for (Retry-After)."""
        self._failures = min(self._failures + 1, 32)
        ceiling = min(self._cap, self._base * 2.0**self._failures)
        return max(self._least, at_least, self._random() * ceiling)

    def succeeded(self) -> None:
        """Begin again from the shortest delay."""
        self._failures = 0

    def fresh(self) -> "Backoff":
        """Another one with the same settings and no failures."""
        return Backoff(self._random, base=self._base, cap=self._cap, least=self._least)
