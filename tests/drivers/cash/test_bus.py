"""Several devices on one line: who is meant, what is an echo, what came too late, and a line that was pulled."""

import threading
import time
from pathlib import Path

import pytest

from drivers.cash import BillStacked, CoinIn
from drivers.cash.bus import CcTalkBus
from drivers.cash.cctalk import CcTalkBillValidator
from drivers.cash.codec import HOST, Frame, Header, encode
from drivers.cash.coins import CcTalkCoinAcceptor
from drivers.cash.hopper import CcTalkHopper
from drivers.cash.line_simulator import whole_line
from drivers.faults import DeviceGone, DeviceNonsense, DeviceSilent
from drivers.link import open_link
from drivers.simulation import Station
from tests.drivers.cash.bench import BenchLink, LineBench


class Till:
    """A host's drivers on one bus."""

    def __init__(self, bench: LineBench, *, echo: bool | None = None) -> None:
        bus = bench.bus() if echo is None else CcTalkBus(bench.open, echo=echo, clock=lambda: bench.now)
        self.notes = CcTalkBillValidator(bus)
        self.coins = CcTalkCoinAcceptor(bus)
        self.yuan = CcTalkHopper(bus, fen=100)
        self.half = CcTalkHopper(bus, fen=50, address=4)

    def close(self) -> None:
        for device in (self.notes, self.coins, self.yuan, self.half):
            device.close()


@pytest.mark.parametrize("echo", [True, False])
def test_four_devices_on_one_wire(echo: bool) -> None:
    bench = LineBench(echo=echo)
    till = Till(bench)
    notes_at, _ = till.notes.poll(None)
    coins_at, _ = till.coins.poll(None)
    till.notes.accept(frozenset({1000}))
    till.coins.accept(frozenset({100}))
    bench.notes.do("insert", fen=1000)
    assert bench.coins.do("insert", fen=100)["taken"]
    till.notes.poll(notes_at)
    till.notes.stack()
    assert till.coins.poll(coins_at) == (1, [CoinIn(fen=100, counter=1)])
    till.yuan.pay_out(2)
    till.half.pay_out(3)
    bench.wait(0.5)
    assert till.notes.poll(1)[1] == [BillStacked(fen=1000, counter=2)]
    assert (till.yuan.status().paid, till.half.status().paid) == (2, 3)
    assert bench.opened == 1
    till.close()


def test_the_last_to_leave_closes_the_line() -> None:
    bench = LineBench()
    till = Till(bench)
    till.notes.identify()
    till.yuan.status()
    till.notes.close()
    till.yuan.status()
    assert bench.opened == 1
    till.yuan.close()
    till.yuan.status()
    assert bench.opened == 2


def test_a_device_that_was_never_asked_closes_nothing() -> None:
    bench = LineBench()
    till = Till(bench)
    till.yuan.status()
    till.half.close()
    till.yuan.status()
    assert bench.opened == 1
    assert not any(sent[0] == 4 for sent in bench.sent)


def test_one_device_unplugged_does_not_hold_up_the_others() -> None:
    bench = LineBench()
    till = Till(bench)
    bench.device.do("unplug", device="yuan")
    with pytest.raises(DeviceSilent, match=r"¥1\.00"):
        till.yuan.status()
    assert not till.yuan.health().ok
    assert till.half.health().ok
    assert till.coins.health().ok
    bench.device.do("plug", device="yuan")
    assert till.yuan.health().ok


def test_an_adaptor_pulled_and_put_back() -> None:
    bench = LineBench()
    till = Till(bench)
    assert till.coins.health().ok
    bench.pulled = True
    for device in (till.notes, till.coins, till.yuan):
        health = device.health()
        assert not health.ok
        assert "out" in health.what
    bench.pulled = False
    assert till.notes.health().ok
    assert till.yuan.health().ok
    assert bench.opened == 2


class Late(BenchLink):
    """Holds back the first answer of one device until others have been asked."""

    held = b""

    def write(self, data: bytes) -> None:
        bench = self._bench
        super().write(data)
        if data[0] == 3 and not self.held:
            self.held = bytes(bench.arrived[len(data) :])
            del bench.arrived[len(data) :]
        elif data[0] != 3 and self.held:
            bench.arrived[len(data) : len(data)] = self.held
            self.held = b"\0"


def test_a_late_answer_is_nobody_elses() -> None:
    bench = LineBench()
    bus = CcTalkBus(lambda: Late(bench), clock=lambda: bench.now)
    question = Frame(destination=3, source=HOST, header=Header.HOPPER_STATUS)
    bench.yuan.feed(encode(Frame(destination=3, source=HOST, header=Header.ENABLE_HOPPER, data=b"\xa5")))
    bench.yuan.feed(encode(Frame(destination=3, source=HOST, header=Header.DISPENSE_COINS, data=b"\x92\x10\0\7")))
    bench.wait(1.0)
    bench.arrived.clear()
    with pytest.raises(DeviceSilent):
        bus.ask(question, timeout=0.1, name="The hopper", hint="Look.")
    other = Frame(destination=4, source=HOST, header=Header.HOPPER_STATUS)
    answer = bus.ask(other, timeout=0.1, name="The other", hint="Look.")
    assert (answer.source, answer.data) == (4, bytes(4))
    assert bus.ask(question, timeout=0.1, name="The hopper", hint="Look.").data == bytes((1, 0, 7, 0))


class Slow(BenchLink):
    """The first answer comes only when somebody waits for it longer than the host waits for an answer."""

    held: bytes | None = None

    def write(self, data: bytes) -> None:
        super().write(data)
        if self.held is None:
            self.held = bytes(self._bench.arrived)
            self._bench.arrived.clear()
            self.waits = 1

    def read(self, timeout: float) -> bytes:
        if self.held and timeout > 0 and not self.waits:
            data, self.held = self.held, b""
            return data
        if timeout > 0 and self.held:
            self.waits -= 1
        return super().read(timeout)


def test_a_late_answer_is_not_taken_for_the_next_one_of_the_same_device() -> None:
    """Without an echo nothing else would tell them apart: both come from the address that was asked."""
    bench = LineBench(echo=False)
    bus = CcTalkBus(lambda: Slow(bench), echo=False, clock=lambda: bench.now)
    with pytest.raises(DeviceSilent):
        bus.ask(Frame(destination=3, source=HOST, header=Header.SERIAL_NUMBER), timeout=0.1, name="It", hint="Look.")
    asked = Frame(destination=3, source=HOST, header=Header.DISPENSE_COUNT)
    assert bus.ask(asked, timeout=0.1, name="It", hint="Look.").data == bytes(3)


def test_half_a_frame_is_not_the_beginning_of_the_next() -> None:
    bench = LineBench()
    till = Till(bench)
    bench.mute = 3
    with pytest.raises(DeviceSilent):
        till.yuan.status()
    bench.arrived += bytes.fromhex("01 0B 03 00 00")  # what is left of an answer that broke off
    assert till.yuan.status().counter == 0


@pytest.mark.parametrize("noise", [b"\xff", b"\x01\x04", b"\x01\x04\x03\x00\x00", bytes(200), b"\x01" * 37])
def test_noise_before_an_answer(noise: bytes) -> None:
    bench = LineBench()
    till = Till(bench)
    bench.noise = noise
    assert till.yuan.status().paid == 0


def test_what_is_no_cctalk_at_all() -> None:
    bench = LineBench()
    till = Till(bench)
    bench.device.do("unplug", device="yuan")

    def shout() -> None:
        bench.arrived.extend(b"\x55" * 20)
        bench.meanwhile.append((0, shout))

    shout()
    with pytest.raises(DeviceNonsense, match="no ccTalk"):
        till.yuan.status()


def test_a_line_said_to_have_an_echo_that_has_none() -> None:
    bench = LineBench(echo=False)
    till = Till(bench, echo=True)
    with pytest.raises(DeviceSilent, match="give back what was sent"):
        till.yuan.status()


def test_a_line_said_to_have_no_echo_that_has_one() -> None:
    """The echo of a question is not an answer: it comes from the host."""
    bench = LineBench(echo=True)
    till = Till(bench, echo=False)
    assert till.yuan.status().paid == 0


def test_an_answer_with_a_strange_header() -> None:
    bench = LineBench()
    till = Till(bench)
    bench.device.do("unplug", device="yuan")

    def answer() -> None:
        bench.arrived.extend(encode(Frame(destination=HOST, source=3, header=99)))
        bench.meanwhile.append((0, answer))

    answer()
    with pytest.raises(DeviceNonsense, match="header 99"):
        till.yuan.status()


def test_several_threads_on_a_real_line(tmp_path: Path) -> None:
    with Station(whole_line(tmp_path), f"pty:{tmp_path / 'line'}") as station:
        bus = CcTalkBus(lambda: open_link(str(tmp_path / "line")))
        coins, yuan, half = CcTalkCoinAcceptor(bus), CcTalkHopper(bus, fen=100), CcTalkHopper(bus, fen=50, address=4)
        wrong: list[BaseException] = []
        since, _ = coins.poll(None)
        coins.accept(frozenset({100}))

        def give(hopper: CcTalkHopper) -> None:
            try:
                hopper.pay_out(3)
                until = time.monotonic() + 5
                while hopper.status().remaining and time.monotonic() < until:
                    pass
                assert hopper.status().paid == 3
            except BaseException as error:
                wrong.append(error)
                raise

        workers = [threading.Thread(target=give, args=(hopper,)) for hopper in (yuan, half)]
        for worker in workers:
            worker.start()
        credited = 0
        for _ in range(4):
            assert station.do("insert", device="coins", fen=100)["taken"]
            since, events = coins.poll(since)
            credited += sum(event.fen for event in events if isinstance(event, CoinIn))
        for worker in workers:
            worker.join()
        since, events = coins.poll(since)
        credited += sum(event.fen for event in events if isinstance(event, CoinIn))
        assert not wrong
        assert credited == station.state()["coins"]["total_fen"] == 400
        assert (station.state()["yuan"]["tray"], station.state()["half"]["tray"]) == (3, 3)
        for device in (coins, yuan, half):
            device.close()


def test_the_line_comes_back_by_itself(tmp_path: Path) -> None:
    """The machine's process dies and is started again: its terminal is another one behind the same name."""
    bus = CcTalkBus(lambda: open_link(str(tmp_path / "line")))
    yuan = CcTalkHopper(bus, fen=100, answer_timeout=0.1)
    with Station(whole_line(tmp_path), f"pty:{tmp_path / 'line'}"):
        assert yuan.health().ok
    assert not yuan.health().ok
    with Station(whole_line(tmp_path), f"pty:{tmp_path / 'line'}"):
        assert yuan.health().ok
        yuan.close()


def test_the_simulated_line_is_worked_by_names(tmp_path: Path) -> None:
    with Station(whole_line(tmp_path), "tcp:127.0.0.1:0") as station:
        with pytest.raises(ValueError, match="notes, coins, yuan, half"):
            station.do("insert", fen=100)
        with pytest.raises(ValueError, match="insert"):
            station.do("dance", device="coins")
        station.do("power_cycle")
        bus = CcTalkBus(lambda: open_link(station.address))
        nobody = CcTalkHopper(bus, fen=100, address=9, answer_timeout=0.05)
        with pytest.raises(DeviceSilent):
            nobody.status()
        nobody.close()


def test_a_pulled_line_is_gone_and_not_silent() -> None:
    bench = LineBench()
    bench.pulled = True
    with pytest.raises(DeviceGone):
        Till(bench).yuan.status()
