"""Since when all is well: only then can a rule say what a machine must do, and not only what it must not."""

from collections.abc import Callable
from typing import Final

LONG_MS: Final = 6 * 60_000
"""When all has been well for so long, whoever was away has heard of everything: waits between tries, and some more."""
EVERYBODY_MS: Final = 2 * LONG_MS
"""When all has been well for so long, every terminal has heard by way of the centre what was done before."""
SHORT_MS: Final = 120_000
"""When all has been well for so long, gates and their relay have told each other what they did."""


class Fair:
    """Looks at the world whenever something happens. What went wrong between two looks is seen by its count."""

    def __init__(self, now: Callable[[], int], troubled: Callable[[], bool], struck: Callable[[], int]) -> None:
        """`now` is virtual ms; `troubled`: whether something is wrong now; `struck`: how often something went wrong."""
        self._now = now
        self._troubled = troubled
        self._struck = struck
        self._counted = 0
        self._since = 0

    def look(self) -> int:
        """For how many ms all has been well."""
        struck = self._struck()
        if struck != self._counted or self._troubled():
            self._counted, self._since = struck, self._now()
        return self._now() - self._since
