"""What the timetable's screen is told, and what it may say."""

from datetime import date
from zoneinfo import ZoneInfo

from PySide6.QtCore import Property, QObject, Signal, Slot

from kiosk.part import Part, Touched, group
from kiosk.rows import RowsModel
from kiosk.steps import Session
from kiosk.till.values import Snapshot
from kiosk.timetable import present
from kiosk.timetable.touches import ByLetters, ReadDay


class TimetablePart(Part):
    """`timetable` in QML."""

    GROUPS = ("reading",)
    PLAIN = {"byLetters": ByLetters()}  # noqa: RUF012  a literal table
    PERSONAL = {"reading": ()}  # noqa: RUF012  the same

    readingChanged = Signal()  # noqa: N815  Qt's way of naming signals

    reading = group("reading", readingChanged)

    def __init__(self, touched: Touched, zone: ZoneInfo, parent: QObject) -> None:
        """Nothing to show yet."""
        super().__init__(touched, parent)
        self._zone = zone
        self._runs = RowsModel(self, personal=())

    def show(self, session: Session, snapshot: Snapshot) -> None:
        """Show this moment."""
        self._runs.show(present.run_rows(session, snapshot, self._zone))
        self.tell({"reading": present.reading(session, snapshot, self._zone)})

    @Property(QObject, constant=True)
    def runs(self) -> QObject:
        """The departures of the day read."""
        return self._runs

    @Slot(str)
    def readDay(self, day: str) -> None:  # noqa: N802  QML's way of naming
        """A day, as 2026-11-22; empty for what leaves from now on."""
        self.touched(ReadDay(date.fromisoformat(day) if day else None))
