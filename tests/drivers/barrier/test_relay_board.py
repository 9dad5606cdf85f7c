"""The relay board's driver against its simulator, over a terminal and over TCP, with every fault of board and line."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.barrier import BarrierEvent, Inputs, Way, changes
from drivers.barrier.relay_board import ModbusRelayBarrier
from drivers.barrier.simulator import RelayBoardSimulator
from drivers.faults import DeviceFault, DeviceGone, DeviceNonsense, DeviceRefused, DeviceSilent
from drivers.link import Link, open_link
from drivers.simulation import Station


def eventually(true: Callable[[], object], seconds: float = 3.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.005)
    return False


@pytest.fixture(params=["pty", "tcp"])
def station(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Station]:
    listen = f"pty:{tmp_path / 'board'}" if request.param == "pty" else "tcp:127.0.0.1:0"
    with Station(RelayBoardSimulator(arm_ms=20), listen) as station:
        yield station


@pytest.fixture
def barrier(station: Station) -> Iterator[ModbusRelayBarrier]:
    barrier = ModbusRelayBarrier(lambda: open_link(station.address))
    yield barrier
    barrier.close()


def test_open_for_opens_the_arm_and_the_board_closes_it(station: Station, barrier: ModbusRelayBarrier) -> None:
    barrier.open_for(0.3)
    assert station.state()["coil"]
    assert eventually(lambda: station.state()["arm"] == "open")
    assert eventually(lambda: station.state()["arm"] == "closed")
    assert station.state()["opened"] == 1


def test_close_now_ends_the_opening(station: Station, barrier: ModbusRelayBarrier) -> None:
    barrier.open_for(30)
    assert eventually(lambda: station.state()["arm"] == "open")
    barrier.close_now()
    assert not station.state()["coil"]
    assert eventually(lambda: station.state()["arm"] == "closed")


def test_a_driver_that_is_closed_releases_the_output(station: Station, barrier: ModbusRelayBarrier) -> None:
    barrier.open_for(30)
    barrier.close()
    assert not station.state()["coil"]


def test_a_person_is_seen_in_both_beams_in_order(station: Station, barrier: ModbusRelayBarrier) -> None:
    assert barrier.poll() == []
    barrier.open_for(5)
    assert eventually(lambda: station.state()["arm"] == "open")
    assert station.do("walk_through", ms=300) == {"passed": True}
    seen: list[BarrierEvent] = []
    until = time.monotonic() + 3
    while len(seen) < 4 and time.monotonic() < until:
        seen += barrier.poll()
    assert seen == [
        BarrierEvent.ENTRY_BEAM_BLOCKED,
        BarrierEvent.EXIT_BEAM_BLOCKED,
        BarrierEvent.ENTRY_BEAM_CLEAR,
        BarrierEvent.EXIT_BEAM_CLEAR,
    ]
    assert eventually(lambda: station.state()["passages"] == 1)


def test_fire_is_seen_when_the_loop_loses_its_level(station: Station, barrier: ModbusRelayBarrier) -> None:
    station.do("fire", on=True)
    assert barrier.poll() == [BarrierEvent.FIRE_ON]
    assert not barrier.health().ok
    assert "fire loop" in barrier.health().what
    assert eventually(lambda: station.state()["arm"] == "open")
    station.do("fire", on=False)
    assert barrier.poll() == [BarrierEvent.FIRE_OFF]
    assert barrier.health().ok


def test_a_jammed_arm_is_said(station: Station, barrier: ModbusRelayBarrier) -> None:
    station.do("jam")
    assert barrier.poll() == [BarrierEvent.JAMMED]
    assert barrier.health().what == "The arm is jammed"
    station.do("clear_jam")
    assert barrier.poll() == [BarrierEvent.JAM_CLEARED]


def test_inputs_take_nothing_away_from_poll(station: Station, barrier: ModbusRelayBarrier) -> None:
    station.do("block", beam="exit")
    assert barrier.inputs() == Inputs(exit_blocked=True)
    assert barrier.poll() == [BarrierEvent.EXIT_BEAM_BLOCKED]
    assert barrier.poll() == []


def test_other_wiring_is_obeyed(station: Station) -> None:
    barrier = ModbusRelayBarrier(
        lambda: open_link(station.address), coil=3, entry_input=1, exit_input=0, jam_input=None, read_back=False
    )
    station.do("block", beam="entry")
    station.do("jam")
    assert barrier.inputs() == Inputs(exit_blocked=True)
    barrier.open_for(1)
    assert not station.state()["coil"]
    barrier.close()


@pytest.mark.parametrize(("how", "words"), [("ignored", "stayed off"), ("exception", "exception 4")])
def test_a_stuck_coil_is_refused_and_not_called_open(
    station: Station, barrier: ModbusRelayBarrier, how: str, words: str
) -> None:
    station.do("coil_stuck", on=True, how=how)
    with pytest.raises(DeviceRefused, match=words):
        barrier.open_for(2)
    assert station.state()["opened"] == 0
    station.do("coil_stuck", on=False)
    barrier.open_for(2)
    assert station.state()["opened"] == 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("silent", DeviceSilent), ("deaf", DeviceSilent), ("half", DeviceNonsense), ("garbage", DeviceNonsense)],
)
def test_a_bad_line_is_a_fault_within_a_second_and_then_forgotten(
    tmp_path: Path, fault: str, kind: type[DeviceFault]
) -> None:
    station = Station(RelayBoardSimulator(arm_ms=20), f"pty:{tmp_path / 'board'}")
    barrier = ModbusRelayBarrier(lambda: open_link(station.address))
    barrier.poll()
    station.do("line", fault=fault)
    for call in (barrier.poll, lambda: barrier.open_for(2), barrier.close_now):
        began = time.monotonic()
        with pytest.raises(kind):
            call()
        assert time.monotonic() - began < 1.0
    assert not barrier.health().ok
    station.do("line", fault="ok")
    assert barrier.poll() == []
    barrier.open_for(2)
    assert station.state()["coil"]
    barrier.close()
    station.close()


def test_an_unconfirmed_pulse_is_taken_back(station: Station, barrier: ModbusRelayBarrier) -> None:
    barrier.poll()
    station.do("line", fault="silent")  # the board hears and its answers are lost
    with pytest.raises(DeviceSilent):
        barrier.open_for(30)
    assert station.state()["opened"] == 2  # asked once more
    assert not station.state()["coil"]


def test_one_lost_answer_costs_a_second_pulse_and_no_fault(tmp_path: Path) -> None:
    with Station(RelayBoardSimulator(arm_ms=20), f"pty:{tmp_path / 'board'}") as station:

        class LosesFirstPulse:
            """A link that swallows the first answer to a pulse."""

            def __init__(self) -> None:
                self.link = open_link(station.address)
                self.lose = False
                self.lost = 0

            def write(self, data: bytes) -> None:
                self.lose = data[1] == 5 and not self.lost
                self.link.write(data)

            def read(self, timeout: float) -> bytes:
                data = self.link.read(timeout)
                if self.lose and data:
                    self.lost += 1
                    return b""
                return data

            def close(self) -> None:
                self.link.close()

        barrier = ModbusRelayBarrier(LosesFirstPulse)
        barrier.open_for(2)
        assert station.state()["opened"] == 2
        assert station.state()["coil"]
        barrier.close()


def test_an_adapter_that_echoes_cannot_confirm_a_pulse() -> None:
    class Echo:
        """An RS-485 adapter with local echo and no board behind it."""

        def __init__(self) -> None:
            self.waiting = b""

        def write(self, data: bytes) -> None:
            self.waiting += data

        def read(self, timeout: float) -> bytes:  # noqa: ARG002 - an echo is there at once
            data, self.waiting = self.waiting, b""
            return data

        def close(self) -> None:
            pass

    barrier = ModbusRelayBarrier(Echo)
    with pytest.raises(DeviceNonsense, match="local echo"):
        barrier.open_for(0.5)
    with pytest.raises(DeviceNonsense, match="local echo"):
        barrier.close_now()


def test_an_unplugged_board_is_gone_and_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "board"
    barrier = ModbusRelayBarrier(lambda: open_link(str(path)))
    with pytest.raises(DeviceGone):
        barrier.poll()
    with Station(RelayBoardSimulator(), f"pty:{path}"):
        assert barrier.poll() == []
    with pytest.raises(DeviceGone):
        barrier.open_for(1)
    assert not barrier.health().ok
    with Station(RelayBoardSimulator(), f"pty:{path}") as station:
        station.do("block", beam="entry")
        assert barrier.poll() == [BarrierEvent.ENTRY_BEAM_BLOCKED]
        barrier.close()


def test_a_pulse_has_limits_and_no_port_is_needed_to_say_so() -> None:
    def never() -> Link:
        raise AssertionError("opened a port")

    barrier = ModbusRelayBarrier(never)
    for seconds in (0.0, -1.0, 0.04, 3276.8):
        with pytest.raises(ValueError, match=r"0\.1 to 3276\.7 s"):
            barrier.open_for(seconds)


def test_fire_is_reported_before_anything_else() -> None:
    after = Inputs(entry_blocked=True, exit_blocked=True, fire=True, jammed=True)
    assert changes(Inputs(), after)[0] is BarrierEvent.FIRE_ON
    assert changes(after, Inputs())[0] is BarrierEvent.FIRE_OFF
    assert len(changes(Inputs(), after)) == 4


def test_the_way_out_has_an_output_of_its_own_where_one_is_wired(tmp_path: Path) -> None:
    with Station(RelayBoardSimulator(arm_ms=20, exit_coil=1), f"pty:{tmp_path / 'board'}") as station:
        barrier = ModbusRelayBarrier(lambda: open_link(station.address), exit_coil=1)
        barrier.open_for(30, Way.OUT)
        assert eventually(lambda: station.state()["arm"] == "open")
        assert station.do("walk_through", ms=100, way="out") == {"passed": True}
        assert eventually(lambda: station.state()["passages_out"] == 1)
        assert station.state()["passages"] == 0
        barrier.close_now()
        assert not station.state()["coil"]
        barrier.open_for(30, Way.IN)
        barrier.open_for(30, Way.OUT)
        barrier.close()
        assert not station.state()["coil"]


def test_one_output_opens_for_both_ways(station: Station, barrier: ModbusRelayBarrier) -> None:
    barrier.open_for(30, Way.OUT)
    assert station.state()["coil"]
    with pytest.raises(ValueError, match="way is in or out"):
        station.do("walk_through", way="up")
