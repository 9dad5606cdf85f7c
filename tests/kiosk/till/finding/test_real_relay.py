"""A till's refund and a gate's admission against one real relay: whoever asks first has the ticket."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.till.values import FindState, Task
from sync.journal.uses import history
from sync.lan.arbiter import RelayArbiter
from sync.wire.relay import CaughtUpRequest
from tests.kiosk.till.finding.bench import Machine
from tests.sync.relay.journal_in_memory import NOON_MS
from tests.sync.relay.serve import TILL, clients, station
from tests.sync.relay.station import RELAY, GateClient, key_of
from tickets.numbers import TicketNumber
from tickets.uses import UseEnd


@dataclass
class Hall:
    """A till, a gate, and the relay between them. It arbitrates already, without having heard of the till."""

    machine: Machine
    gate: GateClient
    till: GateClient

    def till_is_in_step(self) -> None:
        """The till's sync has said that its journal is told to the end."""
        body = CaughtUpRequest(epoch=self.till.epoch(), journal_epoch=self.machine.journal.epoch.hex, seq=0)
        self.till.believed(self.till.call("POST", "/v1/relay/caught-up", body))


@pytest.fixture
def hall(tmp_path: Path, make: Callable[..., Machine]) -> Iterator[Hall]:
    (tmp_path / "relay").mkdir()
    with ExitStack() as stack:
        _, gate, _ = stack.enter_context(station(tmp_path / "relay"))
        (till,) = stack.enter_context(clients(gate.url, TILL))
        arbiter = RelayArbiter(
            url=gate.url,
            device=TILL,
            key=key_of(TILL),
            relay_keys=lambda: (key_of(RELAY).public,),
            budget_ms=2000,
            now=lambda: NOON_MS / 1000,
        )
        stack.callback(arbiter.close)
        machine = make()
        machine.arbiter = _Port(arbiter)  # type: ignore[assignment]  # the real one in the bench's place
        machine.crash()
        yield Hall(machine, gate, till)


@dataclass
class _Port:
    """Gives the real arbiter to whichever device asks for its port."""

    arbiter: RelayArbiter

    def of(self, _device: str) -> RelayArbiter:
        return self.arbiter


def refund(hall: Hall, number: TicketNumber) -> FindState:
    machine = hall.machine
    machine.looks(Task.REFUND, machine.code_of(number))
    return machine.does(number).state


def test_a_gate_finds_it_taken(hall: Hall) -> None:
    hall.till_is_in_step()
    (number,) = hall.machine.buy()
    assert refund(hall, number) is FindState.DONE
    assert hall.machine.purse.gave == 3600
    said = hall.gate.claim(number.digits, 2, service_date="2026-11-22", trip="K1")
    assert said.answer == "taken"
    assert [(use.purpose, use.device) for use in said.uses] == [("refund", TILL)]


def test_whom_a_gate_let_in_gets_nothing(hall: Hall) -> None:
    hall.till_is_in_step()
    (number,) = hall.machine.buy()
    assert hall.gate.claim(number.digits, 1, service_date="2026-11-22", trip="K1").answer == "granted"
    assert refund(hall, number) is FindState.REFUSED
    assert hall.machine.purse.gave == 0
    assert history(hall.machine.journal, number) == []


def test_before_the_till_is_in_step_the_centre_decides(hall: Hall) -> None:
    """The relay arbitrates for its gates all the same: a till keeps nobody waiting."""
    (number, other) = hall.machine.buy(2)
    assert hall.gate.claim(other.digits, 1, service_date="2026-11-22", trip="K1").answer == "granted"
    assert refund(hall, number) is FindState.DONE
    flags = [
        stored.event.body["flags"] for stored in hall.machine.journal.events(0, 999) if stored.kind == "use.claimed"
    ]
    assert flags == [["unarbitrated"]]


def test_a_use_that_was_given_back_is_the_gates_again(hall: Hall) -> None:
    hall.till_is_in_step()
    (number,) = hall.machine.buy()
    hall.machine.centre.uses.clear()
    hall.machine.centre.rounds = 1000
    hall.machine.looks(Task.REFUND, hall.machine.code_of(number))
    hall.machine.finding.choose(number.digits)
    hall.machine.finding.do()
    hall.machine.work(2)
    assert hall.gate.claim(number.digits, 2, service_date="2026-11-22", trip="K1").answer == "taken"
    hall.machine.finding.stop()
    assert [use.end for use in history(hall.machine.journal, number)] == [UseEnd.RELEASED]
