"""Dropping what is long over: uses whose tickets let nobody in any more, acts of staff on departures of then, and
events that the centre has signed for.

Acts that are not in the relay's journal yet stay, and so do those that strike a gate off, double admissions, forks, and
every event that the centre has not signed for. A clock that no signed time has confirmed drops nothing.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, cast

from sync.server.relay.ledger import Ledger
from tickets.admission import TimeQuality, TrustedNow
from tickets.service_day import CHINA, service_date
from tickets.staff import BadFact, read_fact

KEPT: Final = timedelta(days=14)
"""How long a use or an act is kept after its service day and after it was claimed or done, and an event after it came
here.
"""
AT_ONCE: Final = 200
"""Most uses, acts or events that are looked at with one commit, so that a claim never waits long."""

_OLDEST = """SELECT position, number, use_no, attempt, service_date, at_ms FROM uses WHERE position > ?
    ORDER BY position LIMIT ?"""
_OLD_ACTS = """SELECT position, bytes FROM facts WHERE position > ? AND journaled = 1 AND at_ms < ?
    AND act <> 'strike_off' ORDER BY position LIMIT ?"""


def prune(ledger: Ledger, now: TrustedNow, after: int = 0) -> int | None:
    """Look at the uses that follow position `after`, and drop those that are old; answers where to go on.

    None when there are no more, or when the time is not known well enough.
    """
    if now.quality is not TimeQuality.TRUSTED:
        return None
    oldest = now.at - KEPT
    day, ms = service_date(oldest, CHINA).isoformat(), int(oldest.timestamp() * 1000)
    rows = cast(
        "list[tuple[int, str, int, str, str | None, int]]",
        ledger.connection.execute(_OLDEST, (after, AT_ONCE)).fetchall(),
    )
    old = [row[1:4] for row in rows if row[5] < ms and (row[4] is None or row[4] < day)]
    if old:
        with ledger.writing("prune") as connection:
            connection.executemany("DELETE FROM uses WHERE number = ? AND use_no = ? AND attempt = ?", old)
            connection.executemany("DELETE FROM grants WHERE number = ? AND use_no = ? AND attempt = ?", old)
    return rows[-1][0] if len(rows) == AT_ONCE else None


def drop_acts(ledger: Ledger, now: TrustedNow, after: int = 0) -> int | None:
    """Look at the acts that follow position `after`, and drop those that are old; answers as `prune` does."""
    if now.quality is not TimeQuality.TRUSTED:
        return None
    oldest = now.at - KEPT
    rows = cast(
        "list[tuple[int, bytes]]",
        ledger.connection.execute(_OLD_ACTS, (after, int(oldest.timestamp() * 1000), AT_ONCE)).fetchall(),
    )
    old = [(position,) for position, signed in rows if _day_of(signed) < service_date(oldest, CHINA)]
    if old:
        with ledger.writing("prune") as connection:
            connection.executemany("DELETE FROM facts WHERE position = ?", old)
    return rows[-1][0] if len(rows) == AT_ONCE else None


def _day_of(signed: bytes) -> date:
    """The service day that an act is about, or for none the earliest there is."""
    try:
        return read_fact(signed).service_date or date.min
    except BadFact:
        return date.min


def drop_kept(ledger: Ledger, kept: Mapping[str, int], now: TrustedNow) -> bool:
    """Drop old events that the centre has signed for, `kept` by the journal's epoch; True while there may be more.

    The chain's hash at the last of them stays, so that what follows still proves what it follows.
    """
    if now.quality is not TimeQuality.TRUSTED:
        return False
    before_ms = int((now.at - KEPT).timestamp() * 1000)
    for epoch, through in kept.items():
        rows = ledger.connection.execute(
            "SELECT seq, hash FROM events WHERE epoch = ? AND seq <= ? AND held_ms < ? ORDER BY seq LIMIT ?",
            (epoch, through, before_ms, AT_ONCE),
        ).fetchall()
        if rows:
            last, digest = cast("tuple[int, bytes]", rows[-1])
            with ledger.writing("prune") as connection:
                connection.execute("DELETE FROM events WHERE epoch = ? AND seq <= ?", (epoch, last))
                connection.execute("DELETE FROM heads WHERE epoch = ? AND seq <= ?", (epoch, last))
                connection.execute(
                    "UPDATE journals SET dropped_through = ?, dropped_hash = ? WHERE epoch = ?", (last, digest, epoch)
                )
            return True
    return False
