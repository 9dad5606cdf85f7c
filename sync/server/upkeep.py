"""What a station needs as time goes by: departures ahead, day keys turned, certificates renewed, old rows gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, delete, select, update

from sync.encoding import to_text
from sync.server.allotments import Allotments
from sync.server.changes import Changes
from sync.server.devices import active_tills
from sync.server.enrolment import certificate_for
from sync.server.horizon import drop_tombstones
from sync.server.rows import insert_rows
from sync.server.schema import counts, departures, devices, places, records, staff_acts, stations
from sync.server.schema_places import past_places, place_asks, seatings
from sync.server.settings import Policy
from sync.server.timetable import Timetable
from tickets.credential import certifier_of
from tickets.identity import DAY_KEY_BYTES
from tickets.keys import SigningKey
from tickets.service_day import service_date, service_day_bounds

_KNOWN: Final = select(departures.c.service_date, departures.c.trip).where(
    departures.c.station_id == bindparam("station"), departures.c.service_date >= bindparam("from_date")
)
_DAY_KEYS: Final = select(records.c.key, records.c.body).where(
    records.c.station_id == bindparam("station"), records.c.kind == "day_key"
)
_ENDS: Final = select(devices.c.certificate_ends_ms).where(
    devices.c.station_id == bindparam("station"), devices.c.device == bindparam("device")
)
_TIDIED: Final = select(stations.c.tidied).where(stations.c.station_id == bindparam("station"))


class Upkeep:
    """Brings one station up to date at `now`, inside one write transaction. Doing it again at once changes nothing."""

    def __init__(
        self,
        connection: Connection,
        changes: Changes,
        station: int,
        timetable: Timetable,
        policy: Policy,
        now: datetime,
    ) -> None:
        """Everything is judged by `now` and by the station's own time zone."""
        self._connection = connection
        self._changes = changes
        self._station = station
        self._timetable = timetable
        self._policy = policy
        self._now = now
        self.today = service_date(now, timetable.zone)

    def make_departures(self) -> None:
        """Make the departures of the horizon that do not exist yet, and share out their places.

        One that has left already exists under its name, whenever the timetable now says that it leaves.
        """
        start, end = self._timetable.horizon_at(self._now)
        first = service_date(start, self._timetable.zone).isoformat()
        known = {
            (row.service_date, row.trip)
            for row in self._connection.execute(_KNOWN, {"station": self._station, "from_date": first})
        }
        made = [
            departure
            for departure in self._timetable.departures(start, end)
            if (departure.service_date.isoformat(), departure.trip) not in known
        ]
        if not made:
            return
        rows = []
        for departure in made:
            body, date = departure.to_record(), departure.service_date.isoformat()
            row = {"station_id": self._station, "service_date": date, "trip": departure.trip}
            rows.append({**row, "departs_ms": body["departs_at"], "body": json.dumps(body, ensure_ascii=False)})
            self._changes.put("departure", f"{date}/{departure.trip}", body, date)
        insert_rows(self._connection, departures, rows)
        tills = [till.device for till in active_tills(self._connection, self._station)]
        Allotments(self._connection, self._changes, self._station).share_out(made, tills, self._policy)

    def turn_day_keys(self, random: Callable[[int], bytes]) -> None:
        """Make the keys of the coming service days, and destroy those of days that ended hours ago."""
        kept = {row.key: row.body for row in self._connection.execute(_DAY_KEYS, {"station": self._station})}
        for ahead in range(self._policy.day_keys_ahead_days + 1):
            day = (self.today + timedelta(days=ahead)).isoformat()
            if day not in kept:
                self._changes.put("day_key", day, {"service_date": day, "key": random(DAY_KEY_BYTES).hex()}, day)
        over = self._now - timedelta(hours=self._policy.day_key_destroyed_hours_after)
        for day, body in kept.items():
            _, end = service_day_bounds(datetime.fromisoformat(day).date(), self._timetable.zone)
            if body is not None and end <= over:
                self._changes.drop("day_key", day, day)

    def renew_certificates(self, key: SigningKey) -> None:
        """Certify the selling tills anew, under the same prefix: well before their certificates end, and at once when
        another key than `key` has signed them: it may be taken off the list.
        """
        soon = self._now + timedelta(days=self._policy.certificate_renewed_days_before)
        for till in active_tills(self._connection, self._station):
            its = {"station": self._station, "device": till.device}
            ends_ms = self._connection.execute(_ENDS, its).scalar_one()
            if till.till_key is None or till.prefix is None or till.certificate is None:
                continue
            if ends_ms > _ms(soon) and certifier_of(till.certificate) == key.public.kid:
                continue
            fresh = certificate_for(self._station, till.prefix, till.till_key, key, self._policy, self._now)
            here = (devices.c.station_id == self._station, devices.c.device == till.device)
            self._connection.execute(update(devices).where(*here).values(fresh))
            certificate = fresh["certificate"]
            assert isinstance(certificate, bytes), "certificate_for makes bytes"
            self._changes.put("certificate", till.device, {"certificate": to_text(certificate)})

    def drop_old_records(self) -> None:
        """Drop what belongs to departures of long ago from what terminals pull; the facts themselves stay here.

        Once a service day: it looks at every record of the station.
        """
        here, today = stations.c.station_id == self._station, self.today.isoformat()
        if self._connection.execute(_TIDIED, {"station": self._station}).scalar_one() == today:
            return
        self._connection.execute(update(stations).where(here).values(tidied=today))
        old = (self.today - timedelta(days=self._policy.records_kept_days)).isoformat()
        mine = records.c.station_id == self._station
        gone = self._connection.execute(
            select(records.c.kind, records.c.key, records.c.service_date).where(
                mine, records.c.service_date < old, records.c.body.is_not(None)
            )
        ).all()
        for row in gone:
            self._changes.drop(row.kind, row.key, row.service_date)
        drop_tombstones(self._connection, self._station, self.today, self._policy.tombstones_kept_days)
        for table in (departures, places, counts, staff_acts, past_places, place_asks, seatings):
            self._connection.execute(
                delete(table).where(table.c.station_id == self._station, table.c.service_date < old)
            )


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
