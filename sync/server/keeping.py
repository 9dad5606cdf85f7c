"""Taking in a batch of a journal: the new is kept, the known is answered as before, what contradicts is evidence.

The chain decides. An event's place is its sequence number and the hash of all before it; a batch that repeats kept
events has no effect at all, for ever. An event that cannot be read is kept with its bytes, moves the chain on and
blocks nothing. When a device tells another story of an epoch (its disk was copied or put back), the story that was
here first stays and may go on; the other is kept as evidence and its teller must begin a new epoch.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import Connection, Row, and_, bindparam, case, select, update

from sync.encoding import to_text
from sync.server.changes import Changes
from sync.server.devices import Device
from sync.server.effects import Effects, read_body
from sync.server.incidents import IncidentKind
from sync.server.rows import ByKeys, insert_rows
from sync.server.schema import epochs, events, evidence
from sync.server.staff_acts import StaffActs
from sync.wire.push import PushBatch
from tickets.errors import Malformed
from tickets.events import GENESIS, Event, chain, from_bytes

Result = Literal["kept", "poisoned", "conflict"]

_THE_EPOCH: Final = (epochs.c.station_id == bindparam("station"), epochs.c.epoch == bindparam("of_epoch"))
_EPOCH: Final = select(epochs).where(*_THE_EPOCH)
_FORKED: Final = update(epochs).where(*_THE_EPOCH).values(forked=1)
_GOES_ON: Final = update(epochs).where(*_THE_EPOCH).values(kept_through=bindparam("through"), head=bindparam("end"))
_IN_EPOCH: Final = (events.c.station_id == bindparam("station"), events.c.epoch == bindparam("of_epoch"))
_HASH: Final = select(events.c.hash).where(*_IN_EPOCH, events.c.seq == bindparam("seq"))
_KNOWN: Final = (
    select(events.c.seq, events.c.hash, events.c.result, events.c.why)
    .where(*_IN_EPOCH, events.c.seq.between(bindparam("first"), bindparam("last")))
    .order_by(events.c.seq)
)
_USED: Final = ByKeys(
    events.c.event_id,
    lambda among: select(events.c.event_id, events.c.device).where(events.c.station_id == bindparam("station"), among),
)
_EVIDENCE: Final = select(evidence.c.seq).where(
    evidence.c.station_id == bindparam("station"), evidence.c.digest == bindparam("digest")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventResult:
    """What became of one event."""

    seq: int
    result: Result
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """All of the batch is kept; `head` is the chain's hash at `kept_through`, the last event kept of this epoch.

    `sold`, `returned` and `undone`: departures (service date, trip) of which places were set aside, given back, and of
    which tickets were taken back.
    """

    results: tuple[EventResult, ...]
    kept_through: int
    head: bytes
    sold: frozenset[tuple[str, str]] = frozenset()
    returned: frozenset[tuple[str, str]] = frozenset()
    undone: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Events before this batch are missing; the centre goes on at `expected_seq`."""

    expected_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forked:
    """The batch contradicts what is kept from `seq` on; it is evidence now."""

    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotYours:
    """The epoch is another device's."""


def chained(batch: PushBatch) -> list[bytes]:
    """The chain's hash after each event of the batch."""
    hashes, last = [], batch.previous
    for data in batch.events:
        last = chain(last, data)
        hashes.append(last)
    return hashes


def keep(
    connection: Connection, changes: Changes, device: Device, batch: PushBatch, staff: StaffActs, now_ms: int
) -> Kept | Gap | Forked | NotYours:
    """Take in a batch whose head `device` has signed, in the caller's transaction; `staff` judges their acts in it."""
    here = {"station": device.station, "of_epoch": batch.epoch}
    epoch = connection.execute(_EPOCH, here).one_or_none()
    if epoch is not None and epoch.device != device.device:
        return NotYours()
    through, head = (0, GENESIS) if epoch is None else (int(epoch.kept_through), bytes(epoch.head))
    if batch.first_seq > through + 1:
        return Gap(expected_seq=through + 1)
    hashes = chained(batch)
    effects = Effects(connection, changes, device, staff, now_ms)
    known = _known(connection, device.station, batch, through)
    if (seq := _differs_from(connection, device.station, batch, hashes, known, through, head)) is not None:
        _keep_evidence(connection, "fork", device, batch, hashes, range(seq, batch.first_seq + len(hashes)), now_ms)
        if epoch is not None:
            connection.execute(_FORKED, here)
        effects.report(IncidentKind.FORKED_JOURNAL, batch.epoch, first=seq)
        return Forked(seq=seq)
    results = [EventResult(seq=row.seq, result=row.result, why=row.why) for row in known]
    new = range(through + 1, batch.first_seq + len(hashes))
    if new:
        results += _keep_new(connection, effects, device, batch, hashes, new, now_ms)
        through, head = new[-1], hashes[-1]
        if epoch is None:
            row = {"station_id": device.station, "epoch": batch.epoch, "device": device.device}
            insert_rows(connection, epochs, [{**row, "kept_through": through, "head": head, "forked": 0}])
        else:
            connection.execute(_GOES_ON, {**here, "through": through, "end": head})
    return Kept(
        results=tuple(results),
        kept_through=through,
        head=head,
        sold=frozenset(effects.sold),
        returned=frozenset(effects.returned),
        undone=frozenset(effects.undone),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSoFar:
    """How far a journal is kept, the chain's hash there, and the one at the event that was asked about, if kept."""

    epoch: str
    through: int
    head: bytes
    asked: bytes | None


def kept_so_far(connection: Connection, station: int, journals: Mapping[str, int]) -> list[KeptSoFar]:
    """What is kept of these journals: epochs, each with an event that is asked about. Unknown ones are left out."""
    if not journals:
        return []
    rows = connection.execute(
        select(epochs.c.epoch, epochs.c.kept_through, epochs.c.head, events.c.hash)
        .select_from(
            epochs.outerjoin(
                events,
                and_(
                    events.c.station_id == epochs.c.station_id,
                    events.c.epoch == epochs.c.epoch,
                    events.c.seq == case(journals, value=epochs.c.epoch, else_=0),
                ),
            )
        )
        .where(epochs.c.station_id == station, epochs.c.epoch.in_(list(journals)), epochs.c.kept_through > 0)
        .order_by(epochs.c.epoch)
    )
    return [
        KeptSoFar(
            epoch=row.epoch,
            through=row.kept_through,
            head=bytes(row.head),
            asked=None if row.hash is None else bytes(row.hash),
        )
        for row in rows
    ]


_Known = Sequence[Row[Any, Any, Any, Any]]


def _known(connection: Connection, station: int, batch: PushBatch, through: int) -> _Known:
    """What is kept of the events of a batch."""
    last = min(through, batch.first_seq + len(batch.events) - 1)
    if last < batch.first_seq:
        return ()
    there = {"station": station, "of_epoch": batch.epoch, "first": batch.first_seq, "last": last}
    return connection.execute(_KNOWN, there).all()


def _differs_from(
    connection: Connection,
    station: int,
    batch: PushBatch,
    hashes: Sequence[bytes],
    known: _Known,
    through: int,
    head: bytes,
) -> int | None:
    """The first sequence number of the batch at which it tells another story than what is kept, or None."""
    before = batch.first_seq - 1
    if before == 0:
        kept_before = GENESIS
    elif before == through:
        kept_before = head
    else:
        there = {"station": station, "of_epoch": batch.epoch, "seq": before}
        kept_before = connection.execute(_HASH, there).scalar_one()
    if kept_before != batch.previous:
        return batch.first_seq
    for row in known:
        if row.hash != hashes[row.seq - batch.first_seq]:
            return int(row.seq)
    return None


def _keep_new(
    connection: Connection,
    effects: Effects,
    device: Device,
    batch: PushBatch,
    hashes: Sequence[bytes],
    new: range,
    now_ms: int,
) -> list[EventResult]:
    read = {seq: _read(batch.events[seq - batch.first_seq], batch.epoch, seq) for seq in new}
    readable = [event for event in read.values() if isinstance(event, Event)]
    used = _used_ids(connection, device.station, readable)
    effects.expect(readable)
    rows, results = [], []
    for seq, event in read.items():
        data = batch.events[seq - batch.first_seq]
        result: Result = "kept"
        why: str | None = None
        if isinstance(event, str):
            result, why = "poisoned", event
        elif used.get(event.event_id.hex) == device.device:
            result, why = "conflict", "another event has this id"
        else:
            said = read_body(event)
            why = said if isinstance(said, str) or said is None else effects.apply(event, said)
            result = "kept" if why is None else "poisoned"
        taken = None if isinstance(event, str) else used.get(event.event_id.hex)
        if taken not in (None, device.device):  # whoever has this id takes nothing from what this device did
            effects.report(IncidentKind.EVENT_CONFLICT, f"{batch.epoch}/{seq}")
        if not isinstance(event, str):
            used.setdefault(event.event_id.hex, device.device)
        if result == "conflict":
            _keep_evidence(connection, "conflict", device, batch, hashes, range(seq, seq + 1), now_ms)
            effects.report(IncidentKind.EVENT_CONFLICT, f"{batch.epoch}/{seq}")
        elif result == "poisoned":
            effects.report(IncidentKind.POISONED_EVENT, f"{batch.epoch}/{seq}", why=why)
        rows.append(
            {
                "station_id": device.station,
                "epoch": batch.epoch,
                "seq": seq,
                "event_id": event.event_id.hex if isinstance(event, Event) and taken is None else None,
                "device": device.device,
                "kind": event.kind[:64] if isinstance(event, Event) else None,
                "at_ms": min(event.at_ms, _FURTHEST) if isinstance(event, Event) else None,
                "bytes": data,
                "hash": hashes[seq - batch.first_seq],
                "result": result,
                "why": why,
                "received_ms": now_ms,
            }
        )
        results.append(EventResult(seq=seq, result=result, why=why))
    effects.save()
    insert_rows(connection, events, rows)
    return results


_FURTHEST: Final = 2**53


def _read(data: bytes, epoch: str, seq: int) -> Event | str:
    """The event, or what is wrong with its bytes."""
    try:
        event = from_bytes(data)
    except Malformed as error:
        return str(error)
    if event.epoch != UUID(epoch) or event.seq != seq:
        return "it names another epoch or sequence number than its place in the journal"
    return event


def _used_ids(connection: Connection, station: int, read: Sequence[Event]) -> dict[str, str]:
    """Which of these events' ids kept events have already, and whose these are."""
    ids = [event.event_id.hex for event in read]
    used: dict[str, str] = {}
    for found in _USED.each(connection, ids, station=station):
        used.update((row.event_id, row.device) for row in found)
    return used


def _keep_evidence(
    connection: Connection,
    kind: Literal["fork", "conflict"],
    device: Device,
    batch: PushBatch,
    hashes: Sequence[bytes],
    seqs: range,
    now_ms: int,
) -> None:
    """Keep events that contradict others, with the head that the device signed; a repetition adds nothing."""
    head = {"seq": batch.head.seq, "hash": to_text(batch.head.hash), "signature": to_text(batch.head.signature)}
    for seq in seqs:
        data, hash_ = batch.events[seq - batch.first_seq], hashes[seq - batch.first_seq]
        digest = hashlib.sha256(f"{kind} {batch.epoch} {seq} ".encode("ascii") + hash_).digest()
        row = {
            "station_id": device.station,
            "digest": digest,
            "kind": kind,
            "device": device.device,
            "epoch": batch.epoch,
            "seq": seq,
            "bytes": data,
            "hash": hash_,
            "head": json.dumps(head),
            "received_ms": now_ms,
        }
        known = connection.execute(_EVIDENCE, {"station": device.station, "digest": digest}).one_or_none()
        if known is None:
            insert_rows(connection, evidence, [row])
