"""What staff do: a badge, another gate for a coach, the end of check-in, late passengers, and the departure sheet."""

import json
import threading
import time
from pathlib import Path
from typing import Any

from station.demo.lane import Lane, grouped
from station.demo.passenger import WU, ZHENG, ZHOU, until
from station.demo.scene import Scene, Sold
from station.demo.site import BADGE
from station.demo.witness import facts, need, rows

WITHIN_SECONDS = 1.0
"""How long an act of staff may take from its signature to the other gates."""


class Staff:
    """An attendant with a badge card, who acts at terminals and at a lane's reader."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._moved = self._late = self._later = Sold("", "")
        self._acts: list[str] = []

    def buy(self) -> list[Sold]:
        """Three more passengers buy on the web."""
        self._moved, self._late, self._later = (self._scene.centre_sells(person) for person in (ZHOU, WU, ZHENG))
        return [self._moved, self._late, self._later]

    def gets_a_badge(self) -> str:
        """The centre makes the badge and its card; every terminal hears of it before the line is cut."""
        site = self._scene.site
        site.make_badge()
        need(site.badge_card.stat().st_mode & 0o077 == 0, "others than its owner can read the card")
        listed = json.loads(site.waystation("centre", "badge", "list", "--dir", str(site.centre_store), "--json"))
        need([each["number"] for each in listed["badges"]] == [BADGE], "the badge is not on the trust list")
        for store in self._scene.stores:
            self._has_list(store, listed["version"])
        return f"badge {BADGE}: its key is on the card alone, sealed by the PIN; all terminals have the new trust list"

    @staticmethod
    def _has_list(store: Path, version: int) -> None:
        sql = "SELECT value FROM state WHERE key = 'trust_version'"
        until(lambda: rows(store / "cache.db", sql) == [(str(version),)], f"the new trust list in {store.name}", 15)

    def moves_the_coach(self) -> str:
        """The line is cut: an act that is signed at the kiosk is obeyed at both gates within a second."""
        before, after = self._scene.lanes["1A"], self._scene.lanes["2A"]
        seconds = self._acts_on("gate", "kiosk-1", "--gate", "2")
        ticket = self._moved
        said = before.refuses(ticket.code, ticket.number, "wrong_gate")
        need("2" in said, f"it does not say which gate: {said}")
        texts = before.shows("stop", "wrong_gate", what="moved")
        need(any("2" in text for text in texts), f"the display does not say which gate: {texts}")
        self._passes(after, ticket, set(), "moved")
        return f"{seconds:.1f} s from signature to both gates; lane 1A: {said}; lane 2A let the passenger in"

    def stops(self) -> str:
        """Check-in is stopped: a late passenger is refused, and let in by the badge at the reader, on record."""
        lane, ticket = self._scene.lanes["2A"], self._late
        shown = json.loads(self._scene.site.staff("badge", "code", "gate-2", "--json"))
        self._acts_on("stop", "gate-1")
        said = lane.refuses(ticket.code, ticket.number, "closed")
        lane.shows("stop", "closed")
        lane.scans(shown["code"])
        self._passes(lane, ticket, {"overridden"}, "by-badge", scan=False)
        kept = [each for each in facts(lane.journal, "staff.overrode") if each["number"] == ticket.number]
        want = [{"lane": "2A", "badge": BADGE, "reason": "closed", "number": ticket.number, "use_no": 1}]
        need(kept == want, f"who let the passenger in, and why, is not on record: {kept}")
        return f"{said} Then let in by badge {BADGE}: staff.overrode says who, at which lane, and for what reason"

    def lets_late_ones_board(self) -> str:
        """Late boarding is allowed: the next late passenger needs no badge, and is flagged."""
        lane, ticket = self._scene.lanes["2A"], self._later
        lane.refuses(ticket.code, ticket.number, "closed")
        self._acts_on("late", "gate-2", "--until", "10", "--why", "Bus from Rizhao was late")
        self._passes(lane, ticket, {"late"}, "late")
        return f"refused, then let in until ten minutes from now and flagged late, by badge {BADGE} and its reason"

    def counts(self, twice: str, terminal: str, picture: Path, *, complete: bool) -> str:
        """The departure sheet counts what the beams of all lanes have counted. `complete`: it knows all sales too.

        Who paid by phone does not come; whoever gave the ticket back is not missed.
        """
        trip = self._scene.trip()
        config = str(self._scene.site.terminals[terminal] / "terminal.toml")
        sheet = json.loads(
            self._scene.site.waystation(
                "departure", "sheet", "--config", config, "--trip", trip["trip"], "--date", trip["date"], "--json",
                "--picture", str(picture),
            )
        )  # fmt: skip
        self._scene.report.keep("departure_sheet", picture)
        beams = {name: lane.passages() for name, lane in self._scene.lanes.items()}
        lanes = {name: count["entered"] for name, count in sheet["lanes"].items()}
        need(lanes == beams, f"the sheet counts {lanes}, the beams {beams}")
        need(sheet["persons"] == sum(beams.values()), f"{sheet['persons']} persons, {sum(beams.values())} in the beams")
        need(sheet["admitted_twice"] == [twice], f"let in twice: {sheet['admitted_twice']}")
        found = {name: sheet[name] for name in ("late", "overridden", "unarbitrated", "no_shows", "gate")}
        want = {"late": 1, "overridden": 1, "unarbitrated": 1, "no_shows": 1, "gate": "2"}
        need(found == want, f"the sheet says {found}")
        need([each["act"] for each in sheet["staff"]] == ["gate", "stop", "late"], "the acts of staff are not on it")
        need(not complete or sheet["boarded_unlisted"] == 0, "there are tickets aboard that it does not list")
        return (
            f"{sheet['persons']} aboard of {sheet['sold']} sold, lane by lane as in the beams "
            f"({', '.join(f'{name} {count}' for name, count in sorted(beams.items()))}); ticket {grouped(twice)} twice"
        )

    def acts_at_centre(self) -> list[str]:
        """What of these acts the centre has not taken in yet, or says otherwise than they were signed."""
        trip, site = self._scene.trip(), self._scene.site
        body = "SELECT body FROM departures WHERE service_date = ? AND trip = ?"
        found = rows(site.centre_db, body, trip["date"], trip["trip"])
        departure: dict[str, Any] = json.loads(found[0][0]) if found else {}
        missing = [f"act {act} at the centre" for act in self._acts if act not in departure.get("acts", [])]
        if departure.get("gate") != "2":
            missing.append("gate 2 at the centre")
        told = "SELECT body FROM records WHERE kind = 'departure' AND key = ?"
        for store in self._scene.stores:
            kept = rows(store / "cache.db", told, f"{trip['date']}/{trip['trip']}")
            if not kept or json.loads(kept[0][0]) != departure:
                missing.append(f"the centre's word of the coach in {store.name}")
        return missing

    def _acts_on(self, act: str, terminal: str, *words: str) -> float:
        """Sign an act with the badge; returns the seconds from its signature until both gates had it."""
        trip = self._scene.trip()
        stores = {lane.store for lane in self._scene.lanes.values()}
        before = {store: _facts_in(store) for store in stores}
        seen: dict[Path, float] = {}
        done = threading.Event()

        def watch() -> None:
            while len(seen) < len(stores) and not done.wait(0.01):
                for store in stores - seen.keys():
                    if _facts_in(store) > before[store]:
                        seen[store] = time.time()

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            coach = ("--trip", trip["trip"], "--date", trip["date"])
            said = json.loads(self._scene.site.staff("departure", act, terminal, *coach, *words, "--json"))
            until(lambda: len(seen) == len(stores), f"the act {act!r} at both gates", 5)
        finally:
            done.set()
            watcher.join()
        need(said["obeyed_by"] == "relay", f"obeyed by {said['obeyed_by']}: {said['said']}")
        need(said["badge"] == BADGE, f"signed by badge {said['badge']}")
        self._acts.append(said["fact"])
        took: float = max(seen.values()) - said["at"] / 1000
        need(took <= WITHIN_SECONDS, f"it took {took:.1f} s until both gates had it")
        return took

    @staticmethod
    def _passes(lane: Lane, ticket: Sold, flags: set[str], picture: str, *, scan: bool = True) -> None:
        if scan:
            lane.scans(ticket.code)
        use = lane.admits(ticket.number)
        told = set(use["flags"]) & {"overridden", "late", "unarbitrated"}
        need(told == flags, f"flagged {sorted(told)}, not {sorted(flags)}")
        lane.shows("go", what=picture)
        lane.walks_through(ticket.number)


def _facts_in(store: Path) -> int:
    found = rows(store / "cache.db", "SELECT count(*) FROM staff_facts WHERE refused IS NULL")
    return int(found[0][0]) if found else 0
