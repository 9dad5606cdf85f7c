"""What screens show: texts of times and money, and rows, from plain values."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kiosk import wording
from kiosk.buy.present import choosing
from kiosk.buy.steps import Choice, Notice, WhereTo, WhichDeparture
from kiosk.panel import LANDSCAPE_15_6, PORTRAIT_15_6, PanelSettings
from kiosk.present import board, frame
from kiosk.present.values import note
from kiosk.rehearsal import NOW, CardboardTill
from kiosk.steps import Comfort, Language, Session, nobody
from kiosk.strikes import Strikes
from tickets.money import Fen

CHINA = ZoneInfo("Asia/Shanghai")
SNAPSHOT = CardboardTill().snapshot


def searching(typed: str) -> Session:
    return replace(nobody(0), step=WhereTo(choice=Choice(), spelling=True, typed=typed))


def test_dates_and_times_are_said_as_the_station_says_them() -> None:
    assert wording.day(date(2026, 11, 22), Language.ZH) == "11月22日 周日"
    assert wording.day(date(2026, 11, 22), Language.EN) == "Sun 22 Nov"
    assert wording.clock(datetime(2026, 11, 22, 23, 5, tzinfo=UTC), CHINA) == "07:05"
    assert wording.other_day(NOW + timedelta(hours=12), NOW, CHINA, Language.EN) == "Mon 23 Nov"
    assert wording.other_day(NOW, NOW, CHINA, Language.EN) == ""


@pytest.mark.parametrize(("seconds", "said"), [(-1, 0), (59, 0), (60, 1), (3600, 60), (3659, 60), (3661, -1)])
def test_minutes_left_are_said_within_the_hour(seconds: int, said: int) -> None:
    assert wording.minutes_left(NOW + timedelta(seconds=seconds), NOW) == (said if seconds < 3660 else -1)


def test_bills_are_named_as_they_are_printed() -> None:
    assert (note(Fen(2000)), note(Fen(50))) == ("¥20", "¥0.50")


def test_popular_destinations_come_first_and_those_without_a_coach_last() -> None:
    rows = choosing.destination_rows(nobody(0), replace(SNAPSHOT, days=()), CHINA)
    assert [row["key"] for row in rows][:3] == ["1001", "1002", "1003"]
    sold = [bool(row["sold"]) for row in rows]
    assert sold == sorted(sold, reverse=True)
    assert sold[-1] is False


@pytest.mark.parametrize(
    ("typed", "found"), [("HZ", {"1001", "1006"}), ("XIT", {"1011"}), ("Q", {"1013"}), ("ZZ", set())]
)
def test_letters_find_by_initials_and_by_pinyin(typed: str, found: set[str]) -> None:
    assert {row["key"] for row in choosing.destination_rows(searching(typed), SNAPSHOT, CHINA)} == found


def test_only_letters_that_lead_somewhere_can_be_touched() -> None:
    assert choosing.spelling(searching("N"), SNAPSHOT)["next"] == "ABIX"


def test_the_next_coach_is_the_one_suggested() -> None:
    stop = next(place for place in SNAPSHOT.destinations if place.stop == 1001)
    session = replace(nobody(0), step=WhereTo(choice=Choice(destination=stop)))
    rows = choosing.departure_rows(session, SNAPSHOT, CHINA)
    assert [row["suggested"] for row in rows] == [True] + [False] * (len(rows) - 1)
    assert rows[0] == {
        "key": "2026-11-22/K1001-1/1001",
        "date": "2026-11-22",
        "trip": "K1001-1",
        "to": "杭州",
        "time": "14:05",
        "otherDay": "",
        "left": 18,
        "gate": "2",
        "free": 14,
        "fare": "¥45.00",
        "suggested": True,
    }


def test_a_coach_with_several_stops_is_one_row_of_the_board() -> None:
    first = SNAPSHOT.offers[0]
    nearer = replace(first, destination=1999, names=("近", "Near"), fare=Fen(100))
    rows = board.rows(nobody(0), replace(SNAPSHOT, offers=(nearer, *SNAPSHOT.offers)), CHINA)
    assert [row["to"] for row in rows].count("近") == 0
    assert [row["trip"] for row in rows].count(first.trip) == 1


def test_texts_follow_the_language() -> None:
    session = replace(nobody(0), comfort=Comfort(language=Language.EN))
    assert frame.top(session, SNAPSHOT, CHINA)["station"] == "Wutong Coach Station"


def test_a_panel_is_measured_in_millimetres() -> None:
    assert LANDSCAPE_15_6.mm(20) == 112
    assert PORTRAIT_15_6.portrait
    assert not LANDSCAPE_15_6.portrait
    with pytest.raises(ValueError, match="square"):
        PanelSettings(width_mm=194, height_mm=344, width_px=1920, height_px=1080)
    with pytest.raises(ValueError, match="above zero"):
        PanelSettings(width_mm=0, height_mm=344, width_px=1920, height_px=1080)


def test_a_double_strike_counts_only_when_the_screen_changed_under_it() -> None:
    strikes = Strikes(px_per_mm=5)
    assert not strikes.is_double(100, 100, 0, "notPrinted")
    assert strikes.is_double(110, 95, 200, "done")
    assert strikes.is_double(110, 95, 300, "done")  # the third of a shaking finger
    assert not strikes.is_double(110, 95, 600, "done")
    assert not strikes.is_double(110, 300, 650, "attract")
    assert not strikes.is_double(110, 300, 700, "whereTo")
    assert not strikes.is_double(110, 300, 1000, "which")


def test_nobody_is_asked_to_choose_again_where_nothing_can_be_sold() -> None:
    asked_again = replace(nobody(0), step=WhichDeparture(choice=Choice(), notice=Notice.TIME_UP))
    assert choosing.notice(asked_again, SNAPSHOT) == {"reason": "time_up", "said": ""}
    no_paper = replace(SNAPSHOT.capabilities, sells=False, notices=(("缺纸", "No paper"),))
    assert choosing.notice(asked_again, replace(SNAPSHOT, capabilities=no_paper)) == {"reason": "", "said": "缺纸"}
