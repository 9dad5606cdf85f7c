"""One lane of a gate as it is seen from outside: its reader, its barrier and beams, its display, its gate's journal."""

from typing import Any

from station.demo.passenger import Album, until
from station.demo.site import Device, Site
from station.demo.witness import facts, need, openings
from tickets.numbers import TicketNumber


def grouped(number: str) -> str:
    """A ticket's number as people read it."""
    return TicketNumber.from_digits(number).grouped


class Lane:
    """What passengers and witnesses do at one lane. It never asks the gate."""

    def __init__(self, site: Site, name: str, album: Album) -> None:
        """`album` is where pictures of its display go."""
        self._site = site
        self._album = album
        self.name = name
        self.place = site.lanes[name]
        self.store = site.terminals[self.place.terminal]
        self.journal = self.store / "journal.db"
        self.cache = self.store / "cache.db"

    @property
    def barrier(self) -> Device:
        """Its barrier's simulator."""
        return self._site.devices[self.place.barrier]

    def scans(self, text: str) -> None:
        """Hold a code to its scanner."""
        self._site.devices[self.place.scanner].control.do("scan", text=text)

    def openings(self) -> int:
        """How often its coil was energised so far, by the bytes on the wire."""
        return openings(self.barrier.wire())

    def passages(self) -> int:
        """How many people the barrier has counted through its open arm."""
        return int(self.barrier.control.state()["passages"])

    def claims(self, number: str) -> list[dict[str, Any]]:
        """This lane's claims of a ticket's uses, by the gate's journal, oldest first."""
        claimed = facts(self.journal, "use.claimed")
        return [each for each in claimed if each["number"] == number and each["lane"] == self.name]

    def refusals(self) -> list[dict[str, Any]]:
        """What this lane has refused, by the gate's journal."""
        return [each for each in facts(self.journal, "scan.refused") if each["lane"] == self.name]

    def admits(self, number: str, by: str = "code", use_no: int = 1) -> dict[str, Any]:
        """Wait until a use of the ticket is durable in the gate's journal; returns it."""

        def claimed() -> list[dict[str, Any]]:
            return [each for each in self.claims(number) if (each["by"], each["use_no"]) == (by, use_no)]

        until(claimed, f"use.claimed of ticket {grouped(number)} by {by} in the journal of lane {self.name}")
        return claimed()[-1]

    def refuses(self, code: str, number: str, reason: str, within: float = 10.0) -> str:
        """Hold up a code that must be refused for this reason, with the coil untouched; returns what is said."""
        before, refused, said = self.openings(), len(self.refusals()), len(self._said("stop"))
        self.scans(code)
        until(lambda: len(self.refusals()) == refused + 1, f"a refusal in the journal of lane {self.name}", within)
        last = self.refusals()[-1]
        need((last["number"], last["reason"]) == (number, reason), f"refused for another reason: {last['reason']}")
        need(self.openings() == before, "the coil was written all the same")
        until(lambda: len(self._said("stop")) > said, f"the refusal on the display of lane {self.name}")
        return self.said("stop")

    def announced(self) -> list[dict[str, Any]]:
        """What the gate has said at this lane so far."""
        lines = self._site.children[self.place.process].output()
        return [line for line in lines if line.get("lane") == self.name and "showing" in line]

    def said(self, showing: str) -> str:
        """What the gate last said with this picture at this lane, in words."""
        said = self._said(showing)[-1]
        return f"{said['word'][0]} / {said['word'][1]}: {said['sentence'][0]}"

    def _said(self, showing: str) -> list[dict[str, Any]]:
        return [line for line in self.announced() if line["showing"] == showing]

    def walks_through(self, number: str) -> None:
        """Walk through the open arm; returns when beams, journal and arm have all followed."""
        barrier = self.barrier.control
        before, passed = self.passages(), self._passed(number)
        until(lambda: barrier.state()["arm"] == "open", "the arm open", 5)
        need(barrier.do("walk_through")["passed"], "the arm did not let the passenger through")
        until(lambda: self.passages() == before + 1, "one more passage counted by the barrier")
        until(lambda: self._passed(number) == passed + 1, "use.passed at the gate")
        until(lambda: barrier.state()["arm"] == "closed", "the arm closed again")

    def _passed(self, number: str) -> int:
        return sum(each["number"] == number for each in facts(self.journal, "use.passed"))

    def shows(self, showing: str, reason: str | None = None, what: str = "") -> list[str]:
        """Wait until its display shows this, and photograph it; returns what can be read. Nothing may be cut off."""

        def now() -> dict[str, Any]:
            state: dict[str, Any] = self._site.eyes.state()[self.name]
            return state

        seen: dict[str, Any] = {}

        def there() -> bool:
            seen.update(now())
            return (seen["showing"], seen["reason"]) == (showing, reason)

        until(there, f"{showing} {reason or ''} on the display of lane {self.name}", 20)
        path = self._album.next(f"lane-{self.name}-{what or reason or showing}")
        self._site.eyes.do("grab", lane=self.name, path=str(path))
        need(not seen["cut"], f"the display of lane {self.name} cuts words off: {seen['cut']}")
        return list(seen["texts"])
