"""One lane through virtual time: who is let in, what becomes of it, and what the barrier is told by its real driver."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.barrier import Way
from gate.announcement import EMERGENCY, EMERGENCY_OVER, Showing
from gate.lane import State
from gate.readers import Broken, Garbled, Lost, Returned
from gate.settings import FireReset
from gate.shown import Code
from tests.gate.bench import DEPARTURE, OTHER_ID, SETTINGS, Centre, Desk, Gate, card
from tests.gate.lane_bench import VirtualLane
from tickets.departures import IdentityPolicy
from tickets.reasons import Reason


@pytest.fixture
def lane(tmp_path: Path, centre: Centre) -> Iterator[VirtualLane]:
    gate = Gate(tmp_path / "gate-1", cache=tmp_path / "cache.db")
    yield VirtualLane(gate, badges=lambda code: "A7" if code.text == "RB1:ATTENDANT" else None)
    gate.close()


@pytest.fixture
def text(desk: Desk) -> str:
    return desk.by_till(desk.ticket())


def test_a_passage(lane: VirtualLane, text: str) -> None:
    said = lane.shows(text)
    assert (said.showing, said.seat, said.bay, said.persons, said.kind) == (Showing.GO, 36, "12", 1, "adult")
    assert lane.board.state()["coil"]
    lane.walks()
    assert lane.kinds() == ["use.claimed", "use.passed"]
    assert lane.board.state()["passages"] == 1
    assert not lane.board.state()["coil"], "closed as soon as the lane was clear"
    assert lane.pictures() == [Showing.IDLE, Showing.GO, Showing.IDLE]


def test_the_right_is_kept_by_who_does_not_walk(lane: VirtualLane, text: str) -> None:
    lane.shows(text)
    lane.passes(8)
    assert lane.kinds() == ["use.claimed", "use.released"]
    assert lane.gate.facts()[-1][1]["why"] == "not walked through"
    assert not lane.board.state()["coil"]
    assert lane.shows(text).showing is Showing.GO
    lane.walks()
    assert lane.kinds()[2:] == ["use.claimed", "use.passed"]
    assert lane.gate.facts()[2][1]["use_no"] == 2


def test_a_code_held_up_for_twenty_seconds_is_one_admission(lane: VirtualLane, text: str) -> None:
    lane.passes(20, holding=text)
    assert lane.kinds() == ["use.claimed", "use.released"]
    assert lane.board.state()["opened"] == 1


def test_the_holder_who_shows_it_again_is_not_told_that_it_was_used(lane: VirtualLane, text: str) -> None:
    for _ in range(3):
        lane.passes(0.3, holding=text)
        lane.passes(1.2)
    lane.walks()
    assert lane.kinds() == ["use.claimed", "use.passed"]
    assert lane.pictures() == [Showing.IDLE, Showing.GO, Showing.IDLE]


@pytest.mark.parametrize("walks_for", [300, 1500, 2500])
def test_the_next_persons_copy_a_second_later_is_refused(lane: VirtualLane, text: str, walks_for: int) -> None:
    lane.passes(0.4, holding=text)
    lane.board.do("walk_through", ms=walks_for)
    lane.passes(1.6)  # his code was taken away more than a second ago
    lane.passes(3.0, holding=text)
    assert lane.kinds() == ["use.claimed", "use.passed", "scan.refused"]
    assert lane.said[-1].reason == Reason.USED
    assert lane.board.state()["opened"] == 1


def test_a_copy_that_is_held_up_at_once_is_refused_once(lane: VirtualLane, text: str) -> None:
    """The reader has not seen the first code being taken away, but its holder is gone."""
    lane.passes(0.4, holding=text)
    lane.board.do("walk_through", ms=1000)
    lane.passes(10, holding=text)
    assert lane.kinds() == ["use.claimed", "use.passed", "scan.refused"]
    assert lane.board.state()["opened"] == 1


def test_whose_arm_leaves_last_is_not_refused(lane: VirtualLane, text: str) -> None:
    """He holds his phone up until he is through, and a moment longer."""
    lane.passes(0.4, holding=text)
    lane.board.do("walk_through", ms=1000)
    lane.passes(1.7, holding=text)
    lane.passes(5)
    assert lane.kinds() == ["use.claimed", "use.passed"]
    assert Showing.STOP not in lane.pictures()


def test_a_code_shown_while_somebody_passes_waits_for_its_turn(lane: VirtualLane, desk: Desk, text: str) -> None:
    lane.shows(text)
    assert lane.shows(desk.by_till(desk.ticket())).showing is Showing.GO, "who is to start walking is not told to wait"
    lane.passes(0.4)
    lane.board.do("walk_through", ms=1500)
    lane.passes(0.5)
    assert lane.shows(desk.by_till(desk.ticket())).showing is Showing.WAIT
    lane.passes(2)
    assert lane.kinds() == ["use.claimed", "use.passed", "use.claimed"]
    assert lane.state() is State.AUTHORISED


def test_a_code_that_waited_too_long_is_dropped(lane: VirtualLane, desk: Desk, text: str) -> None:
    lane.shows(text)
    lane.board.do("block", beam="entry")
    lane.passes(0.3)
    lane.shows(desk.by_till(desk.ticket()))
    lane.passes(11)
    lane.board.do("clear", beam="entry")
    lane.passes(8)
    assert lane.kinds() == ["use.claimed", "lane.event", "use.released"]


class TestPairs:
    """A code and the ID card, one after the other."""

    @pytest.fixture(autouse=True)
    def both(self, centre: Centre) -> None:
        centre.departure(replace(DEPARTURE, identity=IdentityPolicy.CODE_AND_CARD))

    def test_code_then_card(self, lane: VirtualLane, text: str) -> None:
        assert lane.shows(text).reason == Reason.IDENTITY_NEEDED
        lane.passes(10)
        assert lane.puts(card()).showing is Showing.GO

    def test_card_then_code_of_a_ticket_that_only_its_code_tells_of(self, lane: VirtualLane, text: str) -> None:
        assert lane.puts(card()).reason == Reason.NOT_KNOWN_HERE
        lane.passes(10)
        assert lane.shows(text).showing is Showing.GO

    def test_the_wrong_card_first(self, lane: VirtualLane, text: str) -> None:
        assert lane.shows(text).reason == Reason.IDENTITY_NEEDED
        assert lane.puts(card(OTHER_ID)).reason == Reason.IDENTITY_DIFFERS
        assert lane.puts(card()).showing is Showing.GO

    def test_a_half_is_forgotten(self, lane: VirtualLane, text: str) -> None:
        lane.puts(card())
        lane.passes(21)
        assert lane.shows(text).reason == Reason.IDENTITY_NEEDED
        lane.passes(21)
        assert lane.puts(card()).reason == Reason.NOT_KNOWN_HERE

    def test_a_half_serves_one_passenger(self, lane: VirtualLane, desk: Desk, text: str) -> None:
        lane.puts(card())
        lane.shows(text)
        lane.walks()
        assert lane.shows(desk.by_till(desk.ticket())).reason == Reason.IDENTITY_NEEDED


def test_noise_is_recorded_once_a_second(lane: VirtualLane) -> None:
    for number in range(200):
        lane.inputs.put(Garbled("code"))
        lane.inputs.put(Code(text=f"noise {number}"))
    lane.passes(3)
    assert lane.kinds() == ["scan.refused"], "what came within a second of the first"
    assert [each.reason for each in lane.said if each.showing is Showing.STOP] == [Reason.UNREADABLE]
    for number in range(200):
        lane.inputs.put(Code(text=f"more noise {number}"))
        lane.passes(0.05)
    assert 10 <= len(lane.kinds()) <= 12, "ten seconds of noise"


def test_noise_does_not_disturb_who_is_passing(lane: VirtualLane, text: str) -> None:
    lane.shows(text)
    lane.puts(Garbled("code"))
    assert lane.showing() is Showing.GO


class TestTheBarrierFails:
    """Its faults close the lane, are recorded once, and end by themselves."""

    def test_dead_when_it_is_to_open(self, lane: VirtualLane, text: str) -> None:
        lane.wire.silent = True
        lane.shows(text)
        lane.passes(10)
        assert lane.kinds() == ["use.claimed", "device.fault", "use.released", "lane.event"]
        assert lane.showing() is Showing.CLOSED
        assert lane.state() is State.OFFLINE
        lane.wire.silent = False
        lane.passes(2)
        assert lane.state() is State.LOCKED
        assert lane.showing() is Showing.IDLE
        assert lane.kinds().count("device.fault") == lane.kinds().count("device.back") == 1
        assert lane.shows(text).showing is Showing.GO
        lane.walks()
        assert lane.kinds()[-2:] == ["use.claimed", "use.passed"]

    @pytest.mark.parametrize("standing_in_the_beam", [False, True])
    def test_a_coil_that_does_not_come_gives_the_right_back(
        self, lane: VirtualLane, text: str, standing_in_the_beam: bool
    ) -> None:
        if standing_in_the_beam:
            lane.board.do("block", beam="entry")
            lane.passes(0.2)
        lane.board.do("coil_stuck", how="exception")
        lane.shows(text)
        assert lane.kinds()[:2] == ["use.claimed", "device.fault"]
        assert "use.released" in lane.kinds()
        assert "use.unresolved" not in lane.kinds()
        released = next(body for kind, body in lane.gate.facts() if kind == "use.released")
        assert released["why"] == "barrier offline"
        assert Showing.GO not in lane.pictures(), "nobody is told to go where nothing opened"
        lane.board.do("coil_stuck", on=False)
        lane.board.do("clear", beam="entry")
        lane.passes(2)
        assert lane.shows(text).showing is Showing.GO

    def test_silent_under_somebody(self, lane: VirtualLane, text: str) -> None:
        lane.shows(text)
        lane.passes(0.4)
        lane.board.do("walk_through", ms=4000)
        lane.passes(0.3)
        lane.wire.silent = True
        lane.passes(8)
        assert lane.kinds() == ["use.claimed", "device.fault", "use.unresolved", "lane.event"]
        lane.wire.silent = False
        lane.passes(2)
        assert lane.shows(text).showing is Showing.GO, "the same gate may ask again"
        lane.passes(0.4)
        lane.board.do("walk_through", ms=4000)
        lane.passes(0.3)
        lane.wire.silent = True
        lane.passes(2)
        assert lane.kinds().count("use.unresolved") == 1, "it is unresolved already"
        lane.wire.silent = False
        lane.passes(5)
        assert lane.shows(text).showing is Showing.GO
        lane.walks()
        assert lane.kinds()[-1] == "use.passed"

    def test_it_does_not_close_on_somebody_it_did_not_see_come(self, lane: VirtualLane, text: str) -> None:
        lane.shows(text)
        lane.wire.silent = True
        lane.passes(2)
        lane.board.do("block", beam="exit")
        lane.wire.silent = False
        coil_was_on = lane.board.state()["coil"]
        lane.passes(2)
        assert lane.state() is State.CLEARING
        assert lane.board.state()["coil"] == coil_was_on
        lane.board.do("clear", beam="exit")
        lane.passes(1)
        assert lane.state() is State.LOCKED
        assert not lane.board.state()["coil"]

    def test_a_fire_in_silence_is_recorded_as_one_fault(self, lane: VirtualLane) -> None:
        lane.board.do("fire")
        lane.passes(0.2)
        lane.wire.silent = True
        lane.passes(20)
        lane.wire.silent = False
        lane.passes(2)
        assert lane.kinds() == ["lane.event", "device.fault", "device.back"]
        assert lane.state() is State.EMERGENCY

    def test_dead_from_the_start(self, tmp_path: Path, text: str) -> None:
        gate = Gate(tmp_path / "gate-2")
        lane = VirtualLane(gate, silent=True)
        assert lane.pictures() == [Showing.CLOSED]
        lane.wire.silent = False
        lane.passes(2)
        assert lane.shows(text).showing is Showing.GO
        gate.close()


class TestFire:
    """Mirrored, latched until it is reset, never contradicted."""

    @pytest.fixture
    def burning(self, lane: VirtualLane, text: str) -> VirtualLane:
        lane.shows(text)
        lane.board.do("fire")
        lane.passes(1)
        return lane

    def test_it_is_mirrored(self, burning: VirtualLane, text: str) -> None:
        assert burning.board.state()["arm"] == "open"
        assert burning.board.state()["coil"], "software asks for what the hardware does"
        assert burning.showing() is Showing.EMERGENCY
        assert burning.shows(text).showing is Showing.EMERGENCY
        assert burning.kinds() == ["use.claimed", "use.released", "lane.event"]
        assert burning.gate.facts()[1][1]["why"] == "barrier emergency"

    def test_it_lasts_when_the_signal_falls_back(self, burning: VirtualLane, text: str) -> None:
        burning.board.do("fire", on=False)
        for _ in range(60):
            burning.passes(1)
            assert burning.board.state()["arm"] == "open"
        assert burning.last_said(Way.IN) == EMERGENCY_OVER, "staff are told what to do"
        assert burning.shows(text).showing is Showing.EMERGENCY
        assert burning.kinds().count("use.claimed") == 1

    def test_a_badge_ends_it_once_the_signal_has_fallen_back(self, burning: VirtualLane, text: str) -> None:
        assert burning.shows("RB1:ATTENDANT").showing is Showing.EMERGENCY
        assert burning.state() is State.EMERGENCY, "it burns"
        burning.board.do("fire", on=False)
        burning.passes(0.2)
        for nobody in ("RB1:CASHIER", text):
            burning.shows(nobody)
            assert burning.state() is State.EMERGENCY
        burning.board.do("block", beam="entry")
        burning.passes(0.2)
        burning.shows("RB1:ATTENDANT")
        assert burning.state() is State.CLEARING, "nothing closes on who still leaves"
        assert burning.board.state()["arm"] == "open"
        burning.board.do("clear", beam="entry")
        burning.passes(1)
        assert burning.showing() is Showing.IDLE
        assert burning.board.state()["arm"] == "closed"
        said = [body["what"] for kind, body in burning.gate.facts() if kind == "lane.event"]
        assert said == ["emergency", "emergency reset by badge A7"]
        assert burning.shows(text).showing is Showing.GO

    def test_the_signal_itself_may_end_it(self, tmp_path: Path, text: str) -> None:
        gate = Gate(tmp_path / "gate-1")
        lane = VirtualLane(gate, replace(SETTINGS, fire_reset=FireReset.LOOP))
        lane.board.do("fire")
        lane.passes(1)
        for _ in range(5):  # a loop with a loose contact
            lane.board.do("fire", on=False)
            lane.passes(9)
            assert lane.board.state()["arm"] == "open"
            assert lane.last_said(Way.IN) == EMERGENCY
            lane.board.do("fire")
            lane.passes(1)
        lane.board.do("fire", on=False)
        lane.passes(11)
        assert lane.state() is State.LOCKED
        assert lane.board.state()["arm"] == "closed"
        assert lane.shows(text).showing is Showing.GO
        gate.close()

    def test_a_barrier_that_fails_meanwhile_is_released_again_when_it_is_back(self, burning: VirtualLane) -> None:
        burning.wire.silent = True
        burning.passes(30)
        assert burning.showing() is Showing.EMERGENCY
        burning.board.do("fire", on=False)
        burning.wire.silent = False
        burning.passes(2)
        assert burning.state() is State.EMERGENCY
        assert burning.board.state()["arm"] == "open"
        assert burning.kinds().count("device.fault") == burning.kinds().count("device.back") == 1

    def test_a_new_life_does_not_take_an_old_fire_for_one_that_burns(self, burning: VirtualLane) -> None:
        burning.board.do("fire", on=False)
        burning.passes(1)
        burning.restarts()
        burning.passes(1)
        assert burning.state() is State.LOCKED
        burning.board.do("fire")
        burning.restarts()
        assert burning.state() is State.EMERGENCY


def test_a_jam(lane: VirtualLane, text: str) -> None:
    lane.board.do("jam")
    lane.passes(0.2)
    assert lane.shows(text).showing is Showing.CLOSED
    lane.board.do("clear_jam")
    lane.passes(0.2)
    assert lane.shows(text).showing is Showing.GO


def test_who_lingers_keeps_it_open_and_is_told_on_once(lane: VirtualLane, text: str) -> None:
    lane.shows(text)
    lane.board.do("block", beam="entry")
    for _ in range(60):
        lane.passes(1)
        assert lane.board.state()["coil"], "it would have closed on him"
    assert lane.kinds() == ["use.claimed", "lane.event"]
    lane.board.do("clear", beam="entry")
    lane.passes(8)
    assert lane.kinds()[-1] == "use.released"
    assert not lane.board.state()["coil"]


def test_who_starts_late_and_stops_in_the_beam_is_not_closed_on(lane: VirtualLane, text: str) -> None:
    lane.shows(text)
    lane.passes(6.6)
    lane.board.do("block", beam="entry")
    for _ in range(20):
        lane.passes(0.5)
        assert lane.board.state()["coil"], "the barrier's own timer ran out before the lane's"


def test_a_family_that_takes_its_time(lane: VirtualLane, desk: Desk) -> None:
    lane.shows(desk.by_till(desk.ticket(children=3)))
    for _ in range(4):
        lane.passes(5.5)
        assert lane.board.do("walk_through", ms=1000)["passed"], "the arm closed before the last of them"
        lane.passes(1.2)
    assert lane.kinds() == ["use.claimed", "use.passed"]
    assert lane.gate.facts()[-1][1]["persons"] == 4


def test_devices_are_recorded_when_they_leave_and_return(lane: VirtualLane) -> None:
    lane.puts(Lost("scanner", "The port is gone. Check its cable."))
    lane.puts(Returned("scanner"))
    assert lane.gate.facts() == [
        ("device.fault", {"device": "scanner", "what": "The port is gone. Check its cable."}),
        ("device.back", {"device": "scanner"}),
    ]


def test_a_reading_thread_that_died_ends_the_gate(lane: VirtualLane) -> None:
    lane.inputs.put(Broken(RuntimeError("a bug")))
    with pytest.raises(RuntimeError, match="a bug"):
        lane.controller.step()


class TestTheDiskIsFull:
    """What cannot be recorded does not open; what has happened is recorded when it can be."""

    def full(self, lane: VirtualLane) -> None:
        pages = lane.gate.journal.rows("PRAGMA page_count")[0][0]
        lane.gate.journal.rows(f"PRAGMA max_page_count = {pages}")
        lane.gate.journal.rows("PRAGMA wal_checkpoint")

    def free(self, lane: VirtualLane) -> None:
        lane.gate.journal.rows("PRAGMA max_page_count = 1000000")

    def fill(self, lane: VirtualLane) -> None:
        """Use up the room that is left in the pages there are."""
        self.full(lane)
        for _ in range(200):
            lane.passes(0.05)
            lane.puts(Lost("camera", "x" * 250))
            if lane.showing() is Showing.CLOSED:
                return
        raise AssertionError("the disk did not fill up")

    def test_nobody_is_admitted_and_nothing_is_lost(self, lane: VirtualLane, text: str) -> None:
        self.fill(lane)
        assert "SQLITE_FULL" in (lane.said[-1].fault or "")
        said = lane.shows(text)
        assert said.showing is Showing.CLOSED
        assert lane.board.state()["opened"] == 0
        lane.puts(Lost("scanner", "gone"))
        self.free(lane)
        lane.passes(2)
        assert lane.showing() is Showing.IDLE
        assert lane.gate.facts()[-1][1]["device"] == "scanner"
        assert lane.shows(text).showing is Showing.GO

    def test_a_passage_that_could_not_be_written_is_written_later(
        self, lane: VirtualLane, desk: Desk, text: str
    ) -> None:
        lane.shows(text)
        self.full(lane)
        lane.gate.journal.rows("PRAGMA max_page_count = 1")
        lane.inputs.put(Lost("camera", "x" * 250))
        for _ in range(60):
            lane.inputs.put(Lost("camera", "x" * 250))
        lane.walks()
        assert lane.kinds()[-1] != "use.passed"
        assert lane.showing() is Showing.CLOSED
        self.free(lane)
        lane.shows(desk.by_till(desk.ticket()))
        assert lane.board.state()["opened"] == 1, "what has happened is written before anybody else is let in"
        lane.passes(2)
        assert lane.kinds()[-1] == "use.passed"
        assert lane.shows(text).reason == Reason.USED


def test_the_log_is_moved_into_the_file_when_nobody_is_there(lane: VirtualLane, text: str, tmp_path: Path) -> None:
    lane.shows(text)
    lane.walks()
    lane.passes(10)
    ((busy, log, moved),) = lane.gate.journal.rows("PRAGMA wal_checkpoint(PASSIVE)")
    assert (busy, log) == (0, moved)


def test_nobody_is_admitted_by_a_gate_that_retires(lane: VirtualLane, desk: Desk, text: str) -> None:
    lane.shows(text)
    lane.controller.retire()
    assert lane.in_use()
    lane.walks()
    assert not lane.in_use()
    assert lane.shows(desk.by_till(desk.ticket())).showing is Showing.CLOSED
    assert lane.kinds() == ["use.claimed", "use.passed"]


def test_a_new_life_closes_what_the_last_one_left_open(tmp_path: Path, text: str) -> None:
    gate = Gate(tmp_path)
    lane = VirtualLane(gate)
    lane.shows(text)
    lane.passes(1)
    lane.board.do("block", beam="entry")
    lane.restarts()
    lane.passes(1)
    assert lane.board.state()["coil"], "somebody stands in it"
    lane.board.do("clear", beam="entry")
    lane.passes(1)
    assert not lane.board.state()["coil"]
    gate.close()


def test_a_new_life_settles_what_the_last_one_left_open(tmp_path: Path, centre: Centre, text: str) -> None:
    gate = Gate(tmp_path / "gate-1", cache=tmp_path / "cache.db")
    VirtualLane(gate).shows(text)
    gate.close()  # the process is gone, whoever was let in is not
    gate = Gate(tmp_path / "gate-1", cache=tmp_path / "cache.db")
    lane = VirtualLane(gate)
    assert lane.kinds() == ["use.claimed", "use.unresolved"]
    assert lane.shows(text).showing is Showing.GO
    lane.walks()
    assert lane.kinds()[2:] == ["lane.event", "use.passed"]
    assert lane.shows(text).reason == Reason.USED
    gate.close()
