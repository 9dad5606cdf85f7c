"""Passages: facts from every gate, duplicates found whatever the order of arrival."""

import itertools
from pathlib import Path

import pytest

from tests.sync.server.support import DATE, SEATED, Clock, Terminal, World, copy_of, opened


@pytest.fixture
def second(world: World) -> Terminal:
    made = world.enrol("gate", "gate-2")
    made.open_journal()
    return made


def test_a_passage_is_told_to_everybody(till: Terminal, gate: Terminal) -> None:
    number = till.sell()
    attempt = gate.let_in(number, end=None)
    gate.push()
    assert till.pull_all()["use", f"{number}/1"]["end"] is None
    gate.end(number, attempt, "passed")
    gate.push(3)
    use = till.pull_all()["use", f"{number}/1"]
    assert (use["attempt"], use["device"], use["end"]) == (attempt.hex(), gate.device, "passed")
    assert till.world.incidents() == []


def test_a_right_given_back_is_used_again(gate: Terminal, second: Terminal) -> None:
    number = "1" * 20
    gate.let_in(number, "released")
    second.let_in(number, "passed", use_no=2)
    second.push()
    gate.push()
    assert gate.world.incidents() == []


def test_a_use_of_no_date_keeps_no_other_gate_from_telling_of_the_ticket(gate: Terminal, second: Terminal) -> None:
    number = "1" * 20
    body = {
        "number": number, "use_no": 1, "attempt": bytes(16), "service_date": DATE, "trip": SEATED, "lane": "1",
        "persons": 1, "flags": [], "by": "code", "purpose": "admission",
    }  # fmt: skip
    gate.write(gate.event("use.claimed", body, at_ms=253_402_300_800_000))  # the year 10000
    end = {"number": number, "use_no": 1, "attempt": bytes(16), "persons": 1}
    gate.write(gate.event("use.passed", end, at_ms=253_402_300_800_000))
    assert gate.results(gate.push()) == ["kept", "poisoned", "poisoned"]
    second.let_in(number)
    assert second.results(second.push()) == ["kept"] * 3


def test_let_in_by_two_gates_that_were_cut_off(gate: Terminal, second: Terminal) -> None:
    number = "1" * 20
    attempts = {gate.let_in(number).hex(), second.let_in(number).hex()}
    gate.push()
    assert gate.world.incidents() == []
    second.push()
    (duplicate,) = gate.world.incidents("duplicate_admission")
    assert duplicate["subject"] == number
    assert duplicate["body"]["certain"] is True
    assert {use["attempt"] for use in duplicate["body"]["uses"]} == attempts
    assert len(gate.world.incidents("use_claimed_twice")) == 1
    assert len(gate.world.rows("uses")) == 2, "both are facts"


@pytest.mark.parametrize(
    ("ends", "kinds"),
    [
        (("passed", "released"), {"use_claimed_twice"}),
        (("released", "released"), {"use_claimed_twice"}),
        (("passed", "unresolved"), {"use_claimed_twice", "duplicate_admission"}),
        (("passed", None), {"use_claimed_twice"}),
        (("released", "passed"), {"use_claimed_twice"}),
        ((None, "unresolved"), {"use_claimed_twice"}),
    ],
)
def test_what_is_said_of_a_split_does_not_depend_on_who_reports_first(
    template: Path, tmp_path: Path, ends: tuple[str | None, str | None], kinds: set[str]
) -> None:
    told = []
    for order in itertools.permutations((0, 1)):
        with opened(copy_of(template, tmp_path / str(order)), Clock()) as world:
            gates = [world.enrol("gate", f"gate-{n}") for n in (1, 2)]
            for gate, end in zip(gates, ends, strict=True):
                gate.open_journal()
                gate.let_in("1" * 20, end)
                world.clock.forward(seconds=1)
            for which in order:
                gates[which].push()
            assert {each["kind"] for each in world.incidents()} == kinds
            told.append(gates[0].pull_all()["use", f"{'1' * 20}/1"])
    assert told[0] == told[1]
    assert told[0]["end"] == min((end for end in ends), key=["passed", "unresolved", None, "released"].index)


def test_who_walked_out_comes_in_again(gate: Terminal, second: Terminal) -> None:
    number = "1" * 20
    gate.let_in(number, "passed", use_no=1)
    gate.let_in(number, "passed", use_no=2, purpose="exit")
    second.let_in(number, "passed", use_no=3)
    second.push()
    gate.push()
    assert gate.world.incidents() == []
    second.let_in(number, "passed", use_no=4)
    second.push()
    (duplicate,) = gate.world.incidents("duplicate_admission")
    assert [use["use_no"] for use in duplicate["body"]["uses"]] == [3, 4]


def test_a_use_is_told_with_all_that_a_departure_sheet_needs(gate: Terminal) -> None:
    number = "1" * 20
    attempt = bytes(16)
    gate.note(
        "use.claimed", number=number, use_no=1, attempt=attempt, service_date=DATE, trip=SEATED, lane="1",
        persons=3, flags=["late", "unarbitrated"], by="number", purpose="admission",
    )  # fmt: skip
    gate.push()
    told = gate.pull_all()["use", f"{number}/1"]
    said = [told[name] for name in ("persons", "flags", "by", "service_date", "trip")]
    assert said == [3, ["late", "unarbitrated"], "number", DATE, SEATED]
    gate.note("use.passed", number=number, use_no=1, attempt=attempt, persons=2)
    gate.push()
    assert gate.pull_all()["use", f"{number}/1"]["persons"] == 2, "as many as walked"


def test_what_a_relay_saw_twice_is_an_incident(gate: Terminal) -> None:
    gate.note("use.duplicate", number="1" * 20, use_no=1, attempts=[bytes(16), b"1" * 16], devices=["a", "b"])
    gate.push()
    (incident,) = gate.world.incidents("duplicate_reported")
    assert incident["subject"] == f"{'1' * 20}/1"
    assert incident["body"]["devices"] == ["a", "b"]


def test_an_unresolved_use_may_still_be_settled_but_no_other_end_changes(gate: Terminal) -> None:
    number = "1" * 20
    attempt = gate.let_in(number, "unresolved")
    gate.end(number, attempt, "passed")
    gate.push()
    assert gate.world.incidents() == []
    gate.end(number, attempt, "released")
    gate.push()
    assert gate.pull_all()["use", f"{number}/1"]["end"] == "passed"
    assert len(gate.world.incidents("end_without_claim")) == 1


def test_an_end_whose_claim_was_lost_is_kept_and_told(gate: Terminal) -> None:
    gate.end("1" * 20, bytes(16), "passed")
    gate.push()
    assert gate.pull_all()["use", f"{'1' * 20}/1"]["end"] == "passed"
    assert len(gate.world.incidents("end_without_claim")) == 1


def test_a_refund_at_a_till_ends_the_ticket(till: Terminal, gate: Terminal) -> None:
    number = till.sell()
    till.let_in(number, "passed", purpose="refund")
    till.push()
    assert till.pull_all()["ticket", number]["state"] == "refunded"
    gate.let_in(number, "passed")
    gate.push()
    assert [each["subject"] for each in till.world.incidents("admitted_and_refunded")] == [number]


def test_claims_are_settled_once_whichever_till_reports_first(world: World) -> None:
    one, two = world.enrol(), world.enrol(name="kiosk-2")
    for till in (one, two):
        till.open_journal()
    one.note("claim.opened", claim="C-7", order="ab" * 16, fen=4500, reason="printer jam")
    two.note("claim.settled", claim="C-7", fen=4500, by="cashier-3")
    two.push()
    one.push()
    claim = one.pull_all()["claim", "C-7"]
    assert (claim["state"], claim["device"], claim["reason"]) == ("settled", one.device, "printer jam")
    assert world.incidents() == []
    one.note("claim.settled", claim="C-7", fen=4500, by="cashier-4")
    one.push()
    assert len(world.incidents("claim_settled_twice")) == 1


def test_orders_and_money_are_projected(till: Terminal) -> None:
    till.sell()
    till.note("order.held", order="cd" * 16, service_date="2026-11-22", trip="QD1230", seats=[2], count=1, total=1)
    till.note("order.released", order="cd" * 16, reason="timeout")
    till.push()
    assert sorted(row[8] for row in till.world.rows("orders")) == ["paid", "released"]
    assert [(row[5], row[6]) for row in till.world.rows("money")] == [("taken", 5000), ("returned", 2500)]
    assert len(till.world.rows("deliveries")) == 1
