"""The simulated board and lane on a clock of the test's own."""

from typing import Any

import pytest

from drivers.barrier.modbus import OFF, ON, Bits, ReadBits, Refused, Reply, Request, WriteCoil, encode
from drivers.barrier.modbus_decoders import ReplyDecoder
from drivers.barrier.simulator import RelayBoardSimulator


class Bench:
    """A simulator with a clock in the hand."""

    def __init__(self, **options: Any) -> None:
        self.now = 100.0
        self.sent = b""
        self.board = RelayBoardSimulator(clock=lambda: self.now, **options)
        self.board.attach(self._take)

    def _take(self, data: bytes) -> None:
        self.sent += data

    def ask(self, request: Request) -> Reply:
        self.sent = b""
        self.board.feed(encode(request))
        (reply,) = ReplyDecoder(request).feed(self.sent)
        return reply

    def wait(self, seconds: float) -> dict[str, Any]:
        self.now += seconds
        self.board.tick(self.now)
        return self.board.state()

    def pulse(self, tenths: int) -> None:
        self.ask(WriteCoil(unit=1, address=0x0200, value=tenths))


def test_a_pulse_is_timed_by_the_board() -> None:
    bench = Bench(arm_ms=250)
    bench.pulse(20)
    assert bench.wait(0.2)["arm"] == "closed"
    assert bench.wait(0.1)["arm"] == "open"
    assert bench.wait(1.6)["coil"]
    assert not bench.wait(0.2)["coil"]
    assert bench.wait(0.3)["arm"] == "closed"


def test_nobody_walks_through_a_closed_arm() -> None:
    bench = Bench()
    assert bench.board.do("walk_through") == {"passed": False}
    assert bench.board.do("walk_back", way="exit") == {"passed": False}
    state = bench.wait(2)
    assert (state["passages"], state["entry_blocked"]) == (0, False)


def test_the_arm_waits_for_whoever_is_in_a_beam() -> None:
    bench = Bench(arm_ms=100)
    bench.pulse(5)
    assert bench.wait(0.4)["arm"] == "open"
    assert bench.board.do("walk_through", ms=1000) == {"passed": True}
    state = bench.wait(0.9)
    assert (state["coil"], state["arm"], state["walking"]) == (False, "open", True)
    state = bench.wait(0.5)
    assert (state["arm"], state["walking"], state["passages"]) == ("closed", False, 1)


def test_two_people_close_together_block_the_entry_beam_twice() -> None:
    bench = Bench(arm_ms=50)
    bench.pulse(100)
    bench.wait(0.2)
    bench.board.do("walk_through", ms=600, people=2, gap_ms=100)
    blocked = [bool(bench.wait(0.02)["entry_blocked"]) for _ in range(80)]
    assert sum(1 for before, after in zip([False, *blocked], blocked, strict=False) if after and not before) == 2
    assert bench.wait(1)["passages"] == 2


def test_one_who_turns_back_is_seen_in_the_entry_beam_alone() -> None:
    bench = Bench()
    bench.board.do("walk_back")
    state = bench.wait(0.1)
    assert (state["entry_blocked"], state["exit_blocked"]) == (True, False)
    assert not bench.wait(1)["entry_blocked"]


def test_forcing_a_closed_arm_is_no_passage() -> None:
    bench = Bench()
    bench.board.do("force")
    state = bench.wait(1)
    assert (state["forced"], state["passages"]) == (1, 0)


def test_fire_opens_the_arm_in_hardware_even_with_a_stuck_coil() -> None:
    bench = Bench(arm_ms=100)
    bench.board.do("coil_stuck")
    bench.board.do("fire")
    assert bench.wait(0.2)["arm"] == "open"
    inputs = bench.ask(ReadBits(unit=1, function=2, first=0, count=8))
    assert inputs == Bits(values=(False,) * 8)  # the loop's level is gone
    bench.board.do("fire", on=False)
    assert bench.wait(0.2)["arm"] == "closed"


def test_a_jammed_arm_stays_where_it_is() -> None:
    bench = Bench(arm_ms=100)
    bench.board.do("jam")
    bench.pulse(10)
    assert bench.wait(0.5)["arm"] == "closed"
    bench.board.do("clear_jam")
    assert bench.wait(0.2)["arm"] == "open"


def test_a_plain_coil_stays_on_until_it_is_switched_off_and_all_at_once_works() -> None:
    bench = Bench()
    bench.ask(WriteCoil(unit=1, address=0x00FF, value=ON))
    bench.wait(3600)
    assert bench.ask(ReadBits(unit=1, function=1, first=0, count=8)) == Bits(values=(True,) * 8)
    bench.ask(WriteCoil(unit=1, address=0, value=OFF))
    assert not bench.board.state()["coil"]


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (ReadBits(unit=1, function=2, first=4, count=5), 2),
        (WriteCoil(unit=1, address=8, value=ON), 2),
        (WriteCoil(unit=1, address=0x0400, value=ON), 2),
        (WriteCoil(unit=1, address=0, value=1), 3),
        (WriteCoil(unit=1, address=0x0200, value=0), 3),
    ],
)
def test_what_the_board_does_not_have_is_refused(request_: Request, code: int) -> None:
    assert Bench().ask(request_) == Refused(code=code)


def test_what_cannot_be_done_by_hand_is_said() -> None:
    board = Bench().board
    for command, arguments, words in [
        ("dance", {}, "walk_through, walk_back"),
        ("block", {"beam": "middle"}, "entry or exit"),
        ("walk_back", {"way": "up"}, "entry or exit"),
        ("coil_stuck", {"how": "sometimes"}, "ignored or exception"),
    ]:
        with pytest.raises(ValueError, match=words):
            board.do(command, **arguments)
