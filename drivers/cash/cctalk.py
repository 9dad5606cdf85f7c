"""A ccTalk bill validator with escrow (generic specification 4.7), alone on its line or with others.

How money is kept safe here, beyond what `run.py` says of events:
- The order to route a note (header 154) is never repeated: after a lost answer the events tell what became of it.
- While a note must be kept out it is the master inhibit that does it: the inhibit bits are the mark of the run.
"""

import time
from collections.abc import Callable

from drivers.cash import CashEvent, EventsLost
from drivers.cash.bus import BusDevice, CcTalkBus, as_bus
from drivers.cash.codec import BILL_VALIDATOR, Header, Route, RouteFailure, bill_value
from drivers.cash.events import RETURNED, STACKED, TROUBLE, EventBuffer, read, standing_trouble
from drivers.cash.run import TYPES, EventRun
from drivers.faults import DeviceFault, DeviceNonsense, DeviceRefused, DeviceSilent
from drivers.health import Health
from drivers.link import Link

STACKER_AND_ESCROW = 0b11  # header 153

_CHECK_LINE = "Check the validator's power, its cable and its ccTalk address."
_POLL = "Poll the bill validator, then decide again."


class CcTalkBillValidator:
    """Implements drivers.cash.BillValidator on `line`: a bus shared with others, or a function that opens its own.

    `country` picks the notes by the two letters of their identity; values are in its hundredths (fen for CN).
    `echo` (of a line of its own) says that the host hears its own bytes, as on the usual one-wire adaptor.
    `answer_timeout` seconds are given to each of three tries.
    """

    def __init__(
        self,
        line: CcTalkBus | Callable[[], Link],
        *,
        address: int = BILL_VALIDATOR,
        country: str = "CN",
        echo: bool = True,
        answer_timeout: float = 0.4,
        find_out_timeout: float = 1.5,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        bus = as_bus(line, echo=echo, clock=clock)
        self._device = BusDevice(bus, address, name="The bill validator", answer_timeout=answer_timeout)
        self._ask = self._device.ask
        self._run = EventRun(
            self._device,
            Header.BUFFERED_EVENTS,
            lost_what="The bill validator restarted or did more than its memory holds since it was last read",
            lost_hint="Compare the stacker with the journal: a note may be in it that is credited to nobody.",
        )
        self._country = country
        self._find_out_timeout = find_out_timeout
        self._clock = bus.clock
        self._types: dict[int, int] = {}  # fen by bill type, once asked
        self._held = 0  # fen in escrow by the events told
        self._trouble: int | None = None

    def identify(self) -> tuple[int, ...]:
        """See BillValidator.identify. Raises DeviceRefused when it is something else or knows no such notes."""
        return tuple(sorted(set(self._known_types().values())))

    def accept(self, values: frozenset[int]) -> None:
        """See BillValidator.accept."""
        if not values:
            self._ask(Header.MODIFY_MASTER_INHIBIT, b"\x00")
            return
        types = self._known_types()
        if unknown := values - set(types.values()):
            raise ValueError(f"This validator does not know notes of {sorted(unknown)} fen, only {self.identify()}")
        if self._run.seen is None or not self._run.is_marked():
            raise DeviceRefused("The bill validator has started and its events have not been read since", _POLL)
        self._ask(Header.MODIFY_MASTER_INHIBIT, b"\x00")
        self._run.let_in({bill for bill, fen in types.items() if fen in values})
        self._ask(Header.MODIFY_MASTER_INHIBIT, b"\x01")

    def poll(self, since: int | None) -> tuple[int, list[CashEvent]]:
        """See BillValidator.poll."""
        try:
            news = self._run.look(since)
        except EventsLost:
            self._types, self._held = {}, 0
            raise
        if not news.marked:
            self._types = {}
        values = self._known_types()
        if not news.marked:
            self._prepare()
        older = tuple((0, *result) for result in reversed(news.buffer.results[len(news.new) :]))
        _, held = read(older, values, self._held)
        events, self._held = read(news.new, values, held)
        self._run.told(news)
        self._trouble = standing_trouble(news.buffer, self._trouble)
        return news.buffer.counter, events

    def stack(self) -> None:
        """See BillValidator.stack."""
        self._route(Route.STACK)

    def give_back(self) -> None:
        """See BillValidator.give_back."""
        self._route(Route.RETURN)

    def health(self) -> Health:
        """See BillValidator.health."""
        try:
            values = self.identify()
            buffer = self._run.read()
        except DeviceFault as fault:
            return Health(ok=False, what=fault.what, hint=fault.hint)
        self._trouble = standing_trouble(buffer, self._trouble)
        if self._trouble is not None:
            what, hint = TROUBLE[self._trouble]
            return Health(ok=False, what=what, hint=hint)
        return Health(ok=True, what=f"The bill validator answers and knows {len(values)} values", hint="")

    def close(self) -> None:
        """See BillValidator.close."""
        try:
            if self._device.in_use:
                self.accept(frozenset())
        except DeviceFault:
            return  # it cannot be told; without polls a note it still draws in comes back by itself
        finally:
            self._device.leave()

    def _known_types(self) -> dict[int, int]:
        if not self._types:
            category = self._ask(Header.CATEGORY)
            if not category.lower().startswith(b"bill"):
                raise DeviceRefused(
                    f"The device at ccTalk address {self._device.address} is no bill validator", _CHECK_LINE
                )
            scaling = self._ask(Header.COUNTRY_SCALING, self._country.encode())
            types = {}
            for bill in range(1, TYPES + 1):
                value = bill_value(self._ask(Header.BILL_ID, bytes((bill,))), self._country, scaling)
                if value is not None:
                    types[bill] = value
            if not types:
                what = f"The bill validator knows no note of country {self._country}"
                raise DeviceRefused(what, "Have the right note table loaded into it.")
            self._types = types
        return self._types

    def _prepare(self) -> None:
        """Set a device up that has just started: nothing let in, notes held in escrow, and marked as this run."""
        self._ask(Header.MODIFY_MASTER_INHIBIT, b"\x00")
        self._ask(Header.MODIFY_OPERATING_MODE, bytes((STACKER_AND_ESCROW,)))
        self._run.let_in(set(self._known_types()))

    def _route(self, route: Route) -> None:
        before = self._run.read()
        if self._run.seen is None or before != self._run.seen or not self._run.is_marked():
            raise DeviceRefused("Something happened at the bill validator since it was last polled", _POLL)
        try:
            answer = self._ask(Header.ROUTE_BILL, bytes((route,)), tries=1)
        except (DeviceSilent, DeviceNonsense):
            self._find_out(before, route)
            return
        if answer[:1] == bytes((RouteFailure.ESCROW_EMPTY,)):
            raise DeviceRefused("There is no note in escrow", _POLL)
        if answer:
            raise DeviceRefused("The note in escrow could not be moved", "Clear the way of the notes, then poll again.")

    def _find_out(self, before: EventBuffer, route: Route) -> None:
        """Return when the events show that the note went the way of `route`, raise when it did not or none tell."""
        until = self._clock() + self._find_out_timeout
        while self._clock() < until:
            for _, bill, code in self._run.read().newer_than(before.counter) or ():
                went = (
                    Route.STACK if bill and code == STACKED else Route.RETURN if (bill, code) == (0, RETURNED) else None
                )
                if went is route:
                    return
                if went is not None:
                    raise DeviceRefused("The note in escrow went the other way", _POLL)
        raise DeviceSilent("The bill validator did not say whether it moved the note", _POLL)
