"""The judge compares what both sides know, fact by fact."""

from dataclasses import replace
from typing import Any

import pytest

from station.simulate.judge.facts import Heard, Key, OfCache, OfCentre, unheard, untold
from station.simulate.judge.wrong import Told
from station.simulate.watch import Broken
from tests.simulate.streams import DAY, GATE, TILL, TRIP, WALL_MS, Run, attempt

ONE = "00000000000000000001"
TICKET = (DAY, TRIP, 1, 2, 7, 1, 0, 2500, b"tag", 9, "till-a")
USE = ("gate-a", "A", WALL_MS, "admission", "passed")
ORDER = "ab" * 16


def told() -> tuple[Run, OfCentre]:
    """A ticket that was sold and used, and what the centre knows of it when it knows all."""
    run = Run()
    run.writes(TILL, "journal.opened", device="till-a", prefix=7, previous_epoch=None)
    run.sells(ONE)
    run.writes(TILL, "claim.opened", claim="AB12", order=ORDER, fen=2500, reason="cancelled")
    run.writes(GATE, "journal.opened", device="gate-a", prefix=None, previous_epoch=None)
    run.lets_in(ONE, GATE, 1)
    epoch = run.writers[TILL].epoch.hex
    centre = OfCentre(
        tickets={(ONE,): (*TICKET, "refunded")},
        uses={(ONE, 1, attempt(1).hex): USE},
        money={(epoch, 3): ("till-a", ORDER, "taken", 2500, "cash", 1, WALL_MS)},
        claims={("AB12",): ("till-a", 2500, "cancelled", "settled")},
    )
    return run, centre


def differ(run: Run, centre: OfCentre, *gone: str) -> list[str]:
    living = [writer.epoch.hex for node, writer in run.writers.items() if node not in gone]
    return untold(run.judge.facts, centre, living, [run.writers[node].epoch.hex for node in gone])


def test_a_centre_that_knows_all() -> None:
    run, centre = told()
    assert differ(run, centre) == []
    assert differ(run, centre, TILL, GATE) == []


@pytest.mark.parametrize(
    ("what", "fact"),
    [
        ("tickets", {(ONE,): (*TICKET[:4], 8, *TICKET[5:], "valid")}),
        ("uses", {(ONE, 1, attempt(1).hex): (*USE[:-1], "released")}),
        ("claims", {("AB12",): ("till-a", 2400, "cancelled", "open")}),
    ],
)
def test_a_centre_that_knows_something_else(what: str, fact: dict[object, object]) -> None:
    run, centre = told()
    for gone in ((), (TILL, GATE)):
        (said,) = differ(run, replace(centre, **{what: fact}), *gone)  # type: ignore[arg-type]  # each of its own shape
        assert said.startswith(what[:-1])
        assert "tag" not in said.replace("(tag)", "")


@pytest.mark.parametrize("what", ["tickets", "uses", "money", "claims"])
def test_a_centre_that_lacks_something(what: str) -> None:
    run, centre = told()
    lacks = replace(centre, **{what: {}})
    (said,) = differ(run, lacks)
    assert said.endswith("| missing")
    assert differ(run, lacks, TILL, GATE) == []


def test_a_centre_may_not_know_how_a_use_ended_whose_gate_is_lost() -> None:
    run, centre = told()
    without_end = replace(centre, uses={(ONE, 1, attempt(1).hex): (*USE[:-1], None)})
    assert len(differ(run, without_end)) == 1
    assert differ(run, without_end, GATE) == []


def test_a_centre_that_makes_up_money() -> None:
    run, centre = told()
    epoch = run.writers[TILL].epoch.hex
    more = replace(centre, money={**centre.money, (epoch, 9): ("till-a", ORDER, "taken", 1, "cash", 2, WALL_MS)})
    for gone in ((), (TILL,)):
        (said,) = differ(run, more, *gone)
        assert said.startswith(f"money {epoch}/9: missing |")


def test_a_claim_that_its_till_has_settled_is_settled() -> None:
    run, centre = told()
    run.writes(TILL, "claim.settled", claim="AB12", fen=2500, by="staff")
    assert differ(run, centre) == []
    (said,) = differ(run, replace(centre, claims={("AB12",): ("till-a", 2500, "cancelled", "open")}))
    assert said.startswith("claim AB12")


def test_an_end_of_a_use_that_nobody_claimed_is_told_of_without_a_bug() -> None:
    heard = Heard()
    body = {"number": ONE, "use_no": 1, "attempt": attempt(1).bytes}
    heard.wrote(Told(node=GATE, epoch="e", seq=1, kind="use.passed", at_ms=0, quality="trusted", body=body))
    assert len(untold(heard, OfCentre(tickets={}, uses={}, money={}, claims={}), ["e"], [])) == 1


# ------------------------------------------------------------------ what a cache knows

RECORDS: dict[Key, Any] = {("departure", "K0810"): {"places": 9}, ("allotment", "K0810/till-a"): {"seats": [7]}}


def cache(centre: OfCentre) -> OfCache:
    return OfCache(records=RECORDS, tickets=centre.tickets, uses=centre.uses)


def test_a_cache_that_knows_all() -> None:
    _, centre = told()
    assert unheard(RECORDS, centre, {ONE}, cache(centre)) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"records": {**RECORDS, ("allotment", "K0810/till-a"): {"seats": [7, 8]}}},
        {"records": {("departure", "K0810"): {"places": 9}}},
        {"records": {**RECORDS, ("departure", "K0830"): {"places": 9}}},
        {"tickets": {(ONE,): (*TICKET, "valid")}},
        {"tickets": {}},
        {"uses": {(ONE, 1, attempt(1).hex): (*USE[:-1], None)}},
        {"uses": {}},
    ],
)
def test_a_cache_that_knows_something_else(wrong: dict[str, object]) -> None:
    _, centre = told()
    assert len(unheard(RECORDS, centre, {ONE}, replace(cache(centre), **wrong))) == 1  # type: ignore[arg-type]  # each of its own shape


def test_a_cache_is_told_one_of_several_attempts_at_a_use() -> None:
    _, centre = told()
    both = replace(centre, uses={**centre.uses, (ONE, 1, attempt(2).hex): USE})
    assert unheard(RECORDS, both, {ONE}, cache(centre)) == []


def test_sides_that_differ() -> None:
    _, centre = told()
    run = Run()
    run.lets_in(ONE, GATE, 1)
    known = replace(centre, uses={(ONE, 1, attempt(1).hex): ("", *USE[1:])})
    run.concludes(lambda ends: replace(ends, known=known))
    with pytest.raises(Broken, match="centre and journals differ in 1 facts, the first: use"):
        run.concludes(lambda ends: replace(ends, known=replace(known, uses={})))
    with pytest.raises(Broken, match="the cache of 1-gate-1 differ in 1 facts, the first: it"):
        run.concludes(lambda ends: replace(ends, known=known, differences={TILL: [], GATE: ["it"]}))
