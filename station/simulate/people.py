"""Whoever comes: buys at a till or from home, shows a ticket at a gate, shows it again, gives it back."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from drivers.barrier import Way
from kiosk.till.commands import CancelOrder, EndSession, HoldOrder, Person, StartCash, TypeDocument
from kiosk.till.till import Till
from kiosk.till.values import OrderState
from station.simulate.asgi import Answered, Asked
from station.simulate.network import Unreachable
from station.simulate.nodes.centre import CENTRE
from station.simulate.nodes.gate import GateNode, Visit
from station.simulate.nodes.till import TillNode
from station.simulate.plan import FAR, NEAR
from sync.server.key_files import office_token
from tickets.identity import DocumentKind
from tickets.journey import TicketKind
from tickets.service_day import CHINA, service_date
from tickets.uses import UseEnd

if TYPE_CHECKING:
    from station.simulate.world import StationThere, World

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_AGAIN_MS = 5000
_AGAIN_AT_MOST_MS = 120_000
_PATIENCE_MS = 90_000
OK, SERVER_FAULT = 200, 500
MOST_QUEUE = 3


def resident_number(index: int) -> str:
    """A resident's number whose check character is right (GB 11643), another one for each index below 10,000,000."""
    body = (
        f"371081{1950 + index // 100_000 % 50}{index // 28 % 12 + 1:02d}{index % 28 + 1:02d}{index // 336 % 1000:03d}"
    )
    return body + _CHECKS[sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, body, strict=True)) % 11]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Somebody with a ticket in hand."""

    station: "StationThere"
    number: str
    code: str
    label: str
    departs_ms: int
    """When the coach leaves, in virtual ms."""


class Crowd:
    """All passengers of a world. `sold` is how many tickets people have in hand."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._chance: Random = world.chance.stream("people")
        self._waiting = 0
        self._people = 0
        self.sold = 0
        self.held: dict[str, Holder] = {}
        self._tokens: dict[int, str] = {}
        for station in world.stations:
            for till in station.tills:
                self.serves(station, till)

    def serves(self, station: "StationThere", till: TillNode) -> None:
        """People buy at this till too."""
        till.when_printed = self._printed(station, till)

    @property
    def at_rest(self) -> bool:
        """Whether nobody waits for anything any more."""
        return self._waiting == 0

    def plan(self) -> None:
        """Let people come, spread over the plan's hours."""
        plan, chance = self._world.plan, self._chance
        for station in self._world.stations:
            self._tokens[station.code] = office_token(self._world.centre.folder, station.code)
            for _ in range(round(plan.passengers_an_hour * plan.hours)):
                at = chance.randrange(max(1, plan.lasts_ms))
                from_home = chance.random() < 0.35
                act = self._from_home(station) if from_home else self._to_till(station)
                self._world.agenda.after(at, act)

    # ------------------------------------------------------------------ at a till

    def _to_till(self, station: "StationThere") -> Callable[[], None]:
        def act() -> None:
            there = (*station.tills, *(copy for copy in self._world.clones if copy.place.number == station.number))
            tills = [till for till in there if till.till is not None and till.alive and till.queue < MOST_QUEUE]
            if tills and not self._world.calm_now:
                self._chance.choice(tills).serve(self._buys)

        return act

    def _buys(self, node: TillNode, till: Till) -> None:
        chance, turns = self._chance, self._world.turns
        turns.sleep(chance.randint(500, 4000))
        till.work()
        offers = [offer for offer in till.snapshot().offers if offer.free > 0]
        if not offers:
            node.note("has nothing to sell")
            till.do(EndSession())
            return
        offer = chance.choice(offers[:6])
        persons: list[Person] = []
        for _ in range(min(offer.free, chance.choice((1, 1, 1, 2, 3)))):
            self._people += 1
            number = resident_number(self._people)
            till.do(TypeDocument(kind=DocumentKind.RESIDENT_ID, number=number, name="王小明"))
            shown = till.snapshot().traveller
            if shown is not None:
                persons.append(Person(handle=shown.handle, kind=TicketKind.ADULT))
            turns.sleep(chance.randint(500, 3000))
        till.do(HoldOrder(offer=offer, travellers=tuple(persons)))
        for _ in range(6):  # a place of the centre's may have to be asked for
            if till.snapshot().order is not None or till.snapshot().trouble is not None:
                break
            turns.sleep(300)
            till.work()
        trouble = till.snapshot().trouble
        if trouble is not None:
            node.note(f"says: {trouble[1]}")
        else:
            node.note(f"holds {len(persons)} on {offer.trip} for {offer.service_date}")
            till.do(StartCash())
            self._pays(node, till, gives_up=chance.random() < 0.08)
        till.do(EndSession())
        turns.sleep(2000)
        till.work()

    def _pays(self, node: TillNode, till: Till, *, gives_up: bool) -> None:
        chance, turns = self._chance, self._world.turns
        until = self._world.agenda.now + _PATIENCE_MS
        while self._world.agenda.now < until:
            order = till.snapshot().order
            if order is None or order.state not in (OrderState.HELD, OrderState.PAID):
                return
            fitting = sorted(fen for fen in node.notes.takes if fen <= order.due)
            if fitting and order.due:
                node.notes.insert(fitting[-1])
                if gives_up and chance.random() < 0.5:
                    till.do(CancelOrder())
            for _ in range(2):  # the note is taken, then it counts
                turns.sleep(chance.randint(200, 700))
                till.work()

    def _printed(self, station: "StationThere", till: TillNode) -> Callable[[str], None]:
        def printed(number: str) -> None:
            journal = till.running
            if journal is None or number in self.held:
                return
            rows = journal.rows(
                "SELECT code, service_date, trip FROM tickets WHERE number = ?", (int(number).to_bytes(8, "big"),)
            )
            if rows:
                code, day, trip = (str(each) for each in rows[0])
                self._has(station, number, code, date.fromisoformat(day), trip)

        return printed

    # ------------------------------------------------------------------ from home

    def _from_home(self, station: "StationThere") -> Callable[[], None]:
        def act() -> None:
            if self._world.calm_now:
                return
            now = datetime.fromtimestamp(self._world.wall_ms / 1000, UTC)
            at = now.astimezone(CHINA) + timedelta(minutes=self._chance.randint(10, 100))
            if self._chance.random() < 0.7:
                trip, stop = f"K{at:%H}{(at.minute - 10) // 20 * 20 + 10 if at.minute >= 10 else 10:02d}", FAR
            else:
                trip, stop = f"L{at:%H}{15 if at.minute < 30 else 45}", NEAR
            self._people += 1
            sale = {
                "sale_id": self._chance.randbytes(16).hex(),
                "service_date": service_date(at, CHINA).isoformat(),
                "trip": trip,
                "alighting": stop,
                "document": {
                    "kind": int(DocumentKind.RESIDENT_ID),
                    "number": resident_number(self._people),
                    "name": "李小红",
                },
            }

            def sold(answer: Answered) -> None:
                said = json.loads(answer.body)
                if answer.status != OK:
                    self._note("web", f"sells nothing on {trip}: {said.get('what')}")
                    return
                number = str(said["number"])
                self._note("web", f"sells {number} on {trip}")
                day = date.fromisoformat(sale["service_date"])  # type: ignore[arg-type]  # it was made of one
                self._world.watch.sold_by_centre(station.code, number, day, trip, None)
                self._has(station, number, str(said["code"]), day, trip)

            self._office(station, "sales", sale, sold)

        return act

    def _refunds(self, holder: Holder) -> None:
        def refunded(answer: Answered) -> None:
            done = answer.status == OK
            self._note("office", f"{'refunds' if done else 'does not refund'} {holder.number}")
            if done:
                self._world.watch.refunded_by_centre(holder.station.code, holder.number)

        self._office(holder.station, "refunds", {"number": holder.number}, refunded)

    def _office(
        self, station: "StationThere", what: str, body: dict[str, Any], heard: Callable[[Answered], None]
    ) -> None:
        """Ask the centre until it answers; whoever asks has all the patience that there is."""
        content = json.dumps(body).encode()
        asked = Asked(
            method="POST",
            target=f"/v1/office/{what}",
            headers=(
                (b"host", CENTRE.encode()),
                (b"content-type", b"application/json"),
                (b"authorization", f"Bearer {self._tokens[station.code]}".encode()),
            ),
            body=content,
        )
        over = False
        self._waiting += 1

        def hear(answer: Answered | Unreachable) -> None:
            nonlocal over
            if over or isinstance(answer, Unreachable) or answer.status >= SERVER_FAULT:
                return
            over = True
            self._waiting -= 1
            heard(answer)

        def ask(again_ms: int) -> None:
            if not over:
                self._world.network.call("web", CENTRE, asked, hear)
                longer = again_ms if self._world.calm_now else min(2 * again_ms, _AGAIN_AT_MOST_MS)
                self._world.agenda.after(again_ms, lambda: ask(longer))

        ask(_AGAIN_MS)

    # ------------------------------------------------------------------ at a gate

    def _has(self, station: "StationThere", number: str, code: str, day: date, trip: str) -> None:
        """Somebody has a ticket in hand: decide what becomes of it."""
        if number in self.held:
            return
        self.sold += 1
        leaves = datetime(day.year, day.month, day.day, int(trip[1:3]), int(trip[3:5]), tzinfo=CHINA)
        departs_ms = int(leaves.timestamp() * 1000) - self._world.begins_ms
        label = "1" if trip[0] == "K" else "2"
        holder = Holder(station=station, number=number, code=code, label=label, departs_ms=departs_ms)
        self.held[number] = holder
        chance = self._chance
        if chance.random() < 0.1:
            self._world.agenda.after(chance.randint(1000, 600_000), lambda: self._refunds(holder))
        early = departs_ms - chance.randint(240_000, 1_800_000)
        comes = max(self._world.agenda.now + chance.randint(5000, 60_000), early)
        if comes < departs_ms and chance.random() < 0.95:
            self._comes(holder, comes)
            if chance.random() < 0.3:  # a copy of it, at the same moment or later
                self._comes(holder, comes + chance.choice((0, 0, 2, 40, 1000, 20_000, 120_000)))

    def _comes(self, holder: Holder, at: int) -> None:
        chance = self._chance
        visit = Visit(
            text=holder.code,
            way=Way.IN,
            end=chance.choices((UseEnd.PASSED, UseEnd.RELEASED), (9, 1))[0],
            walk_ms=chance.choice((800, 1500, 4000)),
        )
        self._world.agenda.after(at - self._world.agenda.now, lambda: self._shows(holder, visit, 20))

    def _shows(self, holder: Holder, visit: Visit, tries: int) -> None:
        if self._world.calm_now:
            return
        gate: GateNode = self._chance.choice(holder.station.gates)
        lane = next(name for name, label in gate.labels.items() if label == holder.label)
        if not gate.shows(lane, visit) and tries:
            self._world.agenda.after(2000, lambda: self._shows(holder, visit, tries - 1))

    def _note(self, who: str, what: str) -> None:
        self._world.history.note(self._world.agenda.now, who, what)
