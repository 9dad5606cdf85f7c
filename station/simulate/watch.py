"""How a world tells whoever judges it what was seen: by machines and people, not by what the product says of itself."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from gate.decision import Admitted
from sync.journal.reader import StoredEvent
from tickets.uses import UseEnd

if TYPE_CHECKING:
    from station.simulate.world import World


class Broken(AssertionError):
    """A promise is broken."""


class Watch(Protocol):
    """Told of everything in the order of virtual time."""

    def wrote(self, node: str, journal: str, events: Sequence[StoredEvent]) -> None:
        """These events are durable: their commit has returned. `journal` is its epoch, as hexadecimal text."""
        ...

    def opened(self, gate: str, lane: str, use: Admitted) -> None:
        """The barrier is about to be told to open."""
        ...

    def passed(self, gate: str, lane: str, use: Admitted, end: UseEnd) -> None:
        """How that ended, as people saw it."""
        ...

    def asks(self, gate: str, attempt: UUID, number: str) -> None:
        """The gate would let this ticket in, as far as it knows by itself, and is about to ask the arbiter."""
        ...

    def heard(self, gate: str, attempt: UUID, word: str | None) -> None:
        """What the arbiter said of an attempt in time; None for silence."""
        ...

    def shown(self, gate: str, number: str, answer: str) -> None:
        """What a passenger was told who showed this ticket: "admitted", or the reason why not."""
        ...

    def forged(self, gate: str, number: str, answer: str) -> None:
        """What somebody was told who showed a code that nobody had issued; see `shown`."""
        ...

    def answered(self, gate: str, attempt: UUID, word: str) -> None:
        """What the relay has said of an attempt has reached the gate: "granted", "taken" or "not_arbitrating".

        This is read on the line. It may have come too late, or be signed by a relay that the gate does not know yet.
        """
        ...

    def money_in(self, till: str, fen: int) -> None:
        """A note is in the stacker."""
        ...

    def money_out(self, till: str, fen: int) -> None:
        """A note or a coin was given back."""
        ...

    def paper(self, till: str, kind: str, text: str, *, copy: int = 0, whole: bool = True) -> None:
        """A "ticket" (its number) or a "slip" (its claim's number) came out, `whole` or so that it is of no use.

        `copy` is 0 for the first print of a ticket.
        """
        ...

    def sold_by_centre(self, station: int, number: str, day: date, trip: str, seat: int | None) -> None:
        """The web shop has heard that this was sold."""
        ...

    def asks_refund(self, station: int, number: str) -> None:
        """The office asks the centre to refund this, for the first time."""
        ...

    def refunded_by_centre(self, station: int, number: str) -> None:
        """The office has heard that this was refunded."""
        ...

    def kept(self, node: str, epoch: UUID, through: int) -> None:
        """The terminal has written down a receipt of the centre for its journal."""
        ...

    def crashed(self, node: str, *, power: bool) -> None:
        """The machine has lost its power, or only its programs have died."""
        ...

    def lost_disk(self, node: str) -> None:
        """Nothing of its disk is left."""
        ...

    def came_back(self, node: str) -> None:
        """It runs again."""
        ...

    def cloned(self, node: str) -> None:
        """From now on two machines run from this one's disk, or it goes on from an old copy."""
        ...

    def restored(self, made_at: int) -> None:
        """The centre was put back to a backup, which was made at that virtual ms."""
        ...

    def struck_off(self, gate: str) -> None:
        """Staff have said that this gate's history need not be waited for."""
        ...

    def at_end(self, world: "World") -> None:
        """Everything has come to rest."""
        ...


class Unwatched:
    """Sees nothing."""

    def wrote(self, node: str, journal: str, events: Sequence[StoredEvent]) -> None:
        """See Watch."""

    def opened(self, gate: str, lane: str, use: Admitted) -> None:
        """See Watch."""

    def passed(self, gate: str, lane: str, use: Admitted, end: UseEnd) -> None:
        """See Watch."""

    def asks(self, gate: str, attempt: UUID, number: str) -> None:
        """See Watch."""

    def heard(self, gate: str, attempt: UUID, word: str | None) -> None:
        """See Watch."""

    def shown(self, gate: str, number: str, answer: str) -> None:
        """See Watch."""

    def forged(self, gate: str, number: str, answer: str) -> None:
        """See Watch."""

    def answered(self, gate: str, attempt: UUID, word: str) -> None:
        """See Watch."""

    def money_in(self, till: str, fen: int) -> None:
        """See Watch."""

    def money_out(self, till: str, fen: int) -> None:
        """See Watch."""

    def paper(self, till: str, kind: str, text: str, *, copy: int = 0, whole: bool = True) -> None:
        """See Watch."""

    def sold_by_centre(self, station: int, number: str, day: date, trip: str, seat: int | None) -> None:
        """See Watch."""

    def asks_refund(self, station: int, number: str) -> None:
        """See Watch."""

    def refunded_by_centre(self, station: int, number: str) -> None:
        """See Watch."""

    def kept(self, node: str, epoch: UUID, through: int) -> None:
        """See Watch."""

    def crashed(self, node: str, *, power: bool) -> None:
        """See Watch."""

    def lost_disk(self, node: str) -> None:
        """See Watch."""

    def came_back(self, node: str) -> None:
        """See Watch."""

    def at_end(self, world: "World") -> None:
        """See Watch."""

    def cloned(self, node: str) -> None:
        """See Watch."""

    def restored(self, made_at: int) -> None:
        """See Watch."""

    def struck_off(self, gate: str) -> None:
        """See Watch."""
