"""Values that every part of a screen is made of. Pure."""

from collections.abc import Mapping

from tickets.money import Fen, yuan

Group = Mapping[str, object]
"""Values of one part of a screen, by name."""

Row = Mapping[str, object]
"""One row of a list; its `key` says which thing it is of."""


def texts(value: object) -> frozenset[str]:
    """The texts that a value is made of: itself, or those in a list; empty ones are none."""
    if isinstance(value, list | tuple):
        return frozenset(text for each in value for text in texts(each))
    return frozenset({value} if isinstance(value, str) and value else ())


def note(fen: Fen) -> str:
    """A bill's value as it is printed on it: ¥20."""
    return f"¥{fen // 100}" if fen % 100 == 0 else yuan(fen)
