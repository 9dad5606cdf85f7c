"""A passenger calls staff: a fact for the centre, a line in the log, and a file that stands as long as the call does.

Nobody is told that somebody comes: a screen says that staff were called, and no more.
"""

import logging
from contextlib import suppress
from pathlib import Path

from sync.journal.journal import Journal
from tickets.events import Kind

_log = logging.getLogger("waystation.till")


class Calling:
    """The call button of one machine. `where` is what staff call it; `file` may be watched by whatever rings a bell."""

    def __init__(self, journal: Journal, where: str, file: Path | None = None) -> None:
        self._journal = journal
        self._where = where
        self._file = file
        self.called = False
        self._stand()

    def call(self, *, on: bool) -> None:
        """Call, once for as long as the call stands, or take the call back."""
        if on and not self.called:
            with self._journal.transaction() as tx:
                tx.append(Kind.STAFF_CALLED, {"where": self._where})
            _log.warning("till.staff_called", extra={"what": self._where})
        self.called = on
        self._stand()

    def _stand(self) -> None:
        """Let the file say what stands. It is a help, not a record: what the disk refuses is left."""
        if self._file is None:
            return
        with suppress(OSError):
            if self.called:
                self._file.write_text(f"{self._where}\n", "utf-8")
            else:
                self._file.unlink(missing_ok=True)
