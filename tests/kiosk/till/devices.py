"""Devices in the test's own process: they keep their state when a till dies, and do what a test tells them to."""

from collections.abc import Callable

from drivers.cash import BillInEscrow, BillReturned, BillStacked, BillTrouble, CashEvent, EventsLost
from drivers.faults import DeviceRefused, DeviceSilent
from drivers.health import Health
from drivers.printer import PaperState, PrintOutcome, Status
from tests.kiosk.till.bench import VALIDATOR_BILLS


class Validator:
    """A bill validator as its port describes it: five events kept, one note in escrow, settings lost with power.

    `stack_does` says what the next order to move a note does: "at once", "later" (when `arrive` is called),
    "and answers nothing", "nothing" (no answer, and it was not heard).
    """

    def __init__(self) -> None:
        self.stacker = 0
        self.returned = 0
        self.losses = 0
        """How often it had to say that events are gone."""
        self.silent = False
        self.jammed = False
        self.stack_does = "at once"
        self.escrow: int | None = None
        self._moving: str | None = None
        self._counter = 0
        self._events: list[tuple[int, CashEvent]] = []
        self._read_to = 0
        self._serial = 0
        self._accepts: frozenset[int] = frozenset()
        self._marked = False
        self._told: int | None = None
        self._polled = False

    # by hand

    def insert(self, fen: int) -> bool:
        """A passenger puts a note in; True when it went into escrow."""
        if self.escrow is not None or self.jammed or fen not in self._accepts:
            return False
        self.escrow = fen
        self._report(lambda counter: BillInEscrow(fen=fen, counter=counter))
        return True

    def arrive(self) -> None:
        """A note that is moving gets there."""
        if self._moving == "stack":
            self._stack()
        elif self._moving == "back":
            self._give_back()

    def jam(self) -> None:
        """A note gets stuck, which it reports, as often as somebody pushes."""
        self.jammed = True
        self._report(lambda counter: BillTrouble(what="jammed", hint="Open it.", counter=counter, lasting=True))

    def trick(self) -> None:
        """Somebody tries a note on a string."""
        self._report(lambda counter: BillTrouble(what="string", hint="Watch it.", counter=counter))

    def run_out(self) -> None:
        """A note waited in escrow for too long and goes back."""
        if self.escrow is not None and self._moving is None and not self.jammed:
            self._give_back()

    def power_cycle(self) -> None:
        """Power goes and comes: settings and events are gone, a note in escrow is back with the passenger."""
        if self.escrow is not None:
            self.returned += self.escrow
        self.escrow = self._moving = None
        self._counter, self._events = 0, []
        self._accepts, self._marked, self._polled, self._told = frozenset(), False, False, None
        self._read_to = self._serial

    def new_host(self) -> None:
        """The process that used it is gone; what the driver remembered is gone too."""
        self._polled, self._told = False, None

    # the port

    def identify(self) -> tuple[int, ...]:
        """See BillValidator."""
        self._answer()
        return VALIDATOR_BILLS

    def accept(self, values: frozenset[int]) -> None:
        """See BillValidator."""
        self._answer()
        if values and not (self._polled and self._marked):
            raise DeviceRefused("not polled since the start", "Poll.")
        self._accepts = values

    def poll(self, since: int | None) -> tuple[int, list[CashEvent]]:
        """See BillValidator."""
        self._answer()
        acknowledged = since is None or (self._told is not None and since == self._told)
        if not self._marked and not acknowledged:
            self._told = self._counter
            self.losses += 1
            raise EventsLost(self._counter)
        missed = 0 if since is None else (self._counter - since) % 255 if since and self._counter else self._counter
        if since is not None and (missed > 5 or missed > len(self._events)):
            self._told = self._counter
            self.losses += 1
            raise EventsLost(self._counter)
        self._marked = self._polled = True
        self._told = None
        self._read_to = self._serial
        return self._counter, [event for _, event in self._events[len(self._events) - missed :]]

    def stack(self) -> None:
        """See BillValidator."""
        self._route("stack")

    def give_back(self) -> None:
        """See BillValidator."""
        self._route("back")

    def health(self) -> Health:
        """See BillValidator."""
        if self.silent:
            return Health(ok=False, what="silent", hint="Wait.")
        return Health(ok=not self.jammed, what="jammed" if self.jammed else "fine", hint="Open it.")

    def close(self) -> None:
        """See BillValidator."""
        self._accepts = frozenset()

    # inside

    def _answer(self) -> None:
        if self.silent:
            raise DeviceSilent("The validator does not answer", "Check its cable.")

    def _unread(self) -> list[tuple[int, CashEvent]]:
        return [(serial, event) for serial, event in self._events if serial > self._read_to]

    def _report(self, make: Callable[[int], CashEvent]) -> None:
        self._counter = self._counter % 255 + 1
        self._serial += 1
        self._events = [*self._events, (self._serial, make(self._counter))][-5:]

    def _route(self, way: str) -> None:
        self._answer()
        if self._unread():
            raise DeviceRefused("There are events not yet polled", "Poll.")
        if self.escrow is None:
            raise DeviceRefused("There is no note in escrow", "Poll.")
        if self.jammed or self._moving:
            raise DeviceRefused("The note could not be moved", "Clear it.")
        does, self.stack_does = self.stack_does, "at once"
        if does != "nothing":
            self._moving = way
        if does in ("at once", "and answers nothing"):
            self.arrive()
        if does in ("nothing", "and answers nothing"):
            raise DeviceSilent("No answer", "Poll.")

    def _stack(self) -> None:
        assert self.escrow is not None
        fen, self.escrow, self._moving = self.escrow, None, None
        self.stacker += fen
        self._report(lambda counter: BillStacked(fen=fen, counter=counter))

    def _give_back(self) -> None:
        assert self.escrow is not None
        fen, self.escrow, self._moving = self.escrow, None, None
        self.returned += fen
        self._report(lambda counter: BillReturned(fen=fen, counter=counter))


class PaperTray:
    """A printer: `does` says what becomes of the next piece, `ready` whether it says that it can print.

    `out` lists the pieces that came out whole, `torn` those that nobody can be sure of.
    """

    def __init__(self) -> None:
        self.ready = True
        self.does = PrintOutcome.DONE
        self.out: list[str] = []
        self.torn: list[str] = []

    def status(self) -> Status:
        """See Printer."""
        return Status(online=self.ready, cover_open=False, paper=PaperState.OK, error=None)

    def print_raster(
        self, image: bytes, width: int, height: int, *, on_sent: Callable[[], None] | None = None
    ) -> PrintOutcome:
        """See Printer."""
        assert width == 8
        assert len(image) == height
        if on_sent is not None:
            on_sent()
        if not self.ready:
            return PrintOutcome.REFUSED
        does, self.does = self.does, PrintOutcome.DONE
        if does is PrintOutcome.DONE:
            self.out.append(image.decode())
        elif does is PrintOutcome.UNKNOWN:
            self.torn.append(image.decode())
        return does

    def health(self) -> Health:
        """See Printer."""
        return Health(ok=self.ready, what="ready" if self.ready else "no paper", hint="Load paper.")

    def close(self) -> None:
        """See Printer."""
