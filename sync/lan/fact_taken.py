"""What has become of an act of staff that was signed at this terminal: where its file is, and whether it is obeyed."""

from enum import Enum
from hashlib import sha256
from pathlib import Path

from sync.cache.file import CacheFile

_STANDING = "SELECT refused IS NOT NULL FROM staff_facts WHERE digest = ?"


class FactTaken(Enum):
    """How far an act has come."""

    NOBODY = "nobody"
    """It lies in the outbox, durable, and nobody obeys it yet."""
    TERMINAL = "terminal"
    """This terminal obeys it; the relay does not have it."""
    RELAY = "relay"
    """The relay has it: the whole station obeys it, as far as it is reached."""
    REFUSED = "refused"
    """Nobody obeys it."""


class TakenFacts:
    """Looks after acts by their outbox files and the cache. Belongs to one thread."""

    def __init__(self, directory: Path) -> None:
        """`directory` is the terminal's own."""
        self._folder = directory / "staff"
        self._cache = CacheFile(directory / "cache.db")

    def look(self, name: str, data: bytes) -> FactTaken:
        """How far the act that was put into the outbox as `name` with these bytes has come."""
        if (self._folder / "refused" / f"{name}.fact").exists():
            return FactTaken.REFUSED
        if (self._folder / "taken" / f"{name}.fact").exists():
            return FactTaken.RELAY
        found = self._cache.rows(_STANDING, (sha256(data).digest(),))
        if not found:
            return FactTaken.NOBODY
        return FactTaken.REFUSED if found[0][0] else FactTaken.TERMINAL

    def close(self) -> None:
        """Let the file go."""
        self._cache.close()
