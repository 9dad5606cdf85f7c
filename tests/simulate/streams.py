"""Made-up runs for the judge: events as terminals write them, and what both sides hold at the end."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from hashlib import sha256
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from gate.decision import Admitted
from station.simulate.history import History
from station.simulate.judge.clocks import Coach
from station.simulate.judge.ends import Ends, Ticket
from station.simulate.judge.fair import Fair
from station.simulate.judge.journals import Found
from station.simulate.judge.judge import Judge
from station.simulate.judge.places import Seat
from sync.journal.reader import StoredEvent
from tickets.admission import TimeQuality
from tickets.events import GENESIS, Event, chain, to_bytes
from tickets.uses import UseEnd

DAY, TRIP = "2026-11-23", "K0810"
TILL, OTHER_TILL, GATE, OTHER_GATE = "1-till-1", "1-till-2", "1-gate-1", "1-gate-2"
ORDER = "ab" * 16
WALL_MS = 1_700_000_000_000
COACH = Coach(departs_ms=WALL_MS + 7_200_000, opens_ms=WALL_MS - 900_000, closes_ms=WALL_MS + 7_000_000)


def attempt(serial: int) -> UUID:
    return UUID(bytes=sha256(str(serial).encode()).digest()[:16])


class Writer:
    """One journal of one machine."""

    def __init__(self, node: str, serial: int = 1, now: Callable[[], int] = lambda: 0) -> None:
        """`now` is virtual ms, by this machine's clock."""
        self.node = node
        self.now = now
        self.quality = TimeQuality.TRUSTED
        self.epoch = UUID(bytes=sha256(f"{node} {serial}".encode()).digest()[:16])
        self.stored: list[StoredEvent] = []

    def event(self, kind: str, /, **body: object) -> StoredEvent:
        seq = len(self.stored) + 1
        event = Event(
            event_id=UUID(int=seq),
            epoch=self.epoch,
            seq=seq,
            kind=kind,
            version=1,
            at_ms=WALL_MS + self.now(),
            quality=self.quality,
            body=body,
        )
        data = to_bytes(event)
        last = self.stored[-1].hash if self.stored else GENESIS
        made = StoredEvent(
            seq=seq, event_id=event.event_id, kind=kind, at_ms=event.at_ms, data=data, hash=chain(last, data)
        )
        self.stored.append(made)
        return made

    def found(self, through: int | None = None) -> Found:
        return Found(epoch=self.epoch.hex, first=1, hashes=[each.hash for each in self.stored[:through]])


class Run:
    """A judge, and journals that it hears of."""

    def __init__(self, *, arbitrated: bool = True, strict: bool = False) -> None:
        self.now = 0
        self.history = History()
        self.writers: dict[str, Writer] = {}
        self.disk: dict[str, Found] = {}
        self.against: dict[str, str] = {}
        """What each gate's cache has against any ticket."""
        self.held: dict[str, tuple[int, int]] = {}
        """The journals that the relay holds, by epoch."""
        self.centre_has: int | None = None
        self.in_backup: frozenset[Seat] = frozenset()
        """The departures that a centre knows which is put back now."""
        self.troubled = True
        self.struck = 0
        self.judge = Judge(
            now=lambda: self.now,
            wall_ms=lambda: WALL_MS + self.now,
            coach=lambda _day, trip: COACH if trip == TRIP else None,
            look=self,
            history=self.history,
            arbitrated=lambda _: arbitrated,
            strict=lambda _: strict,
            fair=Fair(lambda: self.now, lambda: self.troubled, lambda: self.struck),
        )

    def journal(self, node: str) -> Found | None:
        return self.disk.get(node)

    def known_against(self, gate: str, _number: str, _attempt: str) -> str:
        return self.against.get(gate, "")

    def held_by_relay(self, _gate: str) -> Mapping[str, tuple[int, int]]:
        return self.held

    def kept_by_centre(self, _epoch: str) -> int | None:
        return self.centre_has

    def departures(self) -> frozenset[Seat]:
        return self.in_backup

    def reaches_centre(self, _node: str) -> bool:
        return not self.troubled

    def ends(self, _judge: Judge) -> Ends:
        return self.well()

    def has_been_well(self, ms: int) -> None:
        """So much time passes, and nothing is wrong meanwhile."""
        self.troubled = False
        self.judge.wrote(TILL, "", [])
        self.now += ms

    # ------------------------------------------------------------------ what machines write

    def writes(self, node: str, kind: str, /, **body: object) -> None:
        writer = self.writers.setdefault(node, Writer(node, now=lambda: self.now))
        self.judge.wrote(node, writer.epoch.hex, [writer.event(kind, **body)])

    def begins_anew(self, node: str) -> None:
        self.writers[node] = Writer(node, 2, now=lambda: self.now)

    def holds(self, till: str = TILL, order: str = ORDER, count: int = 1, total: int = 2500) -> None:
        self.writes(till, "order.held", order=order, service_date=DAY, trip=TRIP, seats=[1], count=count, total=total)

    def pays(self, till: str = TILL, order: str = ORDER, fen: int = 2500) -> None:
        self.judge.money_in(till, fen)
        self.writes(till, "money.taken", order=order, fen=fen, method="cash", counter=1)

    def paid(self, till: str = TILL, order: str = ORDER, fen: int = 2500) -> None:
        self.writes(till, "order.paid", order=order, fen=fen, method="cash")

    def issues(self, number: str, till: str = TILL, order: str = ORDER, seat: int | None = 7, fare: int = 2500) -> None:
        where = {"service_date": DAY, "trip": TRIP, "boarding": 1, "alighting": 2, "seat": seat}
        what = {"kind": 1, "children": 0, "fare": fare, "tag": b"tag", "expires": 9}
        self.writes(till, "ticket.issued", order=order, number=number, **where, **what)

    def delivers(self, number: str, till: str = TILL) -> None:
        self.judge.paper(till, "ticket", number)
        self.writes(till, "ticket.delivered", number=number, how="printed", outcome="done", copy=0)

    def sells(self, number: str, till: str = TILL, order: str = ORDER, seat: int | None = 7) -> None:
        """A whole sale with its money."""
        self.holds(till, order)
        self.pays(till, order)
        self.paid(till, order)
        self.issues(number, till, order, seat)
        self.delivers(number, till)

    def claims(
        self, number: str, gate: str, serial: int, *flags: str, use_no: int = 1, purpose: str = "admission"
    ) -> Admitted:
        """A use is durable, of a ticket that the web sold if no till did; what `opened` needs is the answer."""
        if number not in self.judge.places.tickets:
            self.judge.sold_by_centre(1, number, date.fromisoformat(DAY), TRIP, None)
        return self.claims_unsold(number, gate, serial, *flags, use_no=use_no, purpose=purpose)

    def claims_unsold(
        self, number: str, gate: str, serial: int, *flags: str, use_no: int = 1, purpose: str = "admission"
    ) -> Admitted:
        """A use is durable, of whatever ticket."""
        self.writes(
            gate,
            "use.claimed",
            number=number,
            use_no=use_no,
            attempt=attempt(serial).bytes,
            purpose=purpose,
            lane="A",
            flags=list(flags),
            service_date=DAY,
            trip=TRIP,
        )
        return cast(
            Admitted,
            SimpleNamespace(
                number=SimpleNamespace(digits=number), attempt=attempt(serial), use_no=use_no, flags=frozenset(flags)
            ),
        )

    def asks(self, number: str, gate: str, serial: int, word: str | None) -> None:
        """A gate asks its arbiter, whose word comes."""
        self.judge.asks(gate, attempt(serial), number)
        if word is not None:
            self.judge.answered(gate, attempt(serial), word)
        self.judge.heard(gate, attempt(serial), word)

    def opens(self, number: str, gate: str, serial: int, *flags: str, end: str = "passed") -> Admitted:
        """A barrier opens, granted by the arbiter unless it is flagged otherwise; its journal does not know the end."""
        self.asks(number, gate, serial, None if "unarbitrated" in flags else "granted")
        use = self.claims(number, gate, serial, *flags)
        self.judge.opened(gate, "A", use)
        self.judge.passed(gate, "A", use, UseEnd(end))
        return use

    def lets_in(self, number: str, gate: str, serial: int, *flags: str, end: str = "passed") -> None:
        """A whole admission."""
        self.opens(number, gate, serial, *flags, end=end)
        self.ends_use(number, gate, serial, end)

    def ends_use(self, number: str, gate: str, serial: int, end: str) -> None:
        self.writes(gate, f"use.{end}", number=number, use_no=1, attempt=attempt(serial).bytes)

    # ------------------------------------------------------------------ the end

    def well(self, **other: Any) -> Ends:
        """What both sides hold when all that was written has come to the centre."""
        tickets: Mapping[str, Ticket] = {
            sold.number: Ticket(
                seat=sold.seat, state="valid" if sold.taken_back_at is None else "refunded", issuer=sold.by
            )
            for sold in self.judge.places.tickets.values()
        }
        ends = Ends(
            journals={node: writer.found() for node, writer in self.writers.items()},
            centre_events={
                writer.epoch.hex: [(each.seq, each.hash) for each in writer.stored] for writer in self.writers.values()
            },
            tickets=tickets,
            capacity={},
            incidents=(),
        )
        return replace(ends, **other)

    def concludes(self, change: Callable[[Ends], Ends] = lambda ends: ends) -> None:
        self.judge.concludes(change(self.well()))
