"""What all parts of the day share: the site, the report, who does what, the departure, and the tickets of the web."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from station.demo.lane import Lane
from station.demo.passenger import Passenger, Person, until
from station.demo.report import Report
from station.demo.site import Site
from station.demo.witness import need, rows
from tickets.numbers import TicketNumber

SAFE_MINUTES = 8
"""The departure's check-in stays open for at least so long, so that it does not close during the play."""


@dataclass(frozen=True, slots=True)
class Sold:
    """A ticket of the centre's web channel, as its passenger has it."""

    number: str
    code: str


class Scene:
    """One day's stage."""

    def __init__(self, site: Site, report: Report) -> None:
        self.site = site
        self.report = report
        self.passenger = Passenger(site, report.folder / "screens")
        self.lanes = {name: Lane(site, name, self.passenger.album) for name in site.lanes}
        self._trip: dict[str, Any] = {}

    @property
    def first(self) -> Lane:
        """Lane 1A, with all the kinds of readers."""
        return self.lanes["1A"]

    @property
    def stores(self) -> list[Path]:
        """The folders of all terminals."""
        return list(self.site.terminals.values())

    def trip(self) -> dict[str, Any]:
        """The departure of the day: `trip`, `date`, last `stop` and its `fare`. The same one whenever it is asked.

        Its check-in at gate 1 is open and stays so, as the kiosk's cache has it.
        """
        if not self._trip:
            found = rows(
                self.site.kiosk_store / "cache.db",
                "SELECT json_extract(body, '$.trip'), json_extract(body, '$.stops[#-1].stop'), "
                "json_extract(body, '$.stops[#-1].fare'), json_extract(body, '$.service_date') "
                "FROM records WHERE kind = 'departure' AND json_extract(body, '$.gate') = ? "
                "AND json_extract(body, '$.closes_at') > (unixepoch() + ?) * 1000 "
                "AND json_extract(body, '$.opens_at') < unixepoch() * 1000 ORDER BY json_extract(body, '$.departs_at')",
                self.site.gate_label,
                SAFE_MINUTES * 60,
            )
            need(found, f"no departure at gate {self.site.gate_label} is open for check-in")
            self._trip = dict(zip(("trip", "stop", "fare", "date"), found[0], strict=True))
        return self._trip

    def centre_sells(self, person: Person) -> Sold:
        """Sell over the web, as any phone does."""
        trip = self.trip()
        sale = {
            "sale_id": uuid4().hex,
            "service_date": trip["date"],
            "trip": trip["trip"],
            "alighting": trip["stop"],
            "document": {"kind": 1, "number": person.number, "name": person.name},
            "kind": 0,
            "children": 0,
        }
        sold = self._office("POST", "/v1/office/sales", sale)
        return Sold(sold["number"], sold["code"])

    def accounts(self) -> dict[str, Any]:
        """The station's money as the centre's office sees it."""
        return self._office("GET", "/v1/office/accounts")

    def sandbox(self) -> dict[str, Any]:
        """What the payment provider, here a sandbox, has taken and given back for the station."""
        return self._office("GET", "/v1/sandbox/accounts")

    def lets_next_payment(self, **behaviour: object) -> None:
        """Tell the sandbox how the next payment shall go."""
        self._office("POST", "/v1/sandbox/behaviour", behaviour)

    def _office(self, method: str, path: str, body: Mapping[str, object] | None = None) -> dict[str, Any]:
        """Ask the centre as the station's office, not through the line."""
        answer = httpx.request(
            method,
            f"{self.site.centre_url()}{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.site.office_token()}"},
            timeout=10,
            trust_env=False,
            verify=self.site.centre_tls(),
        )
        need(answer.status_code == httpx.codes.OK, f"the centre answers {path} with {answer.text}")
        found: dict[str, Any] = answer.json()
        return found

    def reaches_gates(self, *tickets: Sold) -> None:
        """Wait until the caches of both gates hold these tickets."""
        for ticket in tickets:
            wanted = TicketNumber.from_digits(ticket.number).to_bytes()
            for lane in self.lanes.values():
                self._has_ticket(lane, wanted)

    @staticmethod
    def _has_ticket(lane: Lane, number: bytes) -> None:
        found = "SELECT count(*) FROM tickets WHERE number = ?"
        there = f"the ticket in the cache of {lane.place.terminal}"
        until(lambda: rows(lane.cache, found, number) == [(1,)], there)

    def at_centre(self, number: str) -> int:
        """How many tickets of this number the centre has."""
        return int(rows(self.site.centre_db, "SELECT count(*) FROM tickets WHERE number = ?", number)[0][0])

    def knows_passage(self, number: str) -> None:
        """Wait until the centre has one passage of the ticket."""
        sql = "SELECT count(*) FROM uses WHERE number = ? AND end = 'passed'"
        until(lambda: rows(self.site.centre_db, sql, number) == [(1,)], "the passage in the centre's database", 15)
