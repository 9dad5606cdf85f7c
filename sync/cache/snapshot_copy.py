"""Taking a fresh copy of everything by a snapshot: described and signed, fetched in parts, staged, swapped in whole.

What is reached is kept: after a cut line the next part is asked for, after a restart of sync too. The cache serves as
it is until the swap. Between two parts, and between two runs of records, what happened here is sent.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pydantic import ValidationError

from sync.cache.snapshot_file import SnapshotFile
from sync.cache.writer import CacheWriter
from sync.line.faults import LineDown, Refused
from sync.wire.snapshot import SnapshotAnswer, read_lines, snapshot_message
from tickets.errors import PeerError
from tickets.keys import PublicKey

_NOT_SERVED = (404, 405)
_GONE = (404, 410, 412, 416)

FIRST_PART = 64 * 1024
LARGEST_PART = 4 * 1024 * 1024
QUICK_S, SLOW_S = 1.0, 4.0
"""A part that came within the first is followed by one twice as large, one that took the second by half of it."""
OLDER_MS = 3_600_000
"""A snapshot is shared for some minutes; one made so long before the time that is known here is a replay."""


class SnapshotLine(Protocol):
    """The way to the centre."""

    def snapshot(self) -> SnapshotAnswer:
        """Ask for the newest snapshot. Raises LineDown, Refused, PeerError."""
        ...

    def snapshot_part(self, name: str, first: int, last: int, etag: str) -> bytes:
        """Ask for bytes `first` to `last`, both included, of a snapshot whose file has this tag; fewer may come."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a snapshot must be: of this station (None: not known yet), and signed by one of these keys."""

    station: int | None
    signers: Callable[[], tuple[PublicKey, ...]]


class SnapshotCopy:
    """Makes the cache as new as a snapshot."""

    def __init__(
        self,
        line: SnapshotLine,
        cache: CacheWriter,
        file: SnapshotFile,
        expected: Expected,
        between: Callable[[], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`between` is called after each part and each run: sending never waits for long."""
        self._line = line
        self._cache = cache
        self._file = file
        self._expected = expected
        self._between = between
        self._clock = clock
        self._part = FIRST_PART

    @property
    def under_way(self) -> bool:
        """Whether one was begun and not finished, perhaps before a restart."""
        return self._cache.snapshot() is not None

    def begin(self) -> bool:
        """Ask for one and begin; False where the centre has none to offer.

        Raises LineDown, Refused (also while it is made), and PeerError for one that is not to be believed.
        """
        try:
            answer = self._line.snapshot()
        except Refused as no:
            if no.status in _NOT_SERVED:
                return False
            raise
        self._check(answer)
        self._file.remove()
        self._cache.begin_snapshot(answer.model_copy(update={"besides": ()}).model_dump_json(), answer.besides)
        return True

    def go_on(self) -> int | None:
        """Fetch what is missing, stage it and swap; answers how many records came, None when it has to begin again.

        Raises LineDown, Refused, PeerError; what was reached is kept.
        """
        described = self._described()
        if described is None or not self._fetch(described):
            self._give_up()
            return None
        if not self._file.is_whole(described.size, described.sha256):
            self._give_up()
            raise PeerError("The centre's snapshot is not what was signed", "It is fetched again; report it.")
        self._stage(described)
        self._cache.swap(described.cursor)
        self._file.remove()
        return described.records

    def _check(self, answer: SnapshotAnswer) -> None:
        message = snapshot_message(answer)
        if not any(key.verify(answer.signature, message) for key in self._expected.signers()):
            raise PeerError(
                "The centre's snapshot is not signed by a key that may sign lists",
                "Nothing is taken over. Check the centre's keys and this machine's trust list.",
            )
        if self._expected.station not in (None, answer.station):
            raise PeerError("The centre's snapshot is another station's", "Nothing is taken over; report it.")
        if answer.made_at < self._cache.time_floor_ms() - OLDER_MS:
            raise PeerError(
                "The centre's snapshot is older than what is known here", "Nothing is taken over; report it."
            )

    def _described(self) -> SnapshotAnswer | None:
        text = self._cache.snapshot()
        try:
            return None if text is None else SnapshotAnswer.model_validate_json(text)
        except ValidationError:  # of another version of this program: begin again
            return None

    def _fetch(self, described: SnapshotAnswer) -> bool:
        """Fetch the rest of the file; False when the centre has it no more."""
        while (here := self._file.size) < described.size:
            began = self._clock()
            last = min(here + self._part, described.size) - 1
            try:
                part = self._line.snapshot_part(described.id, here, last, described.sha256.hex())
            except Refused as no:
                if no.status in _GONE:
                    return False
                raise
            except LineDown:
                self._part = max(self._part // 2, FIRST_PART)
                raise
            self._file.add(here, part)
            self._size_next(self._clock() - began)
            self._between()
        return True

    def _size_next(self, took: float) -> None:
        if took < QUICK_S:
            self._part = min(2 * self._part, LARGEST_PART)
        elif took > SLOW_S:
            self._part = max(self._part // 2, FIRST_PART)

    def _stage(self, described: SnapshotAnswer) -> None:
        """Stage what is not staged yet; the place in the file is kept with each run."""
        staged = int(self._cache.staging_cursor() or 0)
        for run in self._file.runs(staged):
            try:
                records = read_lines(run)
            except ValueError as error:
                self._give_up()
                raise PeerError("The centre's snapshot holds no records", "It is fetched again; report it.") from error
            staged += len(run)
            self._cache.stage_records(records, str(staged), durable=False)
            self._between()
        if staged != described.records:
            self._give_up()
            raise PeerError("The centre's snapshot is not as long as it says", "It is fetched again; report it.")

    def _give_up(self) -> None:
        self._cache.drop_snapshot()
        self._file.remove()
