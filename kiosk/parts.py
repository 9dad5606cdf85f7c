"""What QML is given beside the session itself, in one literal: the part of each task, by the name that QML uses."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject

from kiosk.buy.part import BuyPart
from kiosk.part import Part, Touched


def made_parts(touched: Touched, zone: ZoneInfo, parent: QObject) -> Mapping[str, Part]:
    """One part for each task that shows something; they report touches to `touched`."""
    return {"buy": BuyPart(touched, zone, parent)}
