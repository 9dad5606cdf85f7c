"""The till on a thread of its own: screens put commands in and get snapshots out, and can neither stall nor stop it."""

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from kiosk.till import wording
from kiosk.till.commands import Command
from kiosk.till.till import Till
from kiosk.till.values import (
    Capabilities,
    Snapshot,
)
from kiosk.till.wording import Notice

ROUND = 0.1
"""Seconds between two rounds while somebody pays or shows a document."""
REST = 0.5
"""Seconds between two rounds otherwise."""
BEAT = 1.0
"""A snapshot is published at least this often, also while the till prints."""


class TillService:
    """Runs one till. `open_till` is called on the till's own thread, where the journal and all devices then stay.

    `publish` gets every snapshot, from that thread or from the one that keeps the clock going; never two at once.
    When the till fails, the last snapshot says that the machine is out of order, `on_failure` gets the exception, and
    the process has to be started again: what was under way is found in the journal.
    """

    def __init__(
        self,
        open_till: Callable[[], Till],
        publish: Callable[[Snapshot], None],
        *,
        on_failure: Callable[[BaseException], None] = lambda _: None,
    ) -> None:
        self._open_till = open_till
        self._publish = publish
        self._on_failure = on_failure
        self._commands: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._last: Snapshot | None = None
        self._published_at = 0.0
        self._read_at = 0.0
        self._stopped = threading.Event()
        self._till = threading.Thread(target=self._run, name="till")
        self._clock = threading.Thread(target=self._beat, name="till-clock", daemon=True)

    def start(self) -> None:
        """Begin. The first snapshot comes when the till has taken up what was left unfinished."""
        self._till.start()
        self._clock.start()

    def submit(self, command: Command) -> None:
        """Ask the till for something; the answer is in a snapshot to come. From any thread."""
        self._commands.put(command)

    def stop(self, timeout: float = 30.0) -> bool:
        """Stop after the round that is under way and release every device; True when that was done in time."""
        self._commands.put(None)
        self._till.join(timeout)
        self._stopped.set()
        self._clock.join(timeout)
        return not self._till.is_alive()

    def _run(self) -> None:
        try:
            till = self._open_till()
            try:
                self._serve(till)
            finally:
                till.close()
        except BaseException as error:  # the supervisor of the till's loop: tell, then let the process end
            self._fail(error)
        finally:
            self._stopped.set()

    def _serve(self, till: Till) -> None:
        till.show = self._tell
        till.start()
        self._tell(till.snapshot())
        while True:
            try:
                command = self._commands.get(timeout=ROUND if till.urgent else REST)
            except queue.Empty:
                till.work()
            else:
                if command is None:
                    return
                till.do(command)
            self._tell(till.snapshot())

    def _tell(self, snapshot: Snapshot) -> None:
        """Publish what is new. A snapshot that differs in its time alone waits for the beat."""
        with self._lock:
            self._read_at = time.monotonic()
            same = self._last is not None and replace(self._last, now=snapshot.now) == snapshot
            self._last = snapshot
            if not same or time.monotonic() - self._published_at >= BEAT:
                self._published_at = time.monotonic()
                self._publish(snapshot)

    def _beat(self) -> None:
        while not self._stopped.wait(BEAT / 4):
            with self._lock:
                passed = time.monotonic() - self._published_at
                if self._last is not None and passed >= BEAT:
                    self._published_at = time.monotonic()
                    late = timedelta(seconds=time.monotonic() - self._read_at)
                    self._publish(replace(self._last, now=self._last.now + late))

    def _fail(self, error: BaseException) -> None:
        with self._lock:
            if self._last is not None:
                broken = Capabilities(
                    cash=False,
                    bills=(),
                    printer=False,
                    card_reader=False,
                    online=False,
                    sells=False,
                    notices=(wording.NOTICES[Notice.FAILED],),
                )
                self._publish(replace(self._last, capabilities=broken, offers=(), destinations=()))
        self._on_failure(error)
