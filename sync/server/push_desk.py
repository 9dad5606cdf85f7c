"""Where journals come in: each batch is checked against its signed head, kept, and answered with a receipt."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from sync.server.changes import Changes
from sync.server.devices import Device
from sync.server.house import House
from sync.server.keeping import Forked, Gap, Kept, NotYours, chained, keep, kept_so_far
from sync.server.places.coaches import Coaches
from sync.server.places.giving import Giving
from sync.server.refusing import Refusal
from sync.server.staff_acts import StaffActs
from sync.wire.push import PushAnswer, PushBatch, PushResult
from sync.wire.relay_up import AskedJournal, KeptJournal
from tickets.events import head_message, receipt_message
from tickets.staff import StaffFact
from tickets.trust import KeyUse

_log = logging.getLogger("waystation.centre")


class PushDesk:
    """Answers `POST /v1/sync/push` and what relays ask of receipts. Safe to use from several threads."""

    def __init__(self, house: House) -> None:
        """The desk of an open centre."""
        self._house = house

    def push(self, device: Device, batch: PushBatch) -> PushAnswer | Refusal:
        """Keep a batch of `device`'s journal (see `keeping`); the same batch gets the same answer for ever."""
        house, epoch, hashes = self._house, UUID(batch.epoch), chained(batch)
        if refused := _refused(device, batch, epoch, hashes[-1]):
            return refused

        def take_in(connection: Connection, changes: Changes) -> Kept | Gap | Forked | NotYours:
            now = house.now()
            staff = StaffActs(connection, changes, device.station, lambda: house.trust.newest(connection), now)
            kept = keep(connection, changes, device, batch, staff, int(now.timestamp() * 1000))
            if isinstance(kept, Kept) and (kept.sold or kept.returned or kept.undone or staff.taken):
                self._places_after(connection, changes, device, kept, staff.taken)
            return kept

        kept = house.transact("push", device.station, take_in)
        match kept:
            case Kept():
                results = tuple(PushResult(seq=each.seq, result=each.result, why=each.why) for each in kept.results)
                message = receipt_message(epoch, kept.kept_through, kept.head)
                receipt = house.signing(KeyUse.RECEIPT).sign(message)
                return PushAnswer(results=results, kept_through=kept.kept_through, receipt=receipt)
            case Gap():
                return Refusal(
                    status=409,
                    what="events before this batch are missing here",
                    hint=f"push again from event {kept.expected_seq}",
                    expected_seq=kept.expected_seq,
                )
            case Forked():
                _log.warning("journal.forked device=%s seq=%d", device.device, kept.seq)
                return Refusal(
                    status=409,
                    what="forked",
                    hint="keep this journal as evidence and begin a new epoch; tell the centre",
                )
            case NotYours():
                return Refusal(
                    status=403, what="this epoch is another device's", hint="begin a new epoch; tell the centre"
                )

    def receipts(self, station: int, asked: Sequence[AskedJournal]) -> list[KeptJournal]:
        """How far these journals of a station are kept, each with a receipt; those that are not known are left out."""
        with self._house.read() as connection:
            found = kept_so_far(connection, station, {each.epoch: each.seq for each in asked})
        key, hashes = self._house.signing(KeyUse.RECEIPT), {each.epoch: each.hash for each in asked}
        return [
            KeptJournal(
                epoch=each.epoch,
                kept_through=each.through,
                receipt=key.sign(receipt_message(UUID(each.epoch), each.through, each.head)),
                agrees=None if each.asked is None else each.asked == hashes[each.epoch],
            )
            for each in found
        ]

    def _places_after(
        self, connection: Connection, changes: Changes, device: Device, kept: Kept, facts: Sequence[StaffFact]
    ) -> None:
        """What a push means for places: sales, returns, tickets taken back, and acts of staff."""
        policy, now_ms = self._house.policy, self._house.now_ms()
        Giving(connection, changes, device.station, policy, now_ms).after_push(device, kept.sold, kept.returned)
        coaches = Coaches(connection, changes, device.station, policy, now_ms)
        coaches.obey(facts)
        coaches.put_right({*kept.sold, *kept.returned, *kept.undone})


def _refused(device: Device, batch: PushBatch, epoch: UUID, head: bytes) -> Refusal | None:
    """Why this batch is not looked at: its head is not its own, or not this device's."""
    last = batch.first_seq + len(batch.events) - 1
    if (batch.head.seq, batch.head.hash) != (last, head):
        return Refusal(
            status=400,
            what="the batch does not end at the head that was signed for it",
            hint="sign the chain's hash at the batch's last event",
        )
    if not device.writers().verify(batch.head.signature, head_message(epoch, last, head)):
        return Refusal(status=400, what="the head is not signed by this device", hint="sign it with the device's key")
    if batch.prefix != device.prefix:
        return Refusal(
            status=400, what="the batch names another prefix than the device's", hint="enrol the device anew"
        )
    return None
