"""The marker beside a journal: a small file that survives the journal and says that its prefix has been used."""

import contextlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sync.database import FILE_MODE
from tickets.errors import EnvironmentFault


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """The newest epoch that was begun in this directory, and the number prefix that it uses."""

    epoch: UUID
    prefix: int | None


def marker_path(journal: Path) -> Path:
    """`journal.epoch` beside `journal.db`."""
    return journal.with_suffix(".epoch")


def read_marker(journal: Path) -> Marker | None:
    """The marker beside this journal, or None. EnvironmentFault when there is one that cannot be read."""
    path = marker_path(journal)
    try:
        content = json.loads(path.read_text("utf-8"))
        prefix = content["prefix"]
        return Marker(epoch=UUID(content["epoch"]), prefix=None if prefix is None else int(prefix))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EnvironmentFault(
            f"The marker {path} cannot be read", "Enrol this machine again; the journal itself is not touched."
        ) from error


def write_marker(journal: Path, marker: Marker) -> None:
    """Write the marker whole and durably, or not at all."""
    path = marker_path(journal)
    new = path.with_suffix(".epoch.new")
    content = json.dumps({"epoch": marker.epoch.hex, "prefix": marker.prefix}).encode("utf-8")
    try:
        with contextlib.suppress(FileNotFoundError):
            new.unlink()
        file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
        try:
            os.write(file, content)
            os.fsync(file)
        finally:
            os.close(file)
        new.rename(path)
        directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    except OSError as error:
        raise EnvironmentFault(
            f"The marker {path} cannot be written ({error.strerror})", "Check the disk and the directory's rights."
        ) from error
