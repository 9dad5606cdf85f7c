"""A till's refund against the reference centre itself: what both know of a ticket's use is the same afterwards."""

from collections.abc import Callable
from dataclasses import dataclass

from kiosk.till.finding.ports import NoAnswer
from kiosk.till.values import FindState, Task
from sync.journal.journal import Journal
from sync.wire.money import TicketMoney, UseAnswer, UseAsk
from tests.kiosk.till.finding.bench import Machine, tell, ticket_record
from tests.sync.server.support import Terminal, World
from tests.sync.server.test_office import sold
from tickets.numbers import TicketNumber

BACK = 1800
"""Of the half fare of ¥22.50 that the centre's tests sell."""


@dataclass
class Asked:
    """The real centre as `finding.ports.Centre`; `deaf`: it is carried out and nobody hears the answer."""

    till: Terminal
    deaf: bool = False
    told: int = 0

    def ask_use(self, ask: UseAsk) -> UseAnswer | NoAnswer | None:
        answer = self.till.ask("POST", "/v1/uses", ask.model_dump(mode="json"))
        return NoAnswer() if self.deaf else UseAnswer.model_validate_json(answer.content)

    def ask_money(self, number: TicketNumber) -> TicketMoney | NoAnswer | None:
        answer = self.till.ask("GET", f"/v1/tickets/{number.digits}/money")
        return TicketMoney.model_validate_json(answer.content) if answer.status_code == 200 else NoAnswer()

    def hears(self, journal: Journal) -> None:
        """Tell it what the machine wrote down of uses and refunds, in the till's own journal."""
        for stored in journal.events(self.told, 999):
            self.told = stored.seq
            if stored.kind.startswith(("use.", "refund.", "claim.")):
                self.till.note(stored.kind, **stored.event.body)
        self.till.push()


def opened(make: Callable[..., Machine], world: World, till: Terminal) -> tuple[Machine, Asked, TicketNumber]:
    """A machine without a relay at this centre, and a ticket that the web sold."""
    number = TicketNumber.from_digits(sold(world)["number"])
    machine = make(relay=False)
    fare = till.pull_all()["ticket", number.digits]["fare"]
    tell(machine.directory, ticket_record(number, issuer="centre", fare=fare))
    centre = Asked(till)
    machine.centre = centre  # type: ignore[assignment]  # the real one in the bench's place
    machine.crash()
    return machine, centre, number


def test_what_the_machine_refunds_is_refunded_everywhere(
    make: Callable[..., Machine], world: World, till: Terminal, gate: Terminal
) -> None:
    machine, centre, number = opened(make, world, till)
    machine.lays(Task.REFUND, 7)
    machine.finding.choose(number.digits)
    assert next(each for each in machine.find.tickets if each.number == number.digits).back == BACK
    done = machine.does(number)
    assert done.state is FindState.DONE
    assert done.claim is not None, "the web's money does not come out of a machine"
    assert world.office("refunds", {"number": number.digits}).status_code == 409, "the centre keeps it for the till"
    centre.hears(machine.journal)
    told = gate.pull_all()
    assert told["ticket", number.digits]["state"] == "refunded"
    assert (told["use", f"{number.digits}/1"]["purpose"], told["use", f"{number.digits}/1"]["end"]) == (
        "refund",
        "passed",
    )
    assert [each for each in world.incidents() if "refund" in each["kind"]] == []


def test_what_the_web_refunded_is_refused(make: Callable[..., Machine], world: World, till: Terminal) -> None:
    machine, _, number = opened(make, world, till)
    assert world.office("refunds", {"number": number.digits}).status_code == 200
    machine.lays(Task.REFUND, 7)
    done = machine.does(number)
    assert done.state is FindState.REFUSED
    assert done.message is not None
    assert "refunded" in done.message[1]
    assert machine.purse.gave == machine.purse.booked == 0


def test_a_grant_that_was_not_heard_frees_the_ticket_again(
    make: Callable[..., Machine], world: World, till: Terminal, gate: Terminal
) -> None:
    machine, centre, number = opened(make, world, till)
    centre.deaf = True
    machine.lays(Task.REFUND, 7)
    done = machine.does(number)
    assert done.claim is not None
    assert machine.purse.gave == 0
    assert gate.pull_all()["use", f"{number.digits}/1"]["end"] is None, "the centre has granted it"
    centre.hears(machine.journal)
    assert gate.pull_all()["use", f"{number.digits}/1"]["end"] == "released"
    assert world.office("refunds", {"number": number.digits}).status_code == 200, "it is free again"
