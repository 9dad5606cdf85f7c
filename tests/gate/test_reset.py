"""Who may end an emergency: those who work at the gates, by a code of their own badge, for this station and now."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from gate.reset import MAY_RESET, ResetBadges
from gate.shown import Code
from tests.gate.bench import NOON, ROOT, STATION, trust_bytes
from tests.gate.test_override import NUMBERS, code_of, trust_with_badges
from tickets.admission import TimeQuality, TrustedNow
from tickets.trust import Role, Trust, open_trust_list

NOW = TrustedNow(at=NOON, quality=TimeQuality.TRUSTED)


def known(trust_list: bytes, station: int | None = STATION) -> Callable[[], tuple[Trust, int | None, TrustedNow]]:
    return lambda: (Trust(open_trust_list(trust_list, ROOT.public)), station, NOW)


@pytest.mark.parametrize("role", Role)
def test_by_the_role_of_the_badge(role: Role) -> None:
    badges = ResetBadges(known(trust_with_badges()))
    assert badges(Code(text=code_of(role))) == (NUMBERS[role] if role in MAY_RESET else None)
    assert Role.CASHIER not in MAY_RESET


@pytest.mark.parametrize(
    "text",
    [
        code_of(Role.ATTENDANT, station=STATION + 1),
        code_of(Role.ATTENDANT, NOON - timedelta(hours=9)),
        code_of(Role.ATTENDANT)[:-4],
        "RB1:",
        "RT1:A TICKET",
        "",
    ],
    ids=["another station's", "yesterday's", "cut off", "empty", "a ticket", "nothing"],
)
def test_by_nothing_else(text: str) -> None:
    assert ResetBadges(known(trust_with_badges()))(Code(text=text)) is None


def test_not_where_badge_or_station_are_unknown() -> None:
    good = Code(text=code_of(Role.ATTENDANT))
    assert ResetBadges(known(trust_bytes()))(good) is None
    assert ResetBadges(known(trust_with_badges(), None))(good) is None
