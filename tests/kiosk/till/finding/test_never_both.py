"""Whatever arbiter and centre say, and however a ticket was paid: never travelled on and refunded, never resold here,
and never more money out than the fare without the fee. Every combination is tried.
"""

from collections.abc import Callable
from itertools import product

import pytest

from kiosk.till.values import FindState, Task
from sync.cache.record_rows import use_told
from sync.cache.ticket_finder import Found
from sync.journal.refunds import refund_of
from sync.journal.uses import history
from sync.wire.money import MoneyWay
from sync.wire.records import UseBody
from sync.wire.relay import ClaimRequest
from tests.gate.station_arbiter import Line
from tests.kiosk.till import bench
from tests.kiosk.till.finding.bench import ELSEWHERE, PAYMENT, Machine
from tickets.admission import Admit, PresentedTicket, Rules, TicketState, admission
from tickets.numbers import TicketNumber
from tickets.uses import Use, UseEnd, merged

FARE, FEE = 4500, 900
ARBITERS = ("granted", "taken", "silent", "late", "alone")
CENTRES = ("granted", "taken", "refunded on the web", "unknown", "down", "late")
PAID = ("cash here", "qr here", "card here", "cash elsewhere", "qr elsewhere", "card elsewhere", "not known")


@pytest.mark.parametrize(("arbiter", "centre"), list(product(ARBITERS, CENTRES)))
def test_every_combination(make: Callable[..., Machine], arbiter: str, centre: str) -> None:
    for paid in PAID:
        machine = make(relay=arbiter != "alone")
        number = _paid(machine, paid)
        hit = machine.tasks.search.numbered(number)
        assert hit is not None
        travelled, undone = _arrange(machine, number, arbiter, centre)
        text = machine.code_of(number) if paid.endswith(" here") else None
        _ = machine.looks(Task.REFUND, text) if text else machine.lays(Task.REFUND, 7)
        ended = machine.does(number, rounds=40)
        out = machine.purse.gave + machine.purse.booked
        refund, uses = refund_of(machine.journal, number), history(machine.journal, number)
        taken_back = any(use.end is UseEnd.PASSED for use in uses)
        said = f"{arbiter}, {centre}, {paid}"
        assert all(use.end is not None for use in uses), said
        assert ended.state in (FindState.DONE, FindState.REFUSED), said
        assert out <= FARE - FEE, said
        assert not (out and not taken_back), said
        if travelled or undone:
            assert (taken_back, out) == (False, 0), said
        if taken_back:
            assert refund is not None
            assert refund.fen == FARE - FEE
            owed = 0 if ended.claim is None else ended.claim.fen
            assert out + owed == FARE - FEE, said
        heard = _who_hears(machine, number)
        admitted = isinstance(_at_the_gate(machine, hit.found, heard), Admit)
        assert not (taken_back and admitted), said
        if not (travelled or undone or taken_back):
            assert admitted, f"{said}: who got nothing keeps the ticket"
        if hit.own is not None and hit.found.journey.seat is not None:
            departure = machine.shelf.departure(bench.DAY, "K1")
            assert departure is not None
            assert hit.found.journey.seat not in machine.shelf.free(departure).seats, said
        if (arbiter in ("silent", "late", "alone")) and centre in ("unknown", "down", "late"):
            assert refund is not None, said
            assert (refund.way, out) == ("asked", 0), said
            assert ended.claim is not None, said


def _paid(machine: Machine, paid: str) -> TicketNumber:
    method, where = paid.rsplit(" ", 1)
    if where == "here":
        return machine.buy(method=method)[0]
    payment = "" if method == "cash" else PAYMENT
    if where == "elsewhere":
        machine.centre.ways[ELSEWHERE.digits] = (MoneyWay(method=method, payment=payment, fen=FARE),)
    return ELSEWHERE


def _arrange(machine: Machine, number: TicketNumber, arbiter: str, centre: str) -> tuple[bool, bool]:
    """Whether somebody has travelled on it, and whether the web has refunded it, before."""
    if arbiter == "taken" and machine.arbiter is not None:
        machine.arbiter.of("gate-1").ask(_admission(number))
    if machine.arbiter is not None and arbiter in ("silent", "late"):
        machine.arbiter.line = Line.DOWN if arbiter == "silent" else Line.LATE
    if centre in ("taken", "refunded on the web"):
        machine.centre.uses.append(_known_at_the_centre(number, refund=centre != "taken"))
    machine.centre.knows = centre != "unknown"
    machine.centre.line = centre if centre in ("down", "late") else "up"
    return arbiter == "taken" or centre == "taken", centre == "refunded on the web"


def _who_hears(machine: Machine, number: TicketNumber) -> list[Use]:
    """What a gate knows: the centre's word, and the arbiter's, which hear the till's journal as soon as they can."""
    if machine.centre.line != "down":
        machine.centre.hears(machine.journal)
    known = [use_told(use) for use in machine.centre.uses if use.number == number.digits]
    if machine.arbiter is not None:
        machine.arbiter.hears(machine.journal)
        known += [use.use() for use in machine.arbiter.known if use.number == number.digits]
    return merged(known)


def _at_the_gate(machine: Machine, found: Found, uses: list[Use]) -> object:
    machine.time.passed += 1200
    journey = found.journey
    return admission(
        PresentedTicket(
            number=found.number, journey=journey, expires=found.expires, signed=True, state=TicketState.VALID
        ),
        uses,
        Rules(
            station_stops=frozenset({bench.OWN_STOP}),
            gate="3",
            departure=machine.shelf.departure(journey.service_date, journey.trip),
        ),
        machine.time.now(),
    )


def _admission(number: TicketNumber) -> ClaimRequest:
    return ClaimRequest(
        number=number.digits,
        use_no=1,
        attempt="cd" * 16,
        lane="3A",
        at=1,
        service_date=bench.DAY.isoformat(),
        trip="K1",
        persons=1,
        after_seq=0,
        journal_epoch="ee" * 16,
    )


def _known_at_the_centre(number: TicketNumber, *, refund: bool) -> UseBody:
    return UseBody(
        number=number.digits,
        use_no=1,
        attempt="ef" * 16,
        device="centre" if refund else "gate-2",
        lane="office" if refund else "3B",
        at=1,
        end="passed",
        purpose="refund" if refund else "admission",
        persons=1,
    )
