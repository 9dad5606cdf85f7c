"""What the screens of a refund are told."""

from PySide6.QtCore import Signal

from kiosk.part import Part, group
from kiosk.refund import present
from kiosk.steps import Session
from kiosk.till.values import Snapshot


class RefundPart(Part):
    """`refund` in QML."""

    GROUPS = ("sums", "ended")

    PERSONAL = {"sums": (), "ended": ("number",)}  # noqa: RUF012  a literal table

    sumsChanged = Signal()  # noqa: N815  Qt's way of naming signals, here and below
    endedChanged = Signal()  # noqa: N815

    sums = group("sums", sumsChanged)
    ended = group("ended", endedChanged)

    def show(self, session: Session, snapshot: Snapshot) -> None:
        """Show this moment."""
        self.tell({"sums": present.sums(session, snapshot), "ended": present.ended(session, snapshot)})
