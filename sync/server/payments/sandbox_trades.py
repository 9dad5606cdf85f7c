"""One payment in the sandbox's books, and all that can become of it. What was taken either stays or went back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from sync.wire.money import Why

TradeState = Literal["waiting", "paid", "failed", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """A payment: `fen` was asked for, `taken` was paid, `given` went back by refund, `undone` by being undone.

    While it waits it becomes paid at `pays_ms` and fails at `fails_ms`, whichever comes first; times are in ms since
    1970. Until `silent_until_ms` nobody hears of it. `closed`: it was undone; `undone` says how much that gave back.
    """

    trade: str
    station: int
    fen: int
    code: str = ""
    reference: str = ""
    state: TradeState = "waiting"
    why: Why = ""
    fails_why: Why = "expired"
    pays_ms: int | None = None
    fails_ms: int | None = None
    silent_until_ms: int = 0
    taken: int = 0
    given: dict[str, int] = field(default_factory=dict)
    undone: int = 0

    @property
    def returned(self) -> int:
        """How much of it went back in all, in fen."""
        return sum(self.given.values()) + self.undone

    @property
    def left(self) -> int:
        """How much of it can still go back, in fen."""
        return self.taken - self.returned

    def at(self, now_ms: int) -> Trade:
        """As it stands at this time."""
        if self.state != "waiting":
            return self
        never = now_ms + 1
        pays = never if self.pays_ms is None else self.pays_ms
        fails = never if self.fails_ms is None else self.fails_ms
        if min(pays, fails) > now_ms:
            return self
        return self.paid() if pays <= fails else self.failed(self.fails_why)

    def paid(self) -> Trade:
        """The passenger pays; only what waits can be paid."""
        return replace(self, state="paid", why="", taken=self.fen) if self.state == "waiting" else self

    def failed(self, why: Why) -> Trade:
        """Nothing comes of it; only what waits can fail."""
        return replace(self, state="failed", why=why) if self.state == "waiting" else self

    def closed(self) -> Trade:
        """Undone: what is left of it goes back, and nothing is ever taken any more."""
        if self.state == "closed":
            return self
        return replace(self, state="closed", why="closed", undone=self.left)

    def with_refund(self, refund: str, fen: int) -> Trade | None:
        """Some of it goes back under a name; None when that is more than is left, or was another amount before."""
        if refund in self.given:
            return self if self.given[refund] == fen else None
        if self.state != "paid" or fen > self.left:
            return None
        return replace(self, given={**self.given, refund: fen})
