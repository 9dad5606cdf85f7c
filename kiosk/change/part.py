"""What the screen is told on which a change begins."""

from PySide6.QtCore import Signal

from kiosk.change import present
from kiosk.part import Part, group
from kiosk.steps import Session
from kiosk.till.values import Snapshot


class ChangePart(Part):
    """`change` in QML."""

    GROUPS = ("terms",)
    PERSONAL = {"terms": ()}  # noqa: RUF012  a literal table

    termsChanged = Signal()  # noqa: N815  Qt's way of naming signals

    terms = group("terms", termsChanged)

    def show(self, session: Session, snapshot: Snapshot) -> None:
        """Show this moment."""
        self.tell({"terms": present.terms(session, snapshot)})
