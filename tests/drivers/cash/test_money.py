"""Whatever happens in whatever order, the fen credited are the fen in the stacker, or the host was told of a loss.

The host here is the smallest honest one: it keeps the last counter together with the credit (its journal), and
all else may die at any moment: the host's process, the device's process, its power, the line in either direction.
"""

import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from unittest import mock

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from drivers.cash import BillInEscrow, BillReturned, BillStacked, CashEvent, EventsLost
from drivers.cash.simulator import BillValidatorSimulator
from drivers.cash.stacker import Memory
from drivers.faults import DeviceFault
from tests.drivers.cash.bench import Bench

NOTES = st.sampled_from([100, 500, 1000, 2000, 5000, 10000])
MOST_UNSEEN = 240  # beyond 254 the protocol's counter says nothing
MEMORY = Path("/dev/shm")  # quicker than a disk, where there is one


class Money(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.no_sync = mock.patch.object(os, "fsync")  # the process dies here, never the disk
        self.no_sync.start()
        self.bench = Bench(stacker=Path(self.folder.name) / "stacker.json")
        self.host = self.bench.validator()
        self.since: int | None = None  # the journal: these three survive the host
        self.credited = 0
        self.written_off = 0
        self.held = False
        self.inserted = 0
        self.restarted = False  # since the host last took note
        self.counters = [0]  # the device's counter after each event that ever was
        self.read_up_to = 0  # how many of them the host has read
        tell = BillValidatorSimulator._with_event

        def count(device: BillValidatorSimulator, memory: Memory, bill: int, code: int) -> Memory:
            after = tell(device, memory, bill, code)
            self.counters.append(after.counter)
            return after

        self.counting = mock.patch.object(BillValidatorSimulator, "_with_event", count)
        self.counting.start()

    def teardown(self) -> None:
        self.counting.stop()
        self.no_sync.stop()
        self.folder.cleanup()

    @property
    def unread(self) -> int:
        return len(self.counters) - 1 - self.read_up_to

    @initialize()
    def install(self) -> None:
        self.since, _ = self.host.poll(None)
        self.host.accept(frozenset({100, 500, 1000, 2000, 5000, 10000}))

    # What people and the world do

    @rule(fen=NOTES)
    def insert(self, fen: int) -> None:
        if self.unread < MOST_UNSEEN:
            self.inserted += fen if self.bench.device.do("insert", fen=fen)["taken"] else 0

    @rule(fen=NOTES, times=st.integers(1, 8))
    def steal(self, fen: int, times: int) -> None:
        for _ in range(times if self.unread + times < MOST_UNSEEN else 0):
            self.bench.device.do("steal", fen=fen)

    @rule(times=st.integers(40, 60))
    @precondition(lambda self: self.unread < MOST_UNSEEN - 60)
    def vandals(self, times: int) -> None:
        for _ in range(times):
            self.bench.device.do("insert", fen=300)

    @rule(seconds=st.sampled_from([0.1, 0.3, 31.0]))
    def wait(self, seconds: float) -> None:
        self.bench.wait(seconds)

    @rule()
    def jam(self) -> None:
        self.bench.do("jam")

    @rule()
    def clear_jam(self) -> None:
        self.bench.do("clear_jam")

    # What breaks, now or in the middle of what the host does next

    def cut_power(self) -> None:
        self.restarted = True
        self.bench.do("power_cycle")
        self.counters.append(0)

    def kill_device(self) -> None:
        self.bench.switch_on()

    def lose_question(self) -> None:
        self.bench.deaf += 1

    def lose_answer(self) -> None:
        self.bench.mute += 1

    def let_pass(self) -> None:
        self.bench.wait(0.3)

    breakages = st.sampled_from(["cut_power", "kill_device", "lose_question", "lose_answer", "let_pass"])

    @rule(how=breakages)
    def break_now(self, how: str) -> None:
        getattr(self, how)()

    @rule(how=breakages, after=st.integers(0, 12))
    def break_later(self, how: str, after: int) -> None:
        act: Callable[[], None] = getattr(self, how)
        self.bench.meanwhile.append((after, act))

    @rule(answers=st.integers(1, 8))
    def break_line(self, answers: int) -> None:
        self.bench.mute += answers

    @rule()
    def kill_host(self) -> None:
        self.host = self.bench.validator()
        self.held = False

    # What the host does

    @rule()
    def open_mouth(self) -> None:
        with suppress(DeviceFault):
            self.host.accept(frozenset({100, 1000, 10000}))

    @rule()
    def shut_mouth(self) -> None:
        with suppress(DeviceFault):
            self.host.accept(frozenset())

    @rule()
    def route(self) -> None:
        with suppress(DeviceFault):
            self.host.stack()

    @rule()
    def give_back(self) -> None:
        with suppress(DeviceFault):
            self.host.give_back()

    @rule()
    def poll(self) -> None:
        try:
            counter, events = self.host.poll(self.since)
        except EventsLost as lost:
            assert self.restarted or self.unread > 5, "a loss was made up"
            # A claim: staff count the stacker while nothing moves, and the journal starts again from there.
            self.bench.wait(0.5)
            self.written_off = self.bench.total - self.credited
            self.since = lost.counter
            self.acknowledge()
            return
        except DeviceFault:
            return
        self.keep(counter, events)

    def acknowledge(self) -> None:
        self.bench.meanwhile.clear()
        self.bench.mute = self.bench.deaf = 0
        for _ in range(3):
            try:
                counter, events = self.host.poll(self.since)
                break
            except EventsLost as lost:  # it restarted while the first loss was being told
                self.since = lost.counter
        else:
            raise AssertionError("an acknowledged loss is told for ever")
        # What was counted by hand is not credited again.
        assert sum(event.fen for event in events if isinstance(event, BillStacked)) <= self.written_off
        self.restarted = False
        self.since, self.held, self.read_up_to = counter, False, len(self.counters) - 1

    def keep(self, counter: int, events: Sequence[CashEvent]) -> None:
        for event in events:
            match event:
                case BillStacked(fen=fen):
                    self.credited += fen
                    self.held = False
                case BillInEscrow():
                    assert not self.held, "two notes in escrow"
                    self.held = True
                case BillReturned():
                    self.held = False
        self.since = counter
        if not self.restarted:
            self.read_up_to = max(at for at, then in enumerate(self.counters) if then == counter)

    # Whole scenes, because chance alone seldom plays them

    @rule(fen=st.sampled_from([100, 1000, 10000]), breakage=st.none() | st.tuples(breakages, st.integers(0, 16)))
    def pay(self, fen: int, breakage: tuple[str, int] | None) -> None:
        """A note is taken in an orderly way, up to the order to stack it; what became of that is not read yet."""
        self.clear_jam()
        self.poll()
        self.open_mouth()
        self.wait(31.0)
        self.poll()
        self.insert(fen)
        if breakage:
            self.break_later(*breakage)
        self.poll()
        self.route()

    @rule(ahead=st.integers(0, 7))
    def restart_in_disguise(self, ahead: int) -> None:
        """Power returns and people play with the mouth until the counter stands where the host expects it."""
        expected = (self.since or 0) + ahead
        if expected < 250:
            self.bench.wait(0.3)
            self.cut_power()
            while self.bench.device.state()["counter"] < expected:
                self.bench.device.do("steal", fen=100)

    @rule(ahead=st.integers(0, 5), kill_host=st.booleans())
    def power_fails_after_a_payment(self, ahead: int, kill_host: bool) -> None:
        self.pay(1000, None)
        if kill_host:
            self.kill_host()
        self.restart_in_disguise(ahead)
        self.poll()

    @rule(until=st.integers(245, 255))
    def busy_day(self, until: int) -> None:
        """Many events, all read, so that the counter goes round soon."""
        self.settle()
        for _ in range(50):
            if self.bench.device.state()["counter"] < until - 5:
                self.steal(100, 5)
                self.poll()

    # What must hold

    @invariant()
    def no_note_appears_or_disappears(self) -> None:
        state = self.bench.device.state()
        assert state["total_fen"] + state["returned_fen"] + (state["escrow"] or 0) == self.inserted

    @invariant()
    def never_more_credit_than_notes(self) -> None:
        assert self.credited + self.written_off <= self.bench.total

    @rule()
    def settle(self) -> None:
        """Everything comes to rest and the host reads on until nothing is new: then the sums are equal."""
        self.bench.meanwhile.clear()
        self.bench.mute = self.bench.deaf = 0
        self.bench.wait(0.5)
        self.poll()
        assert self.credited + self.written_off == self.bench.total
        assert self.host.poll(self.since) == (self.since, [])


Money.TestCase.settings = settings(
    max_examples=90,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
TestMoney = Money.TestCase
