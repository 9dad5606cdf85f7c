"""An amount as a person types it: yuan, with at most two digits after the point."""

import argparse
import re

from tickets.money import Fen

_AMOUNT = re.compile(r"[¥￥]?([0-9]{1,7})(?:\.([0-9]{1,2}))?")


def amount(text: str) -> Fen:
    """The fen in `45`, `45.5`, `45.50` or `¥45.50`. Raises ArgumentTypeError."""
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise argparse.ArgumentTypeError("an amount is written in yuan, as 200 or 37.50")
    return Fen(int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")))
