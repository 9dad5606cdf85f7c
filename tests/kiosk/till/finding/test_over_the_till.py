"""Refunds and changes through the whole till, with real payouts and payments: the money adds up, whenever it dies."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from kiosk.till.commands import (
    CallStaff,
    CancelOrder,
    Choose,
    DoTask,
    EndSession,
    Find,
    HoldOrder,
    LookAt,
    Person,
    StartCash,
    StartPayment,
    StopFinding,
    TakeAlong,
)
from kiosk.till.values import FindState, FindView, Means, OrderState, Task
from sync.journal.uses import history, open_uses
from tests.gate.station_arbiter import Line
from tests.kiosk.till import bench
from tests.kiosk.till.bench import hold, offer, person, write_cache
from tests.kiosk.till.finding.task_site import TaskSite
from tests.kiosk.till.money_site import CODE
from tickets.journey import TicketKind
from tickets.numbers import TicketNumber
from tickets.uses import UseEnd


class Killed(BaseException):
    """Stands for SIGKILL."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[TaskSite]:
    write_cache(tmp_path)
    site = TaskSite(tmp_path)
    yield site
    assert site.unexplained() == 0
    site.desk.close()


def buy(site: TaskSite, means: Means = Means.CASH) -> str:
    """A ticket to Weihai on K1 for 45 yuan; its number."""
    hold(site.till, offer(site.till, "K1"), [person(1)])
    if means is Means.CASH:
        site.till.do(StartCash())
        site.insert(2000, 2000, 500)
    else:
        site.till.do(StartPayment(means=means))
        site.work(2)
        site.eye.codes.append(CODE)
    site.work(5)
    number = site.order.tickets[0].number
    site.till.do(EndSession())
    return number


def found(site: TaskSite) -> FindView:
    find = site.shown.find
    assert find is not None
    return find


def find(site: TaskSite, task: Task, number: str) -> FindView:
    site.till.do(Find(task=task))
    code = site.desk.journal.rows("SELECT code FROM tickets WHERE number = ?", (_bytes(number),))[0][0]
    site.eye.codes.append(str(code))
    site.work(2)
    if task is Task.REFUND:  # money is its holder's
        site.plate.card = person(1)
        site.work(2)
        site.plate.card = None
    return found(site)


def refund(site: TaskSite, number: str) -> FindView:
    find(site, Task.REFUND, number)
    site.till.do(Choose(number=number))
    site.till.do(DoTask())
    for _ in range(100):
        site.work()
        if found(site).state in (FindState.DONE, FindState.REFUSED):
            break
    return found(site)


def change(site: TaskSite, number: str, *, trip: str = "L2") -> None:
    """Show the ticket and its document, and hold a place on the other coach."""
    find(site, Task.CHANGE, number)
    site.plate.card = person(1)
    site.work(2)
    ticket = found(site).tickets[0]
    assert ticket.handle
    wanted = offer(site.till, trip)
    site.till.do(
        HoldOrder(
            offer=wanted,
            travellers=(Person(handle=ticket.handle, kind=TicketKind.ADULT),),
            changes=number,
        )
    )


def test_cash_comes_out_in_coins(site: TaskSite) -> None:
    number = buy(site)
    done = refund(site, number)
    assert (done.state, done.returned, done.claim) == (FindState.DONE, 3600, None)
    assert sum(tube.given for tube in site.tubes) == 3600


def test_a_phones_money_goes_back_to_it(site: TaskSite) -> None:
    number = buy(site, Means.QR_SCAN)
    assert site.centre.balance == 4500
    done = refund(site, number)
    assert (done.state, done.returned) == (FindState.DONE, 3600)
    assert site.centre.balance == 900


def test_too_few_coins_and_a_slip(tmp_path: Path, site: TaskSite) -> None:
    number = buy(site)
    for tube in site.tubes:
        tube.coins = min(tube.coins, 2) if hasattr(tube, "coins") else 2
    done = refund(site, number)
    assert done.state is FindState.DONE
    given = sum(tube.given for tube in site.tubes)
    assert given + (done.claim.fen if done.claim else 0) == 3600


def test_a_cheaper_coach_by_a_change(site: TaskSite) -> None:
    number = buy(site)
    change(site, number)
    assert site.shown.trouble is None
    assert site.order.changes == number
    site.till.do(StartCash())
    site.work(40)
    assert site.order.state is OrderState.DELIVERED
    assert [(use.purpose, use.end) for use in history(site.desk.journal, _number(number))] == [
        ("change", UseEnd.PASSED)
    ]
    again = find(site, Task.REFUND, number)
    assert Task.REFUND not in again.tickets[0].can
    new = site.order.tickets[0].number
    assert Task.CHANGE not in find(site, Task.CHANGE, new).tickets[0].can, "once"


def test_a_change_that_the_arbiter_refuses_leaves_the_old_ticket(site: TaskSite) -> None:
    number = buy(site)
    change(site, number)
    site.arbiter.line, site.centre.down = Line.DOWN, True
    site.till.do(StartCash())
    site.work(60)
    assert site.order.state in (OrderState.RELEASED, OrderState.CLAIMED)
    assert open_uses(site.desk.journal) == []
    site.arbiter.line, site.centre.down = Line.UP, False
    site.till.do(EndSession())
    assert Task.REFUND in find(site, Task.REFUND, number).tickets[0].can


def test_a_change_that_is_given_up(site: TaskSite) -> None:
    number = buy(site)
    change(site, number)
    site.till.do(CancelOrder())
    site.work(5)
    assert history(site.desk.journal, _number(number)) == []


def test_another_person_cannot_change_it(site: TaskSite) -> None:
    number = buy(site)
    find(site, Task.CHANGE, number)
    site.plate.card = person(2)
    site.work(2)
    handle = site.till._documents.keep(person(2)).handle
    site.till.do(
        HoldOrder(
            offer=offer(site.till, "L2"), travellers=(Person(handle=handle, kind=TicketKind.ADULT),), changes=number
        )
    )
    assert site.shown.order is None
    assert site.shown.trouble is not None


def test_the_session_wipes_what_was_found(site: TaskSite) -> None:
    number = buy(site)
    find(site, Task.COLLECT, number)
    site.till.do(TakeAlong(number=number))
    assert site.shown.link
    site.till.do(CallStaff(on=True))
    assert site.shown.capabilities.staff_called
    site.till.do(EndSession())
    assert (site.shown.find, site.shown.link) == (None, "")
    assert site.shown.capabilities.staff_called, "somebody is on the way"
    site.eye.codes.append("12345678")
    site.work(3)
    site.till.do(Find(task=Task.CHECK))
    site.work(2)
    assert found(site).message is None, "what was held up before is nobody's business"
    site.till.do(StopFinding())
    assert site.shown.find is None


def test_the_timetable_of_a_day(site: TaskSite) -> None:
    assert [run.trip for run in site.shown.runs] == ["K1", "L2"]
    site.till.do(LookAt(day=bench.DAY))
    assert site.shown.day == bench.DAY
    assert [run.trip for run in site.shown.runs] == ["K1", "L2"]


@pytest.mark.parametrize("seed", range(16))
def test_dies_anywhere(tmp_path: Path, seed: int) -> None:
    """A refund or a change, killed at any point of it, perhaps twice: one good ticket or its money, never both."""
    draw = Random(seed)
    write_cache(tmp_path)
    site = TaskSite(tmp_path)
    number = buy(site, draw.choice([Means.CASH, Means.QR_SCAN]))
    wish = draw.choice(["refund", "refund", "change"])
    seen: list[str] = []

    def dies(left: int) -> Callable[[str], None]:
        def probe(point: str) -> None:
            nonlocal left
            seen.append(point)
            left -= 1
            if left == 0:
                raise Killed

        return probe

    for _ in range(draw.randint(1, 3)):
        site.kill()
        site.arbiter.line = draw.choice([Line.UP, Line.UP, Line.LATE])
        try:
            site.start(dies(draw.randint(1, 24)))
            site.work(5)
            if wish == "refund":
                refund(site, number)
            elif site.shown.order is None and site.shown.recovered is None:
                change(site, number)
                site.till.do(StartCash())
                site.work(30)
        except (Killed, AssertionError) as end:
            if not isinstance(end, Killed) and wish == "refund":
                raise
    site.crash()
    site.work(60, 1)
    site.till.do(EndSession())
    site.work(10, 1)
    assert site.unexplained() == 0, (wish, seen)
    assert open_uses(site.desk.journal) == []
    journal = site.desk.journal
    standing = [use for use in history(journal, _number(number)) if use.end is UseEnd.PASSED]
    refunded = journal.rows("SELECT count(*) FROM refunds WHERE way <> 'asked'")[0][0]
    issued = journal.rows("SELECT count(*) FROM tickets")[0][0]
    assert len(standing) == int(str(refunded)) + int(str(issued)) - 1, (wish, seen)
    site.desk.close()


def _number(number: str) -> TicketNumber:
    return TicketNumber.from_digits(number)


def _bytes(number: str) -> bytes:
    return _number(number).to_bytes()
