"""Acts of a station's staff at the centre: each checked once, kept as it was signed, worked into its departure.

The departure's record always follows from what was planned and from *all* acts known of it, so that one that arrives
late falls into its place. Its `acts` tell terminals which they need not add themselves.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from sync.server.changes import Changes
from sync.server.schema import departures, staff_acts
from tickets.admission import TimeQuality, TrustedNow
from tickets.departures import Departure
from tickets.staff import BadFact, StaffFact, open_fact, read_fact
from tickets.standing import with_acts
from tickets.trust import TrustList


class StaffActs:
    """Takes acts of staff in, inside one write transaction of one station."""

    def __init__(
        self, connection: Connection, changes: Changes, station: int, trust_list: Callable[[], TrustList], now: datetime
    ) -> None:
        """`trust_list` answers whose badges count, `now` is the centre's time."""
        self._connection = connection
        self._changes = changes
        self._station = station
        self._trust_list = trust_list
        self._now = TrustedNow(at=now, quality=TimeQuality.TRUSTED)
        self.taken: list[StaffFact] = []
        """The acts that were taken in and not known before."""

    def take(self, signed: bytes) -> str | None:
        """Take one act in, whoever brings it; a sentence says why not. The same act again changes nothing."""
        try:
            fact = open_fact(signed, self._trust_list(), self._station, self._now)
        except BadFact as bad:
            return bad.what
        here = (staff_acts.c.station_id == self._station, staff_acts.c.fact_id == fact.fact_id.hex)
        known = self._connection.execute(select(staff_acts.c.bytes).where(*here)).scalar_one_or_none()
        if known is not None:
            return None if known == signed else "Another act of staff has this id"
        self._connection.execute(
            insert(staff_acts),
            [
                {
                    "station_id": self._station,
                    "fact_id": fact.fact_id.hex,
                    "service_date": None if fact.service_date is None else fact.service_date.isoformat(),
                    "trip": fact.trip,
                    "act": str(fact.act),
                    "badge": fact.badge,
                    "at_ms": int(fact.at.timestamp() * 1000),
                    "bytes": signed,
                }
            ],
        )
        if fact.service_date is not None and fact.trip is not None:
            self._work_in(fact.service_date.isoformat(), fact.trip)
        self.taken.append(fact)
        return None

    def _work_in(self, date: str, trip: str) -> None:
        here = (
            departures.c.station_id == self._station,
            departures.c.service_date == date,
            departures.c.trip == trip,
        )
        row = self._connection.execute(select(departures.c.body, departures.c.planned).where(*here)).one_or_none()
        if row is None:  # of another timetable, or dropped long ago: the act itself is kept
            return
        planned = row.body if row.planned is None else row.planned
        told = with_acts(Departure.from_record(json.loads(planned)), self._of(date, trip)).to_record()
        self._connection.execute(
            update(departures).where(*here).values(body=json.dumps(told, ensure_ascii=False), planned=planned)
        )
        self._changes.put("departure", f"{date}/{trip}", told, date)

    def _of(self, date: str, trip: str) -> list[StaffFact]:
        rows = self._connection.execute(
            select(staff_acts.c.bytes).where(
                staff_acts.c.station_id == self._station,
                staff_acts.c.service_date == date,
                staff_acts.c.trip == trip,
            )
        ).scalars()
        return [read_fact(signed) for signed in rows]
