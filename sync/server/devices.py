"""The station's devices as the centre knows them. A device's id says its station: `371122-till-9f3a1c20`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final, Literal, cast

from sqlalchemy import Connection, Row, bindparam, select

from sync.server.changes import Changes
from sync.server.schema import devices, records
from tickets.keys import Algorithm, AnyOf, PublicKey

_FIND: Final = select(devices).where(
    devices.c.station_id == bindparam("station"), devices.c.device == bindparam("device")
)
_OF_STATION: Final = select(devices).where(devices.c.station_id == bindparam("station"))
_TILLS: Final = _OF_STATION.where(devices.c.kind == "till", devices.c.state == "active").order_by(
    devices.c.enrolled_ms, devices.c.device
)
_TOLD: Final = select(records.c.key, records.c.body).where(
    records.c.station_id == bindparam("station"), records.c.kind == "device"
)

Kind = Literal["till", "gate", "relay"]
State = Literal["active", "retired", "revoked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerKey:
    """A key that a device had before, and until when it may still sign requests."""

    key: PublicKey
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One enrolment. `retired` may still report what it did but is given nothing more; `revoked` is not believed."""

    station: int
    device: str
    kind: Kind
    name: str
    key: PublicKey
    till_key: PublicKey | None
    prefix: int | None
    certificate: bytes | None
    state: State
    device_certificate: bytes | None = None
    ends_ms: int | None = None
    former: tuple[FormerKey, ...] = ()

    def signers(self, now_ms: int) -> AnyOf:
        """The keys that sign its requests: its own, and for some hours the one before."""
        return AnyOf((self.key, *(each.key for each in self.former if each.until_ms > now_ms)))

    def writers(self) -> AnyOf:
        """The keys that sign the heads of its journals: all that it ever had."""
        return AnyOf((self.key, *(each.key for each in self.former)))

    def expired(self, now_ms: int) -> bool:
        """Whether its certificate is over; one that was enrolled before there were any has none."""
        return self.ends_ms is not None and self.ends_ms <= now_ms


def device_id(station: int, kind: Kind, random: bytes) -> str:
    """A new device's id."""
    return f"{station}-{kind}-{random.hex()}"


def station_of(device: str) -> int | None:
    """The station that a device id names, or None when it is not a device id."""
    station = device.partition("-")[0]
    return int(station) if station.isascii() and station.isdigit() and len(station) <= 10 else None


def find_device(connection: Connection, device: str) -> Device | None:
    """The enrolled device of this id, whatever its state."""
    station = station_of(device)
    if station is None:
        return None
    row = connection.execute(_FIND, {"station": station, "device": device}).one_or_none()
    return None if row is None else _device(row)


def active_tills(connection: Connection, station: int) -> list[Device]:
    """The tills that sell, in the order of their enrolment."""
    return [_device(row) for row in connection.execute(_TILLS, {"station": station})]


def every_device(connection: Connection) -> list[Device]:
    """All devices of all stations, by station and enrolment."""
    rows = connection.execute(select(devices).order_by(devices.c.station_id, devices.c.enrolled_ms, devices.c.device))
    return [_device(row) for row in rows]


def tell_devices(connection: Connection, changes: Changes, station: int, now_ms: int) -> None:
    """Let every terminal of a station know its devices and their keys, as far as that is news at `now_ms`."""
    told = {row.key: row.body for row in connection.execute(_TOLD, {"station": station})}
    for row in connection.execute(_OF_STATION, {"station": station}):
        body: dict[str, object] = {
            "device": row.device,
            "kind": row.kind,
            "name": row.name,
            "key": row.device_key.hex(),
            "state": row.state,
        }
        if former := [each.key.raw.hex() for each in _former(row.former_keys) if each.until_ms > now_ms]:
            body["former"] = former
        known = told.get(row.device)
        if known is None or json.loads(known) != body:
            changes.put("device", row.device, body)


def _device(row: Row[tuple[object, ...]]) -> Device:
    return Device(
        station=row.station_id,
        device=row.device,
        kind=cast(Kind, row.kind),
        name=row.name,
        key=PublicKey(Algorithm.EDDSA, row.device_key),
        till_key=None if row.till_key is None else PublicKey(Algorithm.EDDSA, row.till_key),
        prefix=row.prefix,
        certificate=row.certificate,
        state=cast(State, row.state),
        device_certificate=row.device_certificate,
        ends_ms=row.device_ends_ms,
        former=_former(row.former_keys),
    )


def _former(text: str) -> tuple[FormerKey, ...]:
    if text == "[]":
        return ()
    return tuple(
        FormerKey(key=PublicKey(Algorithm.EDDSA, bytes.fromhex(key)), until_ms=until) for key, until in json.loads(text)
    )
