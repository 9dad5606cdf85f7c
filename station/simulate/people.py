"""Whoever comes, and buys at a till or from home."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from kiosk.till.commands import (
    CancelOrder,
    EndSession,
    HoldOrder,
    Person,
    PrintTickets,
    Reprint,
    StartCash,
    TypeDocument,
)
from kiosk.till.till import Till
from kiosk.till.values import Delivery, OrderState
from station.simulate.nodes.till import TillNode
from station.simulate.office import Office
from station.simulate.plan import FAR, NEAR
from station.simulate.visitors import Visitors
from tickets.credential import inspect
from tickets.identity import DocumentKind
from tickets.journey import TicketKind
from tickets.service_day import CHINA, service_date

if TYPE_CHECKING:
    from station.simulate.world import StationThere, World

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_LOOKS = 40
"""So often somebody sees that the machine takes nothing, in half a minute or so, before he goes away."""
_ASKS = 3
_SAME_COACH = 0.3
"""How often somebody at home wants to travel with whoever bought over the web before."""
MOST_QUEUE = 3


def resident_number(index: int) -> str:
    """A resident's number whose check character is right (GB 11643), another one for each index below 10,000,000."""
    body = (
        f"371081{1950 + index // 100_000 % 50}{index // 28 % 12 + 1:02d}{index % 28 + 1:02d}{index // 336 % 1000:03d}"
    )
    return body + _CHECKS[sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, body, strict=True)) % 11]


class Crowd:
    """All passengers of a world, until they have a ticket in hand."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._chance: Random = world.chance.stream("people")
        self.documents: list[str] = []
        """Every number that somebody has shown or typed, which nobody else may ever see."""
        self._office = Office(world)
        self._visitors = Visitors(world, self._office)
        self._last_coach: dict[int, tuple[date, str, int]] = {}
        """The last coach that was bought over the web: service day, trip and stop."""
        for station in world.stations:
            for till in station.tills:
                self.serves(station, till)

    def serves(self, station: "StationThere", till: TillNode) -> None:
        """People buy at this till too."""
        till.when_printed = self._printed(station, till)

    @property
    def at_rest(self) -> bool:
        """Whether nobody waits for anything any more."""
        return self._office.waiting == 0

    @property
    def sold(self) -> int:
        """How many tickets people have in hand."""
        return self._visitors.number

    def plan(self) -> None:
        """Let people come, spread over the plan's hours."""
        plan, chance = self._world.plan, self._chance
        self._office.opens()
        for station in self._world.stations:
            for _ in range(round(plan.passengers_an_hour * plan.hours)):
                at = chance.randrange(max(1, plan.lasts_ms))
                from_home = chance.random() < 0.35
                act = self._from_home(station) if from_home else self._to_till(station)
                self._world.agenda.after(at, act)

    def _document(self) -> str:
        number = resident_number(len(self.documents) + 1)
        self.documents.append(number)
        return number

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
        offer = chance.choice(offers[: chance.choice((2, 3, 6))])
        persons: list[Person] = []
        for _ in range(min(offer.free, chance.choice((1, 1, 1, 2, 3)))):
            number = self._document()
            till.do(TypeDocument(kind=DocumentKind.RESIDENT_ID, number=number, name="王小明"))
            traveller = till.snapshot().traveller
            if traveller is not None:
                persons.append(Person(handle=traveller.handle, kind=TicketKind.ADULT))
            turns.sleep(chance.randint(500, 3000))
        till.do(HoldOrder(offer=offer, travellers=tuple(persons)))
        shown = till.snapshot()
        for _ in range(6):  # a place of the centre's may have to be asked for
            if shown.order is not None or shown.trouble is not None:
                break
            turns.sleep(300)
            till.work()
            shown = till.snapshot()
        if shown.trouble is not None:
            node.note(f"says: {shown.trouble[1]}")
        else:
            node.note(f"holds {len(persons)} on {offer.trip} for {offer.service_date}")
            till.do(StartCash())
            self._pays(node, till, gives_up=chance.random() < 0.08)
            self._takes(till)
        till.do(EndSession())
        turns.sleep(2000)
        till.work()

    def _pays(self, node: TillNode, till: Till, *, gives_up: bool) -> None:
        chance, turns = self._chance, self._world.turns
        looks = 0
        while looks < _LOOKS:
            order = till.snapshot().order
            if order is None or order.state not in (OrderState.HELD, OrderState.PAID):
                return
            fitting = sorted(fen for fen in node.notes.takes if fen <= order.due)
            looks += 1
            if fitting and order.due:
                looks = 0
                node.notes.insert(fitting[-1])
                if gives_up and chance.random() < 0.5:
                    till.do(CancelOrder())
            for _ in range(2):  # the note is taken, then it counts
                turns.sleep(chance.randint(200, 700))
                till.work()

    def _takes(self, till: Till) -> None:
        """Ask for what was paid and did not come out well, a few times."""
        for _ in range(_ASKS):
            order = till.snapshot().order
            missing = (
                [] if order is None else [each for each in order.tickets if not self._visitors.has_it(each.number)]
            )
            if not missing:
                return
            self._world.turns.sleep(self._chance.randint(2000, 20_000))
            unknown = [each.number for each in missing if each.delivery is Delivery.UNKNOWN]
            till.do(Reprint(number=unknown[0]) if unknown else PrintTickets())

    def _printed(self, station: "StationThere", till: TillNode) -> Callable[[str], None]:
        def printed(number: str) -> None:
            journal = till.running
            if journal is None or self._visitors.has_it(number):
                return
            rows = journal.rows(
                "SELECT code, service_date, trip FROM tickets WHERE number = ?", (int(number).to_bytes(8, "big"),)
            )
            if rows:
                code, day, trip = (str(each) for each in rows[0])
                self._visitors.has(station, number, code, date.fromisoformat(day), trip)

        return printed

    # ------------------------------------------------------------------ from home

    def _from_home(self, station: "StationThere") -> Callable[[], None]:
        def act() -> None:
            if self._world.calm_now:
                return
            now = datetime.fromtimestamp(self._world.wall_ms / 1000, UTC)
            at = now.astimezone(CHINA) + timedelta(minutes=self._chance.randint(10, self._chance.choice((40, 60, 100))))
            if self._chance.random() < 0.7:
                trip, stop = f"K{at:%H}{(at.minute - 10) // 20 * 20 + 10 if at.minute >= 10 else 10:02d}", FAR
            else:
                trip, stop = f"L{at:%H}{15 if at.minute < 30 else 45}", NEAR
            day = service_date(at, CHINA)
            if station.code in self._last_coach and self._chance.random() < _SAME_COACH:
                day, trip, stop = self._last_coach[station.code]
            sale = {
                "sale_id": self._chance.randbytes(16).hex(),
                "service_date": day.isoformat(),
                "trip": trip,
                "alighting": stop,
                "document": {
                    "kind": int(DocumentKind.RESIDENT_ID),
                    "number": self._document(),
                    "name": "李小红",
                },
            }

            def sold(number: str, code: str) -> None:
                seat = inspect(code).ticket.journey.seat
                self._last_coach[station.code] = day, trip, stop
                self._world.watch.sold_by_centre(station.code, number, day, trip, seat)
                self._visitors.has(station, number, code, day, trip)

            self._office.sells(station, sale, sold)

        return act
