"""What header 163 says of a hopper: up to three bytes of flags, the first one lowest (ccTalk part 2)."""

from collections.abc import Mapping
from enum import IntFlag


class Flag(IntFlag):
    """The flags with a meaning for us. A flag stays until the next payout or restart."""

    TOO_MUCH_CURRENT = 1 << 0
    TIMEOUT = 1 << 1
    REVERSED = 1 << 2
    BLOCKED_IDLE = 1 << 3
    SHORT_IDLE = 1 << 4
    BLOCKED_IN_PAYOUT = 1 << 5
    POWER_UP = 1 << 6
    DISABLED = 1 << 7
    SHORT_IN_PAYOUT = 1 << 8
    SINGLE_COIN = 1 << 9
    FINGER = 1 << 11
    REVERSE_LIMIT = 1 << 12
    COIL = 1 << 13
    MEMORY = 1 << 14
    NEEDS_PIN = 1 << 15
    POWER_CUT_IN_PAYOUT = 1 << 16
    UNKNOWN_COIN = 1 << 17
    ENCRYPTED = 1 << 20


_CLEAR = "Open it, clear the way of the coins, and switch it off and on."
_AGAIN = "Fill it or clear the jam, then let it give one coin as a test, or switch it off and on."
_FRAUD = "Look at its exit for something that does not belong there; count its coins."
TROUBLE: Mapping[Flag, tuple[str, str]] = {
    Flag.NEEDS_PIN: ("The coin dispenser wants a PIN", "Switch its PIN off, as its manual says."),
    Flag.ENCRYPTED: ("The coin dispenser is set to encrypted orders", "Set it to orders by serial number."),
    Flag.SINGLE_COIN: (
        "The coin dispenser is set to one coin at a time",
        "Set it to several coins, as its manual says.",
    ),
    Flag.BLOCKED_IDLE: ("The exit of the coin dispenser is blocked", _CLEAR),
    Flag.BLOCKED_IN_PAYOUT: ("The exit of the coin dispenser was blocked while it gave coins", _CLEAR),
    Flag.TOO_MUCH_CURRENT: ("The coin dispenser's motor is blocked", _CLEAR),
    Flag.SHORT_IDLE: ("The coin dispenser's exit sensor is being tricked", _FRAUD),
    Flag.SHORT_IN_PAYOUT: ("The coin dispenser's exit sensor was tricked while it gave coins", _FRAUD),
    Flag.FINGER: ("The coin dispenser's exit sensor and finger disagree", _FRAUD),
    Flag.REVERSE_LIMIT: ("The coin dispenser could not clear a jam by itself", _CLEAR),
    Flag.COIL: ("The coin dispenser's sensor coil is faulty", "Exchange it."),
    Flag.MEMORY: ("The coin dispenser's memory is damaged", "Switch it off and on; exchange it if this stays."),
    Flag.UNKNOWN_COIN: ("The coin dispenser gave a coin that it does not know", "Empty it and sort its coins."),
    Flag.TIMEOUT: ("The coin dispenser ran empty or jammed: it did not give all of its last order", _AGAIN),
}
"""What keeps a hopper from giving coins, worst first. The other flags are history."""


def flags_of(data: bytes) -> Flag | None:
    """Read the answer to header 163, of one to three bytes; None when it is none."""
    return Flag(int.from_bytes(data, "little")) if 1 <= len(data) <= 3 else None


def trouble(flags: Flag) -> tuple[str, str] | None:
    """Return what is wrong and what to do, None when it can give coins."""
    return next((words for flag, words in TROUBLE.items() if flags & flag), None)
