"""How far back terminals may catch up: tombstones are kept for the longest that one may be away, and then dropped.

Records do not say when they changed, their numbers only say in which order. So the latest number of each day is noted
once, and the number of a day long ago tells which tombstones are older than it.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from sync.server.schema import change_days, records, stations


def drop_tombstones(connection: Connection, station: int, today: date, kept_days: int) -> int:
    """Note today's number; drop the tombstones from before `kept_days` ago. Answers the station's horizon.

    In the transaction of a writer, who holds the station's row. Doing it again on the same day changes nothing.
    """
    mine, here = change_days.c.station_id == station, stations.c.station_id == station
    last, before = connection.execute(select(stations.c.last_change, stations.c.horizon).where(here)).one()
    noted = connection.execute(select(change_days.c.day).where(mine, change_days.c.day == today.isoformat())).first()
    if noted is not None:
        return int(before)
    connection.execute(insert(change_days), [{"station_id": station, "day": today.isoformat(), "change_no": last}])
    long_ago = (today - timedelta(days=kept_days)).isoformat()
    horizon = connection.execute(
        select(func.max(change_days.c.change_no)).where(mine, change_days.c.day <= long_ago)
    ).scalar_one()
    if horizon is None or horizon <= before:
        return int(before)
    connection.execute(
        delete(records).where(records.c.station_id == station, records.c.change_no <= horizon, records.c.body.is_(None))
    )
    connection.execute(update(stations).where(here).values(horizon=horizon))
    connection.execute(delete(change_days).where(mine, change_days.c.day < long_ago))
    return int(horizon)
