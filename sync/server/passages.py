"""The uses of tickets at one station: read once for a whole batch, changed in memory, written and judged at its end."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from sync.server.changes import Changes
from sync.server.incidents import IncidentKind
from sync.server.judging import Judge
from sync.server.rows import ByKeys, insert_rows
from sync.server.schema import uses

_MAY_BECOME: Final = {None: ("passed", "released", "unresolved"), "unresolved": ("passed", "released")}
"""How a use may end: an unresolved one can still be settled by the gate that made it."""
_WEIGHT: Final = {"passed": 0, "unresolved": 1, None: 2, "released": 3}
_KEY: Final = ("station_id", "number", "use_no", "attempt")
_CLAIMED: Final = ("service_date", "lane", "at_ms", "trip", "flags", "shown")
"""What whoever claimed a use says of the claim."""
_CHANGING: Final = (*_CLAIMED, "end", "ended_ms", "persons")
_UPDATE: Final = (
    update(uses)
    .where(*(uses.c[name] == bindparam(f"at_{name}") for name in _KEY))
    .values({name: bindparam(f"new_{name}") for name in _CHANGING})
)
_OF_TICKETS: Final = ByKeys(
    uses.c.number, lambda among: select(uses).where(uses.c.station_id == bindparam("station"), among)
)


@dataclass(slots=True, kw_only=True)
class Passage:
    """One attempt at one use of a ticket, as a row of `uses`; `end` is None, passed, released or unresolved."""

    station_id: int
    number: str
    use_no: int
    attempt: str
    service_date: str | None
    device: str
    lane: str
    at_ms: int
    persons: int
    purpose: str
    end: str | None
    ended_ms: int | None
    trip: str | None = None
    flags: str = "[]"
    shown: str = ""

    def row(self) -> dict[str, object]:
        """The row."""
        return {name: getattr(self, name) for name in _COLUMNS}


_COLUMNS: Final = tuple(field.name for field in fields(Passage))


class Passages:
    """The uses of one station inside one write transaction. `save` ends it."""

    def __init__(self, connection: Connection, changes: Changes, station: int, judge: Judge) -> None:
        """What terminals are to learn goes into `changes`, what should not have happened to `judge`."""
        self._connection = connection
        self._changes = changes
        self._station = station
        self._judge = judge
        self._known: dict[str, list[Passage]] = {}
        self._new: list[Passage] = []
        self._changed: list[Passage] = []
        self._written_at_the_end: set[int] = set()
        self._touched: dict[tuple[str, int], None] = {}

    def load(self, numbers: Iterable[str]) -> None:
        """Read the uses of these tickets at once, so that asking for each costs nothing."""
        wanted = [number for number in dict.fromkeys(numbers) if number not in self._known]
        self._known |= {number: [] for number in wanted}
        for found in _OF_TICKETS.each(self._connection, wanted, station=self._station):
            for row in found.mappings():
                self._known[row["number"]].append(Passage(**{str(name): value for name, value in row.items()}))

    def of(self, number: str) -> Sequence[Passage]:
        """Every use of a ticket, of any attempt."""
        self.load([number])
        return self._known[number]

    def claim(self, passage: Passage) -> None:
        """Add an attempt. One that is known already keeps its end; when and where it was claimed is what the journal of
        the device that claimed it says, also of one that was asked for here first.
        """
        known = self._find(passage.number, passage.use_no, passage.attempt)
        if known is None:
            self._known[passage.number].append(passage)
            self._new.append(passage)
            self._written_at_the_end.add(id(passage))
        elif known.device == passage.device and any(
            getattr(known, name) != getattr(passage, name) for name in _CLAIMED
        ):
            for name in _CLAIMED:
                setattr(known, name, getattr(passage, name))
            self._change(known)
        self._touched[passage.number, passage.use_no] = None

    def end(self, ended: Passage) -> Passage | None:
        """End an attempt as `ended` says; answers it when this ended it now, None when it stays as it was.

        An attempt that nobody had claimed is kept as `ended` describes it; that, and a second end, is an incident.
        """
        known = self._find(ended.number, ended.use_no, ended.attempt)
        fits = known is not None and ended.end in _MAY_BECOME.get(known.end, ())
        subject = f"{ended.number}/{ended.use_no}/{ended.attempt}"
        if known is None:
            self.claim(ended)
            self._judge.report(IncidentKind.END_WITHOUT_CLAIM, subject, device=ended.device, was=None, end=ended.end)
        elif fits:
            known.end, known.ended_ms = ended.end, ended.ended_ms
            if ended.end == "passed":
                known.persons = ended.persons
            self._change(known)
        elif known.end != ended.end:
            self._judge.report(
                IncidentKind.END_WITHOUT_CLAIM, subject, device=ended.device, was=known.end, end=ended.end
            )
        self._touched[ended.number, ended.use_no] = None
        return known if fits else None

    def save(self) -> None:
        """Write what changed, let terminals know, and look for what should not have happened."""
        if self._new:
            insert_rows(self._connection, uses, [passage.row() for passage in self._new])
        if self._changed:
            rows = [
                {f"at_{name}": getattr(passage, name) for name in _KEY}
                | {f"new_{name}": getattr(passage, name) for name in _CHANGING}
                for passage in self._changed
            ]
            self._connection.execute(_UPDATE, rows)
        for number, use_no in self._touched:
            tell_use(self._changes, [each for each in self._known[number] if each.use_no == use_no])
        for number in dict.fromkeys(number for number, _ in self._touched):
            self._judge.uses(self._known[number])
        self._new, self._changed, self._touched = [], [], {}
        self._written_at_the_end.clear()

    def _change(self, known: Passage) -> None:
        """Have a row written anew, unless it is yet to be written."""
        if id(known) not in self._written_at_the_end:
            self._written_at_the_end.add(id(known))
            self._changed.append(known)

    def _find(self, number: str, use_no: int, attempt: str) -> Passage | None:
        return next((each for each in self.of(number) if (each.use_no, each.attempt) == (use_no, attempt)), None)


def telling_use(attempts: Iterable[Passage]) -> Passage:
    """Of several attempts at one use, the one that terminals are told: who walked through before who may have.

    It depends on the attempts alone, not on the order in which they arrived here.
    """
    return min(attempts, key=lambda each: (_WEIGHT[each.end], each.at_ms, each.attempt))


def use_body(use: Passage) -> dict[str, object]:
    """One attempt as the body of a use (`sync.wire.UseBody`)."""
    return {
        "number": use.number,
        "use_no": use.use_no,
        "attempt": use.attempt,
        "device": use.device,
        "lane": use.lane,
        "at": use.at_ms,
        "end": use.end,
        "purpose": use.purpose,
        "persons": use.persons,
        "flags": json.loads(use.flags),
        "by": use.shown,
        "service_date": use.service_date,
        "trip": use.trip,
    }


def tell_use(changes: Changes, attempts: Iterable[Passage]) -> None:
    """Let terminals have one numbered use as it now is, of all `attempts` at it."""
    told = telling_use(attempts)
    changes.put("use", f"{told.number}/{told.use_no}", use_body(told), told.service_date)
