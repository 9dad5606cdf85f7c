"""How the relay is doing, put together from what its threads meet: one status, each change told once."""

import logging
import threading
from typing import Literal

from sync.engine.status import LanStatus
from sync.lan.relay_answers import RelayNotKnown
from sync.lan.writer import LanWriter
from sync.line.faults import LineDown
from sync.wire.relay import CaughtUpAnswer
from tickets.errors import Fault

_log = logging.getLogger("waystation.lan")

Work = Literal["listening", "sending", "facts", "receipts", "store"]
"""What may be in trouble: hearing of changes, sending the journal, handing staff facts on, hearing what the centre
keeps of what the relay handed on, our own files."""


class LanNews:
    """Keeps the status in the cache, and logs loss and return of the relay once each. Threads may share it."""

    def __init__(self, writer: LanWriter) -> None:
        self._writer = writer
        self._lock = threading.Lock()
        self._faults: dict[Work, Fault] = {}
        self._heard = False
        self._over = False
        self._up: bool | None = None
        self._status = LanStatus(relay_up=False)

    @property
    def arbitrating(self) -> bool | None:
        """What the relay said last; None when it did not answer since."""
        return self._status.arbitrating

    def well(self, work: Work) -> None:
        """This has just worked."""
        with self._lock:
            first = work == "listening" and not self._heard
            self._heard |= first
            if self._faults.pop(work, None) is not None or first:
                self._renew()

    def trouble(self, work: Work, fault: Fault) -> None:
        """This has just failed."""
        with self._lock:
            if self._over:
                return
            before = self._faults.get(work)
            self._faults[work] = fault
            if before is None or before.what != fault.what:
                if not isinstance(fault, LineDown | RelayNotKnown):
                    _log.error("lan.trouble", extra={"state": work, "what": fault.what})
                self._renew()

    def end(self) -> None:
        """This process ends: what fails from now on was cut off here."""
        with self._lock:
            self._over = True

    def arbiter(self, said: CaughtUpAnswer) -> None:
        """What the relay said of its arbiter."""
        self._change(arbitrating=said.arbitrating, waiting_for=said.waiting_for)

    def counts(self, **counts: int | bool) -> None:
        """Set `queued`, `forked`, `facts_waiting` or `facts_refused`."""
        self._change(**counts)

    def _change(self, **what: object) -> None:
        with self._lock:
            changed = self._status.model_copy(update=what)
            if changed != self._status:
                self._status = changed
                self._renew()

    def _renew(self) -> None:
        lost = next((fault for fault in self._faults.values() if isinstance(fault, LineDown | RelayNotKnown)), None)
        up = lost is None and self._heard
        if up != self._up and (up or lost is not None):
            if lost is not None:
                _log.warning("lan.relay_lost", extra={"what": lost.what})
            elif self._up is False:
                _log.info("lan.relay_back")
            self._up = up
        worst = lost or next(iter(self._faults.values()), None)
        update: dict[str, object] = {
            "relay_up": up,
            "what": "" if worst is None else worst.what,
            "hint": "" if worst is None else worst.hint,
        }
        if not up:
            update |= {"arbitrating": None, "waiting_for": ()}
        self._status = self._status.model_copy(update=update)
        self._writer.set_status(self._status)
