"""Reading decoded values as what they must be, and instants as what is written. Everything else is Malformed."""

from datetime import UTC, date, datetime, timedelta

from tickets.errors import Malformed
from tickets.journey import EPOCH

LAST_SECOND = 253_402_300_799
"""The end of the year 9999 in seconds since 1970: no calendar of ours goes on."""


def integer(value: object) -> int:
    """A whole number; true and false are none."""
    if type(value) is not int:
        raise Malformed("a whole number was expected")
    return value


def octets(value: object) -> bytes:
    """A byte string."""
    if not isinstance(value, bytes):
        raise Malformed("bytes were expected")
    return value


def text(value: object) -> str:
    """A text string."""
    if not isinstance(value, str):
        raise Malformed("text was expected")
    return value


def instant(value: object) -> datetime:
    """The instant that is so many seconds after 1970, in UTC."""
    seconds = integer(value)
    if not 0 <= seconds <= LAST_SECOND:
        raise Malformed("an instant before 1970 or after 9999")
    return datetime.fromtimestamp(seconds, UTC)


def instant_ms(value: object) -> datetime:
    """The instant that is so many milliseconds after 1970, in UTC."""
    seconds, ms = divmod(integer(value), 1000)
    return instant(seconds).replace(microsecond=ms * 1000)


def day(value: object) -> date:
    """The date that is so many days after 1970-01-01."""
    days = integer(value)
    if not 0 <= days <= (date.max - EPOCH).days:
        raise Malformed("a date before 1970 or after 9999")
    return EPOCH + timedelta(days=days)


def whole_seconds(at: datetime) -> datetime:
    """The instant in UTC without its fraction of a second. Raises ValueError for one without its time zone."""
    if at.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return at.astimezone(UTC).replace(microsecond=0)


def seconds_of(at: datetime) -> int:
    """Whole seconds since 1970. Raises ValueError for an instant without its time zone."""
    return int(whole_seconds(at).timestamp())


def ms_of(at: datetime) -> int:
    """Whole milliseconds since 1970. Raises ValueError for an instant without its time zone."""
    return seconds_of(at) * 1000 + at.microsecond // 1000


def day_of(service_date: date) -> int:
    """Days since 1970-01-01."""
    return (service_date - EPOCH).days
