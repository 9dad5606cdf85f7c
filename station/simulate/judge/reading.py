"""What both sides hold, read from their files with plain SQL: no store of the product is asked about itself."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from station.simulate.judge.ends import Incident, Ticket
from station.simulate.judge.facts import TICKET, Key, OfCache, OfCentre
from station.simulate.judge.journals import Found
from station.simulate.judge.places import Seat


def rows(path: Path, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> list[Any]:
    """All rows of one SELECT on a file that is only read; none where there is no such table yet."""
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None)) as db:
        return db.execute(sql, parameters).fetchall()


def journal_on_disk(path: Path) -> Found | None:
    """A journal as it lies there; None where none was begun."""
    if not path.exists():
        return None
    try:
        epochs = rows(path, "SELECT epoch FROM epoch")
        events = rows(path, "SELECT seq, hash FROM events ORDER BY seq") if epochs else []
    except sqlite3.OperationalError:  # its power failed while it was made
        return None
    if not events:
        return None
    return Found(epoch=bytes(epochs[0][0]).hex(), first=events[0][0], hashes=[bytes(digest) for _, digest in events])


def held_by_relay(ledger: Path) -> dict[str, tuple[int, int]]:
    """The journals that a relay holds, by epoch: from which event to which. What it has forgotten it holds no more."""
    try:
        found = rows(ledger, "SELECT epoch, first_seq, held_through FROM journals")
    except sqlite3.DatabaseError:  # it was just lost, or made, or is damaged
        return {}
    return {epoch: (first, through) for epoch, first, through in found}


_ENDS_IT = ("refund", "change")
_KNOWN = """SELECT state, '', NULL, NULL FROM tickets WHERE number = :number UNION ALL
    SELECT purpose, coalesce(end, ''), attempt, device FROM uses WHERE ticket = :number UNION ALL
    SELECT purpose, coalesce(end, ''), attempt, device FROM lan_uses WHERE ticket = :number"""


def known_against(cache: Path, number: str, attempt: str) -> str:
    """Why a gate with this cache must not let this ticket in, whatever its programs make of it; "" where it may.

    `attempt` is its own, of which its journal knows more. What walked out again is left to others to judge.
    """
    try:
        known = rows(cache, _KNOWN, {"number": int(number).to_bytes(8, "big")})
    except sqlite3.OperationalError:  # it was just lost, or made
        return ""
    taken_back: list[str] = [what for what, _, _, _ in known if what in ("refunded", "changed", "revoked")]
    taken_back += [f"{what} by {device}" for what, end, _, device in known if what in _ENDS_IT and end == "passed"]
    passed = [
        (what, device)
        for what, end, of, device in known
        if end == "passed" and what in ("admission", "exit") and bytes(of).hex() != attempt
    ]
    if taken_back:
        return taken_back[0]
    if passed and all(what == "admission" for what, _ in passed):
        return f"used at {passed[0][1]}"
    return ""


def kept_by_centre(path: Path, epoch: str) -> int:
    """How far the centre holds this journal."""
    ((through,),) = rows(path, "SELECT coalesce(max(seq), 0) FROM events WHERE epoch = ?", (epoch,))
    return int(through)


@dataclass(frozen=True, slots=True)
class CentreFile:
    """The centre's database. `stations` gives a station's number in the simulation for its code."""

    path: Path
    stations: Mapping[int, str]

    def events(self) -> dict[str, list[tuple[int, bytes]]]:
        """Every journal as the centre has it."""
        found: dict[str, list[tuple[int, bytes]]] = defaultdict(list)
        for epoch, seq, digest in rows(self.path, "SELECT epoch, seq, hash FROM events ORDER BY epoch, seq"):
            found[epoch].append((seq, bytes(digest)))
        return dict(found)

    def tickets(self) -> dict[str, Ticket]:
        """Every ticket that it knows."""
        sql = "SELECT station_id, number, service_date, trip, seat, state, issuer, issued_ms FROM tickets"
        return {
            number: Ticket(
                seat=(self.stations[station], day, trip, seat or 0), state=state, issuer=issuer, issued_ms=at
            )
            for station, number, day, trip, seat, state, issuer, at in rows(self.path, sql)
        }

    def capacity(self) -> dict[Seat, int]:
        """How many places there are where places are only counted."""
        sql = "SELECT station_id, service_date, trip, body FROM departures"
        found = ((station, day, trip, json.loads(body)) for station, day, trip, body in rows(self.path, sql))
        return {
            (self.stations[station], day, trip, 0): body["places"]
            for station, day, trip, body in found
            if body.get("seats") is None
        }

    def departures(self) -> frozenset[Seat]:
        """Every departure, as its seat 0."""
        found = rows(self.path, "SELECT station_id, service_date, trip FROM departures")
        return frozenset((self.stations[station], day, trip, 0) for station, day, trip in found)

    def incidents(self) -> list[Incident]:
        """What it says should not have happened."""
        return [
            Incident(
                station=int(self.stations[station]),
                kind=kind,
                subject=subject,
                device=str(json.loads(body).get("device") or ""),
            )
            for station, kind, subject, body in rows(self.path, "SELECT station_id, kind, subject, body FROM incidents")
        ]

    def devices(self) -> dict[str, str]:
        """Whose each epoch is."""
        return dict(rows(self.path, "SELECT epoch, device FROM epochs"))

    def relays(self) -> frozenset[str]:
        """The epochs of relays' journals."""
        sql = "SELECT e.epoch FROM epochs e JOIN devices d USING (station_id, device) WHERE d.kind = 'relay'"
        return frozenset(epoch for (epoch,) in rows(self.path, sql))

    def known(self) -> OfCentre:
        """Every fact of every station."""
        columns = ", ".join(TICKET)
        return OfCentre(
            tickets=_keyed(rows(self.path, f"SELECT {columns}, state FROM tickets"), 1),  # noqa: S608  names of ours
            uses=_keyed(
                rows(self.path, "SELECT number, use_no, attempt, device, lane, at_ms, purpose, end FROM uses"), 3
            ),
            money=_keyed(
                rows(
                    self.path,
                    "SELECT epoch, seq, device, order_id, direction, fen, method, counter, at_ms FROM money",
                ),
                2,
            ),
            claims=_keyed(rows(self.path, "SELECT claim, device, fen, reason, state FROM claims"), 1),
        )

    def tickets_of(self, station: int) -> set[str]:
        """The numbers of one station's tickets; it may know only of a use of what a backup has forgotten."""
        both = "SELECT number FROM tickets WHERE station_id = :of UNION SELECT number FROM uses WHERE station_id = :of"
        found = rows(self.path, both, {"of": station})
        return {number for (number,) in found}

    def records(self, station: int) -> dict[Key, Any]:
        """What every terminal of a station is to know besides tickets and uses, by kind and key."""
        sql = "SELECT kind, key, body FROM records WHERE station_id = ? AND body IS NOT NULL"
        found = rows(self.path, sql, (station,))
        return {(kind, key): json.loads(body) for kind, key, body in found if kind not in ("ticket", "use")}


def cached(path: Path) -> OfCache:
    """What a terminal's cache holds."""
    columns = ", ".join(TICKET[1:])
    tickets = rows(path, f"SELECT number, {columns}, state FROM tickets")  # noqa: S608  names of ours
    uses = rows(path, "SELECT ticket, use_no, attempt, device, lane, at_ms, purpose, end FROM uses")
    return OfCache(
        records={
            (kind, key): json.loads(body) for kind, key, body in rows(path, "SELECT kind, key, body FROM records")
        },
        tickets=_keyed(((_digits(number), *rest) for number, *rest in tickets), 1),
        uses=_keyed(((_digits(number), no, bytes(of).hex(), *rest) for number, no, of, *rest in uses), 3),
    )


def _keyed(found: Iterable[Sequence[Any]], by: int) -> dict[Key, tuple[object, ...]]:
    """Rows by their first so many columns."""
    return {tuple(row[:by]): tuple(row[by:]) for row in found}


def _digits(number: bytes) -> str:
    return f"{int.from_bytes(number, 'big'):020d}"
