"""The reference centre as an object: everything that a terminal, the office or a technician can ask of it.

What the console asks has desks of its own (`keys`, `devices`, `stations`), and so have journals (`pushes`) and money
(`payments`). HTTP is in `app`; nothing here knows of it but the status that goes with a refusal.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from types import TracebackType
from typing import Self

from sqlalchemy import Connection

from sync.server import changes as changed
from sync.server import digests
from sync.server.access import Access, key_days_not_noted, list_accesses, note_keys, note_opening
from sync.server.accounts import accounts
from sync.server.bodies import find_ticket
from sync.server.changes import Changes, CursorOfAnother, Page
from sync.server.device_desk import DeviceDesk
from sync.server.devices import Device, station_of
from sync.server.enrol_desk import EnrolDesk
from sync.server.house import House
from sync.server.incidents import Incident, list_incidents
from sync.server.invoices import InvoicePage, find_invoice, name_buyer, stop_names
from sync.server.key_desk import KeyDesk
from sync.server.key_files import office_token
from sync.server.office import NO_PLACE_LEFT, NotDone, Office, Sold
from sync.server.payments.desk import PaymentDesk
from sync.server.payments.sandbox import BOOKS, Sandbox
from sync.server.places.added import add_departure
from sync.server.places.coaches import Coaches, read_seating
from sync.server.places.giving import Giving
from sync.server.push_desk import PushDesk
from sync.server.refusing import Refusal as Refusal
from sync.server.renewal import renew, too_late
from sync.server.settings import Policy, Settings
from sync.server.snapshots import Snapshots, Unmade
from sync.server.station_desk import StationDesk
from sync.server.store import CentreStore, open_database
from sync.server.taking_back import take_back
from sync.server.ticket_money import ticket_money
from sync.server.travellers import Traveller, day_key_of, travellers
from sync.wire.digest import DigestAnswer, DigestDiffers
from sync.wire.enrolment import EnrolAnswer, EnrolRequest, RenewRequest
from sync.wire.money import OfficeAccounts, TicketMoney, UseAnswer, UseAsk
from sync.wire.office import OfficeSale
from sync.wire.places import OfficeDeparture, OfficeSeating, PlacesAnswer, PlacesAsk
from sync.wire.snapshot import BESIDES, SnapshotAnswer, snapshot_message
from tickets.departures import Departure
from tickets.keys import PublicKey
from tickets.time_token import sign_time
from tickets.trust import KeyUse


class Centre:
    """An open centre. Safe to use from several threads; close it, or use it as a context."""

    def __init__(self, house: House) -> None:
        """Use `open`."""
        self.house = house
        self.keys = KeyDesk(house)
        self.devices = DeviceDesk(house, self.keys)
        self.stations = StationDesk(house)
        self.pushes = PushDesk(house)
        self._enrolling = EnrolDesk(house)
        self.sandbox = _sandbox(house)
        self.payments = PaymentDesk(house.store, self.sandbox, house.now_ms)
        self.snapshots = Snapshots(
            house.settings.directory / "snapshots",
            house.store.instance,
            house.read,
            house.now_ms,
            house.settings.random,
            house.policy.snapshot_from_records,
        )

    @classmethod
    def open(cls, settings: Settings, *, new: bool = False) -> Self:
        """Open the centre of a directory, or a `new` one. EnvironmentFault when there is none or it cannot be used."""
        policy = Policy.load(settings.directory)
        database = open_database(settings.directory, settings.database or policy.database, new=new)
        store = CentreStore(database, settings.probe, settings.random, settings.sleep)
        try:
            return cls(House(settings, policy, store))
        except Exception:
            store.close()
            raise

    def close(self) -> None:
        """Close the database."""
        self.snapshots.close()
        if self.sandbox is not None:
            self.sandbox.close()
        self.house.store.close()

    def __enter__(self) -> Self:
        """The centre itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    # ------------------------------------------------------------------ the centre's own console

    def incidents(self, station: int) -> list[Incident]:
        """Every incident of a station, oldest first."""
        with self.house.read() as connection:
            return list_incidents(connection, station)

    def open_identities(self, station: int, service_date: str, trip: str, *, who: str, why: str) -> list[Traveller]:
        """Who travels on a departure, which is written down first: by whom and why it was asked.

        EnvironmentFault when the key of that day is not here.
        """
        private = day_key_of(self.house.settings.directory, service_date)
        access_id, departure = self.house.settings.random(16).hex(), f"{service_date}/{trip}"
        self.house.transact(
            "setup",
            station,
            lambda connection, _: note_opening(
                connection, station, access_id, self.house.now_ms(), departure[:40], who, why
            ),
        )
        with self.house.read() as connection:
            return travellers(connection, station, service_date, trip, private)

    def accesses(self, station: int) -> list[Access]:
        """Who was given what of a station's people's data, oldest first."""
        with self.house.read() as connection:
            return list_accesses(connection, station)

    # ------------------------------------------------------------------ terminals

    def enrol(self, asked: EnrolRequest, address: str) -> EnrolAnswer | Refusal:
        """Enrol a device that proves its one-time code; `address` is whose wrong tries are counted."""
        return self._enrolling.enrol(asked, address)

    def renew(self, device: Device, signed_with: PublicKey, asked: RenewRequest) -> bytes | Refusal:
        """A device's new certificate; see `renewal.renew`."""
        key, policy, now = self.house.signing(KeyUse.CERTIFICATE), self.house.policy, self.house.now()
        return self.house.transact(
            "renew",
            device.station,
            lambda connection, changes: renew(connection, changes, device, signed_with, asked, key, policy, now),
        )

    def too_late(self, device: Device) -> bool:
        """Whether a device's certificate ended so long ago that it must be enrolled anew."""
        return too_late(device, self.house.policy, self.house.now())

    def pull(self, device: Device, cursor: str, limit: int) -> Page | Refusal:
        """The records of the device's own station that changed since `cursor`."""
        try:
            with self.house.read() as connection:
                page = changed.page(connection, device.station, self.house.store.instance, cursor, limit)
        except CursorOfAnother:
            return Refusal(
                status=410,
                what="this cursor is not one of ours, or too old",
                hint="take everything anew: by /v1/sync/snapshot, or without a cursor",
            )
        self._note_keys(device, [each.key for each in page.records if each.kind == "day_key" and each.body is not None])
        return page

    def latest_changes(self, of: Collection[int]) -> dict[int, int]:
        """The number of the latest change of each of these stations."""
        with self.house.read() as connection:
            return changed.latest_changes(connection, of)

    def snapshot(self, device: Device) -> SnapshotAnswer | Unmade:
        """The newest snapshot of the device's own station, described and signed."""
        made = self.snapshots.newest(device.station)
        if isinstance(made, Unmade):
            return made
        with self.house.read() as connection:
            besides = changed.records_of(connection, device.station, BESIDES)
        self._note_keys(device, [each.key for each in besides if each.kind == "day_key" and each.body is not None])
        answer = SnapshotAnswer(
            station=made.station,
            id=made.id,
            size=made.size,
            sha256=bytes.fromhex(made.sha256),
            cursor=made.cursor,
            records=made.records,
            made_at=made.made_ms,
            signature=bytes(64),
            besides=tuple(besides),
        )
        signature = self.house.signing(KeyUse.LIST).sign(snapshot_message(answer))
        return answer.model_copy(update={"signature": signature})

    def digest(self, device: Device, service_date: str, trip: str, epoch: str | None) -> DigestAnswer:
        """What is counted here of a departure of the device's own station."""
        with self.house.read() as connection:
            return digests.count(connection, device, service_date, trip, epoch)

    def digest_differs(self, device: Device, said: DigestDiffers) -> DigestAnswer:
        """Count again, and note an incident of what differs from what the device counts."""
        return self.house.transact(
            "setup",
            device.station,
            lambda connection, _: digests.note_difference(connection, device, said, self.house.now_ms()),
        )

    def ask_use(self, device: Device, asked: UseAsk) -> UseAnswer:
        """Whether this till may take a ticket back; granted once, the use is its own for ever."""
        return self.house.transact(
            "use",
            device.station,
            lambda connection, changes: take_back(connection, changes, device, asked, self.house.now_ms()),
        )

    def ask_places(self, device: Device, asked: PlacesAsk) -> PlacesAnswer | NotDone:
        """Places that this till wants and does not have: all that it asks for, or none."""
        return self.house.transact(
            "places",
            device.station,
            lambda connection, changes: self._giving(connection, changes, device.station).ask(device, asked),
        )

    def ticket_money(self, station: int, number: str) -> TicketMoney | None:
        """How a ticket of this station was paid; None for one that is not known here."""
        with self.house.read() as connection:
            return ticket_money(connection, station, number)

    def time(self, nonce: bytes) -> bytes:
        """A signed token of the centre's time for this nonce."""
        return sign_time(self.house.now_ms(), nonce, self.house.signing(KeyUse.TIME))

    # ------------------------------------------------------------------ the office

    def office_of(self, token: str) -> int | None:
        """The station whose web channel has this token, or None."""
        station = station_of(token)
        if station is None or station not in self.house.station_numbers():
            return None
        right = office_token(self.house.settings.directory, station)
        return station if hmac.compare_digest(right.encode("utf-8"), token.encode("utf-8")) else None

    def sell(self, station: int, sale: OfficeSale) -> Sold | NotDone:
        """Sell a place of the web's own, with a ticket signed by the centre."""

        def sell(connection: Connection, changes: Changes) -> Sold | NotDone:
            sold = Office(connection, changes, station, self.house.now()).sell(
                sale,
                self.house.signing(KeyUse.TICKET),
                self.house.trust.newest(connection),
                self.house.policy.ticket_hours_after_departure,
                self.house.settings.random,
            )
            if sold is NO_PLACE_LEFT:
                self._giving(connection, changes, station).somebody_waits(sale.service_date, sale.trip)
            return sold

        return self.house.transact("sale", station, sell)

    def add_departure(self, station: int, asked: OfficeDeparture) -> Departure | NotDone:
        """Let another coach of this station go."""
        return self.house.transact(
            "departure",
            station,
            lambda connection, changes: add_departure(
                connection, changes, station, self.house.timetable(connection, station), self.house.policy, asked
            ),
        )

    def seating(self, station: int, date: str, trip: str) -> OfficeSeating:
        """Who sits elsewhere than the ticket says on a coach of this station."""
        with self.house.read() as connection:
            return read_seating(connection, station, date, trip)

    def refund(self, station: int, number: str) -> NotDone | None:
        """Refund a ticket of this station that nobody has travelled on."""

        def refund(connection: Connection, changes: Changes) -> NotDone | None:
            refused = Office(connection, changes, station, self.house.now()).refund(number)
            ticket = find_ticket(connection, station, number)
            if refused is None and ticket is not None:
                coaches = Coaches(connection, changes, station, self.house.policy, self.house.now_ms())
                coaches.put_right({(ticket.service_date, ticket.trip)})
            return refused

        return self.house.transact("refund", station, refund)

    def accounts(self, station: int) -> OfficeAccounts:
        """A station's money, and whether it adds up."""
        with self.house.read() as connection:
            return accounts(connection, station)

    # ------------------------------------------------------------------ passengers' phones

    def stop_names(self) -> dict[int, tuple[str, str]]:
        """The places that tickets name by number, in Chinese and English."""
        with self.house.read() as connection:
            return stop_names(connection)

    def invoice(self, token: str) -> InvoicePage | None:
        """What is known of the invoice with this token; None when it is not known (yet)."""
        with self.house.read() as connection:
            return find_invoice(connection, token)

    def name_buyer(self, token: str, buyer: str, tax_id: str | None) -> None:
        """Say who an invoice is for, as long as it is not issued."""
        self.house.store.transact("invoice", lambda connection: name_buyer(connection, token, buyer, tax_id))

    # ------------------------------------------------------------------ within

    def _giving(self, connection: Connection, changes: Changes, station: int) -> Giving:
        return Giving(connection, changes, station, self.house.policy, self.house.now_ms())

    def _note_keys(self, device: Device, days: list[str]) -> None:
        """Write down that a device is given these days' keys, before it is."""
        if not days:
            return
        house, station, name = self.house, device.station, device.device
        with house.read() as connection:
            if not key_days_not_noted(connection, station, name, days):
                return
        house.transact(
            "setup", station, lambda connection, _: note_keys(connection, station, name, days, house.now_ms())
        )


def _sandbox(house: House) -> Sandbox | None:
    """The payment provider that the policy names, if it names one."""
    if house.policy.payment_provider != "sandbox":
        return None
    return Sandbox(house.settings.directory / BOOKS, house.now_ms, sleep=house.settings.sleep)
