"""Whoever holds a ticket: shows it, shows it again, and gives it back; before made-up gates."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, cast

import pytest

from station.simulate.agenda import Agenda
from station.simulate.chance import Chance
from station.simulate.nodes.gate import Visit
from station.simulate.visitors import Visitors
from tests.tickets.samples import TICKET, TICKET_KEY
from tickets.credential import issue
from tickets.uses import UseEnd

CODE, NUMBER = issue(TICKET, TICKET_KEY), TICKET.number.digits
BEGINS = datetime(2026, 11, 22, tzinfo=UTC)
HOURS = 3 * 3_600_000


class Gate:
    """Takes down who comes, and lets everybody in."""

    def __init__(self, name: str, world: "Place") -> None:
        self.name = name
        self.labels = {"A": "1", "B": "2", "C": "1"}
        self.came: list[tuple[int, str, Visit]] = []
        self.when_dead: Callable[[], None] = lambda: None
        self.when_back: Callable[[], None] = lambda: None
        self._world = world

    def shows(self, lane: str, visit: Visit) -> bool:
        now = self._world.agenda.now
        if any(at == now and other == lane for at, other, _ in self.came):
            return False
        self.came.append((now, lane, visit))
        visit.told("forged" if visit.forged else "admitted")
        if not visit.forged:
            self._world.agenda.after(visit.walk_ms, lambda: visit.walked(visit.end))
        return True


class Place:
    """One station, and all who hold a ticket there."""

    def __init__(self, seed: int) -> None:
        self.agenda = Agenda()
        self.chance = Chance(seed)
        self.begins_ms = int(BEGINS.timestamp() * 1000)
        self.calm_now = False
        self.gates = [Gate("1-gate-1", self), Gate("1-gate-2", self)]
        self.refunded: list[tuple[int, str]] = []
        self.station: Any = SimpleNamespace(gates=self.gates, relay=None)
        self.stations = [self.station]
        self.visitors = Visitors(cast(Any, self), cast(Any, self))

    def refunds(self, _station: object, number: str) -> None:
        self.refunded.append((self.agenda.now, number))

    def plays(self) -> list[tuple[int, Gate, str, Visit]]:
        self.visitors.has(self.station, NUMBER, CODE, date(2026, 11, 22), "K0900")
        self.agenda.run(HOURS)
        return sorted(
            ((at, gate, lane, visit) for gate in self.gates for at, lane, visit in gate.came), key=lambda e: e[0]
        )


def test_who_turns_round_comes_again_until_he_walks() -> None:
    again = 0
    for seed in range(60):
        came = [each for each in Place(seed).plays() if not each[3].forged]
        ends = [visit.end for *_, visit in came]
        again += ends.count(UseEnd.RELEASED)
        if ends:
            assert ends[-1] is UseEnd.PASSED
    assert again > 3


def test_copies_are_shown_at_once_beside_the_ticket_and_later_elsewhere() -> None:
    seen: Counter[str] = Counter()
    for seed in range(120):
        came = [each for each in Place(seed).plays() if not each[3].forged]
        for (at, gate, lane, _), (then, other, its, _) in pairwise(came):
            same = "beside" if gate is other and lane != its else "elsewhere" if gate is not other else "again"
            seen[f"{'at once' if then == at else 'later'} {same}"] += 1
    assert all(seen[sort] > 2 for sort in ("at once beside", "at once elsewhere", "later elsewhere", "later again"))


def test_some_show_what_nobody_issued_and_some_want_their_money_after_they_have_travelled() -> None:
    forged = travelled = 0
    for seed in range(120):
        place = Place(seed)
        came = place.plays()
        forged += sum(visit.forged and visit.text != CODE for *_, visit in came)
        walked = [at for at, *_, visit in came if not visit.forged]
        travelled += sum(at > walked[0] for at, _ in place.refunded if walked)
    assert forged > 5
    assert travelled > 3


def test_some_come_before_anybody_is_let_in_and_some_when_the_coach_leaves_or_has_left() -> None:
    departs = int((datetime(2026, 11, 22, 1, tzinfo=UTC) - BEGINS).total_seconds() * 1000)
    early = late = 0
    for seed in range(120):
        came = [at for at, *_ in Place(seed).plays()]
        early += any(at < departs - 40 * 60_000 for at in came)
        late += len(came) == 1 and came[0] > departs - 3 * 60_000
    assert early > 1
    assert late > 3


@pytest.mark.parametrize("dies", [0, 1])
def test_who_was_let_in_just_before_a_gate_died_shows_a_copy_elsewhere_when_it_is_back(dies: int) -> None:
    elsewhere = 0
    for seed in range(40):
        place = Place(seed)
        node = place.gates[dies]
        place.visitors.has(place.station, NUMBER, CODE, date(2026, 11, 22), "K0900")
        while not any(gate.came for gate in place.gates) and place.agenda.now < HOURS:
            place.agenda.run(place.agenda.now + 1000)
        before = {gate.name for gate in place.gates if any(not visit.forged for *_, visit in gate.came)}
        node.when_dead()
        place.agenda.run(place.agenda.now + 300_000)
        back, known = place.agenda.now, [len(gate.came) for gate in place.gates]
        node.when_back()
        place.agenda.run(back + 30_000)
        new = [gate.name for gate, had in zip(place.gates, known, strict=True) for _ in gate.came[had:]]
        elsewhere += any({name} != before for name in new)
    assert elsewhere > 5
