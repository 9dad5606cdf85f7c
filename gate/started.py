"""The first word of a gate's life in its journal."""

from collections.abc import Sequence
from contextlib import suppress

from sync.journal import Journal
from tickets.errors import EnvironmentFault
from tickets.events import Kind


def note_start(journal: Journal, lanes: Sequence[str]) -> None:
    """Write `gate.started`, before any lane asks anybody for anything.

    The arbiter gives back what an earlier life of this gate was granted and never wrote down. A disk that does not take
    it is not waited for: this gate gets the same grants again by the same attempts, only other gates do not.
    """
    with suppress(EnvironmentFault), journal.transaction() as tx:
        tx.append(Kind.GATE_STARTED, {"lanes": list(lanes)})
