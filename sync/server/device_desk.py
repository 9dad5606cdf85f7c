"""The console's desk for devices: codes to enrol them with, and the end of those that are given nothing more."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, update

from sync.server.changes import Changes
from sync.server.devices import Device, Kind, every_device, find_device, station_of, tell_devices
from sync.server.enrolment import keep_code, new_code
from sync.server.house import House
from sync.server.key_desk import KeyDesk
from sync.server.revocations import note_revoked
from sync.server.schema import devices
from tickets.errors import EnvironmentFault


class DeviceDesk:
    """One centre's."""

    def __init__(self, house: House, keys: KeyDesk) -> None:
        """The desk of an open centre; `keys` tells every terminal of a revocation."""
        self._house = house
        self._keys = keys

    def all(self) -> list[Device]:
        """Every device that was ever enrolled, by station and enrolment."""
        with self._house.read() as connection:
            return every_device(connection)

    def find(self, name: str) -> Device | None:
        """The enrolled device of this name, whatever its state."""
        with self._house.read() as connection:
            return find_device(connection, name)

    def new_code(self, kind: Kind, name: str, station: int | None = None) -> str:
        """A one-time code with which one device of this kind may enrol under this name; shown once, kept hashed.

        The station may be left out where there is only one. EnvironmentFault when it is needed, or not there.
        """
        house, known = self._house, self._house.station_numbers()
        chosen = known[0] if station is None and len(known) == 1 else station
        if chosen is None or chosen not in known:
            raise EnvironmentFault("this code needs a station", f"name one of {', '.join(map(str, known))}")
        code = new_code(house.settings.random)
        ends = house.now() + timedelta(minutes=house.policy.enrol_code_minutes)
        house.store.transact(
            "setup", lambda connection: keep_code(connection, chosen, code, kind, name, ends, house.now())
        )
        return code

    def retire(self, device: str) -> None:
        """Give a device nothing more; what it still reports is taken.

        EnvironmentFault when it is not enrolled, or revoked: what was stolen is never believed again.
        """
        self._set_state(device, "retired")

    def revoke(self, device: str) -> bool:
        """Stop believing a device: it is not heard any more, and a new trust list revokes its prefix everywhere.

        Tickets that it has reported stay valid. False when the root key is away: then terminals with a line hear of it
        by the centre's own word, and the list has yet to be signed. EnvironmentFault when it is not enrolled.
        """
        self._set_state(device, "revoked")
        with self._house.read() as connection:
            known = find_device(connection, device)
            listed = known is None or known.prefix in (None, *self._house.trust.newest(connection).revoked_prefixes)
        if not listed:
            return self._keys.publish()
        self._keys.tell_everywhere()
        return True

    def _set_state(self, device: str, state: str) -> None:
        house, station = self._house, station_of(device)
        if station is None or self.find(device) is None:
            raise EnvironmentFault(f"no device {device} is enrolled", "look its name up in its enrolment")

        def put(connection: Connection, changes: Changes) -> None:
            here = (devices.c.station_id == station, devices.c.device == device)
            known = find_device(connection, device)
            if known is not None and known.state == "revoked" and state != "revoked":
                raise EnvironmentFault(
                    f"{device} is revoked, and stays so", "nothing needs doing: it is given nothing and not heard"
                )
            if state == "revoked":
                note_revoked(house.settings.directory, device, None if known is None else known.prefix)
            connection.execute(update(devices).where(*here).values(state=state))
            tell_devices(connection, changes, station, house.now_ms())

        house.transact("setup", station, put)
