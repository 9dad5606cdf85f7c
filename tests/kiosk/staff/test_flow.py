"""The technician's door, without a screen."""

from dataclasses import replace

from kiosk import touches as t
from kiosk.staff.steps import Doorstep, Inside
from kiosk.staff.touches import TryDevice
from kiosk.steps import Attract, OutOfService
from kiosk.till import commands as c
from kiosk.till.commands import EndSession, OpenDoor
from tests.kiosk.find.walk import Walk


def opened() -> Walk:
    walk = Walk().begin("door")
    walk.wallet.badge()
    return walk.look()


def test_a_badge_opens_the_door_and_a_touch_shuts_it() -> None:
    walk = Walk().begin("door")
    assert walk.is_at(Doorstep)
    assert walk.asked == [OpenDoor(on=True)]
    walk.wallet.badge()
    walk.look()
    assert walk.is_at(Inside)
    walk.touch(t.Finish())
    assert walk.is_at(Attract)
    assert walk.asked[-1] == OpenDoor(on=False)
    assert walk.till.snapshot.staff is None


def test_only_devices_that_are_there_can_be_tested() -> None:
    walk = opened().touch(TryDevice("printer"), TryDevice("toaster"))
    assert [command for command in walk.asked if isinstance(command, c.TestDevice)] == [c.TestDevice(name="printer")]


def test_nothing_is_tested_before_the_door_is_open() -> None:
    walk = Walk().begin("door").touch(TryDevice("printer"))
    assert walk.asked == [OpenDoor(on=True)]


def test_the_door_shuts_by_itself_after_two_minutes_without_asking() -> None:
    walk = opened().wait(119.9)
    assert walk.is_at(Inside)
    walk.touch(TryDevice("printer")).wait(119.9)
    assert walk.is_at(Inside)
    walk.wait(0.1)
    assert walk.is_at(Attract)
    assert OpenDoor(on=False) in walk.asked
    assert EndSession() not in walk.asked


def test_nobody_waits_at_the_door_for_long() -> None:
    assert Walk().begin("door").wait(30).is_at(Attract)


def test_a_till_that_shuts_the_door_ends_the_session() -> None:
    walk = opened()
    walk.till.show(replace(walk.till.snapshot, staff=None))
    assert walk.look().is_at(Attract)


def test_a_machine_out_of_service_has_a_door_too() -> None:
    walk = Walk()
    can = walk.till.snapshot.capabilities
    walk.till.show(replace(walk.till.snapshot, capabilities=replace(can, sells=False)))
    walk.look()
    assert walk.is_at(OutOfService)
    walk.begin("door")
    assert walk.is_at(Doorstep)
    walk.touch(t.Back())
    assert walk.is_at(OutOfService)
