"""One side of a lane: the readers of those who go one way, and the display that they look at."""

from collections.abc import Callable
from dataclasses import dataclass

from drivers.barrier import Way
from gate.announcement import IDLE, Announce, Announcement
from gate.decide import Decider
from gate.display import Display
from gate.override import Overrides
from gate.pairing import Pairing
from gate.presentation import GONE_AFTER
from gate.settings import GateSettings
from gate.shown import CardTags, Code


@dataclass(frozen=True, slots=True)
class Waiting:
    """What was shown while somebody else was passing. Times are monotonic seconds."""

    shown: Code | CardTags
    since: float
    until: float


class Side:
    """What a lane remembers of one of its sides: who waits there, and whose code is still in view there."""

    def __init__(
        self,
        way: Way,
        *,
        settings: GateSettings,
        decider: Decider,
        announce: Announce,
        monotonic: Callable[[], float],
        readers: int = 0,
        idle: Announcement = IDLE,
    ) -> None:
        """`readers`: how many devices read on this side; 0 when that is not known. `idle`: its picture at rest."""
        self.way = way
        self.idle = idle
        self.display = Display(announce, settings.refusal_seconds, monotonic)
        pairing = Pairing(decider, settings.pair_seconds, monotonic)
        self.answers = Overrides(decider, pairing, settings.override_seconds, monotonic)
        self.waiting: Waiting | None = None
        self._passed: tuple[str, float] | None = None
        self.next_garbled = 0.0
        self._patience = settings.patience_seconds
        self._monotonic = monotonic
        self._readers = readers
        self._lost: dict[str, str] = {}

    @property
    def blind(self) -> str | None:
        """Why nothing can be shown here: what became of the last reader, when none is left."""
        return list(self._lost.values())[-1] if 0 < self._readers <= len(self._lost) else None

    def lost(self, device: str, what: str) -> None:
        """One of its readers stopped working."""
        self._lost[device] = what

    def returned(self, device: str) -> None:
        """A reader works again."""
        self._lost.pop(device, None)

    def passed(self, text: str | None) -> None:
        """Remember the code whose holder has just passed, if it was a code; None: nobody has."""
        self._passed = None if text is None else (text, self._monotonic() + GONE_AFTER)

    def is_copy(self, text: str) -> bool:
        """Whether a code that is still in view is in somebody else's hand: its holder has passed, and a moment ago.

        Not at once: his arm may be the last of him that leaves.
        """
        return self._passed is not None and text == self._passed[0] and self._monotonic() >= self._passed[1]

    def wait(self, shown: Code | CardTags) -> None:
        """Remember what was shown, instead of what waits here already."""
        now = self._monotonic()
        self.waiting = Waiting(shown, now, now + self._patience)

    def served(self) -> Code | CardTags | None:
        """Take what waits here, if it has not waited for too long."""
        waiting, self.waiting = self.waiting, None
        return None if waiting is None or self._monotonic() > waiting.until else waiting.shown
