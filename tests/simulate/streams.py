"""Made-up runs for the judge: events as terminals write them, and what both sides hold at the end."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from gate.decision import Admitted
from station.simulate.history import History
from station.simulate.judge.ends import Ends, Ticket
from station.simulate.judge.journals import Found
from station.simulate.judge.judge import Judge
from sync.journal_reader import StoredEvent
from tickets.admission import TimeQuality
from tickets.events import GENESIS, Event, chain, to_bytes
from tickets.uses import UseEnd

DAY, TRIP = "2026-11-23", "K0810"
TILL, OTHER_TILL, GATE, OTHER_GATE = "1-till-1", "1-till-2", "1-gate-1", "1-gate-2"
ORDER = "ab" * 16


def attempt(serial: int) -> UUID:
    return UUID(bytes=sha256(str(serial).encode()).digest()[:16])


class Writer:
    """One journal of one machine."""

    def __init__(self, node: str, serial: int = 1) -> None:
        self.node = node
        self.epoch = UUID(bytes=sha256(f"{node} {serial}".encode()).digest()[:16])
        self.stored: list[StoredEvent] = []

    def event(self, kind: str, **body: object) -> StoredEvent:
        seq = len(self.stored) + 1
        event = Event(
            event_id=UUID(int=seq),
            epoch=self.epoch,
            seq=seq,
            kind=kind,
            version=1,
            at_ms=1_700_000_000_000 + seq,
            quality=TimeQuality.TRUSTED,
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

    def __init__(self, *, arbitrated: bool = True, calm: bool = False) -> None:
        self.now = 0
        self.history = History()
        self.writers: dict[str, Writer] = {}
        self.disk: dict[str, Found] = {}
        self.judge = Judge(
            now=lambda: self.now,
            look=self,
            history=self.history,
            arbitrated=lambda _: arbitrated,
            calm=lambda: calm,
        )

    def journal(self, node: str) -> Found | None:
        return self.disk.get(node)

    def ends(self, _judge: Judge) -> Ends:
        return self.well()

    # ------------------------------------------------------------------ what machines write

    def writes(self, node: str, kind: str, **body: object) -> None:
        writer = self.writers.setdefault(node, Writer(node))
        self.judge.wrote(node, writer.epoch.hex, [writer.event(kind, **body)])

    def begins_anew(self, node: str) -> None:
        self.writers[node] = Writer(node, 2)

    def holds(self, till: str = TILL, order: str = ORDER, count: int = 1, total: int = 2500) -> None:
        self.writes(till, "order.held", order=order, service_date=DAY, trip=TRIP, seats=[1], count=count, total=total)

    def pays(self, till: str = TILL, order: str = ORDER, fen: int = 2500) -> None:
        self.judge.money_in(till, fen)
        self.writes(till, "money.taken", order=order, fen=fen, method="cash", counter=1)

    def paid(self, till: str = TILL, order: str = ORDER, fen: int = 2500) -> None:
        self.writes(till, "order.paid", order=order, fen=fen, method="cash")

    def issues(self, number: str, till: str = TILL, order: str = ORDER, seat: int | None = 7, fare: int = 2500) -> None:
        self.writes(
            till, "ticket.issued", order=order, number=number, service_date=DAY, trip=TRIP, seat=seat, fare=fare
        )

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
        """A use is durable; what `opens` needs is the answer."""
        self.writes(
            gate,
            "use.claimed",
            number=number,
            use_no=use_no,
            attempt=attempt(serial).bytes,
            purpose=purpose,
            flags=list(flags),
        )
        return cast(
            Admitted,
            SimpleNamespace(
                number=SimpleNamespace(digits=number), attempt=attempt(serial), use_no=use_no, flags=frozenset(flags)
            ),
        )

    def lets_in(self, number: str, gate: str, serial: int, *flags: str, end: str = "passed") -> None:
        """A whole admission, granted by the arbiter unless it is flagged otherwise."""
        self.judge.heard(gate, attempt(serial), None if "unarbitrated" in flags else "granted")
        use = self.claims(number, gate, serial, *flags)
        self.judge.opened(gate, "A", use)
        self.judge.passed(gate, "A", use, UseEnd(end))
        self.ends_use(number, gate, serial, end)

    def ends_use(self, number: str, gate: str, serial: int, end: str) -> None:
        self.writes(gate, f"use.{end}", number=number, use_no=1, attempt=attempt(serial).bytes)

    # ------------------------------------------------------------------ the end

    def well(self, **other: Any) -> Ends:
        """What both sides hold when all that was written has come to the centre."""
        tickets: Mapping[str, Ticket] = {
            sold.number: Ticket(seat=sold.seat, state="valid", issuer=sold.by)
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
