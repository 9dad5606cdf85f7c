"""The tables of a refund: what each step answers, adopts and waits for."""

from pathlib import Path

from kiosk.find.flow import forgets
from kiosk.find.task import looks_for
from kiosk.refund import flow
from kiosk.refund import steps as s
from kiosk.task import StepRules, Task, never, no
from kiosk.till import values

REFUNDING = Task(
    name="refund",
    folder=Path(__file__).parent,
    begins=looks_for(values.Task.REFUND),
    unasked=flow.unasked_refund,
    steps=(
        StepRules(
            of=s.Refund,
            screen="refund",
            qml="Refund",
            answer=flow.on_refund,
            adopt=flow.adopt_refund,
            leaves=forgets,
        ),
        StepRules(
            of=s.Refunding,
            screen="refunding",
            qml="Refunding",
            answer=flow.on_refund,
            adopt=flow.adopt_refund,
            waits=never,
            leaves=forgets,
            back=no,
            over=no,
        ),
        StepRules(
            of=s.Refunded,
            screen="refunded",
            qml="Refunded",
            answer=flow.on_refund,
            adopt=flow.adopt_refund,
            waits=flow.waits_refunded,
            leaves=forgets,
            back=no,
            over=no,
        ),
    ),
)
"""A ticket given back: the sums, one confirmation, what happened."""
