"""The station's day: it ends at 03:00 local time, when the last coaches are gone and the first not yet called."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SERVICE_DAY_ENDS = time(3)
CHINA = ZoneInfo("Asia/Shanghai")
"""The zone of a station that does not say otherwise."""


def service_date(at: datetime, zone: ZoneInfo) -> date:
    """The service day that the instant `at` (aware) falls on at a station in `zone`."""
    if at.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    local = at.astimezone(zone)
    return local.date() if local.time() >= SERVICE_DAY_ENDS else local.date() - timedelta(days=1)


def service_day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """(first instant, first instant of the next day) of a service day, in UTC."""
    start = datetime.combine(day, SERVICE_DAY_ENDS, zone)
    end = datetime.combine(day + timedelta(days=1), SERVICE_DAY_ENDS, zone)
    return start.astimezone(UTC), end.astimezone(UTC)
