"""Which devices were ever revoked: a file beside the database, so that an older database put back does not forget.

A revoked gate is on no trust list, and a revoked till not before the root has signed the next one.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select, update

from sync.server.devices import station_of
from sync.server.schema import devices

FILE: Final = "revoked.devices"
_LINE: Final = re.compile(r"(?P<device>[!-~]+) (?P<prefix>[0-9a-f]{6}|-)")
_PREFIXES: Final = select(devices.c.prefix).where(devices.c.state == "revoked", devices.c.prefix.is_not(None))


def note_revoked(directory: Path, device: str, prefix: int | None) -> None:
    """Write down that a device is revoked, before the database is told; it is on the disk when this returns."""
    handle = os.open(directory / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        written = "-" if prefix is None else f"{prefix:06x}"
        os.write(handle, f"\n{device} {written}\n".encode("ascii"))
        os.fsync(handle)
    finally:
        os.close(handle)


def ever_revoked(directory: Path) -> dict[str, int | None]:
    """The devices that were revoked, and the prefixes of the tills among them. A line that was cut short is none."""
    path = directory / FILE
    lines = path.read_text("ascii", errors="replace").split("\n") if path.exists() else []
    found = [match for line in lines if (match := _LINE.fullmatch(line)) is not None]
    return {each["device"]: None if each["prefix"] == "-" else int(each["prefix"], 16) for each in found}


def revoke_again(connection: Connection, directory: Path, station: int, listed: frozenset[int]) -> None:
    """Revoke the devices of a station that were revoked when an older database was put back, or whose prefix is among
    `listed`, those that the newest trust list revokes.
    """
    believed = (devices.c.station_id == station, devices.c.state != "revoked")
    if gone := [each for each in ever_revoked(directory) if station_of(each) == station]:
        connection.execute(update(devices).where(*believed, devices.c.device.in_(gone)).values(state="revoked"))
    if listed:
        connection.execute(update(devices).where(*believed, devices.c.prefix.in_(listed)).values(state="revoked"))


def revoked_tills(connection: Connection, directory: Path) -> frozenset[int]:
    """The prefixes of the tills that are revoked, whether a list says so yet or not, and they are known here or not."""
    before = {prefix for prefix in ever_revoked(directory).values() if prefix is not None}
    return frozenset(connection.execute(_PREFIXES).scalars()) | before
