"""Badges at the centre: made with a card for the hand, and listed. The private key leaves here sealed, or not at all.

Which badges count is said by the trust list alone; `Centre.issue_badge` and `withdraw_badge` sign a new one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sync.points import no_probe
from sync.server.key_files import load_root
from sync.server.settings import Policy
from sync.server.store import CentreStore, open_database
from sync.server.trust_lists import own_list
from tickets.badges import seal_badge
from tickets.errors import EnvironmentFault
from tickets.keys import SigningKey
from tickets.trust import Badge, Role, TrustList

NUMBER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,15}")
INITIALS: Final = re.compile(r"[A-Za-z]{1,4}")
LONGEST_DAYS: Final = 1100


def make_badge(
    *, number: str, initials: str, role: Role, now: datetime, days: int, pin: str, random: Callable[[int], bytes]
) -> tuple[Badge, str]:
    """A new badge with a key of its own, and the text of its card: the only place where the private key is.

    Valid for `days` (1 to 1100) from `now`, to the second. Raises EnvironmentFault for a number, initials or time that
    no badge has, BadBadge for a PIN that is too weak.
    """
    if not NUMBER.fullmatch(number):
        raise EnvironmentFault(
            "this is not a badge's number", "give 1 to 16 letters, digits, dots or hyphens, such as 0107"
        )
    if not INITIALS.fullmatch(initials):
        raise EnvironmentFault("these are not initials", "give 1 to 4 letters, such as WL; a name has no place here")
    if not 1 <= days <= LONGEST_DAYS:
        raise EnvironmentFault(f"a badge is valid for 1 to {LONGEST_DAYS} days", "give another number of days")
    key = SigningKey.generate()
    expires = now.replace(microsecond=0) + timedelta(days=days)
    badge = Badge(number=number, initials=initials.upper(), role=role, key=key.public, expires=expires)
    return badge, seal_badge(key, number, pin, random)


def newest_list(directory: Path) -> TrustList:
    """The newest trust list of the centre in `directory`. EnvironmentFault when there is no centre."""
    Policy.load(directory)
    store = CentreStore(open_database(directory, Policy.load(directory).database, new=False), no_probe)
    try:
        with store.read() as connection:
            known = own_list(connection, directory)
    finally:
        store.close()
    if known is None:
        raise EnvironmentFault(
            f"the centre in {directory} has no trust list yet", "set it up with: waystation centre init"
        )
    return known


def require_root(directory: Path) -> None:
    """Find out before a PIN is chosen whether a list can be signed at all. Raises EnvironmentFault."""
    Policy.load(directory)
    if load_root(directory) is None:
        raise EnvironmentFault(
            f"badges are in the trust list, and the key that signs it, root.pem, is not in {directory}",
            "bring root.pem back from where it is kept, do this again, and take it away afterwards",
        )
