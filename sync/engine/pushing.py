"""Sending a journal's events: from the last one that is signed for, in order, until there are no more.

The same way to the centre, which keeps them, and to a relay, which holds them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from sync.journal.reader import Epoch, JournalReader, StoredEvent
from sync.line.faults import Refused
from sync.points import Point, Probe
from sync.wire.push import MAX_BATCH_BYTES, MAX_BATCH_EVENTS, Head, PushAnswer, PushBatch
from sync.wire.types import PROTOCOL
from tickets.errors import PeerError
from tickets.events import head_message, receipt_message
from tickets.keys import PublicKey, SigningKey

_CONFLICT = 409


class Line(Protocol):
    """The way to whoever takes the events."""

    @property
    def key(self) -> SigningKey:
        """The device's key: it signs the heads of its journals."""
        ...

    def push(self, batch: PushBatch) -> PushAnswer:
        """Send consecutive events. Raises LineDown, Refused, PeerError."""
        ...


class Receipts(Protocol):
    """Where it is written down how far the other side has signed for a journal."""

    def kept_through(self, epoch: UUID) -> int:
        """Up to which sequence number it has, 0 when nothing is known; nothing from there back is sent."""
        ...

    def acknowledge(self, epoch: UUID, kept_through: int, receipt: bytes) -> None:
        """Write a receipt down; an older one never replaces a newer one."""
        ...


class Forked(PeerError):
    """The other side knows another branch of this journal: a copied or restored disk. Both are kept as evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What one round of sending did. `refused` are events that were kept but could not be used."""

    sent: int
    refused: tuple[str, ...]


class Pusher:
    """Sends the events of one journal and keeps the receipts."""

    def __init__(
        self,
        line: Line,
        receipts: Receipts,
        journal: JournalReader,
        receipt_keys: Callable[[], tuple[PublicKey, ...]],
        probe: Probe,
        *,
        peer: str = "centre",
        between: Callable[[], None] = lambda: None,
        most: int = MAX_BATCH_EVENTS,
    ) -> None:
        """`peer` is what people call the other side; `between` is called after each batch: nothing waits for all.

        `most` is how many events go in one batch.
        """
        self._most = most
        self._line = line
        self._receipts = receipts
        self._journal = journal
        self._receipt_keys = receipt_keys
        self._probe = probe
        self._peer = peer
        self._between = between
        self._forked: UUID | None = None
        self._doubted = False

    @property
    def forked(self) -> bool:
        """Whether the other side has refused this journal's present epoch as a second branch."""
        epoch = self._journal.epoch() if self._forked is not None else None
        return epoch is not None and epoch.epoch == self._forked

    def queued(self) -> int:
        """Events that the other side has not signed for."""
        epoch = self._journal.epoch()
        return 0 if epoch is None else max(0, self._journal.head()[0] - self._settled_through(epoch))

    def doubt(self) -> None:
        """The other side may have been put back to an older state: the next push begins with the last event that it
        signed for. Who has it still answers as before; who has not says where to go on."""
        self._doubted = True

    def push(self) -> Pushed:
        """Send until nothing is left. Raises LineDown, Refused, PeerError, Forked; what was acknowledged stays so."""
        epoch = self._journal.epoch()
        if epoch is None or self.forked:
            return Pushed(sent=0, refused=())
        try:
            return self._send_all(epoch)
        except Forked:
            self._forked = epoch.epoch
            raise

    def _settled_through(self, epoch: Epoch) -> int:
        """Up to where nothing is to be sent: signed for, or dropped, which only what was signed for is. Where the
        receipts are written down may have been lost since.
        """
        return max(self._receipts.kept_through(epoch.epoch), self._journal.dropped_through())

    def _send_all(self, epoch: Epoch) -> Pushed:
        after = self._settled_through(epoch)
        if self._doubted and self._may_offer_again(after):
            after -= 1
        sent, rewound = 0, False
        refused: list[str] = []
        unproved: PeerError | None = None
        while events := self._next(after):
            try:
                answer = self._send(epoch, after, events)
            except Refused as no:
                if no.status != _CONFLICT:
                    raise
                if no.expected_seq is None or rewound or not 0 < no.expected_seq <= after:
                    raise Forked(no.what, no.hint) from no
                # the other side was put back to an older state: what it signed for is still here, send it again
                after, rewound = no.expected_seq - 1, True
                continue
            last = events[-1].seq
            try:
                self._keep_receipt(epoch, answer)
            except PeerError as fault:
                if answer.kept_through <= last:
                    raise
                unproved = fault  # perhaps another branch is kept there: the batch that parts from it shall show that
                after = last
            else:
                unproved = None
                after = max(answer.kept_through, last)
            sent += len(events)
            refused += [f"{r.seq} {r.result}: {r.why}" for r in answer.results if r.result in ("poisoned", "conflict")]
            self._between()
        if unproved is not None:
            raise unproved
        self._doubted = False
        return Pushed(sent=sent, refused=tuple(refused))

    def _may_offer_again(self, seq: int) -> bool:
        """Whether this event, and the chain's hash before it, are still in the journal."""
        first = self._journal.events(seq - 1, 1) if seq else []
        return bool(first) and first[0].seq == seq and self._journal.hash_at(seq - 1) is not None

    def _next(self, after: int) -> list[StoredEvent]:
        size = 0
        batch: list[StoredEvent] = []
        for event in self._journal.events(after, self._most):
            size += len(event.data)
            if batch and size > MAX_BATCH_BYTES:
                break
            batch.append(event)
        return batch

    def _send(self, epoch: Epoch, after: int, events: list[StoredEvent]) -> PushAnswer:
        previous = self._journal.hash_at(after)
        if previous is None or events[0].seq != after + 1:
            raise Forked(
                f"Events that the {self._peer} asks for are no longer in the journal",
                f"Enrol this machine again; the {self._peer} keeps what it has.",
            )
        last = events[-1]
        batch = PushBatch(
            protocol=PROTOCOL,
            epoch=epoch.epoch.hex,
            prefix=epoch.prefix,
            first_seq=events[0].seq,
            previous=previous,
            events=tuple(event.data for event in events),
            head=Head(
                seq=last.seq,
                hash=last.hash,
                signature=self._line.key.sign(head_message(epoch.epoch, last.seq, last.hash)),
            ),
        )
        self._probe(Point.SYNC_PUSH_BEFORE)
        answer = self._line.push(batch)
        self._probe(Point.SYNC_PUSH_AFTER)
        if [result.seq for result in answer.results] != [event.seq for event in events]:
            raise PeerError(f"The {self._peer}'s answer is not about the events sent", "It is tried again; report it.")
        return answer

    def _keep_receipt(self, epoch: Epoch, answer: PushAnswer) -> None:
        keep_receipt(
            self._journal,
            self._receipts,
            self._receipt_keys(),
            epoch.epoch,
            answer.kept_through,
            answer.receipt,
            peer=self._peer,
        )


def keep_receipt(
    journal: JournalReader,
    receipts: Receipts,
    keys: Sequence[PublicKey],
    epoch: UUID,
    kept_through: int,
    receipt: bytes,
    *,
    peer: str,
) -> None:
    """Believe in `kept_through` only with the other side's signature over our own chain at that place.

    One about what was dropped since says nothing new. Raises PeerError for a receipt of nobody in `keys`, Forked when
    it is about events that this journal does not have.
    """
    if kept_through <= receipts.kept_through(epoch):
        return
    digest = journal.hash_at(kept_through)
    if digest is None and kept_through < journal.dropped_through():
        return
    if digest is None:
        raise Forked(
            f"The {peer} has events of this journal that are not in it: it was put back to an older state",
            f"Enrol this machine again; the {peer} keeps what it has.",
        )
    message = receipt_message(epoch, kept_through, digest)
    if not any(key.verify(receipt, message) for key in keys):
        raise PeerError(
            f"The {peer}'s receipt is not signed by a key that may sign receipts",
            f"Nothing is lost: the events stay here. Check the {peer}'s keys and this machine's trust list.",
        )
    receipts.acknowledge(epoch, kept_through, receipt)
