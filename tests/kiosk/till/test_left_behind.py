"""Tickets that nobody took and the printer drew back: staff are told, once."""

from kiosk.till.press import LEFT_BEHIND, Press
from sync.points import no_probe
from tests.kiosk.till.conftest import Site


def test_staff_are_told_once_what_was_left_behind(site: Site) -> None:
    left = [0, 2, 0]
    told: list[list[object]] = []
    press = Press(
        site.printer, site.desk.ledger, clock=site.time.clock, probe=no_probe, left_behind=lambda: left.pop(0)
    )
    for _ in range(3):
        press.look(now=True)
        stored = site.desk.journal.events(0, 100)
        told.append([each.event.body["what"] for each in stored if each.kind == "device.fault"])
    assert told == [[], [f"{LEFT_BEHIND}: 2"], [f"{LEFT_BEHIND}: 2"]]
    assert press.ready, "a ticket in the bin does not stop the machine"
