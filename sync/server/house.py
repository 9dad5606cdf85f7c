"""What all desks of a centre share: its store, its keys of now, its time, and one transaction for each request."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Final, TypeVar

from sqlalchemy import Connection, bindparam, select

from sync.server.changes import Changes
from sync.server.key_files import load_online_keys, public_root
from sync.server.schema import stations
from sync.server.settings import Policy, Settings
from sync.server.store import CentreStore
from sync.server.timetable import Timetable, read_timetable
from sync.server.trust_desk import TrustDesk
from tickets.keys import Algorithm, PublicKey, SigningKey
from tickets.trust import KeyUse

T = TypeVar("T")

_STATIONS: Final = select(stations.c.station_id)
_TIMETABLE: Final = select(stations.c.timetable).where(stations.c.station_id == bindparam("station"))


class House:
    """One open centre's. Safe to use from several threads."""

    def __init__(self, settings: Settings, policy: Policy, store: CentreStore) -> None:
        """Read the keys; EnvironmentFault when they cannot be used."""
        self.settings = settings
        self.policy = policy
        self.store = store
        self.load_keys()
        self.trust = TrustDesk(settings.directory, policy, lambda: self.keys)
        self.on_change: Callable[[], None] = lambda: None
        """Called after each commit that may have changed what terminals are told, in the thread that made it."""

    def load_keys(self) -> None:
        """Follow what another process did to `keys`, which the centre signs with, and to the `root` above them."""
        self.keys = load_online_keys(self.settings.directory)
        self.root = PublicKey(Algorithm.EDDSA, public_root(self.settings.directory))

    def signing(self, use: KeyUse) -> SigningKey:
        """The key that signs for this use now."""
        return self.keys.signing(use)

    def now(self) -> datetime:
        """The centre's time, which is the time by definition."""
        return self.settings.clock()

    def now_ms(self) -> int:
        """The same in ms since 1970."""
        return int(self.now().timestamp() * 1000)

    def read(self) -> AbstractContextManager[Connection]:
        """One read transaction: a single moment of the database."""
        return self.store.read()

    def transact(self, what: str, station: int, act: Callable[[Connection, Changes], T]) -> T:
        """What `act` answers, written as one, alone among the writers of this station (see `CentreStore.transact`)."""

        def alone(connection: Connection) -> T:
            changes = Changes(connection, station)
            answer = act(connection, changes)
            changes.save()
            return answer

        answer = self.store.transact(what, alone)
        self.on_change()
        return answer

    def station_numbers(self) -> list[int]:
        """The numbers of this centre's stations, in order."""
        with self.read() as connection:
            return sorted(connection.execute(_STATIONS).scalars())

    def timetable(self, connection: Connection, station: int) -> Timetable:
        """What this station runs by, as it is in this transaction."""
        kept = connection.execute(_TIMETABLE, {"station": station}).scalar_one()
        return read_timetable(kept, f"of station {station}")
