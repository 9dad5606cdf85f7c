"""The thread of the relay terminal's sync that hands on: a forwarder, stepped until it is stopped.

Neither the terminal's own journal nor what it fetches waits for it, and it waits for neither. Whatever fails is tried
again by itself; the centre's loss and return are told by the engine beside it.
"""

import logging
import threading

from sync.engine.backoff import Backoff
from sync.line.faults import LineDown
from sync.server.relay.forwarder import Forwarder
from tickets.errors import Fault

_log = logging.getLogger("waystation.relay")

_BUG_WAIT_S = 5.0
_CLOSING_S = 1.0


class Forwarding:
    """Runs a forwarder until it is stopped."""

    def __init__(self, forwarder: Forwarder, backoff: Backoff) -> None:
        self._forwarder = forwarder
        self._backoff = backoff
        self._stop = threading.Event()
        self._trouble = ""
        self._thread = threading.Thread(target=self._run, name="forwarding", daemon=True)

    def start(self) -> None:
        """Begin; neither the relay nor the centre need be there."""
        self._thread.start()

    def stop(self) -> None:
        """End it. A request that hangs is left to end with the process: the centre may take it or not."""
        self._stop.set()
        self._thread.join(_CLOSING_S)
        if not self._thread.is_alive():
            self._forwarder.close()

    def _run(self) -> None:
        wait = 0.0
        while not self._stop.wait(wait):
            try:
                wait = self._forwarder.step()
                self._backoff.succeeded()
                self._trouble = ""
            except Fault as fault:
                self._note(fault)
                wait = self._backoff.failed()
            except Exception:  # a bug of ours must not end the thread: told, and tried again
                if self._stop.is_set():
                    return
                _log.exception("forward.bug")
                wait = _BUG_WAIT_S

    def _note(self, fault: Fault) -> None:
        if not self._stop.is_set() and not isinstance(fault, LineDown) and fault.what != self._trouble:
            _log.error("forward.trouble", extra={"what": fault.what})
            self._trouble = fault.what
