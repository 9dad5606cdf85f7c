"""What becomes of a payment, as a table: in which state, at which word, it turns into what.

The words of a provider that come late, twice or in another order change nothing that is settled. After a reversal was
asked for only its answer counts: whatever the payment turns out to have been, the passenger has the money.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from sync.wire.money import PaymentState


class State(StrEnum):
    """How a payment stands at the centre. Each is durable before the next word is spoken."""

    ASKED = "asked"
    """The provider is about to be asked; nobody knows whether it was."""
    WAITING = "waiting"
    """The provider has it; the passenger has yet to agree."""
    PAID = "paid"
    FAILED = "failed"
    REVERSING = "reversing"
    """It is to be undone, and the provider has not said yet that it is."""
    REVERSED = "reversed"


class Word(StrEnum):
    """What is said about a payment: by the provider, or (`REVERSE`) by the till."""

    WAITING = "waiting"
    PAID = "paid"
    FAILED = "failed"
    REVERSE = "reverse"
    UNDONE = "undone"


TABLE: Final[Mapping[tuple[State, Word], State]] = {
    (State.ASKED, Word.WAITING): State.WAITING,
    (State.ASKED, Word.PAID): State.PAID,
    (State.ASKED, Word.FAILED): State.FAILED,
    (State.ASKED, Word.REVERSE): State.REVERSING,
    (State.WAITING, Word.WAITING): State.WAITING,
    (State.WAITING, Word.PAID): State.PAID,
    (State.WAITING, Word.FAILED): State.FAILED,
    (State.WAITING, Word.REVERSE): State.REVERSING,
    (State.PAID, Word.REVERSE): State.REVERSING,
    (State.FAILED, Word.REVERSE): State.REVERSED,
    (State.REVERSING, Word.UNDONE): State.REVERSED,
}
"""Every other word leaves a payment as it is."""

TOLD: Final[Mapping[State, PaymentState]] = {
    State.ASKED: "waiting",
    State.WAITING: "waiting",
    State.PAID: "paid",
    State.FAILED: "failed",
    State.REVERSING: "waiting",
    State.REVERSED: "reversed",
}
"""What a till is told of each."""


def after(state: State, word: Word) -> State:
    """The state that a word leads to; the same one where it changes nothing."""
    return TABLE.get((state, word), state)
