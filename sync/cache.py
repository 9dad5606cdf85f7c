"""The cache as its readers see it: gate, kiosk and doctor ask here, and never write.

A cache that is missing, empty, not migrated yet or damaged is an empty view, not an error: the station goes on with
what a ticket itself says. `problem()` then says what is wrong. A cache that appears later is picked up by itself.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar, cast
from uuid import UUID

from sync.cache_schema import SCHEMA, STATUS, TIME_ANCHOR, TIME_FLOOR, TRUST_LIST
from sync.cache_writer import CacheWriter as CacheWriter
from sync.database import open_reader, unusable
from sync.encoding import from_text
from sync.orders import Grant
from sync.status import SyncStatus
from sync.trusted_time import TimeAnchor
from sync.wire import AllotmentBody, CertificateBody, ClaimBody, DayKeyBody, StationBody, StopBody, Wire
from tickets.admission import TicketState
from tickets.departures import Departure
from tickets.errors import EnvironmentFault, Malformed
from tickets.journey import Journey, TicketKind
from tickets.money import Fen
from tickets.numbers import TicketNumber
from tickets.uses import Purpose, Use, UseEnd

_TICKET = """SELECT number, service_date, trip, boarding, alighting, seat, kind, children, fare, tag, expires_s, state,
    issuer FROM tickets """


_MOST_PARSED = 4096
W = TypeVar("W", bound=Wire)


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedTicket:
    """A ticket as the centre knows it; `issuer` is a device, or "centre" for the web."""

    number: TicketNumber
    journey: Journey
    expires: datetime
    state: TicketState
    issuer: str


class CacheReader:
    """Reads what the centre says. Every answer is empty or None when the file or the row is missing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._inode: tuple[int, int] | None = None
        self._problem: EnvironmentFault | None = None
        self._parsed: dict[str, tuple[str, Departure]] = {}
        self._seen: tuple[tuple[int, int] | None, int] = (None, -1)

    def station(self) -> StationBody | None:
        """The station itself: names, zone, its own stop."""
        return self._body("station", "", StationBody)

    def stops(self) -> list[StopBody]:
        """All stops that tickets are sold to, the most popular first."""
        return sorted(self._bodies("stop", StopBody), key=lambda stop: (-stop.popular, stop.id))

    def departures(self, between: tuple[datetime, datetime]) -> list[Departure]:
        """Departures that leave from the first instant until before the second, in the order in which they leave."""
        first, end = between
        found = []
        for key, body in self._rows(
            "SELECT key, body FROM records WHERE kind = 'departure' "
            "AND json_extract(body, '$.departs_at') >= ? AND json_extract(body, '$.departs_at') < ?",
            (int(first.timestamp() * 1000), int(end.timestamp() * 1000)),
        ):
            departure = self._departure(cast(str, key), cast(str, body))
            if departure is not None:
                found.append(departure)
        return sorted(found, key=lambda departure: (departure.departs_at, departure.trip))

    def departure(self, service_date: date, trip: str) -> Departure | None:
        """One departure, or None when the cache does not know it."""
        key = f"{service_date.isoformat()}/{trip}"
        body = self._record("departure", key)
        return None if body is None else self._departure(key, body)

    def ticket(self, number: TicketNumber) -> CachedTicket | None:
        """A ticket, or None when the cache does not know it (which says nothing about the ticket)."""
        found = self._rows(_TICKET + "WHERE number = ?", (number.to_bytes(),))
        return _ticket(found[0]) if found else None

    def tickets_by_tag(self, service_date: date, trip: str, tag: bytes) -> list[CachedTicket]:
        """Tickets for a departure (as sold) under an identity tag: how an ID card alone finds its ticket."""
        found = self._rows(
            _TICKET + "WHERE service_date = ? AND trip = ? AND tag = ? ORDER BY number",
            (service_date.isoformat(), trip, tag),
        )
        return [_ticket(row) for row in found]

    def tickets_of(self, service_date: date, trip: str) -> list[CachedTicket]:
        """All tickets for a departure, as sold."""
        found = self._rows(
            _TICKET + "WHERE service_date = ? AND trip = ? ORDER BY number", (service_date.isoformat(), trip)
        )
        return [_ticket(row) for row in found]

    def uses(self, number: TicketNumber) -> list[Use]:
        """Uses of a ticket by any device of the station, as far as the centre has heard, by number."""
        found = self._rows(
            "SELECT ticket, use_no, attempt, device, lane, at_ms, end, purpose FROM uses WHERE ticket = ? "
            "ORDER BY use_no",
            (number.to_bytes(),),
        )
        return [_use(row) for row in found]

    def allotments(self, device: str, service_date: date, trip: str) -> Grant:
        """All places that this till was ever granted on a departure."""
        body = self._body("allotment", f"{service_date.isoformat()}/{trip}/{device}", AllotmentBody)
        if body is None:
            return Grant()
        return Grant(seats=frozenset(body.seats or ()), count=body.count or 0)

    def day_key(self, service_date: date) -> bytes | None:
        """The key of that service day's identity tags; None when it has not come, or was destroyed."""
        body = self._body("day_key", service_date.isoformat(), DayKeyBody)
        return None if body is None else bytes.fromhex(body.key)

    def trust_list_bytes(self) -> bytes | None:
        """The newest trust list whose signature sync has checked."""
        value = self._state(TRUST_LIST)
        return None if value is None else from_text(value)

    def certificate(self, device: str) -> bytes | None:
        """A till's renewed certificate, if it has one."""
        body = self._body("certificate", device, CertificateBody)
        return None if body is None else body.certificate

    def claim(self, number: str) -> ClaimBody | None:
        """A claim as the centre knows it."""
        return self._body("claim", number, ClaimBody)

    def kept_through(self, epoch: UUID) -> int:
        """Up to which sequence number the centre has signed for this journal; 0 when for nothing."""
        found = self._rows("SELECT kept_through FROM acknowledged WHERE epoch = ?", (epoch.hex,))
        return cast(int, found[0][0]) if found else 0

    def time_anchor(self) -> TimeAnchor | None:
        """The newest signed time and when it came."""
        value = self._state(TIME_ANCHOR)
        return None if value is None else TimeAnchor.from_json(value)

    def time_floor_ms(self) -> int:
        """The time that no clock here may be below, in ms since 1970; 0 when there is none."""
        return int(self._state(TIME_FLOOR) or 0)

    def status(self) -> SyncStatus | None:
        """How syncing goes; None when it never ran."""
        value = self._state(STATUS)
        return None if value is None else SyncStatus.from_json(value)

    def age(self, now: datetime) -> timedelta | None:
        """How long ago the cache was last seen to be up to date; None when it never was."""
        status = self.status()
        if status is None or status.last_success_ms is None:
            return None
        return max(timedelta(0), now - datetime.fromtimestamp(status.last_success_ms / 1000, UTC))

    def changed(self) -> bool:
        """Whether the file has been written since this was last asked; True the first time. Costs microseconds."""
        version = self._rows("PRAGMA data_version")
        seen = (self._inode, cast(int, version[0][0]) if version else -1)
        changed, self._seen = seen != self._seen, seen
        return changed

    def problem(self) -> EnvironmentFault | None:
        """Why the view is empty although the file is there; None while all is well."""
        return self._problem

    def close(self) -> None:
        """Let the file go; the next question opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _departure(self, key: str, body: str) -> Departure | None:
        known = self._parsed.get(key)
        if known is not None and known[0] == body:
            return known[1]
        try:
            departure = Departure.from_record(json.loads(body))
        except Malformed:
            return None  # as good as not there: a signed ticket for it is admitted and flagged, see admission
        if len(self._parsed) > _MOST_PARSED:
            self._parsed.clear()
        self._parsed[key] = (body, departure)
        return departure

    def _body(self, kind: str, key: str, model: type[W]) -> W | None:
        body = self._record(kind, key)
        return None if body is None else model.model_validate_json(body)

    def _bodies(self, kind: str, model: type[W]) -> list[W]:
        found = self._rows("SELECT body FROM records WHERE kind = ?", (kind,))
        return [model.model_validate_json(cast(str, body)) for (body,) in found]

    def _record(self, kind: str, key: str) -> str | None:
        found = self._rows("SELECT body FROM records WHERE kind = ? AND key = ?", (kind, key))
        return cast(str, found[0][0]) if found else None

    def _state(self, key: str) -> str | None:
        found = self._rows("SELECT value FROM state WHERE key = ?", (key,))
        return cast(str, found[0][0]) if found else None

    def _rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[object, ...]]:
        try:
            self._follow()
            if self._connection is None:
                return []
            found = self._connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            self._problem = unusable(SCHEMA.name, self._path, error)
            self.close()
            return []
        except EnvironmentFault as fault:
            self._problem = fault
            return []
        self._problem = None
        return found

    def _follow(self) -> None:
        """Open the file, or open it again when another took its name."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            self.close()
            return
        inode = (found.st_dev, found.st_ino)
        if self._connection is None or inode != self._inode:
            self.close()
            self._parsed.clear()
            self._connection, self._inode = open_reader(self._path, SCHEMA), inode


def _ticket(row: Sequence[object]) -> CachedTicket:
    number, day, trip, boarding, alighting, seat, kind, children, fare, tag, expires_s, state, issuer = cast(
        "tuple[bytes, str, str, int, int, int | None, int, int, int, bytes, int, str, str]", tuple(row)
    )
    return CachedTicket(
        number=TicketNumber.from_bytes(number),
        journey=Journey(
            service_date=date.fromisoformat(day),
            trip=trip,
            boarding=boarding,
            alighting=alighting,
            seat=seat,
            kind=TicketKind(kind),
            children=children,
            fare=Fen(fare),
            tag=tag,
        ),
        expires=datetime.fromtimestamp(expires_s, UTC),
        state=TicketState(state),
        issuer=issuer,
    )


def _use(row: Sequence[object]) -> Use:
    ticket, use_no, attempt, device, lane, at_ms, end, purpose = cast(
        "tuple[bytes, int, bytes, str, str, int, str | None, Purpose]", tuple(row)
    )
    return Use(
        ticket=TicketNumber.from_bytes(ticket),
        use_no=use_no,
        attempt=UUID(bytes=attempt),
        device=device,
        lane=lane,
        at=datetime.fromtimestamp(at_ms / 1000, UTC),
        end=None if end is None else UseEnd(end),
        purpose=purpose,
    )
