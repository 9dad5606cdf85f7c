"""A language that nobody speaks, longer than any that somebody does: for finding texts that would be cut.

English with every vowel doubled and accented, in brackets: some 40 per cent longer, in words as in sentences.
"""

import re

from PySide6.QtCore import QTranslator

LONG = "x-long"
"""Its code."""

_VOWELS = str.maketrans({vowel: 2 * accented for vowel, accented in zip("aeiouAEIOU", "áéíóúÁÉÍÓÚ", strict=True)})


def lengthened(text: str) -> str:
    """The text in that language; places for values (%1) stay as they are."""
    return f"[{re.sub('[aeiouAEIOU]', lambda vowel: vowel[0].translate(_VOWELS), text)}]"


class LongWords(QTranslator):
    """Made in memory, from whatever sentence is asked for."""

    def isEmpty(self) -> bool:  # noqa: N802  Qt's name
        """It has every sentence."""
        return False

    def translate(self, _context: str, source: str, _comment: str | None = None, _count: int = -1) -> str:
        """The sentence, lengthened."""
        return lengthened(source)
