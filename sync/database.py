"""Opening the station's SQLite files: one writer for each, any number of readers, also of other users of the group.

Writers use WAL with `synchronous=FULL` (each commit is on the disk before it returns) and hold a lock file for
as long as they live: with a single writer the WAL-reset fault of SQLite 3.7.0 to 3.51.2, which needs two, cannot
happen. Readers open with `mode=ro`; SQLite still needs to write the `-shm` file then, so the directory belongs to the
stations' group and files are made with mode 0660. Never open one file through two SQLite libraries in one process,
nor open it as a plain file: closing that would drop the process's locks.
"""

import fcntl
import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from tickets.errors import EnvironmentFault

if TYPE_CHECKING:
    from sqlite_utils.migrations import Migrations

FILE_MODE = 0o660
"""Files of a terminal are read and written by its group, and by nobody else."""
_BUSY_MS = 5000
_DAMAGED_HINT = (
    "Keep the file as evidence: stop what uses it, check the disk, and move a journal to a safe place. "
    "A cache is fetched again by itself."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """What a file holds: its name for people, and its migrations, oldest first. The version is their number.

    They are asked for when a file lacks some of them. Each sets the file's `user_version`, in its own transaction.
    """

    name: str
    migrations: "Callable[[], Migrations]"
    version: int


class DamagedStore(EnvironmentFault):
    """The file is not a database, or a broken one."""


UNUSABLE = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite answers for a file that it cannot use; what it says of a broken one may not even be text."""


class Writer:
    """The only connection that writes a file. Autocommit: whoever writes says BEGIN and COMMIT.

    SQLite lets any thread use it; that only one does at a time is its owner's to see to.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: int) -> None:
        self.path = path
        self.connection = connection
        self._lock = lock

    def close(self) -> None:
        """Close the file and let the next writer have it."""
        self.connection.close()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def open_writer(path: Path, schema: Schema, *, checkpoint_pages: int = 1000, look_through: bool = False) -> Writer:
    """Open `path` as its one writer, creating and migrating it as needed; `look_through` reads all of it first.

    EnvironmentFault when another process writes it, when it was made by a newer version of this program, when it is
    not a database, or when the directory or disk does not let us; DamagedStore when the file itself is bad.
    """
    lock = _take_lock(path, schema.name)
    try:
        _create(path, schema.name)
        connection = sqlite3.connect(path, isolation_level=None, timeout=_BUSY_MS / 1000, check_same_thread=False)
        try:
            if look_through:
                _look_through(connection, schema.name, path)
            _prepare(connection, schema, path, checkpoint_pages)
        except BaseException:
            connection.close()
            raise
    except UNUSABLE as error:
        os.close(lock)
        raise unusable(schema.name, path, error) from error
    except BaseException:
        os.close(lock)
        raise
    return Writer(path, connection, lock)


def open_reader(path: Path, schema: Schema) -> sqlite3.Connection | None:
    """Open `path` to read only; None when it is not there, is empty, or its writer has yet to migrate it.

    EnvironmentFault when it was made by a newer version, is not a database, or may not be read by this user.
    """
    if not path.exists():
        return None
    try:
        connection = sqlite3.connect(
            f"file:{quote(str(path.absolute()))}?mode=ro",
            uri=True,
            isolation_level=None,
            timeout=_BUSY_MS / 1000,
            check_same_thread=False,
        )
        try:
            version = _version(connection)
            _refuse_newer(version, schema, path)
        except BaseException:
            connection.close()
            raise
    except UNUSABLE as error:
        raise unusable(schema.name, path, error) from error
    if version < schema.version:
        connection.close()
        return None
    return connection


def lengthen_log(path: Path, size: int) -> None:
    """Make the write-ahead log of an open database `size` bytes long at once, before it is written to.

    A log that grows with each commit has the file system write down its new length each time, which takes as long as
    the commit itself. What lies beyond the last commit is old in every log that was begun again, and never read: each
    commit is known by its salt and checksum (SQLite's file format, section 4). A disk that has no room for it is
    none the worse.
    """
    with suppress(OSError):
        log = os.open(f"{path}-wal", os.O_WRONLY | os.O_CLOEXEC)
        try:
            was = end = os.fstat(log).st_size
            try:
                while end < size:
                    end += os.pwrite(log, bytes(min(size - end, 1 << 18)), end)
                os.fsync(log)
            except OSError:
                os.ftruncate(log, was)  # leave what room there is to those who need it now
                raise
        finally:
            os.close(log)


def unusable(name: str, path: Path, error: sqlite3.Error | UnicodeDecodeError) -> EnvironmentFault:
    """Say what an SQLite error means for the people at the station; DamagedStore when the file itself is bad."""
    code = getattr(error, "sqlite_errorname", "")
    what = f"The {name} {path} cannot be used ({code or type(error).__name__})"
    if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or isinstance(error, UnicodeDecodeError):
        hint = _DAMAGED_HINT
        return DamagedStore(what, hint)
    if code.startswith("SQLITE_FULL"):
        hint = "Free space on this disk; nothing is lost, and work goes on by itself."
    elif code.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM", "SQLITE_AUTH")):
        hint = "Check that this user is in the group of the directory and that the group may write there (mode 2770)."
    else:
        hint = "Check the disk (dmesg), then start the program again."
    return EnvironmentFault(what, hint)


def _take_lock(path: Path, name: str) -> int:
    try:
        lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
    except OSError as error:
        raise EnvironmentFault(
            f"The {name} {path} cannot be opened ({error.strerror})",
            "Check that the directory exists and that this user may write there (group, mode 2770).",
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise EnvironmentFault(
            f"The {name} {path} is being written by another process",
            "Stop the other one first: each file has exactly one writer.",
        ) from error
    _share(lock)
    return lock


def _create(path: Path, name: str) -> None:
    """Make an empty file with the group's mode before SQLite sees it: WAL and shm files inherit mode and group."""
    try:
        made = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
    except FileExistsError:
        return
    except OSError as error:
        raise EnvironmentFault(
            f"The {name} {path} cannot be made ({error.strerror})", "Check the disk and the directory's rights."
        ) from error
    _share(made)
    os.close(made)


def _share(file: int) -> None:
    if os.fstat(file).st_uid == os.geteuid():
        os.fchmod(file, FILE_MODE)


def _prepare(connection: sqlite3.Connection, schema: Schema, path: Path, checkpoint_pages: int) -> None:
    version = _version(connection)
    _refuse_newer(version, schema, path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA recursive_triggers = ON")  # or INSERT OR REPLACE would pass by the triggers on DELETE
    connection.execute("PRAGMA secure_delete = ON")  # a destroyed day key is overwritten, not only unlinked
    connection.execute(f"PRAGMA wal_autocheckpoint = {int(checkpoint_pages)}")
    if version < schema.version:
        from sqlite_utils import Database  # brings NumPy and a command line along

        schema.migrations().apply(Database(connection, execute_plugins=False))


def _look_through(connection: sqlite3.Connection, name: str, path: Path) -> None:
    found = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if found != ("ok",):
        raise DamagedStore(
            f"The {name} {path} is damaged inside",
            _DAMAGED_HINT,
        )


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _refuse_newer(version: int, schema: Schema, path: Path) -> None:
    if version > schema.version:
        raise EnvironmentFault(
            f"The {schema.name} {path} was made by a newer version of this program (its version {version}, "
            f"known {schema.version})",
            "Install the newer version again; an older one never touches a newer file.",
        )
