"""The till on a thread of its own: screens put commands in and get snapshots out, and can neither stall nor stop it.

Whoever else has business with a till (a cashier's command, through the hatch) has it done on the till's thread too,
between two rounds: the journal has one writer.
"""

import queue
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass, field, replace
from datetime import timedelta

from kiosk.till import wording
from kiosk.till.commands import Command
from kiosk.till.till import Till
from kiosk.till.values import (
    Capabilities,
    Snapshot,
)
from kiosk.till.wording import Notice
from tickets.errors import EnvironmentFault, Fault

ROUND = 0.1
"""Seconds between two rounds while somebody pays or shows a document."""
REST = 0.5
"""Seconds between two rounds otherwise."""
BEAT = 1.0
"""A snapshot is published at least this often, also while the till prints."""


ANSWER_WITHIN = 20.0
"""Seconds in which a till gets round to a cashier's request: a large print may have to end first."""


@dataclass(frozen=True, slots=True)
class _Errand:
    """Something to be done between two rounds, and where its answer goes."""

    asked: Mapping[str, object]
    answer: Future[Mapping[str, object]] = field(default_factory=Future)


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
        self._commands: queue.SimpleQueue[Command | _Errand | None] = queue.SimpleQueue()
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

    def ask(self, asked: Mapping[str, object]) -> Mapping[str, object]:
        """Have the till answer a cashier's request, and wait for it. Raises a Fault when it cannot be done.

        From any thread but the till's. Nothing is known to be done when EnvironmentFault says that it took too long.
        """
        errand = _Errand(asked)
        self._commands.put(errand)
        try:
            return errand.answer.result(ANSWER_WITHIN)
        except TooLate:
            if errand.answer.cancel():  # else it is being done at this moment
                raise EnvironmentFault(
                    "The kiosk was busy for too long; nothing was done", "Look what stands there, then do it again."
                ) from None
            raise EnvironmentFault(
                "The kiosk is busy and has not answered in time", "Look what stands there, then do it again if needed."
            ) from None

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
                if isinstance(command, _Errand):
                    _run(till, command)
                else:
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


def _run(till: Till, errand: _Errand) -> None:
    """Answer one request. What the disk refuses ends the till, as everywhere else, after whoever asked was told."""
    if not errand.answer.set_running_or_notify_cancel():
        return
    try:
        errand.answer.set_result(till.desk(errand.asked))
    except Fault as fault:
        errand.answer.set_exception(fault)
