"""Days and times as staff read and write them, in the station's own zone."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kiosk.paper import words
from tickets.errors import EnvironmentFault
from tickets.service_day import SERVICE_DAY_ENDS

_CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})")
_MINUTES = re.compile(r"([+-]?)(\d{1,3})")
FARTHEST = timedelta(hours=12)
"""Nobody means a time farther from the coach's own than this."""


def day_and_time(at: datetime, zone: ZoneInfo) -> str:
    """`11月22日 周日 14:05`."""
    return f"{words.day(at, zone)[0]} {words.clock(at, zone)}"


def clock_on(at: datetime, day: date, zone: ZoneInfo) -> str:
    """`14:05`; with the date before it when it is neither of the service day nor of the night that ends it."""
    local = at.astimezone(zone)
    ends = datetime.combine(day + timedelta(days=1), SERVICE_DAY_ENDS)
    same = datetime.combine(day, time()) <= local.replace(tzinfo=None) < ends
    return f"{local:%H:%M}" if same else f"{local:%m-%d %H:%M}"


def moment_of(written: str, *, day: date, zone: ZoneInfo, minutes_from: datetime) -> datetime:
    """The instant that staff mean by `14:30` on this service day, or by `15` or `+15`: minutes after `minutes_from`.

    A time of day before 03:00 is of the night that ends the service day. `-5` is before `minutes_from`.
    Raises EnvironmentFault for anything else.
    """
    clock = _CLOCK.fullmatch(written.strip())
    if clock is not None and int(clock[1]) < 24 and int(clock[2]) < 60:
        of_day = time(int(clock[1]), int(clock[2]))
        calendar = day + timedelta(days=1) if of_day < SERVICE_DAY_ENDS else day
        return datetime.combine(calendar, of_day, zone).astimezone(UTC)
    minutes = _MINUTES.fullmatch(written.strip())
    if minutes is None:
        raise EnvironmentFault(
            f"{written!r} is no time", "write the time of day as 14:30, or a number of minutes such as 15"
        )
    return minutes_from + timedelta(minutes=int(minutes[1] + minutes[2]))
