"""A refund to an account that nobody answers for: the passenger is told the truth, and the machine goes on serving."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest

from kiosk.till.caller import Answered
from kiosk.till.cashbook import CARD, QR, Cashbook
from kiosk.till.finding.ports import Returned, Way
from kiosk.till.payments import Heard, Said
from kiosk.till.payouts import Payouts
from kiosk.till.purse import Purse
from kiosk.till.till import new_claim_number
from kiosk.till.values import FindState, Task
from sync.journal.journal import Journal
from sync.journal.payments import Payment, Payout
from sync.points import Probe, no_probe
from tests.kiosk.till.bench import usual_records, write_cache
from tests.kiosk.till.finding.bench import Machine
from tickets.money import Fen

BACK = 3600


class AtOnce:
    """`Calls` that are carried out when their answers are fetched."""

    def __init__(self) -> None:
        self._open: dict[str, Callable[[], object]] = {}

    def ask(self, key: str, call: Callable[[], object]) -> None:
        self._open[key] = call

    def asking(self, key: str) -> bool:
        return key in self._open

    def answers(self) -> list[Answered]:
        found = [Answered(key=key, value=call()) for key, call in self._open.items()]
        self._open = {}
        return found

    def close(self) -> None:
        pass


@dataclass
class Account:
    """Whoever books money back: says `says`."""

    says: Heard = Heard.SILENCE
    asked: list[bool] = field(default_factory=list)

    def give_back(self, payout: Payout, payment: Payment | None, *, again: bool) -> Said:  # noqa: ARG002  a Collector's
        self.asked.append(again)
        return Said(heard=self.says)

    def ask(self, payment: Payment, code: str) -> Said:
        raise NotImplementedError

    def query(self, payment: Payment) -> Said:
        raise NotImplementedError

    def reverse(self, payment: Payment) -> Said:
        raise NotImplementedError


class RealPayouts:
    """The till's own payouts in the place of the bench's purse, made anew for each journal."""

    def __init__(self, account: Account, machine: Machine) -> None:
        self._account, self._machine = account, machine
        self._journal: Journal | None = None
        self._payouts: Payouts | None = None
        self._calls = AtOnce()

    @property
    def journal(self) -> Journal | None:
        return self._journal

    @journal.setter
    def journal(self, journal: Journal) -> None:
        self._journal, machine, book = journal, self._machine, Cashbook(journal)
        new_id = lambda: UUID(bytes=machine.chance(16), version=4)  # noqa: E731  one word for it
        clock = machine.time.clock
        purse = Purse([], book, clock=clock, new_id=new_id, probe=no_probe)
        self._calls = AtOnce()
        self._payouts = Payouts(
            book,
            purse,
            dict.fromkeys((QR, CARD), self._calls),
            dict.fromkeys((QR, CARD), self._account),
            clock=clock,
            new_id=new_id,
            new_claim=lambda: new_claim_number(machine.chance),
            probe=no_probe,
        )
        self._payouts.recover()

    def most_cash(self) -> Fen:
        return Fen(0)

    def can_give(self, fen: Fen) -> bool:
        return fen == 0

    def pay_back(self, refund: UUID, fen: Fen, way: Way) -> Returned | None:
        assert self._payouts is not None
        self._payouts.work()
        for answer in self._calls.answers():
            self._payouts.heard(answer.key, answer.value)
        return self._payouts.pay_back(refund, fen, way)


class Site(Machine):
    """A machine whose refunds go to an account."""

    def __init__(self, directory: Path) -> None:
        self.account = Account()
        super().__init__(directory)

    def open(self, probe: Probe = no_probe) -> None:
        if not isinstance(self.purse, RealPayouts):
            self.purse = RealPayouts(self.account, self)  # type: ignore[assignment]  # the port is Returns
        super().open(probe)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    write_cache(tmp_path, usual_records())
    site = Site(tmp_path)
    yield site
    site.kill()


@pytest.mark.parametrize("method", ["card", "qr"])
def test_who_has_nothing_yet_is_not_told_to_have_it(site: Site, method: str) -> None:
    (number,) = site.buy(method=method)
    site.looks(Task.REFUND, site.code_of(number))
    working = site.does(number, rounds=50)
    assert working.state is FindState.WORKING
    done = site.does(number, rounds=200)
    assert done.state is FindState.DONE
    assert done.returned == 0
    assert done.message is not None
    assert "¥36.00 is on its way" in done.message[1]
    assert "¥36.00 正原路退回" in done.message[0]


@pytest.mark.parametrize("method", ["card", "qr"])
def test_others_are_served_while_nobody_answers(site: Site, method: str) -> None:
    (number,) = site.buy(method=method)
    site.looks(Task.REFUND, site.code_of(number))
    site.does(number, rounds=50)
    site.finding.stop()
    site.crash()
    site.work(250)
    site.finding.stop()
    site.finding.begin(Task.CHECK)
    assert site.find.task is Task.CHECK


def test_what_fails_in_the_end_is_claimed_once(site: Site) -> None:
    (number,) = site.buy(method="card")
    site.looks(Task.REFUND, site.code_of(number))
    site.does(number, rounds=250)
    site.account.says = Heard.FAILED
    refund = site.journal.rows("SELECT refund FROM refunds")[0][0]
    for _ in range(700):
        site.purse.pay_back(UUID(str(refund)), Fen(BACK), Way(method="card"))
        site.time.passed += 0.1
    assert site.journal.rows("SELECT fen FROM claims") == [(BACK,)]
    assert site.journal.rows("SELECT paid_out FROM (SELECT fen AS paid_out FROM payout_ends)") == [(0,)]
    assert set(site.account.asked[1:]) == {True}
