"""Places of the centre: offered while the line is up, asked for within a second, and given back when asked for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest

from kiosk.till import wording
from kiosk.till.caller import Answered
from kiosk.till.commands import CancelOrder, EndSession
from kiosk.till.elsewhere import ANSWER_WITHIN, QUIET, Elsewhere
from kiosk.till.values import OrderState
from kiosk.till.wording import Trouble
from sync.cache.reader import CacheReader, CacheWriter
from sync.engine.status import SyncStatus
from sync.lan.writer import JudgedFact, LanWriter
from sync.line.client import LineDown
from sync.wire.places import PlacesAnswer, PlacesAsk
from sync.wire.pull import PullAnswer, Record
from sync.wire.records import AllotmentBody
from sync.wire.relay import ChangesAnswer
from tests.kiosk.till.bench import (
    DAY,
    DEVICE,
    ROOT,
    Chance,
    Desk,
    Time,
    allotment,
    hold,
    offer,
    open_desk,
    person,
    usual_records,
    write_cache,
)
from tests.kiosk.till.devices import PaperTray, Validator
from tickets.errors import EnvironmentFault, PeerError
from tickets.staff import Act, StaffFact, sign_fact


@dataclass
class Centre:
    """Gives seats from 30 on, as long as there are `left`."""

    left: int = 9
    asked: list[PlacesAsk] = field(default_factory=list)
    had: set[int] = field(default_factory=lambda: {1, 2, 3, 4})
    fault: EnvironmentFault | PeerError | None = None

    def ask_places(self, ask: PlacesAsk) -> PlacesAnswer:
        self.asked.append(ask)
        if self.fault is not None:
            raise self.fault
        numbered = ask.trip == "K1"
        if ask.count > self.left:
            return PlacesAnswer(left=self.left)
        self.left -= ask.count
        seats = tuple(range(30, 30 + ask.count)) if numbered else ()
        self.had |= set(seats)
        body = AllotmentBody(
            service_date=DAY.isoformat(),
            trip=ask.trip,
            device=DEVICE,
            seats=tuple(sorted(self.had)) if numbered else None,
            count=None if numbered else 3 + ask.count,
        )
        return PlacesAnswer(seats=seats, count=0 if numbered else ask.count, allotment=body, left=self.left)

    def close(self) -> None:
        """Nothing to close."""


@dataclass
class Line:
    """Carries a question when the test says so: at once, or never."""

    slow: bool = False
    waiting: list[tuple[str, Callable[[], object]]] = field(default_factory=list)

    def ask(self, key: str, call: Callable[[], object]) -> None:
        self.waiting.append((key, call))

    def asking(self, key: str) -> bool:
        return any(key == one for one, _ in self.waiting)

    def answers(self) -> list[Answered]:
        if self.slow:
            return []
        found = []
        for key, call in self.waiting:
            try:
                found.append(Answered(key=key, value=call()))
            except (EnvironmentFault, PeerError) as fault:
                found.append(Answered(key=key, fault=fault))
        self.waiting.clear()
        return found

    def close(self) -> None:
        """Nothing to close."""


class Place:
    """A till with a line to a centre that has places."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.time, self.chance = Time(), Chance()
        self.centre, self.line = Centre(), Line()
        self.validator = Validator()
        self.desk = self._open()

    def _open(self) -> Desk:
        ids = iter(range(1, 1000))
        desk = open_desk(
            self.directory,
            self.validator,
            PaperTray(),
            time=self.time,
            random=self.chance,
            elsewhere=lambda cache: Elsewhere(
                cache,
                self.time.at,
                centre=self.centre,
                line=self.line,
                clock=self.time.clock,
                new_id=lambda: UUID(int=next(ids)),
            ),
        )
        desk.till.start()
        return desk

    def tell(self, *records: Record, line_up: bool = True) -> None:
        with CacheWriter(self.directory / "cache.db") as writer:
            writer.apply(PullAnswer(records=records, cursor=str(len(records)), more=False))
            now_ms = int(self.time.at().timestamp() * 1000)
            writer.set_status(SyncStatus(line_up=line_up, last_success_ms=now_ms, queued=0))

    def later(self, seconds: float) -> None:
        self.time.passed += seconds
        self.desk.till.work()


def pool(trip: str, left: int) -> Record:
    body: dict[str, object] = {"service_date": DAY.isoformat(), "trip": trip, "left": left}
    return Record(kind="pool", key=f"{DAY}/{trip}", body=body, change=2)


def recall(trip: str, *, seats: tuple[int, ...] = (), keep: int | None = None, device: str = DEVICE) -> Record:
    body: dict[str, object] = {
        "service_date": DAY.isoformat(), "trip": trip, "device": device, "seats": list(seats), "keep": keep
    }  # fmt: skip
    return Record(kind="recall", key=f"{DAY}/{trip}/{device}", body=body, change=3)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    write_cache(tmp_path)
    made = Place(tmp_path)
    made.tell(pool("K1", 7), pool("L2", 7))
    made.later(2)
    yield made
    made.desk.close()


def test_what_the_centre_has_is_on_offer_while_the_line_is_up(place: Place) -> None:
    till = place.desk.till
    assert (offer(till, "K1").free, offer(till, "K1").seats) == (11, (1, 2, 3, 4))
    place.tell(line_up=False)
    place.later(2)
    assert offer(till, "K1").free == 4
    place.tell()
    place.later(2)
    assert offer(till, "K1").free == 11
    place.later(100)
    assert offer(till, "K1").free == 4, "nobody has heard of the centre for a while"


def test_a_departure_of_which_this_till_has_nothing_is_offered_and_sold(tmp_path: Path) -> None:
    write_cache(tmp_path, [each for each in usual_records() if each.kind != "allotment"])
    place = Place(tmp_path)
    till = place.desk.till
    assert {each.trip for each in till.snapshot().offers} == set()
    place.tell(pool("K1", 7))
    place.later(2)
    assert {each.trip for each in till.snapshot().offers} == {"K1"}
    place.centre.had.clear()
    hold(till, offer(till, "K1"), [person(1)])
    place.later(0.1)
    order = till.snapshot().order
    assert order is not None
    assert order.state is OrderState.HELD
    assert place.desk.ledger.places(DAY, "K1").held_seats == {30}
    place.desk.close()


def test_what_is_missing_is_asked_for_and_no_more(place: Place) -> None:
    till, place.line.slow = place.desk.till, True
    waiting = hold(till, offer(till, "L2"), [person(n) for n in range(5)])
    assert (waiting.order, waiting.trouble) == (None, None)
    assert till.urgent
    place.line.slow = False
    place.later(0.1)
    assert till.snapshot().order is not None
    assert [(each.trip, each.count) for each in place.centre.asked] == [("L2", 2)]
    assert place.desk.ledger.places(DAY, "L2").held_count == 5


def test_own_places_are_sold_without_asking(place: Place) -> None:
    shown = hold(place.desk.till, offer(place.desk.till, "K1"), [person(n) for n in range(4)])
    assert shown.order is not None
    assert place.centre.asked == []


def test_a_silent_centre_costs_a_second_and_is_left_alone(place: Place) -> None:
    till, place.line.slow = place.desk.till, True
    hold(till, offer(till, "K1"), [person(n) for n in range(5)])
    place.later(ANSWER_WITHIN - 0.1)
    assert till.snapshot().trouble is None
    place.later(0.2)
    assert till.snapshot().trouble == wording.TROUBLES[Trouble.TOO_FEW_PLACES]
    place.later(1.5)
    assert offer(till, "K1").free == 4, "what it has is still sold"
    shown = hold(till, offer(till, "K1"), [person(n) for n in range(3)])
    assert shown.order is not None
    till.do(CancelOrder())
    place.line.slow = False
    place.later(0.1)
    place.tell()
    place.later(QUIET)
    assert offer(till, "K1").free == 5 + 7, "the answer that came too late is this till's all the same"


@pytest.mark.parametrize("fault", [LineDown("nobody", "wait"), PeerError("nonsense", "report it"), None])
def test_a_no_is_told_at_once(place: Place, fault: EnvironmentFault | PeerError | None) -> None:
    till = place.desk.till
    place.centre.fault, place.centre.left = fault, 0
    hold(till, offer(till, "K1"), [person(n) for n in range(5)])
    place.later(0.1)
    assert till.snapshot().trouble == wording.TROUBLES[Trouble.TOO_FEW_PLACES]
    assert till.snapshot().order is None


def test_whoever_leaves_gets_no_order(place: Place) -> None:
    till, place.line.slow = place.desk.till, True
    hold(till, offer(till, "K1"), [person(n) for n in range(5)])
    till.do(EndSession())
    place.line.slow = False
    place.later(0.1)
    assert till.snapshot().order is None
    assert place.desk.ledger.places(DAY, "K1").held_seats == frozenset()
    assert len(place.desk.cache.allotments(DEVICE, DAY, "K1").seats) == 4
    assert till.urgent is False


def test_places_that_are_asked_back_are_given_back_but_those_set_aside(place: Place) -> None:
    till = place.desk.till
    hold(till, offer(till, "K1"), [person(1), person(2)])
    place.tell(recall("K1", seats=(1, 2, 4)), recall("L2", keep=1))
    place.later(2)
    assert place.desk.ledger.places(DAY, "K1").returned_seats == frozenset(), "somebody is being served"
    place.tell(recall("K1", seats=(4,), keep=1), recall("L2", keep=1, device="kiosk-2"))
    till.do(CancelOrder())
    till.do(EndSession())
    place.later(2)
    places = place.desk.ledger.places(DAY, "K1")
    assert places.returned_seats == {2, 3, 4}
    assert place.desk.ledger.places(DAY, "L2").returned_count == 2
    place.later(2)
    assert place.desk.ledger.places(DAY, "K1").returned_seats == {2, 3, 4}, "once is enough"
    place.tell(allotment("K1", seats=(1, 2, 3, 4, 9)))
    place.later(2)
    assert offer(till, "K1").seats == (1,), "it keeps one for as long as it is asked to"


def test_what_staff_have_freed_is_given_back_also_without_the_centre(place: Place) -> None:
    facts = []
    for number, device in enumerate((DEVICE, "kiosk-2"), 1):
        fact = StaffFact(
            fact_id=UUID(int=number), station=1, badge="0102", act=Act.FREE, at=place.time.at(), service_date=DAY,
            trip=("K1", "L2")[number - 1], device=device,
        )  # fmt: skip
        facts.append(JudgedFact(data=sign_fact(fact, ROOT), fact=fact, refused=""))
    hold(place.desk.till, offer(place.desk.till, "K1"), [person(1)])
    with CacheWriter(place.directory / "cache.db") as writer:
        LanWriter(writer).learn(ChangesAnswer(epoch="e1" * 16, position=1), facts, 0)
    place.later(2)
    place.desk.till.do(CancelOrder())
    place.later(2)
    assert place.desk.ledger.places(DAY, "K1").returned_seats == {1, 2, 3, 4}
    assert place.desk.ledger.places(DAY, "L2").returned_count == 0, "that was another till's"


def test_a_till_without_a_line_to_ask_sells_its_own(tmp_path: Path) -> None:
    write_cache(tmp_path)
    cache = CacheReader(tmp_path / "cache.db")
    alone = Elsewhere(cache, Time().at)
    assert not alone.up()
    assert not alone.ask(DAY, "K1", 1)
    alone.work()
    alone.close()
    cache.close()
