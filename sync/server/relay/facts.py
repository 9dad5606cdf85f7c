"""Acts of staff at the relay: checked, kept, spread to every terminal, and written into the relay's own journal."""

from dataclasses import dataclass
from typing import cast

from sync.server.relay.ledger import Ledger
from tickets.staff import StaffFact


@dataclass(frozen=True, slots=True)
class AnotherOfThisId:
    """A fact of this id is held already, and it says something else."""


def keep_fact(ledger: Ledger, fact: StaffFact, signed: bytes) -> int | AnotherOfThisId:
    """Keep a fact that was checked, and answer its position; the same fact again has the position that it had."""
    known = ledger.connection.execute(
        "SELECT bytes, position FROM facts WHERE fact_id = ?", (fact.fact_id.hex,)
    ).fetchone()
    if known is not None:
        return cast(int, known[1]) if known[0] == signed else AnotherOfThisId()
    with ledger.writing("fact") as connection:
        position = ledger.next_position()
        at_ms = int(fact.at.timestamp() * 1000)
        connection.execute(
            "INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, 0)",
            (fact.fact_id.hex, signed, str(fact.act), fact.device, at_ms, position),
        )
    return position


def unwritten_facts(ledger: Ledger, most: int) -> list[tuple[str, bytes]]:
    """Facts that are not in the relay's journal yet, in the order in which they came: id and bytes."""
    rows = ledger.connection.execute(
        "SELECT fact_id, bytes FROM facts WHERE journaled = 0 ORDER BY position LIMIT ?", (most,)
    ).fetchall()
    return cast("list[tuple[str, bytes]]", rows)


def written(ledger: Ledger, fact_id: str) -> None:
    """Remember, in the open transaction, that this fact is in the relay's journal."""
    ledger.connection.execute("UPDATE facts SET journaled = 1 WHERE fact_id = ?", (fact_id,))


def count_facts(ledger: Ledger) -> int:
    """How many facts are held."""
    return cast(int, ledger.connection.execute("SELECT count(*) FROM facts").fetchone()[0])
