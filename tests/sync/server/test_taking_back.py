"""A till takes a ticket back by the centre's word, and the web, gates and other tills lose against it, or it does."""

from typing import Any

import pytest

from tests.sync.server.support import SEATED, Clock, Terminal, World
from tests.sync.server.test_office import sold

ATTEMPT = "1a" * 16


def ask(till: Terminal, number: str, **changed: Any) -> dict[str, Any]:
    body = {
        "number": number, "use_no": 1, "attempt": ATTEMPT, "purpose": "refund", "lane": "kiosk-1", "persons": 2,
        "at": till.world.clock.ms,
    }  # fmt: skip
    answer = till.ask("POST", "/v1/uses", body | changed)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def told(till: Terminal, number: str, end: str = "passed", use_no: int = 1, purpose: str = "refund") -> None:
    """What the till's journal says of the use that it was granted."""
    attempt = bytes.fromhex(ATTEMPT)
    till.note(
        "use.claimed", number=number, use_no=use_no, attempt=attempt, service_date="2026-11-22", trip=SEATED,
        lane="kiosk-1", persons=2, flags=[], by="code", purpose=purpose,
    )  # fmt: skip
    till.end(number, attempt, end, use_no)
    till.push()


def test_what_is_granted_is_open_at_the_centre_and_everybody_hears_of_it(
    world: World, till: Terminal, gate: Terminal
) -> None:
    number = sold(world)["number"]
    assert ask(till, number) == {"answer": "granted", "uses": []}
    before = world.every_row()
    assert ask(till, number)["answer"] == "granted", "for ever"
    assert world.every_row() == before
    use = gate.pull_all()["use", f"{number}/1"]
    assert (use["end"], use["purpose"], use["attempt"]) == (None, "refund", ATTEMPT)


@pytest.mark.parametrize("end", ["passed", "released"])
def test_a_use_that_was_asked_for_is_dated_by_the_journal_of_whoever_claimed_it(
    world: World, till: Terminal, gate: Terminal, end: str
) -> None:
    """Else both sides would differ for ever by how long the question took."""
    number = sold(world)["number"]
    ask(till, number, at=till.world.clock.ms - 5_000, lane="elsewhere")
    told(till, number, end)
    use = gate.pull_all()["use", f"{number}/1"]
    assert (use["end"], use["lane"], use["by"]) == (end, "kiosk-1", "code")
    assert use["at"] > till.world.clock.ms - 5_000
    assert world.incidents() == []


def test_the_web_cannot_refund_what_a_till_takes_back(world: World, till: Terminal) -> None:
    number = sold(world)["number"]
    ask(till, number)
    answer = world.office("refunds", {"number": number})
    assert (answer.status_code, answer.json()["what"]) == (409, "a till is taking this ticket back")
    told(till, number)
    assert till.pull_all()["ticket", number]["state"] == "refunded"
    assert world.office("refunds", {"number": number}).json()["state"] == "refunded"
    assert world.rows("refunds") == [], "the till has yet to tell of it"
    assert ask(till, number)["answer"] == "taken", "it has ended since"
    assert world.incidents() == []


def test_a_till_cannot_take_back_what_the_web_has_refunded(world: World, till: Terminal) -> None:
    number = sold(world)["number"]
    world.office("refunds", {"number": number})
    said = ask(till, number)
    assert said["answer"] == "taken"
    assert [(use["device"], use["purpose"], use["end"]) for use in said["uses"]] == [("centre", "refund", "passed")]
    assert ask(till, number, use_no=2)["answer"] == "taken"


def test_of_two_tills_one_gets_it(world: World, till: Terminal) -> None:
    number = sold(world)["number"]
    other = world.enrol("till", "kiosk-2")
    ask(till, number)
    assert ask(other, number, attempt="2b" * 16)["answer"] == "taken"
    assert ask(other, number, attempt="2b" * 16, use_no=2)["answer"] == "taken", "another number is no way round"
    assert ask(other, number)["answer"] == "taken", "nor is the other's attempt"
    assert ask(till, number, purpose="change")["answer"] == "taken", "what was granted was a refund"
    assert ask(till, number)["answer"] == "granted"


@pytest.mark.parametrize(
    ("end", "purpose", "answer"),
    [
        (None, "admission", "taken"),
        ("passed", "admission", "taken"),
        ("unresolved", "admission", "taken"),
        ("released", "admission", "granted"),
    ],
)
def test_who_travels_cannot_take_it_back(
    world: World, till: Terminal, gate: Terminal, end: str | None, purpose: str, answer: str
) -> None:
    number = sold(world)["number"]
    gate.let_in(number, end, purpose=purpose)
    gate.push()
    assert ask(till, number, use_no=2)["answer"] == answer
    assert ask(till, number, attempt="2b" * 16)["answer"] == "taken", "the first use is no longer to be had"


def test_who_walked_back_out_may(world: World, till: Terminal, gate: Terminal) -> None:
    number = sold(world)["number"]
    gate.let_in(number, "passed")
    gate.let_in(number, "passed", use_no=2, purpose="exit")
    gate.push()
    assert ask(till, number, use_no=3)["answer"] == "granted"


def test_given_back_it_can_be_had_again(world: World, till: Terminal) -> None:
    number = sold(world)["number"]
    ask(till, number)
    told(till, number, "released")
    assert ask(till, number)["answer"] == "taken", "this attempt is over"
    assert ask(till, number, use_no=2, attempt="2b" * 16)["answer"] == "granted"


def test_a_ticket_that_the_centre_does_not_know(world: World, till: Terminal) -> None:
    assert ask(till, "9" * 20) == {"answer": "unknown", "uses": []}
    stranger = world.enrol("till", "kiosk-9", 330523)
    assert ask(stranger, sold(world)["number"])["answer"] == "unknown", "another station's"


def test_only_a_till_takes_back(world: World, gate: Terminal) -> None:
    number = sold(world)["number"]
    body = {"number": number, "use_no": 1, "attempt": ATTEMPT, "purpose": "refund", "lane": "1", "persons": 1, "at": 1}
    assert gate.ask("POST", "/v1/uses", body).status_code == 403
    assert gate.ask("POST", "/v1/uses", body | {"purpose": "admission"}).status_code == 403
    till = world.enrol("till", "kiosk-2")
    assert till.ask("POST", "/v1/uses", body | {"purpose": "admission"}).status_code == 422


def test_a_refund_of_a_ticket_whose_sale_comes_later_still_counts(world: World, till: Terminal, clock: Clock) -> None:
    """Another till took it back by its code alone, and reported first."""
    number = till.sell()
    other = world.enrol("till", "kiosk-2")
    other.open_journal()
    told(other, number)
    till.push()
    assert till.pull_all()["ticket", number]["state"] == "refunded"
    assert world.incidents("admitted_and_refunded") == []


def test_taken_back_twice_is_found(world: World, till: Terminal) -> None:
    """By its station's arbiter a till takes a ticket back, and before it reports the web refunds it too."""
    number = sold(world)["number"]
    world.office("refunds", {"number": number})
    told(till, number, use_no=1)
    (incident,) = world.incidents("taken_back_twice")
    assert incident["subject"] == number
    assert len(incident["body"]["uses"]) == 2
