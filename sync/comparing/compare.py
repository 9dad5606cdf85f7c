"""Reading the databases of both sides with plain SQLite, and saying in what they differ.

Nothing here uses the code by which the stores are written or read: the events of a journal are decoded again from
their bytes by another CBOR library, so that a fault in a store cannot hide itself.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import cbor2

from sync.comparing.digest import AllotmentFact, MoneyFact, TicketFact, UseFact

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFact:
    """Money owed to a passenger."""

    claim: str
    device: str
    fen: int
    reason: str
    state: str

    @property
    def key(self) -> Key:
        """What tells it from others."""
        return (self.claim,)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFact:
    """One event by its place in a journal, and the chain's hash there."""

    epoch: str
    seq: int
    hash: str

    @property
    def key(self) -> Key:
        """What tells it from others."""
        return (self.epoch, f"{self.seq:012d}")


Fact = TicketFact | UseFact | MoneyFact | AllotmentFact | ClaimFact | EventFact


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What one side knows. None for what it does not keep at all, which is then not compared."""

    tickets: Mapping[Key, TicketFact] | None = None
    uses: Mapping[Key, UseFact] | None = None
    money: Mapping[Key, MoneyFact] | None = None
    allotments: Mapping[Key, AllotmentFact] | None = None
    claims: Mapping[Key, ClaimFact] | None = None
    events: Mapping[Key, EventFact] | None = None

    def by_devices(self, devices: Iterable[str]) -> "Facts":
        """Only what these devices did, and their tickets as they issued them: what their journals can know."""
        names = frozenset(devices)
        issued = (ticket for ticket in (self.tickets or {}).values() if ticket.issuer in names)
        return Facts(
            tickets=_keyed(replace(ticket, state="valid") for ticket in issued),
            uses={key: use for key, use in (self.uses or {}).items() if use.device in names},
            money={key: each for key, each in (self.money or {}).items() if each.device in names},
            claims={key: claim for key, claim in (self.claims or {}).items() if claim.device in names},
            events=self.events,
        )


def differences(a: Facts, b: Facts) -> list[str]:
    """In what two sides differ, one line for each fact, in order; empty when they know the same."""
    found: list[str] = []
    for name in ("events", "tickets", "uses", "money", "allotments", "claims"):
        left, right = getattr(a, name), getattr(b, name)
        if left is None or right is None:
            continue
        different = (key for key in sorted(left.keys() | right.keys()) if left.get(key) != right.get(key))
        found += (f"{name} {'/'.join(key)}: {_say(left.get(key))} | {_say(right.get(key))}" for key in different)
    return found


def read_centre(path: Path) -> Facts:
    """What the reference centre's SQLite database holds, of all its stations."""
    with _opened(path) as db:
        tickets = [
            TicketFact(**{**dict(row), "tag": bytes(row["tag"])})
            for row in db.execute(
                "SELECT number, service_date, trip, boarding, alighting, seat, kind, children, fare, tag, expires_s, "
                "state, issuer FROM tickets"
            )
        ]
        uses = [
            UseFact(**dict(row))
            for row in db.execute("SELECT number, use_no, attempt, device, lane, at_ms, end, purpose FROM uses")
        ]
        money = [
            MoneyFact(**dict(row))
            for row in db.execute(
                'SELECT epoch, seq, device, order_id AS "order", direction, fen, method, counter, at_ms FROM money'
            )
        ]
        claims = [ClaimFact(**dict(row)) for row in db.execute("SELECT claim, device, fen, reason, state FROM claims")]
        events = [
            EventFact(epoch=epoch, seq=seq, hash=bytes(digest).hex())
            for epoch, seq, digest in db.execute("SELECT epoch, seq, hash FROM events")
        ]
        allotments = [
            _allotment(json.loads(body))
            for (body,) in db.execute("SELECT body FROM records WHERE kind = 'allotment' AND body IS NOT NULL")
        ]
    return Facts(
        tickets=_keyed(tickets),
        uses=_keyed(uses),
        money=_keyed(money),
        claims=_keyed(claims),
        events=_keyed(events),
        allotments=_keyed(allotments),
    )


def read_cache(path: Path) -> Facts:
    """What a terminal's cache holds: tickets, the latest attempt at each use, allotments."""
    with _opened(path) as db:
        tickets = [
            TicketFact(**{**dict(row), "number": _digits(row["number"]), "tag": bytes(row["tag"])})
            for row in db.execute(
                "SELECT number, service_date, trip, boarding, alighting, seat, kind, children, fare, tag, expires_s, "
                "state, issuer FROM tickets"
            )
        ]
        uses = [
            UseFact(
                number=_digits(row["ticket"]),
                use_no=row["use_no"],
                attempt=bytes(row["attempt"]).hex(),
                device=row["device"],
                lane=row["lane"],
                at_ms=row["at_ms"],
                end=row["end"],
                purpose=row["purpose"],
            )
            for row in db.execute("SELECT * FROM uses")
        ]
        allotments = [
            _allotment(json.loads(body)) for (body,) in db.execute("SELECT body FROM records WHERE kind = 'allotment'")
        ]
    return Facts(tickets=_keyed(tickets), uses=_keyed(uses), allotments=_keyed(allotments))


def read_journals(paths: Iterable[Path]) -> Facts:
    """What the journals of a station say, read from the bytes of their events."""
    story = _Story()
    for path in paths:
        with _opened(path) as db:
            epoch, device = db.execute("SELECT epoch, device FROM epoch").fetchone()
            story.begin(bytes(epoch).hex(), device)
            for seq, data, digest in db.execute("SELECT seq, bytes, hash FROM events ORDER BY seq"):
                story.tell(seq, cbor2.loads(data), bytes(digest).hex())
    return story.facts()


@dataclass(slots=True)
class _Story:
    """Facts as they add up while events are read in order."""

    epoch: str = ""
    device: str = ""
    tickets: list[TicketFact] = field(default_factory=list)
    uses: dict[Key, UseFact] = field(default_factory=dict)
    money: list[MoneyFact] = field(default_factory=list)
    claims: dict[Key, ClaimFact] = field(default_factory=dict)
    events: list[EventFact] = field(default_factory=list)

    def begin(self, epoch: str, device: str) -> None:
        self.epoch, self.device = epoch, device

    def tell(self, seq: int, event: Any, digest: str) -> None:
        kind, at_ms, body = event[3], event[5], event[7]
        self.events.append(EventFact(epoch=self.epoch, seq=seq, hash=digest))
        match kind:
            case "ticket.issued":
                self._issued(body)
            case "use.claimed":
                use = UseFact(
                    number=body["number"],
                    use_no=body["use_no"],
                    attempt=body["attempt"].hex(),
                    device=self.device,
                    lane=body["lane"],
                    at_ms=at_ms,
                    end=None,
                    purpose=body["purpose"],
                )
                self.uses[use.key] = use
            case "use.passed" | "use.released" | "use.unresolved":
                key = (body["number"], f"{body['use_no']:06d}", body["attempt"].hex())
                self.uses[key] = replace(self.uses[key], end=kind.removeprefix("use."))
            case "money.taken" | "money.returned":
                self.money.append(
                    MoneyFact(
                        epoch=self.epoch,
                        seq=seq,
                        device=self.device,
                        order=body["order"],
                        direction=kind.removeprefix("money."),
                        fen=body["fen"],
                        method=body["method"],
                        counter=body.get("counter"),
                        at_ms=at_ms,
                    )
                )
            case "claim.opened":
                claim = ClaimFact(
                    claim=body["claim"], device=self.device, fen=body["fen"], reason=body["reason"], state="open"
                )
                self.claims[claim.key] = claim
            case "claim.settled" if (body["claim"],) in self.claims:
                self.claims[(body["claim"],)] = replace(self.claims[(body["claim"],)], state="settled")

    def _issued(self, body: Mapping[str, Any]) -> None:
        names = ("number", "service_date", "trip", "boarding", "alighting", "seat", "kind", "children", "fare", "tag")
        said = {name: body[name] for name in names}
        self.tickets.append(TicketFact(**said, expires_s=body["expires"], state="valid", issuer=self.device))

    def facts(self) -> Facts:
        return Facts(
            tickets=_keyed(self.tickets),
            uses=self.uses,
            money=_keyed(self.money),
            claims=self.claims,
            events=_keyed(self.events),
        )


def _keyed(facts: Iterable[Any]) -> dict[Key, Any]:
    return {fact.key: fact for fact in facts}


def _digits(number: bytes) -> str:
    return f"{int.from_bytes(number, 'big'):020d}"


def _allotment(body: Mapping[str, Any]) -> AllotmentFact:
    return AllotmentFact(
        service_date=body["service_date"],
        trip=body["trip"],
        device=body["device"],
        seats=tuple(sorted(body["seats"] or ())),
        count=body["count"] or 0,
    )


def _say(fact: Fact | None) -> str:
    if fact is None:
        return "missing"
    # the tag is a keyed hash of a person's document: it is compared, and not shown
    return repr(replace(fact, tag=b"") if isinstance(fact, TicketFact) else fact)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, isolation_level=None)
    db.row_factory = sqlite3.Row
    try:
        yield db
    finally:
        db.close()
