"""Changing the centre's online keys: announced an offline window ahead, then used, then taken off the trust list.

What a key has signed stays good for as long as it lasts: the key before stays on the list, and is taken off when no
ticket and no certificate of it can be about any more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, func, select

from sync.server.allotments import CENTRE
from sync.server.key_files import (
    announced_keys,
    load_online_keys,
    make_announced,
    retired_keys,
    switch_key,
    used_from,
    write_retired,
)
from sync.server.schema import tickets
from sync.server.settings import Policy
from tickets.errors import EnvironmentFault
from tickets.keys import PublicKey
from tickets.trust import KeyUse, TrustedKey, TrustList


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedKey:
    """One key: what it is for, what it does now, and since or until when."""

    use: KeyUse
    key: PublicKey
    state: Literal["signs", "announced", "believed", "not listed yet"]
    from_: datetime | None
    until: datetime | None


def listed_keys(directory: Path, trust_list: TrustList) -> list[ListedKey]:
    """Every key of the centre: those that sign, those announced, and those that are believed still."""
    active = {use: key.public for use, key in load_online_keys(directory).by_use.items()}
    coming = announced_keys(directory)
    found = [
        ListedKey(
            use=entry.use,
            key=entry.key,
            state="signs" if active[entry.use] == entry.key else "announced" if _is(coming, entry) else "believed",
            from_=_known_from(directory, entry),
            until=entry.not_after,
        )
        for entry in trust_list.keys
    ]
    listed = {(each.use, each.key) for each in found}
    missing = [(use, key) for use, key in (*active.items(), *coming.items()) if (use, key) not in listed]
    return found + [ListedKey(use=use, key=key, state="not listed yet", from_=None, until=None) for use, key in missing]


def announce(directory: Path, use: KeyUse) -> None:
    """Make the next key of this use, for the next list to name. EnvironmentFault when there is one already."""
    try:
        make_announced(directory, use)
    except FileExistsError as error:
        raise EnvironmentFault(f"a {use} key is announced already", f"switch to it: keys switch {use}") from error


def switch(directory: Path, use: KeyUse, trust_list: TrustList, now: datetime, *, at_once: bool) -> None:
    """Sign with the announced key from now on. EnvironmentFault when there is none, terminals cannot know it, or,
    unless `at_once`, not every terminal has had the time to hear of it.
    """
    coming = announced_keys(directory).get(use)
    if coming is None:
        raise EnvironmentFault(f"no {use} key is announced", f"announce one first: keys announce {use}")
    entry = next((each for each in trust_list.keys if (each.use, each.key) == (use, coming)), None)
    if entry is None:
        raise EnvironmentFault(
            f"the announced {use} key is on no signed list yet", "have the list signed first: list export, sign, import"
        )
    known_from = _known_from(directory, entry)
    if now < known_from and not at_once:
        raise EnvironmentFault(
            f"terminals that are offline may not know the new {use} key before {known_from.isoformat()}",
            "wait until then; or, if the key of now is stolen, switch with --at-once",
        )
    switch_key(directory, use)


def retire(
    directory: Path,
    use: KeyUse,
    trust_list: TrustList,
    policy: Policy,
    now: datetime,
    *,
    needed: Callable[[datetime], datetime | None],
    at_once: bool,
) -> int:
    """Have the next list leave out the keys of this use that signed before; answers how many.

    `needed` says until when what was signed before an instant is used, where the centre knows better than by the days
    that things last. EnvironmentFault when there is none, or, unless `at_once`, while what they signed may be about.
    """
    active, coming = load_online_keys(directory).signing(use).public, announced_keys(directory).get(use)
    former = [each for each in trust_list.keys if each.use is use and each.key not in (active, coming)]
    if not former:
        raise EnvironmentFault(f"no former {use} key is on the list", "see: keys list")
    lasts = timedelta(days=max(policy.certificate_days, policy.device_certificate_days, policy.offline_window_days))
    ends = {each.key: max(each.not_after + lasts, needed(each.not_after) or each.not_after) for each in former}
    over = [each for each in former if at_once or ends[each.key] <= now]
    if not over:
        when = min(ends.values())
        raise EnvironmentFault(
            f"what the former {use} key signed may be about until {when.isoformat()}",
            "wait until then; or, if that key is stolen, retire it with --at-once: what it signed is then refused",
        )
    write_retired(directory, retired_keys(directory) | {each.key for each in over})
    return len(over)


def last_use(connection: Connection, switched: datetime) -> datetime | None:
    """When the last ticket ends that the centre itself sold before `switched`; None when there is none."""
    of_web = (tickets.c.issuer == CENTRE, tickets.c.state == "valid")
    before = tickets.c.issued_ms <= int(switched.timestamp() * 1000)
    last = connection.execute(select(func.max(tickets.c.expires_s)).where(*of_web, before)).scalar_one()
    return None if last is None else datetime.fromtimestamp(last, UTC)


def _known_from(directory: Path, entry: TrustedKey) -> datetime:
    """From when a key may be used: where the root is away, its list is put in force later than it was drafted."""
    return max(entry.not_before, used_from(directory).get(entry.key, entry.not_before))


def _is(coming: dict[KeyUse, PublicKey], entry: TrustedKey) -> bool:
    return coming.get(entry.use) == entry.key
