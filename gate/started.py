"""The first word of a gate's life in its journal."""

from collections.abc import Sequence
from contextlib import suppress
from threading import Lock

from sync.journal.journal import Journal
from tickets.errors import EnvironmentFault
from tickets.events import Kind


class Start:
    """Writes `gate.started` once, before any lane asks anybody for anything. The lanes of a gate share it.

    The arbiter gives back what an earlier life of this gate was granted and never wrote down: other gates wait for
    that. Written later it would give back what a lane of this life has just been granted; so each lane asks here first,
    and a disk that does not take it keeps the gate closed until it does.
    """

    def __init__(self, journal: Journal, lanes: Sequence[str]) -> None:
        self._journal = journal
        self._lanes = list(lanes)
        self._turn = Lock()
        self._is_noted = False

    def note(self) -> None:
        """Write it, unless that was done. Raises EnvironmentFault while the disk does not take it."""
        with self._turn:
            if not self._is_noted:
                with self._journal.transaction() as tx:
                    tx.append(Kind.GATE_STARTED, {"lanes": self._lanes})
                self._is_noted = True


def note_start(journal: Journal, lanes: Sequence[str]) -> Start:
    """Begin a gate's life: try to write it at once. What the disk does not take is left to the lanes."""
    start = Start(journal, lanes)
    with suppress(EnvironmentFault):
        start.note()
    return start
