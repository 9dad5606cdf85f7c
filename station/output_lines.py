"""JSON lines on standard output, from threads that may not wait for whoever reads them, or has stopped reading."""

import json
import os
import queue
import threading
from collections.abc import Mapping
from typing import Final

MOST_WAITING: Final = 1000
"""Lines that wait for a reader who is slow; those that come on top are left out."""
LAST_SECONDS: Final = 1.0
"""How long the end of the process waits for the last lines to be read."""


class OutputLines:
    """Writes lines to a file descriptor in a thread of its own. `say` may be called by any thread."""

    def __init__(self, descriptor: int = 1, most_waiting: int = MOST_WAITING) -> None:
        self._descriptor = descriptor
        self._waiting: queue.Queue[bytes | None] = queue.Queue(most_waiting)
        self._thread = threading.Thread(target=self._work, name="output", daemon=True)
        self._thread.start()

    def say(self, line: Mapping[str, object]) -> None:
        """Have one line written soon. Never waits and never raises for a reader who is slow or gone."""
        self._put((json.dumps(line, ensure_ascii=False) + "\n").encode())

    def close(self, seconds: float = LAST_SECONDS) -> None:
        """Let what waits be written, for so long at most. Nothing is written afterwards."""
        self._put(None)
        self._thread.join(seconds)

    def _put(self, line: bytes | None) -> None:
        try:
            self._waiting.put_nowait(line)
        except queue.Full:
            return

    def _work(self) -> None:
        reader_is_gone = False
        while (line := self._waiting.get()) is not None:
            while line and not reader_is_gone:
                try:
                    line = line[os.write(self._descriptor, line) :]
                except OSError:
                    reader_is_gone = True
