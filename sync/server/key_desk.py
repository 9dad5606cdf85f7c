"""The console's desk for trust: the list in force and the next one, the keys on it, the root, and staff's badges."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from sync.server.changes import Changes
from sync.server.house import House
from sync.server.key_files import change_root
from sync.server.key_rotation import ListedKey, announce, last_use, listed_keys, retire, switch
from sync.server.trust_lists import Badges, take_in, withdraw_from_next
from sync.server.upkeep import Upkeep
from tickets.errors import EnvironmentFault
from tickets.service_day import service_date
from tickets.trust import Badge, KeyUse, TrustList, sign_trust_list


class KeyDesk:
    """One centre's. What it changes is told to every station at once."""

    def __init__(self, house: House) -> None:
        """The desk of an open centre."""
        self._house = house

    # ------------------------------------------------------------------ the list

    def trust_list(self) -> TrustList:
        """The list in force."""
        with self._house.read() as connection:
            return self._house.trust.newest(connection)

    def publish(self, badges: Badges | None = None) -> bool:
        """Sign the next trust list, as it should be now, and tell every station. False where the root key is away.

        What a till needs to be believed by that list comes with it: a certificate by the key of now.
        """
        house = self._house
        house.load_keys()
        now, signed = house.now(), False
        for station in house.station_numbers():

            def act(connection: Connection, changes: Changes, station: int = station, signed: bool = signed) -> bool:
                timetable = house.timetable(connection, station)
                today = service_date(now, timetable.zone)
                upkeep = Upkeep(connection, changes, station, timetable, house.policy, now)
                upkeep.renew_certificates(house.signing(KeyUse.CERTIFICATE))
                done = signed or house.trust.sign(connection, now, today, badges)
                house.trust.tell(connection, changes, station, now)
                return done

            signed = house.transact("setup", station, act)
        return signed

    def tell_everywhere(self) -> None:
        """Tell every station the list in force, and what the centre itself says of devices."""
        house, now = self._house, self._house.now()
        for station in house.station_numbers():

            def tell(connection: Connection, changes: Changes, station: int = station) -> None:
                house.trust.tell(connection, changes, station, now)

            house.transact("setup", station, tell)

    def draft(self) -> bytes:
        """The next trust list as it should be, for the root elsewhere: signed by the LIST key, so that it is whole."""
        house = self._house
        house.load_keys()
        now, first = house.now(), house.station_numbers()[0]
        with house.read() as connection:
            today = service_date(now, house.timetable(connection, first).zone)
            return sign_trust_list(house.trust.drafted(connection, now, today), house.signing(KeyUse.LIST))

    def take_in(self, signed: bytes) -> TrustList:
        """Put a trust list in force that the root signed elsewhere. EnvironmentFault, saying why, if it must not be."""
        house = self._house
        house.load_keys()
        imported = house.transact(
            "setup",
            house.station_numbers()[0],
            lambda connection, _: take_in(
                connection, house.settings.directory, signed, house.keys, house.policy, house.now()
            ),
        )
        self.tell_everywhere()
        return imported

    # ------------------------------------------------------------------ keys

    def listed(self) -> list[ListedKey]:
        """The centre's online keys, and what each of them does now."""
        return listed_keys(self._house.settings.directory, self.trust_list())

    def announce(self, use: KeyUse) -> bool:
        """Make the next key of a use and name it on a new list. False where the root is away: it has to be signed."""
        announce(self._house.settings.directory, use)
        return self.publish()

    def switch(self, use: KeyUse, *, at_once: bool = False) -> bool:
        """Sign with the announced key of a use from now on; see `key_rotation.switch`."""
        switch(self._house.settings.directory, use, self.trust_list(), self._house.now(), at_once=at_once)
        return self.publish()

    def retire(self, use: KeyUse, *, at_once: bool = False) -> bool:
        """Take the former keys of a use off the list; see `key_rotation.retire`."""
        house, known = self._house, self.trust_list()

        def needed(switched: datetime) -> datetime | None:
            with house.read() as connection:
                return last_use(connection, switched) if use is KeyUse.TICKET else None

        retire(house.settings.directory, use, known, house.policy, house.now(), needed=needed, at_once=at_once)
        return self.publish()

    def change_root(self) -> None:
        """Make another root, which terminals follow by a link that the one before signs. EnvironmentFault when the root
        is away.
        """
        change_root(self._house.settings.directory, self._house.now())
        self.publish()

    # ------------------------------------------------------------------ badges

    def issue_badge(self, badge: Badge) -> None:
        """Let a badge count at every station from the next trust list on, which is signed now; the same number again
        takes the place of the former.

        EnvironmentFault when the root key is away.
        """
        if not self.publish(lambda old: (*(each for each in old if each.number != badge.number), badge)):
            raise EnvironmentFault("the root key is not on this machine", "bring root.pem back to sign a trust list")

    def withdraw_badge(self, number: str) -> bool:
        """Let a badge count no more. False when the root key is away: the next list leaves it out, and is to be signed.

        EnvironmentFault when there is none of this number.
        """
        if self.trust_list().badge(number) is None:
            raise EnvironmentFault(f"there is no badge {number}", "look its number up on the badge card")
        self._house.store.transact("setup", lambda connection: withdraw_from_next(connection, number))
        return self.publish()
