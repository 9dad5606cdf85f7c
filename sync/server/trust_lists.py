"""Making trust lists: what the root says about the centre's keys, the days' sealing keys and revoked tills."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select

from sync.encoding import from_text, to_text
from sync.server.changes import Changes
from sync.server.key_files import OnlineKeys, sealing_key
from sync.server.schema import records
from sync.server.settings import Policy
from sync.server.store import note, noted
from tickets.keys import SigningKey
from tickets.trust import Badge, TrustedKey, TrustList, open_trust_list, sign_trust_list

_LIST: Final = "trust_list"
_ALLOWANCE: Final = timedelta(days=1)


def sign_new_list(
    connection: Connection,
    directory: Path,
    root: SigningKey,
    keys: OnlineKeys,
    policy: Policy,
    now: datetime,
    today: date,
    revoked: frozenset[int],
    badges: tuple[Badge, ...] | None = None,
) -> bytes:
    """Sign the next version and keep it in this transaction; it covers `policy.sealing_days_ahead` days from yesterday.

    `revoked` is added to what was revoked before: a revocation is never taken back. `badges` are those of the list
    before, unless others are given.
    """
    before = current_list(connection)
    old = None if before is None else open_trust_list(before, root.public)
    expires = now + timedelta(days=policy.trust_list_days)
    made = TrustList(
        version=1 if old is None else old.version + 1,
        issued=now,
        expires=expires,
        keys=tuple(
            TrustedKey(use=use, key=key.public, not_before=now - _ALLOWANCE, not_after=expires)
            for use, key in sorted(keys.by_use.items())
        ),
        revoked_prefixes=revoked | (frozenset() if old is None else old.revoked_prefixes),
        sealing_keys={
            day: sealing_key(directory, day)
            for day in (today + timedelta(days=ahead) for ahead in range(-1, policy.sealing_days_ahead))
        },
        badges=badges if badges is not None else () if old is None else old.badges,
    )
    signed = sign_trust_list(made, root)
    note(connection, _LIST, to_text(signed))
    return signed


def current_list(connection: Connection) -> bytes | None:
    """The newest signed list, or None before the first."""
    text = noted(connection, _LIST)
    return None if text is None else from_text(text)


def tell_list(changes: Changes, signed: bytes) -> None:
    """Let a station's terminals have this list."""
    changes.put("trust", "", {"list": to_text(signed)})


def told_list(connection: Connection, station: int) -> bytes | None:
    """The list that a station's terminals have been given, or None before the first."""
    body = connection.execute(
        select(records.c.body).where(records.c.station_id == station, records.c.kind == "trust", records.c.key == "")
    ).scalar_one_or_none()
    return None if body is None else from_text(json.loads(body)["list"])
