"""A till that is really killed (SIGKILL) while money comes without cash or goes back, with the real drivers.

The ccTalk line, the card terminal and the centre with its sandbox live on; the till is a child. Afterwards a till is
opened on the same directory. Whatever the point, the machine and its accounts hold what tickets cost and claims say.
"""

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kiosk.till.commands import CancelOrder, HoldOrder, Person, StartCash, StartPayment, StopPayment, TypeDocument
from kiosk.till.till import Till
from kiosk.till.values import Means, OrderState, OrderView, PaymentState, Snapshot
from kiosk.till.wording import RECOVERED_CLAIM, RECOVERED_TICKETS, RECOVERED_WAITING
from sync.points import Point, after_commit, before_commit, kill_at
from tests.kiosk.till.bench import Desk, hold, offer, person
from tests.kiosk.till.money_site import CODE, number_in, stands_for
from tests.kiosk.till.paying_machine import FIVES, ONES, Far, PayingMachine, far_centre, paying_machine
from tests.kiosk.till.test_killed import in_a_child
from tickets.journey import TicketKind

PATIENCE_S = 40.0
HURRY = 3.0
"""How much faster than real time a till waits that nobody kills."""
OLD = "0" * 19 + "1"
"""A ticket that nobody will change: what was paid on top of it goes back to the account it came from."""
OPEN_ONES = """SELECT (SELECT count(*) FROM payments WHERE payment NOT IN (SELECT payment FROM payment_ends))
    + (SELECT count(*) FROM payouts WHERE payout NOT IN (SELECT payout FROM payout_ends))"""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What a passenger does. `puts_in` is cash, `sandbox` how the provider behaves."""

    means: Means
    puts_in: tuple[tuple[str, int], ...] = ()
    sandbox: dict[str, Any] = field(default_factory=dict)
    stops: bool = False
    cancels: bool = False
    changes: bool = False


COIN, TWENTY = ("coins", 100), ("notes", 2000)
SCENES = {
    "phone": Scene(means=Means.QR_SCAN),
    "shown code": Scene(means=Means.QR_SHOW, sandbox={"answer": "waiting", "pays_after_s": 0.1}),
    "card": Scene(means=Means.CARD),
    "stopped": Scene(means=Means.QR_SCAN, sandbox={"silent_s": 60}, stops=True, cancels=True),
    "stopped and heard": Scene(means=Means.QR_SCAN, sandbox={"silent_s": 0.6}, stops=True, cancels=True),
    "change": Scene(means=Means.CASH, puts_in=(COIN, TWENTY, TWENTY, ("notes", 1000))),
    "cancelled": Scene(means=Means.CASH, puts_in=(COIN, TWENTY), cancels=True),
    "phone back": Scene(means=Means.QR_SCAN, changes=True),
    "card back": Scene(means=Means.CARD, changes=True),
}
FULL = {"phone": 4500, "shown code": 4500, "card": 4500, "change": 5100, "cancelled": 2100}
"""What is paid in a scene that nobody disturbs."""


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Far]:
    with far_centre(tmp_path_factory.mktemp("far") / "centre") as far:
        yield far


@pytest.fixture
def machine(tmp_path: Path, centre: Far) -> Iterator[PayingMachine]:
    with paying_machine(tmp_path, centre) as machine:
        yield machine


def visit(desk: Desk, scene: Scene) -> None:
    """The till's whole life with one passenger, until all of the order's money is settled."""
    till = desk.till
    till.start()
    until = time.monotonic() + PATIENCE_S
    while scene.means not in till.snapshot().capabilities.means:
        assert time.monotonic() < until, "this means is never offered"
        till.work()
    if scene.changes:
        holds_a_change(till)
    else:
        hold(till, offer(till, "K1"), [person(1)])
    till.do(StartCash() if scene.means is Means.CASH else StartPayment(means=scene.means))
    while time.monotonic() < until:
        till.work()
        order = till.snapshot().order
        ended = order is None or (order.state not in (OrderState.HELD, OrderState.PAID) and not till.urgent)
        if ended and not number_in(desk.journal, OPEN_ONES):
            return
        if order is None:
            continue
        if scene.stops and order.payment is not None and order.payment.state in _ASKED:
            till.do(StopPayment())
        if scene.cancels and order.state is OrderState.HELD and _has_enough(order, scene):
            till.do(CancelOrder())


_ASKED = (PaymentState.CONFIRMING, PaymentState.UNCLEAR)


def _has_enough(order: OrderView, scene: Scene) -> bool:
    if scene.stops:
        return order.payment is not None and order.payment.state is PaymentState.FAILED
    return order.paid == sum(fen for _, fen in scene.puts_in)


def holds_a_change(till: Till) -> None:
    """Hold a place in the place of a ticket."""
    one = person(1)
    till.do(TypeDocument(kind=one.kind, number=one.number, name=one.name))
    shown = till.snapshot().traveller
    assert shown is not None
    travellers = (Person(handle=shown.handle, kind=TicketKind.ADULT),)
    till.do(HoldOrder(offer=offer(till, "K1"), travellers=travellers, changes=OLD))


def serve_passenger(machine: PayingMachine, scene: Scene, child: int) -> int:
    """Put money in and hold the phone up as long as the till lives; returns how it ended, as os.waitpid tells."""
    until = time.monotonic() + PATIENCE_S
    left = list(scene.puts_in)
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        if left and machine.puts_in(*left[0]):
            del left[0]
        if scene.means is Means.QR_SCAN:
            machine.scanner.do("scan", text=CODE)
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    raise AssertionError("the till neither ended nor died")


def is_true(desk: Desk, shown: Snapshot) -> None:
    """Nothing on a screen is other than the journal has it."""
    assert shown.order is None, "an order that somebody else may have begun is shown as recovered"
    recovered = shown.recovered
    if recovered is None:
        return
    tickets = number_in(desk.journal, "SELECT count(*) FROM tickets")
    claims = number_in(desk.journal, "SELECT count(*) FROM claims")
    assert len(recovered.tickets) == tickets
    assert (recovered.claim is not None) == (claims > 0)
    told = RECOVERED_TICKETS if tickets else RECOVERED_CLAIM if claims else RECOVERED_WAITING
    assert recovered.message == told


def after_restart(machine: PayingMachine) -> Desk:
    """Start a till as after the crash and let it settle what was left; what it shows meanwhile is true, too."""
    desk = machine.open(hurry=HURRY)
    desk.till.start()
    until = time.monotonic() + PATIENCE_S
    while desk.till.urgent or number_in(desk.journal, OPEN_ONES):
        is_true(desk, desk.till.snapshot())
        assert time.monotonic() < until, "something never comes to an end"
        desk.till.work()
        time.sleep(0.005)
    for _ in range(3):
        desk.till.work()
    is_true(desk, desk.till.snapshot())
    return desk


def balances(machine: PayingMachine, desk: Desk) -> None:
    """The whole of the money, by the devices and accounts, against the journal, the paper and the screen."""
    fares = number_in(desk.journal, "SELECT coalesce(sum(fare), 0) FROM tickets")
    claims = number_in(desk.journal, "SELECT coalesce(sum(fen), 0) FROM claims")
    assert number_in(desk.journal, "SELECT count(*) FROM doubts") == 0
    assert machine.holds == fares + claims == stands_for(desk.journal)
    cash_back = "SELECT coalesce(sum(fen), 0) FROM money WHERE direction = 'returned' AND method = 'cash'"
    assert machine.given == number_in(desk.journal, cash_back), "every coin that came out is written down once"
    unclear = "SELECT p.fen, e.fen FROM payouts p JOIN payout_ends e USING (payout) WHERE NOT e.sure"
    for asked, fen in desk.journal.rows(unclear):
        hopper = machine.line.state()[FIVES if asked in (500, 2000) else ONES]
        assert (fen, hopper["given"]) == (0, 0), "one that gave coins since it was switched on knows how many"
    is_told(machine, desk)


def is_told(machine: PayingMachine, desk: Desk) -> None:
    """Whoever has tickets or money to come has them on paper, or reads of them on the screen."""
    order = desk.ledger.newest_order()
    record = desk.ledger.order(order) if order is not None else None
    recovered = desk.till.snapshot().recovered
    if record is None or not (record.issued or record.claims):
        assert recovered is None
        return
    if not all(ticket.paper.given and ticket.paper.certain for ticket in record.issued):
        assert recovered is not None
        assert len(recovered.tickets) == len(record.issued)
    if not all(claim.slip for claim in record.claims):
        assert recovered is not None, "money is owed, and neither paper nor screen says so"
        assert recovered.claim is not None
        assert not recovered.claim.slip_printed
        assert recovered.claim.fen == machine.holds - sum(ticket.journey.fare for ticket in record.issued)
    out = sum(claim.slip for claim in record.claims) + sum(ticket.paper.given for ticket in record.issued)
    assert machine.printer.state()["printed"] == out, "as many papers came out as the journal says"


ASKING = ("phone", "shown code", "card")
COMMITS = {
    "payment.asked": (("phone", 1), ("card", 1)),
    "payment.ended": (("phone", 1), ("card", 1), ("stopped and heard", 1)),
    "payout.asked": (("change", 2), ("phone back", 1)),
    "payout.ended": (("change", 1), ("phone back", 1), ("card back", 1)),
    "money.returned": (("change", 2), ("cancelled", 1)),
}
DEATHS = (
    *(
        (scene, str(point), 1)
        for scene in ASKING
        for point in (Point.TILL_PAYMENT_ASK_BEFORE, Point.TILL_PAYMENT_ASK_AFTER)
    ),
    *(("stopped", str(point), 1) for point in (Point.TILL_PAYMENT_REVERSE_BEFORE, Point.TILL_PAYMENT_REVERSE_AFTER)),
    *(
        (scene, str(point), nth)
        for scene, nth in (("change", 1), ("change", 2), ("cancelled", 1), ("phone back", 1), ("card back", 1))
        for point in (Point.TILL_PAYOUT_BEFORE, Point.TILL_PAYOUT_AFTER)
    ),
    *(
        (scene, name("till", kind), nth)
        for kind, scenes in COMMITS.items()
        for scene, nth in scenes
        for name in (before_commit, after_commit)
    ),
)


@pytest.mark.parametrize(("scene", "point", "nth"), DEATHS)
def test_no_yuan_is_lost_when_a_till_is_killed_while_it_is_paid(
    machine: PayingMachine, scene: str, point: str, nth: int
) -> None:
    doing = SCENES[scene]
    if doing.sandbox:
        machine.centre.play("POST", "behaviour", doing.sandbox)
    child = in_a_child(lambda: visit(machine.open(kill_at(point, nth)), doing))
    status = serve_passenger(machine, doing, child)
    assert os.WIFSIGNALED(status), f"the till never came to {point}"
    assert os.WTERMSIG(status) == signal.SIGKILL
    if scene == "stopped":
        assert machine.on_accounts == 4500, "taken, and nobody here has heard of it"
        machine.centre.play("DELETE", "behaviour")

    desk = after_restart(machine)
    try:
        balances(machine, desk)
    finally:
        desk.close()


@pytest.mark.parametrize("scene", [scene for scene in SCENES if scene != "stopped"])
def test_a_visit_that_nobody_ends(machine: PayingMachine, scene: str) -> None:
    doing = SCENES[scene]
    if doing.sandbox:
        machine.centre.play("POST", "behaviour", doing.sandbox)
    child = in_a_child(lambda: visit(machine.open(hurry=HURRY), doing))
    assert serve_passenger(machine, doing, child) == 0
    desk = after_restart(machine)
    paid = number_in(desk.journal, "SELECT coalesce(sum(fen), 0) FROM money WHERE direction = 'taken'")
    assert paid == FULL.get(scene, 0 if doing.stops else 1500)
    assert machine.holds == (4500 if scene in FULL and not doing.cancels else 0)
    balances(machine, desk)
    desk.close()


def test_change_that_is_owed_is_on_the_screen_when_no_slip_comes_out(machine: PayingMachine) -> None:
    """The ticket is out, its change is not, and after the restart the printer has no paper."""
    doing = SCENES["change"]
    child = in_a_child(lambda: visit(machine.open(kill_at(str(Point.TILL_PAYOUT_AFTER))), doing))
    assert os.WIFSIGNALED(serve_passenger(machine, doing, child))
    machine.printer.do("paper_out")
    desk = after_restart(machine)
    try:
        balances(machine, desk)
        recovered = desk.till.snapshot().recovered
        assert recovered is not None
        assert recovered.claim is not None
        assert recovered.claim.fen == 100
    finally:
        desk.close()
