"""Noise at the speed of the line, into everything that reads: little memory, little time, and the next good frame read.

Nothing of it, nor of a code or card between it, may show in a fault. The dice are thrown with fixed seeds.
"""

import random
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from evdev import ecodes

from drivers.barrier import Barrier
from drivers.barrier.lot import LotBarrier
from drivers.barrier.lot_simulator import LotSimulator, OverTcp
from drivers.barrier.mbap import MbapLink, MessageDecoder, to_message
from drivers.barrier.modbus import READ_INPUTS, Bits, ReadBits, ReadRegisters, Words, encode, encode_reply
from drivers.barrier.modbus_decoders import ReplyDecoder, RequestDecoder
from drivers.barrier.relay_board import ModbusRelayBarrier
from drivers.barrier.simulator import RelayBoardSimulator
from drivers.card import CardPaid
from drivers.card.simulator import CardTerminalSimulator
from drivers.card.zvt import ZvtTerminal
from drivers.cash import CoinIn
from drivers.cash.bus import CcTalkBus
from drivers.cash.cctalk import CcTalkBillValidator
from drivers.cash.codec import BILL_VALIDATOR, HOST, Frame, Header
from drivers.cash.codec import Decoder as CcTalkDecoder
from drivers.cash.codec import encode as cctalk_frame
from drivers.cash.coins import CcTalkCoinAcceptor
from drivers.cash.hopper import CcTalkHopper
from drivers.cash.line_simulator import whole_line
from drivers.faults import DeviceFault
from drivers.idreader import DocumentKind, IdReader
from drivers.idreader.codec import Decoder as SdtDecoder
from drivers.idreader.codec import encode as sdt_frame
from drivers.idreader.sdt import SdtReader
from drivers.idreader.simulator import IdReaderSimulator
from drivers.link import open_link
from drivers.scanner import Scan, Scanner
from drivers.scanner.codec import LineDecoder
from drivers.scanner.gm65 import Gm65Scanner
from drivers.scanner.gm65_codec import Decoder as Gm65Decoder
from drivers.scanner.gm65_simulator import Gm65Simulator
from drivers.scanner.keyboard import keyboard_scanner
from drivers.scanner.keyboard_codec import EVENT, KeyDecoder
from drivers.scanner.keyboard_simulator import SimulatedKeyboards, typed
from drivers.scanner.line import LineScanner
from drivers.scanner.simulator import ScannerSimulator
from drivers.scanner.ssi import SsiScanner
from drivers.scanner.ssi_codec import Decoder as SsiDecoder
from drivers.scanner.ssi_codec import Operation, Packet, Source
from drivers.scanner.ssi_codec import encode as ssi_packet
from drivers.scanner.ssi_simulator import SsiSimulator
from drivers.scanner.triggered import honeywell_scanner, newland_scanner
from drivers.scanner.triggered_simulator import HoneywellSimulator, NewlandSimulator
from drivers.simulation import Send, Simulator, Station

SECRET = "RT1:SECRET-CODE"
LINE = 11_520
"""Bytes a second at 115200 baud, the fastest line of all of these."""

SECONDS = 3
MOST_CPU = 0.1 * SECONDS
"""A tenth of one processor, on a machine that does other things besides."""

MOST_MEMORY = 300_000

board_read = ReadBits(unit=1, function=READ_INPUTS, first=0, count=8)
lot_read = ReadRegisters(unit=1, first=0x42, count=7)
inputs = Bits(values=(True,) * 8)
words = Words(values=(1, 2, 3, 4, 5, 6, 7))


def key_events(noise: random.Random, size: int) -> bytes:
    """Key events with sense in their form and none in their order; plain bytes would nearly never be a key."""
    return b"".join(
        EVENT.pack(0, 0, noise.choice((0, 1, 1, 1, 4)), noise.randrange(256), noise.randrange(3))
        for _ in range(size // EVENT.size)
    )


def plain(noise: random.Random, size: int) -> bytes:
    return noise.randbytes(size)


def mean(*heads: bytes) -> Callable[[random.Random, int], bytes]:
    """Noise in which many frames seem to begin: the worst for whoever looks for a beginning."""

    def some(noise: random.Random, size: int) -> bytes:
        data = b""
        while len(data) < size:
            data += noise.choice(heads) + noise.randbytes(noise.randrange(8))
        return data[:size]

    return some


class Decoded:
    """A codec, how it is told that the line fell quiet, and a good frame with what has to come of it."""

    def __init__(self, decoder: Any, good: bytes, wanted: Any, quiet: str, noise: Any = plain) -> None:
        self.decoder, self.good, self.wanted, self.quiet, self.noise = decoder, good, wanted, quiet, noise

    def feed(self, data: bytes) -> Any:
        return self.decoder.feed(data)

    def fall_quiet(self) -> None:
        if self.quiet:
            getattr(self.decoder, self.quiet)()


def codecs() -> dict[str, Callable[[], Decoded]]:
    scan = Scan(text=SECRET)
    line = SECRET.encode() + b"\r"
    decode = Packet(operation=Operation.DECODE_DATA, source=Source.SCANNER, data=b"\x1c" + SECRET.encode())
    card = sdt_frame(b"\0\0\x90", b"\1\0\4\0" + bytes(1280))
    events = Frame(destination=HOST, source=BILL_VALIDATOR, header=Header.ACK, data=bytes(11))
    addresses, cctalk = frozenset({HOST, 2, 3, 4, BILL_VALIDATOR}), cctalk_frame(events)
    board, lot = encode_reply(board_read, inputs), encode_reply(lot_read, words)
    return {
        "line": lambda: Decoded(LineDecoder(), line, scan, "end_line"),
        "line-ends": lambda: Decoded(LineDecoder(), line, scan, "end_line", mean(b"\r", b"A\r", b"\n")),
        "gm65": lambda: Decoded(Gm65Decoder(), line, scan, "end_line", mean(b"\2\0", b"\2\0\0\1")),
        "ssi": lambda: Decoded(SsiDecoder(Source.SCANNER), ssi_packet(decode), decode, "reset"),
        "ssi-mean": lambda: Decoded(
            SsiDecoder(Source.SCANNER), ssi_packet(decode), decode, "reset", mean(b"\xff\xf3\0", b"\x05\xd0\0")
        ),
        "keyboard": lambda: Decoded(KeyDecoder(), typed(SECRET), line, "rest", key_events),
        "keyboard-bytes": lambda: Decoded(KeyDecoder(), typed(SECRET), line, "rest"),
        "sdt": lambda: Decoded(SdtDecoder(), card, None, "reset"),
        "sdt-mean": lambda: Decoded(SdtDecoder(), card, None, "reset", mean(b"\xaa\xaa\xaa\x96\x69\x10", b"\xaa")),
        "cctalk": lambda: Decoded(CcTalkDecoder(addresses), cctalk, events, "reset"),
        "cctalk-mean": lambda: Decoded(
            CcTalkDecoder(addresses), cctalk, events, "reset", mean(b"\1\x0b\x28\0", b"\1\xfc\2", b"\1")
        ),
        "modbus": lambda: Decoded(ReplyDecoder(board_read), board, inputs, "", mean(b"\1\2\1", b"\1\x82")),
        "modbus-lot": lambda: Decoded(ReplyDecoder(lot_read), lot, words, "", mean(b"\1\3\x0e", b"\1")),
        "modbus-requests": lambda: Decoded(
            RequestDecoder(1), encode(board_read), board_read, "end_frame", mean(b"\1\x10\0\0\0\1\xff", b"\1\2", b"\1")
        ),
        "modbus-tcp": lambda: Decoded(
            MessageDecoder(), b"\xff" * 300 + to_message(7, lot), (7, lot), "", mean(b"\0\7\0\0\0\xfe", b"\0\0\0\0")
        ),
    }


@pytest.mark.parametrize("name", codecs())
def test_a_codec_takes_noise_and_reads_what_comes_behind_it(name: str) -> None:
    held = codecs()[name]()
    noise = random.Random(name)
    pieces = [held.noise(noise, noise.choice((1, 3, 24, 230, 4096))) for _ in range(16)]
    single = held.noise(noise, 300)
    pieces += [single[at : at + 1] for at in range(len(single))]
    tracemalloc.start()
    try:
        for piece in pieces:
            held.feed(piece)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MOST_MEMORY
    held.fall_quiet()
    events = held.feed(held.good)
    if name.startswith("keyboard"):
        assert events.endswith(held.wanted)
    elif name.startswith("sdt"):
        assert [event.status for event in events] == [0x90]
    else:
        assert events[-1] == held.wanted


@pytest.mark.parametrize("name", codecs())
def test_a_codec_costs_little_at_the_speed_of_the_line(name: str) -> None:
    held = codecs()[name]()
    noise = random.Random(name)
    # what one look every 30 ms finds there
    pieces = [held.noise(noise, 345) for _ in range(SECONDS * LINE // 345)]
    began = time.thread_time()
    for piece in pieces:
        held.feed(piece)
    assert time.thread_time() - began < MOST_CPU


class Flood(Simulator):
    """A device on a line with noise as fast as it goes, until it is told to stop; it hears and answers in between."""

    def __init__(self, device: Simulator) -> None:
        self._device = device
        self._noise = random.Random(3)
        self._send: Send = lambda _: None
        self._on = False
        self._at = 0.0

    def attach(self, send: Send) -> None:
        self._send = send
        self._device.attach(send)

    def feed(self, data: bytes) -> None:
        self._device.feed(data)

    def tick(self, now: float) -> None:
        if self._on and now > self._at:
            self._send(self._noise.randbytes(min(LINE, int((now - self._at) * LINE)) or 1))
        self._at = now
        self._device.tick(now)

    def do(self, command: str, **arguments: Any) -> dict[str, Any]:
        if command != "flood":
            return self._device.do(command, **arguments)
        self._on = arguments["on"]
        return {}

    def state(self) -> dict[str, Any]:
        return self._device.state()


class DialledFlood(Flood):
    """One over TCP, which is told of its connections."""

    def on_line(self, hang_up: Callable[[], None]) -> None:
        self._device.on_line(hang_up)  # type: ignore[attr-defined]  # only put around those that have it


def scanners() -> dict[str, tuple[Callable[[], Simulator], Callable[[str], Scanner]]]:
    def opened(address: str) -> Callable[[], Any]:
        return lambda: open_link(address, 115200)

    return {
        "line": (ScannerSimulator, lambda address: LineScanner(opened(address))),
        "gm65": (Gm65Simulator, lambda address: Gm65Scanner(opened(address))),
        "ssi": (SsiSimulator, lambda address: SsiScanner(opened(address))),
        "honeywell": (HoneywellSimulator, lambda address: honeywell_scanner(opened(address))),
        "newland": (NewlandSimulator, lambda address: newland_scanner(opened(address))),
    }


def survive(call: Callable[[], object], longest: float, seconds: float = 0.5) -> None:
    """Call it for a while: each call ends in time, raises nothing but device faults, and no fault shows a code."""
    until = time.monotonic() + seconds
    cpu, began = time.thread_time(), time.monotonic()
    faults, slowest = [], 0.0
    while time.monotonic() < until:
        at = time.monotonic()
        try:
            call()
        except DeviceFault as fault:
            faults.append(repr(fault))
            slowest = max(slowest, time.monotonic() - at)
            time.sleep(0.02)  # as the readers' threads do, only sooner
        else:
            slowest = max(slowest, time.monotonic() - at)
    assert slowest < longest
    assert not any("SECRET" in fault for fault in faults)
    assert time.thread_time() - cpu < 0.7 * (time.monotonic() - began)


def soon(call: Callable[[], object], seconds: float = 8.0) -> object:
    """What the first call gives that gives something and does not fail."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if given := call():
                return given
        except DeviceFault:
            time.sleep(0.02)
    raise TimeoutError("nothing good came")


@pytest.mark.parametrize("kind", scanners())
def test_a_scanner_in_noise_reads_the_next_good_code(tmp_path: Path, kind: str) -> None:
    device, driver = scanners()[kind]
    with Station(Flood(device()), f"pty:{tmp_path / 'scanner'}") as station:
        scanner = driver(station.address)
        station.do("flood", on=True)
        survive(lambda: scanner.read(0.2), longest=1.5)
        station.do("flood", on=False)

        def read() -> bool:
            # an engine that was just set up reads again after a moment; what noise left behind may come first
            if kind in ("line", "honeywell", "newland") or station.state().get("reading", True):
                station.do("scan", text=SECRET)
            return any(scanner.read(0.3) == Scan(text=SECRET) for _ in range(3))

        assert soon(read)
        scanner.close()


def test_a_typing_scanner_in_noise_reads_the_next_good_code(tmp_path: Path) -> None:
    keyboards = SimulatedKeyboards(tmp_path)
    keyboards.plug(5, "05e0", "1200", "Scanner")
    scanner = keyboard_scanner("usb:05e0:1200", nodes=keyboards.nodes, classes=keyboards.classes, take=lambda _: None)
    scanner.read(0.01)
    stop = threading.Event()

    def flood() -> None:
        noise = random.Random(5)
        while not stop.wait(0.02):
            keyboards.type(5, key_events(noise, 20 * EVENT.size))  # a thousand a second, as the fastest ones type

    thread = threading.Thread(target=flood)
    thread.start()
    survive(lambda: scanner.read(0.2), longest=1.0)
    stop.set()
    thread.join()
    soon(lambda: scanner.read(0.3) is None)  # quiet
    keyboards.type(5, typed(SECRET))
    assert scanner.read(2) == Scan(text=SECRET)
    scanner.close()
    keyboards.close()


def test_an_id_reader_in_noise_reads_the_next_card(tmp_path: Path) -> None:
    with Station(Flood(IdReaderSimulator()), f"pty:{tmp_path / 'reader'}") as station:
        reader: IdReader = SdtReader(lambda: open_link(station.address, 115200))
        station.do("flood", on=True)
        survive(reader.read, longest=2.1)
        station.do("flood", on=False)
        station.do("place", kind=DocumentKind.RESIDENT_ID, name="某", number="11010519491231002")
        assert soon(reader.read)
        reader.close()


def test_cash_devices_on_one_line_in_noise_work_again(tmp_path: Path) -> None:
    with Station(Flood(whole_line(tmp_path)), f"pty:{tmp_path / 'line'}") as station:
        bus = CcTalkBus(lambda: open_link(station.address))
        notes, coins = CcTalkBillValidator(bus, answer_timeout=0.1), CcTalkCoinAcceptor(bus, answer_timeout=0.1)
        yuan = CcTalkHopper(bus, fen=100, answer_timeout=0.1)
        since, _ = coins.poll(None)
        coins.accept(frozenset({100}))
        before = yuan.status()
        station.do("flood", on=True)
        survive(lambda: coins.poll(since), longest=2.0)
        survive(yuan.status, longest=2.0, seconds=0.3)
        survive(lambda: yuan.pay_out(2), longest=3.0, seconds=0.3)
        station.do("flood", on=False)
        assert soon(lambda: notes.health().ok and coins.poll(since))
        station.do("insert", device="coins", fen=100)
        assert coins.poll(since)[1] == [CoinIn(fen=100, counter=1)]
        soon(lambda: not yuan.status().remaining)
        assert station.state()["yuan"]["tray"] == yuan.status().given
        assert yuan.status().counter - before.counter in (0, 1)
        for device in (notes, coins, yuan):
            device.close()


def test_a_card_terminal_that_sends_noise_works_again() -> None:
    """TCP keeps bytes whole, so noise is a terminal gone mad: its connection is given up, and opened anew."""
    with Station(DialledFlood(CardTerminalSimulator(account=None, seconds=0.05)), "tcp:127.0.0.1:0") as station:
        terminal = ZvtTerminal(lambda: open_link(station.address), ack_seconds=0.5, short_seconds=0.5, wait_seconds=1.0)
        station.do("flood", on=True)
        survive(lambda: terminal.pay(100, "a"), longest=2.0)
        assert not terminal.health().ok
        station.do("flood", on=False)
        assert soon(lambda: terminal.health().ok)
        assert isinstance(terminal.pay(100, "b"), CardPaid)
        assert station.state()["taken_fen"] == 100
        terminal.close()


@pytest.fixture(params=["relay-board", "lot", "lot-tcp"])
def flooded(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Station, Barrier]]:
    device: Simulator = RelayBoardSimulator() if request.param == "relay-board" else LotSimulator()
    listen = f"pty:{tmp_path / 'barrier'}"
    if request.param == "lot-tcp":
        device, listen = OverTcp(device), "tcp:127.0.0.1:0"
    with Station(Flood(device), listen) as station:
        barrier: Barrier
        if request.param == "relay-board":
            barrier = ModbusRelayBarrier(lambda: open_link(station.address, 115200))
        elif request.param == "lot":
            barrier = LotBarrier(lambda: open_link(station.address, 115200))
        else:
            barrier = LotBarrier(lambda: MbapLink(open_link(station.address)))
        yield station, barrier
        barrier.close()


def test_a_barrier_in_noise_is_known_within_a_second_and_obeys_again(flooded: tuple[Station, Barrier]) -> None:
    station, barrier = flooded
    station.do("flood", on=True)
    survive(barrier.poll, longest=1.0)
    survive(lambda: barrier.open_for(2), longest=1.0, seconds=0.3)
    station.do("flood", on=False)

    def opens() -> bool:
        barrier.open_for(2)
        return True

    assert soon(opens)
    assert station.state()["coil"]
    assert barrier.poll() is not None


def test_the_events_of_the_kernel_are_known_here() -> None:
    """The noise above must be able to be keys at all."""
    assert ecodes.EV_KEY == 1
    assert KeyDecoder().feed(key_events(random.Random(1), 24 * 4000)).strip(b"\0\r")
