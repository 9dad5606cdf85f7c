"""A station of real processes that is hurt on purpose; whether anything was lost is read from files, not asked."""

import contextlib
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import httpx

from station.demo.passenger import Passenger, Person, until
from station.demo.processes import wait_until
from station.demo.report import NotSeen
from station.demo.witness import Row, facts, rows
from sync.comparing.compare import differences, read_cache, read_centre, read_journals
from tests.crash.nursery import BornSite, Nursery

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def person(serial: int) -> Person:
    """Somebody new each time: one document travels once on a departure."""
    number = f"37112219900101{serial:03}"
    check = "10X98765432"[sum(weight * int(digit) for weight, digit in zip(WEIGHTS, number, strict=True)) % 11]
    return Person("测试", number + check)


def qr_codes_in(picture: Path) -> list[str]:
    """Read the QR codes of a picture with zbarimg, and nothing else.

    By itself it also looks for bars without a check character: "A38A", for one, is a Codabar in the strokes of a text.
    """
    argv = ["zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", str(picture)]
    read = subprocess.run(argv, capture_output=True, text=True, check=False)
    return [code for code in read.stdout.split("\n") if code]


class Hand(Passenger):
    """A passenger who takes no pictures: nobody looks at them here."""

    def photographs(self, what: str) -> Path:
        """Only say where the picture would be."""
        return self.album.next(what)


class Life:
    """One site and what is known about it from its files."""

    def __init__(self, folder: Path, nursery: Nursery) -> None:
        self.site = BornSite(folder, nursery)
        self.hand = Hand(self.site, folder.parent / "screens")
        self.serial = 0
        self.till = self.site.kiosk_store / "journal.db"
        self.gate = self.site.gate_store / "journal.db"

    def next_person(self) -> Person:
        self.serial += 1
        return person(self.serial)

    def runs(self, *names: str) -> bool:
        """Have just these of the kiosk and the gate run, which both have much to do all the time; True when one had
        to be started.
        """
        started = False
        for name, start in (("kiosk", self.site.start_kiosk), ("gate", self.site.start_gate)):
            running = name in self.site.children and self.site.children[name].running
            if name not in names and running:
                self.site.children[name].stop()
            elif name in names and not running:
                start()
                started = True
        return started

    # --- the till

    def departures(self) -> list[Row]:
        """Return (trip, last stop, fare, service date) of this gate's departures that stay open for check-in."""
        return rows(
            self.site.kiosk_store / "cache.db",
            "SELECT json_extract(body, '$.trip'), json_extract(body, '$.stops[#-1].stop'), "
            "json_extract(body, '$.stops[#-1].fare'), json_extract(body, '$.service_date') "
            "FROM records WHERE kind = 'departure' AND json_extract(body, '$.gate') = ? "
            "AND json_extract(body, '$.closes_at') > (unixepoch() + 300) * 1000 "
            "AND json_extract(body, '$.opens_at') < unixepoch() * 1000 ORDER BY key",
            self.site.gate_label,
        )

    def buy(self) -> None:
        """Buy one ticket. OSError when the kiosk dies under the passenger's finger."""
        hand, (trip, stop, fare, _) = self.hand, self.departures()[self.serial % len(self.departures())]
        self.reach_the_board()
        hand.touches_control(f"whereTo.stop.{stop}")
        hand.touches_control(f"which.trip.{trip}")
        hand.waits_for("who.")
        self.identify()
        hand.touches_control("who.confirm")
        hand.touches_control("pay.cash")
        hand.pays(fare, photograph=False)
        hand.touches_control("done.finish")

    def identify(self) -> None:
        """Lay a card on the reader; like anybody, take it up and lay it down again when nothing happens."""
        who = self.next_person()
        for _ in range(4):
            self.hand.lays_card_on("id-reader-kiosk", who)
            with contextlib.suppress(TimeoutError):
                self.hand.waits_for("who.change.0", timeout=5)
            self.hand.takes_card_from("id-reader-kiosk")
            if self.hand.sees("who.change.0"):
                return
        raise NotSeen("no card was read in four tries")

    def reach_the_board(self) -> None:
        """Come to the destinations; what a restart left on the screen is another passenger's, who has gone."""
        first = self.hand.waits_for("attract.start", "whereTo.stop", "recovered.")
        if first.startswith("recovered."):
            self.hand.touches_control("recovered.finish" if self.hand.sees("recovered.finish") else "recovered.notMine")
            first = self.hand.waits_for("attract.start", "whereTo.stop")
        if first.startswith("attract."):
            self.hand.touches_control("attract.start")

    def buy_until_the_kiosk_dies(self) -> None:
        """Buy; the kiosk is to die on the way, and the passenger is to notice nothing else."""
        kiosk = self.site.children["kiosk"]
        try:
            self.buy()
        except (OSError, TimeoutError) as error:
            wait_until(lambda: not kiosk.running, 10, f"the kiosk to die (instead: {error})")
        wait_until(lambda: not kiosk.running, 10, "the kiosk to die")

    def unfinished(self) -> list[str]:
        """Return the orders that are neither released nor claimed nor all given out, as far as the machine knows."""
        held = {each["order"]: each["total"] for each in facts(self.till, "order.held")}
        released = {each["order"] for each in facts(self.till, "order.released")}
        claimed = {each["order"] for each in facts(self.till, "claim.opened")}
        delivered = {each["number"] for each in facts(self.till, "ticket.delivered")}
        tickets: dict[str, list[str]] = {}
        for each in facts(self.till, "ticket.issued"):
            tickets.setdefault(each["order"], []).append(each["number"])
        done = {order for order, numbers in tickets.items() if delivered.issuperset(numbers)}
        return sorted(held.keys() - released - claimed - done)

    def money_is_whole(self) -> str:
        """Return "" when the stacker's money is tickets and claims to the fen; otherwise what is wrong."""
        stacker = int(self.site.devices["cash"].control.state()["total_fen"])
        issued = sum(each["fare"] for each in facts(self.till, "ticket.issued"))
        claims = sum(each["fen"] for each in facts(self.till, "claim.opened"))
        taken = sum(each["fen"] for each in facts(self.till, "money.taken"))
        if stacker == issued + claims == taken:
            return ""
        return f"stacker {stacker}, tickets {issued}, claims {claims}, journal {taken}"

    def printed_codes(self) -> list[str]:
        printed = self.site.devices["printer"].folder / "printed"
        return [code for piece in sorted(printed.glob("0*.png")) for code in qr_codes_in(piece)]

    # --- the gate

    def web_ticket(self) -> tuple[str, str]:
        """Have the centre sell a ticket; returns number and code."""
        trip, stop, _, date = self.departures()[self.serial % len(self.departures())]
        who = self.next_person()
        sale = {
            "sale_id": uuid4().hex,
            "service_date": date,
            "trip": trip,
            "alighting": stop,
            "document": {"kind": 1, "number": who.number, "name": who.name},
            "kind": 0,
            "children": 0,
        }
        headers = {"Authorization": f"Bearer {self.site.office_token()}"}
        sales, tls = f"{self.site.centre_url()}/v1/office/sales", self.site.centre_tls()
        answer = httpx.post(sales, json=sale, headers=headers, trust_env=False, verify=tls)
        answer.raise_for_status()
        return answer.json()["number"], answer.json()["code"]

    def ends(self, number: str) -> list[str]:
        """How the uses of a ticket ended, by the gate's journal."""
        kinds = ("use.passed", "use.released", "use.unresolved")
        return [kind for kind in kinds for each in facts(self.gate, kind) if each["number"] == number]

    def claims(self, number: str) -> list[int]:
        return [each["use_no"] for each in facts(self.gate, "use.claimed") if each["number"] == number]

    def walk(self, number: str) -> None:
        """Wait for the open arm, walk, and see the passage recorded."""
        barrier = self.site.devices["barrier"].control
        until(lambda: barrier.state()["arm"] == "open", "the arm open")
        if not self.hand.walks_through():
            raise NotSeen("the arm did not let the passenger through")
        until(lambda: "use.passed" in self.ends(number), f"use.passed of {number}")
        until(lambda: barrier.state()["arm"] == "closed", "the arm closed")

    def show_until(self, code: str, seen: Callable[[], object], what: str, timeout: float = 20.0) -> None:
        """Hold up a code, take it away, and again, until something is seen: what is held up is one presentation."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            self.hand.shows_phone(code)
            with contextlib.suppress(NotSeen):
                return until(seen, what, 1.5)
        raise NotSeen(what)

    # --- both sides

    def apart(self) -> list[str]:
        """Return in what the two sides differ, read from their files."""
        stores = (self.site.kiosk_store, self.site.gate_store)
        devices = [device for store in stores for (device,) in rows(store / "journal.db", "SELECT device FROM epoch")]
        centre = read_centre(self.site.centre_db)
        found = differences(read_journals([store / "journal.db" for store in stores]), centre.by_devices(devices))
        for store in stores:
            found += differences(read_cache(store / "cache.db"), centre)
        return found

    def become_equal(self) -> None:
        """Wait until both sides hold the same facts."""
        try:
            until(lambda: not self.apart(), "the same facts on both sides", 25)
        except NotSeen as error:
            raise NotSeen(f"{error}: {self.apart()[:5]}") from error
