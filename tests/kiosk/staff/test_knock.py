"""The station's name leads to the technician's door when it is held for five seconds, once, and not before."""

from kiosk.staff.knock import Knock


def test_a_finger_that_stays_is_told_once() -> None:
    knock = Knock()
    knock.hold(True, 1_000)
    assert not knock.is_due(5_999)
    assert knock.is_due(6_000)
    assert not knock.is_due(6_001)


def test_a_finger_taken_off_begins_anew() -> None:
    knock = Knock()
    knock.hold(True, 0)
    knock.hold(False, 4_000)
    assert not knock.is_due(6_000)
    knock.hold(True, 7_000)
    assert not knock.is_due(11_999)
    assert knock.is_due(12_000)
