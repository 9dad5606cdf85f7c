"""The GPIO barrier on a simulated chip: its own timing, contacts that bounce, its death, and what libgpiod is asked."""

import errno
import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import gpiod
import pytest
from gpiod.line import Bias, Direction, Edge, Value

from drivers.barrier import BarrierEvent, Inputs, Way
from drivers.barrier.gpio import GpioBarrier
from drivers.barrier.gpio_lines import CONSUMER, GpiodLines, Lines, Wiring, settings
from drivers.barrier.gpio_simulator import SimulatedChip
from drivers.faults import DeviceGone, DeviceRefused
from tests.drivers.barrier.waiting import eventually

COIL, EXIT_COIL, ENTRY, EXIT, FIRE, JAM = 17, 18, 22, 23, 24, 25


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def wired(chip: SimulatedChip, *, two: bool = False, low: bool = False) -> GpioBarrier:
    wiring = Wiring(
        outputs=(COIL, EXIT_COIL) if two else (COIL,),
        inputs=(ENTRY, EXIT, FIRE, JAM),
        outputs_active_low=low,
        inputs_active_low=low,
        debounce_ms=5,
    )
    return GpioBarrier(
        lambda: chip.request(wiring),
        coil=COIL,
        exit_coil=EXIT_COIL if two else None,
        entry_input=ENTRY,
        exit_input=EXIT,
        fire_input=FIRE,
        jam_input=JAM,
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def chip(clock: Clock) -> SimulatedChip:
    return SimulatedChip(clock=clock)


@pytest.fixture
def barrier(chip: SimulatedChip) -> Iterator[GpioBarrier]:
    barrier = wired(chip)
    yield barrier
    barrier.close()


@pytest.mark.parametrize("low", [False, True])
def test_an_opening_ends_by_itself_while_the_gate_does_something_else(low: bool) -> None:
    chip = SimulatedChip(active_low=low)
    barrier = wired(chip, low=low)
    barrier.open_for(0.15)
    assert chip.state()["coil"]
    assert eventually(lambda: chip.state()["arm"] == "open")
    assert eventually(lambda: not chip.state()["coil"])  # nobody polls: this is the driver's own timer
    assert eventually(lambda: chip.state()["arm"] == "closed")
    barrier.close()


def test_asked_again_the_time_starts_anew(chip: SimulatedChip) -> None:
    timers: list[threading.Timer] = []

    def timer(seconds: float, what: Callable[[], None]) -> threading.Timer:
        timers.append(threading.Timer(seconds, what))
        return timers[-1]

    wiring = Wiring(outputs=(COIL,), inputs=(ENTRY, EXIT, FIRE))
    barrier = GpioBarrier(
        lambda: chip.request(wiring), coil=COIL, entry_input=ENTRY, exit_input=EXIT, fire_input=FIRE, timer=timer
    )
    barrier.open_for(30)
    barrier.open_for(60)
    first, second = timers
    assert first.finished.is_set()  # it was called off
    first.function()  # and had it been under way already, it would not end the second opening
    assert chip.state()["coil"]
    assert not second.finished.is_set()
    second.function()
    assert not chip.state()["coil"]
    barrier.close()
    second.cancel()


def test_close_now_and_close_switch_off(chip: SimulatedChip, barrier: GpioBarrier) -> None:
    barrier.open_for(30)
    barrier.close_now()
    assert not chip.state()["coil"]
    barrier.open_for(30)
    barrier.close()
    assert not chip.state()["coil"]
    barrier.open_for(30)  # a later call takes the lines again
    assert chip.state()["coil"]


def test_each_way_has_its_output_and_its_time(clock: Clock) -> None:
    chip = SimulatedChip(clock=clock, exit_coil=EXIT_COIL)
    barrier = wired(chip, two=True)
    barrier.open_for(30, Way.OUT)
    assert (chip.level(COIL), chip.level(EXIT_COIL)) == (False, True)
    barrier.open_for(0.05, Way.IN)  # both, as in an emergency
    assert (chip.level(COIL), chip.level(EXIT_COIL)) == (True, True)
    assert eventually(lambda: not chip.level(COIL))
    assert chip.level(EXIT_COIL)
    barrier.close_now()
    assert not chip.level(EXIT_COIL)
    barrier.close()


@pytest.mark.parametrize("keeps_level", [False, True])
def test_a_gate_that_died_finds_the_outputs_off_when_it_starts_again(clock: Clock, keeps_level: bool) -> None:
    """What lies between is the chip's affair, as docs/drivers.md declares: this one may keep its level."""
    chip = SimulatedChip(clock=clock)
    dead = wired(chip)
    dead.open_for(600)
    chip.die(keeps_level=keeps_level)
    assert chip.state()["coil"] is keeps_level
    again = wired(chip)
    again.poll()
    assert not chip.state()["coil"]
    again.close()
    dead.close()


def test_an_active_low_output_is_off_when_it_is_high(clock: Clock) -> None:
    chip = SimulatedChip(clock=clock, active_low=True)
    barrier = wired(chip, low=True)
    assert barrier.inputs() == Inputs()
    assert chip.level(COIL)
    barrier.open_for(30)
    assert not chip.level(COIL)
    barrier.close()
    assert barrier.inputs() == Inputs()
    barrier.close()


def test_somebody_quicker_than_two_looks_is_still_seen(clock: Clock, chip: SimulatedChip, barrier: GpioBarrier) -> None:
    assert barrier.poll() == []
    chip.do("force", ms=100)
    clock.now += 1
    assert barrier.poll() == [
        BarrierEvent.ENTRY_BEAM_BLOCKED,
        BarrierEvent.EXIT_BEAM_BLOCKED,
        BarrierEvent.ENTRY_BEAM_CLEAR,
        BarrierEvent.EXIT_BEAM_CLEAR,
    ]
    assert barrier.poll() == []


def test_a_contact_that_bounces_is_one_change(clock: Clock, chip: SimulatedChip, barrier: GpioBarrier) -> None:
    barrier.poll()
    chip.do("bounce", beam="entry", times=4)
    chip.do("block", beam="entry")
    clock.now += 0.05
    assert barrier.poll() == [BarrierEvent.ENTRY_BEAM_BLOCKED]
    chip.do("bounce", beam="entry", times=4)  # a knock against the sensor
    clock.now += 0.05
    assert barrier.poll() == []
    assert barrier.inputs() == Inputs(entry_blocked=True)


def test_fire_and_jam(clock: Clock, chip: SimulatedChip, barrier: GpioBarrier) -> None:
    barrier.poll()
    chip.do("fire", on=True)
    chip.do("jam")
    clock.now += 0.05
    assert barrier.poll() == [BarrierEvent.FIRE_ON, BarrierEvent.JAMMED]
    assert "fire loop" in barrier.health().what
    chip.do("fire", on=False)
    clock.now += 0.05
    assert barrier.health().what == "The arm is jammed"
    assert barrier.poll() == [BarrierEvent.FIRE_OFF]
    chip.do("clear_jam")
    clock.now += 0.05
    assert barrier.poll() == [BarrierEvent.JAM_CLEARED]
    assert barrier.health().ok


def test_a_fire_that_began_before_the_gate_is_seen(clock: Clock) -> None:
    chip = SimulatedChip(clock=clock)
    chip.do("fire", on=True)
    barrier = wired(chip)
    assert barrier.poll() == [BarrierEvent.FIRE_ON]
    barrier.close()


def test_edges_that_were_lost_are_made_up_from_the_levels(
    clock: Clock, chip: SimulatedChip, barrier: GpioBarrier
) -> None:
    barrier.poll()
    chip.do("block", beam="exit")
    clock.now += 0.05
    assert barrier.inputs() == Inputs(exit_blocked=True)  # takes nothing away
    chip._held._edges.clear()  # type: ignore[union-attr]  # the fixture holds them; this is the kernel's full queue
    assert barrier.poll() == [BarrierEvent.EXIT_BEAM_BLOCKED]


def test_an_output_that_stays_off_is_refused(chip: SimulatedChip, barrier: GpioBarrier) -> None:
    chip.do("stuck", on=True)
    with pytest.raises(DeviceRefused, match="stayed off"):
        barrier.open_for(5)
    chip.do("stuck", on=False)
    assert not chip.state()["coil"]  # and it is not switched on later by itself
    barrier.open_for(5)
    assert chip.state()["coil"]


def test_a_chip_that_leaves_is_gone_and_found_again(chip: SimulatedChip, barrier: GpioBarrier) -> None:
    barrier.poll()
    barrier.open_for(30)
    chip.do("unplug")
    for call in (barrier.poll, barrier.inputs, barrier.close_now, lambda: barrier.open_for(5)):
        with pytest.raises(DeviceGone):
            call()
    assert not barrier.health().ok
    chip.do("plug")
    assert barrier.poll() == []
    assert not chip.state()["coil"]
    assert barrier.health().ok


@pytest.mark.parametrize(
    ("number", "hint"), [(errno.EBUSY, "gpioinfo"), (errno.EACCES, "group gpio"), (errno.EIO, "taken anew")]
)
def test_lines_that_cannot_be_had_are_told_with_what_to_do(number: int, hint: str) -> None:
    def refuse() -> Lines:
        raise OSError(number, os.strerror(number))

    barrier = GpioBarrier(refuse, coil=1, entry_input=2, exit_input=3, fire_input=4)
    with pytest.raises(DeviceGone, match=hint):
        barrier.poll()
    with pytest.raises(DeviceGone, match=hint):
        barrier.open_for(1)


@pytest.mark.parametrize("seconds", [0, -1, 3601])
def test_times_that_nobody_means(barrier: GpioBarrier, seconds: float) -> None:
    with pytest.raises(ValueError, match="up to 3600"):
        barrier.open_for(seconds)


def test_the_kernel_is_asked_to_debounce_and_to_start_with_outputs_off() -> None:
    wiring = Wiring(
        outputs=(1,), inputs=(2, 3), outputs_active_low=True, inputs_active_low=True, pull="pull-up", debounce_ms=8
    )
    asked = settings(wiring)
    assert (asked[1].direction, asked[1].active_low, asked[1].output_value) == (
        Direction.OUTPUT,
        True,
        Value.INACTIVE,
    )
    for line in (2, 3):
        assert (asked[line].direction, asked[line].edge_detection) == (Direction.INPUT, Edge.BOTH)
        assert (asked[line].bias, asked[line].active_low) == (Bias.PULL_UP, True)
        assert asked[line].debounce_period == timedelta(milliseconds=8)


class Request:
    """What libgpiod gives for lines, with its words: the driver's side is held against it without a chip."""

    def __init__(self) -> None:
        self.values = {1: Value.INACTIVE, 2: Value.ACTIVE}
        self.events = [[gpiod.EdgeEvent(gpiod.EdgeEvent.Type.FALLING_EDGE.value, 10, 2, 1, 1)]]
        self.released = 0

    def get_values(self, lines: list[int]) -> list[Value]:
        return [self.values[line] for line in lines]

    def set_value(self, line: int, value: Value) -> None:
        self.values[line] = value

    def wait_edge_events(self, timeout: float) -> bool:
        assert timeout == 0
        return bool(self.events)

    def read_edge_events(self) -> list[gpiod.EdgeEvent]:
        return self.events.pop()

    def release(self) -> None:
        self.released += 1


def test_libgpiod_is_spoken_to_in_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    request = Request()
    asked: dict[str, object] = {}

    def request_lines(path: str, **more: object) -> Request:
        asked.update(more, path=path)
        return request

    monkeypatch.setattr(gpiod, "request_lines", request_lines)
    lines = GpiodLines("/dev/gpiochip0", Wiring(outputs=(1,), inputs=(2,)))
    assert asked["path"] == "/dev/gpiochip0"
    assert asked["consumer"] == CONSUMER
    assert lines.read() == {1: False, 2: True}
    assert lines.edges() == [(2, False)]
    assert lines.edges() == []
    lines.write(1, True)
    assert lines.read()[1]
    lines.close()
    lines.close()
    assert request.released == 1


def test_a_chip_that_is_not_there(tmp_path: object) -> None:
    barrier = GpioBarrier(
        lambda: GpiodLines(f"{tmp_path}/gpiochip9", Wiring(outputs=(1,), inputs=(2, 3, 4))),
        coil=1,
        entry_input=2,
        exit_input=3,
        fire_input=4,
    )
    began = time.monotonic()
    with pytest.raises(DeviceGone, match="gpiodetect"):
        barrier.poll()
    assert time.monotonic() - began < 1
