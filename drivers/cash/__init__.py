"""The ports of what takes and gives cash: a bill validator with escrow, a coin acceptor, a dispenser of coins.

Notes count as money only as `BillStacked`: not when one is held, and not when routing it was acknowledged. Coins count
as `CoinIn`. Every event carries the device's own counter. Keep the last counter with the credit it brought, in one
transaction, and hand it to `poll`: each event is then counted once, whatever was lost, repeated or restarted.

The order of calls: `poll` first (with the kept counter, or None at the first start), then `accept`, then `poll`
several times a second while notes are let in. When `poll` raises EventsLost: settle what was open as unclear,
then poll with the counter it tells (or None) and `accept` again.
"""

from dataclasses import dataclass
from typing import Protocol

from drivers.faults import DeviceFault
from drivers.health import Health


@dataclass(frozen=True, slots=True, kw_only=True)
class BillInEscrow:
    """A note of `fen` is held between customer and stacker: `stack` it or `give_back`, or it returns by itself."""

    fen: int
    counter: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BillStacked:
    """A note of `fen` is in the stacker and cannot come back. The only event that is money."""

    fen: int
    counter: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BillReturned:
    """The customer has the note again. `fen` is 0 when its value is not known: it was refused at the mouth, for one."""

    fen: int
    counter: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BillTrouble:
    """The device reports a jam, a fraud attempt, or something about its stacker. No money has moved by this event.

    `lasting`: no notes can be taken until it is settled; `health` says so too until then.
    """

    what: str
    hint: str
    counter: int
    lasting: bool = False


CashEvent = BillInEscrow | BillStacked | BillReturned | BillTrouble


class EventsLost(DeviceFault):
    """Events between the kept counter and now can no longer be read: the device restarted, or more than five passed.

    `counter` is where the device stands now; polling with it says that the loss has been taken note of.
    """

    def __init__(
        self,
        counter: int,
        *,
        what: str = "The bill validator restarted or did more than its memory holds since it was last read",
        hint: str = "Compare the stacker with the journal: a note may be in it that is credited to nobody.",
    ) -> None:
        super().__init__(what, hint)
        self.counter = counter


class BillValidator(Protocol):
    """A bill validator. Every call may raise DeviceFault; the next call then tries afresh. One thread at a time."""

    def identify(self) -> tuple[int, ...]:
        """Return the values it knows, in fen, ascending."""

    def accept(self, values: frozenset[int]) -> None:
        """Let in exactly the notes of these values (fen) from now on; an empty set lets in none.

        Raises ValueError for a value it does not know, and DeviceRefused when the device has not been polled
        since this driver or the device started. After a restart of the device nothing is let in until asked again.
        """

    def poll(self, since: int | None) -> tuple[int, list[CashEvent]]:
        """Return the device's counter (0..255) and the events newer than `since`, oldest first.

        None for `since` only syncs up: no events, whatever came before is given up. Raises EventsLost rather
        than miss an event.
        """

    def stack(self) -> None:
        """Send the note in escrow to the stacker; returns when the device took the order. Poll for BillStacked.

        Raises DeviceRefused when there is none, when it could not, or when there are events not yet polled
        (what is held may no longer be what was decided on). After any other fault poll to find out.
        """

    def give_back(self) -> None:
        """Send the note in escrow back to the customer; everything else as for `stack`."""

    def health(self) -> Health:
        """Say whether it answers and can take notes. Never raises."""

    def close(self) -> None:
        """Let in no more notes, if the device can still be told so, and release the port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinIn:
    """A coin of `fen` is in the coin box and cannot come back. The only event of a coin acceptor that is money."""

    fen: int
    counter: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinTrouble:
    """The device reports a jam, a fraud attempt, or a coin that it cannot tell. No money has moved by this event.

    `lasting`: no coins can be taken until it is settled; `health` says so too until then.
    """

    what: str
    hint: str
    counter: int
    lasting: bool = False


CoinEvent = CoinIn | CoinTrouble


class CoinAcceptor(Protocol):
    """A coin acceptor without escrow: what is in has come to stay. Every call may raise DeviceFault; the next one then
    tries afresh. One thread at a time. The order of calls is that of a validator: `poll`, `accept`, `poll`…
    """

    def identify(self) -> tuple[int, ...]:
        """Return the values it knows, in fen, ascending."""

    def accept(self, values: frozenset[int]) -> None:
        """Let in exactly the coins of these values (fen) from now on; an empty set lets in none.

        A coin already on its way when the set is made smaller may still be reported. Raises ValueError for a value
        it does not know, and DeviceRefused when the device has not been polled since this driver or the device
        started. After a restart of the device nothing is let in until asked again.
        """

    def poll(self, since: int | None) -> tuple[int, list[CoinEvent]]:
        """Return the device's counter (0..255) and the events newer than `since`, oldest first.

        None for `since` only syncs up: no events, whatever came before is given up. Raises EventsLost rather
        than miss an event.
        """

    def health(self) -> Health:
        """Say whether it answers and can take coins. Never raises."""

    def close(self) -> None:
        """Let in no more coins, if the device can still be told so, and release the port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DispenserStatus:
    """What a dispenser says of the last order that it took.

    `counter` is 0 when it has restarted since; otherwise each order that it takes moves it on by one (255 is followed
    by 1). `remaining` coins are still to come: above 0 it is at work. `paid` and `unpaid` count coins of that order
    and are final once `remaining` is 0. After a restart all of these may be 0 and then say nothing.
    `given` is how many coins it has given in its life (modulo 2 to the power of 24), restarts included, and None when
    it does not count them: the difference of two readings is what went out between them, whatever happened.
    """

    counter: int
    remaining: int
    paid: int
    unpaid: int
    given: int | None = None


def given_between(before: DispenserStatus, after: DispenserStatus, coins: int) -> int | None:
    """Return how many coins surely went out by one order of `coins`, None when that cannot be known.

    `before` was read before the order, `after` once `remaining` is 0 again. 0 also when the order was never taken.
    None after a restart in between (also when both counters are 0), and when the numbers fit no single order: what was
    given then must be counted by hand. The count of a whole life is believed before `paid`, because some hoppers move
    their counter on with an order that they refused, and still tell the `paid` of the one before. So without that count
    `paid` and `unpaid` must add up to the order, and an order that `pay_out` refused is 0 whatever this says.
    """
    restarted = after.counter == 0
    moved = after.counter == before.counter % 255 + 1
    if after.remaining or restarted or not (moved or after.counter == before.counter):
        return None
    if before.given is not None and after.given is not None:
        went = (after.given - before.given) & 0xFFFFFF
        return went if went <= (coins if moved else 0) else None
    if not moved:
        return 0
    return after.paid if after.paid + after.unpaid == coins else None


class Dispenser(Protocol):
    """A dispenser of one kind of coin. Every call may raise DeviceFault; the next one then tries afresh.

    Keep the whole `status` before an order durable together with the order: `given_between` tells the outcome by it.
    """

    @property
    def fen(self) -> int:
        """The value of its coins."""

    def pay_out(self, coins: int) -> None:
        """Order that many coins (1..255); returns when the device took the order, before the coins have come.

        Ask for `status` first. Raises ValueError for another number, DeviceRefused when it surely did not take the
        order (it restarted since `status`, for one), and any other fault when that is not known: `status` then tells
        by the counter. It is never ordered twice.
        """

    def status(self) -> DispenserStatus:
        """Ask the device now."""

    def level(self) -> int | None:
        """Return a number of coins that it surely holds, or None when it cannot tell.

        0 when its low-level sensor says so. None counts as empty for whoever has no other knowledge of it.
        """

    def stop(self) -> None:
        """Stop giving coins at once, whatever was ordered; `status` then says what is unpaid."""

    def health(self) -> Health:
        """Say whether it answers and can give coins. Never raises."""

    def close(self) -> None:
        """Let it give nothing unasked, if it can still be told so, and release the port."""
