"""What is wrong with a feed: where, what, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

MOST_KEPT: Final = 500
"""A feed that is broken throughout is not listed without end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong. `line` counts from 1, the header; 0 where no line is meant. A warning refuses no feed."""

    file: str
    line: int = 0
    column: str = ""
    what: str
    hint: str
    warning: bool = False

    def __str__(self) -> str:
        """As a person reads it: `stop_times.txt:12 departure_time: … (what to do)`."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        kind = "warning: " if self.warning else ""
        return f"{kind}{where}{' ' if self.column else ''}{self.column}: {self.what}; {self.hint}"


@dataclass(slots=True)
class Problems:
    """Collects them, in the order of their finding: at most `MOST_KEPT` errors and as many warnings."""

    found: list[Problem] = field(default_factory=list)
    errors: int = 0
    warnings: int = 0
    usable: bool = True
    """False where nothing may be made of the feed, not even of what is right in it."""

    def error(self, file: str, line: int, column: str, what: str, hint: str) -> None:
        """Something that makes a part of the feed unusable."""
        self.errors += 1
        if self.errors <= MOST_KEPT:
            self.found.append(Problem(file=file, line=line, column=column, what=what, hint=hint))

    def fatal(self, file: str, line: int, column: str, what: str, hint: str) -> None:
        """An error after which nobody can tell what is missing in the rest of the feed, or that spoils all of it."""
        self.usable = False
        self.error(file, line, column, what, hint)

    def warning(self, file: str, line: int, column: str, what: str, hint: str) -> None:
        """Something that was understood, but perhaps not as it was meant."""
        self.warnings += 1
        if self.warnings <= MOST_KEPT:
            self.found.append(Problem(file=file, line=line, column=column, what=what, hint=hint, warning=True))
