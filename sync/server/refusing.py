"""What the centre answers instead of doing as asked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A request that was not granted: the HTTP status, what happened, what to do next, and more for a machine."""

    status: int
    what: str
    hint: str
    expected_seq: int | None = None
