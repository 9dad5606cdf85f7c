"""The day at the station: sale, print, scan, passage, refused copy; the line is cut, all of it happens again, and when
it comes back both sides are equal. Every step is asserted by looking at the other side (witness.py).
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from station.demo.passenger import CHEN, LI, WANG, ZHANG, ZHAO, Passenger, Person, until
from station.demo.report import NotSeen, Report
from station.demo.site import Site
from station.demo.witness import codes_in, facts, need, openings, rows
from sync.compare import differences, read_cache, read_centre, read_journals
from tickets.numbers import TicketNumber

BREAKS = ("printer", "coil", "push", "cache")
MOST_TOUCHES = 7
SAFE_MINUTES = 6
"""A departure is chosen whose check-in stays open for at least so long, so that it does not close during the play."""


@dataclass(slots=True)
class Bought:
    """What one purchase left behind."""

    codes: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    pictures: list[Path] = field(default_factory=list)
    fares: int = 0


class Day:
    """Plays the day on a site and reports it."""

    def __init__(self, site: Site, report: Report, sabotage: str | None) -> None:
        self._site = site
        self._report = report
        self._break = sabotage
        self._passenger = Passenger(site, report.folder / "screens")
        self._first = Bought()
        self._offline = Bought()
        self._web = ""
        self._by_card = ""
        self._openings = 0
        self._trip: dict[str, Any] = {}

    def play(self) -> bool:
        """Play all steps, stopping at the first that is not seen."""
        for name, act in self._steps():
            if not self._report.play(name, act):
                self._passenger.photographs_if_it_can("not-seen")
                break
        else:
            self._report.finished = True
        self._report.touches_in_all = self._passenger.touches
        self._report.write()
        return self._report.ok

    def _steps(self) -> list[tuple[str, Callable[[], str]]]:
        return [
            ("station: centre, line, devices and two enrolled terminals are up", self._set_up),
            ("cache: both terminals hold the centre's timetable", self._cache),
            ("kiosk and gate are ready", self._open),
            ("sale: a passenger buys a ticket with seven touches at most", self._sale),
            ("printer: the ticket comes out, and a reader that is not ours reads it", self._printer),
            ("push: the sale stands at the centre, once", self._push),
            ("camera: the gate reads the printed ticket and records its decision", self._camera),
            ("coil: the barrier is opened, on the wire and in the device", self._coil),
            ("passage: the passenger walks through, and the centre knows it", self._passage),
            ("copy: the same ticket again is refused, the coil stays untouched", self._copy),
            ("web: a ticket that the centre sold is admitted from a phone", self._web_ticket),
            ("pull: another web ticket reaches the gate's cache, for later", self._for_the_card),
            ("cut: the line is cut", self._cut),
            ("offline sale: two travellers buy in English, for cash", self._offline_sale),
            ("offline print: both tickets come out", self._offline_print),
            ("offline admission: the first walks through on the printed ticket", self._offline_admission),
            ("offline ID card: the web's passenger walks through on the ID card alone", self._offline_card),
            ("offline copy: refused, and the coil stays untouched", self._offline_copy),
            ("apart: the centre has heard nothing of it", self._apart),
            ("back: the line comes back, and both sides are equal", self._back),
            ("strangers: the tickets hold for whoever has the published keys", self._strangers),
        ]

    # --- the station opens

    def _set_up(self) -> str:
        self._site.start()
        self._keep_keys()
        return f"{len(self._site.children)} processes; the centre is reached through a line that can be cut"

    def _keep_keys(self) -> None:
        """Publish what a stranger needs to check a ticket: public keys and the trust list."""
        for name in ("ticket", "certificate", "root"):
            public = self._report.folder / f"{name}_key.pem"
            public.write_bytes(self._site.public_key(name))
            self._report.keep(f"{name}_key", public)
        trust = self._report.folder / "trust-list.cbor"
        shutil.copy(self._site.gate_store / "trust.cbor", trust)
        self._report.keep("trust_list", trust)

    def _cache(self) -> str:
        if self._break == "cache":
            (self._site.gate_store / "cache.db").mkdir()  # a folder where the file should be: nothing can be kept
        for store in (self._site.kiosk_store, self._site.gate_store):
            self._site.start_sync(store)
        wanted = self._departures(self._site.centre_db, "centre")
        need(wanted, "the centre has no departures")
        for store in (self._site.kiosk_store, self._site.gate_store):
            self._has_departures(store, wanted)
        return f"{len(wanted)} departures, read from both files"

    def _has_departures(self, store: Path, wanted: set[str]) -> None:
        until(lambda: self._departures(store / "cache.db", "cache") >= wanted, f"the timetable in {store.name}")

    def _departures(self, database: Path, kind: str) -> set[str]:
        alive = " AND body IS NOT NULL" if kind == "centre" else ""
        return {key for (key,) in rows(database, f"SELECT key FROM records WHERE kind = 'departure'{alive}")}  # noqa: S608

    def _open(self) -> str:
        self._site.start_gate()
        self._site.start_kiosk()
        self._passenger.waits_for("attract.start")
        return "the kiosk invites, the gate waits"

    # --- a sale, online

    def _sale(self) -> str:
        if self._break == "printer":
            self._site.devices["printer"].control.do("die_in_print", rows=200)
        if self._break == "push":
            self._site.line.do("refuse", text="POST /v1/sync/push")
        before = self._passenger.touches
        self._first = self._buys([ZHANG])
        touches = self._passenger.touches - before
        need(touches <= MOST_TOUCHES, f"{touches} touches for the next coach and one adult")
        ticket = _grouped(self._first.numbers[0])
        return f"{touches} touches; ¥{self._first.fares / 100:.2f} in the stacker, ticket {ticket}"

    def _buys(self, people: list[Person]) -> Bought:
        """Choose, identify, pay; returns when every ticket is issued, whatever the printer does."""
        hand, journal = self._passenger, self._site.kiosk_store / "journal.db"
        issued_before = len(facts(journal, "ticket.issued"))
        trip = self._choose_departure()
        if hand.waits_for("attract.start", "whereTo.stop").startswith("attract"):
            hand.touches_control("attract.start")
        hand.touches_control(f"whereTo.stop.{trip['stop']}")
        hand.touches_control(f"which.trip.{trip['trip']}")
        hand.waits_for("who.")
        for person in people:
            already = sum(hand.sees(f"who.change.{index}") for index in range(5))
            hand.lays_card_on("id-reader-kiosk", person)
            hand.waits_for(f"who.change.{already}")
            hand.takes_card_from("id-reader-kiosk")
        hand.touches_control("who.confirm")
        hand.touches_control("pay.cash")
        stacker = self._site.devices["cash"].control
        before = stacker.state()["total_fen"]
        total = trip["fare"] * len(people)
        hand.pays(total)
        until(lambda: len(facts(journal, "ticket.issued")) == issued_before + len(people), "the tickets in the journal")
        need(stacker.state()["total_fen"] - before == total, "the stacker holds another sum than the fares")
        issued = facts(journal, "ticket.issued")[issued_before:]
        return Bought([each["code"] for each in issued], [each["number"] for each in issued], [], total)

    def _choose_departure(self) -> dict[str, Any]:
        """Return a departure of this gate whose check-in is open and stays so, as the kiosk's cache has it."""
        found = rows(
            self._site.kiosk_store / "cache.db",
            "SELECT json_extract(body, '$.trip'), json_extract(body, '$.stops[#-1].stop'), "
            "json_extract(body, '$.stops[#-1].fare'), json_extract(body, '$.service_date') "
            "FROM records WHERE kind = 'departure' AND json_extract(body, '$.gate') = ? "
            "AND json_extract(body, '$.closes_at') > (unixepoch() + ?) * 1000 "
            "AND json_extract(body, '$.opens_at') < unixepoch() * 1000 ORDER BY json_extract(body, '$.departs_at')",
            self._site.gate_label,
            SAFE_MINUTES * 60,
        )
        need(found, f"no departure at gate {self._site.gate_label} is open for check-in")
        self._trip = dict(zip(("trip", "stop", "fare", "date"), found[0], strict=True))
        return self._trip

    def _printer(self) -> str:
        seen = self._prints(self._first, self._report.folder)
        self._report.touches = self._passenger.touches
        need(self._report.touches <= MOST_TOUCHES, f"{self._report.touches} touches for one ticket")
        return seen

    def _prints(self, bought: Bought, folder: Path) -> str:
        printed = self._site.devices["printer"].folder / "printed"
        for number, code in zip(bought.numbers, bought.codes, strict=True):

            def holding(code: str = code) -> Path | None:
                return next((each for each in sorted(printed.glob("*.png")) if codes_in(each) == [code]), None)

            until(holding, f"a printed piece whose code is ticket {_grouped(number)}", 20)
            piece = holding()
            assert piece is not None
            kept = folder / f"ticket-{len(self._report.printed) + 1}.png"
            shutil.copy(piece, kept)
            bought.pictures.append(kept)
            self._report.printed.append(kept)
        self._report.kept.setdefault("delegated_ticket", bought.codes[0])
        self._passenger.waits_for("done.finish")
        self._passenger.touches_control("done.finish")
        self._passenger.waits_for("attract.start")
        return f"{len(bought.codes)} printed; zbarimg reads exactly the ticket in the till's journal"

    def _push(self) -> str:
        number = self._first.numbers[0]
        self._stands_at_centre(number)
        return f"ticket {_grouped(number)} stands once in centre.db"

    def _stands_at_centre(self, number: str) -> None:
        until(lambda: self._at_centre(number) == 1, f"ticket {_grouped(number)} once in the centre's database", 15)

    def _at_centre(self, number: str) -> int:
        return int(rows(self._site.centre_db, "SELECT count(*) FROM tickets WHERE number = ?", number)[0][0])

    # --- the gate

    def _camera(self) -> str:
        if self._break == "coil":
            self._site.devices["barrier"].control.do("coil_stuck", on=True)
        self._openings = openings(self._site.devices["barrier"].wire())
        self._passenger.shows_picture(self._first.pictures[0])
        self._is_admitted(self._first.numbers[0], "code")
        return "use.claimed is durable in the gate's journal"

    def _is_admitted(self, number: str, by: str) -> None:
        journal = self._site.gate_store / "journal.db"

        def claimed() -> bool:
            return any(each["number"] == number and each["by"] == by for each in facts(journal, "use.claimed"))

        until(claimed, f"use.claimed of ticket {_grouped(number)} by {by} in the gate's journal")

    def _coil(self) -> str:
        barrier = self._site.devices["barrier"]
        until(lambda: openings(barrier.wire()) == self._openings + 1, "one opening on the barrier's wire")
        until(lambda: barrier.control.state()["arm"] == "open", "the arm open", 5)
        return "one write of the timed pulse in the simulator's byte log; the arm is up"

    def _passage(self) -> str:
        self._walks_through(self._first.numbers[0])
        number = self._first.numbers[0]
        self._centre_knows_passage(number)
        return "beams counted by the barrier, use.passed at the gate, and the centre has it"

    def _walks_through(self, number: str) -> None:
        barrier, journal = self._site.devices["barrier"], self._site.gate_store / "journal.db"
        before = barrier.control.state()["passages"]
        until(lambda: barrier.control.state()["arm"] == "open", "the arm open", 5)
        need(self._passenger.walks_through(), "the arm did not let the passenger through")
        until(lambda: barrier.control.state()["passages"] == before + 1, "one more passage counted by the barrier")
        until(lambda: any(each["number"] == number for each in facts(journal, "use.passed")), "use.passed at the gate")
        until(lambda: barrier.control.state()["arm"] == "closed", "the arm closed again")

    def _centre_knows_passage(self, number: str) -> None:
        sql = "SELECT count(*) FROM uses WHERE number = ? AND end = 'passed'"
        until(lambda: rows(self._site.centre_db, sql, number) == [(1,)], "the passage in the centre's database", 15)

    def _copy(self) -> str:
        return self._is_refused(self._first.codes[0], self._first.numbers[0])

    def _is_refused(self, code: str, number: str) -> str:
        barrier, journal = self._site.devices["barrier"], self._site.gate_store / "journal.db"
        before, refused = openings(barrier.wire()), len(facts(journal, "scan.refused"))
        self._passenger.shows_phone(code)
        until(lambda: len(facts(journal, "scan.refused")) == refused + 1, "a refusal in the gate's journal")
        last = facts(journal, "scan.refused")[-1]
        need((last["number"], last["reason"]) == (number, "used"), f"refused for another reason: {last['reason']}")
        need(openings(barrier.wire()) == before, "the coil was written all the same")
        said = [line for line in self._site.children["gate"].output() if line.get("showing") == "stop"][-1]
        return f"{said['word'][0]} / {said['word'][1]}: {said['sentence'][0]}"

    def _web_ticket(self) -> str:
        number, self._web = self._centre_sells(WANG)
        self._report.kept["ticket"] = self._web
        self._passenger.shows_phone(self._web)
        self._is_admitted(number, "code")
        self._walks_through(number)
        self._centre_knows_passage(number)
        return f"ticket {_grouped(number)}, signed by the centre, admitted and passed"

    def _centre_sells(self, person: Person) -> tuple[str, str]:
        """Sell over the web, as any phone does; returns number and code."""
        sale = {
            "sale_id": uuid4().hex,
            "service_date": self._trip["date"],
            "trip": self._trip["trip"],
            "alighting": self._trip["stop"],
            "document": {"kind": 1, "number": person.number, "name": person.name},
            "kind": 0,
            "children": 0,
        }
        headers = {"Authorization": f"Bearer {self._site.office_token()}"}
        url = f"{self._site.centre_url()}/v1/office/sales"
        answer = httpx.post(url, json=sale, headers=headers, timeout=10, trust_env=False)
        need(answer.status_code == httpx.codes.OK, f"the centre did not sell: {answer.text}")
        return answer.json()["number"], answer.json()["code"]

    def _for_the_card(self) -> str:
        self._by_card, _ = self._centre_sells(CHEN)
        wanted = TicketNumber.from_digits(self._by_card).to_bytes()
        cache = self._site.gate_store / "cache.db"
        sql = "SELECT count(*) FROM tickets WHERE number = ?"
        until(lambda: rows(cache, sql, wanted) == [(1,)], "the ticket in the gate's cache")
        return f"ticket {_grouped(self._by_card)} is in the gate's cache"

    # --- the line is cut

    def _cut(self) -> str:
        self._site.line.do("cut")
        address = self._site.children["line"].ready["address"]
        try:
            httpx.get(f"http://{address}/v1/health", timeout=2, trust_env=False)
        except httpx.HTTPError as error:
            return f"nothing answers any more ({type(error).__name__}); the centre itself goes on"
        raise NotSeen("the centre still answers through the line")

    def _offline_sale(self) -> str:
        self._passenger.touches_control("band.language")
        self._offline = self._buys([LI, ZHAO])
        return f"two tickets, ¥{self._offline.fares / 100:.2f} in the stacker"

    def _offline_print(self) -> str:
        return self._prints(self._offline, self._report.folder)

    def _offline_admission(self) -> str:
        self._passenger.shows_picture(self._offline.pictures[0])
        self._is_admitted(self._offline.numbers[0], "code")
        self._walks_through(self._offline.numbers[0])
        return "by the till's certificate in the code alone: this gate has never heard of the sale"

    def _offline_card(self) -> str:
        self._passenger.lays_card_on("id-reader-gate", CHEN)
        self._is_admitted(self._by_card, "card")
        self._passenger.takes_card_from("id-reader-gate")
        self._walks_through(self._by_card)
        return "found by its identity tag among the departures of the day"

    def _offline_copy(self) -> str:
        return self._is_refused(self._offline.codes[0], self._offline.numbers[0])

    def _apart(self) -> str:
        known = [self._at_centre(number) for number in self._offline.numbers]
        need(not any(known), "the centre knows a ticket that was sold while the line was cut")
        return "no ticket and no passage of the cut line in centre.db"

    # --- the line comes back

    def _back(self) -> str:
        self._site.line.do("restore")
        for number in self._offline.numbers:
            self._stands_at_centre(number)
        stores = (self._site.kiosk_store, self._site.gate_store)
        devices = [device for store in stores for (device,) in rows(store / "journal.db", "SELECT device FROM epoch")]

        def apart() -> list[str]:
            centre = read_centre(self._site.centre_db)
            found = differences(read_journals([store / "journal.db" for store in stores]), centre.by_devices(devices))
            for store in stores:
                found += differences(read_cache(store / "cache.db"), centre)
            return found

        until(lambda: not apart(), "the same facts on both sides", 20)
        return "journals, both caches and centre.db hold the same facts"

    def _strangers(self) -> str:
        trust = str(self._report.folder / "trust-list.cbor")
        root = str(self._report.folder / "root_key.pem")
        for code in (self._web, self._first.codes[0]):
            self._site.waystation("ticket", "verify", "--trust", trust, "--root", root, code)
        return "`waystation ticket verify` agrees on one by the centre and one by a till"


def _grouped(number: str) -> str:
    return TicketNumber.from_digits(number).grouped
