"""A ticket's code as a picture on the screen, for a passenger whose ticket did not come out of the printer."""

import segno

QUIET = 4
"""Modules of white around a code (ISO/IEC 18004)."""


class CodePicture:
    """Draws the code that is on show, once: drawing one takes longer than a screen may."""

    def __init__(self) -> None:
        """Nothing drawn."""
        self._text = ""
        self._picture = ""

    def of(self, text: str) -> str:
        """A `data:` address of the code as PNG, one pixel a module, quiet zone included; empty for an empty text."""
        if text != self._text:
            self._text = text
            self._picture = segno.make_qr(text, error="m").png_data_uri(scale=1, border=QUIET) if text else ""
        return self._picture
