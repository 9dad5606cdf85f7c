"""A terminal's journal in memory: events chained and signed as a real one's are."""

import random as seeded
from dataclasses import dataclass, field
from uuid import UUID

from sync.server.relay.journals import Slice
from sync.wire.push import Head, PushBatch
from tickets.events import GENESIS, Event, chain, head_message, to_bytes, uuid7
from tickets.keys import SigningKey

DATE, TRIP = "2026-11-22", "QD1230"
NOON_MS = 1_795_320_000_000


@dataclass
class MemoryJournal:
    """Events of one device, with their chain; `at_ms` dates the next one and moves on by a second."""

    device: str
    random: seeded.Random
    epoch: UUID = field(init=False)
    events: list[bytes] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=lambda: [GENESIS])
    at_ms: int = NOON_MS

    def __post_init__(self) -> None:
        self.epoch = UUID(bytes=self.random.randbytes(16))

    @property
    def seq(self) -> int:
        return len(self.events)

    def note(self, kind: str, **body: object) -> None:
        self.at_ms += 1000
        event = Event(
            event_id=uuid7(self.at_ms, self.random.randbytes),
            epoch=self.epoch,
            seq=self.seq + 1,
            kind=kind,
            at_ms=self.at_ms,
            quality="trusted",
            body=body,
        )
        self.write(to_bytes(event))

    def write(self, data: bytes) -> None:
        self.events.append(data)
        self.hashes.append(chain(self.hashes[-1], data))

    def open(self) -> None:
        self.note("journal.opened", device=self.device, prefix=None, previous_epoch=None)

    def start(self) -> None:
        self.note("gate.started", lanes=["1"])

    def claim(
        self, number: str, use_no: int, attempt: str, flags: tuple[str, ...] = (), purpose: str = "admission"
    ) -> None:
        self.note(
            "use.claimed", number=number, use_no=use_no, attempt=bytes.fromhex(attempt), service_date=DATE, trip=TRIP,
            lane="1", persons=1, flags=list(flags), by="code", purpose=purpose,
        )  # fmt: skip

    def end(self, number: str, use_no: int, attempt: str, end: str) -> None:
        ends: dict[str, dict[str, object]] = {"passed": {"persons": 1}, "released": {"why": "not_started"}}
        self.note(f"use.{end}", number=number, use_no=use_no, attempt=bytes.fromhex(attempt), **ends.get(end, {}))

    def slice(self, first: int = 1, last: int | None = None, kind: str = "gate") -> Slice:
        end = self.seq if last is None else last
        return Slice(
            device=self.device,
            kind=kind,
            epoch=self.epoch.hex,
            first_seq=first,
            previous=self.hashes[first - 1],
            events=tuple(self.events[first - 1 : end]),
        )

    def batch(self, key: SigningKey, first: int = 1, last: int | None = None) -> PushBatch:
        end = self.seq if last is None else last
        head = self.hashes[end]
        return PushBatch(
            epoch=self.epoch.hex,
            prefix=None,
            first_seq=first,
            previous=self.hashes[first - 1],
            events=tuple(self.events[first - 1 : end]),
            head=Head(seq=end, hash=head, signature=key.sign(head_message(self.epoch, end, head))),
        )
