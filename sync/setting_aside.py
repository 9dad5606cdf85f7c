"""Setting a damaged file aside: its name is free for a new one, and it stays as evidence."""

import shutil
from pathlib import Path


def set_aside_database(path: Path) -> None:
    """Keep an SQLite file, or whatever has its name, and its logs as `*.set-aside`: the newest of what was damaged."""
    for ending in ("-wal", "-shm", ""):
        _set_aside(Path(f"{path}{ending}"))


def _set_aside(path: Path) -> None:
    aside = Path(f"{path}.set-aside")
    if path.is_symlink() or path.exists():
        if aside.is_dir() and not aside.is_symlink():
            shutil.rmtree(aside)
        elif path.is_dir():
            aside.unlink(missing_ok=True)
        path.rename(aside)
