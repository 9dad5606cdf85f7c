"""What lanes and their devices do, in the log: one line when something is lost and one when it is back."""

import logging

from gate.observe import Observers

_log = logging.getLogger("waystation.gate")

OUT_OF_SERVICE = frozenset({"offline", "blocked", "emergency"})
"""The states of a lane in which it admits nobody, as gate/lane.py calls them."""


class LaneLog(Observers):
    """An `Observer` that logs. What lanes decide is in the journal and not here."""

    def __init__(self) -> None:
        super().__init__()
        self._closed: dict[str, str] = {}

    def lost(self, lane: str, device: str, what: str) -> None:
        """See Observer.lost."""
        _log.warning("device.lost", extra={"lane": lane, "device": device, "what": what})

    def returned(self, lane: str, device: str) -> None:
        """See Observer.returned."""
        _log.info("device.returned", extra={"lane": lane, "device": device})

    def stands(self, lane: str, state: str) -> None:
        """See Observer.stands. Only going out of service and back is told."""
        before = self._closed.get(lane)
        if state in OUT_OF_SERVICE:
            self._closed[lane] = state
            if state != before:
                _log.warning("lane.closed", extra={"lane": lane, "state": state})
        elif before is not None:
            del self._closed[lane]
            _log.info("lane.open", extra={"lane": lane, "state": state})
