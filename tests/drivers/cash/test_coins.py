"""The coin acceptor: what it says byte by byte, what becomes of coins, and what it never misses."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from drivers.cash import CoinAcceptor, CoinIn, CoinTrouble, EventsLost
from drivers.cash.codec import Header, coin_value
from drivers.cash.coin_events import LASTING, TROUBLE, read, standing_trouble
from drivers.cash.coin_simulator import CoinAcceptorSimulator
from drivers.cash.coins import CcTalkCoinAcceptor
from drivers.cash.events import EventBuffer
from drivers.cash.hopper_simulator import HopperSimulator
from drivers.faults import DeviceFault, DeviceRefused
from tests.drivers.cash.bench import Wire

ALL = frozenset({10, 50, 100})


class CoinBench(Wire):
    """A coin acceptor alone on its line."""

    device: CoinAcceptorSimulator

    def __init__(self, box: Path | None = None) -> None:
        self.box = box
        super().__init__(device=CoinAcceptorSimulator(box=box))
        self.plug(self.device)

    def switch_on(self) -> None:
        self.plug(CoinAcceptorSimulator(box=self.box))

    def acceptor(self) -> CcTalkCoinAcceptor:
        return CcTalkCoinAcceptor(self.open, clock=lambda: self.now)

    def insert(self, fen: int) -> bool:
        return bool(self.device.do("insert", fen=fen)["taken"])

    @property
    def total(self) -> int:
        total: int = self.device.state()["total_fen"]
        return total


@pytest.fixture
def bench() -> CoinBench:
    return CoinBench()


def ready(bench: CoinBench) -> CcTalkCoinAcceptor:
    acceptor = bench.acceptor()
    acceptor.poll(None)
    acceptor.accept(ALL)
    return acceptor


def test_it_is_a_coin_acceptor(bench: CoinBench) -> None:
    acceptor: CoinAcceptor = bench.acceptor()
    assert acceptor.identify() == (10, 50, 100)
    assert acceptor.health().ok


def test_coins_are_credited_once(bench: CoinBench) -> None:
    acceptor = ready(bench)
    assert bench.insert(100)
    assert bench.insert(50)
    assert acceptor.poll(0) == (2, [CoinIn(fen=100, counter=1), CoinIn(fen=50, counter=2)])
    assert acceptor.poll(2) == (2, [])
    assert acceptor.poll(1) == (2, [CoinIn(fen=50, counter=2)]), "as the kept counter says"
    assert bench.total == 150


def test_the_bytes(bench: CoinBench) -> None:
    """Written from the specification's command list, not from what the code does."""

    def answer(question: str) -> str:
        bench.arrived.clear()
        bench.device.feed(bytes.fromhex(question))
        return bytes(bench.arrived[len(bytes.fromhex(question)) :]).hex(" ").upper()

    assert answer("02 00 01 F5 08") == "01 0D 02 00 43 6F 69 6E 20 41 63 63 65 70 74 6F 72 16"
    assert answer("02 01 01 B8 03 41") == "01 06 02 00 43 4E 31 30 30 41 94"  # CN100A
    assert answer("02 00 01 E5 18") == "01 0B 02 00 00 00 00 00 00 00 00 00 00 00 00 F2"
    assert answer("02 02 01 E7 07 00 0D") == "01 00 02 00 FD"
    assert answer("02 00 01 E6 17") == "01 02 02 00 07 00 F4"
    assert answer("02 01 01 E4 01 17") == "01 00 02 00 FD"
    bench.insert(100)
    assert answer("02 00 01 E5 18") == "01 0B 02 00 01 03 01 00 00 00 00 00 00 00 00 ED"
    assert answer("02 02 01 D2 03 02 24") == "01 00 02 00 FD"  # coin 3 goes to path 2
    bench.insert(100)
    assert answer("02 00 01 E5 18") == "01 0B 02 00 02 03 02 03 01 00 00 00 00 00 00 E7"
    assert answer("02 00 01 E8 15") == "01 01 02 00 00 FC"
    assert answer("02 00 01 9F 5E") == "01 00 02 05 F8"  # a validator's command


@pytest.mark.parametrize(
    ("identity", "fen"),
    [
        (b"CN100A", 100),
        (b"CN050B", 50),
        (b"CN010A", 10),
        (b"EU100A", None),
        (b"CN000A", None),
        (b"......", None),
        (b"CN1K0A", None),
        (b"CN.50A", None),
        (b"CN100", None),
        (b"CN100A ", None),
        (b"", None),
    ],
)
def test_values_by_their_identity(identity: bytes, fen: int | None) -> None:
    assert coin_value(identity, "CN") == fen


def test_only_what_is_asked_for_gets_in(bench: CoinBench) -> None:
    acceptor = ready(bench)
    acceptor.accept(frozenset({100}))
    assert bench.device.state()["accepts"] == [100]
    assert not bench.insert(50)
    assert bench.insert(100)
    acceptor.accept(frozenset())
    assert not bench.insert(100)
    assert acceptor.poll(0) == (3, [CoinIn(fen=100, counter=2)])
    with pytest.raises(ValueError, match="20"):
        acceptor.accept(frozenset({20}))
    assert bench.device.state()["returned"] == 2


def test_nothing_gets_in_before_the_host_has_polled(bench: CoinBench) -> None:
    acceptor = bench.acceptor()
    acceptor.accept(frozenset())
    with pytest.raises(DeviceRefused, match="not been read"):
        acceptor.accept(ALL)


def test_nothing_gets_in_while_nobody_reads(bench: CoinBench) -> None:
    ready(bench)
    bench.wait(3.0)
    assert not bench.insert(100)


def test_a_restart_is_told_and_nothing_gets_in_until_it_is_settled(bench: CoinBench) -> None:
    acceptor = ready(bench)
    bench.insert(100)
    acceptor.poll(0)
    bench.insert(50)
    bench.device.do("power_cycle")
    with pytest.raises(EventsLost, match="coin box") as lost:
        acceptor.poll(1)
    assert lost.value.counter == 0
    with pytest.raises(DeviceRefused):
        acceptor.accept(ALL)
    assert acceptor.poll(lost.value.counter) == (0, [])
    acceptor.accept(ALL)
    assert bench.insert(50)
    assert acceptor.poll(0) == (1, [CoinIn(fen=50, counter=1)])


def test_a_restart_hidden_by_the_counter_is_told(bench: CoinBench) -> None:
    """One coin before, a restart, two coins tried after: the counter says 2, as if one were new."""
    acceptor = ready(bench)
    bench.insert(100)
    acceptor.poll(0)
    bench.device.do("power_cycle")
    bench.device.do("reject")
    bench.device.do("reject")
    with pytest.raises(EventsLost):
        acceptor.poll(1)


def test_more_coins_than_it_remembers_are_told(bench: CoinBench) -> None:
    acceptor = ready(bench)
    for _ in range(6):
        bench.insert(100)
    with pytest.raises(EventsLost):
        acceptor.poll(0)


@pytest.mark.parametrize("lost", ["deaf", "mute"])
@pytest.mark.parametrize("times", [1, 2])
def test_lost_questions_and_answers_cost_nothing(bench: CoinBench, lost: str, times: int) -> None:
    acceptor = ready(bench)
    bench.insert(100)
    setattr(bench, lost, times)
    assert acceptor.poll(0) == (1, [CoinIn(fen=100, counter=1)])


def test_a_jam_is_told_once_and_stands_until_it_is_cleared(bench: CoinBench) -> None:
    acceptor = ready(bench)
    bench.device.do("trouble")
    (trouble,) = acceptor.poll(0)[1]
    assert trouble == CoinTrouble(what=TROUBLE[14][0], hint=TROUBLE[14][1], counter=1, lasting=True)
    assert not acceptor.health().ok
    assert "self-check" in acceptor.health().what
    bench.device.do("clear")
    assert acceptor.health().ok


class NoSelfCheck(CoinAcceptorSimulator):
    def _obey(self, frame: object) -> bytes | None:
        header = getattr(frame, "header", None)
        return None if header == Header.SELF_CHECK else super()._obey(frame)  # type: ignore[arg-type]  # a Frame


def test_without_a_self_check_the_events_tell(bench: CoinBench) -> None:
    bench.plug(NoSelfCheck(box=None))
    acceptor = ready(bench)
    assert acceptor.health().ok
    bench.device.do("trouble")
    assert acceptor.health().what == TROUBLE[14][0]
    bench.device.do("clear")
    assert not acceptor.health().ok, "nothing says that it was cleared"
    bench.insert(100)
    assert acceptor.health().ok


def test_a_string_and_the_lever(bench: CoinBench) -> None:
    acceptor = ready(bench)
    bench.device.do("trouble", code=20)
    bench.device.do("lever", held=True)
    assert not bench.insert(100)
    events = acceptor.poll(0)[1]
    assert [event.what for event in events if isinstance(event, CoinTrouble)] == [TROUBLE[20][0], TROUBLE[254][0]]
    assert acceptor.health().ok
    bench.device.do("lever", held=False)
    assert bench.insert(100)


def test_something_else_at_its_address() -> None:
    wire = Wire(device=HopperSimulator(kept=None, address=2))
    wire.plug(wire.device)
    acceptor = CcTalkCoinAcceptor(wire.open, clock=lambda: wire.now)
    with pytest.raises(DeviceRefused, match="no coin acceptor"):
        acceptor.identify()
    assert not acceptor.health().ok


def test_its_box_outlives_it(tmp_path: Path) -> None:
    bench = CoinBench(tmp_path / "coins.json")
    ready(bench)
    bench.insert(100)
    bench.switch_on()
    assert bench.total == 100
    assert bench.device.do("remove_box") == {"collected_fen": 100}
    assert bench.total == 0
    assert bench.device.state()["collected_fen"] == 100


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"coins": {"100": 1}, "total_fen": 5}'])
def test_a_file_that_is_no_coin_box(tmp_path: Path, text: str) -> None:
    (tmp_path / "coins.json").write_text(text)
    with pytest.raises(ValueError, match="coin box file"):
        CoinAcceptorSimulator(box=tmp_path / "coins.json")


def test_a_box_that_does_not_add_up(tmp_path: Path) -> None:
    bench = CoinBench(tmp_path / "coins.json")
    ready(bench)
    bench.insert(100)
    kept = (tmp_path / "coins.json").read_text()
    (tmp_path / "coins.json").write_text(kept.replace('"total_fen": 100', '"total_fen": 200'))
    with pytest.raises(ValueError, match="adds up"):
        bench.switch_on()


def test_close_shuts_it(bench: CoinBench) -> None:
    acceptor = ready(bench)
    acceptor.close()
    assert not bench.insert(100)
    acceptor.poll(None)
    bench.deaf = 9
    acceptor.close()


@given(
    st.lists(st.tuples(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255)), max_size=5),
    st.dictionaries(st.integers(1, 16), st.integers(1, 999), max_size=4),
)
def test_no_credit_for_what_was_not_announced(new: list[tuple[int, int, int]], values: dict[int, int]) -> None:
    events = read(tuple(new), values)
    assert sum(event.fen for event in events if isinstance(event, CoinIn)) == sum(
        values.get(coin, 0) for _, coin, _ in new
    )
    unknown = [coin for _, coin, _ in new if coin and coin not in values]
    assert sum(isinstance(event, CoinTrouble) for event in events) >= len(unknown)


def test_every_lasting_trouble_has_words() -> None:
    assert TROUBLE.keys() >= LASTING
    fresh = EventBuffer(counter=0, results=((0, 0),) * 5)
    assert standing_trouble(fresh, 14) is None
    assert standing_trouble(EventBuffer(counter=3, results=((0, 1),) * 5), 14) == 14


class Coins(RuleBasedStateMachine):
    """Whatever is lost, repeated or restarted: what is credited is in the box, or a loss was told."""

    def __init__(self) -> None:
        super().__init__()
        self.bench = CoinBench()
        self.host = self.bench.acceptor()
        self.since: int | None = None
        self.credited = 0
        self.written_off = 0
        self.taken = 0
        self.unread = 0
        self.loss_told = False

    @initialize()
    def install(self) -> None:
        self.since, _ = self.host.poll(None)
        self.host.accept(ALL)

    @rule(fen=st.sampled_from([10, 50, 100, 500]))
    def insert(self, fen: int) -> None:
        if self.unread < 200:
            self.unread += 1
            self.taken += fen if self.bench.insert(fen) else 0

    @rule(deaf=st.integers(0, 4), mute=st.integers(0, 4))
    def bad_line(self, deaf: int, mute: int) -> None:
        self.bench.deaf, self.bench.mute = deaf, mute

    @rule()
    def power_cut(self) -> None:
        self.bench.device.do("power_cycle")

    @rule()
    def host_restarts(self) -> None:
        self.host = self.bench.acceptor()

    @rule(fen=st.sampled_from([10, 100]), after=st.integers(0, 3))
    def insert_while_asked(self, fen: int, after: int) -> None:
        def drop_in() -> None:
            self.taken += fen if self.bench.insert(fen) else 0

        act: Callable[[], object] = drop_in
        self.bench.meanwhile.append((after, act))

    @rule()
    def poll(self) -> None:
        try:
            self.since, events = self.host.poll(self.since)
        except EventsLost as lost:
            self.since, self.loss_told = lost.counter, True
            return
        except DeviceFault:
            return
        self.unread = 0
        self.credited += sum(event.fen for event in events if isinstance(event, CoinIn))

    @rule()
    def settle(self) -> None:
        """Staff count the box, and the host begins anew."""
        self.bench.deaf = self.bench.mute = 0
        self.bench.meanwhile.clear()
        try:
            self.poll()
            self.since, _ = self.host.poll(self.since)
        except EventsLost:
            self.since, _ = self.host.poll(None)
            self.loss_told = True
        missing = self.bench.total - self.credited - self.written_off
        assert missing == 0 or self.loss_told, "coins that nobody was told of"
        self.written_off, self.loss_told = self.written_off + missing, False
        self.unread = 0
        self.host.accept(ALL)

    @invariant()
    def never_more_than_there_is(self) -> None:
        assert self.bench.total == self.taken
        assert self.credited + self.written_off <= self.bench.total


Coins.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    database=None,
)
TestCoins = Coins.TestCase
