"""What header 229 of a coin acceptor says: a counter and the last five results (ccTalk part 2; error codes: part 3).

A result is (coin type, sorter path) for a coin that is in, or (0, error code). The memory itself is that of a bill
validator (`events.py`). Coins come at the customer's word and not at the host's, so here more than five events between
two looks are a real danger: poll several times a second, and let in coins only while you do.
"""

from collections.abc import Mapping

from drivers.cash import CoinEvent, CoinIn, CoinTrouble
from drivers.cash.events import EventBuffer

QUIET = frozenset({0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 13, 24, 25}) | frozenset(range(128, 160))
"""Coins that fell back to the customer, for one reason or another, and coins tried while none are let in."""

RETURN_LEVER = 254
_JAM = "Open the coin acceptor, clear the way of the coins, close it; a coin found inside is the last customer's."
_FRAUD = "Nothing was credited. Watch the machine; compare the coin box with the journal at the end of the shift."
_SENSOR = "Clean the coin acceptor and look for a coin that is stuck; exchange it if this stays."
TROUBLE: Mapping[int, tuple[str, str]] = {
    6: ("A coin was let in and did not arrive", _JAM),
    7: ("A coin did not leave the sorter", _JAM),
    12: ("A refused coin did not fall out", _JAM),
    14: ("The sensor that counts coins is blocked", _JAM),
    15: ("The sorter is blocked", _JAM),
    16: ("A coin passed the sensors in the wrong order", _FRAUD),
    17: ("A coin was pulled back", _FRAUD),
    18: ("A coin passed too fast", _FRAUD),
    19: ("A coin passed too slowly", _FRAUD),
    20: ("A coin on a string was tried", _FRAUD),
    21: ("The coin entry's sensor did not answer in time", _SENSOR),
    22: ("The coin entry's sensor did not see a coin", _SENSOR),
    23: ("A coin reached the counting sensor too early", _FRAUD),
    26: ("The way back to the customer is blocked", _JAM),
    27: ("Coins came faster than they can be counted", "Compare the coin box with the journal."),
    28: ("The coin acceptor's meter cannot keep up", "Exchange the coin acceptor if this stays."),
    29: ("The gate that lets coins in is open where it should be shut", _JAM),
    30: ("The gate that lets coins in is shut where it should be open", _JAM),
    31: ("A coin did not leave the manifold", _JAM),
    32: ("The manifold is blocked", _JAM),
    33: ("The manifold is not ready", _JAM),
    34: ("The coin acceptor's security setting was changed", "Find out who changed it."),
    35: ("The coin acceptor's motor failed", "Exchange the coin acceptor."),
    RETURN_LEVER: ("The coin return lever is held down", "Look for something stuck in the lever; coins fall back out."),
    255: ("The coin acceptor reports an alarm that it does not name", "See its manual."),
}
LASTING = frozenset({12, 14, 15, 26, 29, 30, 32, 33, 35})
"""No coins can be taken until it is settled: a coin that gets through again, or a restart, settles it."""


def read(new: tuple[tuple[int, int, int], ...], values: Mapping[int, int]) -> list[CoinEvent]:
    """Turn results (counter, A, B) into events. `values` is fen by coin type."""
    events: list[CoinEvent] = []
    for counter, coin, code in new:
        if coin in values:
            events.append(CoinIn(fen=values[coin], counter=counter))
        elif coin:
            what = f"A coin of type {coin} is in the coin box that this coin acceptor did not announce"
            hint = "Find it in the coin box; it is credited to nobody."
            events.append(CoinTrouble(what=what, hint=hint, counter=counter))
        elif code not in QUIET:
            what, hint = TROUBLE.get(
                code, (f"The coin acceptor reports error {code}, which is not a standard one", "See its manual.")
            )
            events.append(CoinTrouble(what=what, hint=hint, counter=counter, lasting=code in LASTING))
    return events


def standing_trouble(buffer: EventBuffer, before: int | None) -> int | None:
    """Return the code in LASTING that stands now, or None; `before` is what stood before these five events."""
    if buffer.counter == 0:
        return None
    for coin, code in buffer.results:
        if coin:
            return None
        if code in LASTING:
            return code
    return before
