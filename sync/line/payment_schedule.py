"""How often a till asks what became of a payment, and when it has it reversed: by the providers' rules.

For a code that the passenger shows, WeChat Pay says: ask every 5 s, and reverse what is not known after 45 s
(付款码支付). A code that the till shows is paid when the passenger gets round to it: the till asks every 3 s, and
closes it after two minutes. A reversal is asked for until it is answered, ever more slowly, and for ever: also after a
restart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Way = Literal["scan", "show"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Ask every `every_s` seconds, and have it reversed when `in_all_s` are over and it is still not known."""

    every_s: float
    in_all_s: float


SCHEDULES: Final[Mapping[Way, Schedule]] = {
    "scan": Schedule(every_s=5.0, in_all_s=45.0),
    "show": Schedule(every_s=3.0, in_all_s=120.0),
}

REVERSE_FIRST_S: Final = 1.0
"""The pause after the first reversal that was not answered, in seconds; each further one is twice as long …"""
REVERSE_MOST_S: Final = 60.0
"""… up to this."""


def reversal_pause(tries: int) -> float:
    """How long to wait after the `tries`-th reversal (1 for the first) that brought no answer, in seconds."""
    if tries < 1:
        raise ValueError("the first try is 1")
    return min(REVERSE_MOST_S, REVERSE_FIRST_S * 2.0 ** min(tries - 1, 30))
