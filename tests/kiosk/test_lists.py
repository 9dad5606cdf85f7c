"""A list shows its first rows whatever happened to it: rows came one by one, it was left and entered again."""

import pytest

from kiosk.panel import LANDSCAPE_15_6, PORTRAIT_15_6, PanelSettings
from kiosk.stagehand import Look, rehearse
from tests.kiosk.page import Page
from tests.kiosk.test_journey import Finger

LOOKS = [Look(language=language, large=large) for large in (False, True) for language in ("en", "zh")]


def type_passport(finger: Finger, number: str) -> None:
    finger.touch("who.type", leads_to="typing")
    finger.touch("typing.document.5", leads_to="typing")
    for letter in number:
        finger.touch(f"typing.key.{letter}", leads_to="typing")
    finger.touch("typing.next", leads_to="typing")
    for letter in "LI":
        finger.touch(f"typing.key.{letter}", leads_to="typing")
    finger.touch("typing.next", leads_to="who")


@pytest.mark.parametrize("panel", [LANDSCAPE_15_6, PORTRAIT_15_6], ids=["wide", "high"])
@pytest.mark.parametrize("large", [False, True], ids=["standard", "large"])
def test_the_first_traveller_is_to_be_seen_however_many_follow(
    qt: list[str], panel: PanelSettings, large: bool
) -> None:
    rehearsal = rehearse(panel)
    finger = Finger(rehearsal)
    try:
        finger.touch("attract.start", leads_to="whereTo")
        if large:
            finger.touch("band.large", leads_to="whereTo")
        finger.touch("whereTo.stop.1001", leads_to="which")
        finger.touch("which.trip.K1001-1", leads_to="who")
        for count in range(1, 6):
            if count < 3:
                rehearsal.till.card(name=f"张{count}", number=f"3304****001{count}")
            else:
                type_passport(finger, f"E1234567{count}")
            rehearsal.settle()
            rehearsal.kiosk.window.grabWindow()
            rehearsal.settle()
            seen = [finger.sees(f"who.change.{at}") for at in range(count)]
            later = finger.sees("who.later")
            assert seen[0], f"the first of {count} is not to be seen"
            assert all(seen) or (later and later.enabled), f"the last of {count} cannot be reached"
    finally:
        rehearsal.kiosk.close()


@pytest.mark.parametrize("panel", [LANDSCAPE_15_6, PORTRAIT_15_6], ids=["wide", "high"])
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_an_adult_with_a_child_fits_into_the_row(qt: list[str], panel: PanelSettings, look: Look) -> None:
    rehearsal = rehearse(panel)
    finger = Finger(rehearsal)
    try:
        rehearsal.start(look)
        rehearsal.settle()
        finger.touch("whereTo.stop.1001", leads_to="which")
        finger.touch("which.trip.K1001-1", leads_to="who")
        for count in range(1, 5):
            rehearsal.till.card(name=f"Z{count}", number=f"3304****001{count}")
            rehearsal.settle()
        finger.touch("who.change.0", leads_to="rider")
        finger.touch("rider.child", leads_to="rider")
        finger.touch("rider.done", leads_to="who")
        rehearsal.settle()
        rehearsal.kiosk.window.grabWindow()
        faults = [fault for fault in Page(rehearsal, panel).faults(look) if "wrong language" not in fault]
        assert not faults
    finally:
        rehearsal.kiosk.close()
