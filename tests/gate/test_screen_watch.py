"""Which picture stands on the display, when: newest first, a short wait unseen, a silent gate closed."""

import pytest

from gate.announcement import CLOSED, EMERGENCY, IDLE, WAIT, Announcement, Showing
from gate.screen.message import Message
from gate.screen.watch import SILENT_MS, STALE_MS, WAIT_MS, Watch

GO = Announcement(showing=Showing.GO, seat=1)
STOP = Announcement(showing=Showing.STOP, reason="used")


def said(announcement: Announcement, at: int, *, sent: int | None = None) -> Message:
    return Message(announcement=announcement, said_ms=at, sent_ms=at if sent is None else sent)


def test_a_display_that_has_heard_nothing_is_closed() -> None:
    assert Watch().shown(0) == CLOSED


def test_the_newest_announcement_stands_there() -> None:
    watch = Watch().hear(said(GO, 1000), 1000).hear(said(STOP, 1001), 1001)
    assert watch.shown(1001) == STOP
    assert watch.hear(said(GO, 1000, sent=1002), 1002).shown(1002) == STOP, "an earlier one came late"


def test_a_display_that_comes_late_shows_what_stands() -> None:
    assert Watch().hear(said(GO, 1000, sent=9000), 9000).shown(9000) == GO


@pytest.mark.parametrize("last", [IDLE, GO, STOP, WAIT])
def test_a_silent_gate_is_closed(last: Announcement) -> None:
    watch = Watch().hear(said(last, 1000), 1000)
    watch = watch.hear(said(last, 1000, sent=2000), 2000)
    assert watch.shown(2000 + SILENT_MS - 1) == last
    assert watch.shown(2000 + SILENT_MS) == CLOSED
    again = watch.hear(said(last, 1000, sent=8000), 8000)
    assert again.shown(8000) == last


def test_the_way_out_of_a_fire_stays_when_the_gate_falls_silent() -> None:
    watch = Watch().hear(said(EMERGENCY, 1000), 1000)
    assert watch.shown(1000 + 100 * SILENT_MS) == EMERGENCY


def test_a_stale_message_proves_nothing() -> None:
    watch = Watch().hear(said(GO, 1000), 1000)
    assert watch.hear(said(STOP, 2000), 2000 + STALE_MS + 1) == watch
    assert watch.hear(said(STOP, 2000), 2000 + STALE_MS).shown(2000 + STALE_MS) == STOP


@pytest.mark.parametrize("before", [GO, STOP, IDLE])
def test_a_wait_is_shown_when_it_lasts(before: Announcement) -> None:
    watch = Watch().hear(said(before, 1000), 1000).hear(said(WAIT, 1500), 1500)
    assert watch.shown(1500 + WAIT_MS - 1) == before
    assert watch.shown(1500 + WAIT_MS) == WAIT
    beaten = watch.hear(said(WAIT, 1500, sent=1600), 1600)
    assert beaten.shown(1600) == before, "a heartbeat does not begin the wait anew"
    assert watch.hear(said(IDLE, 1700), 1700).shown(1700) == IDLE, "a short one is never seen"


def test_a_wait_after_a_wait_does_not_flicker() -> None:
    watch = Watch().hear(said(GO, 1000), 1000).hear(said(WAIT, 1500), 1500)
    assert watch.hear(said(WAIT, 2500), 2500).shown(2500) == WAIT
