"""What a terminal's result codes mean for a passenger and for a technician (PA00P015, chapter 10)."""

from collections.abc import Mapping

BOOKED = 0x00
STOPPED = 0x6C
ALREADY_REVERSED = 0xB4
NOTHING_TO_REPEAT = frozenset({0x83})
"""Not possible: it has no booking yet. Any other refusal to repeat a receipt says nothing of bookings."""

WAIT = frozenset({0x9C, 0xA0, 0xDC})
"""It is still at work, or a card is still in it: ask again."""

_CARD = frozenset({0x64, 0x65, 0x66, 0x67, 0x68, 0x6E, 0x71, 0x72, 0x73, 0x76, 0x78, 0x79, 0x7A, 0x7B, 0x7C, 0x7E})
_PIN = frozenset({0x89, 0xEB, 0xEC, 0xED})
_LIMIT = frozenset({0xB7, 0xC3, 0xC8, 0xC9})
_FAULT = frozenset(range(0x6A, 0x6C)) | frozenset({0x6F, 0x74, 0x77, 0x7D, 0x83, 0x85}) | frozenset(range(0x9A, 0x100))


def why(code: int) -> str:
    """Return the word of drivers.card.WHY for a result code that is not BOOKED. Anything of the bank is `declined`."""
    if code == STOPPED:
        return "cancelled"
    for word, codes in (("busy", WAIT), ("card", _CARD), ("pin", _PIN), ("limit", _LIMIT), ("fault", _FAULT)):
        if code in codes:
            return word
    return "declined"


_SUPPLIER = "Call whoever looks after the terminal and name this code."
_HINTS: Mapping[int, tuple[str, str]] = {
    0x51: ("It has not been initialised", "Start its initialisation in its own menu."),
    0x62: ("Its date or time is wrong", "Set its clock, or let it do its diagnosis."),
    0x6A: ("Its memory of bookings is full", "Let it do its end-of-day, then try again."),
    0x6B: ("The till is not registered at it", "Check the password in card-terminal.password."),
    0x6F: ("It does not take this currency", "Have it set up for yuan (156)."),
    0x77: ("Its end-of-day cannot be done now", "Try again later; look at its line to the bank."),
    0x9C: ("It is busy", "Wait until it shows its first picture again."),
    0xA0: ("It is not ready", "Wait a minute; switch it off and on if this stays."),
    0xA1: ("The bank's computer does not answer it", "Check its own line to the bank."),
    0xA3: ("It has no connection to the bank", "Check its own line to the bank."),
    0xB1: ("Its memory is full", "Let it do its end-of-day, then try again."),
    0xB2: ("Its journal is full", "Let it do its end-of-day, then try again."),
    0xC2: ("It wants a diagnosis", "Start the diagnosis in its own menu."),
    0xCC: ("Its printer is not ready", "Look at its paper."),
    0xDC: ("A card is still in it", "Take the card out; it belongs to the last passenger."),
    0xE0: ("It is being looked after from afar", "Wait until that is over."),
    0xE2: ("Its card reader does not answer", "Switch it off and on; have it exchanged if this stays."),
    0xF0: ("An end-of-day is unfinished", "Let it do its end-of-day, then try again."),
}


def explain(code: int) -> tuple[str, str]:
    """Return what a code says of the terminal, as a sentence's end without its full stop, and what to do."""
    return _HINTS.get(code, (f"It reports code {code:02X}", _SUPPLIER))
