"""Values that every part of a screen is made of. Pure."""

from collections.abc import Mapping

from tickets.money import Fen, yuan

Group = Mapping[str, object]
"""Values of one part of a screen, by name."""

Row = Mapping[str, object]
"""One row of a list; its `key` says which thing it is of."""


def note(fen: Fen) -> str:
    """A bill's value as it is printed on it: ¥20."""
    return f"¥{fen // 100}" if fen % 100 == 0 else yuan(fen)
