"""What both sides know, fact by fact, by rules of the judge's own: of journals as they were heard, of files by SQL.

A fact is a tuple of plain values under its key. Nothing here asks the product's own comparisons or digests: what they
do not look at would be looked at by nobody.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from station.simulate.judge.wrong import Told

Key = tuple[str | int, ...]
Rows = Mapping[Key, tuple[object, ...]]

TICKET = ("number", "service_date", "trip", "boarding", "alighting", "seat", "kind", "children", "fare", "tag",
          "expires_s", "issuer")  # fmt: skip
"""A ticket's columns, but for its state."""


@dataclass(slots=True)
class OfJournal:
    """What one journal has told. A use's value ends with how it ended, a claim's with whether it is settled."""

    device: str = ""
    tickets: dict[Key, tuple[object, ...]] = field(default_factory=dict)
    uses: dict[Key, tuple[object, ...]] = field(default_factory=dict)
    money: dict[Key, tuple[object, ...]] = field(default_factory=dict)
    claims: dict[Key, tuple[object, ...]] = field(default_factory=dict)


class Heard:
    """The facts of every journal, as they add up."""

    def __init__(self) -> None:
        self.journals: dict[str, OfJournal] = defaultdict(OfJournal)

    def wrote(self, event: Told) -> None:
        """One event."""
        of, body = self.journals[event.epoch], event.body
        match event.kind:
            case "journal.opened":
                of.device = body["device"]
            case "ticket.issued":
                said = [body[name] for name in (*TICKET[1:10], "expires")]
                of.tickets[body["number"],] = (*said, of.device)
            case "use.claimed":
                of.uses[_use(body)] = (of.device, body["lane"], event.at_ms, body["purpose"], None)
            case "use.passed" | "use.released" | "use.unresolved":
                *claimed, _ = of.uses.get(_use(body), (None,))
                of.uses[_use(body)] = (*claimed, event.kind.removeprefix("use."))
            case "money.taken" | "money.returned":
                way = event.kind.removeprefix("money.")
                said = [body["order"], way, body["fen"], body["method"], body.get("counter")]
                of.money[event.epoch, event.seq] = (of.device, *said, event.at_ms)
            case "claim.opened":
                of.claims[body["claim"],] = (of.device, body["fen"], body["reason"], False)
            case "claim.settled":
                known = of.claims.get((body["claim"],))
                if known is not None:
                    of.claims[body["claim"],] = (*known[:-1], True)


def _use(body: Mapping[str, Any]) -> Key:
    return body["number"], body["use_no"], body["attempt"].hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfCentre:
    """What the centre knows. The last value of a ticket and of a claim is its state, of a use how it ended."""

    tickets: Rows
    uses: Rows
    money: Rows
    claims: Rows


def untold(heard: Heard, centre: OfCentre, living: Collection[str], gone: Collection[str]) -> list[str]:
    """In what the centre differs from these journals, one line for each fact.

    `living` are the epochs of which it must know everything; of those that are `gone` it may not have heard all, and
    may know no end of what it knows. Others than the journal's own device decide on states of tickets and claims.
    """
    found: list[str] = []
    tickets = {key: fact[:-1] for key, fact in centre.tickets.items()}
    for epoch in (*living, *gone):
        of, whole = heard.journals[epoch], epoch in living
        found += _differ("ticket", of.tickets, tickets, whole=whole)
        found += _differ("use", of.uses, centre.uses, whole=whole, may_lack=() if whole else (None,))
        found += _differ("money", of.money, centre.money, whole=whole)
        for key, (*claim, settled) in of.claims.items():
            there = centre.claims.get(key)
            fits = there is not None and there[:-1] == tuple(claim) and (there[-1] == "settled" or not settled)
            if not fits and (whole or there is not None):
                found.append(_said("claim", key, (*claim, settled), there))
        mine = {key for key in centre.money if key[0] == epoch}
        found += [_said("money", key, None, centre.money[key]) for key in sorted(mine - of.money.keys())]
    return found


def _differ(what: str, told: Rows, there: Rows, *, whole: bool, may_lack: Collection[object] = ()) -> Iterable[str]:
    """What is told and not there (only where the `whole` must be), or is there otherwise."""
    for key, fact in told.items():
        known = there.get(key)
        if known == fact or (known is None and not whole):
            continue
        if known is not None and known[:-1] == fact[:-1] and known[-1] in may_lack:
            continue
        yield _said(what, key, fact, known)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfCache:
    """What a terminal's cache knows: records by kind and key, its tickets and the latest attempt at each use."""

    records: Mapping[Key, Any]
    tickets: Rows
    uses: Rows


def unheard(records: Mapping[Key, Any], centre: OfCentre, numbers: Collection[str], cache: OfCache) -> list[str]:
    """In what a cache differs from the centre, one line for each fact.

    `records` are the centre's for that station, `numbers` the station's tickets. Of several attempts at one use a cache
    is told one: any that the centre knows will do.
    """
    found = _both("record", records, cache.records)
    found += _both("ticket", {key: of for key, of in centre.tickets.items() if key[0] in numbers}, cache.tickets)
    mine = {key: fact for key, fact in centre.uses.items() if key[0] in numbers}
    told = {key[:2] for key in cache.uses}
    found += [_said("use", key, mine.get(key), fact) for key, fact in cache.uses.items() if mine.get(key) != fact]
    found += [_said("use", key, fact, None) for key, fact in mine.items() if key[:2] not in told]
    return found


def _both(what: str, here: Mapping[Key, Any], there: Mapping[Key, Any]) -> list[str]:
    keys = [key for key in sorted(here.keys() | there.keys()) if here.get(key) != there.get(key)]
    return [_said(what, key, here.get(key), there.get(key)) for key in keys]


def _said(what: str, key: Key, one: object, other: object) -> str:
    return f"{what} {'/'.join(str(part) for part in key)}: {_shown(one)} | {_shown(other)}"


def _shown(fact: object) -> str:
    """A fact without its tag, which is a keyed hash of a person's document: it is compared, and not shown."""
    if fact is None:
        return "missing"
    if isinstance(fact, tuple):
        return " ".join("(tag)" if isinstance(part, bytes) else str(part) for part in fact)
    return json.dumps(fact, ensure_ascii=False, sort_keys=True)
