"""A code and an ID card that belong together, shown one after the other in either order."""

from collections.abc import Callable
from typing import assert_never

from gate.decide import Decider, Decision, Refused
from gate.shown import Card, CardTags, Code
from tickets.reasons import Reason

_OTHER_HALF_FOLLOWS = {
    Code: frozenset({Reason.IDENTITY_NEEDED}),
    CardTags: frozenset({Reason.IDENTITY_NEEDED, Reason.NOT_KNOWN_HERE}),
}
"""Refusals after which what was shown is remembered. A card may belong to a ticket that only its code can tell of."""


class Pairing:
    """Asks the decider about what is shown now, together with what was shown up to `seconds` before."""

    def __init__(self, decider: Decider, seconds: float, monotonic: Callable[[], float]) -> None:
        self._decider = decider
        self._seconds = seconds
        self._monotonic = monotonic
        self._half: Code | CardTags | None = None
        self._until = 0.0

    def tags(self, card: Card) -> CardTags:
        """What of a card is to be decided on, for the code before it too: its number is not to be kept."""
        self.forget_what_is_old()
        return self._decider.tags(card, earlier=self._half if isinstance(self._half, Code) else None)

    def decide(self, shown: Code | CardTags) -> Decision:
        """Decide, and remember what was shown if its other half is to follow."""
        self.forget_what_is_old()
        half = self._half
        match shown:
            case Code():
                decision = self._decider.code(shown, earlier=half if isinstance(half, CardTags) else None)
            case CardTags():
                decision = self._decider.card(shown, earlier=half if isinstance(half, Code) else None)
            case _:
                assert_never(shown)
        self._remember(shown, decision)
        return decision

    def forget_what_is_old(self) -> None:
        """Forget a half whose other half did not come. Call it now and then."""
        if self._monotonic() > self._until:
            self._half = None

    def _remember(self, shown: Code | CardTags, decision: Decision) -> None:
        reason = decision.refusal.reason if isinstance(decision, Refused) else None
        if reason is Reason.IDENTITY_DIFFERS and isinstance(self._half, Code):
            return  # the wrong card was taken out first: the code still waits for the right one
        self._half = shown if reason in _OTHER_HALF_FOLLOWS[type(shown)] else None
        self._until = self._monotonic() + self._seconds
