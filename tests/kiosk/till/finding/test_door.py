"""The technician's door, the call for staff, and the timetable."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from drivers.health import Health
from kiosk.paper.fonts import find_fonts
from kiosk.till.finding.calling import Calling
from kiosk.till.finding.door import NOT_A_BADGE, WRONG_ROLE, Door, DoorDevice, device_words
from kiosk.till.finding.runs import runs
from kiosk.till.finding.trial_page import draw_test_page
from kiosk.till.takings import NoNotes
from station.devices import CashDevices
from station.kiosk_tasks import cash_health
from tests.kiosk.till import bench
from tests.kiosk.till.bench import NOW, Time, departure, departure_record, usual_records, write_cache
from tests.kiosk.till.finding.bench import Machine
from tests.kiosk.till.test_collecting import Terminal
from tickets.badges import badge_code
from tickets.departures import DepartureState
from tickets.keys import SigningKey
from tickets.trust import Badge, Role, TrustList

KEYS = {role: SigningKey.from_raw(bytes([40 + index]) * 32) for index, role in enumerate(Role)}
LIST = TrustList(
    version=1,
    issued=NOW,
    expires=NOW + timedelta(days=9),
    keys=(),
    badges=tuple(
        Badge(number=f"00{index}", initials="AB", role=role, key=KEYS[role].public, expires=NOW + timedelta(days=9))
        for index, role in enumerate(Role)
    ),
)
FINE, BROKEN = Health(ok=True, what="ready", hint=""), Health(ok=False, what="no paper", hint="Load paper.")


def code(role: Role, station: int = bench.STATION) -> str:
    number = next(badge.number for badge in LIST.badges if badge.role is role)
    return badge_code(number, KEYS[role], station, NOW, 8, lambda count: bytes(count))


def door(printer: Health = FINE, test: Health = FINE) -> Door:
    tried = [printer]

    def trial() -> Health:
        tried.append(test)
        return test

    made = Door(
        [
            DoorDevice(name="printer", health=lambda: tried[-1], test=trial),
            DoorDevice(name="validator", health=lambda: FINE),
        ],
        trust_list=lambda: LIST,
        station=lambda: bench.STATION,
        now=Time().now,
        versions=(("waystation", "1"),),
    )
    made.knock(on=True)
    return made


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.DUTY_MANAGER])
def test_a_technicians_badge_opens_it(role: Role) -> None:
    made = door(printer=BROKEN)
    made.scanned(code(role))
    view = made.view()
    assert view is not None
    assert (view.role, view.versions) == (role.value, (("waystation", "1"),))
    assert [(each.name, each.state, each.hint) for each in view.devices] == [
        ("printer", "fault", "Load paper."),
        ("validator", "ok", ""),
    ]
    assert not made.waiting
    made.knock(on=False)
    assert made.view() is None


@pytest.mark.parametrize("role", [Role.ATTENDANT, Role.CASHIER])
def test_other_badges_do_not(role: Role) -> None:
    made = door()
    made.scanned(code(role))
    assert (made.view(), made.trouble) == (None, WRONG_ROLE)
    assert made.waiting


def test_nor_does_anything_else() -> None:
    made = door()
    for text in ("12345678", "RT1:ABC", "RB1:ABC"):
        made.scanned(text)
        assert (made.view(), made.trouble) == (None, NOT_A_BADGE)
    made.scanned(code(Role.TECHNICIAN, station=bench.STATION + 1))
    assert made.trouble is not None
    assert "another station" in made.trouble[1]


def test_each_device_is_tried_and_said_how_it_went() -> None:
    made = door(test=BROKEN)
    made.test("printer")
    assert made.view() is None, "the door is shut"
    shown: list[str] = []
    made.scanned(code(Role.TECHNICIAN))
    made.show = lambda: shown.extend(each.state for each in (made.view() or pytest.fail("shut")).devices)
    made.test("printer")
    view = made.view()
    assert view is not None
    assert shown == ["testing", "ok"]
    assert [each.state for each in view.devices] == ["fault", "ok"]
    assert view.said is not None
    assert "no paper" in view.said[1]
    made.test("validator")
    view = made.view()
    assert view is not None
    assert view.said is not None
    assert view.said == ("纸币器：正常。", "validator: works.")
    made.test("nothing of that name")


def test_devices_are_called_by_words_of_the_language() -> None:
    assert device_words("coin acceptor") == ("硬币器", "coin acceptor")
    assert device_words("hopper-2") == ("找零器 2", "hopper-2")
    assert device_words("a new one") == ("a new one", "a new one")


def test_everything_that_takes_money_is_behind_the_door() -> None:
    cash = CashDevices(notes=NoNotes(), coins=None, dispensers=())
    assert list(cash_health(cash, Terminal())) == ["validator", "card terminal"]


def test_the_trial_page_says_that_it_is_no_ticket() -> None:
    assert draw_test_page(find_fonts()).width == 576


def test_a_call_is_one_fact_and_stands_until_it_is_taken_back(machine: Machine, tmp_path: Path) -> None:
    file = tmp_path / "staff-called"
    calling = Calling(machine.journal, "K-07", file)
    for _ in range(3):
        calling.call(on=True)
    assert (calling.called, file.read_text("utf-8")) == (True, "K-07\n")
    calling.call(on=False)
    assert (calling.called, file.exists()) == (False, False)
    called = [stored.event.body for stored in machine.journal.events(0, 99) if stored.kind == "staff.called"]
    assert called == [{"where": "K-07"}]
    file.write_text("from before", "utf-8")
    assert not Calling(machine.journal, "K-07", file).called
    assert not file.exists()


def test_the_timetable_has_what_cannot_be_bought_too(machine: Machine) -> None:
    extra = [
        replace(departure("C3", minutes=120), state=DepartureState.CANCELLED),
        replace(departure("D4", minutes=150), planned_at=NOW + timedelta(minutes=120)),
        departure("E5", minutes=4),
        departure("F6", minutes=-30),
        replace(departure("G7", minutes=200), merged_into="K1"),
    ]
    machine.kill()
    write_cache(machine.directory, [*usual_records(), *(departure_record(each) for each in extra)])
    machine.open()
    found = runs(machine.cache, machine.shelf, bench.DAY, machine.time.at())
    assert [(run.trip, run.free, None if run.note is None else run.note[1]) for run in found] == [
        ("F6", 0, "left"),
        ("E5", 0, "check-in closed"),
        ("K1", 4, None),
        ("L2", 3, None),
        ("C3", 0, "cancelled"),
        ("D4", 0, "time changed (was 16:00)"),
        ("G7", 0, "travels with K1"),
    ]
    assert found[2].names == (("威海", "Weihai"), ("烟台", "Yantai"))
    assert runs(machine.cache, machine.shelf, bench.DAY + timedelta(days=1), machine.time.at()) == ()
