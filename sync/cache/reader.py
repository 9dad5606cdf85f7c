"""The cache as its readers see it: gate, kiosk and doctor ask here, and never write.

A cache that is missing, empty, not migrated yet or damaged is an empty view, not an error: the station goes on with
what a ticket itself says. `problem()` then says what is wrong. A cache that appears later is picked up by itself.

What was learnt in the station's LAN is part of the view: uses of other gates stand beside those that the centre has
told, and a departure is as the station runs it (`tickets.standing`), with what staff have signed.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import TypeVar, cast
from uuid import UUID

from sync.cache.file import CacheFile, Changes
from sync.cache.rows import TICKET, TOLD, USES, USES_OF, ticket_of, tickets_of_tags, use_of
from sync.cache.rows import CachedTicket as CachedTicket
from sync.cache.schema import LAN_STATUS, STATUS, TIME_ANCHOR, TIME_FLOOR, TRUST_LIST
from sync.cache.staff_view import StaffView
from sync.cache.writer import CacheWriter as CacheWriter
from sync.encoding import from_text
from sync.engine.status import LanStatus, SyncStatus
from sync.journal.order_reader import Grant
from sync.trusted_time import TimeAnchor
from sync.wire.records import (
    AllotmentBody,
    CertificateBody,
    ClaimBody,
    DayKeyBody,
    DeviceBody,
    FreshnessBody,
    PoolBody,
    RecallBody,
    StationBody,
    StopBody,
)
from sync.wire.types import Wire
from tickets.admission import TicketState
from tickets.departures import Departure
from tickets.errors import EnvironmentFault
from tickets.keys import Algorithm, PublicKey
from tickets.numbers import TicketNumber
from tickets.staff import Act, StaffFact
from tickets.standing import standing
from tickets.uses import Use, merged

_MOST_PARSED = 4096
_TAGS_AT_ONCE = 500
_ALIKE = str.maketrans("OIL", "011")
W = TypeVar("W", bound=Wire)
R = TypeVar("R")

_LEAVES = "CASE WHEN json_valid(body) THEN json_extract(body, '$.departs_at') END"
_IN_WINDOW = f"SELECT key, body FROM records WHERE kind = 'departure' AND {_LEAVES} >= ? AND {_LEAVES} < ?"  # noqa: S608  constants
_ONE = "SELECT body FROM records WHERE kind = ? AND key = ?"


class CacheReader:
    """Reads what the centre and the LAN say. Every answer is empty or None when the file or the row is missing.

    It belongs to one thread.
    """

    def __init__(self, path: Path) -> None:
        self._file = CacheFile(path)
        self._changes = Changes(self._file)
        self._staff = StaffView(self._file)
        self._told: dict[str, tuple[str, Departure]] = {}
        self._standing: dict[str, tuple[Departure, tuple[StaffFact, ...], Departure]] = {}

    def station(self) -> StationBody | None:
        """The station itself: names, zone, its own stop."""
        return self._body("station", "", StationBody)

    def stops(self) -> list[StopBody]:
        """All stops that tickets are sold to, the most popular first."""
        return sorted(self._bodies("stop", StopBody), key=lambda stop: (-stop.popular, stop.id))

    def departures(self, between: tuple[datetime, datetime]) -> list[Departure]:
        """Departures that leave from the first instant until before the second, in the order in which they leave.

        Each is as the station runs it; so one that staff have delayed into the time between is among them.
        """
        first, end = (int(at.timestamp() * 1000) for at in between)
        bodies = cast("list[tuple[str, str]]", self._file.rows(_IN_WINDOW, (first, end)))
        keys = {key for key, _ in bodies}
        delayed = [(key, self._record("departure", key)) for key in self._staff.departures() if key not in keys]
        found = [self._as_run(key, body) for key, body in (*bodies, *delayed) if body is not None]
        within = [each for each in found if each is not None and between[0] <= each.departs_at < between[1]]
        return sorted(within, key=lambda departure: (departure.departs_at, departure.trip))

    def departure(self, service_date: date, trip: str) -> Departure | None:
        """One departure as the station runs it, or None when the cache does not know it."""
        key = f"{service_date.isoformat()}/{trip}"
        body = self._record("departure", key)
        return None if body is None else self._as_run(key, body)

    def departure_as_told(self, service_date: date, trip: str) -> Departure | None:
        """One departure as the centre has it, without what staff have signed since."""
        key = f"{service_date.isoformat()}/{trip}"
        body = self._record("departure", key)
        return None if body is None else self._as_told(key, body)

    def staff_facts(self, service_date: date, trip: str) -> tuple[StaffFact, ...]:
        """What staff have signed about a departure and is obeyed here, oldest first; the centre may have it in too."""
        return self._staff.of(f"{service_date.isoformat()}/{trip}")

    def ticket(self, number: TicketNumber) -> CachedTicket | None:
        """A ticket, or None when the cache does not know it (which says nothing about the ticket)."""
        found = self._file.rows(TICKET + "WHERE number = ?", (number.to_bytes(),))
        return self._file.made(ticket_of, found[0]) if found else None

    def ticket_by_order_code(self, typed: str) -> CachedTicket | None:
        """The ticket that is collected with this code, as a passenger types or scans it; None when there is none.

        Small letters, spaces and hyphens do not matter, nor whether O is a nought or I and L a one (Crockford's rule).
        """
        code = "".join(typed.split()).replace("-", "").upper().translate(_ALIKE)
        found = self._file.rows(TICKET + "WHERE order_code = ? LIMIT 2", (code,))
        return self._file.made(ticket_of, found[0]) if len(found) == 1 else None

    def tickets_by_tag(self, service_date: date, trip: str, tag: bytes) -> list[CachedTicket]:
        """Tickets for a departure (as sold) under an identity tag: how an ID card alone finds its ticket."""
        found = self._file.rows(
            TICKET + "WHERE service_date = ? AND trip = ? AND tag = ? ORDER BY number",
            (service_date.isoformat(), trip, tag),
        )
        return self._all(ticket_of, found)

    def tickets_by_tags(self, tags: Mapping[tuple[date, str], bytes]) -> list[CachedTicket]:
        """As `tickets_by_tag` for many departures, in their order: all of a large station's day in some 10 ms."""
        asked = [(day.isoformat(), trip, tag) for (day, trip), tag in tags.items()]
        place = {departure[:2]: at for at, departure in enumerate(asked)}
        found: list[tuple[object, ...]] = []
        for first in range(0, len(asked), _TAGS_AT_ONCE):
            some = asked[first : first + _TAGS_AT_ONCE]
            found += self._file.rows(tickets_of_tags(len(some)), list(chain.from_iterable(some)))
        found.sort(key=lambda row: (place.get(cast("tuple[str, str]", row[1:3]), 0), cast(bytes, row[0])))
        return self._all(ticket_of, found)

    def tickets_of(self, service_date: date, trip: str) -> list[CachedTicket]:
        """All tickets for a departure, as sold."""
        found = self._file.rows(
            TICKET + "WHERE service_date = ? AND trip = ? ORDER BY number", (service_date.isoformat(), trip)
        )
        return self._all(ticket_of, found)

    def uses(self, number: TicketNumber) -> list[Use]:
        """Uses of a ticket by any device of the station, as far as the centre or the LAN has said, by number."""
        found = self._file.rows(USES, (number.to_bytes(),))
        uses = self._all(use_of, found)
        return merged(uses) if len(uses) > 1 else uses

    def told(self, number: TicketNumber) -> tuple[TicketState | None, list[Use]]:
        """The state (None when the ticket is not known) and the `uses` of a ticket, by one question: a gate's own."""
        state: TicketState | None = None
        uses = []
        for row in self._file.rows(TOLD, (number.to_bytes(),)):
            if row[1] == 0:
                state = self._file.made(TicketState, cast(str, row[6]))
            elif (use := self._file.made(use_of, row)) is not None:
                uses.append(use)
        return state, merged(uses) if len(uses) > 1 else uses

    def uses_of(self, service_date: date, trip: str) -> list[Use]:
        """Uses of all tickets for a departure (as sold), by any device of the station, as far as they are known."""
        return merged(self._all(use_of, self._file.rows(USES_OF, (service_date.isoformat(), trip))))

    def devices(self) -> list[DeviceBody]:
        """The devices of this station with their public keys, by name of device."""
        return sorted(self._bodies("device", DeviceBody), key=lambda device: device.device)

    def relay_keys(self) -> tuple[PublicKey, ...]:
        """The keys of the station's relay: whose answers are believed. Two while one relay takes another's place, and
        for a while after it has changed its key.
        """
        return tuple(
            PublicKey(Algorithm.EDDSA, bytes.fromhex(key))
            for device in self.devices()
            if device.kind == "relay" and device.state == "active"
            for key in (device.key, *device.former)
        )

    def allotments(self, device: str, service_date: date, trip: str) -> Grant:
        """All places that this till was ever granted on a departure."""
        body = self._body("allotment", f"{service_date.isoformat()}/{trip}/{device}", AllotmentBody)
        if body is None:
            return Grant()
        return Grant(seats=frozenset(body.seats or ()), count=body.count or 0)

    def pool(self, service_date: date, trip: str) -> int:
        """How many places of a departure the centre still has to give, at least; 0 when it has not told."""
        body = self._body("pool", f"{service_date.isoformat()}/{trip}", PoolBody)
        return 0 if body is None else body.left

    def recalls(self, device: str) -> list[RecallBody]:
        """What the centre asks this till to give back, by departure."""
        asked = [each for each in self._bodies("recall", RecallBody) if each.device == device]
        return sorted(asked, key=lambda each: (each.service_date, each.trip))

    def freed(self, device: str) -> list[tuple[date, str]]:
        """The departures of which staff have freed this till's places, as far as their acts are obeyed here."""
        found = chain.from_iterable(self._staff.of(key) for key in self._staff.departures())
        return [
            (fact.service_date, fact.trip)
            for fact in found
            if fact.act is Act.FREE and fact.device == device and fact.service_date is not None and fact.trip
        ]

    def day_key(self, service_date: date) -> bytes | None:
        """The key of that service day's identity tags; None when it has not come, or was destroyed."""
        body = self._body("day_key", service_date.isoformat(), DayKeyBody)
        return None if body is None else bytes.fromhex(body.key)

    def freshness(self) -> bytes | None:
        """The centre's newest word on which trust list is the newest; not checked by anybody yet."""
        body = self._body("freshness", "", FreshnessBody)
        return None if body is None else body.statement

    def trust_list_bytes(self) -> bytes | None:
        """The newest trust list whose signature sync has checked."""
        value = self._file.state(TRUST_LIST)
        return None if value is None else self._file.made(from_text, value)

    def certificate(self, device: str) -> bytes | None:
        """A till's renewed certificate, if it has one."""
        body = self._body("certificate", device, CertificateBody)
        return None if body is None else body.certificate

    def claim(self, number: str) -> ClaimBody | None:
        """A claim as the centre knows it."""
        return self._body("claim", number, ClaimBody)

    def kept_through(self, epoch: UUID) -> int:
        """Up to which sequence number the centre has signed for this journal; 0 when for nothing."""
        found = self._file.rows("SELECT kept_through FROM acknowledged WHERE epoch = ?", (epoch.hex,))
        return cast(int, found[0][0]) if found else 0

    def time_anchor(self) -> TimeAnchor | None:
        """The newest signed time and when it came."""
        value = self._file.state(TIME_ANCHOR)
        return None if value is None else self._file.made(TimeAnchor.from_json, value)

    def time_floor_ms(self) -> int:
        """The time that no clock here may be below, in ms since 1970; 0 when there is none."""
        return self._file.made(int, self._file.state(TIME_FLOOR) or "0") or 0

    def status(self) -> SyncStatus | None:
        """How syncing goes; None when it never ran."""
        value = self._file.state(STATUS)
        return None if value is None else self._file.made(SyncStatus.from_json, value)

    def lan_status(self) -> LanStatus | None:
        """How the relay is doing, seen from here; None when this terminal has never had one."""
        value = self._file.state(LAN_STATUS)
        return None if value is None else self._file.made(LanStatus.from_json, value)

    def age(self, now: datetime) -> timedelta | None:
        """How long ago the cache was last seen to be up to date; None when it never was."""
        status = self.status()
        if status is None or status.last_success_ms is None:
            return None
        return max(timedelta(0), now - datetime.fromtimestamp(status.last_success_ms / 1000, UTC))

    def changed(self) -> bool:
        """Whether more than tickets and uses was written since this was last asked; True the first time.

        Tickets and uses come all day long, and are asked for one by one. Costs microseconds.
        """
        return self._changes.seen()

    def problem(self) -> EnvironmentFault | None:
        """Why the view is empty although the file is there; None while all is well."""
        return self._file.problem

    def close(self) -> None:
        """Let the file go; the next question opens it again."""
        self._file.close()

    def _as_run(self, key: str, body: str) -> Departure | None:
        told, facts = self._as_told(key, body), self._staff.of(key)
        if told is None or not facts:
            return told
        known = self._standing.get(key)
        if known is not None and known[0] is told and known[1] is facts:
            return known[2]
        if len(self._standing) > _MOST_PARSED:
            self._standing.clear()
        as_run = standing(told, facts)
        self._standing[key] = (told, facts, as_run)
        return as_run

    def _as_told(self, key: str, body: str) -> Departure | None:
        known = self._told.get(key)
        if known is not None and known[0] == body:
            return known[1]
        departure = self._file.made(_departure, body)
        if departure is None:
            return None  # as good as not there: a signed ticket for it is admitted and flagged, see admission
        if len(self._told) > _MOST_PARSED:
            self._told.clear()
        self._told[key] = (body, departure)
        return departure

    def _body(self, kind: str, key: str, model: type[W]) -> W | None:
        body = self._record(kind, key)
        return None if body is None else self._file.made(model.model_validate_json, body)

    def _bodies(self, kind: str, model: type[W]) -> list[W]:
        found = self._file.rows("SELECT body FROM records WHERE kind = ?", (kind,))
        return self._all(lambda row: model.model_validate_json(cast(str, row[0])), found)

    def _all(self, make: Callable[[tuple[object, ...]], R], rows: list[tuple[object, ...]]) -> list[R]:
        return [made for row in rows if (made := self._file.made(make, row)) is not None]

    def _record(self, kind: str, key: str) -> str | None:
        found = self._file.rows(_ONE, (kind, key))
        return cast(str, found[0][0]) if found else None


def _departure(body: str) -> Departure:
    return Departure.from_record(json.loads(body))
