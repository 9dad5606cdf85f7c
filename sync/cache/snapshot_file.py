"""The file of a snapshot that is being fetched: grown part by part, checked as a whole, read in runs of lines."""

import gzip
import hashlib
import os
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, cast

from sync.database import FILE_MODE
from sync.wire.snapshot import MAX_LINE_BYTES
from tickets.errors import EnvironmentFault, PeerError

_CHUNK = 1 << 20
_RUN = 2000


class SnapshotFile:
    """One file beside the cache. Nothing that is in it is believed before `is_whole`."""

    def __init__(self, cache: Path) -> None:
        """`cache` is the cache's own path; nothing is made before something is added."""
        self._path = cache.with_name(f"{cache.name}.snapshot")

    @property
    def size(self) -> int:
        """How many bytes are here."""
        try:
            return self._path.stat().st_size
        except FileNotFoundError:
            return 0

    def add(self, at: int, part: bytes) -> None:
        """Write a part at this place, where the file ends. EnvironmentFault when the disk does not let us."""
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
            try:
                os.ftruncate(handle, at)
                while part:
                    written = os.pwrite(handle, part, at)
                    part, at = part[written:], at + written
            finally:
                os.close(handle)
        except OSError as error:
            raise EnvironmentFault(
                f"The snapshot {self._path} cannot be written ({error.strerror})",
                "Make room on the disk. Work goes on with what the cache holds; it is tried again by itself.",
            ) from error

    def is_whole(self, size: int, sha256: bytes) -> bool:
        """Whether it is so long, and has this hash."""
        if self.size != size:
            return False
        digest = hashlib.sha256()
        with self._path.open("rb") as file:
            while part := file.read(_CHUNK):
                digest.update(part)
        return digest.digest() == sha256

    def runs(self, after: int = 0) -> Iterator[list[bytes]]:
        """The lines of a file that is whole, some thousand at a time, from line `after` on. PeerError for no lines."""
        try:
            with gzip.open(self._path, "rb") as file:
                lines = _lines(cast("IO[bytes]", file))
                for _ in islice(lines, after):
                    pass
                while run := list(islice(lines, _RUN)):
                    yield run
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise PeerError("The centre's snapshot is not gzip", "It is fetched again; report it.") from error

    def remove(self) -> None:
        """Let nothing of it stay."""
        self._path.unlink(missing_ok=True)


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    while line := file.readline(MAX_LINE_BYTES):
        if not line.endswith(b"\n"):
            raise PeerError("A line of the centre's snapshot does not end", "It is fetched again; report it.")
        yield line[:-1]
