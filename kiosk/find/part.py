"""What the screens are told while a ticket is looked for, and what they may say."""

from zoneinfo import ZoneInfo

from PySide6.QtCore import Property, QObject, Signal, Slot

from kiosk.find import present
from kiosk.find import touches as f
from kiosk.part import Part, Touched, group
from kiosk.rows import RowsModel
from kiosk.steps import Session
from kiosk.till.values import Snapshot


class FindPart(Part):
    """`find` in QML."""

    GROUPS = ("looking", "ticket", "cannot")
    PLAIN = {  # noqa: RUF012  a literal table
        "typeCode": f.TypeCode(),
        "another": f.AnotherTicket(),
    }

    PERSONAL = {  # noqa: RUF012  the same
        "looking": ("text",),
        "ticket": ("number",),
        "cannot": (),
    }

    lookingChanged = Signal()  # noqa: N815  Qt's way of naming signals, here and below
    ticketChanged = Signal()  # noqa: N815
    cannotChanged = Signal()  # noqa: N815

    looking = group("looking", lookingChanged)
    ticket = group("ticket", ticketChanged)
    cannot = group("cannot", cannotChanged)

    def __init__(self, touched: Touched, zone: ZoneInfo, parent: QObject) -> None:
        """Nothing to show yet."""
        super().__init__(touched, parent)
        self._zone = zone
        self._tickets = RowsModel(self, personal=("number",))

    def show(self, session: Session, snapshot: Snapshot) -> None:
        """Show this moment."""
        self._tickets.show(present.rows(session, snapshot, self._zone))
        self.tell(
            {
                "looking": present.looking(session, snapshot),
                "ticket": {
                    **present.shown(session, snapshot, self._zone),
                    "several": present.several(session, snapshot),
                },
                "cannot": present.cannot(session, snapshot),
            }
        )

    @Property(QObject, constant=True)
    def tickets(self) -> QObject:
        """The tickets found."""
        return self._tickets

    @Slot(str)
    def pick(self, number: str) -> None:
        """One of the tickets found."""
        self.touched(f.PickTicket(number))
