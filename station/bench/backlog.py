"""Devices whose backlog drains into a relay, as a process: what their syncs and that of the relay's terminal would do.

Prints {"ready": true} when all is made, drains it at once, and prints how long that took.
"""

import json
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from uuid import UUID

from station.bench import imagined
from sync.cache.writer import CacheWriter
from sync.lan.relay_client import RelayClient
from sync.server.relay.forwarder import Forwarder
from sync.server.relay.handed_on import HandedOn
from sync.server.relay.held_reader import HeldReader
from sync.server.relay.ledger import RELAY_DB
from sync.wire.push import Head, PushAnswer, PushBatch, PushResult
from sync.wire.relay import USUAL_PUSH
from sync.wire.relay_up import ForwardAnswer, ForwardedResult, ForwardRequest
from tickets.events import GENESIS, Event, chain, head_message, receipt_message, to_bytes, uuid7
from tickets.keys import PublicKey, SigningKey

NAMES = tuple(f"backlog-{number}" for number in range(1, 9))
"""The devices: as many tills as a large station has."""
RECEIPTS = "receipts"
"""The centre's key that signs here."""


class QuickCentre:
    """A centre that keeps all that is handed on to it, and only signs for it."""

    def __init__(self) -> None:
        self.key: SigningKey = imagined.key(RECEIPTS)
        self.kept = 0

    def forward(self, request: ForwardRequest) -> ForwardAnswer:
        """Sign for every batch."""
        return ForwardAnswer(results=tuple(self._sign(each.batch) for each in request.batches))

    def _sign(self, batch: PushBatch) -> ForwardedResult:
        self.kept += len(batch.events)
        results = tuple(PushResult(seq=batch.first_seq + at, result="kept") for at in range(len(batch.events)))
        receipt = self.key.sign(receipt_message(UUID(batch.epoch), batch.head.seq, batch.head.hash))
        return ForwardedResult(
            status=200, answer=PushAnswer(results=results, kept_through=batch.head.seq, receipt=receipt)
        )


def batches(device: str, events: int) -> list[PushBatch]:
    """A journal of so many events, as its device sends it."""
    random = Random(device)  # noqa: S311  the same journal in every run
    epoch = UUID(bytes=random.randbytes(16))
    found: list[PushBatch] = []
    last, at_ms = GENESIS, int(imagined.NOW.timestamp() * 1000)
    for first in range(1, events + 1, USUAL_PUSH):
        before, part = last, []
        for seq in range(first, min(first + USUAL_PUSH, events + 1)):
            body: dict[str, object] = {
                "order": random.randbytes(16).hex(),
                "fen": 100,
                "method": "cash",
                "counter": seq,
            }
            data = to_bytes(
                Event(
                    event_id=uuid7(at_ms + seq, random.randbytes),
                    epoch=epoch,
                    seq=seq,
                    kind="money.taken",
                    at_ms=at_ms + seq,
                    quality="trusted",
                    body=body,
                )
            )
            part.append(data)
            last = chain(last, data)
        end = first + len(part) - 1
        head = Head(seq=end, hash=last, signature=imagined.key(device).sign(head_message(epoch, end, last)))
        found.append(
            PushBatch(epoch=epoch.hex, prefix=1, first_seq=first, previous=before, events=tuple(part), head=head)
        )
    return found


def _relay_keys() -> tuple[PublicKey, ...]:
    return (imagined.key("relay-1").public,)


def _drain(url: str, device: str, journal: Sequence[PushBatch]) -> None:
    relay = RelayClient(url, device, imagined.key(device), _relay_keys)
    epoch = relay.changes(0, "", 0).epoch
    for batch in journal:
        relay.push(batch, epoch)
    relay.close()


def main(url: str, directory: str, events: int) -> None:
    """Drain `events` of each device into the relay at `url`, and on from its `directory` to a centre."""
    journals = {name: batches(name, events) for name in NAMES}
    print(json.dumps({"ready": True}), flush=True)
    began = time.monotonic()
    draining = [threading.Thread(target=_drain, args=(url, *each)) for each in journals.items()]
    for thread in draining:
        thread.start()
    centre = QuickCentre()
    with CacheWriter(Path(directory) / "cache.db") as cache:
        held = HeldReader(Path(directory) / RELAY_DB)
        forwarder = Forwarder(
            centre, held, HandedOn(cache), lambda: (centre.key.public,), time.monotonic, after_seconds=0.0
        )
        pushed = 0.0
        while centre.kept < events * len(NAMES):
            time.sleep(min(forwarder.step(), 0.05))
            if not pushed and not any(thread.is_alive() for thread in draining):
                pushed = time.monotonic() - began
        forwarder.close()
    for thread in draining:
        thread.join()
    print(json.dumps({"held": pushed or time.monotonic() - began, "kept": time.monotonic() - began}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
