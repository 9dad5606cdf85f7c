"""The LOT turnstile's driver against its simulator, over RTU and Modbus/TCP, and against pymodbus's own TCP server."""

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from drivers.barrier import BarrierEvent, Inputs, Way
from drivers.barrier.lot import LotBarrier, Register
from drivers.barrier.lot_simulator import LotSimulator, OverTcp
from drivers.barrier.mbap import MbapLink, MessageDecoder, to_message
from drivers.barrier.modbus import ReadRegisters, WriteRegisters, crc16, encode
from drivers.faults import DeviceFault, DeviceGone, DeviceNonsense, DeviceRefused, DeviceSilent
from drivers.link import Link, open_link
from drivers.simulation import Simulator, Station
from tests.drivers.barrier.waiting import eventually
from tests.drivers.scanner.pieces import cut_at


class Turnstile:
    """A simulated turnstile on a line, and how to reach it."""

    def __init__(self, over: str, folder: Path) -> None:
        self.over = over
        device: Simulator = LotSimulator(arm_ms=20)
        listen = f"pty:{folder / 'turnstile'}"
        if over == "tcp":
            device, listen = OverTcp(device), "tcp:127.0.0.1:0"
        self.station = Station(device, listen)

    def open(self) -> Link:
        link = open_link(self.station.address, 115200)
        return MbapLink(link) if self.over == "tcp" else link


@pytest.fixture(params=["rtu", "tcp"])
def turnstile(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Turnstile]:
    turnstile = Turnstile(request.param, tmp_path)
    yield turnstile
    turnstile.station.close()


@pytest.fixture
def station(turnstile: Turnstile) -> Station:
    return turnstile.station


@pytest.fixture
def barrier(turnstile: Turnstile) -> Iterator[LotBarrier]:
    barrier = LotBarrier(turnstile.open)
    yield barrier
    barrier.close()


def test_a_permit_of_one_on_the_wire() -> None:
    """Function 16 on the published register, with the check bytes worked out by hand from the published algorithm."""
    permit = encode(WriteRegisters(unit=1, first=Register.PERMIT_ENTRY, values=(1,)))
    assert permit[:-2].hex() == "0110004000010200" + "01"
    assert crc16(permit) == b"\0\0"  # the CRC of a frame with its own CRC is zero
    assert to_message(7, permit).hex() == "000700000009" + "01100040000102" + "0001"


def test_a_permit_is_one_passage(station: Station, barrier: LotBarrier) -> None:
    barrier.open_for(5)
    assert station.state()["permits"] == {"in": 1, "out": 0}
    assert eventually(lambda: station.state()["arm"] == "open")
    assert station.do("walk_through", ms=100)["passed"]
    assert eventually(lambda: station.state()["passages"] == 1)
    assert station.state()["permits"] == {"in": 0, "out": 0}
    assert eventually(lambda: station.state()["arm"] == "closed")


def test_the_way_out_is_a_permit_of_its_own(station: Station, barrier: LotBarrier) -> None:
    barrier.open_for(5, Way.OUT)
    assert station.state()["permits"] == {"in": 0, "out": 1}
    assert eventually(lambda: station.state()["arm"] == "open")
    station.do("walk_through", ms=100, way="out")
    assert eventually(lambda: station.state()["passages_out"] == 1)
    assert station.state()["permits"]["out"] == 0


def test_a_permit_that_nobody_uses_lapses_in_the_turnstile(station: Station, barrier: LotBarrier) -> None:
    barrier.open_for(0.2)  # a whole second for the turnstile
    assert station.state()["settings"]["0x3011"] == 1
    assert eventually(lambda: station.state()["arm"] == "open")
    assert eventually(lambda: station.state()["permits"]["in"] == 0)
    assert eventually(lambda: station.state()["arm"] == "closed")


def test_asked_again_it_is_still_one_permit(station: Station, barrier: LotBarrier) -> None:
    for _ in range(3):
        barrier.open_for(5)
    assert station.state()["permits"]["in"] == 1


def test_permits_are_never_summed_up(turnstile: Turnstile) -> None:
    link = turnstile.open()
    link.write(encode(WriteRegisters(unit=1, first=Register.ACCUMULATE, values=(1,))))
    assert link.read(2)
    link.close()
    barrier = LotBarrier(turnstile.open)
    barrier.open_for(5)
    barrier.open_for(5)
    assert turnstile.station.state()["settings"]["0x3010"] == 0
    assert turnstile.station.state()["permits"]["in"] == 1
    barrier.close()


def test_a_setting_is_written_once(station: Station, barrier: LotBarrier) -> None:
    barrier.open_for(9)
    before = station.state()["requests"]
    barrier.open_for(9)
    assert station.state()["requests"] - before == 2  # the permit, and whether it was taken


def test_close_now_takes_the_permit_back(station: Station, barrier: LotBarrier) -> None:
    barrier.open_for(30)
    barrier.close_now()
    assert not station.state()["coil"]
    barrier.open_for(30, Way.OUT)
    barrier.close()
    assert not station.state()["coil"]


def test_people_fire_and_errors_are_seen(station: Station, barrier: LotBarrier) -> None:
    assert barrier.poll() == []
    steps: list[tuple[str, dict[str, object], BarrierEvent]] = [
        ("block", {"beam": "entry"}, BarrierEvent.ENTRY_BEAM_BLOCKED),
        ("clear", {"beam": "entry"}, BarrierEvent.ENTRY_BEAM_CLEAR),
        ("block", {"beam": "exit"}, BarrierEvent.EXIT_BEAM_BLOCKED),
        ("clear", {"beam": "exit"}, BarrierEvent.EXIT_BEAM_CLEAR),
        ("jam", {}, BarrierEvent.JAMMED),
        ("clear_jam", {}, BarrierEvent.JAM_CLEARED),
        ("fire", {"on": True}, BarrierEvent.FIRE_ON),
    ]
    for command, arguments, event in steps:
        station.do(command, **arguments)
        assert barrier.poll() == [event]
    assert "antipanic" in barrier.health().what
    assert eventually(lambda: station.state()["arm"] == "open")
    station.do("fire", on=False)
    assert barrier.inputs() == Inputs()
    assert barrier.poll() == [BarrierEvent.FIRE_OFF]
    assert barrier.health().ok


def test_a_blocked_turnstile_is_no_opened_one(station: Station, barrier: LotBarrier) -> None:
    station.do("mode", mode=1)
    with pytest.raises(DeviceRefused, match="gives no passage"):
        barrier.open_for(5)
    assert barrier.health().what == "The turnstile is blocked"
    station.do("mode", mode=0)
    barrier.open_for(5)


@pytest.mark.parametrize(("how", "words"), [("ignored", "gives no passage"), ("exception", "exception 4")])
def test_a_permit_that_is_not_taken_is_refused(station: Station, barrier: LotBarrier, how: str, words: str) -> None:
    station.do("permit_stuck", on=True, how=how)
    with pytest.raises(DeviceRefused, match=words):
        barrier.open_for(5)
    station.do("permit_stuck", on=False)
    barrier.open_for(5)


@pytest.mark.parametrize(
    ("over", "fault", "kinds"),
    [
        ("rtu", "silent", DeviceSilent),
        ("tcp", "deaf", DeviceSilent),
        ("tcp", "half", (DeviceNonsense, DeviceSilent)),  # half a message may still become whole
        ("rtu", "garbage", DeviceNonsense),
        ("tcp", "garbage", DeviceNonsense),
    ],
)
def test_a_bad_line_is_a_fault_within_a_second_and_then_forgotten(
    tmp_path: Path, over: str, fault: str, kinds: type[DeviceFault] | tuple[type[DeviceFault], ...]
) -> None:
    turnstile = Turnstile(over, tmp_path)
    barrier = LotBarrier(turnstile.open)
    barrier.poll()
    turnstile.station.do("line", fault=fault)
    for call in (barrier.poll, lambda: barrier.open_for(2), barrier.close_now):
        began = time.monotonic()
        with pytest.raises(kinds):
            call()
        assert time.monotonic() - began < 1.0
    turnstile.station.do("line", fault="ok")
    assert barrier.poll() == []
    barrier.open_for(2)
    assert turnstile.station.state()["coil"]
    barrier.close()
    turnstile.station.close()


def test_an_unconfirmed_permit_is_taken_back(station: Station, barrier: LotBarrier) -> None:
    barrier.open_for(2)
    barrier.close_now()
    station.do("line", fault="silent")  # it hears, and its answers are lost
    with pytest.raises(DeviceSilent):
        barrier.open_for(2)
    assert not station.state()["coil"]


def test_an_unplugged_turnstile_is_gone_and_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "turnstile"
    barrier = LotBarrier(lambda: open_link(str(path)))
    with pytest.raises(DeviceGone):
        barrier.poll()
    with Station(LotSimulator(), f"pty:{path}"):
        assert barrier.poll() == []
    with pytest.raises(DeviceGone):
        barrier.open_for(1)
    with Station(LotSimulator(), f"pty:{path}") as anew:
        barrier.open_for(3)  # a turnstile that is exchanged has its own waiting time
        assert anew.state()["settings"]["0x3011"] == 3


def test_a_turnstile_waits_for_four_minutes_at_most(station: Station, barrier: LotBarrier) -> None:
    barrier.open_for(1200)
    assert station.state()["settings"]["0x3011"] == 255
    with pytest.raises(ValueError, match="for a time"):
        barrier.open_for(0)


def test_both_ways_may_be_open_at_once(station: Station, barrier: LotBarrier) -> None:
    for way in Way:
        barrier.open_for(9, way)
    assert station.state()["permits"] == {"in": 1, "out": 1}


messages = st.tuples(st.integers(0, 0xFFFF), st.binary(min_size=2, max_size=254).map(lambda body: body + crc16(body)))


@given(st.lists(messages, max_size=4), st.lists(st.integers(min_value=0), max_size=6))
def test_messages_arrive_whole_in_any_pieces(sent: list[tuple[int, bytes]], cuts: list[int]) -> None:
    decoder = MessageDecoder()
    data = b"".join(to_message(*message) for message in sent)
    assert [message for piece in cut_at(data, cuts) for message in decoder.feed(piece)] == sent
    assert decoder.noise == b""


@given(st.lists(st.binary(max_size=400), max_size=6))
def test_noise_does_not_pile_up(noise: list[bytes]) -> None:
    decoder = MessageDecoder()
    for piece in noise:
        decoder.feed(piece)
        assert decoder.waiting < 6 + 254


def test_the_answer_to_an_earlier_question_is_dropped() -> None:
    class Late:
        """A turnstile whose first answer comes behind the second question."""

        def __init__(self) -> None:
            self.answers = b""

        def write(self, data: bytes) -> None:
            word = int.from_bytes(data[:2])
            self.answers += to_message(word - 1, b"\x01\x03\x02\x00\x63\0\0") + to_message(
                word, b"\x01\x03\x02\x00\x01\0\0"
            )

        def read(self, timeout: float) -> bytes:  # noqa: ARG002 - the answers are there
            data, self.answers = self.answers, b""
            return data

        def close(self) -> None:
            pass

    link = MbapLink(Late())
    link.write(encode(ReadRegisters(unit=1, first=0, count=1)))
    assert link.read(1)[:-2] == b"\x01\x03\x02\x00\x01"


class PymodbusTurnstile:
    """pymodbus's own TCP server with the registers that the map names, in a loop of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._up = threading.Event()
        self.port = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._up.wait(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        registers = [
            SimData(0x40, values=[0] * 9, datatype=DataType.REGISTERS),
            SimData(0x3000, values=[0] * 2, datatype=DataType.REGISTERS),
            SimData(0x3010, values=[0, 7, 7, 30, 7, 7], datatype=DataType.REGISTERS),
        ]
        server = ModbusTcpServer(SimDevice(1, simdata=registers), address=("127.0.0.1", 0))
        await server.serve_forever(background=True)
        assert server.transport is not None
        self.port = server.transport.sockets[0].getsockname()[1]  # type: ignore[attr-defined]  # it is asyncio's server
        self._stop = asyncio.Event()
        self._up.set()
        await self._stop.wait()
        await server.shutdown()  # type: ignore[no-untyped-call]  # pymodbus leaves it untyped

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout=5)


def test_their_server_takes_our_permits() -> None:
    server = PymodbusTurnstile()
    link = MbapLink(open_link(f"tcp:127.0.0.1:{server.port}"))
    barrier = LotBarrier(lambda: link)
    try:
        assert barrier.poll() == []
        barrier.open_for(9, Way.OUT)
        link.write(encode(ReadRegisters(unit=1, first=0x3011, count=1)))
        assert link.read(2)[3:5] == b"\x00\x09"
        link.write(encode(ReadRegisters(unit=1, first=0x40, count=2)))
        assert link.read(2)[3:7] == b"\x00\x00\x00\x01"
        barrier.close_now()
        link.write(encode(ReadRegisters(unit=1, first=0x666, count=1)))
        assert link.read(2)[1] == 0x83
    finally:
        barrier.close()
        server.close()
