"""What QML is given beside the session itself, in one literal: the part of each task, by the name that QML uses."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject

from kiosk.buy.part import BuyPart
from kiosk.change.part import ChangePart
from kiosk.check.part import CheckPart
from kiosk.collect.part import CollectPart
from kiosk.find.part import FindPart
from kiosk.invoice.part import InvoicePart
from kiosk.part import Part, Touched
from kiosk.refund.part import RefundPart
from kiosk.staff.part import StaffPart
from kiosk.timetable.part import TimetablePart


def made_parts(touched: Touched, zone: ZoneInfo, parent: QObject) -> Mapping[str, Part]:
    """One part for each task that shows something; they report touches to `touched`."""
    return {
        "buy": BuyPart(touched, zone, parent),
        "find": FindPart(touched, zone, parent),
        "collect": CollectPart(touched, parent),
        "change": ChangePart(touched, parent),
        "refund": RefundPart(touched, parent),
        "check": CheckPart(touched, parent),
        "invoice": InvoicePart(touched, parent),
        "staff": StaffPart(touched, parent),
        "timetable": TimetablePart(touched, zone, parent),
    }
