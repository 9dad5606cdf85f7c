"""Handing on to the centre what the relay holds: the journals of devices that the centre has not heard itself.

It runs in the sync process of the relay's terminal, beside what keeps that terminal itself in step: the relay answers
claims and never waits for the centre. A device that reaches the centre is left the time to send by itself; then the
centre is asked how far it has each journal, and only what is missing is sent. Receipts go into the cache, where the
relay finds them for its devices (`handed_on`).
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Protocol
from uuid import UUID

from sync.points import Point, Probe, no_probe
from sync.server.relay.handed_on import HandedOn
from sync.server.relay.held_reader import HeldFork, HeldJournal, HeldReader
from sync.wire.push import MAX_BATCH_BYTES, PushAnswer, PushBatch
from sync.wire.relay_up import (
    MAX_ASKED,
    MAX_FORWARDED,
    AskedJournal,
    ForwardAnswer,
    ForwardedBatch,
    ForwardedResult,
    ForwardRequest,
    KeptJournal,
)
from tickets.errors import PeerError
from tickets.events import receipt_message
from tickets.keys import PublicKey

_log = logging.getLogger("waystation.relay")

AFTER_S: Final = 5.0
"""How long a device that reaches the centre is left to send by itself."""
LOOK_S: Final = 0.5
"""How often it is looked for something to hand on."""
_LATER_S: Final = 60.0
"""When what the centre would not take is tried again."""
_OK: Final = 200
_CONFLICT: Final = 409


class Line(Protocol):
    """The way to the centre (`sync.line.client.CentreClient`)."""

    def forward(self, request: ForwardRequest) -> ForwardAnswer:
        """Hand batches on, and ask after journals. Raises LineDown, Refused, PeerError."""
        ...


class Forwarder:
    """Hands on, one request at a time. Belongs to one thread."""

    def __init__(
        self,
        line: Line,
        held: HeldReader,
        handed_on: HandedOn,
        receipt_keys: Callable[[], tuple[PublicKey, ...]],
        boot: Callable[[], float],
        *,
        after_seconds: float = AFTER_S,
        probe: Probe = no_probe,
    ) -> None:
        """`boot` is a clock in seconds that never goes back; `receipt_keys` answers whose receipts are believed."""
        self._line = line
        self._held = held
        self._handed_on = handed_on
        self._receipt_keys = receipt_keys
        self._boot = boot
        self._after_seconds = after_seconds
        self._probe = probe
        self._due: dict[str, float] = {}
        self._asked: set[str] = set()
        self._reached: dict[str, int] = {}
        self._refused: dict[str, str] = {}
        self._evidence_due = 0.0
        self._seen: object = None

    def step(self) -> float:
        """Make one request if one is due; answers in how many seconds to look again.

        Raises LineDown, Refused and PeerError when it failed: what was answered before stays so.
        """
        now = self._boot()
        mark = self._held.written()
        if mark == self._seen and not self._due and self._evidence_due == 0.0:
            return LOOK_S
        journals = {each.epoch: each for each in self._held.journals()}
        waiting = [each for each in journals.values() if self._is_waiting(each)]
        self._note(waiting, now)
        due = [each for each in waiting if self._due[each.epoch] <= now]
        asked = [each for each in due if each.epoch not in self._asked][:MAX_ASKED]
        sent = self._batches([each for each in due if each.epoch in self._asked], now)
        evidence = self._evidence(journals) if not (sent or asked) and self._evidence_due <= now else []
        if not (sent or asked or evidence):
            self._seen = mark
            return LOOK_S
        brought = [ForwardedBatch(device=each.device, batch=batch) for each, batch in sent]
        brought += [ForwardedBatch(device=each.device, batch=each.batch) for each in evidence]
        self._probe(Point.RELAY_FORWARD_BEFORE)
        answer = self._line.forward(ForwardRequest(batches=tuple(brought), ask=tuple(map(self._asking, asked))))
        self._probe(Point.RELAY_FORWARD_AFTER)
        self._check(answer, brought)
        for (journal, batch), result in zip(sent, answer.results, strict=False):
            self._sent(journal, batch, result, now)
        for fork, result in zip(evidence, answer.results[len(sent) :], strict=True):
            self._showed(fork, result, now)
        for kept in answer.kept:
            if kept.epoch in journals:
                self._told(journals[kept.epoch], kept)
        self._asked.update(each.epoch for each in asked)
        return 0.0

    def left(self) -> int:
        """Events that are held here and that the centre has not signed for."""
        waiting = (each for each in self._held.journals() if self._is_waiting(each))
        return sum(each.through - self._through(each) for each in waiting)

    def close(self) -> None:
        """Let the relay's file go."""
        self._held.close()

    # ------------------------------------------------------------------ what is to be sent

    def _is_waiting(self, journal: HeldJournal) -> bool:
        return journal.epoch not in self._handed_on.refusals.forked and self._through(journal) < journal.through

    def _through(self, journal: HeldJournal) -> int:
        """Up to which event nothing needs to be sent."""
        reached = self._reached.get(journal.epoch)
        return self._handed_on.kept_through(journal.epoch) if reached is None else reached

    def _note(self, waiting: list[HeldJournal], now: float) -> None:
        """Remember since when each journal waits, and forget those that do no more."""
        epochs = {each.epoch for each in waiting}
        self._due = {epoch: at for epoch, at in self._due.items() if epoch in epochs}
        self._asked &= epochs
        for epoch in epochs:
            self._due.setdefault(epoch, now + self._after_seconds)

    def _batches(self, journals: list[HeldJournal], now: float) -> list[tuple[HeldJournal, PushBatch]]:
        """The next batch of each journal, until there is enough for one request."""
        found: list[tuple[HeldJournal, PushBatch]] = []
        size = 0
        for journal in journals:
            batch = self._held.batch(journal, max(self._through(journal), journal.first - 1))
            if batch is None:  # its head is not signed yet, or the relay has changed its file just now
                self._later(journal.epoch, now + self._after_seconds)
                continue
            found.append((journal, batch))
            size += sum(map(len, batch.events))
            if size >= MAX_BATCH_BYTES or len(found) == MAX_FORWARDED:
                break
        return found

    def _evidence(self, journals: dict[str, HeldJournal]) -> list[HeldFork]:
        """Forks that the centre has not seen, once it has the journal that they contradict."""
        told = self._handed_on.refusals.told
        new = (fork for fork in self._held.forks() if fork.digest not in told)
        return [fork for fork in new if not self._is_before(fork, journals.get(fork.batch.epoch))][:1]

    def _is_before(self, fork: HeldFork, journal: HeldJournal | None) -> bool:
        if journal is None or journal.epoch in self._handed_on.refusals.forked:
            return False
        return self._through(journal) < min(fork.batch.first_seq, journal.through)

    # ------------------------------------------------------------------ what is answered

    def _check(self, answer: ForwardAnswer, brought: list[ForwardedBatch]) -> None:
        if len(answer.results) != len(brought):
            raise PeerError("The centre's answer is not about the batches sent", "It is tried again; report it.")

    def _sent(self, journal: HeldJournal, batch: PushBatch, result: ForwardedResult, now: float) -> None:
        error = result.error
        if result.status == _OK and result.answer is not None:
            self._took(journal, batch, result.answer)
        elif result.status == _CONFLICT and error is not None and error.expected_seq is not None:
            self._go_back(journal, batch, error.expected_seq, now)
        elif result.status == _CONFLICT:
            _log.error("forward.forked", extra={"device": journal.device})
            self._handed_on.forked(journal.epoch)
        else:
            what = "no reason" if error is None else error.what
            if self._refused.get(journal.epoch) != what:
                self._refused[journal.epoch] = what
                _log.error("forward.refused", extra={"device": journal.device, "what": what})
            self._later(journal.epoch, now + _LATER_S)

    def _took(self, journal: HeldJournal, batch: PushBatch, answer: PushAnswer) -> None:
        for each in answer.results:
            if each.result in ("poisoned", "conflict"):
                _log.error("forward.event_not_usable", extra={"device": journal.device, "what": each.result})
        self._reached[journal.epoch] = batch.head.seq
        self._kept(journal, answer.kept_through, answer.receipt)

    def _told(self, journal: HeldJournal, kept: KeptJournal) -> None:
        """How far the centre is. Where it does not agree, it shall say so of the batch that shows it."""
        if kept.agrees is False:
            self._reached[journal.epoch] = max(0, journal.first - 1)
        elif kept.agrees:
            self._reached[journal.epoch] = journal.through
        with suppress(PeerError):  # another story, or a receipt by nobody: what is sent next tells which
            self._kept(journal, kept.kept_through, kept.receipt)

    def _asking(self, journal: HeldJournal) -> AskedJournal:
        return AskedJournal(epoch=journal.epoch, seq=journal.through, hash=journal.head)

    def _kept(self, journal: HeldJournal, through: int, receipt: bytes) -> None:
        """Keep a receipt that is signed over the chain as it is held; one from beyond that is the device's to check."""
        digest = self._held.hash_at(journal.epoch, through)
        if digest is None:
            return
        message = receipt_message(UUID(journal.epoch), through, digest)
        if not any(key.verify(receipt, message) for key in self._receipt_keys()):
            raise PeerError(
                "The centre's receipt is not signed by a key that may sign receipts",
                "Nothing is lost: the events stay here. Check the centre's keys and this machine's trust list.",
            )
        self._handed_on.kept(journal.epoch, through, receipt)
        if self._reached.get(journal.epoch, 0) <= through >= self._handed_on.kept_through(journal.epoch):
            self._reached.pop(journal.epoch, None)

    def _go_back(self, journal: HeldJournal, batch: PushBatch, expected: int, now: float) -> None:
        """The centre lacks what came before: it was put back to an older state, or the relay heard only the end."""
        if journal.first <= expected < batch.first_seq:
            self._reached[journal.epoch] = expected - 1
            return
        _log.warning("forward.gap", extra={"device": journal.device})
        self._later(journal.epoch, now + _LATER_S)

    def _showed(self, fork: HeldFork, result: ForwardedResult, now: float) -> None:
        error = result.error
        if result.status == _CONFLICT and error is not None and error.expected_seq is not None:
            self._evidence_due = now + _LATER_S  # it lacks what this contradicts: put back to an older state
            return
        self._evidence_due = 0.0
        _log.warning("forward.evidence", extra={"device": fork.device, "state": str(result.status)})
        self._handed_on.told(fork.digest)

    def _later(self, epoch: str, at: float) -> None:
        """Ask again how far the centre is, and go on from there."""
        self._due[epoch] = at
        self._asked.discard(epoch)
        self._reached.pop(epoch, None)
