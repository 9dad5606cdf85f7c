"""Scanners that answer, each against its simulator over a terminal: what they all promise."""

import contextlib
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from drivers.faults import DeviceFault, DeviceGone, DeviceNonsense, DeviceSilent
from drivers.link import Link, open_link
from drivers.scanner import Scan, Scanner, Unreadable
from drivers.scanner.gm65 import Gm65Scanner
from drivers.scanner.gm65_simulator import Gm65Simulator
from drivers.scanner.ssi import SsiScanner
from drivers.scanner.ssi_simulator import SsiSimulator
from drivers.simulation import Simulator, Station

Driver = Callable[[Callable[[], Link]], Scanner]
KINDS: dict[str, tuple[Driver, Callable[[], Simulator]]] = {
    "gm65": (Gm65Scanner, Gm65Simulator),
    "ssi": (SsiScanner, lambda: SsiSimulator(patience=0.3)),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def station(kind: str, tmp_path: Path) -> Iterator[Station]:
    with Station(KINDS[kind][1](), f"pty:{tmp_path / 'scanner'}") as station:
        yield station


@pytest.fixture
def scanner(kind: str, station: Station) -> Iterator[Scanner]:
    scanner = KINDS[kind][0](lambda: open_link(station.address))
    yield scanner
    scanner.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up on an answer soon; only for tests in which there is none."""
    for kind in KINDS:
        monkeypatch.setattr(f"drivers.scanner.{kind}.ANSWER", 0.1)
    monkeypatch.setattr("drivers.scanner.asking.QUIET", 0.05)


def wait_until(true: Callable[[], bool], seconds: float = 3.0) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.005)


def next_scan(scanner: Scanner, seconds: float = 5.0) -> str:
    """Read on over faults and noise, as the gate does, until a code comes."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            seen = scanner.read(0.2)
        except DeviceFault:
            time.sleep(0.01)
            continue
        if isinstance(seen, Scan):
            return seen.text
    raise AssertionError("no code came")


def others_until(station: Station, scanner: Scanner, text: str, seconds: float = 20.0) -> set[str]:
    """Show a code until it is read, as a passenger does: a fault drops what its line has taken. Return other codes."""
    others: set[str] = set()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        station.do("scan", text=text)
        with contextlib.suppress(AssertionError):
            while (seen := next_scan(scanner, 1.0)) != text:
                others.add(seen)
            return others
    raise AssertionError("the code was shown again and again and never read")


def fault_of(scanner: Scanner, seconds: float = 5.0) -> DeviceFault:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            scanner.read(0.05)
        except DeviceFault as fault:
            return fault
    raise AssertionError("no fault came")


def test_codes_come_in_order_and_nothing_comes_when_nothing_is_shown(station: Station, scanner: Scanner) -> None:
    assert scanner.read(0.05) is None
    for text in ("RT1:ONE", "RT1:TWO", "RT1:THREE"):
        station.do("scan", text=text)
    assert [next_scan(scanner) for _ in range(3)] == ["RT1:ONE", "RT1:TWO", "RT1:THREE"]
    assert scanner.read(0.05) is None


def test_a_read_without_time_does_not_wait(station: Station, scanner: Scanner) -> None:
    began = time.monotonic()
    for _ in range(20):
        assert scanner.read(0) is None
    assert time.monotonic() - began < 0.2
    wait_until(lambda: scanner.read(0) is None and station.state()["reading"])


def test_long_and_foreign_codes(station: Station, scanner: Scanner) -> None:
    station.do("scan", text="A" * 512)
    assert next_scan(scanner) == "A" * 512
    for text, reason in (
        ("A" * 600, "longer than 512 characters"),
        ("北京", "not ASCII"),
        ("A\x00B", "control characters"),
    ):
        station.do("scan", text=text)
        assert scanner.read(3) == Unreadable(reason=reason)
    station.do("scan", text="RT1:NEXT")
    assert next_scan(scanner) == "RT1:NEXT"


def test_health_is_good_when_it_has_answered_and_not_before(station: Station, scanner: Scanner) -> None:
    station.do("line", fault="silent")
    first = scanner.health()
    assert not first.ok
    assert "has not answered yet" in first.what
    assert first.hint
    station.do("line", fault="ok")
    wait_until(lambda: scanner.health().ok)


def test_a_code_that_comes_during_health_is_not_lost(station: Station, scanner: Scanner) -> None:
    station.do("scan", text="RT1:ONE")
    wait_until(lambda: not scanner.health().ok or station.state()["scans"] == 1)
    wait_until(lambda: scanner.health().ok and station.state()["scans"] == 1)
    assert next_scan(scanner) == "RT1:ONE"


def test_it_reads_only_while_somebody_listens(station: Station, scanner: Scanner) -> None:
    scanner.read(0.05)
    wait_until(lambda: scanner.read(0.01) is None and station.state()["reading"])
    scanner.close()
    wait_until(lambda: not station.state()["reading"])
    station.do("scan", text="RT1:ONE")
    assert next_scan(scanner) == "RT1:ONE"


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("fault", "said"), [("silent", DeviceSilent), ("deaf", DeviceSilent), ("half", DeviceNonsense)]
)
def test_a_bad_line_is_a_fault_with_a_hint_and_is_got_over(
    station: Station, scanner: Scanner, fault: str, said: type[DeviceFault]
) -> None:
    station.do("line", fault=fault)
    seen = fault_of(scanner)
    assert type(seen) is said
    assert "Check" in seen.hint
    assert not scanner.health().ok
    station.do("line", fault="ok")
    assert others_until(station, scanner, "RT1:MENDED") == set()
    wait_until(lambda: scanner.health().ok)


@pytest.mark.usefixtures("impatient")
def test_noise_is_no_code_and_is_got_over(station: Station, scanner: Scanner) -> None:
    station.do("line", fault="garbage")
    assert isinstance(fault_of(scanner), DeviceNonsense)
    station.do("line", fault="ok")
    assert others_until(station, scanner, "RT1:MENDED") == set()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        # the codes of a GM65 have no checksum, so noise and halves can be codes
        *(("gm65", fault) for fault in ("silent", "deaf")),
        *(("ssi", fault) for fault in ("silent", "half", "garbage", "deaf")),
    ],
)
def test_a_line_that_goes_bad_while_it_reads_gives_no_wrong_code(
    station: Station, scanner: Scanner, fault: str
) -> None:
    station.do("scan", text="RT1:BEFORE")
    assert next_scan(scanner) == "RT1:BEFORE"
    station.do("line", fault=fault)
    station.do("scan", text="RT1:UNDER-WAY")
    until = time.monotonic() + 0.4
    seen = []
    while time.monotonic() < until:
        try:
            seen.append(scanner.read(0.05))
        except DeviceFault:
            continue
    assert all(not isinstance(each, Scan) or each.text == "RT1:UNDER-WAY" for each in seen)
    station.do("line", fault="ok")
    assert others_until(station, scanner, "RT1:AFTER") <= {"RT1:UNDER-WAY"}


def test_one_that_lost_its_power_is_set_anew(
    station: Station, scanner: Scanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drivers.scanner.gm65.ROUND", 0.1)
    monkeypatch.setattr("drivers.scanner.ssi.ROUND", 0.1)
    set_as = {"mode": "COMMAND", "trigger": 8, "packets": True}
    as_set = {name: set_as[name] for name in station.state().keys() & set_as.keys()}
    for _ in range(2):
        wait_until(lambda: scanner.read(0.01) is None and as_set.items() <= station.state().items())
        station.do("power_cycle")
        assert not as_set.items() <= station.state().items()
    wait_until(lambda: scanner.read(0.01) is None and as_set.items() <= station.state().items())
    station.do("scan", text="RT1:SET")
    assert next_scan(scanner) == "RT1:SET"


def test_a_dropped_connection_is_gone_and_made_anew(kind: str) -> None:
    driver, simulator = KINDS[kind]
    with (
        Station(simulator(), "tcp:127.0.0.1:0") as station,
        closing(driver(lambda: open_link(station.address))) as scanner,
    ):
        wait_until(lambda: scanner.health().ok)
        station.drop()
        assert isinstance(fault_of(scanner), DeviceGone)
        wait_until(lambda: scanner.health().ok)
        station.do("scan", text="RT1:BACK")
        assert next_scan(scanner) == "RT1:BACK"


def test_an_unplugged_scanner_is_gone_and_is_found_again(kind: str, tmp_path: Path) -> None:
    driver, simulator = KINDS[kind]
    path = tmp_path / "scanner"
    scanner = driver(lambda: open_link(str(path)))
    assert not scanner.health().ok
    for text in ("RT1:ONE", "RT1:TWO"):
        with Station(simulator(), f"pty:{path}") as station:
            station.do("scan", text=text)
            assert next_scan(scanner) == text
            wait_until(lambda: scanner.health().ok)
        assert isinstance(fault_of(scanner), DeviceGone)
        assert not scanner.health().ok
    scanner.close()


def test_an_unknown_command_names_the_known_ones(kind: str) -> None:
    with pytest.raises(ValueError, match=r"scan, .*power_cycle"):
        KINDS[kind][1]().do("sing")
