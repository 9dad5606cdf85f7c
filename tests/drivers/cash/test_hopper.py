"""Hoppers: what they say byte by byte, and that an order is given once, however it goes wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.cash import Dispenser, DispenserStatus, given_between
from drivers.cash.codec import Frame, Header, encode
from drivers.cash.coin_simulator import CoinAcceptorSimulator
from drivers.cash.hopper import CcTalkHopper
from drivers.cash.hopper_flags import TROUBLE, Flag, flags_of, trouble
from drivers.cash.hopper_simulator import HopperSimulator
from drivers.faults import DeviceFault, DeviceNonsense, DeviceRefused, DeviceSilent
from tests.drivers.cash.bench import Wire


class HopperBench(Wire):
    """A hopper alone on its line."""

    device: HopperSimulator

    def __init__(self, device: HopperSimulator | None = None) -> None:
        super().__init__(device=device or HopperSimulator(kept=None, coins=50, interval=0.1))
        self.plug(self.device)

    def hopper(self, *, fen: int = 100, low: int = 10) -> CcTalkHopper:
        return CcTalkHopper(self.open, fen=fen, low=low, clock=lambda: self.now)

    def orders(self) -> int:
        return sum(sent[3] == Header.DISPENSE_COINS for sent in self.sent)

    def tray(self) -> int:
        coins: int = self.device.state()["tray"]
        return coins


@pytest.fixture
def bench() -> HopperBench:
    return HopperBench()


def at_the_order(bench: HopperBench, act: Callable[[bytes, Callable[[bytes], None]], None]) -> None:
    """When the next order comes, do `act` with it and with what the device would do."""
    feed = bench.device.feed

    def watched(data: bytes) -> None:
        if data[3] != Header.DISPENSE_COINS:
            feed(data)
            return
        bench.device.feed = feed  # type: ignore[method-assign]  # see below
        act(data, feed)

    bench.device.feed = watched  # type: ignore[method-assign]  # the line's own fault, at an exact place


def lose_the_answer(bench: HopperBench) -> None:
    """Lose the answer to the next order."""

    def lost(data: bytes, feed: Callable[[bytes], None]) -> None:
        bench.mute = 1
        feed(data)

    at_the_order(bench, lost)


def test_it_is_a_dispenser(bench: HopperBench) -> None:
    hopper: Dispenser = bench.hopper()
    assert hopper.fen == 100
    assert hopper.status() == DispenserStatus(counter=0, remaining=0, paid=0, unpaid=0, given=0)
    assert hopper.level() == 10
    health = hopper.health()
    assert health.ok
    assert "¥1.00" in health.what


def test_coins_are_given_and_counted(bench: HopperBench) -> None:
    hopper = bench.hopper()
    before = hopper.status()
    hopper.pay_out(5)
    during = hopper.status()
    assert during.counter == 1
    assert during.remaining > 0
    assert given_between(before, during, 5) is None
    bench.wait(1.0)
    after = hopper.status()
    assert after == DispenserStatus(counter=1, remaining=0, paid=5, unpaid=0, given=5)
    assert given_between(before, after, 5) == 5 == bench.tray()
    assert bench.device.do("take") == {"coins": 5}


def test_the_bytes_of_an_order(bench: HopperBench) -> None:
    """Written from the specification's command list, not from what the code does."""
    hopper = bench.hopper()
    hopper.health()
    bench.sent.clear()
    hopper.pay_out(3)
    assert [sent.hex(" ").upper() for sent in bench.sent] == [
        "03 00 01 A3 59",  # flags, twice alike
        "03 00 01 A3 59",
        "03 00 01 F2 0A",  # serial number
        "03 01 01 A4 A5 B2",  # enable
        "03 00 01 A6 56",  # status: not restarted, not at work
        "03 00 01 A6 56",
        "03 00 01 A8 54",  # its life's count
        "03 00 01 A8 54",
        "03 04 01 A7 92 10 00 03 AC",  # give 3
        "03 00 01 A6 56",  # is it 3 that it heard?
    ]


def test_the_answers_that_a_makers_manual_prints(bench: HopperBench) -> None:
    """Suzohapp, Flow 18 ccTalk: category, enabling, an emergency stop with nothing under way."""
    for question, answer in (
        ("03 00 01 F5 07", "01 06 03 00 50 61 79 6F 75 74 74"),
        ("03 01 01 A4 A5 B2", "01 00 03 00 FC"),
        ("03 00 01 AC 50", "01 01 03 00 00 FB"),
    ):
        bench.arrived.clear()
        bench.device.feed(bytes.fromhex(question))
        assert bench.arrived == bytes.fromhex(question + answer)


def test_the_answers_as_the_specification_lays_them_out(bench: HopperBench) -> None:
    def answer(question: str) -> str:
        bench.arrived.clear()
        bench.device.feed(bytes.fromhex(question))
        return bytes(bench.arrived[len(bytes.fromhex(question)) :]).hex(" ").upper()

    assert answer("03 00 01 F5 07") == "01 06 03 00 50 61 79 6F 75 74 74"
    assert answer("03 00 01 F2 0A") == "01 03 03 00 92 10 00 57"
    assert answer("03 00 01 AB 51") == "01 06 03 00 43 4E 31 30 30 41 93"  # CN100A
    assert answer("03 04 01 A7 92 10 00 03 AC") == "01 00 03 05 F7"  # not enabled
    assert answer("03 01 01 A4 A5 B2") == "01 00 03 00 FC"
    assert answer("03 04 01 A7 92 10 01 03 AB") == "01 00 03 05 F7"  # another's serial number
    assert answer("03 04 01 A7 92 10 00 03 AC") == "01 01 03 00 01 FA"  # event counter 1
    assert answer("03 00 01 A6 56") == "01 04 03 00 01 03 00 00 F4"
    assert answer("03 00 01 AC 50") == "01 01 03 00 03 F8"  # stopped, 3 not given
    assert answer("03 00 01 A6 56") == "01 04 03 00 01 00 00 03 F4"
    assert answer("03 00 01 D9 23") == "01 01 03 00 10 EB"  # above its low level
    assert answer("03 00 01 A8 54") == "01 03 03 00 00 00 00 F9"
    assert answer("03 00 01 9F 5D") == "01 00 03 05 F7"  # a validator's command


def test_an_order_whose_question_was_lost_was_not_taken(bench: HopperBench) -> None:
    hopper = bench.hopper()
    hopper.pay_out(1)
    bench.wait(0.5)
    before = hopper.status()
    at_the_order(bench, lambda _, __: None)
    with pytest.raises(DeviceRefused, match="did not take the order"):
        hopper.pay_out(5)
    assert bench.orders() == 2
    bench.wait(1.0)
    assert given_between(before, hopper.status(), 5) == 0
    assert bench.tray() == 1


def test_a_lost_question_after_a_restart_may_have_been_an_order(bench: HopperBench) -> None:
    """Its counter is 0 before and after: it could have taken the order and lost its power again."""
    hopper = bench.hopper()
    at_the_order(bench, lambda _, __: None)
    with pytest.raises(DeviceSilent, match="did not say whether"):
        hopper.pay_out(5)
    assert bench.orders() == 1


@pytest.mark.parametrize("at", ["first", "later"])
def test_an_order_whose_answer_was_lost_is_not_given_twice(bench: HopperBench, at: str) -> None:
    hopper = bench.hopper()
    if at == "later":
        hopper.pay_out(1)
        bench.wait(0.5)
    had = bench.tray()
    before = hopper.status()
    lose_the_answer(bench)
    hopper.pay_out(9)
    bench.wait(2.0)
    after = hopper.status()
    assert given_between(before, after, 9) == 9
    assert bench.tray() - had == 9


def test_a_refusal_that_was_lost_is_no_payout() -> None:
    """Some makes move the counter on with a refused order, and still tell what the order before gave."""
    bench = HopperBench(HopperSimulator(kept=None, coins=50, interval=0.1, counts_refused=True))
    hopper = bench.hopper()
    hopper.pay_out(5)
    bench.wait(1.0)
    before = hopper.status()

    def refused(data: bytes, feed: Callable[[bytes], None]) -> None:
        bench.device.do("block_exit")
        bench.mute = 1
        feed(data)

    at_the_order(bench, refused)
    with pytest.raises(DeviceRefused, match="did not take"):
        hopper.pay_out(5)
    after = hopper.status()
    assert after.counter == before.counter + 1
    assert after.paid == 5
    assert given_between(before, after, 5) == 0
    assert bench.tray() == 5


def test_an_order_damaged_on_the_line_is_stopped(bench: HopperBench) -> None:
    """Two damaged bytes that agree with the checksum: 20 coins where 3 were asked for."""
    hopper = bench.hopper()
    at_the_order(bench, lambda data, feed: feed(data.replace(b"\x00\x03\xac", b"\x00\x14\x9b")))
    with pytest.raises(DeviceNonsense, match="another number than 3"):
        hopper.pay_out(3)
    bench.wait(3.0)
    assert bench.tray() <= 3


@pytest.mark.parametrize("coins", [0, -1, 256])
def test_numbers_that_no_order_has(bench: HopperBench, coins: int) -> None:
    with pytest.raises(ValueError, match="255"):
        bench.hopper().pay_out(coins)


def test_it_runs_empty_half_way() -> None:
    bench = HopperBench(HopperSimulator(kept=None, coins=3, interval=0.1, low=2))
    hopper = bench.hopper()
    before = hopper.status()
    hopper.pay_out(5)
    bench.wait(3.0)
    after = hopper.status()
    assert after == DispenserStatus(counter=1, remaining=0, paid=3, unpaid=2, given=3)
    assert given_between(before, after, 5) == 3
    assert hopper.level() == 0
    assert not hopper.health().ok
    assert "ran empty or jammed" in hopper.health().what
    bench.device.do("fill", coins=40)
    assert not hopper.health().ok, "its flag stands until it has given a coin"
    hopper.pay_out(1)
    bench.wait(0.5)
    assert hopper.health().ok


def test_a_jam(bench: HopperBench) -> None:
    hopper = bench.hopper()
    hopper.pay_out(5)
    bench.wait(0.3)
    bench.device.do("jam")
    bench.wait(2.0)
    after = hopper.status()
    assert (after.paid + after.unpaid, after.remaining) == (5, 0)
    assert after.paid == bench.tray() < 5
    assert not hopper.health().ok
    bench.device.do("clear_jam")
    hopper.pay_out(1)
    bench.wait(0.5)
    assert hopper.health().ok


def test_a_blocked_exit(bench: HopperBench) -> None:
    hopper = bench.hopper()
    bench.device.do("block_exit")
    with pytest.raises(DeviceRefused, match="exit"):
        hopper.pay_out(5)
    assert not hopper.health().ok
    assert bench.orders() == 0
    bench.device.do("clear_exit")
    hopper.pay_out(5)
    bench.device.do("block_exit")
    bench.wait(2.0)
    assert hopper.status().unpaid > 0
    assert "exit" in hopper.health().what


def test_a_power_cut_half_way_is_not_known(bench: HopperBench) -> None:
    hopper = bench.hopper()
    before = hopper.status()
    hopper.pay_out(5)
    bench.wait(0.3)
    bench.device.do("power_cycle")
    after = hopper.status()
    assert after.counter == 0
    assert after.paid + after.unpaid == 5
    assert given_between(before, after, 5) is None


def test_a_power_cut_in_the_middle_of_the_order(bench: HopperBench) -> None:
    hopper = bench.hopper()

    def cut(data: bytes, feed: Callable[[bytes], None]) -> None:
        bench.mute = 1
        feed(data)
        bench.device.do("power_cycle")

    at_the_order(bench, cut)
    with pytest.raises(DeviceSilent, match="did not say whether"):
        hopper.pay_out(5)


def test_a_restart_since_its_status_was_asked_for(bench: HopperBench) -> None:
    """Or the counter would be 1 before and 1 after, as if nothing had been given."""
    hopper = bench.hopper()
    hopper.pay_out(1)
    bench.wait(0.5)
    assert hopper.status().counter == 1
    bench.device.do("power_cycle")
    with pytest.raises(DeviceRefused, match="restarted since"):
        hopper.pay_out(5)
    assert hopper.status().counter == 0
    hopper.pay_out(5)
    bench.wait(1.0)
    assert bench.tray() == 6


def test_a_restart_just_before_the_order(bench: HopperBench) -> None:
    hopper = bench.hopper()
    hopper.pay_out(1)
    bench.wait(0.5)
    hopper.status()

    def cut(data: bytes, feed: Callable[[bytes], None]) -> None:
        bench.device.do("power_cycle")
        feed(data)

    at_the_order(bench, cut)
    with pytest.raises(DeviceRefused):
        hopper.pay_out(5)
    bench.wait(1.0)
    assert bench.tray() == 1


def test_a_power_cut_that_forgets() -> None:
    bench = HopperBench(HopperSimulator(kept=None, coins=50, interval=0.1, remembers=False))
    hopper = bench.hopper()
    hopper.pay_out(5)
    bench.wait(0.3)
    bench.device.do("power_cycle")
    after = hopper.status()
    assert (after.counter, after.remaining, after.paid, after.unpaid) == (0, 0, 0, 0)
    assert after.given == bench.tray() > 0


def test_an_emergency_stop(bench: HopperBench) -> None:
    hopper = bench.hopper()
    before = hopper.status()
    hopper.pay_out(20)
    bench.wait(0.5)
    hopper.stop()
    after = hopper.status()
    assert after.paid + after.unpaid == 20
    assert given_between(before, after, 20) == bench.tray() < 20


def test_it_is_busy(bench: HopperBench) -> None:
    hopper = bench.hopper()
    hopper.pay_out(5)
    with pytest.raises(DeviceRefused, match="still giving"):
        hopper.pay_out(5)
    bench.wait(2.0)
    assert bench.tray() == 5


def test_closing_does_not_break_off_an_order(bench: HopperBench) -> None:
    hopper = bench.hopper()
    hopper.pay_out(5)
    hopper.close()
    bench.wait(2.0)
    assert bench.tray() == 5
    hopper.status()
    hopper.close()
    assert not bench.device.state()["enabled"]


def test_the_level() -> None:
    bench = HopperBench(HopperSimulator(kept=None, coins=21, interval=0.1, low=20))
    hopper = bench.hopper(low=15)
    assert hopper.level() == 15
    hopper.pay_out(2)
    bench.wait(0.5)
    assert hopper.level() == 0
    health = hopper.health()
    assert not health.ok
    assert "nearly empty" in health.what


def test_without_a_sensor_the_level_is_not_known() -> None:
    bench = HopperBench(HopperSimulator(kept=None, coins=50, low=0))
    hopper = bench.hopper()
    assert hopper.level() is None
    assert hopper.health().ok


class Plain(HopperSimulator):
    """One that knows neither its coin, nor its level, nor its life's count, nor answers an order with its counter."""

    def _obey(self, frame: Frame) -> bytes | None:
        if frame.header in (Header.HOPPER_COIN, Header.LEVEL_STATUS, Header.DISPENSE_COUNT):
            return None
        answer = super()._obey(frame)
        return b"" if frame.header == Header.DISPENSE_COINS and answer is not None else answer


def test_a_plain_hopper() -> None:
    bench = HopperBench(Plain(kept=None, coins=50, interval=0.1))
    hopper = bench.hopper()
    assert hopper.level() is None
    assert hopper.health().ok
    before = hopper.status()
    assert before.given is None
    hopper.pay_out(3)
    bench.wait(1.0)
    after = hopper.status()
    assert given_between(before, after, 3) == 3 == bench.tray()
    asked = len(bench.sent)
    hopper.status()
    assert len(bench.sent) - asked == 2, "it is not asked again for what it does not have"


def test_other_coins_than_configured(bench: HopperBench) -> None:
    wrong = bench.hopper(fen=50)
    with pytest.raises(DeviceRefused, match="100 fen"):
        wrong.pay_out(1)
    assert not wrong.health().ok
    assert bench.orders() == 0


def test_something_else_at_its_address() -> None:
    wire = Wire(device=CoinAcceptorSimulator(box=None, address=3))
    wire.plug(wire.device)
    hopper = CcTalkHopper(wire.open, fen=100, clock=lambda: wire.now)
    with pytest.raises(DeviceRefused, match="no coin dispenser"):
        hopper.pay_out(1)


@pytest.mark.parametrize("flag", [Flag.NEEDS_PIN, Flag.ENCRYPTED, Flag.SINGLE_COIN, Flag.SHORT_IDLE, Flag.MEMORY])
def test_flags_that_keep_it_from_giving(flag: Flag) -> None:
    class Flagged(HopperSimulator):
        def _all_flags(self) -> int:
            return flag

    bench = HopperBench(Flagged(kept=None))
    hopper = bench.hopper()
    assert hopper.health().what == TROUBLE[flag][0]
    with pytest.raises(DeviceRefused):
        hopper.pay_out(1)
    assert bench.orders() == 0


def test_flags_of_one_to_three_bytes() -> None:
    assert flags_of(b"") is None
    assert flags_of(bytes(4)) is None
    assert flags_of(b"\x80") == Flag.DISABLED
    assert flags_of(b"\x00\x10\x01") == Flag.REVERSE_LIMIT | Flag.POWER_CUT_IN_PAYOUT
    assert trouble(Flag.POWER_UP | Flag.DISABLED | Flag.REVERSED) is None


def test_its_coins_outlive_it(tmp_path: Path) -> None:
    kept = tmp_path / "dispenser.json"
    bench = HopperBench(HopperSimulator(kept=kept, coins=50, interval=0.1))
    bench.hopper().pay_out(5)
    bench.wait(0.3)
    given = bench.tray()
    bench.plug(HopperSimulator(kept=kept, interval=0.1))
    state = bench.device.state()
    assert (state["coins"], state["tray"], state["given"]) == (50 - given, given, given)
    assert state["paid"] + state["unpaid"] == 5
    assert bench.device.do("empty") == {"coins": 50 - given}
    assert bench.device.state()["taken_out"] == 50 - given


@pytest.mark.parametrize("text", ["", "[]", '{"fen": 100, "coins": -1}', '{"fen": 100, "what": 1}'])
def test_a_file_that_is_no_hopper(tmp_path: Path, text: str) -> None:
    (tmp_path / "dispenser.json").write_text(text)
    with pytest.raises(ValueError, match="delete it"):
        HopperSimulator(kept=tmp_path / "dispenser.json")


@pytest.mark.parametrize("lost", ["deaf", "mute"])
def test_a_dead_line_is_a_fault(bench: HopperBench, lost: str) -> None:
    hopper = bench.hopper()
    setattr(bench, lost, 10**6)
    with pytest.raises(DeviceFault):
        hopper.pay_out(1)
    with pytest.raises(DeviceFault):
        hopper.level()
    assert not hopper.health().ok
    setattr(bench, lost, 0)
    assert hopper.health().ok


@pytest.mark.parametrize("header", [Header.HOPPER_STATUS, Header.TEST_HOPPER, Header.LEVEL_STATUS])
def test_answers_that_change_all_the_time(header: Header) -> None:
    class Wild(HopperSimulator):
        turn = 0

        def _obey(self, frame: Frame) -> bytes | None:
            if frame.header == header:
                self.turn += 1
                return bytes((self.turn % 251, 0, 0, 0))[: 4 if header == Header.HOPPER_STATUS else 1]
            return super()._obey(frame)

    hopper = HopperBench(Wild(kept=None)).hopper()
    assert "never says the same twice" in hopper.health().what or header == Header.HOPPER_STATUS
    if header == Header.HOPPER_STATUS:
        with pytest.raises(DeviceNonsense):
            hopper.status()


statuses = st.builds(
    DispenserStatus,
    counter=st.integers(0, 255),
    remaining=st.just(0),
    paid=st.integers(0, 255),
    unpaid=st.integers(0, 255),
    given=st.none() | st.integers(0, 2**24 - 1),
)


@given(statuses, statuses, st.integers(1, 255))
def test_never_more_than_was_ordered_nor_a_guess_after_a_restart(
    before: DispenserStatus, after: DispenserStatus, coins: int
) -> None:
    went = given_between(before, after, coins)
    assert went is None or 0 <= went <= coins
    if after.counter == 0:
        assert went is None
    if after.counter == before.counter and went is not None:
        assert went == 0


@pytest.mark.parametrize(
    ("paid", "unpaid", "went"), [(5, 0, 5), (3, 2, 3), (0, 5, 0), (3, 0, None), (6, 0, None), (0, 0, None)]
)
def test_without_the_count_of_a_life_the_numbers_must_add_up(paid: int, unpaid: int, went: int | None) -> None:
    before = DispenserStatus(counter=7, remaining=0, paid=9, unpaid=0)
    after = DispenserStatus(counter=8, remaining=0, paid=paid, unpaid=unpaid)
    assert given_between(before, after, 5) == went


def test_the_count_of_a_life_begins_anew() -> None:
    before = DispenserStatus(counter=255, remaining=0, paid=9, unpaid=0, given=2**24 - 2)
    after = DispenserStatus(counter=1, remaining=0, paid=5, unpaid=0, given=3)
    assert given_between(before, after, 5) == 5


def test_frames_on_this_wire_are_what_the_codec_makes() -> None:
    """The damaged order above is an order."""
    order = Frame(destination=3, source=1, header=Header.DISPENSE_COINS, data=b"\x92\x10\x00\x14")
    assert encode(order).endswith(b"\x00\x14\x9b")
