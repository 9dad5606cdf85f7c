"""The files of a feed, from a zip or a folder: rows of text by column name, read one after another.

A feed comes from elsewhere: sizes are bounded, nothing is unpacked to the disk, and no path of a zip is followed.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from sync.server.gtfs.problems import Problems
from tickets.errors import EnvironmentFault

MOST_BYTES: Final = 2 * 1024**3
"""The largest file of a feed, unpacked."""
_MOST_FIELD: Final = 64 * 1024
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)
"""What zipfile raises for a damaged file; the last two for ways of packing that it does not know and for passwords."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: where it stands (the header is line 1) and its values by column, without surrounding blanks."""

    file: str
    line: int
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """The value of a column; "" where the file has no such column."""
        return self.values.get(column, "")


class Feed(AbstractContextManager["Feed"]):
    """An open feed. Close it, or use it as a context."""

    def __init__(self, path: Path) -> None:
        """Open the zip or folder at `path`. EnvironmentFault when it is neither."""
        self._path = path
        self._zip: zipfile.ZipFile | None = None
        if path.is_dir():
            self._names = {each.name: each.stat().st_size for each in path.iterdir() if each.is_file()}
            return
        try:
            self._zip = zipfile.ZipFile(path)
        except FileNotFoundError as error:
            raise EnvironmentFault(
                f"there is no feed at {path}", "give a GTFS zip or the folder of its files"
            ) from error
        except (zipfile.BadZipFile, OSError) as error:
            raise EnvironmentFault(
                f"the feed {path} is not a zip that can be read", "fetch it again, or give the folder of its files"
            ) from error
        self._names = {each.filename: each.file_size for each in self._zip.infolist() if not each.is_dir()}

    def __enter__(self) -> Self:
        """The feed itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        if self._zip is not None:
            self._zip.close()

    @property
    def names(self) -> frozenset[str]:
        """The files that are there. Those in a folder within the zip are not: a feed has its files at the top."""
        return frozenset(self._names)

    def rows(self, name: str, needed: frozenset[str], problems: Problems) -> Iterator[Row]:
        """Every row of a file that can be taken apart. Nothing where the file is not there.

        What cannot be read is listed, and makes the feed unusable: a row that nobody can read may have been any row.
        """
        if name not in self._names:
            return
        if self._names[name] > MOST_BYTES:
            problems.fatal(name, 0, "", "the file is larger than 2 GiB", "cut the feed down to this station's region")
            return
        try:
            with self._open(name) as binary, io.TextIOWrapper(binary, "utf-8-sig", newline="") as text:
                yield from _parsed(name, text, needed, problems)
        except UnicodeDecodeError:
            problems.fatal(name, 0, "", "the file is not text in UTF-8", "save it as UTF-8")
        except _DAMAGED:
            problems.fatal(name, 0, "", "the file cannot be unpacked", "fetch the feed again")

    def _open(self, name: str) -> IO[bytes]:
        return (self._path / name).open("rb") if self._zip is None else self._zip.open(name)


def _parsed(name: str, text: io.TextIOWrapper, needed: frozenset[str], problems: Problems) -> Iterator[Row]:
    csv.field_size_limit(_MOST_FIELD)
    lines = csv.reader(text, strict=True)
    header: list[str] | None = None
    while True:
        number = lines.line_num + 1
        try:
            values = next(lines)
        except StopIteration:
            break
        except csv.Error:
            problems.fatal(name, number, "", "the row is not valid CSV", 'close every " and double those within')
            continue
        if header is None:
            header = [each.strip() for each in values]
            if not _good_header(name, header, needed, problems):
                return
            continue
        if not any(values):
            continue
        if len(values) != len(header):
            said = f"the row has {len(values)} values, the header {len(header)}"
            problems.fatal(name, number, "", said, "give every column a value, empty where there is none")
            continue
        yield Row(file=name, line=number, values={k: v.strip() for k, v in zip(header, values, strict=True)})
    if header is None:
        problems.fatal(name, 0, "", "the file is empty", "give it a header, or leave it out if it is optional")


def _good_header(name: str, header: list[str], needed: frozenset[str], problems: Problems) -> bool:
    if len(set(header)) != len(header):
        twice = next(each for each in header if header.count(each) > 1)
        problems.fatal(name, 1, twice[:40], "the column is there twice", "leave one of them")
        return False
    missing = sorted(needed - set(header))
    for column in missing:
        problems.fatal(name, 1, column, "the column is missing", "add it")
    return not missing
