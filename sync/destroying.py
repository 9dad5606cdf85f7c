"""Destroying what was damaged and set aside, when it has been there long enough to be looked at."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_BLOCK: Final = 1 << 20


def destroy_set_aside(path: Path, before_s: float) -> None:
    """Overwrite and remove what was set aside of this database before an instant (seconds since 1970, by this machine).

    What cannot be overwritten, because it is somebody else's, is only removed. Raises OSError where that fails too.
    """
    for aside in _asides(path):
        if aside.lstat().st_ctime <= before_s:
            _destroy(aside)


def _asides(path: Path) -> Iterator[Path]:
    for ending in ("-wal", "-shm", ""):
        aside = Path(f"{path}{ending}.set-aside")
        if aside.is_symlink() or aside.exists():
            yield aside


def _destroy(aside: Path) -> None:
    if aside.is_dir() and not aside.is_symlink():
        shutil.rmtree(aside)
        return
    if aside.is_file() and not aside.is_symlink() and os.access(aside, os.W_OK):
        _overwrite(aside)
    aside.unlink()


def _overwrite(file: Path) -> None:
    with file.open("r+b") as opened:
        left = file.stat().st_size
        while left > 0:
            left -= opened.write(bytes(min(left, _BLOCK)))
        opened.flush()
        os.fsync(opened.fileno())
