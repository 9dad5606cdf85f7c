"""Nobody is let in too early or too late, nothing is sold when nobody is let in any more, and signed time is right.

The right time is known here; a machine's own may be wrong for as long as it says so itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from station.simulate.judge.fair import EVERYBODY_MS
from station.simulate.judge.wrong import Told, Wrong

_TRUSTED = "trusted"
_NOT_KNOWN = "departure_not_known"
"""What a gate says that has just begun and not heard of the departure: then the ticket speaks for itself."""
_OFF_MS = 6000
"""So far may trusted time be off: half of the longest way there and back whose answer is believed, and a bit."""
_EDGE_MS = 60_000
"""So near to the edge of a window of time nobody is blamed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coach:
    """When a departure leaves, and when people are let in to it, in ms since 1970."""

    departs_ms: int
    opens_ms: int
    closes_ms: int


class Times:
    """Judges the times that tills and gates write."""

    def __init__(
        self,
        wrong: Wrong,
        wall_ms: Callable[[], int],
        coach: Callable[[str, str], Coach | None],
        fair_ms: Callable[[], int],
    ) -> None:
        """`wall_ms` is the right time, in ms since 1970; `coach` knows each departure by service date and trip;
        `fair_ms`: for how long all has been well.
        """
        self._fair_ms = fair_ms
        self._wrong = wrong
        self._wall_ms = wall_ms
        self._coach = coach
        self._died: set[str] = set()

    def died(self, node: str) -> None:
        """What this machine wrote last may be heard of only when it is back."""
        self._died.add(node)

    def wrote(self, events: Sequence[Told]) -> None:
        """Events of one journal that are heard of at once."""
        for event in events:
            if event.quality == _TRUSTED:
                self._is_right(event)
                self._is_in_time(event)
        for event in events:
            self._died.discard(event.node)

    def lets_in(self, day: str, trip: str) -> bool:
        """Whether it is surely time to be let in to this departure."""
        coach, now = self._coach(day, trip), self._wall_ms()
        return coach is not None and coach.opens_ms + _EDGE_MS <= now <= coach.closes_ms - _EDGE_MS

    def sold_by_centre(self, number: str, day: str, trip: str, at_ms: int) -> None:
        """The centre has sold this ticket then, by its own clock, which is right."""
        coach = self._coach(day, trip)
        if coach is not None and at_ms > coach.closes_ms:
            self._wrong(f"the centre sold {number} for {trip}, to which nobody was let in any more", number, trip)

    def _is_right(self, event: Told) -> None:
        ahead = event.at_ms - self._wall_ms()
        if ahead > _OFF_MS or (ahead < -_OFF_MS and event.node not in self._died):
            self._wrong(
                f"{event.node} calls its time trusted, and it is off by {ahead} ms at event {event.seq}", event.node
            )

    def _is_in_time(self, event: Told) -> None:
        body = event.body
        if event.kind not in ("order.held", "use.claimed"):
            return
        coach = self._coach(body["service_date"], body["trip"])
        if coach is None:
            self._wrong(f"{event.node} writes of {body['trip']} on {body['service_date']}, which never goes")
        if event.kind == "order.held":
            if event.at_ms > coach.closes_ms:
                self._wrong(
                    f"{event.node} holds places of {body['trip']}, to which nobody is let in any more",
                    event.node,
                    body["trip"],
                )
            return
        if _NOT_KNOWN in body["flags"] and self._fair_ms() < EVERYBODY_MS:
            return
        is_time = coach.opens_ms - _EDGE_MS <= event.at_ms <= coach.closes_ms + _EDGE_MS
        if not is_time and body["purpose"] == "admission" and "overridden" not in body["flags"]:
            self._wrong(
                f"{event.node} lets {body['number']} in to {body['trip']} outside the time for it", body["number"]
            )
