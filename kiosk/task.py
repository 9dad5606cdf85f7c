"""What one passenger task brings to a session: how it begins, and a table with a row for each of its steps.

The session knows no task by itself. `tasks` names them all in one literal; `flow` reads their tables.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from kiosk.steps import Attract, Session, Step
from kiosk.till.commands import Command, EndSession
from kiosk.till.values import Snapshot
from kiosk.touches import Touch

Turn = tuple[Step, tuple[Command, ...]]
"""The next step, and what the till is asked to do. A turn to `Attract` ends the session."""

Waits = Callable[[Any, Snapshot], int | None]
"""Milliseconds that a step waits for a touch, None when it never gives up by itself."""

S = TypeVar("S", bound=Step)


def seconds(count: int) -> Waits:
    """Waits this long, whatever the till says."""
    return lambda _step, _snapshot: count * 1000


_a_minute = seconds(60)


def never(_step: Step, _snapshot: Snapshot) -> int | None:
    """Waits for ever."""
    return None


def stays(step: Step, _touch: Touch, _snapshot: Snapshot, _at_ms: int) -> Turn:
    """No touch means anything here."""
    return step, ()


def stands(step: Step, _snapshot: Snapshot, _at_ms: int) -> Turn:
    """No news changes anything here."""
    return step, ()


def wipes(_step: Step, _snapshot: Snapshot) -> Turn:
    """The session ends, and the till forgets it."""
    return Attract(), (EndSession(),)


def yes(_step: Step) -> bool:
    """At this step always."""
    return True


def no(_step: Step) -> bool:
    """At this step never."""
    return False


def fixed(_step: Step, _snapshot: Snapshot) -> bool:
    """Nothing chosen before can be changed here."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRules(Generic[S]):
    """One row of a task's table: all that a session has to know about one class of step.

    `screen` is the name by which screens and tests know the step, `qml` its file in the task's folder. `answer` follows
    a touch, `adopt` the till's news, `leaves` the end of the session (by silence, or because somebody wanted to start
    over and `starts_over` does not say otherwise). `back` and `over` tell whether the bottom band offers these two,
    `changes` whether the journey rail can be touched, `railed` whether it is there. While `reads` the ID reader looks;
    where `menu` is true another task can be begun; where `asks` is false silence ends the session without a question.
    """

    of: type[S]
    screen: str
    qml: str
    answer: Callable[[S, Touch, Snapshot, int], Turn] = stays
    adopt: Callable[[S, Snapshot, int], Turn] = stands
    waits: Waits = _a_minute
    leaves: Callable[[S, Snapshot], Turn] = wipes
    starts_over: Callable[[S, Snapshot], Turn] | None = None
    back: Callable[[S], bool] = yes
    over: Callable[[S], bool] = yes
    changes: Callable[[S, Snapshot], bool] = fixed
    railed: bool = True
    reads: bool = False
    menu: bool = False
    asks: bool = True


def _offers_always(_snapshot: Snapshot) -> bool:
    return True


def _unasked_never(_session: Session, _snapshot: Snapshot) -> Step | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing that passengers do at a kiosk.

    `begins` is what follows when its name is touched, None when it cannot be begun now; `offers` tells whether the
    attract screen has a button for it. `unasked` is a step to be shown when nobody is here, without any touch.
    `inside` tells whether the passenger's money is in the machine for nothing yet.
    """

    name: str
    folder: Path
    steps: tuple[StepRules[Any], ...]
    begins: Callable[[Snapshot, int], Turn | None]
    offers: Callable[[Snapshot], bool] = _offers_always
    unasked: Callable[[Session, Snapshot], Step | None] = _unasked_never
    inside: Callable[[Snapshot], bool] = lambda _snapshot: False
