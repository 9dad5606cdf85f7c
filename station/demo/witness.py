"""Looks at the other side: databases as files, the printer's picture, the bytes on a wire. No program is asked."""

import sqlite3
import subprocess
from pathlib import Path
from typing import Any

from station.demo.report import NotSeen
from tickets.events import from_bytes

Row = tuple[Any, ...]

FLASH_ON = bytes([0x01, 0x05, 0x02, 0x00])
"""How the write begins that energises coil 0 of unit 1 for a while (Modbus function 05, the relay board's timer)."""


def rows(database: Path, sql: str, *parameters: object) -> list[Row]:
    """Read a database file; an absent one, or one without the table yet, has no rows."""
    if not database.exists():
        return []
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)
    try:
        return connection.execute(sql, parameters).fetchall()
    except sqlite3.OperationalError:
        return []
    except sqlite3.DatabaseError as error:
        raise NotSeen(f"{database.name} cannot be read: {error}") from error
    finally:
        connection.close()


def facts(journal: Path, kind: str) -> list[dict[str, Any]]:
    """Return the bodies of a journal's events of one kind, oldest first."""
    found = rows(journal, "SELECT bytes FROM events WHERE kind = ? ORDER BY seq", kind)
    return [dict(from_bytes(data).body) for (data,) in found]


def codes_in(picture: Path) -> list[str]:
    """Read a picture's QR codes with zbarimg, a reader that is not ours.

    QR codes alone: it finds bars without a check character in rows of print.
    """
    asked = ["zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", str(picture)]
    read = subprocess.run(asked, capture_output=True, text=True, check=False)
    return read.stdout.removesuffix("\n").split("\n")


def openings(wire: list[bytes]) -> int:
    """Count the writes on the barrier's wire that energise the coil."""
    return b"".join(wire).count(FLASH_ON)


def need(seen: object, what: str) -> None:
    """Raise NotSeen unless `seen` is true."""
    if not seen:
        raise NotSeen(what)
