"""The office and the web shop: they ask the centre until it answers, with all the patience that there is, and some once
more, though it has answered.
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from station.simulate.asgi import Answered, Asked
from station.simulate.faults.machines import PUT_BACK
from station.simulate.network import Unreachable
from station.simulate.nodes.centre import CENTRE
from sync.server.key_files import office_token

if TYPE_CHECKING:
    from station.simulate.world import StationThere, World

_AGAIN_MS = 5000
_AGAIN_AT_MOST_MS = 120_000
_ONCE_MORE, _ONCE_MORE_IN_MS = 0.2, 60_000
"""How often the same is asked once more, and when: somebody pressed twice, or lost the answer."""
OK, SERVER_FAULT = 200, 500


class Office:
    """Whoever sells and refunds at the centre. `waiting` is how many wait for an answer."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._chance = world.chance.stream("office")
        self._tokens: dict[int, str] = {}
        self.waiting = 0

    def opens(self) -> None:
        """Learn what the centre lets each station's office in by."""
        for station in self._world.stations:
            self._tokens[station.code] = office_token(self._world.centre.folder, station.code)

    def sells(self, station: "StationThere", sale: dict[str, Any], sold: Callable[[str, str], None]) -> None:
        """Sell over the web; `sold` is called with the ticket's number and code, if there was a place."""
        trip = sale["trip"]

        def heard(answer: Answered) -> None:
            said = json.loads(answer.body)
            if answer.status != OK:
                self._note("web", f"sells nothing on {trip}: {said.get('what')}")
                return
            number = str(said["number"])
            self._note("web", f"sells {number} on {trip}")
            sold(number, str(said["code"]))

        self._ask(station, "sales", sale, heard)

    def refunds(self, station: "StationThere", number: str) -> None:
        """Give somebody's money back, if the centre does."""

        def heard(answer: Answered) -> None:
            done = answer.status == OK
            self._note("office", f"{'refunds' if done else 'does not refund'} {number}")
            if done:
                self._world.watch.refunded_by_centre(station.code, number)

        self._world.watch.asks_refund(station.code, number)
        self._ask(station, "refunds", {"number": number}, heard)

    def _ask(self, station: "StationThere", what: str, body: dict[str, Any], heard: Callable[[Answered], None]) -> None:
        asked = Asked(
            method="POST",
            target=f"/v1/office/{what}",
            headers=(
                (b"host", CENTRE.encode()),
                (b"content-type", b"application/json"),
                (b"authorization", f"Bearer {self._tokens[station.code]}".encode()),
            ),
            body=json.dumps(body).encode(),
        )
        over = False
        self.waiting += 1

        def hear(answer: Answered | Unreachable) -> None:
            nonlocal over
            if over or isinstance(answer, Unreachable) or answer.status >= SERVER_FAULT:
                return
            over = True
            self.waiting -= 1
            heard(answer)
            if self._chance.random() < _ONCE_MORE:
                put_back = self._world.struck[PUT_BACK]
                self._world.agenda.after(self._chance.randrange(_ONCE_MORE_IN_MS), lambda: once_more(answer, put_back))

        def once_more(first: Answered, put_back: int) -> None:
            def hear_again(answer: Answered) -> None:
                """What was done is answered as before; only a centre that was put back has forgotten it, and what it
                would not do it may do now.
                """
                if first.status != OK or (answer.body != first.body and self._world.struck[PUT_BACK] > put_back):
                    heard(answer)

            if not self._world.calm_now:
                self._ask(station, what, body, hear_again)

        def ask(again_ms: int) -> None:
            if not over:
                self._world.network.call("web", CENTRE, asked, hear)
                longer = again_ms if self._world.calm_now else min(2 * again_ms, _AGAIN_AT_MOST_MS)
                self._world.agenda.after(again_ms, lambda: ask(longer))

        ask(_AGAIN_MS)

    def _note(self, who: str, what: str) -> None:
        self._world.history.note(self._world.agenda.now, who, what)
