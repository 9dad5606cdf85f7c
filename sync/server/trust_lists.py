"""Making trust lists: what the root says about the centre's keys, the days' sealing keys and revoked tills.

A list is drafted from what is so at the centre, and signed by the root: at once where the root is on this machine, else
elsewhere (`export`, `sign_draft`, `take_in`). Its version is the minute in which it is drafted, or one more than the
list's before: so a centre that was put back from a backup signs no version that terminals have seen with other content.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from sync.encoding import from_text, to_text
from sync.server.changes import Changes, told
from sync.server.key_files import (
    OnlineKeys,
    announced_keys,
    known_roots,
    note_used_from,
    retired_keys,
    root_links,
    sealing_key,
    used_from,
)
from sync.server.notes import lock_note, note, noted
from sync.server.revocations import revoked_tills
from sync.server.settings import Policy
from tickets.errors import EnvironmentFault
from tickets.keys import SigningKey
from tickets.trust import (
    Badge,
    KeyUse,
    TrustedKey,
    TrustFault,
    TrustList,
    open_trust_list,
    read_trust_list,
    sign_trust_list,
)

_LIST: Final = "trust_list"
_WITHDRAWN: Final = "withdrawn_badges"
_ALLOWANCE: Final = timedelta(days=1)
_FIRST: Final = datetime(2026, 1, 1, tzinfo=UTC)
FLOOR: Final = "list.version"
"""A file beside the database with the version of the newest list: it tells that an older database was put back."""
NEWEST: Final = "list.newest"
"""A file beside it with that list: so an older database takes no revocation and no change of badges back."""

Badges = Callable[[tuple[Badge, ...]], tuple[Badge, ...]]


def draft(
    connection: Connection,
    directory: Path,
    keys: OnlineKeys,
    policy: Policy,
    now: datetime,
    today: date,
    badges: Badges | None = None,
) -> TrustList:
    """The next list as it should be, not signed; it covers `policy.sealing_days_ahead` days from yesterday.

    Keys that are not used any more stay on it until they are retired. Revocations are never taken back, nor is what the
    newest list said of badges where an older database was put back.
    """
    old = newest_list(connection, directory)
    expires = now + timedelta(days=policy.trust_list_days)
    withdrawn = withdrawn_badges(connection)
    had = () if old is None else tuple(each for each in old.badges if each.number not in withdrawn)
    return TrustList(
        version=max(1 if old is None else old.version + 1, int((now - _FIRST) / timedelta(minutes=1))),
        issued=now,
        expires=expires,
        keys=tuple(_keys(directory, keys, old, policy, now, expires)),
        revoked_prefixes=revoked_tills(connection, directory) | (frozenset() if old is None else old.revoked_prefixes),
        sealing_keys={
            day: sealing_key(directory, day)
            for day in (today + timedelta(days=ahead) for ahead in range(-1, policy.sealing_days_ahead))
        },
        badges=had if badges is None else badges(had),
        links=root_links(directory),
    )


def lock_list(connection: Connection) -> None:
    """Be the only one who makes a new list until this transaction ends: there is one for all stations."""
    lock_note(connection, _LIST)


def keep_list(connection: Connection, directory: Path, signed: bytes, version: int) -> None:
    """Make this the newest list, in this transaction."""
    note(connection, _LIST, to_text(signed))
    note(connection, _WITHDRAWN, "[]")
    for name, text in ((NEWEST, to_text(signed)), (FLOOR, str(version))):
        fresh = directory / f"{name}.new"
        fresh.write_text(f"{text}\n", "ascii")
        fresh.replace(directory / name)


def withdrawn_badges(connection: Connection) -> frozenset[str]:
    """The numbers of badges that the next list is to leave out, while the root that signs it is away."""
    return frozenset(json.loads(noted(connection, _WITHDRAWN) or "[]"))


def withdraw_from_next(connection: Connection, number: str) -> None:
    """Have the next list leave this badge out."""
    note(connection, _WITHDRAWN, json.dumps(sorted({*withdrawn_badges(connection), number})))


def sign_draft(drafted: bytes, root: SigningKey) -> bytes:
    """What `export` wrote, signed by the root: on a machine that has nothing else of the centre. Raises TrustFault."""
    return sign_trust_list(read_trust_list(drafted), root)


def take_in(
    connection: Connection, directory: Path, signed: bytes, keys: OnlineKeys, policy: Policy, at: datetime
) -> TrustList:
    """Make a list that was signed elsewhere the newest. EnvironmentFault, saying why, for one that must not be.

    Terminals hear of it from `at` on: keys that it is the first to announce are used an offline window after that.
    """
    lock_list(connection)
    root = known_roots(directory)[-1]
    hint = "export it once more, have it signed, and import that"
    try:
        opened = open_trust_list(signed, root)
    except TrustFault as fault:
        raise EnvironmentFault("this list is not signed by the root of this centre", hint) from fault
    now = newest_list(connection, directory)
    if now is not None and opened.version <= now.version:
        raise EnvironmentFault(f"a list of version {now.version} is in force, this one is {opened.version}", hint)
    revoked = revoked_tills(connection, directory) | (frozenset() if now is None else now.revoked_prefixes)
    if missing := revoked - opened.revoked_prefixes:
        raise EnvironmentFault(f"{len(missing)} tills were revoked since this list was exported", hint)
    listed = {(entry.use, entry.key) for entry in opened.keys}
    if not {(use, key.public) for use, key in keys.by_use.items()} <= listed:
        raise EnvironmentFault("keys were switched since this list was exported", hint)
    if retired_keys(directory) & {entry.key for entry in opened.keys}:
        raise EnvironmentFault("keys were retired since this list was exported", hint)
    if withdrawn_badges(connection) & {badge.number for badge in opened.badges}:
        raise EnvironmentFault("badges were withdrawn since this list was exported", hint)
    had = {entry.key for entry in (now.keys if now is not None else ())}
    first = {key for use, key in announced_keys(directory).items() if (use, key) in listed and key not in had}
    note_used_from(directory, first, at + timedelta(days=policy.offline_window_days))
    keep_list(connection, directory, signed, opened.version)
    return opened


def put_back(connection: Connection, directory: Path) -> bool:
    """Whether the database is older than the newest list that was ever signed here: somebody put a backup back."""
    path, now = directory / FLOOR, own_list(connection, directory)
    return now is not None and path.exists() and int(path.read_text("ascii")) > now.version


def adopt_newest(connection: Connection, directory: Path) -> None:
    """Make the newest list that was ever signed here the newest again, where an older database was put back."""
    beside, own = _beside(directory), own_list(connection, directory)
    if beside is not None and (own is None or beside[1].version > own.version):
        note(connection, _LIST, to_text(beside[0]))


def newest_list(connection: Connection, directory: Path) -> TrustList | None:
    """The newest list that was ever signed here, as far as it is still known; None before the first."""
    beside, own = _beside(directory), own_list(connection, directory)
    return beside[1] if beside is not None and (own is None or beside[1].version > own.version) else own


def own_list(connection: Connection, directory: Path) -> TrustList | None:
    """The newest list, opened; by the root of now, or one of those before. None before the first."""
    signed = current_list(connection)
    if signed is None:
        return None
    if (opened := _opened(signed, directory)) is not None:
        return opened
    raise EnvironmentFault("the trust list in the database is not signed by this centre's root", "put a backup back")


def current_list(connection: Connection) -> bytes | None:
    """The newest signed list, or None before the first."""
    text = noted(connection, _LIST)
    return None if text is None else from_text(text)


def tell_list(changes: Changes, signed: bytes) -> None:
    """Let a station's terminals have this list."""
    changes.put("trust", "", {"list": to_text(signed)})


def told_list(connection: Connection, station: int) -> bytes | None:
    """The list that a station's terminals have been given, or None before the first."""
    body = told(connection, station, "trust", "")
    return None if body is None else from_text(json.loads(body)["list"])


def _beside(directory: Path) -> tuple[bytes, TrustList] | None:
    path = directory / NEWEST
    if not path.exists():  # a centre of before there was such a file
        return None
    try:
        signed = from_text(path.read_text("ascii").strip())
    except ValueError:
        return None
    opened = _opened(signed, directory)
    return None if opened is None else (signed, opened)


def _opened(signed: bytes, directory: Path) -> TrustList | None:
    for root in reversed(known_roots(directory)):
        try:
            return open_trust_list(signed, root)
        except TrustFault:
            continue
    return None


def _keys(
    directory: Path,
    keys: OnlineKeys,
    old: TrustList | None,
    policy: Policy,
    now: datetime,
    expires: datetime,
) -> Iterable[TrustedKey]:
    """The keys that sign now, those that will, and those that did."""
    before = {(entry.use, entry.key): entry for entry in (old.keys if old is not None else ())}
    for use in sorted(KeyUse):
        active = keys.signing(use).public
        known = before.pop((use, active), None)
        begun = now - _ALLOWANCE if known is None else min(known.not_before, now)
        yield TrustedKey(use=use, key=active, not_before=begun, not_after=expires)
        coming = announced_keys(directory).get(use)
        if coming is not None:
            announced = before.pop((use, coming), None)
            starts = now + timedelta(days=policy.offline_window_days) if announced is None else announced.not_before
            starts = max(starts, used_from(directory).get(coming, starts))
            yield TrustedKey(use=use, key=coming, not_before=starts, not_after=max(expires, starts))
    retired = retired_keys(directory)
    for entry in before.values():
        if entry.key not in retired:
            yield replace(entry, not_after=min(entry.not_after, now))
