"""The line scanner against its simulator, over a terminal and over TCP, with everything that a line can do to it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.faults import DeviceGone
from drivers.link import open_link
from drivers.scanner import Scan, Scanner, Unreadable
from drivers.scanner.line import LineScanner
from drivers.scanner.simulator import ScannerSimulator
from drivers.simulation import Station


@pytest.fixture(params=["pty", "tcp"])
def station(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Station]:
    listen = f"pty:{tmp_path / 'scanner'}" if request.param == "pty" else "tcp:127.0.0.1:0"
    with Station(ScannerSimulator(), listen) as station:
        yield station


@pytest.fixture
def scanner(station: Station) -> Iterator[Scanner]:
    scanner = LineScanner(lambda: open_link(station.address))
    scanner.read(0)  # opens the port, so that what is scanned now arrives
    deadline = time.monotonic() + 2
    while station._client is None and time.monotonic() < deadline:
        time.sleep(0.005)
    yield scanner
    scanner.close()


def test_scans_come_in_order_and_nothing_comes_when_nothing_is_scanned(station: Station, scanner: Scanner) -> None:
    assert scanner.read(0.01) is None
    station.do("scan", text="RT1:ONE")
    station.do("scan", text="RT1:TWO")
    assert [scanner.read(2), scanner.read(2)] == [Scan(text="RT1:ONE"), Scan(text="RT1:TWO")]
    assert scanner.read(0.01) is None


def test_a_code_in_two_pieces_is_one_scan(station: Station, scanner: Scanner) -> None:
    station.do("scan_bytes", hex=b"RT1:".hex())
    assert scanner.read(0.02) is None
    station.do("scan_bytes", hex=b"HALVES\r".hex())
    assert scanner.read(2) == Scan(text="RT1:HALVES")


def test_a_line_without_an_ending_is_closed_after_200_ms(station: Station, scanner: Scanner) -> None:
    station.do("scan_bytes", hex=b"12345".hex())
    began = time.monotonic()
    assert scanner.read(2) == Scan(text="12345")
    assert 0.19 < time.monotonic() - began < 1.0


def test_a_line_without_an_ending_is_closed_across_short_calls(station: Station, scanner: Scanner) -> None:
    station.do("scan_bytes", hex=b"12345".hex())
    found = None
    for _ in range(100):
        found = found or scanner.read(0.01)
    assert found == Scan(text="12345")


def test_foreign_bytes_are_unreadable_and_the_next_code_is_read(station: Station, scanner: Scanner) -> None:
    station.do("scan", text="北京")
    station.do("scan", text="A" * 600)
    station.do("scan", text="RT1:NEXT")
    assert scanner.read(2) == Unreadable(reason="not ASCII")
    assert scanner.read(2) == Unreadable(reason="longer than 512 characters")
    assert scanner.read(2) == Scan(text="RT1:NEXT")


@pytest.mark.parametrize("fault", ["silent", "garbage", "half"])
def test_a_bad_line_never_raises_and_good_codes_are_read_after_it(
    station: Station, scanner: Scanner, fault: str
) -> None:
    station.do("line", fault=fault)
    station.do("scan", text="RT1:BROKEN")
    seen = [scanner.read(0.05) for _ in range(10)]
    assert Scan(text="RT1:BROKEN") not in seen
    station.do("line", fault="ok")
    station.do("scan", text="RT1:MENDED")
    while (last := scanner.read(2)) is not None and last != Scan(text="RT1:MENDED"):
        pass
    assert last is not None


def test_health_does_not_call_silence_fine(station: Station, scanner: Scanner) -> None:
    assert not scanner.health().ok
    assert "Hold a code" in scanner.health().hint
    station.do("scan", text="RT1:ONE")
    scanner.read(2)
    assert scanner.health().ok


def test_a_scan_during_health_is_not_lost(station: Station, scanner: Scanner) -> None:
    station.do("scan", text="RT1:ONE")
    until = time.monotonic() + 2
    while not scanner.health().ok and time.monotonic() < until:
        pass
    assert scanner.read(0) == Scan(text="RT1:ONE")


def test_an_open_port_is_a_scanner_where_the_port_leaves_with_it(station: Station) -> None:
    scanner = LineScanner(lambda: open_link(station.address), leaves_with_port=True)
    assert scanner.health().ok
    scanner.close()


def test_an_unplugged_scanner_is_gone_and_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "scanner"
    scanner = LineScanner(lambda: open_link(str(path)), leaves_with_port=True)
    assert not scanner.health().ok
    with Station(ScannerSimulator(), f"pty:{path}") as station:
        assert scanner.read(0.01) is None
        station.do("scan_bytes", hex=b"HALF".hex())
        assert scanner.read(0.05) is None
    with pytest.raises(DeviceGone):
        scanner.read(1)
    assert not scanner.health().ok
    with Station(ScannerSimulator(), f"pty:{path}") as station:
        assert scanner.read(0.01) is None
        station.do("scan", text="RT1:BACK")
        assert scanner.read(2) == Scan(text="RT1:BACK")
    scanner.close()


def test_a_dropped_connection_is_gone_and_made_anew() -> None:
    with Station(ScannerSimulator(), "tcp:127.0.0.1:0") as station:
        scanner = LineScanner(lambda: open_link(station.address))
        scanner.read(0.05)
        station.drop()
        with pytest.raises(DeviceGone):
            scanner.read(2)
        assert scanner.read(0.05) is None
        scanner.close()


def test_an_unknown_command_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="scan and scan_bytes"):
        ScannerSimulator().do("sing")
