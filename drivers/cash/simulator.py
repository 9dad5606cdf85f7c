"""A simulated ccTalk bill validator: notes go in by hand, bytes come out, and its stacker file tells the truth.

Everything that happens to a note is saved before any byte tells of it. A process that is killed comes back as the
same machine, except that a note in escrow goes back to the customer, as when real power returns.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from drivers.cash.codec import BILL_VALIDATOR, HOST, Decoder, Frame, Header, Route, RouteFailure, encode
from drivers.cash.events import IN_ESCROW, KEPT, RETURNED, STACKED
from drivers.cash.stacker import Memory, StackerFile
from drivers.simulation import Send

YUAN_NOTES = (100, 500, 1000, 2000, 5000, 10000)
COUNTRY, SCALING = b"CN", b"\x64\x00\x02"  # a note's number is in yuan: times 100, two decimal places
ESCROW_SECONDS = 30.0
INTER_BYTE_SECONDS = 0.05
ESCROW_MODE = 0b10
_NOT_PROGRAMMED = b"......."
_TEXTS = {
    Header.MANUFACTURER: b"WAY",
    Header.CATEGORY: b"Bill Validator",
    Header.PRODUCT_CODE: b"SIMULATED",
    Header.SERIAL_NUMBER: (1).to_bytes(3, "little"),
}


class BillValidatorSimulator:
    """Implements drivers.simulation.Simulator. `stacker` is its file; without one it forgets everything when it ends.

    `bills` are the notes it knows (fen, whole yuan); `echo` sends the host's own bytes back, as a one-wire line does;
    `travel` is how many seconds a note needs from escrow to the stacker or back.
    """

    def __init__(
        self,
        *,
        stacker: Path | None,
        bills: tuple[int, ...] = YUAN_NOTES,
        address: int = BILL_VALIDATOR,
        echo: bool = True,
        travel: float = 0.2,
        capacity: int = 600,
    ) -> None:
        self._bills = bills
        self.address = address
        self._echo = echo
        self._travel = travel
        self._capacity = capacity
        self._file = StackerFile(stacker)
        self._decoder = Decoder(frozenset({HOST, address}))
        self._send: Send = lambda _: None
        self._now = 0.0
        self._heard_at = 0.0
        self._held_since: float | None = None
        self._moving: tuple[Route, float | None] | None = None
        self._memory = self._file.load()
        if self._memory.escrow is not None and not self._memory.jammed:
            self._save(self._given_back(self._memory))

    def attach(self, send: Send) -> None:
        """See Simulator.attach."""
        self._send = send

    def feed(self, data: bytes) -> None:
        """See Simulator.feed."""
        if self._echo:
            self._send(data)
        self._heard_at = self._now
        for frame in self._decoder.feed(data):
            if frame.destination == self.address and frame.source == HOST:
                self._answer(frame)

    def tick(self, now: float) -> None:
        """See Simulator.tick: notes arrive where they were sent, and a note held for 30 s goes back."""
        self._now = now
        if now - self._heard_at > INTER_BYTE_SECONDS:
            self._decoder.reset()
        if self._memory.escrow is None or self._memory.jammed:
            self._held_since = None
            return
        if self._moving:
            route, started = self._moving
            if started is None:
                self._moving = route, started = route, now
            if now - started >= self._travel:
                self._arrive(route)
            return
        if self._held_since is None:
            self._held_since = now
        if now - self._held_since >= ESCROW_SECONDS:
            self._save(self._given_back(self._memory))

    def do(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Work it by hand: insert(fen), steal(fen), jam, clear_jam, remove_stacker, insert_stacker, power_cycle.

        `insert` answers {"taken": bool, "why": str}; `remove_stacker` {"collected_fen": int}.
        """
        by_hand: dict[str, Callable[..., dict[str, Any]]] = {
            "insert": self._insert,
            "steal": self._steal,
            "jam": self._jam,
            "clear_jam": self._clear_jam,
            "remove_stacker": self._remove_stacker,
            "insert_stacker": self._insert_stacker,
            "power_cycle": self._power_cycle,
        }
        if command not in by_hand:
            raise ValueError(f"A bill validator knows {', '.join(by_hand)}, not {command!r}")
        return by_hand[command](**arguments)

    def state(self) -> dict[str, Any]:
        """See Simulator.state: the stacker file's content, and `accepting`."""
        memory = self._memory
        open_to = [fen for at, fen in enumerate(self._bills) if memory.inhibits >> at & 1]
        return {**memory.as_json(), "accepting": memory.master and bool(open_to), "accepts": open_to}

    def _save(self, memory: Memory) -> None:
        self._file.save(memory)
        self._memory = memory
        if memory.escrow is None:
            self._moving = self._held_since = None

    def _with_event(self, memory: Memory, bill: int, code: int) -> Memory:
        events = ((bill, code), *memory.events[: KEPT - 1])
        return replace(memory, counter=memory.counter % 255 + 1, events=events)

    def _report(self, code: int) -> None:
        self._save(self._with_event(self._memory, 0, code))

    def _given_back(self, memory: Memory) -> Memory:
        returned = memory.returned_fen + (memory.escrow or 0)
        return self._with_event(replace(memory, escrow=None, returned_fen=returned), 0, RETURNED)

    def _stacked(self, memory: Memory, fen: int) -> Memory:
        bills = {**memory.bills, fen: memory.bills.get(fen, 0) + 1}
        return self._with_event(replace(memory, bills=bills, escrow=None), self._type(fen), STACKED)

    def _type(self, fen: int) -> int:
        return self._bills.index(fen) + 1

    def _arrive(self, route: Route) -> None:
        memory = self._memory
        assert memory.escrow is not None, "only a note in escrow moves"
        if route is not Route.STACK:
            self._save(self._given_back(memory))
            return
        memory = self._stacked(memory, memory.escrow)
        if self._is_full(memory):
            memory = self._with_event(memory, 0, 14)
        self._save(memory)

    def _is_full(self, memory: Memory) -> bool:
        return sum(memory.bills.values()) >= self._capacity

    def _insert(self, *, fen: int) -> dict[str, Any]:
        memory = self._memory
        if memory.jammed or not memory.stacker_in or self._is_full(memory):
            return {"taken": False, "why": "out of order"}
        if memory.escrow is not None:
            return {"taken": False, "why": "another note is inside"}
        if not memory.master:
            self._report(0)
            return {"taken": False, "why": "it takes no notes now"}
        if fen not in self._bills:
            self._report(2)
            return {"taken": False, "why": "not a note it knows"}
        bill = self._type(fen)
        if not memory.inhibits >> (bill - 1) & 1:
            self._report(4)
            return {"taken": False, "why": "it does not take this note now"}
        if memory.mode & ESCROW_MODE:
            self._save(self._with_event(replace(memory, escrow=fen), bill, IN_ESCROW))
        else:
            self._save(self._stacked(memory, fen))
        return {"taken": True, "why": ""}

    def _steal(self, *, fen: int) -> dict[str, Any]:
        """Pull a note back out of escrow, or try one on a string when no such note is there."""
        memory = self._memory
        if memory.escrow == fen and not memory.jammed:
            self._save(self._with_event(replace(memory, escrow=None, returned_fen=memory.returned_fen + fen), 0, 8))
        else:
            self._report(18)
        return {}

    def _jam(self) -> dict[str, Any]:
        self._moving = None
        self._save(self._with_event(replace(self._memory, jammed=True), 0, 15))
        return {}

    def _clear_jam(self) -> dict[str, Any]:
        if self._memory.jammed:
            self._save(self._with_event(replace(self._memory, jammed=False), 0, 10))
        return {}

    def _remove_stacker(self) -> dict[str, Any]:
        memory, collected = self._memory, self._memory.total_fen
        if memory.stacker_in:
            taken = replace(memory, bills={}, collected_fen=memory.collected_fen + collected, stacker_in=False)
            self._save(self._with_event(taken, 0, 11))
        return {"collected_fen": collected}

    def _insert_stacker(self) -> dict[str, Any]:
        if not self._memory.stacker_in:
            self._save(self._with_event(replace(self._memory, stacker_in=True), 0, 12))
        return {}

    def _power_cycle(self) -> dict[str, Any]:
        """Start anew: no events, no settings; a note in escrow goes back without a word of it."""
        memory, stuck = self._memory, self._memory.escrow if self._memory.jammed else None
        returned = memory.returned_fen + (memory.escrow or 0) - (stuck or 0)
        self._decoder.reset()
        self._moving = self._held_since = None
        fresh = Memory(bills=memory.bills, returned_fen=returned, collected_fen=memory.collected_fen, escrow=stuck)
        self._save(replace(fresh, jammed=memory.jammed, stacker_in=memory.stacker_in))
        return {}

    def _answer(self, frame: Frame) -> None:
        data = self._obey(frame)
        header = Header.NAK if data is None else Header.ACK
        self._send(encode(Frame(destination=HOST, source=self.address, header=header, data=data or b"")))

    def _obey(self, frame: Frame) -> bytes | None:
        """Return the answer's data; None refuses the command."""
        memory, data = self._memory, frame.data
        match frame.header, len(data):
            case (Header.SIMPLE_POLL, 0):
                return b""
            case (Header.RESET, 0):
                self._power_cycle()
            case (Header.MANUFACTURER | Header.CATEGORY | Header.PRODUCT_CODE | Header.SERIAL_NUMBER, 0):
                return _TEXTS[Header(frame.header)]
            case (Header.BUFFERED_EVENTS, 0):
                return bytes((memory.counter, *(number for event in memory.events for number in event)))
            case (Header.INHIBIT_STATUS, 0):
                return memory.inhibits.to_bytes(2, "little")
            case (Header.MASTER_INHIBIT_STATUS, 0):
                return bytes((memory.master,))
            case (Header.MODIFY_INHIBITS, 2):
                self._save(replace(memory, inhibits=int.from_bytes(data, "little")))
            case (Header.MODIFY_MASTER_INHIBIT, 1):
                self._save(replace(memory, master=bool(data[0] & 1)))
            case (Header.MODIFY_OPERATING_MODE, 1):
                self._save(replace(memory, mode=data[0] & 0b11))
            case (Header.COUNTRY_SCALING, 2):
                return SCALING if data == COUNTRY else bytes(3)
            case (Header.BILL_ID, 1):
                return self._bill_id(data[0])
            case (Header.ROUTE_BILL, 1):
                return self._route(data[0])
            case _:
                return None
        return b""

    def _bill_id(self, bill: int) -> bytes | None:
        if not 1 <= bill <= 16:
            return None
        if bill > len(self._bills):
            return _NOT_PROGRAMMED
        return b"%s%04dA" % (COUNTRY, self._bills[bill - 1] // 100)

    def _route(self, route: int) -> bytes | None:
        memory = self._memory
        if route not in (Route.RETURN, Route.STACK, Route.EXTEND_TIMEOUT):
            return None
        if memory.escrow is None:
            return bytes((RouteFailure.ESCROW_EMPTY,))
        if memory.jammed or self._moving:
            return bytes((RouteFailure.FAILED,))
        if route == Route.EXTEND_TIMEOUT:
            self._held_since = None
        elif self._travel <= 0:
            self._arrive(Route(route))
        else:
            self._moving = Route(route), None
        return b""
