"""What the screens of an invoice are told, and what they may say."""

from PySide6.QtCore import QObject, Signal

from kiosk.codes import CodePicture
from kiosk.invoice import present
from kiosk.invoice import touches as i
from kiosk.part import Part, Touched, group
from kiosk.steps import Session
from kiosk.till.values import Snapshot


class InvoicePart(Part):
    """`invoice` in QML."""

    GROUPS = ("buyer", "made")
    PLAIN = {  # noqa: RUF012  a literal table
        "person": i.ForPerson(),
        "company": i.ForCompany(),
    }

    PERSONAL = {"buyer": ("text",), "made": ()}  # noqa: RUF012  the same

    buyerChanged = Signal()  # noqa: N815  Qt's way of naming signals, here and below
    madeChanged = Signal()  # noqa: N815

    buyer = group("buyer", buyerChanged)
    made = group("made", madeChanged)

    def __init__(self, touched: Touched, parent: QObject) -> None:
        """Nothing to show yet."""
        super().__init__(touched, parent)
        self._code = CodePicture()

    def show(self, session: Session, snapshot: Snapshot) -> None:
        """Show this moment."""
        picture = self._code.of(present.link(session))
        self.tell({"buyer": present.buyer(session), "made": {**present.made(session, snapshot), "code": picture}})
