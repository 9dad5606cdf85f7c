"""What gates make of their arbiter's words: as they came on the line, as the gate says it heard them, and as it acts.

A word that came in time is heard, a word that is heard has come, and only what was granted opens without a flag.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from station.simulate.judge.fair import LONG_MS
from station.simulate.judge.wrong import Wrong, station_of

UNARBITRATED = "unarbitrated"
_IN_TIME_MS = 60
"""A word that comes so soon is within every gate's budget."""
_STALE_MS = 120_000
"""So long may the answer to an earlier question be on its way."""
_KNOWS_MS = 10 * 60_000
"""So long after its start a gate may not know its relay's key."""
_WORDS = ("granted", "taken")


@dataclass(slots=True)
class Asked:
    """One gate's questions for one attempt. `came`: the words that came since the last, and after how many ms."""

    at: int | None = None
    alone: bool = False
    """Whether no answer to an earlier question can be on its way."""
    came: dict[str, int] = field(default_factory=dict)
    heard: str | None = None


class Arbiters:
    """Judges by words: of relays, and of gates."""

    def __init__(
        self,
        wrong: Wrong,
        now: Callable[[], int],
        arbitrated: Callable[[str], bool],
        strict: Callable[[str], bool],
        fair_ms: Callable[[], int],
    ) -> None:
        """See Judge; `fair_ms`: for how long all has been well."""
        self._wrong = wrong
        self._now = now
        self._arbitrated = arbitrated
        self._strict = strict
        self._fair_ms = fair_ms
        self._asked: dict[tuple[str, str], Asked] = defaultdict(Asked)
        self._born: dict[str, int] = {}
        self._new_relays: set[str] = set()

    def died(self, node: str) -> None:
        """Its programs are gone, and what they knew in memory."""
        self._born[node] = self._now()

    def lost(self, node: str) -> None:
        """A relay whose disk is lost is another afterwards, which gates do not know for a while."""
        if node.endswith("-relay"):
            self._new_relays.add(station_of(node))

    def asks(self, gate: str, attempt: str) -> None:
        """A gate is about to ask."""
        asked, now = self._asked[gate, attempt], self._now()
        asked.alone = asked.at is None or now - asked.at > _STALE_MS
        asked.at = now
        asked.came.clear()

    def answered(self, gate: str, attempt: str, word: str) -> None:
        """A relay's word has come to this gate."""
        asked = self._asked[gate, attempt]
        asked.came.setdefault(word, self._now() - (asked.at or 0))

    def heard(self, gate: str, attempt: str, word: str | None) -> None:
        """What the gate says that it heard in time; None is silence, which there is not when all is well."""
        asked = self._asked[gate, attempt]
        asked.heard = word
        if word is not None and word not in asked.came:
            self._wrong(f"{gate} believes that its arbiter said {word}, which nobody saw come", gate)
        if word is None and self._arbitrated(gate):
            in_time = [said for said, after in asked.came.items() if said in _WORDS and after <= _IN_TIME_MS]
            if in_time and asked.alone and self._knows_its_relay(gate):
                self._wrong(f"{gate} calls its arbiter silent, whose word {in_time[0]} has come in time", gate)
            if self._fair_ms() > LONG_MS:
                self._wrong(f"{gate} does not hear its arbiter, and nothing has been wrong for minutes", gate)

    def _knows_its_relay(self, gate: str) -> bool:
        old = self._now() - self._born.get(gate, -_KNOWS_MS) >= _KNOWS_MS
        return old and station_of(gate) not in self._new_relays

    def opened(self, gate: str, attempt: str, number: str, flags: frozenset[str]) -> None:
        """A barrier is about to be told to open."""
        if not self._arbitrated(gate):
            return
        word = self._asked[gate, attempt].heard
        if word == "taken":
            self._wrong(f"{gate} opens for {number} although the arbiter said that another has it", number, gate)
        if (UNARBITRATED in flags) != (word != "granted"):
            said = ", ".join(sorted(flags)) or "nothing"
            self._wrong(f"{gate} flags {said} for {number}, and heard {word or 'silence'}", number, gate)
        if word is None and self._strict(gate) and "overridden" not in flags:
            self._wrong(f"{gate} admits {number} unheard, where the policy sends it to staff", number, gate)
