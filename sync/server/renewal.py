"""Device certificates at the centre: made at enrolment, renewed when asked, with another key where both keys agree."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, select, update

from sync.server.changes import Changes
from sync.server.devices import Device, Kind, find_device, tell_devices
from sync.server.refusing import Refusal
from sync.server.schema import devices
from sync.server.settings import Policy
from sync.wire.enrolment import RenewRequest
from tickets.device_certificate import DeviceCertificate, certify_device, rotation_message
from tickets.keys import Algorithm, PublicKey, SigningKey

SAME_FOR: Final = timedelta(days=1)
MOST_FORMER: Final = 100
"""A device that changes its key more often than this is not to be believed."""


def device_columns(
    device: str,
    station: int,
    kind: Kind,
    key: PublicKey,
    certificate_key: SigningKey,
    policy: Policy,
    now: datetime,
) -> dict[str, object]:
    """The columns of a fresh certificate for a device's key: it ends after `policy.device_certificate_days`."""
    ends = now + timedelta(days=policy.device_certificate_days)
    said = DeviceCertificate(device=device, station=station, kind=kind, key=key, made=now, expires=ends)
    return {
        "device_key": key.raw,
        "device_certificate": certify_device(said, certificate_key),
        "device_ends_ms": _ms(ends),
    }


def too_late(device: Device, policy: Policy, now: datetime) -> bool:
    """Whether a certificate ended longer ago than a device may be offline: then not even its reports are taken."""
    window = int(timedelta(days=policy.offline_window_days).total_seconds() * 1000)
    return device.ends_ms is not None and device.ends_ms + window <= _ms(now)


def renew(
    connection: Connection,
    changes: Changes,
    caller: Device,
    signed_with: PublicKey,
    asked: RenewRequest,
    certificate_key: SigningKey,
    policy: Policy,
    now: datetime,
) -> bytes | Refusal:
    """The new certificate of the device that asked, whose request was `signed_with` its key, or with one that it had.

    Asking again for the same new key (the answer got lost) changes no key any more; a former key can do no more. Within
    a day of the last renewal the answer is the same certificate: a request that is repeated changes nothing.
    """
    here = (devices.c.station_id == caller.station, devices.c.device == caller.device)
    device = find_device(connection, caller.device)
    if device is None or device.state != "active":
        return Refusal(status=403, what="this device is no longer in use", hint="enrol it anew")
    key = device.key
    columns: dict[str, object] = {}
    if asked.new_key is not None and asked.new_key != device.key.raw:
        key = PublicKey(Algorithm.EDDSA, asked.new_key)
        proof = asked.new_proof or b""
        if signed_with != device.key or not key.verify(proof, rotation_message(device.device, device.key, key)):
            return Refusal(
                status=403,
                what="a change of keys is not proved by both",
                hint="sign the change with both keys: the new one in new_proof, the one before on the request",
            )
        former = json.loads(connection.execute(select(devices.c.former_keys).where(*here)).scalar_one())
        if len(former) >= MOST_FORMER or any(each[0] == key.raw.hex() for each in former):
            return Refusal(status=403, what="this key cannot be used", hint="make another key, or enrol anew")
        until = now + timedelta(hours=policy.former_key_hours)
        columns["former_keys"] = json.dumps([*former, [device.key.raw.hex(), _ms(until)]])
    if not columns and device.device_certificate is not None and _just_made(device, policy, now):
        return device.device_certificate
    fresh = device_columns(device.device, device.station, device.kind, key, certificate_key, policy, now)
    connection.execute(update(devices).where(*here).values({**fresh, **columns}))
    if columns:
        tell_devices(connection, changes, device.station, _ms(now))
    certificate = fresh["device_certificate"]
    assert isinstance(certificate, bytes), "device_columns makes bytes"
    return certificate


def _just_made(device: Device, policy: Policy, now: datetime) -> bool:
    longest = now + timedelta(days=policy.device_certificate_days) - SAME_FOR
    return device.ends_ms is not None and device.ends_ms >= _ms(longest)


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
