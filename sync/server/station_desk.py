"""The console's desk for stations: taking them in, changing their timetables, and what is due at them day by day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import Connection, insert, select

from sync.server.allotments import CENTRE
from sync.server.changes import Changes
from sync.server.database_away import AWAY
from sync.server.devices import tell_devices
from sync.server.enrolment import take_prefix
from sync.server.house import House
from sync.server.key_files import destroy_sealing_keys, make_office_token
from sync.server.new_timetable import TimetableChange, differences, take_place
from sync.server.places.coaches import Coaches
from sync.server.revocations import revoke_again
from sync.server.schema import stations
from sync.server.timetable import Timetable, read_timetable
from sync.server.upkeep import Upkeep
from tickets.errors import EnvironmentFault
from tickets.trust import KeyUse


class StationDesk:
    """One centre's."""

    def __init__(self, house: House) -> None:
        """The desk of an open centre."""
        self._house = house
        self._upkept_through = 0

    def timetables(self) -> dict[int, Timetable]:
        """The stations of this centre and their timetables."""
        with self._house.read() as connection:
            rows = connection.execute(select(stations.c.station_id, stations.c.timetable)).all()
        return {row.station_id: read_timetable(row.timetable, f"of station {row.station_id}") for row in rows}

    def add(self, timetable: Timetable) -> None:
        """Take a station in. EnvironmentFault when there is one of this number already."""
        house, station = self._house, timetable.station.code
        now = house.now()
        if station in house.station_numbers():
            raise EnvironmentFault(f"station {station} is there already", "give the new station another number")

        def take_station(connection: Connection) -> None:
            row = {"station_id": station, "timetable": timetable.model_dump_json(), "last_change": 0}
            connection.execute(insert(stations), [row])
            take_prefix(connection, station, CENTRE, house.settings.random, now)
            changes = Changes(connection, station)
            changes.put("station", "", timetable.station.model_dump(mode="json"))
            for stop in timetable.stops:
                changes.put("stop", str(stop.id), stop.model_dump(mode="json"))
            self._bring_up_to_date(connection, changes, timetable, now)
            changes.save()

        house.store.transact("setup", take_station)
        make_office_token(house.settings.directory, station, house.settings.random)

    def change_timetable(
        self, timetable: Timetable, *, accept: bool = False, partial: bool = False, dry_run: bool = False
    ) -> TimetableChange:
        """Let a station run by another timetable (see `new_timetable`), or take the station in if it is new.

        Not done where people with tickets would have to be told and `accept` is false. `partial`: it is of a feed with
        errors. `dry_run` only says what would change.
        """
        house, station = self._house, timetable.station.code
        now = house.now()
        if station not in house.station_numbers():
            if not dry_run:
                self.add(timetable)
            return TimetableChange(differences=(), done=not dry_run)
        if dry_run:
            with house.read() as connection:
                found = differences(connection, station, timetable, now, partial=partial)
                return TimetableChange(differences=found, done=False)

        def take(connection: Connection, changes: Changes) -> TimetableChange:
            change = take_place(connection, changes, station, timetable, now, accept=accept, partial=partial)
            if change.done:
                self._bring_up_to_date(connection, changes, timetable, now)
                coaches = Coaches(connection, changes, station, house.policy, house.now_ms())
                for each in change.differences:
                    coaches.settle(each.service_date, each.trip)
            return change

        return house.transact("setup", station, take)

    def upkeep(self, most: int | None = None) -> None:
        """Do what is due at every station (see `upkeep`), and destroy sealing keys that are past their time.

        At `most` so many stations at once, where there are more: those whose turn it is. What goes wrong at one does
        not keep the others waiting: all of it is raised at the end, as one ExceptionGroup.
        """
        house = self._house
        house.load_keys()
        now = house.now()
        wrong: dict[int, Exception] = {}
        for station in self._next_in_turn(most):

            def bring_up_to_date(connection: Connection, changes: Changes, station: int = station) -> date:
                timetable = house.timetable(connection, station)  # as it is now that nobody else changes it
                return self._bring_up_to_date(connection, changes, timetable, now).today

            try:
                today = house.transact("upkeep", station, bring_up_to_date)
            except AWAY:
                raise
            except Exception as error:
                wrong[station] = error
            else:
                destroy_sealing_keys(house.settings.directory, today - timedelta(days=house.policy.sealing_kept_days))
        if wrong:
            raise ExceptionGroup(f"no upkeep at station {', '.join(map(str, wrong))}", list(wrong.values()))

    def _next_in_turn(self, most: int | None) -> list[int]:
        numbers = self._house.station_numbers()
        if most is None or len(numbers) <= most:
            return numbers
        later = [number for number in numbers if number > self._upkept_through]
        chosen = [*later, *numbers][:most]
        self._upkept_through = chosen[-1]
        return chosen

    def _bring_up_to_date(
        self, connection: Connection, changes: Changes, timetable: Timetable, now: datetime
    ) -> Upkeep:
        house, station = self._house, timetable.station.code
        upkeep = Upkeep(connection, changes, station, timetable, house.policy, now)
        house.trust.sign_if_due(connection, now, upkeep.today)
        revoke_again(connection, house.settings.directory, station, house.trust.revoked(connection))
        upkeep.make_departures()
        upkeep.turn_day_keys(house.settings.random)
        upkeep.renew_certificates(house.signing(KeyUse.CERTIFICATE))
        upkeep.drop_old_records()
        tell_devices(connection, changes, station, house.now_ms())
        house.trust.tell(connection, changes, station, now)
        return upkeep
