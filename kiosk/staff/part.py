"""What the technician's door is told, and what it may say."""

from PySide6.QtCore import Property, QObject, Signal, Slot

from kiosk.part import Part, Touched, group
from kiosk.rows import RowsModel
from kiosk.staff import present
from kiosk.staff import touches as s
from kiosk.steps import Session
from kiosk.till.values import Snapshot


class StaffPart(Part):
    """`staff` in QML."""

    GROUPS = ("door",)

    PERSONAL = {"door": ("badge",)}  # noqa: RUF012  a literal table

    doorChanged = Signal()  # noqa: N815  Qt's way of naming signals

    door = group("door", doorChanged)

    def __init__(self, touched: Touched, parent: QObject) -> None:
        """Nothing to show yet."""
        super().__init__(touched, parent)
        self._devices = RowsModel(self, personal=())

    def show(self, session: Session, snapshot: Snapshot) -> None:
        """Show this moment."""
        self._devices.show(present.rows(session, snapshot))
        self.tell({"door": present.door(session, snapshot)})

    @Property(QObject, constant=True)
    def devices(self) -> QObject:
        """The devices of this machine."""
        return self._devices

    @Slot(str)
    def test(self, name: str) -> None:
        """Test one device."""
        self.touched(s.TryDevice(name))
