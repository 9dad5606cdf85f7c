"""A gate's questions that are on their way: none is answered by one arbiter and written down under the next.

A gate may stand still for any time between an arbiter's *granted* and its own commit. If the relay loses its disk
meanwhile, the new arbiter must not begin before that grant is in the journal, or the gate is dead. So each lane holds a
shared lock from before it asks until it has written down what came of it; and before sync tells a new arbiter where the
journal ends, it finds that nobody holds the lock, and sends what was written until then. The system gives the lock back
when a process dies; nothing about it waits for a clock.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sync.database import FILE_MODE
from tickets.errors import EnvironmentFault


class Asking:
    """The lock beside a journal, as a lane holds it or as sync looks at it. Threads may share it."""

    def __init__(self, journal: Path) -> None:
        """`journal` is the path of `journal.db`. The lock's file is made with the first use, and stays."""
        self._path = f"{journal}.asking"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold it, together with other lanes: what is answered within is written down within.

        EnvironmentFault when the file cannot be made.
        """
        file = self._locked(fcntl.LOCK_SH)
        try:
            yield
        finally:
            os.close(file)

    def nobody_is(self) -> bool:
        """Whether nobody holds it at this moment: whoever asks from now on asks the arbiter that there is now."""
        try:
            os.close(self._locked(fcntl.LOCK_EX | fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True

    def _locked(self, how: int) -> int:
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
            try:
                found = os.fstat(file)
                if found.st_uid == os.geteuid() and found.st_mode & 0o777 != FILE_MODE:
                    os.fchmod(file, FILE_MODE)
                fcntl.flock(file, how)
            except BaseException:
                os.close(file)
                raise
        except BlockingIOError:
            raise
        except OSError as error:
            raise EnvironmentFault(
                f"The lock {self._path} cannot be used ({error.strerror})",
                "Check that the directory exists and that this user may write there (group, mode 2770).",
            ) from error
        return file
