"""The values of a feed's rows, by their types in the GTFS reference: read, or listed as a problem and None."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sync.server.gtfs.files import Row
from sync.server.gtfs.problems import Problems

MOST_SECONDS: Final = 96 * 3600
"""No coach is under way longer than four days after its service day began."""
_TIME: Final = re.compile(r"([0-9]{1,3}):([0-5][0-9]):([0-5][0-9])")
_DATE: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one row's values. What is wrong goes to `problems`, and `good` of the row is then false for its user."""

    row: Row
    problems: Problems

    def wrong(self, column: str, what: str, hint: str) -> None:
        """List an error of this row."""
        self.problems.error(self.row.file, self.row.line, column, what, hint)

    def text(self, column: str) -> str | None:
        """A value that must be there."""
        value = self.row[column]
        if not value:
            self.wrong(column, "there is no value", "give one")
            return None
        return value

    def whole(self, column: str, least: int, most: int, default: int | None = None) -> int | None:
        """A whole number; `default`, if there is one, stands for an empty value."""
        value = self.row[column]
        if not value and default is not None:
            return default
        if not (value.isascii() and value.isdigit() and len(value) < 10 and least <= int(value) <= most):
            self.wrong(column, "this is not a number that may stand here", f"give one from {least} to {most}")
            return None
        return int(value)

    def day(self, column: str) -> date | None:
        """A date as YYYYMMDD."""
        found = _DATE.fullmatch(self.row[column])
        try:
            day = None if found is None else date(*(int(each) for each in found.groups()))
        except ValueError:
            day = None
        if day is None or not 2000 <= day.year < 2100:
            self.wrong(column, "this is not a date", "write it as 20261122")
            return None
        return day

    def seconds(self, column: str, required: bool = True) -> int | None:
        """A time of the service day as seconds after its noon less twelve hours; it may be past 24:00:00."""
        value = self.row[column]
        if not value and not required:
            return None
        found = _TIME.fullmatch(value)
        if found is None:
            self.wrong(column, "this is not a time", "write it as 08:30:00, or 25:10:00 after midnight")
            return None
        hours, minutes, seconds = (int(each) for each in found.groups())
        total = hours * 3600 + minutes * 60 + seconds
        if total > MOST_SECONDS:
            self.wrong(column, "this is more than four days after the service day began", "give the trip a later day")
            return None
        return total

    def price_fen(self, column: str) -> int | None:
        """An amount in yuan, as fen."""
        try:
            fen = Decimal(self.row[column]) * 100
        except InvalidOperation:
            fen = Decimal(-1)
        if not fen.is_finite() or fen != fen.to_integral_value() or not 0 <= fen <= 10_000_000:
            self.wrong(column, "this is not a price in yuan", "write it as 60.00, at most 100000")
            return None
        return int(fen)

    def decimal(self, column: str, least: float, most: float) -> float | None:
        """A number; None, without a problem, where the value is empty."""
        value = self.row[column]
        if not value:
            return None
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not least <= number <= most:
            self.wrong(column, "this is not a number that may stand here", f"give one from {least:g} to {most:g}")
            return None
        return number

    def zone(self, column: str) -> str | None:
        """A time zone's name."""
        try:
            ZoneInfo(self.row[column])
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.wrong(column, "there is no such time zone", "write it as Asia/Shanghai")
            return None
        return self.row[column]
