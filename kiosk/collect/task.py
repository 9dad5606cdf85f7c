"""The tables of collecting: what each step answers, adopts and waits for."""

from pathlib import Path

from kiosk.collect import flow
from kiosk.collect import steps as s
from kiosk.find.flow import forgets
from kiosk.find.task import looks_for
from kiosk.task import StepRules, Task, no
from kiosk.till import values


def _may_leave(step: s.Paper) -> bool:
    return step.sheet is not s.Sheet.PRINTING


COLLECTING = Task(
    name="collect",
    folder=Path(__file__).parent,
    begins=looks_for(values.Task.COLLECT),
    steps=(
        StepRules(
            of=s.Collect,
            screen="collect",
            qml="Collect",
            answer=flow.on_collect,
            adopt=flow.adopt_collect,
            leaves=forgets,
        ),
        StepRules(
            of=s.Paper,
            screen="paper",
            qml="Paper",
            answer=flow.on_collect,
            adopt=flow.adopt_collect,
            waits=flow.waits_paper,
            leaves=forgets,
            back=no,
            over=_may_leave,
        ),
        StepRules(
            of=s.OnPhone,
            screen="onPhone",
            qml="OnPhone",
            answer=flow.on_collect,
            adopt=flow.adopt_collect,
            leaves=forgets,
        ),
        StepRules(
            of=s.Collected,
            screen="collected",
            qml="Collected",
            answer=flow.on_collect,
            adopt=flow.adopt_collect,
            leaves=forgets,
            back=no,
        ),
    ),
)
"""A ticket bought elsewhere, on paper, on a phone or not at all."""
