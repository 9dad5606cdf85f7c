"""What gates make of their arbiter's words: as they came on the line, as the gate says it heard them, and as it acts.

A word that came in time is heard, a word that is heard has come, and only what was granted opens without a flag.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from station.simulate.judge.fair import LONG_MS
from station.simulate.judge.uses import Use
from station.simulate.judge.wrong import Wrong, station_of

UNARBITRATED = "unarbitrated"
_IN_TIME_MS = 60
"""A word that comes so soon is within every gate's budget."""
_STALE_MS = 120_000
"""So long may the answer to an earlier question be on its way."""
_KNOWS_MS = 10 * 60_000
"""So long after a start a gate may not know its relay's key, if it hears from the centre: its cache may be lost."""
_WORDS = ("granted", "taken")


@dataclass(slots=True)
class Asked:
    """One gate's questions for one attempt, which two of its lanes may ask at once: a ticket and its copy.

    `came`: the words that came since the last, or since the first of those that were asked at once, and after how many
    ms; `heard`: what the gate says that it heard.
    """

    at: int | None = None
    alone: bool = False
    """Whether no answer to an earlier question, or to another lane's, can be on its way."""
    asking: int = 0
    """How many lanes wait for an answer."""
    came: dict[str, int] = field(default_factory=dict)
    heard: set[str | None] = field(default_factory=set)
    stands: Use | None = None
    """What stands against it, as the arbiter knew when it was first asked."""
    partly: str = ""
    """A journal of whose beginning the arbiter knew nothing then; "" for none."""


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
        self._lost_at: dict[str, int] = {}
        self._met_at: dict[str, int] = {}

    def died(self, node: str) -> None:
        """Its programs are gone, and what they knew in memory."""
        self._born[node] = self._now()
        for (gate, _), asked in self._asked.items():
            if gate == node:
                asked.asking = 0

    def lost(self, node: str) -> None:
        """A machine whose disk is lost is another afterwards: gate and relay have to meet anew."""
        self._lost_at[node] = self._now()

    def _have_met(self, gate: str) -> bool:
        """Whether this gate and its relay have spoken since both are the machines that they are."""
        new = max(self._lost_at.get(gate, -1), self._lost_at.get(f"{station_of(gate)}-relay", -1))
        return new < 0 or self._met_at.get(gate, -1) > new

    def asks(self, gate: str, attempt: str, held: Mapping[str, tuple[int, int]], stands: Use | None) -> None:
        """A gate is about to ask. `held` are the journals that its relay holds by now, and `stands` an admission of
        the same ticket that is in one of them.
        """
        asked, now = self._asked[gate, attempt], self._now()
        asked.alone = asked.at is None or now - asked.at > _STALE_MS
        asked.at = now
        if asked.asking == 0:
            asked.came.clear()
            asked.heard.clear()
            asked.stands = stands
            asked.partly = next((epoch for epoch, (first, _) in held.items() if first > 1), "")
        asked.asking += 1

    def answered(self, gate: str, attempt: str, word: str) -> None:
        """A relay's word has come to this gate."""
        asked = self._asked[gate, attempt]
        asked.came.setdefault(word, self._now() - (asked.at or 0))

    def heard(self, gate: str, attempt: str, word: str | None) -> None:
        """What the gate says that it heard in time; None is silence, which there is not when all is well."""
        asked = self._asked[gate, attempt]
        asked.heard.add(word)
        asked.asking = max(0, asked.asking - 1)
        if word is not None and word not in asked.came:
            self._wrong(f"{gate} believes that its arbiter said {word}, which nobody saw come", gate)
        if word is not None:
            self._met_at[gate] = self._now()
        elif self._arbitrated(gate) and self._have_met(gate):
            in_time = [said for said, after in asked.came.items() if said in _WORDS and after <= _IN_TIME_MS]
            if in_time and asked.alone and self._knows_its_relay(gate):
                self._wrong(f"{gate} calls its arbiter silent, whose word {in_time[0]} has come in time", gate)
            if self._fair_ms() > LONG_MS:
                self._wrong(f"{gate} does not hear its arbiter, and nothing has been wrong for minutes", gate)

    def _knows_its_relay(self, gate: str) -> bool:
        return gate not in self._born or min(self._now() - self._born[gate], self._fair_ms()) >= _KNOWS_MS

    def opened(self, gate: str, attempt: str, number: str, flags: frozenset[str]) -> None:
        """A barrier is about to be told to open."""
        if not self._arbitrated(gate):
            return
        heard = self._asked[gate, attempt].heard
        if heard == {"taken"}:
            self._wrong(f"{gate} opens for {number} although the arbiter said that another has it", number, gate)
        if (None if UNARBITRATED in flags else "granted") not in heard:
            said = ", ".join(sorted(flags)) or "nothing"
            words = " and ".join(sorted(word or "silence" for word in heard)) or "silence"
            self._wrong(f"{gate} flags {said} for {number}, and heard {words}", number, gate)
        if "granted" in heard and UNARBITRATED not in flags:
            self._may_be_granted(gate, attempt, number, flags)
        if UNARBITRATED in flags and self._strict(gate) and "overridden" not in flags:
            self._wrong(f"{gate} admits {number} unheard, where the policy sends it to staff", number, gate)

    def _may_be_granted(self, gate: str, attempt: str, number: str, flags: frozenset[str]) -> None:
        """An arbiter grants nothing against what it holds, and nothing before it holds all that gates did."""
        asked = self._asked[gate, attempt]
        before = asked.stands
        if before is not None and before.end != "released" and "overridden" not in flags:
            self._wrong(
                f"the arbiter grants {number} to {gate}, and holds the journal of {before.node} that lets it in", number
            )
        if asked.partly:
            self._wrong(f"the arbiter grants {number} to {gate}, and lacks the beginning of {asked.partly}", number)
