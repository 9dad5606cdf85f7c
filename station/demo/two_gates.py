"""One ticket, two gates: the station's arbiter decides who was first; without it both go on, and it is found out."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier

from station.demo.lane import Lane, grouped
from station.demo.passenger import QIAN, SUN, until
from station.demo.report import NotSeen
from station.demo.scene import Scene, Sold
from station.demo.witness import facts, need, rows
from tickets.numbers import TicketNumber

UNARBITRATED = "unarbitrated"


class TwoGates:
    """Plays what lanes 1A and 1B, of two controllers at one check-in gate, do with one ticket."""

    def __init__(self, scene: Scene, sabotage: str | None) -> None:
        self._scene = scene
        self._break = sabotage
        self._hesitant = self._doubled = Sold("", "")
        self.twice = ""
        """The ticket that was let in twice while the relay was dead."""

    @property
    def _relay_store(self) -> Path:
        return self._scene.site.terminals["relay-1"]

    @property
    def _relay_db(self) -> Path:
        return self._relay_store / "relay.db"

    def arbitrates(self) -> str:
        """Wait until the arbiter has heard of both gates and grants."""
        self._scene.site.start_relay()
        gates = {self._device(lane) for lane in self._scene.lanes.values()}
        in_step = "SELECT device FROM devices WHERE kind = 'gate' AND in_step = 1"
        until(lambda: gates == {device for (device,) in rows(self._relay_db, in_step)}, "both gates in step", 20)
        until(lambda: rows(self._relay_db, "SELECT arbitrating FROM arbiter") == [(1,)], "an arbiter that grants", 20)
        return "relay.db says that both gates are in step, and that it grants"

    def buy(self) -> list[Sold]:
        """Two more passengers buy on the web."""
        self._hesitant, self._doubled = self._scene.centre_sells(SUN), self._scene.centre_sells(QIAN)
        return [self._hesitant, self._doubled]

    def same_moment(self, number: str, code: str) -> str:
        """Two people hold the same ticket up at two gates at once: exactly one gets in."""
        if self._break == "arbiter":
            self._scene.site.children["relay"].kill()
        lanes = [self._scene.lanes["1A"], self._scene.lanes["1B"]]
        opened, refused = [lane.openings() for lane in lanes], [len(lane.refusals()) for lane in lanes]
        together(*[partial(lane.scans, code) for lane in lanes])

        def answered(at: int) -> bool:
            return bool(lanes[at].claims(number)) or len(lanes[at].refusals()) > refused[at]

        until(lambda: answered(0) and answered(1), "an answer of both gates")
        winners = [lane for lane in lanes if lane.claims(number)]
        need(len(winners) == 1, f"{len(winners)} gates let the same ticket in")
        winner = winners[0]
        loser = next(lane for lane in lanes if lane is not winner)
        need(loser.refusals()[-1]["reason"] == "used", f"refused for another reason: {loser.refusals()[-1]['reason']}")
        need(UNARBITRATED not in winner.claims(number)[0]["flags"], "the gate did not hear the arbiter")
        winner.shows("go", what="same-moment")
        loser.shows("stop", "used", what="same-moment")
        grants = rows(self._relay_db, "SELECT device FROM grants WHERE number = ?", number)
        need(grants == [(self._device(winner),)], f"the arbiter granted it to {len(grants)}")
        winner.walks_through(number)
        need(sum(lane.openings() for lane in lanes) == sum(opened) + 1, "not one opening on both wires together")
        return f"lane {winner.name} let it in, lane {loser.name} said: {loser.said('stop')}"

    def hesitates(self) -> str:
        """Who does not walk through has lost nothing, at whichever gate."""
        here, there = self._scene.lanes["1A"], self._scene.lanes["1B"]
        number, code = self._hesitant.number, self._hesitant.code
        here.scans(code)
        here.admits(number)

        def ended() -> list[str]:
            return [str(each["why"]) for each in facts(here.journal, "use.released") if each["number"] == number]

        until(ended, f"use.released in the journal of lane {here.name}", 15)
        heard = "SELECT end FROM lan_uses WHERE ticket = ?"
        ticket = TicketNumber.from_digits(number).to_bytes()
        until(lambda: rows(there.cache, heard, ticket) == [("released",)], "the other gate has heard of it in the LAN")
        there.scans(code)
        use = there.admits(number, use_no=2)
        need(UNARBITRATED not in use["flags"], "the gate did not hear the arbiter")
        there.shows("go", what="after-hesitation")
        there.walks_through(number)
        return f"lane {here.name} gave the right back ({ended()[0]}), lane {there.name} took it up as use 2"

    def relay_dies(self) -> str:
        """Without an arbiter both gates follow the station's policy, here to let in, and flag it."""
        self._scene.site.children["relay"].kill()
        number = self._doubled.number
        for name in ("1A", "1B"):
            lane = self._scene.lanes[name]
            lane.scans(self._doubled.code)
            flags = lane.admits(number)["flags"]
            need(UNARBITRATED in flags, f"lane {name} does not flag it: {flags}")
            lane.shows("go", what="relay-dead")
            lane.walks_through(number)
        return f"ticket {grouped(number)} went through lanes 1A and 1B, each time flagged {UNARBITRATED}"

    def relay_returns(self) -> str:
        """The relay hears both journals and reports the duplicate in its own."""
        site, number = self._scene.site, self._doubled.number
        before = rows(self._relay_db, "SELECT epoch FROM arbiter")
        site.start_relay()
        reported = self._relay_store / "journal.db"

        def duplicates() -> list[set[str]]:
            return [set(each["devices"]) for each in facts(reported, "use.duplicate") if each["number"] == number]

        until(duplicates, "use.duplicate in the relay's journal", 20)
        gates = {self._device(self._scene.lanes[name]) for name in ("1A", "1B")}
        need(duplicates() == [gates], f"it does not name both gates, once: {duplicates()}")
        after = rows(self._relay_db, "SELECT epoch, arbitrating FROM arbiter")
        need(after == [(*before[0], 1)], "it is another arbiter than before, or does not grant")
        self.twice = number
        return "the same arbiter as before, at once; use.duplicate in its journal names both gates"

    @staticmethod
    def _device(lane: Lane) -> str:
        found = rows(lane.journal, "SELECT device FROM epoch")
        if not found:
            raise NotSeen(f"the journal of lane {lane.name} is not there")
        return str(found[0][0])


def together(*acts: Callable[[], object]) -> None:
    """Do several things in the same moment."""
    start = Barrier(len(acts))

    def do(act: Callable[[], object]) -> object:
        start.wait(5)
        return act()

    with ThreadPoolExecutor(len(acts)) as hands:
        for done in [hands.submit(do, act) for act in acts]:
            done.result()
