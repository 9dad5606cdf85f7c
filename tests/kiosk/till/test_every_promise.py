"""The promise with every way of paying: whatever breaks, paid is a ticket or an open claim, and never a fen is lost.

Each story is a few passengers at one machine whose devices, line and power fail as its seed says. At its end everything
is mended; then every payment and payout has ended, and what the machine and its accounts hold is what the journal
accounts for. WAYSTATION_STORIES says how many stories are told (WAYSTATION_FIRST_STORY from which seed on).
"""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import TypeVar

import pytest

from drivers.printer import PrintOutcome
from kiosk.till.commands import CancelOrder, EndSession, HoldOrder, Person, StartCash, StartPayment, StopPayment
from kiosk.till.finding.ports import CASH, Way
from kiosk.till.values import Means, OrderState
from tests.kiosk.till.bench import hold, person, write_cache
from tests.kiosk.till.money_site import CODE, MoneySite
from tickets.journey import TicketKind
from tickets.money import Fen

STORIES = int(os.environ.get("WAYSTATION_STORIES", "30"))
FIRST = int(os.environ.get("WAYSTATION_FIRST_STORY", "0"))
T = TypeVar("T")
MEMORY = Path("/dev/shm")
OLD = "0" * 19 + "1"
COIN_ORDERS = (
    "pays",
    "pays some",
    "pays and answers nothing",
    "takes nothing",
    "nothing",
    "slow",
    "pays and restarts",
    "pays some and restarts",
)


class Killed(BaseException):
    """Stands for SIGKILL: nothing catches it but the test."""


class Story:
    """A few passengers at one machine, as `seed` says."""

    def __init__(self, directory: Path, seed: int) -> None:
        self.rng = Random(seed)
        self.risk = self.rng.choice((0.0, 0.002, 0.01, 0.03))
        self.deaths: Counter[str] = Counter()
        write_cache(directory)
        self.site = MoneySite(directory, fives=self.rng.choice((0, 2, 20)), ones=self.rng.choice((0, 3, 40)))
        for tube in self.site.tubes:
            tube._counts_life = self.rng.random() < 0.7
        self.site.kill()
        self.start()

    def probe(self, point: str) -> None:
        """Die at any point, now and then."""
        if self.rng.random() < self.risk:
            self.deaths[point] += 1
            raise Killed

    def start(self) -> None:
        """Start the till until it stays alive."""
        while True:
            try:
                self.site.start(self.probe)
                return
            except Killed:
                self.site.kill()

    def alive(self, *does: object) -> None:
        """Give commands, or None for a round; after a death the till starts again."""
        for command in does:
            if command is None:
                self.attempt(lambda: self.site.till.work())
            else:
                self.attempt(lambda asked=command: self.site.till.do(asked))  # type: ignore[misc]  # a Command, whichever
            self.site.time.passed += self.rng.choice((0.1, 0.1, 0.5, 3.0))

    def attempt(self, do: Callable[[], T]) -> T | None:
        """Do something with the till; None when it died of it, and was started again."""
        try:
            return do()
        except Killed:
            self.site.kill()
            self.start()
            return None

    def passenger(self, number: int) -> None:
        """Somebody comes, wants something, and does what people do."""
        rng, site = self.rng, self.site
        offers = site.shown.offers
        if not offers:
            return
        wanted = rng.choice(offers)
        self.attempt(lambda: hold(site.till, wanted, [person(number)]))
        if rng.random() < 0.2 and site.shown.order is not None and site.shown.order.travellers:
            self.attempt(lambda: self.swap(number))
        for _ in range(rng.randint(1, 3)):
            self.pay()
            if rng.random() < 0.15:
                self.alive(CancelOrder())
        self.alive(*[None] * rng.randint(0, 30))
        if rng.random() < 0.8:
            self.alive(EndSession())

    def swap(self, number: int) -> None:
        """The place is wanted in the place of a ticket."""
        site = self.site
        shown = site.shown.order
        assert shown is not None
        site.till.do(CancelOrder())
        site.till.work()
        site.swaps.grants = self.rng.choice((True, False, None))
        site.swaps.worth = Fen(self.rng.choice((1500, 3000, 5200)))
        site.till.do(
            HoldOrder(
                offer=shown.offer,
                travellers=(Person(handle=shown.travellers[0].handle, kind=TicketKind.ADULT),),
                changes=f"{number:020d}",
            )
        )

    def pay(self) -> None:
        """Pay in some way, while things break."""
        rng, site = self.rng, self.site
        self.breaks()
        match rng.choice((Means.CASH, Means.CASH, *Means)):
            case Means.CASH:
                self.alive(StartCash(), None)
                for _ in range(rng.randint(1, 14)):
                    self.breaks(0.08)
                    self.put_in()
                    self.alive(*[None] * rng.randint(1, 4))
            case Means.QR_SCAN:
                self.alive(StartPayment(means=Means.QR_SCAN))
                site.eye.codes.append(rng.choice((CODE, CODE, CODE, "RT1:OTHER")))
            case means:
                self.alive(StartPayment(means=means))
        for _ in range(rng.randint(1, 12)):
            self.alive(None)
            if rng.random() < 0.2:
                site.centre.confirm()
            if rng.random() < 0.1:
                site.time.passed += rng.choice((5, 20, 60))
        if rng.random() < 0.3:
            self.alive(StopPayment())

    def put_in(self) -> None:
        """A note or a coin that is let in."""
        order = self.site.shown.order
        if order is None:
            return
        choice = [*order.accepts, *order.accepts_coins]
        if choice:
            fen = self.rng.choice(choice)
            if fen < 500 and fen in order.accepts_coins:
                self.site.coins.insert(fen)
            else:
                self.site.validator.insert(fen)

    def breaks(self, chance: float = 0.5) -> None:
        """Something breaks, or is mended."""
        rng, site = self.rng, self.site
        if rng.random() > chance:
            return
        match rng.randrange(14):
            case 0:
                site.centre.down = not site.centre.down
            case 1:
                site.centre.loses = [rng.choice(("question", "answer")) for _ in range(rng.randint(1, 3))]
            case 2:
                site.centre.does = rng.choice(("paid", "waiting", "failed"))
            case 3:
                site.centre.gives_back = rng.choice(("done", "waiting", "failed"))
            case 4:
                site.terminal.does = rng.choice(("pays", "declines", "pays unheard", "declines unheard"))
            case 5:
                site.terminal.silent = not site.terminal.silent
            case 6:
                rng.choice(site.tubes).does = rng.choice(COIN_ORDERS)
            case 7:
                tube = rng.choice(site.tubes)
                tube.silent = not tube.silent
            case 8:
                site.validator.stack_does = rng.choice(("later", "and answers nothing", "nothing"))
            case 9:
                site.validator.power_cycle()
            case 10:
                site.coins.power_cycle()
            case 11:
                site.printer.does = rng.choice(tuple(PrintOutcome))
            case 12:
                site.line.at_once = not site.line.at_once
                site.counter.at_once = site.line.at_once
            case _:
                site.kill()
                self.start()
                for tube in site.tubes:
                    tube.arrive()

    def refund(self) -> None:
        """A ticket of this till is taken back, the way that it was paid."""
        site, rng = self.site, self.rng
        rows = site.desk.journal.rows(
            "SELECT t.number, t.fare, t.order_id FROM tickets t WHERE number NOT IN (SELECT number FROM refunds) "
            "AND EXISTS (SELECT 1 FROM paid_orders p WHERE p.order_id = t.order_id AND method IN ('cash', 'qr'))"
        )
        if not rows:
            return
        number, fare, order = rng.choice(rows)
        found = site.desk.journal.rows(
            "SELECT payment FROM payments JOIN payment_ends USING (payment) WHERE order_id = ? AND method = 'qr' "
            "AND outcome = 'paid'",
            (order,),
        )
        way = CASH if not found else Way.of(f"qr:{found[0][0]}")
        site.take_back(number, fare, way, self.attempt)  # type: ignore[arg-type]  # SQL's

    def end(self) -> None:
        """Everything is mended, and time passes."""
        self.risk, site = 0.0, self.site
        site.centre.down, site.centre.loses, site.terminal.silent = False, [], False
        site.centre.gives_back = "done"
        site.terminal.does, site.validator.stack_does, site.printer.does = "declines", "at once", PrintOutcome.DONE
        site.line.at_once = site.counter.at_once = True
        site.swaps.grants = False
        for tube in site.tubes:
            tube.silent, tube.does = False, "pays"
        self.alive(EndSession())
        for _ in range(60):
            site.validator.arrive()
            site.validator.run_out()
            for tube in site.tubes:
                tube.arrive()
            site.till.work()
            site.time.passed += 10

    def judge(self) -> None:
        """What has to hold."""
        site = self.site
        assert site.unexplained() == 0, (site.holds(), site.stands_for())
        for what in ("payment", "payout"):
            assert site.journal(f"SELECT count(*) FROM {what}s") == site.journal(f"SELECT count(*) FROM {what}_ends")
        left = site.desk.journal.rows(
            "SELECT b.order_id, b.fen FROM balances b WHERE b.fen > "
            "(SELECT coalesce(sum(fare), 0) FROM tickets t WHERE t.order_id = b.order_id)"
        )
        assert not left, "money that is nobody's"
        unfinished = site.desk.journal.rows(
            "SELECT order_id FROM orders o WHERE order_id NOT IN (SELECT order_id FROM releases) "
            "AND (SELECT count(*) FROM tickets t WHERE t.order_id = o.order_id) < o.count"
        )
        assert not unfinished
        order = site.shown.order
        assert order is None or order.state not in (OrderState.HELD, OrderState.PAID)
        assert not site.till.urgent
        pieces = Counter(piece for piece in site.printer.out + site.printer.torn if piece.startswith("T"))
        assert all(count == 1 for count in pieces.values()), pieces


def told(seed: int) -> Counter[str]:
    """One whole story; where its tills died."""
    directory = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
    try:
        story = Story(directory, seed)
        for number in range(story.rng.randint(1, 5)):
            story.passenger(number + 1)
            if story.rng.random() < 0.3:
                story.refund()
        story.end()
        story.judge()
        story.site.desk.close()
        return story.deaths
    finally:
        shutil.rmtree(directory)


@pytest.mark.parametrize("part", range(10))
def test_whatever_breaks_nothing_is_lost(part: int) -> None:
    for seed in range(FIRST + part, FIRST + STORIES, 10):
        try:
            told(seed)
        except BaseException as error:
            error.add_note(f"story {seed}")
            raise
