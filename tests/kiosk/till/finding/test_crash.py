"""A till that dies anywhere in a refund: after the restart it is refunded once, or not at all, to the fen."""

from collections.abc import Callable
from random import Random

import pytest

from kiosk.till.values import FindState, Task
from sync.journal.asked import all_asked
from sync.journal.refunds import refund_of
from sync.journal.uses import history, open_uses
from sync.wire.money import MoneyWay
from tests.gate.station_arbiter import Line
from tests.kiosk.till.finding.bench import ELSEWHERE, PAYMENT, Machine
from tickets.uses import UseEnd

BACK = 3600
KINDS = (
    "use.claimed",
    "refund.opened",
    "payout.asked",
    "money.returned",
    "payout.ended",
    "claim.opened",
    "use.passed",
)
POINTS = [f"till:commit:{kind}:{when}" for kind in KINDS for when in ("before", "after")]


class PowerCut(BaseException):
    """The process is gone."""


def dies_at(point: str, nth: int = 1) -> Callable[[str], None]:
    left = [nth]

    def probe(reached: str) -> None:
        if reached == point:
            left[0] -= 1
            if left[0] == 0:
                raise PowerCut

    return probe


def refund_until_it_dies(machine: Machine, number: object, code: str | None) -> bool:
    """Try to refund; True when it died on the way."""
    try:
        _ = machine.looks(Task.REFUND, code) if code else machine.lays(Task.REFUND, 7)
        machine.does(ELSEWHERE if code is None else number, rounds=40)  # type: ignore[arg-type]  # a ticket's number
    except PowerCut:
        return True
    return False


@pytest.mark.parametrize(("arbiter", "silver"), [(Line.UP, 10_000), (Line.UP, 1000), (Line.DOWN, 10_000), (None, 1000)])
@pytest.mark.parametrize("point", POINTS)
def test_dies_at_every_commit(make: Callable[..., Machine], point: str, arbiter: Line | None, silver: int) -> None:
    machine = make(relay=arbiter is not None)
    if machine.arbiter is not None and arbiter is not None:
        machine.arbiter.line = arbiter
    machine.purse.holds = silver
    (number,) = machine.buy()
    code = machine.code_of(number)
    machine.crash(dies_at(point))
    died = refund_until_it_dies(machine, number, code)
    machine.crash()
    machine.work(40)
    assert open_uses(machine.journal) == []
    assert all_asked(machine.journal) == []
    if refund_of(machine.journal, number) is None:
        assert died
        assert machine.purse.gave == 0
        if machine.arbiter is not None:
            machine.arbiter.hears(machine.journal)
        machine.centre.hears(machine.journal)
        again = machine.looks(Task.REFUND, code)
        assert Task.REFUND in again.tickets[0].can, "the ticket stayed good"
        machine.does(number, rounds=40)
    refund = refund_of(machine.journal, number)
    assert refund is not None
    assert refund.left == 0
    claimed = machine.journal.rows("SELECT coalesce(sum(fen), 0) FROM claims")[0][0]
    assert machine.purse.gave + int(str(claimed)) == BACK
    assert [use.end for use in history(machine.journal, number)].count(UseEnd.PASSED) == 1


def test_what_the_arbiter_granted_unheard_is_given_back_at_the_start(machine: Machine) -> None:
    """It dies while the centre is being asked, with the arbiter's grant on its way."""
    assert machine.arbiter is not None
    (number,) = machine.buy()
    machine.arbiter.line, machine.centre.rounds = Line.LATE, 1000
    machine.looks(Task.REFUND, machine.code_of(number))
    machine.finding.choose(number.digits)
    machine.finding.do()
    machine.work(3)
    assert len(all_asked(machine.journal)) == 1
    machine.crash()
    assert [use.end for use in history(machine.journal, number)] == [UseEnd.RELEASED]
    machine.arbiter.line = Line.UP
    machine.arbiter.hears(machine.journal)
    assert all(use.end == "released" for use in machine.arbiter.known)


def test_the_passenger_is_told_the_truth_after_the_restart(machine: Machine) -> None:
    (number,) = machine.buy()
    code = machine.code_of(number)
    machine.crash(dies_at("till:commit:payout.asked:after"))
    assert refund_until_it_dies(machine, number, code)
    machine.crash()
    machine.work(10)
    shown = machine.find
    assert (shown.task, shown.state, shown.returned) == (Task.REFUND, FindState.DONE, BACK)
    assert shown.message is not None
    assert shown.message[1].startswith("The machine restarted")


@pytest.mark.parametrize("seed", range(30))
def test_dies_again_and_again(make: Callable[..., Machine], seed: int) -> None:
    """Any death in any life, any line, any purse: what is owed is paid or claimed, once."""
    draw = Random(seed)
    machine = make(relay=draw.random() < 0.7)
    machine.purse.holds = draw.choice([0, 500, 10_000])
    machine.purse.rounds = draw.choice([0, 3])
    machine.centre.ways[ELSEWHERE.digits] = draw.choice(
        [(), (MoneyWay(method="cash", fen=4500),), (MoneyWay(method="qr", payment=PAYMENT, fen=4500),)]
    )
    (mine,) = machine.buy()
    code = machine.code_of(mine) if draw.random() < 0.5 else None
    number = mine if code else ELSEWHERE
    for _ in range(draw.randint(1, 6)):
        if machine.arbiter is not None:
            machine.arbiter.line = draw.choice(list(Line))
        machine.centre.line = draw.choice(["up", "up", "down", "late"])
        machine.centre.rounds = draw.choice([0, 0, 4])
        try:
            machine.crash(dies_at(draw.choice(POINTS), draw.choice([1, 1, 2])))
            machine.work(3)
        except PowerCut:
            continue
        refund_until_it_dies(machine, number, code)
    machine.crash()
    machine.work(60)
    assert open_uses(machine.journal) == []
    assert all_asked(machine.journal) == []
    refund = refund_of(machine.journal, number)
    out = machine.purse.gave + machine.purse.booked
    claims = int(str(machine.journal.rows("SELECT coalesce(sum(fen), 0) FROM claims")[0][0]))
    passed = [use for use in history(machine.journal, number) if use.end is UseEnd.PASSED]
    if refund is None:
        assert (out, claims, passed) == (0, 0, [])
    elif refund.way == "asked":
        assert (out, claims, passed) == (0, BACK, [])
    else:
        assert refund.left == 0
        assert out + claims == BACK
        assert len(passed) == 1
