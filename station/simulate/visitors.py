"""Whoever has a ticket in hand: shows it at a gate, or a copy of it, or something that nobody issued; gives it back."""

from collections import deque
from dataclasses import dataclass, replace
from datetime import date, datetime
from random import Random
from typing import TYPE_CHECKING

from drivers.barrier import Way
from station.simulate.forging import forged
from station.simulate.nodes.gate import GateNode, Visit
from station.simulate.nodes.node import Node
from station.simulate.office import Office
from tickets.service_day import CHINA
from tickets.uses import UseEnd

if TYPE_CHECKING:
    from station.simulate.world import StationThere, World

_TRIES = 20
"""How often somebody steps up to a lane that serves nobody at this moment."""
_TRIES_AGAIN_MS = 2000
_JUST_BEFORE_MS = 300_000
_COPIED, _FORGED = 0.5, 0.12
"""Of all tickets."""
_COPIES = (0, 0, 2, 40, 1000, 20_000, 120_000, (300_000, 1_800_000))
"""How long after a ticket its copy is shown, in ms, or between which two times."""
_EARLY, _LATE = 0.04, 0.08
"""Of all who come: they come once before anybody is let in, or only when the coach is about to leave or has left."""
_EARLY_MS, _LATE_MS = (2_460_000, 3_000_000), (-60_000, 150_000)
"""How long before it leaves they come, between which two times."""
_SIDE_BY_SIDE = 0.3
"""Of copies: shown at the same gate at the same moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Somebody with a ticket in hand. `departs_ms` is when the coach leaves, in virtual ms."""

    station: "StationThere"
    number: str
    code: str
    label: str
    departs_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """Somebody was told to walk, at this virtual ms."""

    holder: Holder
    gate: GateNode
    at_ms: int


class Visitors:
    """Everybody who holds a ticket of a world."""

    def __init__(self, world: "World", office: Office) -> None:
        self._world = world
        self._office = office
        self._chance: Random = world.chance.stream("visitors")
        self._let_in: deque[_Entry] = deque(maxlen=50)
        self._held: dict[str, Holder] = {}
        for station in world.stations:
            for node in (*station.gates, *(() if station.relay is None else (station.relay,))):
                self._looks_for(station, node)

    @property
    def number(self) -> int:
        """How many tickets people have in hand."""
        return len(self._held)

    def has_it(self, number: str) -> bool:
        """Whether somebody has this ticket in hand."""
        return number in self._held

    def has(self, station: "StationThere", number: str, code: str, day: date, trip: str) -> None:
        """Somebody has a ticket in hand: decide what becomes of it."""
        if number in self._held:
            return
        leaves = datetime(day.year, day.month, day.day, int(trip[1:3]), int(trip[3:5]), tzinfo=CHINA)
        departs_ms = int(leaves.timestamp() * 1000) - self._world.begins_ms
        label = "1" if trip[0] == "K" else "2"
        holder = Holder(station=station, number=number, code=code, label=label, departs_ms=departs_ms)
        self._held[number] = holder
        chance, now = self._chance, self._world.agenda.now
        if chance.random() < 0.1:
            self._refunds(holder, chance.randint(1000, 600_000))
        early = departs_ms - chance.randint(240_000, 1_800_000)
        comes = max(now + chance.randint(5000, 60_000), early)
        if comes >= departs_ms:
            return
        punctual = chance.random()
        if punctual < _LATE:
            self._comes(holder, max(comes, departs_ms - chance.randint(*_LATE_MS)))
            return
        if punctual < _LATE + _EARLY and (first := departs_ms - chance.randint(*_EARLY_MS)) > now:
            self._comes(holder, first)
        if chance.random() < 0.95:
            copied, gate = chance.random() < _COPIED, None
            if copied and chance.random() < _SIDE_BY_SIDE:
                gate = chance.choice(station.gates)
            self._comes(holder, comes, gate=gate)
            if copied:
                self._comes(holder, comes + (self._copy_after() if gate is None else 0), gate=gate)
        if chance.random() < _FORGED:
            self._comes(holder, max(now, comes + chance.randint(-60_000, 60_000)), forged_code=True)

    def _copy_after(self) -> int:
        after = self._chance.choice(_COPIES)
        return after if isinstance(after, int) else self._chance.randint(*after)

    def _refunds(self, holder: Holder, in_ms: int) -> None:
        def asks() -> None:
            if not self._world.calm_now:
                self._office.refunds(holder.station, holder.number)

        self._world.agenda.after(in_ms, asks)

    # ------------------------------------------------------------------ at a gate

    def _comes(self, holder: Holder, at: int, *, forged_code: bool = False, gate: GateNode | None = None) -> None:
        chance = self._chance
        visit = Visit(
            text=forged(holder.code, holder.number, chance) if forged_code else holder.code,
            way=Way.IN,
            end=chance.choices((UseEnd.PASSED, UseEnd.RELEASED), (9, 1))[0],
            walk_ms=chance.choice((800, 1500, 4000)),
            forged=forged_code,
            walked=lambda end: self._walked(holder, end),
        )
        self._world.agenda.after(at - self._world.agenda.now, lambda: self._shows(holder, visit, gate, _TRIES))

    def _shows(self, holder: Holder, visit: Visit, wanted: GateNode | None, tries: int) -> None:
        if self._world.calm_now:
            return
        gate = wanted or self._chance.choice(holder.station.gates)
        lanes = [name for name, label in gate.labels.items() if label == holder.label]
        heard = replace(visit, told=lambda answer: self._told(holder, gate, answer))
        self._chance.shuffle(lanes)
        if not any(gate.shows(lane, heard) for lane in lanes) and tries:
            self._world.agenda.after(_TRIES_AGAIN_MS, lambda: self._shows(holder, visit, wanted, tries - 1))

    def _told(self, holder: Holder, gate: GateNode, answer: str) -> None:
        if answer == "admitted":
            self._let_in.append(_Entry(holder=holder, gate=gate, at_ms=self._world.agenda.now))

    def _walked(self, holder: Holder, end: UseEnd) -> None:
        """Who did not walk comes again in a moment; who did may want his money back all the same."""
        now, chance = self._world.agenda.now, self._chance
        if end is UseEnd.RELEASED:
            self._comes(holder, now + chance.randint(5000, 60_000))
        elif chance.random() < 0.05:
            self._refunds(holder, chance.randint(120_000, 1_200_000))

    # ------------------------------------------------------------------ after a fault

    def _copies_since(self, station: "StationThere", began: int) -> None:
        """What was let in at this station since then, or just before it, is copied and shown elsewhere. Virtual ms."""
        now = self._world.agenda.now
        since = began - _JUST_BEFORE_MS
        recent = [each for each in self._let_in if each.holder.station is station and each.at_ms > since]
        for each in recent:
            others = [gate for gate in station.gates if gate is not each.gate]
            gate = self._chance.choice(others or [each.gate])
            self._comes(each.holder, now + self._chance.randint(1000, 30_000), gate=gate)

    def _looks_for(self, station: "StationThere", node: Node) -> None:
        """Whenever this machine is back, copies are shown."""

        def died() -> None:
            dead.append(self._world.agenda.now)

        def is_back() -> None:
            if dead:
                self._copies_since(station, dead[0])
            dead.clear()

        dead: list[int] = []
        node.when_dead, node.when_back = died, is_back
