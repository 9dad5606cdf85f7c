"""Batches that contradict a journal as it is held: evidence of a copied or restored disk, kept whole for the centre."""

from hashlib import sha256
from typing import Final, cast

from sync.server.relay.ledger import Ledger
from sync.wire.push import PushBatch

MOST_OF_ONE: Final = 20
"""Batches kept of one journal: the first prove the fork, and a copy that sends for ever must not fill the disk."""


def keep_fork(ledger: Ledger, device: str, batch: PushBatch, now_ms: int) -> None:
    """Keep a batch that `device` has signed, in a commit of its own; the same again adds nothing."""
    text = batch.model_dump_json()
    digest = sha256(text.encode("utf-8")).hexdigest()
    known = ledger.connection.execute(
        "SELECT count(*), max(digest = ?) FROM forks WHERE epoch = ?", (digest, batch.epoch)
    )
    count, same = cast("tuple[int, int | None]", known.fetchone())
    if same or count >= MOST_OF_ONE:
        return
    with ledger.writing("fork") as connection:
        connection.execute(
            "INSERT INTO forks VALUES (?, ?, ?, ?, ?, ?)", (digest, batch.epoch, device, batch.first_seq, text, now_ms)
        )


def count_forks(ledger: Ledger) -> int:
    """How many journals there are of which two stories were told."""
    return cast(int, ledger.connection.execute("SELECT count(DISTINCT epoch) FROM forks").fetchone()[0])
