"""The row of days that departures can be looked at of. Pure."""

from datetime import date
from zoneinfo import ZoneInfo

from kiosk import wording
from kiosk.present.values import Group
from kiosk.steps import Session
from kiosk.till.values import Snapshot


def day_choices(chosen: date | None, session: Session, snapshot: Snapshot, zone: ZoneInfo) -> list[Group]:
    """The next departures, then each day on sale; nothing when there is only one. `offset` counts days from today."""
    if len(snapshot.days) < 2:
        return []
    today = snapshot.now.astimezone(zone).date()
    return [
        {"day": "", "offset": -1, "text": "", "whole": "", "chosen": chosen is None},
        *(
            {
                "day": each.isoformat(),
                "offset": (each - today).days,
                "text": wording.short_day(each, session.comfort.language),
                "whole": wording.day(each, session.comfort.language),
                "chosen": chosen == each,
            }
            for each in snapshot.days
        ),
    ]
