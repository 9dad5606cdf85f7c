"""How an ESC/POS printer is asked whether a piece is out; apart from its driver, for whoever only configures one."""

from typing import Literal

Confirm = Literal["handshake", "status"]
"""What tells that a piece is out: GS ( H, which gives a mark back, or GS r, which clones have that lack it."""
