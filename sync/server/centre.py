"""The reference centre as an object: everything that a terminal, the office or a technician can ask of it.

It holds the store and the keys and gives each request one transaction. HTTP is in `app`; nothing here knows of it
but the status that goes with a refusal.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timedelta
from types import TracebackType
from typing import Final, Self, TypeVar
from uuid import UUID

from sqlalchemy import Connection, bindparam, insert, select, update

from sync.server import changes as changed
from sync.server import digests
from sync.server.access import Access, key_days_not_noted, list_accesses, note_keys, note_opening
from sync.server.accounts import accounts
from sync.server.allotments import CENTRE
from sync.server.bodies import find_ticket
from sync.server.changes import Changes, CursorOfAnother, Page
from sync.server.database_away import AWAY
from sync.server.devices import Device, Kind, every_device, find_device, station_of, tell_devices
from sync.server.enrol_desk import EnrolDesk, EnrolPorts
from sync.server.enrolment import keep_code, new_code, take_prefix
from sync.server.incidents import Incident, list_incidents
from sync.server.invoices import InvoicePage, find_invoice, name_buyer, stop_names
from sync.server.keeping import Forked, Gap, Kept, NotYours, chained, keep, kept_so_far
from sync.server.key_files import (
    change_root,
    destroy_sealing_keys,
    load_online_keys,
    make_office_token,
    office_token,
    public_root,
)
from sync.server.key_rotation import ListedKey, announce, last_use, listed_keys, retire, switch
from sync.server.new_timetable import TimetableChange, differences, take_place
from sync.server.office import NO_PLACE_LEFT, NotDone, Office, Sold
from sync.server.payments.desk import PaymentDesk
from sync.server.payments.sandbox import BOOKS, Sandbox
from sync.server.places.added import add_departure
from sync.server.places.coaches import Coaches, read_seating
from sync.server.places.giving import Giving
from sync.server.refusing import Refusal as Refusal
from sync.server.renewal import renew, too_late
from sync.server.revocations import note_revoked, revoke_again
from sync.server.schema import devices, stations
from sync.server.settings import Policy, Settings
from sync.server.snapshots import Snapshots, Unmade
from sync.server.staff_acts import StaffActs
from sync.server.store import CentreStore, open_database
from sync.server.taking_back import take_back
from sync.server.ticket_money import ticket_money
from sync.server.timetable import Timetable, read_timetable
from sync.server.travellers import Traveller, day_key_of, travellers
from sync.server.trust_desk import TrustDesk
from sync.server.trust_lists import Badges, take_in, withdraw_from_next
from sync.server.upkeep import Upkeep
from sync.wire import EnrolAnswer, EnrolRequest, OfficeSale, PushAnswer, PushBatch, PushResult, RenewRequest
from sync.wire_digest import DigestAnswer, DigestDiffers
from sync.wire_money import OfficeAccounts, TicketMoney, UseAnswer, UseAsk
from sync.wire_places import OfficeDeparture, OfficeSeating, PlacesAnswer, PlacesAsk
from sync.wire_relay_up import AskedJournal, KeptJournal
from sync.wire_snapshot import BESIDES, SnapshotAnswer, snapshot_message
from tickets.departures import Departure
from tickets.errors import EnvironmentFault
from tickets.events import head_message, receipt_message
from tickets.keys import Algorithm, PublicKey
from tickets.service_day import service_date
from tickets.staff import StaffFact
from tickets.time_token import sign_time
from tickets.trust import Badge, KeyUse, TrustList, sign_trust_list

_log = logging.getLogger("waystation.centre")

T = TypeVar("T")

_STATIONS: Final = select(stations.c.station_id)
_TIMETABLE: Final = select(stations.c.timetable).where(stations.c.station_id == bindparam("station"))


class Centre:
    """An open centre. Safe to use from several threads; close it, or use it as a context."""

    def __init__(self, settings: Settings, policy: Policy, store: CentreStore) -> None:
        """Use `open`."""
        self._settings = settings
        self._policy = policy
        self._store = store
        self._keys = load_online_keys(settings.directory)
        self._root = PublicKey(Algorithm.EDDSA, public_root(settings.directory))
        self._instance = store.instance
        ports = EnrolPorts(
            read=store.read,
            transact=self._transact,
            write=store.transact,
            certificate_key=lambda: self._keys.signing(KeyUse.CERTIFICATE),
            root=lambda: self._root,
        )
        self._enrolling = EnrolDesk(settings, policy, ports)
        self.sandbox = _sandbox(settings, policy)
        self.payments = PaymentDesk(store, self.sandbox, self._now_ms)
        self._trust = TrustDesk(settings.directory, policy, lambda: self._keys)
        self.snapshots = Snapshots(
            settings.directory / "snapshots",
            self._instance,
            store.read,
            self._now_ms,
            settings.random,
            policy.snapshot_from_records,
        )
        self.on_change: Callable[[], None] = lambda: None
        """Called after each commit that may have changed what terminals are told, in the thread that made it."""
        self._upkept_through = 0

    @classmethod
    def open(cls, settings: Settings, *, new: bool = False) -> Self:
        """Open the centre of a directory, or a `new` one. EnvironmentFault when there is none or it cannot be used."""
        policy = Policy.load(settings.directory)
        database = open_database(settings.directory, settings.database or policy.database, new=new)
        store = CentreStore(database, settings.probe, settings.random, settings.sleep)
        try:
            return cls(settings, policy, store)
        except Exception:
            store.close()
            raise

    def close(self) -> None:
        """Close the database."""
        self.snapshots.close()
        if self.sandbox is not None:
            self.sandbox.close()
        self._store.close()

    def __enter__(self) -> Self:
        """The centre itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def now(self) -> datetime:
        """The centre's time, which is the time by definition."""
        return self._settings.clock()

    # ------------------------------------------------------------------ the centre's own console

    def add_station(self, timetable: Timetable) -> None:
        """Take a station in. EnvironmentFault when there is one of this number already."""
        station, now = timetable.station.code, self.now()
        if station in self.stations():
            raise EnvironmentFault(f"station {station} is there already", "give the new station another number")

        def take_station(connection: Connection) -> None:
            row = {"station_id": station, "timetable": timetable.model_dump_json(), "last_change": 0}
            connection.execute(insert(stations), [row])
            take_prefix(connection, station, CENTRE, self._settings.random, now)
            changes = Changes(connection, station)
            changes.put("station", "", timetable.station.model_dump(mode="json"))
            for stop in timetable.stops:
                changes.put("stop", str(stop.id), stop.model_dump(mode="json"))
            self._bring_up_to_date(connection, changes, timetable, now)
            changes.save()

        self._store.transact("setup", take_station)
        make_office_token(self._settings.directory, station, self._settings.random)

    def change_timetable(
        self, timetable: Timetable, *, accept: bool = False, partial: bool = False, dry_run: bool = False
    ) -> TimetableChange:
        """Let a station run by another timetable (see `new_timetable`), or take the station in if it is new.

        Not done where people with tickets would have to be told and `accept` is false. `partial`: it is of a feed with
        errors. `dry_run` only says what would change.
        """
        station, now = timetable.station.code, self.now()
        if station not in self.stations():
            if not dry_run:
                self.add_station(timetable)
            return TimetableChange(differences=(), done=not dry_run)
        if dry_run:
            with self._store.read() as connection:
                found = differences(connection, station, timetable, now, partial=partial)
                return TimetableChange(differences=found, done=False)

        def take(connection: Connection, changes: Changes) -> TimetableChange:
            change = take_place(connection, changes, station, timetable, now, accept=accept, partial=partial)
            if change.done:
                self._bring_up_to_date(connection, changes, timetable, now)
                coaches = Coaches(connection, changes, station, self._policy, self._now_ms())
                for each in change.differences:
                    coaches.settle(each.service_date, each.trip)
            return change

        return self._transact("setup", station, take)

    def stations(self) -> dict[int, Timetable]:
        """The stations of this centre and their timetables."""
        with self._store.read() as connection:
            rows = connection.execute(select(stations.c.station_id, stations.c.timetable)).all()
        return {row.station_id: read_timetable(row.timetable, f"of station {row.station_id}") for row in rows}

    def upkeep(self, most: int | None = None) -> None:
        """Do what is due at every station (see `upkeep`), and destroy sealing keys that are past their time.

        At `most` so many stations at once, where there are more: those whose turn it is. What goes wrong at one does
        not keep the others waiting: all of it is raised at the end, as one ExceptionGroup.
        """
        self._load_keys()
        now = self.now()
        wrong: dict[int, Exception] = {}
        for station in self._next_in_turn(most):

            def bring_up_to_date(connection: Connection, changes: Changes, station: int = station) -> date:
                timetable = self._timetable(connection, station)  # as it is now that nobody else changes it
                return self._bring_up_to_date(connection, changes, timetable, now).today

            try:
                today = self._transact("upkeep", station, bring_up_to_date)
            except AWAY:
                raise
            except Exception as error:
                wrong[station] = error
            else:
                destroy_sealing_keys(self._settings.directory, today - timedelta(days=self._policy.sealing_kept_days))
        if wrong:
            raise ExceptionGroup(f"no upkeep at station {', '.join(map(str, wrong))}", list(wrong.values()))

    def new_code(self, kind: Kind, name: str, station: int | None = None) -> str:
        """A one-time code with which one device of this kind may enrol under this name; shown once, kept hashed.

        The station may be left out where there is only one. EnvironmentFault when it is needed, or not there.
        """
        known = list(self.stations())
        chosen = known[0] if station is None and len(known) == 1 else station
        if chosen not in known:
            raise EnvironmentFault("this code needs a station", f"name one of {', '.join(map(str, known))}")
        code = new_code(self._settings.random)
        ends = self.now() + timedelta(minutes=self._policy.enrol_code_minutes)
        self._store.transact(
            "setup", lambda connection: keep_code(connection, chosen, code, kind, name, ends, self.now())
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
        with self._store.read() as connection:
            known = find_device(connection, device)
            listed = known is None or known.prefix in (None, *self._trust.newest(connection).revoked_prefixes)
        return self._tell_everywhere() if listed else self.publish()

    def devices(self) -> list[Device]:
        """Every device that was ever enrolled, by station and enrolment."""
        with self._store.read() as connection:
            return every_device(connection)

    def issue_badge(self, badge: Badge) -> None:
        """Let a badge count at every station from the next trust list on, which is signed now; the same number again
        takes the place of the former.

        EnvironmentFault when the root key is away.
        """
        self._publish_badges(lambda old: (*(each for each in old if each.number != badge.number), badge))

    def withdraw_badge(self, number: str) -> bool:
        """Let a badge count no more. False when the root key is away: the next list leaves it out, and is to be signed.

        EnvironmentFault when there is none of this number.
        """
        if self.trust_list().badge(number) is None:
            raise EnvironmentFault(f"there is no badge {number}", "look its number up on the badge card")
        self._store.transact("setup", lambda connection: withdraw_from_next(connection, number))
        return self.publish()

    def _publish_badges(self, badges: Badges) -> None:
        if not self.publish(badges):
            raise EnvironmentFault("the root key is not on this machine", "bring root.pem back to sign a trust list")

    # ------------------------------------------------------------------ the trust list and its keys

    def trust_list(self) -> TrustList:
        """The list in force."""
        with self._store.read() as connection:
            return self._trust.newest(connection)

    def publish(self, badges: Badges | None = None) -> bool:
        """Sign the next trust list, as it should be now, and tell every station. False where the root key is away.

        What a till needs to be believed by that list comes with it: a certificate by the key of now.
        """
        self._load_keys()
        now, signed = self.now(), False
        for station in self.stations():

            def act(connection: Connection, changes: Changes, station: int = station, signed: bool = signed) -> bool:
                timetable = self._timetable(connection, station)
                today = service_date(now, timetable.zone)
                upkeep = Upkeep(connection, changes, station, timetable, self._policy, now)
                upkeep.renew_certificates(self._keys.signing(KeyUse.CERTIFICATE))
                done = signed or self._trust.sign(connection, now, today, badges)
                self._trust.tell(connection, changes, station, now)
                return done

            signed = self._transact("setup", station, act)
        return signed

    def _tell_everywhere(self) -> bool:
        now = self.now()
        for station in self.stations():

            def tell(connection: Connection, changes: Changes, station: int = station) -> None:
                self._trust.tell(connection, changes, station, now)

            self._transact("setup", station, tell)
        return True

    def draft_list(self) -> bytes:
        """The next trust list as it should be, for the root elsewhere: signed by the LIST key, so that it is whole."""
        self._load_keys()
        now = self.now()
        with self._store.read() as connection:
            station = min(connection.execute(select(stations.c.station_id)).scalars())
            today = service_date(now, self._timetable(connection, station).zone)
            return sign_trust_list(self._trust.drafted(connection, now, today), self._keys.signing(KeyUse.LIST))

    def import_list(self, signed: bytes) -> TrustList:
        """Put a trust list in force that the root signed elsewhere. EnvironmentFault, saying why, if it must not be."""
        self._load_keys()
        first, directory = min(self.stations()), self._settings.directory
        imported = self._transact(
            "setup",
            first,
            lambda connection, _: take_in(connection, directory, signed, self._keys, self._policy, self.now()),
        )
        self._tell_everywhere()
        return imported

    def listed_keys(self) -> list[ListedKey]:
        """The centre's online keys, and what each of them does now."""
        return listed_keys(self._settings.directory, self.trust_list())

    def announce_key(self, use: KeyUse) -> bool:
        """Make the next key of a use and name it on a new list. False where the root is away: it has to be signed."""
        announce(self._settings.directory, use)
        return self.publish()

    def switch_key(self, use: KeyUse, *, at_once: bool = False) -> bool:
        """Sign with the announced key of a use from now on; see `key_rotation.switch`."""
        switch(self._settings.directory, use, self.trust_list(), self.now(), at_once=at_once)
        return self.publish()

    def retire_key(self, use: KeyUse, *, at_once: bool = False) -> bool:
        """Take the former keys of a use off the list; see `key_rotation.retire`."""
        directory, known = self._settings.directory, self.trust_list()

        def needed(switched: datetime) -> datetime | None:
            with self._store.read() as connection:
                return last_use(connection, switched) if use is KeyUse.TICKET else None

        retire(directory, use, known, self._policy, self.now(), needed=needed, at_once=at_once)
        return self.publish()

    def change_root(self) -> None:
        """Make another root, which terminals follow by a link that the one before signs. EnvironmentFault when the root
        is away.
        """
        change_root(self._settings.directory, self.now())
        self.publish()

    def _load_keys(self) -> None:
        """Follow what another process did to the keys."""
        self._keys = load_online_keys(self._settings.directory)
        self._root = PublicKey(Algorithm.EDDSA, public_root(self._settings.directory))

    def _set_state(self, device: str, state: str) -> None:
        station = station_of(device)
        if station is None or self.device(device) is None:
            raise EnvironmentFault(f"no device {device} is enrolled", "look its name up in its enrolment")

        def put(connection: Connection, changes: Changes) -> None:
            here = (devices.c.station_id == station, devices.c.device == device)
            known = find_device(connection, device)
            if known is not None and known.state == "revoked" and state != "revoked":
                raise EnvironmentFault(
                    f"{device} is revoked, and stays so", "nothing needs doing: it is given nothing and not heard"
                )
            if state == "revoked":
                note_revoked(self._settings.directory, device, None if known is None else known.prefix)
            connection.execute(update(devices).where(*here).values(state=state))
            tell_devices(connection, changes, station, self._now_ms())

        self._transact("setup", station, put)

    def incidents(self, station: int) -> list[Incident]:
        """Every incident of a station, oldest first."""
        with self._store.read() as connection:
            return list_incidents(connection, station)

    def open_identities(self, station: int, service_date: str, trip: str, *, who: str, why: str) -> list[Traveller]:
        """Who travels on a departure, which is written down first: by whom and why it was asked.

        EnvironmentFault when the key of that day is not here.
        """
        private = day_key_of(self._settings.directory, service_date)
        access_id, departure = self._settings.random(16).hex(), f"{service_date}/{trip}"
        self._transact(
            "setup",
            station,
            lambda connection, _: note_opening(
                connection, station, access_id, self._now_ms(), departure[:40], who, why
            ),
        )
        with self._store.read() as connection:
            return travellers(connection, station, service_date, trip, private)

    def accesses(self, station: int) -> list[Access]:
        """Who was given what of a station's people's data, oldest first."""
        with self._store.read() as connection:
            return list_accesses(connection, station)

    # ------------------------------------------------------------------ terminals

    def enrol(self, asked: EnrolRequest, address: str) -> EnrolAnswer | Refusal:
        """Enrol a device that proves its one-time code; `address` is whose wrong tries are counted."""
        return self._enrolling.enrol(asked, address)

    def renew(self, device: Device, signed_with: PublicKey, asked: RenewRequest) -> bytes | Refusal:
        """A device's new certificate; see `renewal.renew`."""
        key, policy, now = self._keys.signing(KeyUse.CERTIFICATE), self._policy, self.now()
        return self._transact(
            "renew",
            device.station,
            lambda connection, changes: renew(connection, changes, device, signed_with, asked, key, policy, now),
        )

    def too_late(self, device: Device) -> bool:
        """Whether a device's certificate ended so long ago that it must be enrolled anew."""
        return too_late(device, self._policy, self.now())

    def device(self, name: str) -> Device | None:
        """The enrolled device of this name, whatever its state."""
        with self._store.read() as connection:
            return find_device(connection, name)

    def push(self, device: Device, batch: PushBatch) -> PushAnswer | Refusal:
        """Keep a batch of `device`'s journal (see `keeping`); the same batch gets the same answer for ever."""
        epoch, hashes = UUID(batch.epoch), chained(batch)
        last = batch.first_seq + len(batch.events) - 1
        if (batch.head.seq, batch.head.hash) != (last, hashes[-1]):
            return Refusal(
                status=400,
                what="the batch does not end at the head that was signed for it",
                hint="sign the chain's hash at the batch's last event",
            )
        if not device.writers().verify(batch.head.signature, head_message(epoch, last, hashes[-1])):
            return Refusal(
                status=400, what="the head is not signed by this device", hint="sign it with the device's key"
            )
        if batch.prefix != device.prefix:
            return Refusal(
                status=400, what="the batch names another prefix than the device's", hint="enrol the device anew"
            )

        def take_in(connection: Connection, changes: Changes) -> Kept | Gap | Forked | NotYours:
            now = self.now()
            staff = StaffActs(connection, changes, device.station, lambda: self._list(connection), now)
            kept = keep(connection, changes, device, batch, staff, int(now.timestamp() * 1000))
            if isinstance(kept, Kept) and (kept.sold or kept.returned or kept.undone or staff.taken):
                self._places_after(connection, changes, device, kept, staff.taken)
            return kept

        kept = self._transact("push", device.station, take_in)
        match kept:
            case Kept():
                results = tuple(PushResult(seq=each.seq, result=each.result, why=each.why) for each in kept.results)
                message = receipt_message(epoch, kept.kept_through, kept.head)
                receipt = self._keys.signing(KeyUse.RECEIPT).sign(message)
                return PushAnswer(results=results, kept_through=kept.kept_through, receipt=receipt)
            case Gap():
                return Refusal(
                    status=409,
                    what="events before this batch are missing here",
                    hint=f"push again from event {kept.expected_seq}",
                    expected_seq=kept.expected_seq,
                )
            case Forked():
                _log.warning("journal.forked device=%s seq=%d", device.device, kept.seq)
                return Refusal(
                    status=409,
                    what="forked",
                    hint="keep this journal as evidence and begin a new epoch; tell the centre",
                )
            case NotYours():
                return Refusal(
                    status=403, what="this epoch is another device's", hint="begin a new epoch; tell the centre"
                )

    def receipts(self, station: int, asked: Sequence[AskedJournal]) -> list[KeptJournal]:
        """How far these journals of a station are kept, each with a receipt; those that are not known are left out."""
        with self._store.read() as connection:
            found = kept_so_far(connection, station, {each.epoch: each.seq for each in asked})
        key, hashes = self._keys.signing(KeyUse.RECEIPT), {each.epoch: each.hash for each in asked}
        return [
            KeptJournal(
                epoch=each.epoch,
                kept_through=each.through,
                receipt=key.sign(receipt_message(UUID(each.epoch), each.through, each.head)),
                agrees=None if each.asked is None else each.asked == hashes[each.epoch],
            )
            for each in found
        ]

    def pull(self, device: Device, cursor: str, limit: int) -> Page | Refusal:
        """The records of the device's own station that changed since `cursor`."""
        try:
            with self._store.read() as connection:
                page = changed.page(connection, device.station, self._instance, cursor, limit)
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
        with self._store.read() as connection:
            return changed.latest_changes(connection, of)

    def snapshot(self, device: Device) -> SnapshotAnswer | Unmade:
        """The newest snapshot of the device's own station, described and signed."""
        made = self.snapshots.newest(device.station)
        if isinstance(made, Unmade):
            return made
        with self._store.read() as connection:
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
        signature = self._keys.signing(KeyUse.LIST).sign(snapshot_message(answer))
        return answer.model_copy(update={"signature": signature})

    def digest(self, device: Device, service_date: str, trip: str, epoch: str | None) -> DigestAnswer:
        """What is counted here of a departure of the device's own station."""
        with self._store.read() as connection:
            return digests.count(connection, device, service_date, trip, epoch)

    def digest_differs(self, device: Device, said: DigestDiffers) -> DigestAnswer:
        """Count again, and note an incident of what differs from what the device counts."""
        return self._transact(
            "setup",
            device.station,
            lambda connection, _: digests.note_difference(connection, device, said, self._now_ms()),
        )

    def ask_use(self, device: Device, asked: UseAsk) -> UseAnswer:
        """Whether this till may take a ticket back; granted once, the use is its own for ever."""
        return self._transact(
            "use",
            device.station,
            lambda connection, changes: take_back(connection, changes, device, asked, self._now_ms()),
        )

    def ask_places(self, device: Device, asked: PlacesAsk) -> PlacesAnswer | NotDone:
        """Places that this till wants and does not have: all that it asks for, or none."""
        return self._transact(
            "places",
            device.station,
            lambda connection, changes: self._giving(connection, changes, device.station).ask(device, asked),
        )

    def ticket_money(self, station: int, number: str) -> TicketMoney | None:
        """How a ticket of this station was paid; None for one that is not known here."""
        with self._store.read() as connection:
            return ticket_money(connection, station, number)

    def time(self, nonce: bytes) -> bytes:
        """A signed token of the centre's time for this nonce."""
        return sign_time(int(self.now().timestamp() * 1000), nonce, self._keys.signing(KeyUse.TIME))

    # ------------------------------------------------------------------ the office

    def office_of(self, token: str) -> int | None:
        """The station whose web channel has this token, or None."""
        station = station_of(token)
        if station is None or station not in self._station_numbers():
            return None
        right = office_token(self._settings.directory, station)
        return station if hmac.compare_digest(right.encode("utf-8"), token.encode("utf-8")) else None

    def sell(self, station: int, sale: OfficeSale) -> Sold | NotDone:
        """Sell a place of the web's own, with a ticket signed by the centre."""

        def sell(connection: Connection, changes: Changes) -> Sold | NotDone:
            sold = Office(connection, changes, station, self.now()).sell(
                sale,
                self._keys.signing(KeyUse.TICKET),
                self._list(connection),
                self._policy.ticket_hours_after_departure,
                self._settings.random,
            )
            if sold is NO_PLACE_LEFT:
                self._giving(connection, changes, station).somebody_waits(sale.service_date, sale.trip)
            return sold

        return self._transact("sale", station, sell)

    def add_departure(self, station: int, asked: OfficeDeparture) -> Departure | NotDone:
        """Let another coach of this station go."""
        return self._transact(
            "departure",
            station,
            lambda connection, changes: add_departure(
                connection, changes, station, self._timetable(connection, station), self._policy, asked
            ),
        )

    def seating(self, station: int, date: str, trip: str) -> OfficeSeating:
        """Who sits elsewhere than the ticket says on a coach of this station."""
        with self._store.read() as connection:
            return read_seating(connection, station, date, trip)

    def refund(self, station: int, number: str) -> NotDone | None:
        """Refund a ticket of this station that nobody has travelled on."""

        def refund(connection: Connection, changes: Changes) -> NotDone | None:
            refused = Office(connection, changes, station, self.now()).refund(number)
            ticket = find_ticket(connection, station, number)
            if refused is None and ticket is not None:
                coaches = Coaches(connection, changes, station, self._policy, self._now_ms())
                coaches.put_right({(ticket.service_date, ticket.trip)})
            return refused

        return self._transact("refund", station, refund)

    def accounts(self, station: int) -> OfficeAccounts:
        """A station's money, and whether it adds up."""
        with self._store.read() as connection:
            return accounts(connection, station)

    # ------------------------------------------------------------------ passengers' phones

    def stop_names(self) -> dict[int, tuple[str, str]]:
        """The places that tickets name by number, in Chinese and English."""
        with self._store.read() as connection:
            return stop_names(connection)

    def invoice(self, token: str) -> InvoicePage | None:
        """What is known of the invoice with this token; None when it is not known (yet)."""
        with self._store.read() as connection:
            return find_invoice(connection, token)

    def name_buyer(self, token: str, buyer: str, tax_id: str | None) -> None:
        """Say who an invoice is for, as long as it is not issued."""
        self._store.transact("invoice", lambda connection: name_buyer(connection, token, buyer, tax_id))

    # ------------------------------------------------------------------ within

    def _note_keys(self, device: Device, days: list[str]) -> None:
        """Write down that a device is given these days' keys, before it is."""
        if not days:
            return
        station, name = device.station, device.device
        with self._store.read() as connection:
            if not key_days_not_noted(connection, station, name, days):
                return
        self._transact(
            "setup", station, lambda connection, _: note_keys(connection, station, name, days, self._now_ms())
        )

    def _now_ms(self) -> int:
        return int(self.now().timestamp() * 1000)

    def _transact(self, what: str, station: int, act: Callable[[Connection, Changes], T]) -> T:
        """What `act` answers, written as one, alone among the writers of this station."""

        def alone(connection: Connection) -> T:
            changes = Changes(connection, station)
            answer = act(connection, changes)
            changes.save()
            return answer

        answer = self._store.transact(what, alone)
        self.on_change()
        return answer

    def _places_after(
        self, connection: Connection, changes: Changes, device: Device, kept: Kept, facts: Sequence[StaffFact]
    ) -> None:
        """What a push means for places: sales, returns, tickets taken back, and acts of staff."""
        self._giving(connection, changes, device.station).after_push(device, kept.sold, kept.returned)
        coaches = Coaches(connection, changes, device.station, self._policy, self._now_ms())
        coaches.obey(facts)
        coaches.put_right({*kept.sold, *kept.returned, *kept.undone})

    def _giving(self, connection: Connection, changes: Changes, station: int) -> Giving:
        return Giving(connection, changes, station, self._policy, self._now_ms())

    def _next_in_turn(self, most: int | None) -> list[int]:
        numbers = sorted(self._station_numbers())
        if most is None or len(numbers) <= most:
            return numbers
        later = [number for number in numbers if number > self._upkept_through]
        chosen = [*later, *numbers][:most]
        self._upkept_through = chosen[-1]
        return chosen

    def _station_numbers(self) -> set[int]:
        with self._store.read() as connection:
            return set(connection.execute(_STATIONS).scalars())

    def _timetable(self, connection: Connection, station: int) -> Timetable:
        kept = connection.execute(_TIMETABLE, {"station": station}).scalar_one()
        return read_timetable(kept, f"of station {station}")

    def _list(self, connection: Connection) -> TrustList:
        return self._trust.newest(connection)

    def _bring_up_to_date(
        self, connection: Connection, changes: Changes, timetable: Timetable, now: datetime
    ) -> Upkeep:
        station = timetable.station.code
        upkeep = Upkeep(connection, changes, station, timetable, self._policy, now)
        self._trust.sign_if_due(connection, now, upkeep.today)
        revoke_again(connection, self._settings.directory, station, self._trust.revoked(connection))
        upkeep.make_departures()
        upkeep.turn_day_keys(self._settings.random)
        upkeep.renew_certificates(self._keys.signing(KeyUse.CERTIFICATE))
        upkeep.drop_old_records()
        tell_devices(connection, changes, station, self._now_ms())
        self._trust.tell(connection, changes, station, now)
        return upkeep


def _sandbox(settings: Settings, policy: Policy) -> Sandbox | None:
    """The payment provider that the policy names, if it names one."""
    if policy.payment_provider != "sandbox":
        return None
    return Sandbox(settings.directory / BOOKS, lambda: int(settings.clock().timestamp() * 1000), sleep=settings.sleep)
