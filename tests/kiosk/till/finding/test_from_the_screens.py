"""The way through the screens of a task on the till's real tasks: every step follows from what the till really says."""

from collections.abc import Callable
from dataclasses import replace

from kiosk import touches as t
from kiosk.check.steps import Checked
from kiosk.check.touches import GoOn
from kiosk.collect.steps import Collected, How, OnPhone
from kiosk.collect.touches import PrintIt, TakeIt
from kiosk.find.steps import CannotDo, Looking, Several
from kiosk.find.touches import AnotherTicket, PickTicket, TypeCode
from kiosk.flow import Flow
from kiosk.refund.steps import Refund, Refunded, Refunding
from kiosk.rehearsal import CardboardTill
from kiosk.steps import Attract, nobody
from kiosk.tasks import TASKS
from kiosk.till.commands import (
    AskForDocuments,
    Choose,
    Command,
    DoTask,
    EndSession,
    Find,
    FindTyped,
    StopFinding,
    TakeAlong,
)
from kiosk.till.values import FindState, Snapshot
from tests.kiosk.till.bench import person
from tests.kiosk.till.finding.bench import Machine


class Passenger:
    """Touches screens over a real till's tasks. Every command is obeyed in its order, and then the till works."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.flow = Flow(TASKS)
        self.session = nobody(0)
        self.at = 0
        self.touches = 0

    @property
    def snapshot(self) -> Snapshot:
        finding = self.machine.finding
        return replace(CardboardTill().snapshot, find=finding.view(), link=finding.link)

    def _obey(self, command: Command) -> None:
        finding = self.machine.finding
        match command:
            case Find(task=task):
                finding.begin(task)
            case FindTyped(text=text):
                finding.typed(text)
            case Choose(number=number):
                finding.choose(number)
            case DoTask(tax_id=tax_id):
                finding.do(tax_id)
            case StopFinding() | EndSession():
                finding.stop()
            case TakeAlong(number=number):
                assert finding.take_along(number) is None
            case AskForDocuments():
                pass
            case _:
                raise AssertionError(command)

    def look(self, rounds: int = 1) -> "Passenger":
        for _ in range(rounds):
            self.machine.work()
            self.at += 100
            session, commands = self.flow.news(self.session, self.snapshot, self.at)
            self.session = session
            for command in commands:
                self._obey(command)
        return self

    def touch(self, *touches: t.Touch) -> "Passenger":
        for touch in touches:
            self.touches += 1
            self.session, commands = self.flow.touched(self.session, touch, self.snapshot, self.at)
            for command in commands:
                self._obey(command)
            self.look()
        return self

    def is_at(self, step: type) -> bool:
        return type(self.session.step) is step

    def read(self, field: str) -> object:
        return getattr(self.session.step, field)


def test_a_ticket_is_collected_by_its_code(machine: Machine) -> None:
    (number,) = machine.buy()
    passenger = Passenger(machine).touch(t.Begin("collect"))
    machine.finding.scanned(machine.code_of(number))
    passenger.look().touch(PrintIt())
    assert passenger.is_at(Collected)
    assert passenger.read("how") is How.PAPER
    passenger.touch(t.Finish())
    assert passenger.is_at(Attract)
    assert machine.finding.view() is None
    assert passenger.touches == 3


def test_a_family_collects_with_one_card_and_a_phone(machine: Machine) -> None:
    first, second = machine.buy(who=1)[0], machine.buy(who=1)[0]
    passenger = Passenger(machine).touch(t.Begin("collect"))
    machine.finding.document(person(1))
    passenger.look()
    assert passenger.is_at(Several)
    passenger.touch(PickTicket(first.digits), TakeIt())
    assert passenger.is_at(OnPhone)
    assert passenger.read("link")
    passenger.touch(t.Confirm(), AnotherTicket(), PickTicket(second.digits), PrintIt())
    assert passenger.is_at(Collected)


def test_a_refund_is_confirmed_once_and_told_to_its_end(machine: Machine) -> None:
    (number,) = machine.buy()
    passenger = Passenger(machine).touch(t.Begin("refund"))
    machine.finding.scanned(machine.code_of(number))
    machine.finding.document(person(1))
    passenger.look()
    assert passenger.is_at(Refund)
    passenger.touch(t.Confirm())
    assert passenger.is_at(Refunding) or passenger.is_at(Refunded)
    passenger.look(100)
    assert passenger.is_at(Refunded)
    result = machine.finding.view()
    assert result is not None
    assert result.state is FindState.DONE
    assert result.returned + (result.claim.fen if result.claim is not None else 0) > 0
    passenger.touch(t.Finish(), t.Begin("refund"))
    machine.finding.scanned(machine.code_of(number))
    passenger.look()
    assert passenger.is_at(CannotDo), "a refunded ticket is refused in a sentence"


def test_a_number_alone_is_refused_until_the_card_is_shown(machine: Machine) -> None:
    (number,) = machine.buy()
    passenger = Passenger(machine).touch(t.Begin("refund"), TypeCode())
    passenger.touch(*(t.Key(digit) for digit in number.digits), t.Confirm())
    assert passenger.is_at(CannotDo)
    machine.finding.document(person(1))
    passenger.look()
    assert passenger.is_at(Refund)
    assert passenger.read("number") == number.digits


def test_a_check_goes_on_to_a_refund_with_the_same_ticket(machine: Machine) -> None:
    machine.buy()
    passenger = Passenger(machine).touch(t.Begin("check"))
    machine.finding.document(person(1))
    passenger.look()
    assert passenger.is_at(Checked)
    chosen = passenger.snapshot.find
    assert chosen is not None
    task = next(iter(chosen.tickets[0].can - {chosen.task}))
    passenger.touch(GoOn(task))
    assert not passenger.is_at(Checked)


def test_nothing_shown_is_nothing_found(machine: Machine) -> None:
    passenger = Passenger(machine).touch(t.Begin("check"), TypeCode())
    passenger.touch(*(t.Key(digit) for digit in "0" * 20), t.Confirm())
    assert passenger.is_at(Looking)
    find = passenger.snapshot.find
    assert find is not None
    assert find.message is not None


def test_where_nobody_can_say_a_slip_is_told_and_the_ticket_stays_good(make: Callable[..., Machine]) -> None:
    machine = make(relay=False)
    machine.centre.line = "down"
    (number,) = machine.buy()
    passenger = Passenger(machine).touch(t.Begin("refund"))
    machine.finding.scanned(machine.code_of(number))
    machine.finding.document(person(1))
    passenger.look().touch(t.Confirm()).look(100)
    assert isinstance(passenger.session.step, Refunded)
    result = passenger.session.step.result
    assert result.state is FindState.REFUSED
    assert result.claim is not None
    assert result.returned == 0
    assert passenger.touches == 2


def test_a_refund_that_a_restart_interrupted_is_told_to_whoever_stands_there(machine: Machine) -> None:
    (number,) = machine.buy()
    machine.purse.rounds = 50
    passenger = Passenger(machine).touch(t.Begin("refund"))
    machine.finding.scanned(machine.code_of(number))
    machine.finding.document(person(1))
    passenger.look().touch(t.Confirm()).look(5)
    assert passenger.is_at(Refunding)
    machine.crash()
    machine.purse.rounds = 0
    somebody = Passenger(machine).look(100)
    assert somebody.is_at(Refunded)
    assert somebody.read("restarted") is True
    somebody.touch(t.Finish()).look()
    assert somebody.is_at(Attract)
    assert machine.finding.view() is None


def test_a_copy_of_the_code_alone_brings_no_money(machine: Machine) -> None:
    (number,) = machine.buy()
    passenger = Passenger(machine).touch(t.Begin("refund"))
    machine.finding.scanned(machine.code_of(number))
    passenger.look()
    assert passenger.is_at(CannotDo), "whoever photographed a ticket is not its holder"
    machine.finding.document(person(5))
    passenger.look()
    assert not passenger.is_at(Refund)
    machine.finding.document(person(1))
    passenger.look()
    assert passenger.is_at(Refund)
    assert machine.purse.gave == 0
