"""Whatever happens in whatever order: what the host believes was given is what lies in the tray, or it knows that it
does not know; and no order is given twice.

The host here is the smallest honest one. Its journal holds the order with the status before it, before the order is
told, and survives everything. All else may fail: the host's process, the hopper's power, the line in either
direction, its coins, its motor, its exit.
"""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from drivers.cash import DispenserStatus, given_between
from drivers.cash.codec import Frame, Header
from drivers.cash.hopper import CcTalkHopper
from drivers.cash.hopper_simulator import HopperSimulator
from drivers.faults import DeviceFault, DeviceRefused
from tests.drivers.cash.bench import Wire

SHORT = settings(
    max_examples=80,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    database=None,
)


class Payouts(RuleBasedStateMachine):
    make = HopperSimulator
    counts_refused = False
    remembers = True

    def __init__(self) -> None:
        super().__init__()
        self.device = self.make(
            kept=None,
            coins=30,
            interval=0.05,
            give_up=0.5,
            counts_refused=self.counts_refused,
            remembers=self.remembers,
        )
        self.wire = Wire(device=self.device)
        self.wire.plug(self.device)
        self.host = self._new_host()
        self.intent: tuple[DispenserStatus, int] | None = None  # the journal: these four survive the host
        self.believed = 0
        self.by_hand = 0
        self.cut = False  # the power since the intent

    def _new_host(self) -> CcTalkHopper:
        return CcTalkHopper(self.wire.open, fen=100, clock=lambda: self.wire.now)

    @property
    def tray(self) -> int:
        coins: int = self.device.state()["tray"]
        return coins

    @rule(deaf=st.integers(0, 4), mute=st.integers(0, 4))
    def bad_line(self, deaf: int, mute: int) -> None:
        self.wire.deaf, self.wire.mute = deaf, mute

    @rule(noise=st.binary(max_size=20))
    def noise(self, noise: bytes) -> None:
        self.wire.noise = noise

    @rule(after=st.integers(0, 12))
    def power_cut(self, after: int) -> None:
        def cut() -> None:
            self.cut = True
            self.device.do("power_cycle")

        self.wire.meanwhile.append((after, cut))

    @rule(what=st.sampled_from(["jam", "clear_jam", "block_exit", "clear_exit"]), after=st.integers(0, 12))
    def trouble(self, what: str, after: int) -> None:
        self.wire.meanwhile.append((after, lambda: self.device.do(what)))

    @rule(coins=st.integers(1, 30))
    def fill(self, coins: int) -> None:
        self.device.do("fill", coins=coins)

    @rule(seconds=st.sampled_from([0.1, 1.0, 3.0]))
    def wait(self, seconds: float) -> None:
        self.wire.wait(seconds)

    @rule()
    def host_restarts(self) -> None:
        self.host = self._new_host()

    @precondition(lambda self: self.intent is None)
    @rule(coins=st.integers(1, 12), dies=st.booleans())
    def order(self, coins: int, dies: bool) -> None:
        self.cut = False
        try:
            before = self.host.status()
        except DeviceFault:
            return
        if before.remaining:
            return
        self.intent = before, coins
        had = self.tray
        try:
            self.host.pay_out(coins)
        except DeviceRefused:
            self.intent = None
            assert self.cut or self.tray == had, "refused, and given all the same"
        except DeviceFault:
            pass
        if dies:
            self.host = self._new_host()

    @precondition(lambda self: self.intent is not None)
    @rule()
    def find_out(self) -> None:
        assert self.intent is not None
        before, coins = self.intent
        try:
            after = self.host.status()
        except DeviceFault:
            return
        if after.remaining:
            return
        went = given_between(before, after, coins)
        self.intent = None
        missing = self.tray - self.believed - self.by_hand
        assert 0 <= missing <= coins, "more than was ordered"
        if went is None:
            self.by_hand += missing
            assert self.cut or before.counter == 0, "not known, and nothing happened to it"
        else:
            self.believed += went
            assert went == missing

    @invariant()
    def no_coin_without_an_order(self) -> None:
        most = self.intent[1] if self.intent else 0
        assert 0 <= self.tray - self.believed - self.by_hand <= most

    @invariant()
    def no_coin_is_made_or_lost(self) -> None:
        state = self.device.state()
        assert state["coins"] + state["tray"] == state["filled"]
        assert state["given"] == state["tray"]


class Plain(HopperSimulator):
    """One that does not count the coins of its life."""

    def _obey(self, frame: Frame) -> bytes | None:
        return None if frame.header == Header.DISPENSE_COUNT else super()._obey(frame)


class PlainMake(Payouts):
    """One of those."""

    make = Plain


class OddMake(Payouts):
    """A make that counts orders which it refused, and forgets what it paid when its power goes."""

    counts_refused = True
    remembers = False


Payouts.TestCase.settings = SHORT
OddMake.TestCase.settings = SHORT
PlainMake.TestCase.settings = SHORT
TestPayouts = Payouts.TestCase
TestOddMake = OddMake.TestCase
TestPlainMake = PlainMake.TestCase
