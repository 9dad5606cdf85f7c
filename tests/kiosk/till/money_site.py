"""A machine that takes money in every way, with everything that holds money added up by other code than the till's."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from kiosk.till.cashbook import Cashbook
from kiosk.till.finding.ports import Returned, Way
from kiosk.till.ledger import Ledger
from kiosk.till.purse import Hopper
from kiosk.till.takings import Takings
from kiosk.till.till import Till, new_claim_number
from kiosk.till.values import OrderView, Snapshot
from sync.cache.reader import CacheWriter
from sync.engine.status import SyncStatus
from sync.journal.journal import Journal
from sync.journal.orders import open_claim
from sync.journal.refunds import open_refund
from sync.points import Probe, no_probe
from tests.kiosk.till.bench import Chance, Desk, Time, open_desk
from tests.kiosk.till.devices import PaperTray, Validator
from tests.kiosk.till.money_devices import Centre, CoinBox, Eye, HandCalls, Terminal, Tube
from tests.kiosk.till.swaps import Swaps
from tickets.money import Fen
from tickets.numbers import TicketNumber

VOID = "SELECT claim FROM settlements WHERE by = 'validator'"
CODE = "134567890123456789"


class MoneySite:
    """A machine: its directory, devices and time. `desk` is the till that runs now."""

    def __init__(self, directory: Path, *, fives: int = 20, ones: int = 40, begin: bool = True) -> None:
        self.directory = directory
        self.time = Time()
        self.chance = Chance()
        self.validator = Validator()
        self.printer = PaperTray()
        self.coins = CoinBox()
        self.tubes = (Tube(500, fives), Tube(100, ones))
        self.centre = Centre()
        self.terminal = Terminal()
        self.eye = Eye()
        self.swaps = Swaps()
        self.line, self.counter = HandCalls(), HandCalls()
        self.takings: Takings
        self.desk: Desk
        if begin:
            self.hear_centre()
            self.opened()
            self.till.start()
            self.work(2)

    @property
    def till(self) -> Till:
        """The till that runs now."""
        return self.desk.till

    def hear_centre(self, *, days_ago: int = -9) -> None:
        """Sync was in step so long ago (by default it stays so for the whole test)."""
        at = self.time.at() - timedelta(days=days_ago)
        with CacheWriter(self.directory / "cache.db") as writer:
            writer.set_status(SyncStatus(line_up=True, last_success_ms=int(at.timestamp() * 1000), queued=0))

    def opened(self, probe: Probe = no_probe) -> Desk:
        """Open a till without starting it."""
        self.line, self.counter = HandCalls(at_once=self.line.at_once), HandCalls(at_once=self.counter.at_once)

        def takings(ledger: Ledger) -> Takings:
            self.takings = Takings(
                book=Cashbook(ledger.journal),
                newest_order=ledger.newest_order,
                clock=self.time.clock,
                new_id=lambda: UUID(bytes=self.chance(16), version=4),
                new_claim=lambda: new_claim_number(self.chance),
                probe=probe,
                acceptor=self.coins,
                hoppers=[Hopper(name=f"hopper-{tube.fen}", dispenser=tube) for tube in self.tubes],
                centre=self.centre,
                line=self.line,
                terminal=self.terminal,
                desk=self.counter,
            )
            return self.takings

        self.desk = open_desk(
            self.directory,
            self.validator,
            self.printer,
            time=self.time,
            random=self.chance,
            probe=probe,
            takings=takings,
            scanner=self.eye,
            changes=self.swaps,
        )
        return self.desk

    def start(self, probe: Probe = no_probe) -> None:
        """Open a till and let it take up what was left."""
        self.opened(probe).till.start()

    def crash(self) -> None:
        """Kill the till and start it again."""
        self.kill()
        self.start()

    def kill(self) -> None:
        """Kill the till."""
        self.desk.crash()
        self.validator.new_host()
        self.coins.new_host()

    def work(self, rounds: int = 1, seconds: float = 0.1) -> None:
        """Let the till do rounds, and time pass between them."""
        for _ in range(rounds):
            self.till.work()
            self.time.passed += seconds

    def insert(self, *values: int) -> None:
        """Put notes (500 fen and more) and coins in, one after the other."""
        for fen in values:
            box: Callable[[int], bool] = self.coins.insert if fen < 500 else self.validator.insert
            assert box(fen), f"{fen} was not let in"
            self.work(3)

    @property
    def order(self) -> OrderView:
        """The order that is shown."""
        order = self.shown.order
        assert order is not None
        return order

    @property
    def shown(self) -> Snapshot:
        """What the screens see."""
        return self.till.snapshot()

    def journal(self, sql: str) -> int:
        """One number out of the journal."""
        return number_in(self.desk.journal, sql)

    def holds(self) -> int:
        """Fen that this machine and its accounts hold beyond the coins that it was filled with."""
        given = sum(tube.given for tube in self.tubes)
        return self.validator.stacker + self.coins.box - given + self.centre.balance + self.terminal.balance

    def stands_for(self) -> int:
        """See the function of that name."""
        return stands_for(self.desk.journal)

    def unexplained(self) -> int:
        """Fen that the machine and its accounts have too much or too little, beyond what claims say of it that nobody
        could know: notes and coins that a device forgot, coins that a dispenser cannot say it gave.
        """
        found = self.journal("SELECT coalesce(sum(fen), 0) FROM claims WHERE claim IN (SELECT claim FROM doubts)")
        unclear = self.journal(
            "SELECT coalesce(sum(p.fen - e.fen), 0) FROM payouts p JOIN payout_ends e USING (payout) WHERE NOT e.sure"
        )
        more = self.coins.lost + (found if self.validator.losses else 0)
        off = self.holds() - self.stands_for()
        return max(0, off - more) if off > 0 else min(0, off + unclear)

    def take_back(self, number: bytes, fare: int, way: Way, attempt: Callable[[Callable[[], object]], object]) -> None:
        """Take a ticket back as the task for refunds does: write the refund, give its money back, claim the rest."""
        refund = UUID(bytes=self.chance(16), version=4)
        fee = fare // 10

        def opened() -> bool:
            with self.desk.journal.transaction() as tx:
                open_refund(
                    tx,
                    refund=refund,
                    number=TicketNumber.from_bytes(number),
                    fare=Fen(fare),
                    fee=Fen(fee),
                    fen=Fen(fare - fee),
                    way=way.word,
                )
            return True

        attempt(opened)
        if not self.journal(f"SELECT count(*) FROM refunds WHERE refund = '{refund.hex}'"):
            return
        for _ in range(80):
            returned = attempt(lambda: self.takings.payouts.pay_back(refund, Fen(fare - fee), way))
            if isinstance(returned, Returned):
                break
            attempt(lambda: self.till.work())
            self.time.passed += 1
        else:
            raise AssertionError("it never ends")
        rest = Fen(fare - fee - returned.fen)
        if rest > 0:
            self.desk.close()
            self.start()  # without a death: a claim cut off is the task's to take up, and tried with it
            with self.desk.journal.transaction() as tx:
                open_claim(tx, claim=new_claim_number(self.chance), order=refund, fen=rest, reason="refund")


def number_in(journal: Journal, sql: str) -> int:
    """One number out of a journal."""
    value = journal.rows(sql)[0][0]
    assert isinstance(value, int)
    return value


def stands_for(journal: Journal) -> int:
    """Fen that the journal accounts for: tickets, claims, what orders and refunds still have, and what is leaving.
    Claims for notes that nobody has found are not of it.
    """
    total = "SELECT coalesce(sum(fen), 0) FROM "
    unbacked = f"(SELECT claim FROM doubts WHERE ended IS NULL UNION {VOID})"
    fares = number_in(journal, "SELECT coalesce(sum(fare), 0) FROM tickets")
    fares -= number_in(journal, total + "refunds")
    swapped = number_in(
        journal,
        "SELECT coalesce(sum(CASE direction WHEN 'taken' THEN fen ELSE -fen END), 0) FROM money "
        "WHERE method = 'ticket'",
    )
    claims = number_in(journal, total + f"claims WHERE claim NOT IN {unbacked}")
    held = number_in(
        journal,
        total + "(SELECT b.fen + (SELECT coalesce(sum(fen), 0) FROM claims c WHERE c.order_id = b.order_id "
        f"AND claim IN {unbacked}) "
        "- (SELECT coalesce(sum(fare), 0) FROM tickets t WHERE t.order_id = b.order_id) AS fen FROM balances b)",
    )
    leaving = number_in(journal, total + "payouts WHERE payout NOT IN (SELECT payout FROM payout_ends)")
    return fares + claims + held + leaving - swapped
