"""Enrolling a device: a one-time code from the centre's own console, a key of the device's own making.

A code has 60 random bits, is kept only stretched (see `sync.code_proof`), ends soon and serves one device. The
same device asking again with the same code (its answer got lost) gets the same answer and no second enrolment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from sqlalchemy import Connection, delete, insert, select, update

from sync.code_proof import code_id, code_key, device_proof, holds
from sync.server.allotments import Allotments
from sync.server.changes import Changes
from sync.server.devices import Device, Kind, device_id, find_device, tell_devices
from sync.server.renewal import device_columns
from sync.server.schema import devices, enrol_codes, prefixes
from sync.server.settings import Policy
from sync.wire.enrolment import EnrolRequest
from tickets.credential import TillCertificate, certify
from tickets.keys import Algorithm, PublicKey, SigningKey

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, so that a code read aloud or copied by hand survives."""
_CHARACTERS: Final = 12


def new_code(random: Callable[[int], bytes]) -> str:
    """A one-time code of 60 random bits, in three groups of four."""
    bits = int.from_bytes(random(8)) & (1 << 60) - 1
    text = "".join(_ALPHABET[bits >> shift & 31] for shift in range(55, -1, -5))
    return "-".join(text[at : at + 4] for at in range(0, _CHARACTERS, 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A one-time code that has not ended: the station it enrols at, what proves it, for whom, and who has used it."""

    station: int
    key: bytes
    kind: Kind
    name: str
    device: str | None


def keep_code(
    connection: Connection, station: int, code: str, kind: Kind, name: str, ends: datetime, now: datetime
) -> None:
    """Let one device of this kind enrol with `code` until `ends`; codes that have ended are forgotten."""
    connection.execute(
        delete(enrol_codes).where(enrol_codes.c.station_id == station, enrol_codes.c.ends_ms <= _ms(now))
    )
    row = {
        "station_id": station,
        "code_hash": code_key(code),
        "kind": kind,
        "name": name,
        "ends_ms": _ms(ends),
        "device": None,
    }
    connection.execute(insert(enrol_codes), [row])


def find_code(connection: Connection, asked: bytes, now: datetime) -> Code | None:
    """The code of this name (`code_id`), or None when there is none, or it has ended."""
    for row in connection.execute(select(enrol_codes).where(enrol_codes.c.ends_ms > _ms(now))):
        if holds(code_id(row.code_hash), asked):
            return Code(
                station=row.station_id,
                key=row.code_hash,
                kind=cast(Kind, row.kind),
                name=row.name,
                device=row.device,
            )
    return None


def proves(connection: Connection, code: Code, asked: EnrolRequest) -> bool:
    """Whether who asks knows the code, and may have its answer: nobody else used it, and the kind is the code's."""
    if not holds(asked.proof, device_proof(code.key, asked)) or code.kind != asked.kind:
        return False
    if code.device is None:
        return True
    known = find_device(connection, code.device)
    till_key = None if known is None or known.till_key is None else known.till_key.raw
    return known is not None and (known.key.raw, till_key) == (asked.device_key, asked.till_key)


def enrol(
    connection: Connection,
    changes: Changes,
    code: Code,
    asked: EnrolRequest,
    certificate_key: SigningKey,
    policy: Policy,
    random: Callable[[int], bytes],
    now: datetime,
) -> Device:
    """Enrol the device that `proves` said yes to, once; a till gets a prefix, a certificate and its places."""
    station = code.station
    if code.device is not None:
        known = find_device(connection, code.device)
        assert known is not None, "a used code names the device that used it"
        return known
    name = device_id(station, asked.kind, random(4))
    row: dict[str, object] = {
        "station_id": station,
        "device": name,
        "kind": asked.kind,
        "name": code.name,
        "device_key": asked.device_key,
        "till_key": None,
        "prefix": None,
        "certificate": None,
        "certificate_ends_ms": None,
        "enrolled_ms": _ms(now),
        "state": "active",
    }
    if asked.till_key is not None:
        prefix = take_prefix(connection, station, name, random, now)
        till_key = PublicKey(Algorithm.EDDSA, asked.till_key)
        row |= certificate_for(station, prefix, till_key, certificate_key, policy, now)
        row |= {"till_key": asked.till_key, "prefix": prefix}
    certified = _certified(name, station, asked, certificate_key, policy, now)
    connection.execute(insert(devices), [row | certified])
    here = (enrol_codes.c.station_id == station, enrol_codes.c.code_hash == code.key)
    connection.execute(update(enrol_codes).where(*here).values(device=name))
    if asked.till_key is not None:
        Allotments(connection, changes, station).welcome(name, _ms(now), policy)
    tell_devices(connection, changes, station, _ms(now))
    enrolled = find_device(connection, name)
    assert enrolled is not None, "it was inserted above"
    return enrolled


def _certified(
    name: str, station: int, asked: EnrolRequest, certificate_key: SigningKey, policy: Policy, now: datetime
) -> dict[str, object]:
    key = PublicKey(Algorithm.EDDSA, asked.device_key)
    return device_columns(name, station, asked.kind, key, certificate_key, policy, now)


def certificate_for(
    station: int, prefix: int, till_key: PublicKey, certificate_key: SigningKey, policy: Policy, now: datetime
) -> dict[str, object]:
    """The columns of a fresh certificate for a till: it ends after `policy.certificate_days`."""
    ends = now + timedelta(days=policy.certificate_days)
    certificate = TillCertificate(till_key, station, prefix, ends)
    return {"certificate": certify(certificate, certificate_key), "certificate_ends_ms": _ms(ends)}


def take_prefix(
    connection: Connection, station: int, device: str, random: Callable[[int], bytes], now: datetime
) -> int:
    """A number prefix that nobody has ever had, 1 to 2^24 - 1, from now on this device's."""
    while True:
        prefix = int.from_bytes(random(3))
        taken = connection.execute(select(prefixes.c.prefix).where(prefixes.c.prefix == prefix)).one_or_none()
        if prefix and taken is None:
            row = {"prefix": prefix, "station_id": station, "device": device, "given_ms": _ms(now)}
            connection.execute(insert(prefixes), [row])
            return prefix


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
