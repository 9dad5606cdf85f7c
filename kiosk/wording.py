"""Times, dates and parts of a journey as a passenger reads them, in both languages. Pure.

Sentences are not here: screens hold them (`qsTr`), so that a translator finds them all in one place.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from kiosk.steps import Language

_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

SOON_MINUTES = 60
"""Minutes left are said of coaches that leave within the hour."""


def clock(at: datetime, zone: ZoneInfo) -> str:
    """The station's time of `at` as 14:05."""
    return at.astimezone(zone).strftime("%H:%M")


def day(on: date, language: Language) -> str:
    """A date as 11月22日 周日, or Sun 22 Nov."""
    if language is Language.ZH:
        return f"{on.month}月{on.day}日 周{_WEEKDAYS_ZH[on.weekday()]}"
    return f"{_WEEKDAYS_EN[on.weekday()]} {on.day} {_MONTHS_EN[on.month - 1]}"


def short_day(on: date, language: Language) -> str:
    """A date within the week as 22日 周日, or Sun 22."""
    if language is Language.ZH:
        return f"{on.day}日 周{_WEEKDAYS_ZH[on.weekday()]}"
    return f"{_WEEKDAYS_EN[on.weekday()]} {on.day}"


def minutes_left(until: datetime, now: datetime) -> int:
    """Whole minutes from `now` to `until`, rounded down and never below zero; −1 when more than the next hour."""
    minutes = int((until - now).total_seconds() // 60)
    return -1 if minutes > SOON_MINUTES else max(0, minutes)


def other_day(at: datetime, now: datetime, zone: ZoneInfo, language: Language) -> str:
    """The date of `at` when it is not today's, else an empty text."""
    there = at.astimezone(zone).date()
    return "" if there == now.astimezone(zone).date() else day(there, language)
