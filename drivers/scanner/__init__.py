"""Code scanners: the port that gate and kiosk see. A scanner reads a printed or shown code and says its text."""

from dataclasses import dataclass, field
from typing import Protocol

from drivers.health import Health

LONGEST_SCAN = 512
"""The most characters that one scan may have; no ticket comes near it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A code was read: 1 to 512 printable ASCII characters. Its repr hides them: people show all kinds of codes."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Something was read that is no code of ours. `reason` is a clause for the log; it never carries what was read."""

    reason: str


class Scanner(Protocol):
    """A scanner. Used from one thread."""

    def read(self, timeout: float) -> Scan | Unreadable | None:
        """Return the next scan, waiting at most `timeout` seconds; None when there was none. Raises DeviceFault."""

    def health(self) -> Health:
        """Say whether the scanner can be used; costs no scan and does not wait."""

    def close(self) -> None:
        """Let go of the port. A later call opens it again."""
