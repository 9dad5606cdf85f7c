"""Who may end the emergency of a lane: members of staff whose work is at the gates, by a badge code at its reader."""

from collections.abc import Callable

from gate.shown import Code
from tickets.admission import TrustedNow
from tickets.badges import BadBadge, read_badge_code
from tickets.trust import Role, Trust

MAY_RESET = frozenset({Role.ATTENDANT, Role.DUTY_MANAGER, Role.TECHNICIAN})


class ResetBadges:
    """Reads badge codes for the reset. Belongs to the lane's thread."""

    def __init__(self, known: Callable[[], tuple[Trust, int | None, TrustedNow]]) -> None:
        """`known` gives what badges are checked with: the newest list, this station (None: not known yet), the time."""
        self._known = known

    def __call__(self, code: Code) -> str | None:
        """The number of the badge, when this is a valid code of somebody who may; None otherwise."""
        if not code.is_badge:
            return None
        trust, station, now = self._known()
        if station is None:
            return None
        try:
            badge = read_badge_code(code.text, trust.trust_list, station, now)
        except BadBadge:
            return None  # the display goes on asking for a badge
        return badge.number if badge.role in MAY_RESET else None
