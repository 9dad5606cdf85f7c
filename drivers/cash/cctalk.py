"""A ccTalk bill validator with escrow on a serial line (9600 8N1, half duplex, simple 8-bit checksum).

How money is kept safe here:
- Events are asked for again when an answer is lost (header 159 does not use them up), and any change is read
  twice and must agree, because an 8-bit checksum lets one damaged answer in 256 through.
- The order to route a note (header 154) is never repeated: after a lost answer the events tell what became of it.
- A restart of the device wipes its inhibit bits, so bits that are set are the mark that it still is the same run.
  They are set by `poll` once the host has taken note of where the counter stands, not before; while a note
  must be kept out it is the master inhibit that does it. A device that keeps these bits over a restart is
  judged by its counter and its last five events alone.
"""

import time
from collections.abc import Callable

from drivers.cash import CashEvent, EventsLost
from drivers.cash.codec import BILL_VALIDATOR, HOST, Decoder, Frame, Header, Route, RouteFailure, bill_value, encode
from drivers.cash.events import RETURNED, STACKED, TROUBLE, EventBuffer, read, standing_trouble
from drivers.faults import DeviceFault, DeviceGone, DeviceNonsense, DeviceRefused, DeviceSilent
from drivers.health import Health
from drivers.link import Link, drain

TYPES = 16  # bill types that the two inhibit bytes cover
STACKER_AND_ESCROW = 0b11  # header 153
TRIES = 3

_CHECK_LINE = "Check the validator's power, its cable and its ccTalk address."
_POLL = "Poll the bill validator, then decide again."


class CcTalkBillValidator:
    """Implements drivers.cash.BillValidator. `open_link` opens the line anew after it broke.

    `country` picks the notes by the two letters of their identity; values are in its hundredths (fen for CN).
    `echo` says that the host hears its own bytes, as on the usual one-wire adaptor; an answer then counts only
    after the echo of its question. `answer_timeout` seconds are given to each of three tries.
    """

    def __init__(
        self,
        open_link: Callable[[], Link],
        *,
        address: int = BILL_VALIDATOR,
        country: str = "CN",
        echo: bool = True,
        answer_timeout: float = 0.4,
        find_out_timeout: float = 1.5,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open_link = open_link
        self._address = address
        self._country = country
        self._echo = echo
        self._answer_timeout = answer_timeout
        self._find_out_timeout = find_out_timeout
        self._clock = clock
        self._link: Link | None = None
        self._types: dict[int, int] = {}  # fen by bill type, once asked
        self._seen: EventBuffer | None = None  # what the host was last told, in this run of the device
        self._told: int | None = None  # the counter of an EventsLost that the host has not answered yet
        self._told_in_marked_run = False
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
        if self._seen is None or not self._is_marked():
            raise DeviceRefused("The bill validator has started and its events have not been read since", _POLL)
        self._ask(Header.MODIFY_MASTER_INHIBIT, b"\x00")
        self._let_in({bill for bill, fen in types.items() if fen in values})
        self._ask(Header.MODIFY_MASTER_INHIBIT, b"\x01")

    def poll(self, since: int | None) -> tuple[int, list[CashEvent]]:
        """See BillValidator.poll."""
        buffer = self._read_events()
        marked = self._is_marked()  # after the events: a restart in between must not go unseen
        acknowledged = since is None or since == self._told
        if not marked:
            self._types = {}
            if not acknowledged or (since is not None and self._told_in_marked_run):
                raise self._lost(buffer, marked=False)
        new = buffer.newer_than(buffer.counter if since is None else since)
        same_run = self._seen is None or since != self._seen.counter or buffer.follows(self._seen)
        if new is None or not (same_run or acknowledged):
            raise self._lost(buffer, marked=marked)
        values = self._known_types()
        if not marked:
            self._prepare()
        older = tuple((0, *result) for result in reversed(buffer.results[len(new) :]))
        _, held = read(older, values, self._held)
        events, self._held = read(new, values, held)
        self._seen, self._told = buffer, None
        self._trouble = standing_trouble(buffer, self._trouble)
        return buffer.counter, events

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
            buffer = self._read_events()
        except DeviceFault as fault:
            return Health(ok=False, what=fault.what, hint=fault.hint)
        self._trouble = standing_trouble(buffer, self._trouble)
        if self._trouble is not None:
            what, hint = TROUBLE[self._trouble]
            return Health(ok=False, what=what, hint=hint)
        return Health(ok=True, what=f"The bill validator answers and knows {len(values)} values", hint="")

    def close(self) -> None:
        """See BillValidator.close."""
        if self._link is None:
            return
        try:
            self.accept(frozenset())
        except DeviceFault:
            return  # it cannot be told; without polls a note it still draws in comes back by itself
        finally:
            self._drop_link()

    def _known_types(self) -> dict[int, int]:
        if not self._types:
            category = self._ask(Header.CATEGORY)
            if not category.lower().startswith(b"bill"):
                raise DeviceRefused(f"The device at ccTalk address {self._address} is no bill validator", _CHECK_LINE)
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

    def _read_events(self) -> EventBuffer:
        buffer = self._read_events_once()
        if buffer == self._seen:
            return buffer
        for _ in range(TRIES):
            again = self._read_events_once()
            if again == buffer:
                return buffer
            buffer = again
        raise DeviceNonsense("The bill validator's event memory never reads the same twice", _CHECK_LINE)

    def _read_events_once(self) -> EventBuffer:
        data = self._ask(Header.BUFFERED_EVENTS)
        buffer = EventBuffer.decode(data)
        if buffer is None:
            what = f"The bill validator answered {len(data)} bytes where its event memory has 11"
            raise DeviceNonsense(what, "Check that it is a ccTalk bill validator.", data)
        return buffer

    def _lost(self, buffer: EventBuffer, *, marked: bool) -> EventsLost:
        self._seen, self._held = None, 0
        self._told, self._told_in_marked_run = buffer.counter, marked
        return EventsLost(buffer.counter)

    def _is_marked(self) -> bool:
        return any(self._ask(Header.INHIBIT_STATUS))

    def _prepare(self) -> None:
        """Set a device up that has just started: nothing let in, notes held in escrow, and marked as this run."""
        self._ask(Header.MODIFY_MASTER_INHIBIT, b"\x00")
        self._ask(Header.MODIFY_OPERATING_MODE, bytes((STACKER_AND_ESCROW,)))
        self._let_in(set(self._known_types()))

    def _let_in(self, types: set[int]) -> None:
        """Set the bits of these bill types (never none: see the mark) and no others."""
        mask = sum(1 << (bill - 1) for bill in types)
        self._ask(Header.MODIFY_INHIBITS, mask.to_bytes(2, "little"))

    def _route(self, route: Route) -> None:
        before = self._read_events()
        if self._seen is None or before != self._seen or not self._is_marked():
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
            for _, bill, code in self._read_events().newer_than(before.counter) or ():
                went = (
                    Route.STACK if bill and code == STACKED else Route.RETURN if (bill, code) == (0, RETURNED) else None
                )
                if went is route:
                    return
                if went is not None:
                    raise DeviceRefused("The note in escrow went the other way", _POLL)
        raise DeviceSilent("The bill validator did not say whether it moved the note", _POLL)

    def _ask(self, header: Header, data: bytes = b"", *, tries: int = TRIES) -> bytes:
        """Return the data of the answer, asking up to `tries` times: more than once only what may be said twice."""
        question = Frame(destination=self._address, source=HOST, header=header, data=data)
        for left in range(tries - 1, -1, -1):
            try:
                return self._ask_once(question)
            except DeviceGone:
                self._drop_link()
                raise
            except (DeviceSilent, DeviceNonsense):
                if not left:
                    raise
        raise AssertionError("tries is at least 1")

    def _ask_once(self, question: Frame) -> bytes:
        link = self._link
        if link is None:
            link = self._link = self._open_link()
        drain(link)
        link.write(encode(question))
        decoder = Decoder(frozenset({HOST, self._address}))
        seen, echoed = b"", not self._echo
        until = self._clock() + self._answer_timeout
        while (left := until - self._clock()) > 0:
            data = link.read(left)
            seen += data[:64]
            for frame in decoder.feed(data):
                if frame == question:
                    echoed = True
                elif echoed and frame.destination == HOST and frame.source == self._address:
                    return self._checked(frame)
        if decoder.discarded:
            raise DeviceNonsense("What came from the bill validator is no ccTalk", _CHECK_LINE, seen)
        if seen and not echoed:
            what = "The bill validator's line did not give back what was sent"
            raise DeviceSilent(what, "Check the adaptor, or configure the line as one without echo.")
        raise DeviceSilent("The bill validator does not answer", _CHECK_LINE)

    def _checked(self, frame: Frame) -> bytes:
        if frame.header == Header.ACK:
            return frame.data
        if frame.header in (Header.NAK, Header.BUSY):
            raise DeviceRefused(
                "The bill validator refused a command", "Try again; if it stays, restart the validator."
            )
        raise DeviceNonsense(
            f"The bill validator answered with header {frame.header}", "Check that nothing else is on its line."
        )

    def _drop_link(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None
