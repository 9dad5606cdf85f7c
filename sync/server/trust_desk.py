"""The trust list over time: signed anew when it must be, told to every station, and vouched for every hour."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from sync.encoding import from_text, to_text
from sync.server.changes import Changes, told
from sync.server.key_files import OnlineKeys, load_root
from sync.server.revocations import revoked_tills
from sync.server.settings import Policy
from sync.server.trust_lists import (
    Badges,
    adopt_newest,
    current_list,
    draft,
    keep_list,
    lock_list,
    own_list,
    put_back,
    tell_list,
    told_list,
)
from tickets.freshness import FreshnessFault, newest, open_newest, sign_newest
from tickets.trust import KeyUse, TrustList, sign_trust_list

SAID_AGAIN: Final = timedelta(hours=1)
"""How often the centre says which list is the newest."""

_log = logging.getLogger("waystation.centre")


class TrustDesk:
    """Keeps one centre's trust list. Every method works in the caller's transaction."""

    def __init__(self, directory: Path, policy: Policy, keys: Callable[[], OnlineKeys]) -> None:
        """`keys` are those that the centre signs with now."""
        self._directory = directory
        self._policy = policy
        self._keys = keys
        self._warned_of_root = False
        self._opened: tuple[bytes, TrustList] | None = None

    def newest(self, connection: Connection) -> TrustList:
        """The list in force."""
        signed = current_list(connection)
        opened = self._opened
        if opened is None or signed != opened[0]:
            found = own_list(connection, self._directory)
            assert found is not None, "a centre has a trust list from its first station on"
            assert signed is not None, "it was opened"
            self._opened = opened = (signed, found)
        return opened[1]

    def revoked(self, connection: Connection) -> frozenset[int]:
        """The prefixes that the list in force revokes."""
        return frozenset() if current_list(connection) is None else self.newest(connection).revoked_prefixes

    def drafted(self, connection: Connection, now: datetime, today: date) -> TrustList:
        """The next list as it should be, for the root elsewhere."""
        return draft(connection, self._directory, self._keys(), self._policy, now, today)

    def sign(self, connection: Connection, now: datetime, today: date, badges: Badges | None = None) -> bool:
        """Sign the next list. False where the root key is away."""
        root = load_root(self._directory)
        if root is None:
            return False
        lock_list(connection)
        made = draft(connection, self._directory, self._keys(), self._policy, now, today, badges)
        keep_list(connection, self._directory, sign_trust_list(made, root), made.version)
        self._warned_of_root = False
        return True

    def sign_if_due(self, connection: Connection, now: datetime, today: date) -> None:
        """Sign a new list when the old one, or its sealing keys, will not last, or a backup was put back.

        Where the root key is away, the newest that there was is in force again.
        """
        if not self._is_due(connection, now, today):
            return
        lock_list(connection)
        if not self._is_due(connection, now, today):  # another process was quicker
            return
        adopt_newest(connection, self._directory)
        if self.sign(connection, now, today) or not self._is_due(connection, now, today):
            return
        if not self._warned_of_root:
            _log.warning("trust_list.renewal_due root=away")
            self._warned_of_root = True

    def _is_due(self, connection: Connection, now: datetime, today: date) -> bool:
        if current_list(connection) is None or put_back(connection, self._directory):
            return True
        known = self.newest(connection)
        lasts = known.expires - now > timedelta(days=self._policy.trust_list_renewed_days_before)
        ahead = max(known.sealing_keys, default=today) - today
        return not lasts or ahead <= timedelta(days=self._policy.sealing_renewed_days_before)

    def tell(self, connection: Connection, changes: Changes, station: int, now: datetime) -> None:
        """Let a station have the newest list, and the centre's word that it is."""
        signed = current_list(connection)
        if signed is None:
            return
        if signed != told_list(connection, station):
            tell_list(changes, signed)
        known = self.newest(connection)
        said = newest(known.version, signed, now, revoked_tills(connection, self._directory) - known.revoked_prefixes)
        before = self._said(connection, station)
        if before is not None:
            try:
                last = open_newest(before, [self._keys().signing(KeyUse.LIST).public])
            except FreshnessFault:  # by the key before this one
                last = None
            same = last is not None and (last.version, last.digest, last.revoked) == (
                said.version,
                said.digest,
                said.revoked,
            )
            if last is not None and same and now - last.at < SAID_AGAIN:
                return
        statement = sign_newest(said, self._keys().signing(KeyUse.LIST))
        changes.put("freshness", "", {"statement": to_text(statement)})

    @staticmethod
    def _said(connection: Connection, station: int) -> bytes | None:
        body = told(connection, station, "freshness", "")
        return None if body is None else from_text(json.loads(body)["statement"])
