"""What the screen of a ticket that was checked is told, and what it may say."""

from PySide6.QtCore import Signal, Slot

from kiosk.check import present
from kiosk.check.touches import GoOn
from kiosk.part import Part, group
from kiosk.steps import Session
from kiosk.till.values import Snapshot, Task


class CheckPart(Part):
    """`check` in QML."""

    GROUPS = ("verdict",)

    PERSONAL = {"verdict": ()}  # noqa: RUF012  a literal table

    verdictChanged = Signal()  # noqa: N815  Qt's way of naming signals

    verdict = group("verdict", verdictChanged)

    def show(self, session: Session, snapshot: Snapshot) -> None:
        """Show this moment."""
        self.tell({"verdict": present.verdict(session, snapshot)})

    @Slot(str)
    def goOn(self, task: str) -> None:  # noqa: N802  QML's way of naming
        """Another task with the same ticket, by its name."""
        self.touched(GoOn(Task(task)))
