"""Tickets that were let through twice while gates were cut off: found here, reported in the relay's own journal."""

import json
from dataclasses import dataclass
from typing import cast

from sync.server.relay.ledger import Ledger
from sync.server.relay.use_rows import uses_of
from sync.server.relay.verdict import doubles


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """Attempts (32 hexadecimal digits each) that should not be there together; `use_no` is that of the latest."""

    number: str
    use_no: int
    attempts: tuple[str, ...]
    devices: tuple[str, ...]


def note_doubles(ledger: Ledger, number: str) -> None:
    """Note each double admission of a ticket, once, in the open transaction."""
    for group in doubles(uses_of(ledger.connection, number)):
        ledger.connection.execute(
            "INSERT INTO duplicates VALUES (?, ?, ?, ?, 0) ON CONFLICT DO NOTHING",
            (
                number,
                group[-1].use_no,
                json.dumps([use.attempt for use in group]),
                json.dumps([use.device for use in group]),
            ),
        )


def unreported(ledger: Ledger, most: int) -> list[Duplicate]:
    """Duplicates that are not in the relay's journal yet."""
    rows = ledger.connection.execute(
        "SELECT number, use_no, attempts, devices FROM duplicates WHERE journaled = 0 LIMIT ?", (most,)
    ).fetchall()
    return [
        Duplicate(
            number=number,
            use_no=use_no,
            attempts=tuple(json.loads(attempts)),
            devices=tuple(json.loads(devices)),
        )
        for number, use_no, attempts, devices in cast("list[tuple[str, int, str, str]]", rows)
    ]


def reported(ledger: Ledger, duplicate: Duplicate) -> None:
    """Remember, in the open transaction, that this one is in the relay's journal."""
    ledger.connection.execute(
        "UPDATE duplicates SET journaled = 1 WHERE number = ? AND use_no = ? AND attempts = ?",
        (duplicate.number, duplicate.use_no, json.dumps(list(duplicate.attempts))),
    )


def count_duplicates(ledger: Ledger) -> int:
    """How many there are."""
    return cast(int, ledger.connection.execute("SELECT count(*) FROM duplicates").fetchone()[0])
