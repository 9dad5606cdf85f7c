"""Noise at the speed of the line into the printers: little memory, little time, no print, and then a good one."""

import random
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drivers.printer import PrintOutcome, codec, tspl_codec, zpl_codec
from drivers.printer.mouth import MouthNumbers
from drivers.simulation import Station
from station import devices
from station.config import PrinterConfig, PrinterKind
from station.simulators import DEVICES
from tests.drivers.printer.paper import picture, wait_until
from tests.drivers.test_noise import LINE, MOST_CPU, MOST_MEMORY, SECONDS, Flood, mean, plain, soon, survive

ROWS = 50
Noise = Callable[[random.Random, int], bytes]
STATUS = b"\x02030,0,0,0800,000,0,0,0,000,0,0,0\x03\r\n\x02000,0,0,0,0,3,0,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n"

CODECS: dict[str, tuple[Callable[[], Any], bytes, Noise]] = {
    "escpos": (codec.Decoder, b"\x12", mean(b"\x10", b"\x37\x22", b"\x5fA", b"\x12")),
    "zpl": (zpl_codec.HostStatus, STATUS, mean(b"\x02030,0", b"\x02", b"\x03\r\n")),
    "zpl-plain": (zpl_codec.HostStatus, STATUS, plain),
    "tspl": (tspl_codec.FullStatus, b"\x02@@@@\x03\r\n", mean(b"\x02@@@@", b"\x02", b"@")),
    "tspl-plain": (tspl_codec.FullStatus, b"\x02@@@@\x03\r\n", plain),
}


@pytest.mark.parametrize("name", CODECS)
def test_a_codec_takes_noise_and_reads_what_comes_behind_it(name: str) -> None:
    made, good, noise = CODECS[name]
    decoder, dice = made(), random.Random(name)
    pieces = [noise(dice, 345) for _ in range(SECONDS * LINE // 345)]
    tracemalloc.start()
    try:
        for piece in pieces[:40]:
            decoder.feed(piece)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MOST_MEMORY
    began = time.thread_time()
    for piece in pieces:
        decoder.feed(piece)
    assert time.thread_time() - began < MOST_CPU
    if name == "escpos":
        decoder.reset()
    assert decoder.feed(good + good)


@pytest.mark.parametrize(
    ("kind", "device", "presenter"),
    [
        ("escpos", "printer", False),
        ("escpos", "printer-presenter", True),
        ("zpl", "printer-zpl", False),
        ("tspl", "printer-tspl", False),
    ],
)
def test_a_printer_in_noise_says_what_is_true_and_prints_afterwards(
    tmp_path: Path, kind: PrinterKind, device: str, presenter: bool
) -> None:
    with Station(Flood(DEVICES[device](tmp_path)), f"pty:{tmp_path / 'printer'}") as station:
        config = PrinterConfig(address=station.address, kind=kind, presenter=presenter, handshake_seconds=0.8)
        printer = devices.printer(config)
        station.do("flood", on=True)
        survive(printer.status, longest=2.5)
        outcome = printer.print_raster(picture(ROWS), 576, ROWS)  # a true answer may fall into a gap of the noise
        station.do("flood", on=False)
        wait_until(lambda: station.state()["rows"] == 0)
        out = station.state()["printed"]
        assert out == {PrintOutcome.DONE: 1, PrintOutcome.REFUSED: 0}.get(outcome, out)
        station.do("take")
        assert soon(lambda: printer.status().ready)
        assert printer.print_raster(picture(ROWS), 576, ROWS) is PrintOutcome.DONE
        assert station.state()["printed"] == out + 1
        printer.close()


@pytest.mark.parametrize("length", range(1, 6))
def test_half_a_full_status_is_no_empty_mouth(length: int) -> None:
    decoder = codec.Decoder()
    decoder.expect_full_status(MouthNumbers().answer_bytes)
    assert decoder.feed(bytes.fromhex("100f00000000")[:length]) == []


def test_a_printer_that_is_plugged_in_later(tmp_path: Path) -> None:
    """The same driver, before there is a printer, with one, without, and with another of its kind."""
    listen = f"pty:{tmp_path / 'printer'}"
    kinds: dict[PrinterKind, str] = {"escpos": "printer", "zpl": "printer-zpl", "tspl": "printer-tspl"}
    for kind, device in kinds.items():
        printer = devices.printer(PrinterConfig(address=str(tmp_path / "printer"), kind=kind))
        for turn in range(2):
            assert not printer.health().ok
            assert printer.print_raster(picture(ROWS), 576, ROWS) is PrintOutcome.REFUSED
            with Station(DEVICES[device](tmp_path / f"{kind}{turn}"), listen) as station:
                assert printer.health().ok
                assert printer.print_raster(picture(ROWS), 576, ROWS) is PrintOutcome.DONE
                assert station.state()["printed"] == 1
        printer.close()
