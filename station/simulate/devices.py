"""A till's devices as people find them: they keep their state when the till dies, and say what really happened.

They serve the ports of `drivers.cash` and `drivers.printer`; the bytes on their lines are tested elsewhere.
"""

from collections.abc import Callable
from enum import Enum

from drivers.cash import BillInEscrow, BillReturned, BillStacked, BillTrouble, CashEvent, EventsLost
from drivers.faults import DeviceRefused, DeviceSilent
from drivers.health import Health
from drivers.printer import PaperState, PrintOutcome, Status

BILLS = (100, 500, 1000, 2000, 5000, 10000)
"""Notes that the validator knows, in fen."""
_EVENTS = 5
_COUNTS_TO = 255
JAMMED, OPEN_IT = "The validator is jammed", "Open it."

Made = Callable[[int], CashEvent]


class NoteBox:
    """A bill validator: one note in escrow, five events kept, settings lost with its power.

    `moved` hears of a note that came to rest: True in the stacker, False back with the passenger.
    """

    def __init__(self, moved: Callable[[int, bool], None]) -> None:
        self._moved = moved
        self.escrow: int | None = None
        self.jammed = False
        self.silent = False
        self._next_sticks: Callable[[], None] | None = None
        self._counter = 0
        self._events: list[tuple[int, CashEvent]] = []
        self._serial = self._read_to = 0
        self._accepts: frozenset[int] = frozenset()
        self._in_step = self._polled = False
        self._told: int | None = None

    # ------------------------------------------------------------------ by hand

    @property
    def takes(self) -> frozenset[int]:
        """The notes that it lets in now."""
        return frozenset() if self.escrow is not None or self.jammed or self.silent else self._accepts

    def insert(self, fen: int) -> bool:
        """A passenger puts a note in; False when it comes out again at once."""
        if fen not in self.takes:
            return False
        self.escrow = fen
        self._report(lambda counter: BillInEscrow(fen=fen, counter=counter))
        if self._next_sticks is not None:
            self._jam(self._next_sticks)
        return True

    def give_up(self) -> None:
        """A note that nobody decides on goes back by itself."""
        if self.escrow is not None:
            self._rest(back=True)

    def power_cycle(self) -> None:
        """Its power goes and comes: settings and events are gone, a note in escrow is back with the passenger."""
        if self.escrow is not None:
            fen, self.escrow = self.escrow, None
            self._moved(fen, False)
        self._counter, self._events, self._told = 0, [], None
        self._accepts, self._in_step, self._polled = frozenset(), False, False
        self._read_to = self._serial

    def jam_next(self, jammed: Callable[[], None]) -> None:
        """The next note will stick, and nothing moves until somebody opens it; `jammed` is called then."""
        self._next_sticks = jammed

    def clear(self, *, restarts: bool, stacked: bool = False) -> None:
        """Somebody has opened it: a note in escrow is in his hand, and its passenger's. It `restarts`, or goes on.

        `stacked`: he has pushed the note on, into the stacker, and it goes on.
        """
        self._next_sticks = None
        if not self.jammed:
            return
        self.jammed = False
        if stacked and self.escrow is not None:
            self._rest(back=False)
        elif restarts:
            self.power_cycle()
        else:
            self.give_up()

    def new_host(self) -> None:
        """The program that used it is gone."""
        self._polled, self._told = False, None

    # ------------------------------------------------------------------ the port

    def identify(self) -> tuple[int, ...]:
        """See BillValidator."""
        self._answer()
        return BILLS

    def accept(self, values: frozenset[int]) -> None:
        """See BillValidator."""
        self._answer()
        if values and not (self._polled and self._in_step):
            raise DeviceRefused("The validator was not polled since it started", "Poll it.")
        self._accepts = values

    def poll(self, since: int | None) -> tuple[int, list[CashEvent]]:
        """See BillValidator."""
        self._answer()
        knows = since is None or (self._told is not None and since == self._told)
        if not self._in_step and not knows:
            self._told = self._counter
            raise EventsLost(self._counter)
        if since is None:
            missed = 0
        elif since and self._counter:
            missed = (self._counter - since) % _COUNTS_TO
        else:
            missed = self._counter
        if missed > min(_EVENTS, len(self._events)):
            self._told = self._counter
            raise EventsLost(self._counter)
        self._in_step = self._polled = True
        self._told = None
        self._read_to = self._serial
        return self._counter, [event for _, event in self._events[len(self._events) - missed :]]

    def stack(self) -> None:
        """See BillValidator."""
        self._order()
        self._rest(back=False)

    def give_back(self) -> None:
        """See BillValidator."""
        self._order()
        self._rest(back=True)

    def health(self) -> Health:
        """See BillValidator."""
        well = not (self.jammed or self.silent)
        return Health(ok=well, what="The validator is ready" if well else JAMMED, hint=OPEN_IT)

    def close(self) -> None:
        """See BillValidator."""
        self._accepts = frozenset()

    # ------------------------------------------------------------------ inside

    def _jam(self, then: Callable[[], None]) -> None:
        self.jammed, self._next_sticks = True, None
        self._report(lambda counter: BillTrouble(what=JAMMED, hint=OPEN_IT, counter=counter, lasting=True))
        then()

    def _answer(self) -> None:
        if self.silent:
            raise DeviceSilent("The validator does not answer", "Check its cable.")

    def _order(self) -> None:
        self._answer()
        if self._read_to != self._serial:
            raise DeviceRefused("There are events that were not polled", "Poll them.")
        if self.escrow is None or self.jammed:
            raise DeviceRefused("There is no note that could be moved", "Poll it.")

    def _rest(self, *, back: bool) -> None:
        assert self.escrow is not None
        fen, self.escrow = self.escrow, None
        self._moved(fen, not back)
        self._report(
            (lambda counter: BillReturned(fen=fen, counter=counter))
            if back
            else (lambda counter: BillStacked(fen=fen, counter=counter))
        )

    def _report(self, make: Made) -> None:
        self._counter = self._counter % _COUNTS_TO + 1
        self._serial += 1
        self._events = [*self._events, (self._serial, make(self._counter))][-_EVENTS:]


class Next(Enum):
    """What becomes of a piece of paper."""

    WELL = "well"
    TORN = "torn"
    """It comes out so that it is of no use, and the printer does not say that it is done."""
    STUCK = "stuck"
    """Nothing comes out, and the printer does not say so."""
    UNHEARD = "unheard"
    """It comes out well, and nobody hears it."""


class PaperTray:
    """A printer whose pictures are texts. `printed` hears of each piece, and whether it came out whole.

    After a piece that jams it is not `ready` until somebody has opened it.
    """

    def __init__(self, printed: Callable[[str, bool], None]) -> None:
        self._printed = printed
        self.ready = True
        self._next = Next.WELL
        self._jammed: Callable[[], None] = lambda: None

    def jam_next(self, becomes: Next, jammed: Callable[[], None]) -> None:
        """This becomes of the next piece; `jammed` is called then."""
        self._next, self._jammed = becomes, jammed

    def clear(self) -> None:
        """Somebody has opened it: it prints again."""
        self.ready, self._next = True, Next.WELL

    def status(self) -> Status:
        """See Printer."""
        return Status(online=self.ready, cover_open=False, paper=PaperState.OK, error=None)

    def print_raster(
        self,
        image: bytes,
        width: int,  # noqa: ARG002  the port's own signature
        height: int,  # noqa: ARG002
        *,
        on_sent: Callable[[], None] | None = None,
    ) -> PrintOutcome:
        """See Printer."""
        if on_sent is not None:
            on_sent()
        if not self.ready:
            return PrintOutcome.REFUSED
        becomes, self._next = self._next, Next.WELL
        self.ready = becomes not in (Next.TORN, Next.STUCK)
        if becomes is not Next.STUCK:
            self._printed(image.decode("ascii"), becomes is not Next.TORN)
        if becomes is Next.WELL:
            return PrintOutcome.DONE
        self._jammed()
        return PrintOutcome.UNKNOWN

    def health(self) -> Health:
        """See Printer."""
        return Health(ok=self.ready, what="The printer is ready" if self.ready else "No paper", hint="Load paper.")

    def close(self) -> None:
        """See Printer."""
