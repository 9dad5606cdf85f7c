"""The arbiter as a gate sees it: a question before the barrier opens, and an answer within a budget, whatever happens.

Only a relay's *granted* or *taken*, signed by its own key, is an answer. Everything else is silence, and what a gate
does in silence is the station's written policy. A station without a relay has nobody to ask: its gates stand alone.
"""

from dataclasses import dataclass
from typing import Protocol

from sync.relay_wire import ClaimRequest
from tickets.uses import Use


@dataclass(frozen=True, slots=True)
class Granted:
    """This use is ours, in the whole station; also when the same attempt asks again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Another has this use, or our attempt has ended since. `uses`: all that the arbiter knows of this ticket."""

    uses: tuple[Use, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """No answer that can be believed came in time. `why` is a short sentence for staff and logs.

    The arbiter may have granted the use all the same: ask again with the same attempt.
    """

    why: str


@dataclass(frozen=True, slots=True)
class Alone:
    """This station has no relay: the cache and the own journal are all that there is, and nothing is to be flagged."""


Answer = Granted | Taken | Silent | Alone


class Arbiter(Protocol):
    """Whoever grants the uses of tickets in this station, one device each."""

    def ask(self, claim: ClaimRequest) -> Answer:
        """Ask for one use. Returns within the arbiter's budget (and a few milliseconds), and never raises."""
        ...


class NoArbiter:
    """The arbiter of a station without a relay."""

    def ask(self, claim: ClaimRequest) -> Answer:  # noqa: ARG002  the port's own signature
        """Answer Alone, at once."""
        return Alone()
