"""Reaching the centre through the station's relay when there is no way of this machine's own.

The relay's terminal only carries bytes: the TLS is ours with the centre, and so is every signature. A request is tried
on our own line first; when nobody can even be connected to there, it goes through the relay, and so do those of the
next minute. Only a request that has not been sent is sent another way.
"""

import logging
import threading
from collections.abc import Callable
from typing import Final

import httpx

_log = logging.getLogger("waystation.sync")

AGAIN_S: Final = 60.0
"""How long the detour is taken before our own line is tried again."""
_NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)


class Detour(httpx.BaseTransport):
    """Two ways to one place. Threads may share it, as far as they may share what it is made of."""

    def __init__(
        self, own: httpx.BaseTransport, relay: httpx.BaseTransport, clock: Callable[[], float], again: float = AGAIN_S
    ) -> None:
        """`clock` counts seconds and never goes back."""
        self._own = own
        self._relay = relay
        self._clock = clock
        self._again = again
        self._lock = threading.Lock()
        self._until = float("-inf")
        self._taken = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it by the way that leads there. Raises what our own line raised when neither does."""
        if self._clock() < self._until:
            try:
                return self._relay.handle_request(request)
            except _NOT_SENT:
                self._until = float("-inf")  # the relay's line is down too: whichever comes back first
                response = self._own.handle_request(request)
                self._note(taken=False)
                return response
        try:
            response = self._own.handle_request(request)
        except _NOT_SENT as failure:
            try:
                response = self._relay.handle_request(request)
            except _NOT_SENT:
                raise failure from None
            self._until = self._clock() + self._again
            self._note(taken=True)
            return response
        self._note(taken=False)
        return response

    def close(self) -> None:
        """Close the connections of both ways."""
        self._own.close()
        self._relay.close()

    def _note(self, *, taken: bool) -> None:
        """Log once when the detour is taken, and once when it is not any more."""
        with self._lock:
            changed, self._taken = taken is not self._taken, taken
        if changed:
            _log.warning("line.detour" if taken else "line.direct")
