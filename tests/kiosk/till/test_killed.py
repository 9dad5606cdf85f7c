"""Processes that are really killed (SIGKILL) at every point of a sale, with the real drivers and simulated devices.

The devices live in the test's process and survive; the till is a child. Afterwards a till is opened on the same
directory, as after a restart of the machine.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from drivers.cash.cctalk import CcTalkBillValidator
from drivers.cash.simulator import BillValidatorSimulator
from drivers.link import open_link
from drivers.printer.escpos import EscPosPrinter
from drivers.printer.simulator import PrinterSimulator
from drivers.simulation import Station
from kiosk.till.commands import (
    CancelOrder,
    StartCash,
)
from kiosk.till.values import OrderState
from sync.points import Point, Probe, after_commit, before_commit, kill_at, no_probe
from tests.kiosk.till.bench import NOW, Books, Desk, Time, books, hold, offer, open_desk, person, write_cache
from tickets.admission import TimeQuality, TrustedNow

NOTES = (2000, 2000, 500)


class RealTime(Time):
    """Time as it passes."""

    def clock(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()

    def now(self) -> TrustedNow:
        """Just after NOW."""
        return TrustedNow(at=NOW + timedelta(seconds=time.monotonic() % 60), quality=TimeQuality.TRUSTED)


@dataclass
class Machine:
    """The hardware of one kiosk."""

    directory: Path
    validator: Station
    printer: Station

    def open(self, probe: Probe) -> Desk:
        """Start a till on it, with drivers of its own."""
        cash, paper = self.validator.address, self.printer.address
        return open_desk(
            self.directory,
            CcTalkBillValidator(lambda: open_link(cash)),
            EscPosPrinter(lambda: open_link(paper)),
            time=RealTime(),
            random=os.urandom,
            probe=probe,
        )

    @property
    def stacked(self) -> int:
        """What is in the stacker, in fen."""
        total: int = self.validator.state()["total_fen"]
        return total


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """A kiosk's hardware and its station's cache."""
    write_cache(tmp_path)
    cash = BillValidatorSimulator(stacker=tmp_path / "stacker.json", travel=0.0)
    with (
        Station(cash, "tcp:127.0.0.1:0") as validator,
        Station(PrinterSimulator(pictures=tmp_path / "pictures"), "tcp:127.0.0.1:0") as printer,
    ):
        yield Machine(tmp_path, validator, printer)


def sell(desk: Desk, *, cancel: bool) -> None:
    """One sale from the first touch to the ticket; or to the slip, when the passenger gives up half way."""
    desk.till.start()
    hold(desk.till, offer(desk.till, "K1"), [person(1)])
    desk.till.do(StartCash())
    until = time.monotonic() + 20
    while time.monotonic() < until:
        desk.till.work()
        order = desk.till.snapshot().order
        if order is None or order.state not in (OrderState.HELD, OrderState.PAID):
            return
        if cancel and order.paid:
            desk.till.do(CancelOrder())


def in_a_child(work: Callable[[], None]) -> int:
    """Fork, do `work` and leave without any clean-up; returns the child's process id."""
    child = os.fork()
    if child:
        return child
    try:
        work()
        os._exit(0)
    finally:
        os._exit(3)


def puts_in(machine: Machine, fen: int) -> bool:
    """Put a note in where one may come: five that are pushed in vain would wipe the validator's memory of the last."""
    state = machine.validator.state()
    may_come = state["escrow"] is None and fen in state["accepts"] and state["accepting"]
    return may_come and bool(machine.validator.do("insert", fen=fen)["taken"])


def pay_until_it_ends(machine: Machine, child: int, nth_note: int = 0) -> int:
    """Put notes in as long as the child lives; returns how it ended, as os.waitpid tells."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        if nth_note < len(NOTES) and puts_in(machine, NOTES[nth_note]):
            nth_note += 1
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    raise AssertionError("the till neither ended nor died")


def after_restart(machine: Machine) -> tuple[Books, Desk]:
    """Start a till as after the crash and let it settle what was left; the desk is open still."""
    desk = machine.open(no_probe)
    desk.till.start()
    until = time.monotonic() + 10
    while desk.till.urgent and time.monotonic() < until:
        desk.till.work()
    for _ in range(3):
        desk.till.work()
    assert not desk.till.urgent, "every order has come to an end"
    return books(desk.journal), desk


SELLING = (
    Point.TILL_STACK_BEFORE,
    Point.TILL_STACK_AFTER,
    Point.TILL_PRINT_BEFORE,
    Point.TILL_PRINT_AFTER,
    *(
        name("till", kind)
        for kind in ("journal.opened", "order.held", "money.taken", "order.paid", "ticket.issued", "ticket.delivered")
        for name in (before_commit, after_commit)
    ),
)
GIVING_UP = tuple(
    name("till", kind) for kind in ("claim.opened", "order.released") for name in (before_commit, after_commit)
)
LATER = (Point.TILL_STACK_AFTER, before_commit("till", "money.taken"), after_commit("till", "money.taken"))


@pytest.mark.parametrize(
    ("point", "nth", "cancel"),
    [
        *((str(point), 1, False) for point in SELLING),
        *((str(point), 3, False) for point in LATER),
        (before_commit("till", "ticket.delivered"), 2, False),
        (after_commit("till", "ticket.delivered"), 2, False),
        *((point, 1, True) for point in GIVING_UP),
        (str(Point.TILL_PRINT_BEFORE), 1, True),
        (str(Point.TILL_PRINT_AFTER), 1, True),
    ],
)
def test_no_yuan_is_lost_when_the_till_is_killed(machine: Machine, point: str, nth: int, cancel: bool) -> None:
    child = in_a_child(lambda: sell(machine.open(kill_at(point, nth)), cancel=cancel))
    status = pay_until_it_ends(machine, child)
    assert os.WIFSIGNALED(status), f"the till never came to {point}"
    assert os.WTERMSIG(status) == signal.SIGKILL

    found, desk = after_restart(machine)
    try:
        assert found.doubts == 0
        assert found.in_open_orders == 0
        assert found.stands_for == machine.stacked
        if machine.stacked == sum(NOTES):
            assert found.fares == sum(NOTES), "what was paid in full is issued"
        tried = Counter(desk.journal.rows("SELECT number, copy FROM deliveries WHERE outcome = 'done'"))
        assert all(times == 1 for times in tried.values())
        assert machine.printer.state()["printed"] <= 1 + 1 * cancel, "no ticket is printed twice by itself"
        recovered = desk.till.snapshot().recovered
        if found.fares and not tried:
            assert recovered is not None
            assert [ticket.delivery for ticket in recovered.tickets] == ["unknown"]
    finally:
        desk.close()


def test_a_sale_that_nobody_kills(machine: Machine) -> None:
    child = in_a_child(lambda: sell(machine.open(no_probe), cancel=False))
    assert pay_until_it_ends(machine, child) == 0
    found, desk = after_restart(machine)
    assert (found.fares, machine.stacked) == (4500, 4500)
    assert machine.printer.state()["printed"] == 1
    assert desk.till.snapshot().recovered is None
    desk.close()
