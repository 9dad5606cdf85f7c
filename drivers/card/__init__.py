"""The port of a card terminal: it takes a payment, tells what became of the last one, and gives money back.

A payment is safe only in this order: make the intent durable with a `reference` of your own, `pay`, and record what
came back. `CardUnclear` says that money may have been taken: ask `last` until it answers, and believe its word only
after comparing. A terminal knows its bookings by `receipt`; it does not know your references. So a `CardPaid` from
`last` is *this* payment when its amount is the one asked for and its receipt is none that you recorded before: keep
every receipt that you were ever told. The terminal serves nobody but you; that is what makes the comparison sound.
"""

from dataclasses import dataclass
from typing import Protocol

from drivers.faults import DeviceFault
from drivers.health import Health


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPaid:
    """The terminal booked `fen`. `receipt` names the booking: text to keep as it is, and to hand to `reverse`.

    It is made of the terminal's own identity, its trace number and its receipt number, so no two bookings of this
    machine share it; for people the digits behind the last `-` are the number on the terminal's slip.
    """

    receipt: str
    fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDeclined:
    """Nothing was booked. `why` is one of WHY, for the screen and the log to say in their words."""

    why: str


WHY = ("declined", "cancelled", "timeout", "card", "pin", "limit", "busy", "fault")
"""Why nothing was booked: by the bank; by the passenger; nobody held a card there; a card that cannot be used; its PIN;
the amount; the terminal has something else to do; the terminal or its line to the bank fails."""


class CardUnclear(DeviceFault):
    """The terminal may have booked: it was asked and its answer was lost. Ask `last` until it answers."""


class CardTerminal(Protocol):
    """A card terminal. Calls raise DeviceFault when nothing can have been booked by them; the next call tries afresh.

    `stop` and `health` return at once whatever another thread is waiting for; the other calls wait for each other.
    """

    def pay(self, fen: int, reference: str) -> CardPaid | CardDeclined:
        """Take `fen`; returns when the terminal is done with the passenger, within two minutes or so.

        Raises CardUnclear when it was asked and its answer did not come. ValueError for an amount that no terminal
        takes (below 1, or above 12 digits).
        """

    def last(self, reference: str) -> CardPaid | CardDeclined | None:
        """Ask the terminal what became of the last payment; `reference` is the one that is in doubt.

        CardPaid: the last booking that the terminal knows. Where this driver asked the payment itself it has compared
        already: another's booking is never told as this one. A driver that was started since cannot: compare, as above.
        CardDeclined: that payment was surely not booked. None: the terminal knows of no booking at all (one that has
        done its end-of-day since may have forgotten it).
        Raises DeviceFault when it cannot be asked, or is still busy with it: ask again.
        """

    def reverse(self, receipt: str, fen: int) -> bool:
        """Undo the booking `receipt` of `fen` as a whole. True: it is undone, also when it was undone before.

        False: the terminal says that it cannot: `refund` then. Raises CardUnclear when its answer was lost: ask again,
        it is never undone twice. Only for bookings of the same day: a terminal finds them by four digits, which may
        begin anew after its end-of-day. Raises ValueError for a receipt that this driver did not make.
        """

    def refund(self, fen: int, reference: str) -> CardPaid | CardDeclined:
        """Give `fen` back onto the card that is held to the terminal. CardPaid: booked back. Else as `pay`."""

    def end_day(self) -> None:
        """Let the terminal hand the day's bookings to the bank; what is handed over can no longer be reversed.

        Raises DeviceFault when it did not. Many terminals do this by themselves at night.
        """

    def stop(self) -> None:
        """Break off what the terminal waits for now; may be called from another thread. `pay` then returns or raises.

        What is booked already stays booked, and `pay` says so.
        """

    def health(self) -> Health:
        """Say whether the terminal answers and can take a card now. Never raises."""

    def close(self) -> None:
        """Release the line. The next call opens it again."""
