"""No seat is sold twice, whatever order pushes, pulls, asks, returns, crashes and acts of staff come in.

Real journals and caches of three tills, the real sending and fetching, and a real centre; only the line is the test's:
it carries a question and loses its answer when told so. What staff free by name may be sold twice: then it is found.
"""

import itertools
import os
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from sync.cache.reader import CacheReader
from sync.cache.writer import CacheWriter
from sync.engine.pulling import Puller
from sync.engine.pushing import Pusher
from sync.journal import orders as writing
from sync.journal.journal import Journal
from sync.journal.order_reader import Grant, find_order, held_and_sold, sellable, to_give_back
from sync.journal.reader import JournalReader
from sync.line.client import LineDown
from sync.points import no_probe
from sync.server.centre import Centre, Refusal
from sync.server.devices import Device
from sync.server.key_files import load_online_keys
from sync.wire.places import PlacesAnswer, PlacesAsk
from sync.wire.pull import PullAnswer
from sync.wire.push import PushAnswer, PushBatch
from tests.sync.server.support import (
    COUNTED,
    DATE,
    HOME,
    NEAR,
    NOON,
    SEATED,
    STATION,
    Clock,
    Terminal,
    World,
    copy_of,
    opened,
)
from tests.sync.server.test_coaches import LATER, MANAGER
from tickets.admission import TimeQuality, TrustedNow
from tickets.credential import Ticket, issue_delegated
from tickets.journey import Journey, TicketKind
from tickets.keys import SigningKey
from tickets.money import Fen
from tickets.numbers import TicketNumber, new_number
from tickets.staff import Act, StaffFact, sign_fact
from tickets.trust import Badge, KeyUse, Role

DAY = date.fromisoformat(DATE)
TRIPS = (SEATED, LATER, COUNTED)
PLACES = {SEATED: 9, LATER: 9, COUNTED: 6}
TILLS = range(3)
TILL, TRIP = some.sampled_from(TILLS), some.sampled_from(TRIPS)


class Line:
    """Calls the centre's own methods with what has been through JSON; loses the next answer when told so."""

    def __init__(self, centre: Centre, device: Device, key: SigningKey) -> None:
        self.key = key
        self._centre = centre
        self._device = device
        self.loses = False

    def push(self, batch: PushBatch) -> PushAnswer:
        answer = self._centre.pushes.push(self._device, PushBatch.model_validate_json(batch.model_dump_json()))
        assert not isinstance(answer, Refusal), answer
        self._arrive()
        return answer

    def pull(self, cursor: str, limit: int) -> PullAnswer:
        page = self._centre.pull(self._device, cursor, limit)
        assert not isinstance(page, Refusal), page
        self._arrive()
        return PullAnswer.model_validate_json(page.to_json())

    def ask_places(self, ask: PlacesAsk) -> PlacesAnswer:
        answer = self._centre.ask_places(self._device, ask)
        assert isinstance(answer, PlacesAnswer), answer
        again = self._centre.ask_places(self._device, ask)
        assert isinstance(again, PlacesAnswer)
        assert (again.seats, again.count, again.allotment) == (answer.seats, answer.count, answer.allotment)
        self._arrive()
        return answer

    def _arrive(self) -> None:
        if self.loses:
            self.loses = False
            raise LineDown("The answer is lost", "It is asked again.")


@dataclass
class Prepared:
    """A centre in a directory with three tills and a relay enrolled."""

    directory: Path
    tills: list[Terminal]
    relay: Terminal


class Machine(RuleBasedStateMachine):
    """A station and its centre."""

    def __init__(self, prepared: Prepared, folder: Path) -> None:
        super().__init__()
        self.clock = Clock()
        self.ids = itertools.count(1)
        self._open = opened(copy_of(prepared.directory, folder / "centre"), self.clock)
        self.world: World = self._open.__enter__()
        keys = load_online_keys(self.world.directory)
        self.tills = [Till(each, self, folder, keys.signing(KeyUse.RECEIPT)) for each in prepared.tills]
        known = prepared.relay
        self.relay = Terminal(
            world=self.world,
            device=known.device,
            prefix=known.prefix,
            key=known.key,
            till_key=known.till_key,
            certificate=known.certificate,
            epoch=UUID(int=7, version=4),
        )
        self.relay.open_journal()
        self.sent = 0
        self.look = sqlite3.connect(f"file:{self.world.directory / 'centre.db'}?mode=ro", uri=True)
        self.freed: set[tuple[str, str]] = set()
        for till in self.tills:
            till.pull()

    # ------------------------------------------------------------------ what tills do

    @rule(till=TILL, trip=TRIP, count=some.integers(1, 3))
    def hold(self, till: int, trip: str, count: int) -> None:
        self.tills[till].hold(trip, count)

    @rule(till=TILL)
    def sell(self, till: int) -> None:
        self.tills[till].issue()

    @rule(till=TILL)
    def let_go(self, till: int) -> None:
        self.tills[till].release()

    @rule(till=TILL, loses=some.booleans())
    def push(self, till: int, loses: bool) -> None:
        self.tills[till].push(loses=loses)

    @rule(till=TILL)
    def pull(self, till: int) -> None:
        self.tills[till].pull()

    @rule(till=TILL, trip=TRIP, count=some.integers(1, 4), loses=some.booleans())
    def ask(self, till: int, trip: str, count: int, loses: bool) -> None:
        self.tills[till].ask(trip, count, loses=loses)

    @rule(till=TILL)
    def obey(self, till: int) -> None:
        self.tills[till].obey()

    @rule(till=TILL)
    def crash(self, till: int) -> None:
        self.tills[till].crash()

    # ------------------------------------------------------------------ what others do

    @rule(trip=TRIP)
    def sell_by_web(self, trip: str) -> None:
        number = next(self.ids)
        document = {"kind": 5, "number": f"E{number:08d}", "name": "A"}
        sale = {"service_date": DATE, "trip": trip, "alighting": NEAR, "document": document}
        answer = self.world.office("sales", {"sale_id": f"{number:032x}", **sale})
        assert answer.status_code in (200, 409), answer.text

    @rule(which=some.integers(0, 50))
    def refund(self, which: int) -> None:
        known = sorted(row[1] for row in self.world.rows("tickets") if row[12] == "valid")
        if known:
            self.world.office("refunds", {"number": known[which % len(known)]})

    @rule(seats=some.sampled_from([5, 9, 11]), trip=some.sampled_from([SEATED, LATER]))
    def another_coach(self, seats: int, trip: str) -> None:
        self.act(Act.COACH, trip, plate="鲁A00001", seats=seats)

    @rule(seats=some.sampled_from([None, 2, 4, 8]))
    def another_coach_by_count(self, seats: int | None) -> None:
        self.act(Act.COACH, COUNTED, plate="鲁A00001", seats=seats)

    @rule(what=some.sampled_from([Act.MERGE, Act.REINSTATE, Act.CANCEL]))
    def merge_or_not(self, what: Act) -> None:
        self.act(what, SEATED, **({"into": LATER} if what is Act.MERGE else {}))

    @precondition(lambda self: len(self.freed) < 2)
    @rule(till=TILL, trip=TRIP)
    def free(self, till: int, trip: str) -> None:
        self.freed.add((trip, self.tills[till].device))
        self.act(Act.FREE, trip, device=self.tills[till].device)

    @rule(minutes=some.integers(1, 5))
    def time_passes(self, minutes: int) -> None:
        if self.clock.at < NOON + timedelta(minutes=20):
            self.clock.forward(minutes=minutes)
            self.world.centre.stations.upkeep()

    def act(self, act: Act, trip: str, **particulars: object) -> None:
        number = next(self.ids)
        fact = StaffFact(
            fact_id=UUID(int=number), station=STATION, badge="0007", act=act,
            at=NOON + timedelta(milliseconds=number), service_date=DAY, trip=trip, **particulars,  # type: ignore[arg-type]  # a table of particulars
        )  # fmt: skip
        self.relay.note("staff.acted", fact=sign_fact(fact, MANAGER))
        self.relay.push(first=self.sent + 1)
        self.sent = len(self.relay.events)

    # ------------------------------------------------------------------ what must hold

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """The centre's rows, by one connection for the whole run."""
        return self.look.execute(f"SELECT * FROM {table}").fetchall()

    @invariant()
    def no_place_is_lost_or_sold_twice(self) -> None:
        tickets = [row for row in self.rows("tickets") if row[2] == DATE]
        undone = {row[1] for row in tickets if row[12] != "valid"}
        by_web = [row for row in tickets if row[13] == "centre" and row[12] == "valid"]
        rows = [row for row in self.rows("places") if row[:2] == (STATION, DATE)]
        counts = [row for row in self.rows("counts") if row[:3] == (STATION, DATE, COUNTED)]
        for trip in (SEATED, LATER):
            holders = {row[3]: row[4] for row in rows if row[2] == trip}
            assert holders.keys() >= set(range(1, 10)), "a seat that nobody has"
            used = Counter(row[6] for row in by_web if row[3] == trip)
            for till in self.tills:
                mine = till.seats_in_use(trip, undone)
                if (trip, till.device) not in self.freed:
                    assert all(holders[seat] == till.device for seat in mine), "sold what somebody else has"
                    used.update(mine)
            assert not [seat for seat, times in used.items() if times > 1], f"{trip}: {used}"
            for row in self.rows("seatings"):
                assert row[2] != trip or (holders[row[4]], used[row[4]]) == ("seated", 0), "somebody sits there"
        back = sum(row[13] != "centre" and row[12] != "valid" and row[3] == COUNTED for row in tickets)
        assert sum(row[4] - row[5] for row in counts) == PLACES[COUNTED] + back, "counted places are what they were"
        if not any(trip == COUNTED for trip, _ in self.freed):
            sold = sum(till.count_in_use(undone) for till in self.tills)
            assert sold + sum(row[3] == COUNTED for row in by_web) <= PLACES[COUNTED]

    def teardown(self) -> None:
        """Everybody meets: what was not done by staff is no incident, and what was is found."""
        try:
            for till in self.tills:
                till.push(loses=False)
            for till in self.tills:
                till.pull()
                till.obey()
                till.push(loses=False)
                till.pull()
            for till in self.tills:
                till.agrees()
            found = {(each["kind"], each["subject"]) for each in self.world.incidents()}
            wrong = {each for each in found if each[0].startswith("place_")}
            if not self.freed:
                assert wrong == set()
            assert not {each for each in wrong if each[0] == "place_returned_sold"}
            valid = [row for row in self.world.rows("tickets") if row[12] == "valid" and row[6] is not None]
            for (trip, seat), times in Counter((row[3], row[6]) for row in valid).items():
                assert times == 1 or ("place_sold_twice", f"{DATE}/{trip}/{seat}") in found
        finally:
            for till in self.tills:
                till.close()
            self.look.close()
            self._open.__exit__(None, None, None)


@dataclass
class Till:
    """A till's stores, and what its process remembers."""

    who: Terminal
    at: Machine
    folder: Path
    receipt_key: SigningKey
    heard: dict[str, Grant] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.device = self.who.device
        self.place = self.folder / self.device
        self.place.mkdir()
        self._start()

    def _start(self) -> None:
        clock = self.at.clock
        self.journal = Journal.create_or_open(
            self.place / "journal.db",
            device=self.device,
            prefix=self.who.prefix,
            clock=lambda: TrustedNow(at=clock.at, quality=TimeQuality.TRUSTED),
            random=self.at.world.random.randbytes,
        )
        self.writer = CacheWriter(self.place / "cache.db")
        self.cache = CacheReader(self.place / "cache.db")
        self.reader = JournalReader(self.place / "journal.db")
        centre = self.at.world.centre
        known = centre.devices.find(self.device)
        assert known is not None
        self.line = Line(centre, known, self.who.key)
        keys = (self.receipt_key.public,)
        self.pusher = Pusher(self.line, self.writer, self.reader, lambda: keys, no_probe)
        self.puller = Puller(self.line, self.writer, lambda: None)  # type: ignore[arg-type]  # all of a client that it asks

    def close(self) -> None:
        for each in (self.reader, self.cache, self.writer, self.journal):
            each.close()

    def crash(self) -> None:
        self.close()
        self.heard.clear()
        self._start()

    def grant(self, trip: str) -> Grant:
        told, heard = self.cache.allotments(self.device, DAY, trip), self.heard.get(trip, Grant())
        return Grant(seats=told.seats | heard.seats, count=max(told.count, heard.count))

    def hold(self, trip: str, count: int) -> None:
        grant = self.grant(trip)
        left = sellable(grant, held_and_sold(self.journal, DAY, trip))
        seats = sorted(left.seats)[:count] if trip != COUNTED else None
        if len(left.seats) + left.count < count:
            return
        order = UUID(bytes=self.at.world.random.randbytes(16), version=4)
        with self.journal.transaction() as tx:
            writing.hold(
                tx, order=order, service_date=DAY, trip=trip, seats=seats, count=count, total=Fen(2500 * count),
                grant=grant,
            )  # fmt: skip

    def issue(self) -> None:
        order = self._open_order()
        if order is None:
            return
        found = find_order(self.journal, order)
        assert found is not None
        with self.journal.transaction() as tx:
            writing.record_money(
                tx, order, direction=writing.Direction.TAKEN, fen=found.total, method="cash", counter=1
            )
            writing.mark_paid(tx, order, fen=found.total, method="cash")
        assert self.who.prefix is not None
        with self.journal.transaction() as tx:
            for seat in found.seats or [None] * found.count:
                number = new_number(self.who.prefix, self.at.world.random.randbytes)
                journey = Journey(
                    service_date=DAY, trip=found.trip, boarding=HOME, alighting=NEAR, seat=seat,
                    kind=TicketKind.ADULT, children=0, fare=Fen(2500), tag=number.to_bytes(),
                )  # fmt: skip
                expires = NOON + timedelta(days=1)
                code = issue_delegated(Ticket(number, expires, journey), self.who.till_key, self.who.certificate)
                writing.record_issued(
                    tx, order, number=number, journey=journey, expires=expires, sealed=b"sealed", code=code
                )

    def release(self) -> None:
        if (order := self._open_order()) is not None:
            with self.journal.transaction() as tx:
                writing.release(tx, order, reason="cancelled")

    def _open_order(self) -> UUID | None:
        found = writing.unfinished_orders(self.journal)
        held = [each.order for each in found if not each.paid and each.released is None]
        return held[0] if held else None

    def push(self, *, loses: bool) -> None:
        self.line.loses = loses
        with suppress(LineDown):
            self.pusher.push()
        self.line.loses = False

    def pull(self) -> None:
        self.puller.pull()

    def ask(self, trip: str, count: int, *, loses: bool) -> None:
        self.line.loses = loses
        ask = PlacesAsk(ask=f"{next(self.at.ids):032x}", service_date=DATE, trip=trip, count=count)
        try:
            answer = self.line.ask_places(ask)
        except LineDown:
            return
        if answer.allotment is not None:
            told, before = answer.allotment, self.heard.get(trip, Grant())
            self.heard[trip] = Grant(
                seats=before.seats.union(told.seats or ()), count=max(before.count, told.count or 0)
            )

    def obey(self) -> None:
        for asked in self.cache.recalls(self.device):
            places = held_and_sold(self.journal, DAY, asked.trip)
            back = to_give_back(self.grant(asked.trip), places, seats=asked.seats, keep=asked.keep)
            with self.journal.transaction() as tx:
                for seats, number in ((back.seats, len(back.seats)), (None, back.count)):
                    if number:
                        writing.return_places(tx, service_date=DAY, trip=asked.trip, seats=seats, count=number)

    def seats_in_use(self, trip: str, undone: set[str]) -> set[int]:
        places = held_and_sold(self.journal, DAY, trip)
        given_back = {
            seat
            for number, seat in self.journal.rows("SELECT number, seat FROM tickets WHERE trip = ?", (trip,))
            if TicketNumber.from_bytes(number).digits in undone  # type: ignore[arg-type]  # a column of bytes
        }
        return set(places.held_seats | places.sold_seats) - given_back

    def count_in_use(self, undone: set[str]) -> int:
        places = held_and_sold(self.journal, DAY, COUNTED)
        rows = self.journal.rows("SELECT number FROM tickets WHERE trip = ?", (COUNTED,))
        numbers = [TicketNumber.from_bytes(number).digits for (number,) in rows]  # type: ignore[arg-type]  # bytes
        return places.held_count + places.sold_count - len(undone.intersection(numbers))

    def agrees(self) -> None:
        """What the cache says that this till was granted is what the centre's books say."""
        rows = self.at.world.rows("places"), self.at.world.rows("past_places")
        for trip in (SEATED, LATER):
            has = {row[3] for row in rows[0] if (row[1], row[2], row[4]) == (DATE, trip, self.device)}
            had = {row[4] for row in rows[1] if (row[1], row[2], row[3]) == (DATE, trip, self.device)}
            assert self.cache.allotments(self.device, DAY, trip).seats == has | had


@pytest.fixture(scope="module")
def prepared(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    directory = copy_of(template, tmp_path_factory.mktemp("prepared") / "centre")
    with opened(directory, Clock()) as world:
        ends = NOON + timedelta(days=30)
        world.centre.keys.issue_badge(
            Badge(number="0007", initials="WL", role=Role.DUTY_MANAGER, key=MANAGER.public, expires=ends)
        )
        tills = [world.enrol(name=f"kiosk-{number}") for number in TILLS]
        return Prepared(directory, tills, world.enrol("relay", "relay-1"))


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    base = tmp_path_factory.mktemp("stations")

    def made() -> Iterator[Path]:
        for number in itertools.count():
            folder = base / str(number)
            folder.mkdir()
            yield folder

    return made()


def test_no_seat_is_sold_twice_whatever_happens(prepared: Prepared, folders: Iterator[Path]) -> None:
    run_state_machine_as_test(
        lambda: Machine(prepared, next(folders)),  # type: ignore[arg-type]  # whatever makes one will do
        settings=settings(
            max_examples=int(os.environ.get("WAYSTATION_EXAMPLES", "12")),
            stateful_step_count=30,
            deadline=None,
            derandomize="WAYSTATION_EXAMPLES" not in os.environ,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
