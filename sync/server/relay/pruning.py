"""Dropping uses of service days long over: nobody can be let in by those tickets any more, and the centre has them.

The journals' events stay, and so do acts of staff and what was reported twice. A clock that no signed time has
confirmed drops nothing.
"""

from datetime import timedelta
from typing import Final, cast

from sync.server.relay.ledger import Ledger
from tickets.admission import TimeQuality, TrustedNow
from tickets.service_day import CHINA, service_date

KEPT: Final = timedelta(days=14)
"""How long a use is kept after its service day, and after it was claimed."""
AT_ONCE: Final = 200
"""Most uses that are looked at with one commit, so that a claim never waits long."""

_OLDEST = """SELECT position, number, use_no, attempt, service_date, at_ms FROM uses WHERE position > ?
    ORDER BY position LIMIT ?"""


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
