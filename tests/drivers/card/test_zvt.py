"""The driver against the simulated terminal over TCP: every way in which a payment ends, and what `last` then says."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.card import CardDeclined, CardPaid, CardTerminal, CardUnclear
from drivers.card.messages import Command
from drivers.card.simulator import PLANS, CardTerminalSimulator
from drivers.card.zvt import ZvtTerminal
from drivers.faults import DeviceFault, DeviceGone, DeviceNonsense, DeviceRefused
from drivers.link import Link, open_link
from drivers.simulation import Station


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    device = CardTerminalSimulator(account=tmp_path / "account.json", seconds=0.03)
    with Station(device, "tcp:127.0.0.1:0", log=tmp_path / "bytes") as running:
        yield running


def on(station: Station, *, wait: float = 0.5) -> ZvtTerminal:
    return ZvtTerminal(lambda: open_link(station.address), wait_seconds=wait, ack_seconds=0.3, short_seconds=0.3)


@pytest.fixture
def terminal(station: Station) -> Iterator[ZvtTerminal]:
    made = on(station)
    yield made
    made.close()


def until(said: Callable[[], object], seconds: float = 5.0) -> object:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if answer := said():
                return answer
        except DeviceRefused:
            pass
        time.sleep(0.02)
    raise AssertionError("it never came")


def taken(station: Station) -> int:
    total: int = station.state()["taken_fen"]
    return total


def test_it_is_a_card_terminal(terminal: ZvtTerminal) -> None:
    port: CardTerminal = terminal
    assert port.health().ok
    assert port.last("nothing yet") is None


def test_a_payment(station: Station, terminal: ZvtTerminal) -> None:
    paid = terminal.pay(4500, "a")
    assert paid == CardPaid(receipt="52500041-000001-0001", fen=4500)
    assert taken(station) == 4500
    assert terminal.last("a") == paid
    assert terminal.last("a") == paid, "asking does not use it up"
    again = terminal.pay(4500, "b")
    assert again == CardPaid(receipt="52500041-000002-0002", fen=4500)


@pytest.mark.parametrize(
    ("plan", "code", "why"),
    [
        ("declined", 0x05, "declined"),
        ("declined", 0x78, "card"),
        ("declined", 0xEC, "pin"),
        ("declined", 0xC3, "limit"),
        ("declined", 0xA3, "fault"),
        ("cancelled", 0, "cancelled"),
    ],
)
def test_a_payment_that_is_not_made(station: Station, terminal: ZvtTerminal, plan: str, code: int, why: str) -> None:
    station.do("next", plan=plan, code=code)
    assert terminal.pay(4500, "a") == CardDeclined(why=why)
    assert taken(station) == 0
    assert isinstance(terminal.pay(100, "b"), CardPaid)


@pytest.mark.parametrize("plan", ["lose_after", "lose_told", "silent_paid"])
def test_a_payment_that_was_booked_and_not_told(station: Station, terminal: ZvtTerminal, plan: str) -> None:
    terminal.pay(4500, "before")
    station.do("next", plan=plan)
    with pytest.raises(CardUnclear, match="may have booked"):
        terminal.pay(4500, "a")
    assert terminal.last("a") == CardPaid(receipt="52500041-000002-0002", fen=4500)
    assert taken(station) == 9000


@pytest.mark.parametrize("before", [True, False])
def test_a_payment_that_broke_off_before_it_was_booked(station: Station, terminal: ZvtTerminal, before: bool) -> None:
    if before:
        terminal.pay(4500, "before")
    station.do("next", plan="lose_before")
    with pytest.raises(CardUnclear):
        terminal.pay(4500, "a")
    assert isinstance(terminal.last("a"), CardDeclined)
    assert taken(station) == (4500 if before else 0)


def test_an_older_booking_of_the_same_amount_is_not_taken_for_this_one(station: Station) -> None:
    """A driver that is new, in front of a terminal that booked the same amount a minute ago."""
    first = on(station)
    first.pay(4500, "before")
    first.close()
    second = on(station)
    station.do("next", plan="lose_before")
    with pytest.raises(CardUnclear):
        second.pay(4500, "a")
    assert isinstance(second.last("a"), CardDeclined)
    second.close()


def test_a_new_driver_tells_the_last_booking_to_be_compared(station: Station, terminal: ZvtTerminal) -> None:
    terminal.pay(4500, "before")
    station.do("next", plan="lose_after")
    with pytest.raises(CardUnclear):
        terminal.pay(4500, "a")
    after_a_crash = on(station)
    told = after_a_crash.last("a")
    assert told == CardPaid(receipt="52500041-000002-0002", fen=4500)
    assert after_a_crash.last("a") == told
    after_a_crash.close()


def test_a_passenger_who_pays_after_the_line_broke(station: Station, terminal: ZvtTerminal) -> None:
    """While the terminal is busy, nothing that it has booked says anything about this payment."""
    terminal.pay(4500, "before")
    station.do("next", plan="late", seconds=0.4)
    with pytest.raises(CardUnclear):
        terminal.pay(4500, "a")
    with pytest.raises(DeviceRefused, match="busy"):
        terminal.last("a")
    assert not terminal.health().ok
    assert until(lambda: terminal.last("a")) == CardPaid(receipt="52500041-000002-0002", fen=4500)


def test_a_terminal_that_says_nothing_is_stopped(station: Station, terminal: ZvtTerminal) -> None:
    station.do("next", plan="silent", seconds=9.0)
    assert terminal.pay(4500, "a") == CardDeclined(why="timeout")
    assert not station.state()["busy"]


def test_the_passenger_goes_away(station: Station, terminal: ZvtTerminal) -> None:
    station.do("next", plan="paid", seconds=9.0)
    threading.Timer(0.1, terminal.stop).start()
    assert terminal.pay(4500, "a") == CardDeclined(why="cancelled")
    assert taken(station) == 0


def test_the_red_key(station: Station, terminal: ZvtTerminal) -> None:
    station.do("next", plan="paid", seconds=9.0)
    threading.Timer(0.1, lambda: station.do("cancel")).start()
    assert terminal.pay(4500, "a") == CardDeclined(why="cancelled")


def test_a_line_that_broke_unnoticed_costs_nothing(station: Station, terminal: ZvtTerminal) -> None:
    terminal.pay(100, "a")
    station.drop()
    assert isinstance(terminal.pay(100, "b"), CardPaid)


def test_undone_once(station: Station, terminal: ZvtTerminal) -> None:
    paid = terminal.pay(4500, "a")
    assert isinstance(paid, CardPaid)
    assert terminal.reverse(paid.receipt, 4500)
    assert terminal.reverse(paid.receipt, 4500), "again: it was undone before"
    assert station.state()["returned_fen"] == 4500
    assert isinstance(terminal.last("b"), CardDeclined), "a reversal is no payment"


@pytest.mark.parametrize("plan", ["lose_after", "lose_before", "lose_told"])
def test_an_unclear_reversal_is_asked_again(station: Station, terminal: ZvtTerminal, plan: str) -> None:
    paid = terminal.pay(4500, "a")
    assert isinstance(paid, CardPaid)
    station.do("next", plan=plan)
    with pytest.raises(CardUnclear):
        terminal.reverse(paid.receipt, 4500)
    assert terminal.reverse(paid.receipt, 4500)
    assert station.state()["returned_fen"] == 4500


def test_what_the_bank_already_has_cannot_be_undone(station: Station, terminal: ZvtTerminal) -> None:
    paid = terminal.pay(4500, "a")
    assert isinstance(paid, CardPaid)
    terminal.end_day()
    assert not terminal.reverse(paid.receipt, 4500)
    refunded = terminal.refund(4500, "b")
    assert isinstance(refunded, CardPaid)
    assert station.state()["returned_fen"] == 4500


def test_a_reversal_of_another_amount_or_of_nothing(station: Station, terminal: ZvtTerminal) -> None:
    paid = terminal.pay(4500, "a")
    assert isinstance(paid, CardPaid)
    assert not terminal.reverse(paid.receipt, 4400)
    assert not terminal.reverse("52500041-000009-0009", 4500)
    with pytest.raises(ValueError, match="receipt"):
        terminal.reverse("42", 4500)


@pytest.mark.parametrize("fen", [0, -1, 10**12])
def test_amounts_that_no_terminal_takes(terminal: ZvtTerminal, fen: int) -> None:
    with pytest.raises(ValueError, match="fen"):
        terminal.pay(fen, "a")


@pytest.mark.parametrize("fault", ["silent", "garbage", "half", "deaf"])
def test_every_line_fault_is_a_fault_and_passes(station: Station, terminal: ZvtTerminal, fault: str) -> None:
    terminal.pay(100, "a")
    station.do("line", fault=fault)
    with pytest.raises(DeviceFault) as raised:
        terminal.pay(100, "b")
    assert not isinstance(raised.value, CardUnclear), "it was found before the payment was asked"
    assert not terminal.health().ok
    station.do("line", fault="ok")
    assert terminal.health().ok
    assert isinstance(terminal.pay(100, "c"), CardPaid)


def test_a_terminal_that_cannot_work_says_why(station: Station, terminal: ZvtTerminal, tmp_path: Path) -> None:
    station.do("status", code=0xDC)
    health = terminal.health()
    assert not health.ok
    assert "card is still in it" in health.what
    with pytest.raises(DeviceRefused):
        terminal.pay(100, "a")
    station.do("status", code=0)
    assert terminal.health().ok
    said = [json.loads(line)["hex"] for line in (tmp_path / "bytes").read_text().splitlines()]
    assert sum(each.startswith("0600") for each in said) == 1, "busy is no reason to dial again"


def test_a_wrong_password_is_told(station: Station) -> None:
    stranger = ZvtTerminal(lambda: open_link(station.address), password=1, ack_seconds=0.3, short_seconds=0.3)
    assert not stranger.health().ok
    stranger.close()


def test_nobody_there() -> None:
    with Station(CardTerminalSimulator(account=None), "tcp:127.0.0.1:0") as gone:
        terminal = on(gone)
    assert not terminal.health().ok
    with pytest.raises(DeviceGone):
        terminal.pay(100, "a")


def test_switched_off_and_on(tmp_path: Path) -> None:
    """The account outlives it, and the driver comes back by itself."""
    account = tmp_path / "account.json"
    with Station(CardTerminalSimulator(account=account, seconds=0.02), "tcp:127.0.0.1:0") as first:
        address = first.address
        terminal = on(first)
        terminal.pay(100, "a")
    assert not terminal.health().ok
    with Station(CardTerminalSimulator(account=account, seconds=0.02), address) as second:
        assert terminal.pay(200, "b") == CardPaid(receipt="52500041-000002-0002", fen=200)
        assert second.state()["taken_fen"] == 300
        terminal.close()


class Cut:
    """A line to the terminal that breaks for good after so many bytes from it."""

    def __init__(self, link: Link, after: list[int]) -> None:
        self._link, self._after = link, after

    def write(self, data: bytes) -> None:
        self._link.write(data)

    def read(self, timeout: float) -> bytes:
        data = self._link.read(timeout)
        if len(data) > self._after[0]:
            data, self._after[0] = data[: self._after[0]], 10**9
            self._link.close()
            raise DeviceGone("The line broke", "Mend it.")
        self._after[0] -= len(data)
        return data

    def close(self) -> None:
        self._link.close()


@pytest.mark.parametrize("lost_at", range(0, 260, 11))
def test_wherever_the_line_breaks_the_sums_agree(station: Station, lost_at: int) -> None:
    """From the first byte of registration to the last of the completion: each payment is told or found out, once."""
    after = [lost_at]
    terminal = ZvtTerminal(
        lambda: Cut(open_link(station.address), after), wait_seconds=1.0, ack_seconds=0.3, short_seconds=0.3
    )
    believed = 0
    for reference in ("a", "b"):
        try:
            outcome: object = terminal.pay(4500, reference)
        except CardUnclear:
            outcome = until(lambda ref=reference: terminal.last(ref))  # type: ignore[misc]  # a loop's default argument
        except DeviceFault:
            continue  # surely not booked
        believed += outcome.fen if isinstance(outcome, CardPaid) else 0
    terminal.close()
    assert believed == taken(station)


def test_health_waits_for_no_passenger(station: Station, terminal: ZvtTerminal) -> None:
    station.do("next", plan="paid", seconds=9.0)
    paying = threading.Thread(target=lambda: terminal.pay(4500, "a"))
    paying.start()
    until(lambda: station.state()["busy"])
    began = time.monotonic()
    assert terminal.health().ok
    assert time.monotonic() - began < 0.1
    terminal.stop()
    paying.join(5)
    assert taken(station) == 0


def test_an_older_booking_is_forgotten_only_when_it_cannot_be_the_last(station: Station, terminal: ZvtTerminal) -> None:
    for number in range(20):
        terminal.pay(100, str(number))
    station.do("next", plan="lose_before")
    with pytest.raises(CardUnclear):
        terminal.pay(100, "a")
    assert isinstance(terminal.last("a"), CardDeclined)


class OnlyTotals(CardTerminalSimulator):
    """Has done its end-of-day by itself, and repeats that."""

    def _repeat(self) -> None:
        self._say(Command.STATUS_INFORMATION, bytes.fromhex("27000400000000450029 52500041"))
        self._say(Command.COMPLETION)


def test_an_end_of_day_is_not_taken_for_a_payment() -> None:
    with Station(OnlyTotals(account=None, seconds=0.02), "tcp:127.0.0.1:0") as station:
        terminal = on(station)
        with pytest.raises(DeviceNonsense, match="by hand"):
            terminal.last("a")
        terminal.close()


def test_plans_are_named(station: Station) -> None:
    with pytest.raises(ValueError, match=PLANS[0]):
        station.do("next", plan="never heard of")
    with pytest.raises(ValueError, match="cancel"):
        station.do("dance")


def test_nonsense_ends_the_connection(station: Station, terminal: ZvtTerminal) -> None:
    terminal.pay(100, "a")
    station.do("line", fault="garbage")
    with pytest.raises((DeviceNonsense, DeviceFault)):
        terminal.last("a")
    station.do("line", fault="ok")
    assert isinstance(terminal.last("a"), CardPaid)
