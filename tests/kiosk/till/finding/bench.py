"""A till with its tasks about tickets, an arbiter, a centre and a purse, all in the test's own process."""

from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from kiosk.paper.raster import Raster
from kiosk.till.authority import Authority, TillIdentity
from kiosk.till.documents import Documents
from kiosk.till.finding import words
from kiosk.till.finding.opening import FindingSettings, open_tasks
from kiosk.till.finding.ports import NoAnswer, Returned, Way
from kiosk.till.ledger import Ledger
from kiosk.till.press import Press
from kiosk.till.shelf import Shelf
from kiosk.till.till import new_claim_number
from kiosk.till.values import FindView, Task, Words
from sync.cache.reader import CacheReader, CacheWriter
from sync.journal import orders
from sync.journal.journal import Journal
from sync.journal.orders import Direction, record_money
from sync.journal.payments import ask_payment, ask_payout, end_payment, end_payout, payouts_of
from sync.journal.refunds import Invoice, Refund
from sync.lan.arbiter import Arbiter
from sync.newest_trust import NewestTrust
from sync.points import Probe, no_probe
from sync.wire.money import MoneyWay, TicketMoney, UseAnswer, UseAsk
from sync.wire.pull import PullAnswer, Record
from sync.wire.records import UseBody
from tests.gate.station_arbiter import StationArbiter
from tests.kiosk.till import bench
from tests.kiosk.till.bench import PREFIX, ROOT, TILL_KEY, Chance, PlainFaces, Time, no_fonts, person
from tests.kiosk.till.devices import PaperTray
from tickets.credential import Ticket
from tickets.fares import FareRules
from tickets.identity import identity_tag
from tickets.journey import Journey, TicketKind
from tickets.money import Fen
from tickets.numbers import TicketNumber, new_number

GATE = "gate-1"
ELSEWHERE = TicketNumber(0xC0FFEE << 40 | 77)
PAYMENT = "ab" * 16


@dataclass
class TownCentre:
    """A centre: what it knows of uses, how tickets were paid, and what its line does.

    `line` is "up", "down", or "late" (it is carried out and nobody hears the answer); `rounds` before an answer.
    """

    line: str = "up"
    rounds: int = 0
    knows: bool = True
    uses: list[UseBody] = field(default_factory=list)
    ways: dict[str, tuple[MoneyWay, ...]] = field(default_factory=dict)
    asked: list[UseAsk] = field(default_factory=list)
    _left: dict[str, int] = field(default_factory=dict)

    def ask_use(self, ask: UseAsk) -> UseAnswer | NoAnswer | None:
        if self._wait(ask.attempt):
            return None
        self.asked.append(ask)
        if self.line == "down":
            return NoAnswer()
        answer = self._decide(ask)
        return NoAnswer() if self.line == "late" else answer

    def ask_money(self, number: TicketNumber) -> TicketMoney | NoAnswer | None:
        if self._wait(number.digits):
            return None
        if self.line != "up" or not self.knows:
            return NoAnswer()
        return TicketMoney(number=number.digits, fare=4500, state="valid", ways=self.ways.get(number.digits, ()))

    def hears(self, journal: Journal) -> None:
        """Take in a journal, as a push would."""
        ends = {"use.passed": "passed", "use.released": "released", "use.unresolved": "unresolved"}
        for stored in journal.events(0, 10_000):
            body = dict(stored.event.body)
            if not stored.kind.startswith("use."):
                continue
            attempt = body["attempt"]
            assert isinstance(attempt, bytes)
            known = next((use for use in self.uses if use.attempt == attempt.hex()), None)
            if stored.kind == "use.claimed" and known is None:
                self.uses.append(
                    UseBody(
                        number=str(body["number"]),
                        use_no=int(str(body["use_no"])),
                        attempt=attempt.hex(),
                        device=journal.device,
                        lane=str(body["lane"]),
                        at=stored.at_ms,
                        end=None,
                        purpose=body["purpose"],  # type: ignore[arg-type]  # a body that the journal has checked
                        persons=1,
                    )
                )
            elif stored.kind in ends and known is not None:
                self.uses.remove(known)
                self.uses.append(known.model_copy(update={"end": ends[stored.kind]}))

    def _wait(self, key: str) -> bool:
        left = self._left.setdefault(key, self.rounds)
        self._left[key] = left - 1
        if left > 0:
            return True
        del self._left[key]
        return False

    def _decide(self, ask: UseAsk) -> UseAnswer:
        if not self.knows:
            return UseAnswer(answer="unknown")
        mine = [use for use in self.uses if use.attempt == ask.attempt]
        others = [use for use in self.uses if use.number == ask.number and use not in mine and use.end != "released"]
        if others or any(use.end is not None for use in mine):
            return UseAnswer(answer="taken", uses=tuple(use for use in self.uses if use.number == ask.number))
        if not mine:
            self.uses.append(
                UseBody(
                    number=ask.number,
                    use_no=ask.use_no,
                    attempt=ask.attempt,
                    device=bench.DEVICE,
                    lane=ask.lane,
                    at=ask.at,
                    end=None,
                    purpose=ask.purpose,
                    persons=ask.persons,
                )
            )
        return UseAnswer(answer="granted", uses=tuple(use for use in self.uses if use.number == ask.number))


class Coffer:
    """Money that goes back: `holds` coins of ¥1, and accounts. It keeps what it gave when the till dies."""

    def __init__(self) -> None:
        self.holds = 10_000
        self.gave = 0
        self.booked = 0
        self.account_answers = True
        self.journal: Journal | None = None
        self.rounds = 0
        self._left = 0
        self._gone: set[UUID] = set()
        """What the devices themselves remember: by this a payout that was heard of no more is not made twice."""

    def most_cash(self) -> Fen:
        return Fen(self.holds)

    def can_give(self, fen: Fen) -> bool:
        return fen <= self.holds

    def pay_back(self, refund: UUID, fen: Fen, way: Way) -> Returned | None:
        """One payout for each refund, in three steps, so that a crash may come between."""
        journal = self.journal
        assert journal is not None
        payouts = payouts_of(journal, refund)
        if not payouts:
            goes = min(fen, self.holds) if way.method == "cash" else fen
            if way.method == "claim" or goes == 0:
                return Returned(fen=Fen(0))
            with journal.transaction() as tx:
                ask_payout(
                    tx,
                    payout=UUID(int=refund.int ^ 1),
                    order=refund,
                    method=way.method,
                    fen=Fen(goes),
                    reason="refund",
                    payment=way.payment,
                )
            self._left = self.rounds
            return None
        payout = payouts[0]
        if payout.paid_out is not None:
            return Returned(fen=payout.paid_out, sure=payout.sure)
        if self._left > 0:
            self._left -= 1
            return None
        went = payout.fen if way.method == "cash" or self.account_answers else Fen(0)
        if payout.payout not in self._gone:
            self._gone.add(payout.payout)
            if way.method == "cash":
                self.holds -= went
                self.gave += went
            else:
                self.booked += went
        with journal.transaction() as tx:
            if went:
                record_money(tx, refund, direction=Direction.RETURNED, fen=went, method=payout.method)
            end_payout(tx, payout.payout, fen=went, sure=True)
        return Returned(fen=went)


class TaskFaces(PlainFaces):
    """Says in its dots which paper of a task it would have drawn."""

    def refund(self, refund: Refund, returned: Fen, way: Words) -> Raster:  # noqa: ARG002  the real one prints it
        return _dots(f"R{refund.number.digits}/{returned}")

    def invoice(self, invoice: Invoice, link: str) -> Raster:  # noqa: ARG002  the real one prints it
        return _dots(f"I{invoice.number.digits}/{invoice.fen}")


def _dots(text: str) -> Raster:
    return Raster(width=8, height=len(text), data=text.encode())


class Machine:
    """The tasks of one till, over its journal and a cache. `relay` False: a station without one."""

    def __init__(self, directory: Path, *, relay: bool = True, **settings: object) -> None:
        self.directory = directory
        self.time, self.chance = Time(), Chance()
        self.printer = PaperTray()
        self.arbiter = StationArbiter() if relay else None
        self.centre, self.purse = TownCentre(), Coffer()
        self.settings = settings
        self.open()

    def open(self, probe: Probe = no_probe) -> None:
        """Start the till's tasks."""
        self.journal = Journal.create_or_open(
            self.directory / "journal.db",
            device=bench.DEVICE,
            prefix=PREFIX,
            clock=self.time.now,
            random=self.chance,
            probe=probe,
        )
        self.cache = CacheReader(self.directory / "cache.db")
        self.ledger = Ledger(self.journal)
        identity = TillIdentity(
            device=bench.DEVICE,
            name="K1",
            prefix=PREFIX,
            key=TILL_KEY,
            root_key=ROOT.public,
            certificate=None,
            trust_list=None,
        )
        self.authority = Authority(identity, self.cache)
        self.shelf = Shelf(self.cache, self.ledger, self.authority, FareRules.default())
        self.press = Press(self.printer, self.ledger, clock=self.time.clock, probe=probe)
        self.purse.journal = self.journal
        self.documents = Documents(self.chance)
        port: Arbiter | None = None if self.arbiter is None else self.arbiter.of(bench.DEVICE)
        self.tasks = open_tasks(
            FindingSettings(
                station=bench.STATION,
                arbiter=port,
                centre=self.centre,
                returns=self.purse,
                **self.settings,  # type: ignore[arg-type]  # fields by name
            ),
            journal=self.journal,
            cache=self.cache,
            trust=NewestTrust(bench.trust_list(), ROOT.public, self.cache),
            shelf=self.shelf,
            press=self.press,
            faces=TaskFaces(self.shelf, no_fonts, till="K1", now=self.time.at),  # type: ignore[arg-type]  # plain faces never ask for fonts
            documents=self.documents,
            now=self.time.now,
            random=self.chance,
            new_claim=lambda: new_claim_number(self.chance),
        )
        self.finding = self.tasks.finding
        self.tasks.recover()
        self.press.look(now=True)
        self.work()

    def crash(self, probe: Probe = no_probe) -> None:
        """Kill it and start it again."""
        self.kill()
        self.open(probe)

    def kill(self) -> None:
        """Kill it."""
        self.journal.close()
        self.cache.close()

    def work(self, rounds: int = 1) -> None:
        """Rounds of a tenth of a second."""
        for _ in range(rounds):
            self.finding.work()
            self.time.passed += 0.1

    def buy(self, count: int = 1, trip: str = "K1", who: int = 1, method: str = "cash") -> list[TicketNumber]:
        """Somebody buys tickets; what a sale leaves in the journal, and the tickets' numbers."""
        departure = self.shelf.departure(bench.DAY, trip)
        assert departure is not None
        free = self.shelf.free(departure)
        seats = sorted(free.seats)[:count] if departure.seats is not None else [None] * count
        order = UUID(bytes=self.chance(16), version=4)
        expires = self.shelf.expiry(bench.DAY)
        numbers = [new_number(PREFIX, self.chance) for _ in range(count)]
        fare = departure.stops[0].fare
        with self.journal.transaction() as tx:
            orders.hold(
                tx,
                order=order,
                service_date=bench.DAY,
                trip=trip,
                seats=[seat for seat in seats if seat is not None] or None,
                count=count,
                total=Fen(fare * count),
                grant=self.shelf.granted(bench.DAY, trip),
            )
            if method != "cash":
                payment = UUID(int=order.int ^ 1)
                ask_payment(tx, payment=payment, order=order, method=method, fen=Fen(fare * count), way="scan")
                end_payment(tx, payment, outcome="paid", reference="r")
            orders.record_money(
                tx, order, direction=Direction.TAKEN, fen=Fen(fare * count), method=method, counter=None
            )
            orders.mark_paid(tx, order, fen=Fen(fare * count), method=method)
            for index, number in enumerate(numbers):
                somebody = person(who + index)
                journey = Journey(
                    service_date=bench.DAY,
                    trip=trip,
                    boarding=bench.OWN_STOP,
                    alighting=bench.WEIHAI,
                    seat=seats[index],
                    kind=TicketKind.ADULT,
                    children=0,
                    fare=fare,
                    tag=identity_tag(bench.DAY_KEY, bench.DAY, trip, somebody.kind, somebody.number),
                )
                orders.record_issued(
                    tx,
                    order,
                    number=number,
                    journey=journey,
                    expires=expires,
                    sealed=b"sealed",
                    code=self.authority.sign(Ticket(number, expires, journey)),
                )
                orders.record_delivery(tx, number, how="printed", outcome="done")
        return numbers

    def looks(self, task: Task, text: str, who: int = 1) -> FindView:
        """Find a ticket by a code under the scanner; for money, its holder's card is shown after it."""
        self.finding.begin(task)
        self.finding.scanned(text)
        self.work()
        if any(dict(each.why_not).get(task) == words.SHOW_DOCUMENT for each in self.find.tickets):
            self.finding.document(person(who))
            self.work()
        return self.find

    def types(self, task: Task, text: str) -> FindView:
        """Find a ticket by what is typed."""
        self.finding.begin(task)
        self.finding.typed(text)
        return self.find

    def lays(self, task: Task, who: int) -> FindView:
        """Find a ticket by a card."""
        self.finding.begin(task)
        self.finding.document(person(who))
        self.work()
        return self.find

    def does(self, number: TicketNumber, rounds: int = 30, tax_id: str = "") -> FindView:
        """Choose a ticket, do the task, and wait for its end."""
        self.finding.choose(number.digits)
        self.finding.do(tax_id)
        self.work(rounds)
        return self.find

    @property
    def find(self) -> FindView:
        """The task as a screen sees it."""
        find = self.finding.view()
        assert find is not None
        return find

    def code_of(self, number: TicketNumber) -> str:
        """The signed text of a ticket of this till."""
        return str(self.journal.rows("SELECT code FROM tickets WHERE number = ?", (number.to_bytes(),))[0][0])

    def kinds(self) -> list[str]:
        """What is in the journal."""
        return [stored.kind for stored in self.journal.events(0, 10_000)]


def ticket_record(
    number: TicketNumber = ELSEWHERE,
    *,
    trip: str = "K1",
    issuer: str = "kiosk-9",
    state: str = "valid",
    who: int = 7,
    order_code: str | None = None,
    fare: int = 4500,
) -> Record:
    """A ticket that another sold, as the centre tells of it."""
    identity = person(who)
    tag = identity_tag(bench.DAY_KEY, bench.DAY, trip, identity.kind, identity.number)
    body: dict[str, object] = {
        "number": number.digits,
        "service_date": bench.DAY.isoformat(),
        "trip": trip,
        "boarding": bench.OWN_STOP,
        "alighting": bench.WEIHAI,
        "seat": 40 if trip == "K1" else None,
        "kind": 0,
        "children": 0,
        "fare": fare,
        "tag": tag.hex(),
        "expires": int(bench.NOW.timestamp()) + 86_400,
        "state": state,
        "issuer": issuer,
    }
    if order_code is not None:
        body["order_code"] = order_code
    return Record(kind="ticket", key=number.digits, body=body, change=2)


def use_record(use: UseBody) -> Record:
    """A use as the centre tells of it."""
    return Record(kind="use", key=f"{use.number}/{use.use_no}", body=use.model_dump(mode="json"), change=3)


def tell(directory: Path, *records: Record) -> None:
    """Let the cache hear something more, as sync would."""
    with CacheWriter(directory / "cache.db") as writer:
        writer.apply(PullAnswer(records=tuple(records), cursor="2", more=False))
