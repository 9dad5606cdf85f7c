"""Where somebody is who looks for a ticket: one frozen class per step."""

from dataclasses import dataclass

from kiosk.steps import Step
from kiosk.till.values import FindView, Task, Words


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Looking(Step):
    """Show the ticket's code, put the ID card on the reader, or type. Never shown in a log: it has no repr.

    `typed` is what has been typed so far, None while the keypad is away. `stale` is what the till had found before it
    was asked: no answer to this question.
    """

    task: Task
    asked_ms: int
    stale: FindView | None = None
    typed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Several(Step):
    """Which of these tickets?"""

    task: Task


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotDo(Step):
    """The task cannot be done: one sentence that says why and what to do.

    `number` is the ticket that it cannot be done with, None when it was tried and refused. A ticket may allow more once
    more was shown of it: its code, its holder's card.
    """

    task: Task
    words: Words
    number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutTicket(Step):
    """A step about one of the tickets found. The till keeps the ticket itself."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(AboutTicket):
    """The till was asked to do the task. `before` is what it said then, None once it has said anything else since."""

    asked_ms: int
    before: FindView | None
