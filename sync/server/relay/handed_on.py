"""What the relay's sync process writes down of handing on, in its cache: for itself, and for the relay to read.

The centre's receipts stand where every terminal keeps those of its own journal, by the journal's epoch. Beside them is
what the centre did not take: journals of which it has another story, and the evidence that it has already.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, Self, cast
from uuid import UUID

from sync.cache.file import CacheFile
from sync.cache.writer import CacheWriter

STATE: Final = "handed_on"
"""The single value of the cache under which it stands."""
_MOST_TOLD: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """Journals (epochs) that the centre has refused as a second branch, and the digests of evidence that it has."""

    forked: frozenset[str] = frozenset()
    told: tuple[str, ...] = ()

    def to_json(self) -> str:
        """As text for the cache."""
        return json.dumps({"forked": sorted(self.forked), "told": list(self.told)})

    @classmethod
    def from_json(cls, text: str | None) -> Self:
        """What `to_json` wrote; empty for nothing, or for what cannot be read: it is found out again."""
        try:
            said = json.loads(text or "{}")
            return cls(forked=frozenset(map(str, said["forked"])), told=tuple(map(str, said["told"])))
        except (ValueError, KeyError, TypeError):
            return cls()


class HandedOn:
    """The writing side: in the relay's sync process."""

    def __init__(self, cache: CacheWriter) -> None:
        self._cache = cache
        self._refusals = Refusals.from_json(cache.get(STATE))

    @property
    def refusals(self) -> Refusals:
        """What the centre did not take."""
        return self._refusals

    def kept_through(self, epoch: str) -> int:
        """Up to which event the centre has signed for a journal."""
        return self._cache.kept_through(UUID(epoch))

    def kept(self, epoch: str, through: int, receipt: bytes) -> None:
        """Keep the centre's receipt, which was checked; an older one never replaces a newer one."""
        self._cache.acknowledge(UUID(epoch), through, receipt)

    def forked(self, epoch: str) -> None:
        """The centre has another story of this journal."""
        self._write(Refusals(forked=self._refusals.forked | {epoch}, told=self._refusals.told))

    def told(self, digest: str) -> None:
        """The centre has this evidence."""
        told = (*self._refusals.told, digest)[-_MOST_TOLD:]
        self._write(Refusals(forked=self._refusals.forked, told=told))

    def _write(self, refusals: Refusals) -> None:
        self._cache.set(STATE, refusals.to_json())
        self._refusals = refusals


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreKeeps:
    """How far the centre keeps a journal, its receipt for that (empty when it keeps nothing), and whether it forked."""

    through: int = 0
    receipt: bytes = b""
    forked: bool = False


class HandedOnView(Protocol):
    """Where the relay finds out what the centre keeps."""

    def of(self, epoch: str) -> CentreKeeps:
        """What the centre keeps of a journal."""
        ...

    def all(self) -> dict[str, int]:
        """How far each journal is kept of which the centre has signed for anything."""
        ...

    def close(self) -> None:
        """Let go of what it reads from."""
        ...


class HandedOnReader:
    """The reading side: in the relay. Belongs to one thread. Knows of nothing while the cache cannot be read."""

    def __init__(self, cache: Path) -> None:
        """`cache` is the path of `cache.db`; it is opened with the first question."""
        self._file = CacheFile(cache)

    def of(self, epoch: str) -> CentreKeeps:
        """What the centre keeps of a journal."""
        found = self._file.rows("SELECT kept_through, receipt FROM acknowledged WHERE epoch = ?", (epoch,))
        forked = epoch in Refusals.from_json(self._file.state(STATE)).forked
        if not found:
            return CentreKeeps(forked=forked)
        through, receipt = cast("tuple[int, bytes]", found[0])
        return CentreKeeps(through=through, receipt=receipt, forked=forked)

    def all(self) -> dict[str, int]:
        """How far each journal is kept of which the centre has signed for anything."""
        return dict(cast("list[tuple[str, int]]", self._file.rows("SELECT epoch, kept_through FROM acknowledged")))

    def close(self) -> None:
        """Let the file go."""
        self._file.close()
