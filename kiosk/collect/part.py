"""What the screens of collecting are told, and what they may say."""

from PySide6.QtCore import QObject, Signal

from kiosk.codes import CodePicture
from kiosk.collect import present
from kiosk.collect import touches as c
from kiosk.part import Part, Touched, group
from kiosk.steps import Session
from kiosk.till.values import Snapshot


class CollectPart(Part):
    """`collect` in QML."""

    GROUPS = ("handing",)
    PLAIN = {  # noqa: RUF012  a literal table
        "print": c.PrintIt(),
        "phone": c.TakeIt(),
        "card": c.CardOnly(),
        "havePaper": c.HavePaper(),
    }

    PERSONAL = {"handing": ()}  # noqa: RUF012  the same

    handingChanged = Signal()  # noqa: N815  Qt's way of naming signals

    handing = group("handing", handingChanged)

    def __init__(self, touched: Touched, parent: QObject) -> None:
        """Nothing to show yet."""
        super().__init__(touched, parent)
        self._code = CodePicture()

    def show(self, session: Session, snapshot: Snapshot) -> None:
        """Show this moment."""
        picture = self._code.of(present.link(session))
        self.tell({"handing": {**present.handing(session, snapshot), "code": picture}})
