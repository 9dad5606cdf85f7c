"""What header 159 says: a counter and the last five events, newest first (ccTalk part 2; codes: part 3).

The counter is 0 after a reset and otherwise goes 1…255, 1…. Two limits of the protocol follow. A restart is
not always visible in the counter (2, restart, 4 looks like 2 new events), so the driver also looks for a mark that
a restart wipes. And 255 events look like none; notes are stacked only at the host's word, so
at most one stacked note could hide behind that, and only if nobody polled for all those events.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.cash import BillInEscrow, BillReturned, BillStacked, BillTrouble, CashEvent

KEPT = 5
STACKED, IN_ESCROW = 0, 1  # result B when result A is a bill type
RETURNED = 1  # result B when result A is 0, here and below
REFUSED_AT_MOUTH = frozenset({2, 3, 4, 5})
QUIET = frozenset({0, 10, 12, 20})  # master inhibit active, stacker in order, stacker inserted, barcode
SETTLING = frozenset({10, 12})

_JAM = "Open the validator, clear the way of the notes, close it; a note found inside is the last customer's."
_FRAUD = "Nothing was credited. Watch the machine; compare the stacker with the journal at the end of the shift."
TROUBLE: Mapping[int, tuple[str, str]] = {
    6: ("A note is jammed where the customer can reach it", _JAM),
    7: ("A note is jammed on its way into the stacker", _JAM),
    8: ("A note was pulled back out", _FRAUD),
    9: ("Somebody tampered with a note", _FRAUD),
    11: ("The stacker has been taken out", "Put it back until it clicks; record what was in it."),
    13: ("The stacker is faulty", "Take the stacker out and put it back; exchange it if this stays."),
    14: ("The stacker is full", "Exchange the stacker for an empty one."),
    15: ("The stacker is jammed", _JAM),
    16: ("A note is jammed inside", _JAM),
    17: ("A sensor was tricked", _FRAUD),
    18: ("A note on a string was tried", _FRAUD),
    19: ("The guard against notes on strings is faulty", "Switch the validator off and on; exchange it if this stays."),
    21: ("A note of unknown value was stacked", "Find it in the stacker; it is credited to nobody."),
}
LASTING = frozenset({6, 7, 11, 13, 14, 15, 16, 19})  # no notes can be taken until it is settled


@dataclass(frozen=True, slots=True, kw_only=True)
class EventBuffer:
    """The device's answer: `counter` and five (A, B) results, newest first."""

    counter: int
    results: tuple[tuple[int, int], ...]

    @staticmethod
    def decode(data: bytes) -> "EventBuffer | None":
        """Read the data of an answer to header 159; None when it is not one."""
        if len(data) != 1 + 2 * KEPT:
            return None
        return EventBuffer(counter=data[0], results=tuple(zip(data[1::2], data[2::2], strict=True)))

    def newer_than(self, since: int) -> tuple[tuple[int, int, int], ...] | None:
        """Return (counter, A, B) of the events after `since`, oldest first; None when some are gone."""
        missed = self.counter - since
        if self.counter and since:
            missed %= 255
        if not 0 <= missed <= KEPT:
            return None
        return tuple(((self.counter - 1 - age) % 255 + 1, *self.results[age]) for age in range(missed - 1, -1, -1))

    def follows(self, earlier: "EventBuffer") -> bool:
        """Tell whether this can be a later state of the same run of the device: what both hold must agree."""
        new = self.newer_than(earlier.counter)
        if new is None:
            return False
        return self.results[len(new) :] == earlier.results[: KEPT - len(new)]


def read(new: tuple[tuple[int, int, int], ...], values: Mapping[int, int], held: int) -> tuple[list[CashEvent], int]:
    """Turn results (counter, A, B) into events. `values` is fen by bill type; `held` the fen in escrow before, or 0.

    Returns the events and what is held after them.
    """
    events: list[CashEvent] = []
    for counter, bill, code in new:
        if bill:
            fen = values.get(bill, 0)
            if not fen or code not in (STACKED, IN_ESCROW):
                what = f"A note of type {bill} was reported (code {code}) that this validator did not announce"
                hint = "Find it in the stacker or the escrow; it is credited to nobody."
                events.append(BillTrouble(what=what, hint=hint, counter=counter))
            elif code == IN_ESCROW:
                events.append(BillInEscrow(fen=fen, counter=counter))
                held = fen
            else:
                events.append(BillStacked(fen=fen, counter=counter))
                held = 0
        elif code == RETURNED:
            events.append(BillReturned(fen=held, counter=counter))
            held = 0
        elif code in REFUSED_AT_MOUTH:
            events.append(BillReturned(fen=0, counter=counter))
        elif code not in QUIET:
            what, hint = TROUBLE.get(
                code, (f"The bill validator reports event {code}, which is not a standard one", "See its manual.")
            )
            events.append(BillTrouble(what=what, hint=hint, counter=counter, lasting=code in LASTING))
    return events, held


def standing_trouble(buffer: EventBuffer, before: int | None) -> int | None:
    """Return the code in LASTING that stands now, or None; `before` is what stood before these five events."""
    for bill, code in buffer.results:
        if bill or code in SETTLING:
            return None
        if code in LASTING:
            return code
    return before
