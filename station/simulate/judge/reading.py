"""What both sides hold, read from their files with plain SQL: no store of the product is asked about itself."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from station.simulate.judge.ends import Digests, Incident, Ticket
from station.simulate.judge.journals import Found
from station.simulate.judge.places import Seat
from sync.compare import Facts, differences, read_cache, read_centre, read_journals
from sync.digest import TicketFact, UseFact, departure_digest

Departure = tuple[str, str]
"""Service date and trip."""


def rows(path: Path, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
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
        sql = "SELECT station_id, number, service_date, trip, seat, state, issuer FROM tickets"
        return {
            number: Ticket(seat=(self.stations[station], day, trip, seat or 0), state=state, issuer=issuer)
            for station, number, day, trip, seat, state, issuer in rows(self.path, sql)
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

    def incidents(self) -> list[Incident]:
        """What it says should not have happened."""
        return [
            Incident(station=station, kind=kind, subject=subject)
            for station, kind, subject in rows(self.path, "SELECT station_id, kind, subject FROM incidents")
        ]

    def relays(self) -> frozenset[str]:
        """The epochs of relays' journals."""
        sql = "SELECT e.epoch FROM epochs e JOIN devices d USING (station_id, device) WHERE d.kind = 'relay'"
        return frozenset(epoch for (epoch,) in rows(self.path, sql))

    def tickets_of(self, station: int) -> set[str]:
        """The numbers of one station's tickets."""
        found = rows(self.path, "SELECT number FROM tickets WHERE station_id = ?", (station,))
        return {number for (number,) in found}

    def facts(self) -> Facts:
        """Everything, for comparing."""
        return read_centre(self.path)


def untold(centre: Facts, paths: Iterable[Path], *, lost: Collection[str]) -> list[str]:
    """In what the centre differs from the journals on living disks. `lost`: epochs of which there is no disk any more.

    States of tickets and claims are left out: others than the journal's own device decide on them too.
    """
    told = read_journals(paths)
    mine = {fact.device for fact in (told.uses or {}).values()} | {fact.device for fact in (told.money or {}).values()}
    left = Facts(
        tickets=_only(centre.tickets, told.tickets, valid=True),
        uses=_only(centre.uses, told.uses),
        money={
            key: fact for key, fact in (centre.money or {}).items() if fact.device in mine and fact.epoch not in lost
        },
        claims=_only(centre.claims, told.claims),
    )
    return differences(left, replace(told, events=None))


def _only(ours: Mapping[Any, Any] | None, theirs: Mapping[Any, Any] | None, *, valid: bool = False) -> dict[Any, Any]:
    wanted = theirs or {}
    found = {key: fact for key, fact in (ours or {}).items() if key in wanted}
    return {key: replace(fact, state="valid") for key, fact in found.items()} if valid else found


def cache_digests(centre: Facts, numbers: Collection[str], path: Path, side: str) -> list[Digests]:
    """The digest of each departure that a cache knows, by both sides. `numbers` are the station's tickets."""
    cache = read_cache(path)
    known = _departures(path)
    found = []
    ours = _by_departure(ticket for ticket in (centre.tickets or {}).values() if ticket.number in numbers)
    theirs = _by_departure((cache.tickets or {}).values())
    uses_here, uses_there = _by_ticket((centre.uses or {}).values()), _by_ticket((cache.uses or {}).values())
    for departure in sorted(known):
        tickets = ours.get(departure, []), theirs.get(departure, [])
        here = _told_uses(tickets[0], uses_here, uses_there)
        there = [use for ticket in tickets[1] for use in uses_there.get(ticket.number, ())]
        digests = departure_digest(tickets[0], here, ()), departure_digest(tickets[1], there, ())
        names: Sequence[str] = ()
        if digests[0] != digests[1]:
            names = differences(_facts(tickets[0], here), _facts(tickets[1], there))
        found.append(
            Digests(departure=" ".join(departure), here=digests[0], there=digests[1], side=side, differences=names)
        )
    return found


def _departures(path: Path) -> set[Departure]:
    bodies = (json.loads(body) for (body,) in rows(path, "SELECT body FROM records WHERE kind = 'departure'") if body)
    return {(body["service_date"], body["trip"]) for body in bodies}


def _by_departure(tickets: Iterable[TicketFact]) -> dict[Departure, list[TicketFact]]:
    found: dict[Departure, list[TicketFact]] = defaultdict(list)
    for ticket in tickets:
        found[ticket.service_date, ticket.trip].append(ticket)
    return found


def _by_ticket(uses: Iterable[UseFact]) -> dict[str, list[UseFact]]:
    found: dict[str, list[UseFact]] = defaultdict(list)
    for use in uses:
        found[use.number].append(use)
    return found


def _told_uses(
    tickets: Iterable[TicketFact], ours: Mapping[str, Sequence[UseFact]], theirs: Mapping[str, Sequence[UseFact]]
) -> list[UseFact]:
    """Of several attempts at one use a cache is told one: any that the centre knows will do."""
    found: list[UseFact] = []
    for ticket in tickets:
        by_no: dict[int, list[UseFact]] = defaultdict(list)
        for use in ours.get(ticket.number, ()):
            by_no[use.use_no].append(use)
        told = set(theirs.get(ticket.number, ()))
        found += (next((use for use in uses if use in told), uses[0]) for uses in by_no.values())
    return found


def _facts(tickets: Iterable[TicketFact], uses: Iterable[UseFact]) -> Facts:
    return Facts(tickets={each.key: each for each in tickets}, uses={each.key: each for each in uses})
