"""A till's afternoon on a disk of ours: one gives up after a note and a coin, two buy with change, one pays
with a phone; money is tickets or claims, or went back.
"""

from collections import Counter
from pathlib import Path
from typing import Any

from kiosk.till.commands import (
    CancelOrder,
    EndSession,
    StartCash,
    StartPayment,
)
from kiosk.till.values import Means
from sync.journal.journal import Journal
from sync.journal.orders import unfinished_orders
from tests.kiosk.till.bench import (
    DEVICE,
    PREFIX,
    Chance,
    Desk,
    Time,
    hold,
    offer,
    person,
    write_cache,
)
from tests.kiosk.till.money_site import CODE, MoneySite, number_in, stands_for
from tests.storage.chronicle import Chronicle
from tests.storage.machine import ROOT
from tickets.events import Kind

FOLDER = Path(ROOT) / "kiosk-1"


class TillStory:
    """One till over its lives. The validator and the printer keep their state when the machine loses its power."""

    def __init__(self, begun: list[bytes]) -> None:
        self._site = MoneySite(FOLDER, begin=False)
        self._time, self._chance = self._site.time, self._site.chance
        self._validator, self._printer = self._site.validator, self._site.printer
        self.chronicle = Chronicle(begun)

    def live(self, life: int) -> None:
        desk = self._wake()
        if life == 0:
            self._gives_up(desk)
            self._sells(desk, "L2", 2, 2000, 5000)
            self._sells_to_a_phone(desk)
        self._comes_to_rest(desk)
        desk.close()

    def dies(self) -> None:
        self.chronicle.dies()
        self._validator.new_host()
        self._site.coins.new_host()

    def check(self) -> None:
        with _open(self._chance) as journal:
            stored = journal.events(0, 10_000)
            self.chronicle.holds(stored)
            bodies: Any = [(each.kind, each.event.body) for each in stored]
            issued = {body["number"] for kind, body in bodies if kind == Kind.TICKET_ISSUED}
            claims = {body["claim"] for kind, body in bodies if kind == Kind.CLAIM_OPENED}
            for piece in self._printer.out + self._printer.torn:
                number = piece[1:].partition("/")[0]
                assert number in (issued if piece[0] == "T" else claims), "paper without a record"
            taken = sum(body["fen"] for kind, body in bodies if kind == Kind.MONEY_TAKEN)
            returned = sum(body["fen"] for kind, body in bodies if kind == Kind.MONEY_RETURNED)
            site, given = self._site, sum(tube.given for tube in self._site.tubes)
            assert taken <= site.holds() + given, "money was made up"
            assert returned <= given, "money that went out was made up"
            assert stands_for(journal) == taken - returned, "money is neither a ticket nor a claim nor in an open order"
            assert {number for (number,) in _rows(journal, "SELECT hex(number) FROM tickets")} == {
                f"{int(number):016X}" for number in issued
            }
            assert journal.rows("PRAGMA integrity_check") == [("ok",)]
            assert journal.rows("PRAGMA foreign_key_check") == []

    def check_end(self) -> None:
        """After a life without a power cut every note is a ticket or a claim, and nothing came out twice."""
        with _open(self._chance) as journal:
            assert unfinished_orders(journal) == []
            assert stands_for(journal) == self._site.holds()
            for what in ("payment", "payout"):
                ended = number_in(journal, f"SELECT count(*) FROM {what}_ends")
                assert number_in(journal, f"SELECT count(*) FROM {what}s") == ended
        pieces = Counter(piece for piece in self._printer.out + self._printer.torn if piece.startswith("T"))
        assert all(count == 1 for count in pieces.values()), pieces

    def _wake(self) -> Desk:
        desk = self._site.opened(self.chronicle.probe)
        self.chronicle.follow(desk.journal)
        desk.till.start()
        return desk

    def _sells(self, desk: Desk, trip: str, people: int, *notes: int) -> None:
        hold(desk.till, offer(desk.till, trip), [person(len(trip) * 10 + n) for n in range(people)])
        desk.till.do(StartCash())
        for fen in notes:
            assert self._validator.insert(fen)
            desk.till.work()
            desk.till.work()
        for _ in range(3):
            desk.till.work()
        desk.till.do(EndSession())

    def _sells_to_a_phone(self, desk: Desk) -> None:
        hold(desk.till, offer(desk.till, "K1"), [person(7)])
        desk.till.do(StartPayment(means=Means.QR_SCAN))
        self._site.eye.codes.append(CODE)
        for _ in range(3):
            desk.till.work()
        desk.till.do(EndSession())

    def _gives_up(self, desk: Desk) -> None:
        hold(desk.till, offer(desk.till, "K1"), [person(5)])
        desk.till.do(StartCash())
        assert self._validator.insert(1000)
        desk.till.work()
        desk.till.work()
        assert self._site.coins.insert(50)
        desk.till.work()
        desk.till.do(CancelOrder())
        for _ in range(3):
            desk.till.work()
        desk.till.do(EndSession())

    def _comes_to_rest(self, desk: Desk) -> None:
        self._validator.run_out()
        for _ in range(5):
            self._time.passed += 61
            desk.till.work()
        desk.till.do(EndSession())
        desk.journal.tidy()


class TillStories:
    """Makes stories on one installed disk."""

    def __init__(self, _folder: Path) -> None:
        self._begun: list[bytes] = []

    def begin(self) -> TillStory:
        return TillStory(self._begun)

    def install(self) -> None:
        write_cache(FOLDER)
        MoneySite(FOLDER, begin=False).hear_centre()
        with _open(Chance(99)) as journal:
            self._begun = [each.data for each in journal.events(0, 10)]


def _open(chance: Chance) -> Journal:
    return Journal.create_or_open(FOLDER / "journal.db", device=DEVICE, prefix=PREFIX, clock=Time().now, random=chance)


def _rows(journal: Journal, sql: str) -> Any:
    return journal.rows(sql)
