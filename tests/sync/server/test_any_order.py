"""In any order, in any pieces, repeated: the same facts are the same books, and one ticket is taken back once."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.sync.server.support import Clock, Terminal, World, copy_of, opened

TOLD = (
    "orders", "money", "claims", "tickets", "uses", "deliveries", "till_payments", "payouts", "refunds", "invoices",
    "shifts", "shift_moves", "incidents", "payments", "payment_refunds",
)  # fmt: skip
"""The tables that say what happened; the others count changes and journals."""


class Story:
    """Three tills whose journals meet: one sells, one refunds by the code alone, one has shifts and payments."""

    def __init__(self, directory: Path, clock: Clock) -> None:
        self.directory = directory
        self.clock = clock
        with opened(directory, clock) as world:
            self.tills = [world.enrol("till", f"kiosk-{n}") for n in (1, 2, 3)]
            for till in self.tills:
                till.open_journal()
            self._tell(*self.tills)

    def _tell(self, seller: Terminal, refunder: Terminal, third: Terminal) -> None:
        number, other = seller.sell(1), seller.sell(2)
        attempt = refunder.let_in(number, None, purpose="refund")
        refunder.note("refund.opened", refund="1a" * 16, number=number, fare=2500, fee=250, fen=2250, way="cash")
        refunder.note("payout.asked", payout="2b" * 16, order="1a" * 16, method="cash", fen=2250)
        refunder.note("payout.ended", payout="2b" * 16, fen=2000, sure=False)
        refunder.note("money.returned", order="1a" * 16, fen=2000, method="cash")
        refunder.note("claim.opened", claim="C-2", order="1a" * 16, fen=250, reason="unclear-payout")
        refunder.end(number, attempt, "passed")
        refunder.note("invoice.asked", invoice="3c" * 16, number=number, fen=250, why="refund", token="4d" * 16)
        third.note("shift.opened", shift="5e" * 16, badge="0001", fen=1000)
        third.note("shift.moved", shift="5e" * 16, badge="0001", direction="refilled", where="1", fen=500)
        third.note("refund.opened", refund="6f" * 16, number=other, fare=2500, fee=0, fen=2600, way="cash")
        third.note("refund.opened", refund="70" * 16, number=number, fare=2500, fee=0, fen=2500, way="cash")
        third.note("claim.settled", claim="C-2", fen=250, by="0001")
        third.let_in(other, "passed", purpose="change")
        third.note("payment.asked", payment="7a" * 16, order="8b" * 16, method="qr", fen=100)
        third.note("payment.ended", payment="7a" * 16, outcome="paid", reference=None)
        third.note("shift.closed", shift="5e" * 16, badge="0002", expected=1500, counted=1400)

    def books(self, copy: Path, pushes: list[tuple[int, int, int]]) -> dict[str, Any]:
        """What the centre has after these pushes (till, first, last) and then all that is missing."""
        with opened(copy_of(self.directory, copy), self.clock) as world:
            sent = [0, 0, 0]
            whole = [(n, 1, len(till.events)) for n, till in enumerate(self.tills)]
            for n, first, last in [*pushes, *whole]:
                self.tills[n].world = world
                self.tills[n].push(min(first, sent[n] + 1), last)
                sent[n] = max(sent[n], last)
            tables = {name: sorted(world.rows(name), key=repr) for name in TOLD}
            records = self.tills[0].pull_all()
            accounts = world.office("accounts", method="GET").json()
        return {**tables, "records": records, "accounts": accounts}


@pytest.fixture(scope="module")
def story(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Story:
    return Story(copy_of(template, tmp_path_factory.mktemp("story") / "centre"), Clock())


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("copies")
    return (folder / str(n) for n in itertools.count())


@pytest.fixture(scope="module")
def in_order(story: Story, folders: Iterator[Path]) -> dict[str, Any]:
    return story.books(next(folders), [])


def test_the_story_says_what_it_should(in_order: dict[str, Any]) -> None:
    kinds = {row[1] for row in in_order["incidents"]}
    assert kinds >= {"refunded_twice", "refund_above_fare", "payment_differs", "shift_differs"}
    assert "poisoned_event" not in kinds
    states = {body["state"] for (kind, _), body in in_order["records"].items() if kind == "ticket"}
    assert states == {"refunded", "changed"}
    assert in_order["accounts"]["difference"] == sum(each["fen"] for each in in_order["accounts"]["unbalanced"])


PUSH = some.tuples(some.integers(0, 2), some.integers(1, 20), some.integers(0, 12))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pushes=some.lists(PUSH, max_size=10))
def test_any_order_is_the_same_books(
    story: Story, folders: Iterator[Path], in_order: dict[str, Any], pushes: list[tuple[int, int, int]]
) -> None:
    within = [(n, min(first, len(story.tills[n].events)), first + more) for n, first, more in pushes]
    clipped = [(n, first, min(last, len(story.tills[n].events))) for n, first, last in within]
    assert story.books(next(folders), clipped) == in_order


ACTS = some.lists(
    some.sampled_from(["a", "b", "a", "b", "web", "a released", "b released", "a passed", "b passed"]),
    min_size=3,
    max_size=9,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_a_ticket_is_taken_back_by_one(world: World, acts: list[str]) -> None:
    """Two tills and the web in any order, each as often as it likes: whoever was granted keeps it until it lets go."""
    tills = {name: world.enrol("till", f"kiosk-{name}-{world.random.randrange(10**9)}") for name in "ab"}
    for till in tills.values():
        till.open_journal()
    number = tills["a"].sell()
    tills["a"].push()
    holder, uses, open_use = "", 0, {"a": b"", "b": b""}
    for act in acts:
        name, _, end = act.partition(" ")
        if name == "web":
            refunded = world.office("refunds", {"number": number}).status_code == 200
            assert refunded == (holder in ("", "web", "gone as refund"))
            holder = holder if holder == "gone as refund" else "web" if refunded else holder
        elif not end:
            attempt = open_use[name] or world.random.randbytes(16)
            body = {
                "number": number, "use_no": uses if open_use[name] else uses + 1, "attempt": attempt.hex(),
                "purpose": "refund", "lane": name, "persons": 1, "at": world.clock.ms,
            }  # fmt: skip
            said = tills[name].ask("POST", "/v1/uses", body).json()["answer"]
            assert (said == "granted") == (holder in ("", name)), (acts, act)
            if said == "granted" and not open_use[name]:
                open_use[name], holder, uses = attempt, name, uses + 1
        elif open_use[name]:
            tills[name].note(
                "use.claimed", number=number, use_no=uses, attempt=open_use[name], service_date="2026-11-22",
                trip="QD1230", lane=name, persons=1, flags=[], by="code", purpose="refund",
            )  # fmt: skip
            tills[name].end(number, open_use[name], end, uses)
            tills[name].push()
            open_use[name], holder = b"", "" if end == "released" else "gone as refund"
    assert world.incidents("taken_back_twice") == []
    assert world.incidents("use_claimed_twice") == []
