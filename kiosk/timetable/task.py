"""The table of the timetable: one step, and what it answers."""

from dataclasses import replace
from pathlib import Path

from kiosk.steps import Attract
from kiosk.task import StepRules, Task, Turn
from kiosk.till.commands import EndSession, LookAt
from kiosk.till.values import Snapshot
from kiosk.timetable.steps import Timetable
from kiosk.timetable.touches import ByLetters, ReadDay
from kiosk.touches import Back, Key, Touch

LONGEST = 12


def _begins(snapshot: Snapshot, _at_ms: int) -> Turn:
    return Timetable(), () if snapshot.day is None else (LookAt(day=None),)


def on_timetable(step: Timetable, touch: Touch, snapshot: Snapshot, _at_ms: int) -> Turn:
    """The answer to a touch: another day, letters, or back."""
    match touch:
        case ReadDay(day=day) if day is None or day in snapshot.days:
            return replace(step, day=day), (LookAt(day=day),)
        case ByLetters():
            return replace(step, spelling=not step.spelling, typed=""), ()
        case Key(character="") if step.spelling:
            return replace(step, typed=step.typed[:-1]), ()
        case Key(character=letter) if step.spelling:
            return replace(step, typed=(step.typed + letter.upper())[:LONGEST]), ()
        case Back() if step.spelling:
            return replace(step, spelling=False, typed=""), ()
        case Back():
            return Attract(), (EndSession(),)
        case _:
            return step, ()


TIMETABLE = Task(
    name="timetable",
    folder=Path(__file__).parent,
    begins=_begins,
    offers=lambda snapshot: bool(snapshot.runs),
    steps=(
        StepRules(
            of=Timetable,
            screen="timetable",
            qml="Timetable",
            answer=on_timetable,
            railed=False,
            menu=True,
        ),
    ),
)
"""What leaves when, without buying anything."""
