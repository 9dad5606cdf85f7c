"""A refund that was only asked for: the cashier sees whose ticket it is, and pays nothing for one that is used."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from kiosk.till.authority import Authority, TillIdentity
from kiosk.till.desk.desk import CashDesk
from kiosk.till.values import Task
from sync.cache.reader import CacheWriter
from sync.journal.uses import history
from sync.wire.records import UseBody
from tests.gate.station_arbiter import Line
from tests.kiosk.till.bench import DEVICE, NOW, PREFIX, ROOT, STATION, TILL_KEY, usual_records, write_cache
from tests.kiosk.till.desk.test_desk import code, listed
from tests.kiosk.till.finding.bench import Machine, tell, use_record
from tickets.errors import EnvironmentFault
from tickets.numbers import TicketNumber
from tickets.uses import UseEnd


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[tuple[Machine, CashDesk, TicketNumber, str]]:
    """A machine cut off from arbiter and centre, at which somebody has asked for a refund: the ticket and the slip."""
    write_cache(tmp_path, usual_records())
    machine = Machine(tmp_path)
    assert machine.arbiter is not None
    (number,) = machine.buy()
    machine.arbiter.line, machine.centre.line = Line.DOWN, "down"
    machine.looks(Task.REFUND, machine.code_of(number))
    claim = machine.does(number).claim
    assert claim is not None
    with CacheWriter(tmp_path / "cache.db") as writer:
        writer.set_trust(1, listed())
    identity = TillIdentity(
        device=DEVICE, name="K1", prefix=PREFIX, key=TILL_KEY, root_key=ROOT.public, certificate=None, trust_list=None
    )
    desk = CashDesk(
        journal=machine.journal,
        cache=machine.cache,
        authority=Authority(identity, machine.cache),
        station=STATION,
        till="K1",
        now=machine.time.now,
        random=Random(5).randbytes,
    )
    yield machine, desk, number, claim.number
    machine.kill()


def used(number: TicketNumber, device: str, purpose: str, end: str) -> UseBody:
    return UseBody(
        number=number.digits,
        use_no=2,
        attempt="cd" * 16,
        device=device,
        lane="1A",
        at=int(NOW.timestamp() * 1000),
        end=end,  # type: ignore[arg-type]  # one of its words
        purpose=purpose,  # type: ignore[arg-type]  # one of its words
        persons=1,
    )


def test_the_slip_names_its_ticket(asked: tuple[Machine, CashDesk, TicketNumber, str]) -> None:
    _, desk, number, claim = asked
    assert desk.claim(claim).ticket == number.digits


@pytest.mark.parametrize(("device", "purpose"), [("gate-1", "admission"), ("kiosk-9", "refund")])
def test_who_has_travelled_or_has_the_money_gets_none(
    asked: tuple[Machine, CashDesk, TicketNumber, str], device: str, purpose: str
) -> None:
    machine, desk, number, claim = asked
    tell(machine.directory, use_record(used(number, device, purpose, "passed")))
    with pytest.raises(EnvironmentFault, match="used or taken back since"):
        desk.settle(claim, code())
    assert desk.claim(claim).state == "open"


def test_a_ticket_that_nobody_used_is_paid(asked: tuple[Machine, CashDesk, TicketNumber, str]) -> None:
    machine, desk, number, claim = asked
    tell(machine.directory, use_record(used(number, "gate-1", "admission", "released")))
    assert desk.settle(claim, code()).state == "settled"
    taken = history(machine.journal, number)[-1]
    assert (taken.purpose, taken.end) == ("refund", UseEnd.PASSED), "nobody travels on it from now on"
