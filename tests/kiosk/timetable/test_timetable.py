"""The timetable and the menu: what can be begun where, which lines are shown, and that nothing of it is kept."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from kiosk import touches as t
from kiosk.buy.steps import WhereTo
from kiosk.menu.steps import Menu
from kiosk.rehearsal import TODAY
from kiosk.steps import Attract, OutOfService
from kiosk.till.commands import LookAt
from kiosk.timetable import present
from kiosk.timetable.steps import Timetable
from kiosk.timetable.touches import ByLetters, ReadDay
from tests.kiosk.buy.walking import FLOW, Walk

CHINA = ZoneInfo("Asia/Shanghai")


def shown(walk: Walk) -> list[object]:
    return [row["to"] for row in present.run_rows(walk.session, walk.till.snapshot, CHINA)]


def test_it_is_found_from_the_attract_screen_and_from_a_session_in_any_language() -> None:
    assert Walk().touch(t.Begin("timetable")).is_at(Timetable)
    walk = Walk().touch(t.SwitchLanguage())
    assert walk.is_at(WhereTo)
    walk.touch(t.Begin("menu"), t.Begin("timetable"))
    assert walk.is_at(Timetable)
    assert walk.comfort().language.value == "en"
    walk.touch(t.Begin("buy"))
    assert walk.is_at(WhereTo)


def test_back_leads_from_the_menu_to_buying_and_from_the_timetable_out() -> None:
    walk = Walk().touch(t.Begin("buy"), t.Begin("menu"))
    assert walk.is_at(Menu)
    walk.touch(t.Back())
    assert walk.is_at(WhereTo)
    walk.touch(t.Begin("timetable"), t.Back())
    assert walk.is_at(Attract)


def test_it_can_be_read_where_nothing_can_be_sold() -> None:
    walk = Walk()
    can = walk.till.snapshot.capabilities
    walk.till.show(replace(walk.till.snapshot, capabilities=replace(can, sells=False)))
    walk.look()
    assert walk.is_at(OutOfService)
    offered = FLOW.offered(walk.till.snapshot)
    assert "timetable" in offered
    assert "buy" not in offered
    walk.touch(t.Begin("timetable"))
    assert walk.is_at(Timetable)
    walk.touch(t.Begin("buy"))
    assert walk.is_at(Timetable)


def test_another_day_is_asked_for_and_its_lines_wait_for_it() -> None:
    walk = Walk().touch(t.Begin("timetable"))
    today = shown(walk)
    assert today
    later = TODAY + timedelta(days=3)
    session, commands = FLOW.touched(walk.session, ReadDay(later), walk.till.snapshot, 0)
    assert commands == (LookAt(day=later),)
    assert present.run_rows(session, walk.till.snapshot, CHINA) == ()
    walk.touch(ReadDay(later))
    assert shown(walk)
    assert shown(walk) != today


def test_letters_find_by_pinyin_initials_and_english_name() -> None:
    walk = Walk().touch(t.Begin("timetable"), ByLetters(), t.Key("s"), t.Key("h"), t.Key("h"))
    assert set(shown(walk)) == {"上海虹桥枢纽"}
    following = present.reading(walk.session, walk.till.snapshot, CHINA)["next"]
    assert isinstance(following, str)
    assert following == "Q"
    walk.touch(t.Key(""), t.Key(""), t.Key(""))
    assert len(set(shown(walk))) > 5
    walk.touch(t.Back())
    assert walk.read("spelling") is False


def test_a_coach_that_does_not_run_is_said_so() -> None:
    walk = Walk().touch(t.Begin("timetable"))
    notes = [row["note"] for row in present.run_rows(walk.session, walk.till.snapshot, CHINA)]
    assert sum(bool(note) for note in notes) == 1
