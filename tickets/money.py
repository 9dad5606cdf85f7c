"""Money is a whole number of fen (1 yuan = 100 fen). There are no fractions and no floats."""

from typing import NewType

Fen = NewType("Fen", int)


def yuan(amount: Fen) -> str:
    """For people: `¥45.00`; a negative amount is `-¥45.00`."""
    whole, rest = divmod(abs(amount), 100)
    return f"{'-' if amount < 0 else ''}¥{whole}.{rest:02d}"
