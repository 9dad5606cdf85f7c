"""Terminals' journals at the relay: their events held byte for byte, and what they say of uses learnt at once.

With the events it keeps the heads that their devices signed, so that the centre can be shown whose they are
(`handing_on`). The relay is no judge of events: what cannot be read is held all the same, and the centre says what it
is. An epoch that it has never heard of may begin anywhere (a journal drops what the centre has kept); from there on
there is no gap.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, cast
from uuid import UUID

from pydantic import ValidationError

from sync.journal.event_bodies import (
    SCHEMAS,
    Body,
    GateStarted,
    UseClaimed,
    UsePassed,
    UseReleased,
    UseUnresolved,
)
from sync.server.relay.arbiter import give_back_unwritten
from sync.server.relay.duplicates import note_doubles
from sync.server.relay.ledger import Ledger
from sync.server.relay.steps import meet
from sync.server.relay.use_rows import put_use, uses_of
from sync.server.relay.verdict import MAY_BECOME, End, KnownUse
from sync.wire.types import LATEST_MS
from tickets.errors import Malformed
from tickets.events import GENESIS, Event, chain, from_bytes

AT_ONCE: Final = 50
"""Most events taken in with one commit, so that a claim never waits long for somebody's backlog."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Consecutive events of one device's journal; `previous` is the chain's hash before the first.

    `signature` is the device's own over the chain's head after the last of them, where it signed one there; `prefix`
    is that of the numbers which the device issues.
    """

    device: str
    kind: str
    epoch: str
    first_seq: int
    previous: bytes
    events: Sequence[bytes]
    prefix: int | None = None
    signature: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """All of the slice is held, and `held_through` is the last event that is; `head` is the chain's hash there."""

    held_through: int
    head: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Go on at this event: what is before is held, or was never asked for."""

    expected_seq: int


@dataclass(frozen=True, slots=True)
class Forked:
    """Another story of this epoch is held."""


@dataclass(frozen=True, slots=True)
class NotYours:
    """The epoch is another device's."""


Taken = Held | Gap | Forked | NotYours


def take_in(ledger: Ledger, told: Slice, now_ms: int) -> Taken:
    """Hold a slice and learn what is new in it, in one commit. The same slice again changes nothing."""
    known = _journal(ledger, told.epoch)
    if known is None:
        if told.first_seq == 1 and told.previous != GENESIS:
            return Forked()
        here = _Journal(device=told.device, first=told.first_seq, through=told.first_seq - 1, head=told.previous)
    else:
        here = known
        if here.device != told.device:
            return NotYours()
        if told.first_seq > here.through + 1 or told.first_seq < here.first:
            return Gap(expected_seq=here.through + 1)
        if _hash_at(ledger, told.epoch, told.first_seq - 1, here) not in (None, told.previous):
            return Forked()
    digest = told.previous
    new: list[tuple[int, bytes, bytes]] = []
    for seq, data in enumerate(told.events, told.first_seq):
        digest = chain(digest, data)
        if seq > here.through:
            new.append((seq, data, digest))
        elif _hash_at(ledger, told.epoch, seq, here) not in (None, digest):
            return Forked()
    through, head = (new[-1][0], new[-1][2]) if new else (here.through, here.head)
    if not new and not _lacks_head(ledger, told, here):
        return Held(held_through=through, head=head)
    before = (told.first_seq - 1, told.previous)
    with ledger.writing("push") as connection:
        meet(ledger, told.device, told.kind)
        if known is None:
            connection.execute(
                "INSERT INTO journals (epoch, device, first_seq, held_through, head, started_seq, begun_ms, prefix, "
                "dropped_through, dropped_hash) VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?)",
                (told.epoch, told.device, here.first, through, head, now_ms, told.prefix, *before),
            )
        else:
            connection.execute(
                "UPDATE journals SET held_through = ?, head = ?, prefix = ? WHERE epoch = ?",
                (through, head, told.prefix, told.epoch),
            )
        connection.executemany(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?)",
            [(told.epoch, seq, data, hash_, now_ms) for seq, data, hash_ in new],
        )
        if told.signature is not None:
            signed = (told.epoch, told.first_seq + len(told.events) - 1, told.signature)
            connection.execute("INSERT INTO heads VALUES (?, ?, ?) ON CONFLICT DO NOTHING", signed)
        numbers = {_learn_from(ledger, told, seq, data) for seq, data, _ in new}
        for number in sorted(number for number in numbers if number is not None):
            note_doubles(ledger, number)
    return Held(held_through=through, head=head)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Journal:
    """What is known of a journal: where it began here, and how far it is held."""

    device: str
    first: int
    through: int
    head: bytes
    dropped_through: int = 0
    dropped_hash: bytes | None = None


def _journal(ledger: Ledger, epoch: str) -> _Journal | None:
    row = ledger.connection.execute(
        "SELECT device, first_seq, held_through, head, dropped_through, dropped_hash FROM journals WHERE epoch = ?",
        (epoch,),
    ).fetchone()
    if row is None:
        return None
    device, first, through, head, dropped_through, dropped_hash = cast(
        "tuple[str, int, int, bytes, int, bytes | None]", row
    )
    return _Journal(
        device=device,
        first=first,
        through=through,
        head=head,
        dropped_through=dropped_through,
        dropped_hash=dropped_hash,
    )


def _hash_at(ledger: Ledger, epoch: str, seq: int, here: _Journal) -> bytes | None:
    """The chain's hash after an event that is held; None for one that never was, or was dropped: the next tells."""
    if seq == here.through:
        return here.head
    if seq == here.dropped_through:
        return here.dropped_hash
    if seq < here.first or seq < here.dropped_through:
        return None
    row = ledger.connection.execute("SELECT hash FROM events WHERE epoch = ? AND seq = ?", (epoch, seq)).fetchone()
    assert row is not None, "what is neither dropped nor before the beginning is held"
    return cast(bytes, row[0])


def _lacks_head(ledger: Ledger, told: Slice, here: _Journal) -> bool:
    """Whether events that are all held already came with a signed head that is not."""
    end = told.first_seq + len(told.events) - 1
    if told.signature is None or end <= here.dropped_through:
        return False
    known = ledger.connection.execute("SELECT 1 FROM heads WHERE epoch = ? AND seq = ?", (told.epoch, end)).fetchone()
    return known is None


def _learn_from(ledger: Ledger, told: Slice, seq: int, data: bytes) -> str | None:
    """Learn what one event says; answers the ticket whose use it is about."""
    event = _read(told.epoch, seq, data)
    said = None if event is None else _body(event)
    if event is None or said is None:
        return None
    match said:
        case UseClaimed():
            _claimed(ledger, told.device, event, said)
            return said.number
        case UsePassed():
            _ended(ledger, told.device, event, said, "passed", said.persons)
            return said.number
        case UseReleased():
            _ended(ledger, told.device, event, said, "released", None)
            return said.number
        case UseUnresolved():
            _ended(ledger, told.device, event, said, "unresolved", None)
            return said.number
        case GateStarted():
            ledger.connection.execute("UPDATE journals SET started_seq = ? WHERE epoch = ?", (seq, told.epoch))
            give_back_unwritten(ledger, told.epoch, seq)
        case _:
            pass  # sales, scans and faults are for the centre
    return None


def _claimed(ledger: Ledger, device: str, event: Event, said: UseClaimed) -> None:
    known = _attempt(ledger, said.number, said.use_no, said.attempt.hex())
    if known is not None and (known.journaled or known.device != device):
        return
    put_use(
        ledger.connection,
        KnownUse(
            number=said.number,
            use_no=said.use_no,
            attempt=said.attempt.hex(),
            device=device,
            lane=said.lane,
            at_ms=event.at_ms,
            service_date=said.service_date,
            trip=said.trip,
            persons=said.persons,
            purpose=said.purpose,
            flags=tuple(said.flags),
            by=said.by,
            end=None if known is None or known.end != "passed" else "passed",  # a claim may have told so before
            journaled=True,
        ),
        ledger.next_position,
    )


def _ended(
    ledger: Ledger,
    device: str,
    event: Event,
    said: UsePassed | UseReleased | UseUnresolved,
    end: End,
    persons: int | None,
) -> None:
    known = _attempt(ledger, said.number, said.use_no, said.attempt.hex())
    if known is None:  # its claim is in a part of the journal that was dropped before the relay heard of it
        ended = KnownUse(
            number=said.number,
            use_no=said.use_no,
            attempt=said.attempt.hex(),
            device=device,
            lane="",
            at_ms=event.at_ms,
            service_date=None,
            trip=None,
            persons=1 if persons is None else persons,
            purpose="admission",
            flags=(),
            by="",
            end=end,
            journaled=True,
        )
    elif known.device == device and end in MAY_BECOME.get(known.end, ()):
        ended = replace(known, end=end, persons=known.persons if persons is None else persons, journaled=True)
    else:
        return
    put_use(ledger.connection, ended, ledger.next_position)


def _attempt(ledger: Ledger, number: str, use_no: int, attempt: str) -> KnownUse | None:
    found = (use for use in uses_of(ledger.connection, number) if (use.use_no, use.attempt) == (use_no, attempt))
    return next(found, None)


def _read(epoch: str, seq: int, data: bytes) -> Event | None:
    try:
        event = from_bytes(data)
    except Malformed:
        return None
    return event if event.epoch == UUID(epoch) and event.seq == seq and event.version == 1 else None


def _body(event: Event) -> Body | None:
    schema = SCHEMAS.get(event.kind)
    content: dict[str, Any] = dict(event.body)
    if schema is None or event.at_ms > LATEST_MS or any(_too_large(value) for value in content.values()):
        return None
    try:
        return schema.model_validate(content)
    except ValidationError:
        return None


_LARGEST: Final = 2**53


def _too_large(value: object) -> bool:
    return isinstance(value, int) and abs(value) > _LARGEST
