"""The relay's own journal: acts of staff and double admissions, for the centre to read.

`relay.db` and `journal.db` are two files with two commits. What is in the first is written into the second before
it is ticked off, so it may come twice after a crash and is never lost; the centre takes each act of staff once by
its id, and a duplicate once by its ticket.
"""

from typing import Final

from sync.journal.journal import Journal
from sync.server.relay.duplicates import reported, unreported
from sync.server.relay.facts import unwritten_facts, written
from sync.server.relay.ledger import Ledger
from tickets.events import Kind

_AT_ONCE: Final = 50


def write_down(ledger: Ledger, journal: Journal) -> bool:
    """Write what is new into the journal, at most 50 of each; True when there may be more."""
    facts, duplicates = unwritten_facts(ledger, _AT_ONCE), unreported(ledger, _AT_ONCE)
    if not facts and not duplicates:
        return False
    with journal.transaction() as tx:
        for _, signed in facts:
            tx.append(Kind.STAFF_ACTED, {"fact": signed})
        for each in duplicates:
            body: dict[str, object] = {
                "number": each.number,
                "use_no": each.use_no,
                "attempts": [bytes.fromhex(attempt) for attempt in each.attempts],
                "devices": list(each.devices),
            }
            tx.append(Kind.USE_DUPLICATE, body)
    with ledger.writing("diary"):
        for fact_id, _ in facts:
            written(ledger, fact_id)
        for each in duplicates:
            reported(ledger, each)
    return True
