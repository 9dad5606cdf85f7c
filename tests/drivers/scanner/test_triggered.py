"""Line scanners that take commands, against their simulators."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.faults import DeviceFault, DeviceGone, DeviceNonsense, DeviceSilent
from drivers.link import open_link
from drivers.scanner import Scan, Scanner
from drivers.scanner import triggered as driver
from drivers.scanner.triggered import honeywell_scanner, newland_scanner
from drivers.scanner.triggered_simulator import HoneywellSimulator, NewlandSimulator
from drivers.simulation import Station


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 3
    while not true():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.005)


def fault_of(scanner: Scanner) -> DeviceFault:
    for _ in range(40):
        try:
            scanner.read(0.05)
        except DeviceFault as fault:
            return fault
    raise AssertionError("no fault came")


def test_a_honeywell_is_triggered_while_somebody_reads_and_after_each_code(tmp_path: Path) -> None:
    with Station(HoneywellSimulator(), f"pty:{tmp_path / 'scanner'}") as station:
        scanner = honeywell_scanner(lambda: open_link(station.address))
        station.do("scan", text="RT1:ONE")
        station.do("scan", text="RT1:TWO")
        assert [scanner.read(2), scanner.read(2)] == [Scan(text="RT1:ONE"), Scan(text="RT1:TWO")]
        assert scanner.read(0.05) is None
        wait_until(lambda: station.state()["triggers"] == 3)
        assert station.state()["reading"]
        scanner.close()
        wait_until(lambda: not station.state()["reading"])


def test_a_trigger_that_found_nothing_is_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "TRIGGER_EVERY", 0.05)
    with Station(HoneywellSimulator(timeout=0.08), f"pty:{tmp_path / 'scanner'}") as station:
        scanner = honeywell_scanner(lambda: open_link(station.address))
        assert scanner.read(0.2) is None
        assert station.state()["triggers"] >= 3
        station.do("scan", text="RT1:LATE")
        assert scanner.read(2) == Scan(text="RT1:LATE")
        scanner.close()


@pytest.mark.parametrize("fault", ["silent", "garbage", "half", "deaf"])
def test_a_bad_line_never_raises_and_is_got_over(tmp_path: Path, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "TRIGGER_EVERY", 0.1)
    with Station(HoneywellSimulator(), f"pty:{tmp_path / 'scanner'}") as station:
        scanner = honeywell_scanner(lambda: open_link(station.address))
        station.do("line", fault=fault)
        station.do("scan", text="RT1:BROKEN")
        seen = [scanner.read(0.05) for _ in range(5)]
        assert Scan(text="RT1:BROKEN") not in seen
        assert not scanner.health().ok or fault in ("garbage", "half")
        station.do("line", fault="ok")
        station.do("scan", text="RT1:MENDED")
        while (last := scanner.read(2)) is not None and last != Scan(text="RT1:MENDED"):
            pass
        assert last is not None
        scanner.close()


def test_an_unplugged_honeywell_is_gone_and_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "scanner"
    scanner = honeywell_scanner(lambda: open_link(str(path)))
    for text in ("RT1:ONE", "RT1:TWO"):
        with Station(HoneywellSimulator(), f"pty:{path}") as station:
            station.do("scan", text=text)
            assert scanner.read(2) == Scan(text=text)
        assert isinstance(fault_of(scanner), DeviceGone)
        assert not scanner.health().ok
    scanner.close()


def test_a_newland_is_set_when_it_is_opened_and_its_answers_are_no_codes(tmp_path: Path) -> None:
    with Station(NewlandSimulator(), f"pty:{tmp_path / 'scanner'}") as station:
        scanner = newland_scanner(lambda: open_link(station.address))
        assert scanner.read(0.25) is None  # longer than a line may be idle
        assert station.state() == {"in_setup": False, "commands": ["99900113"], "scans": 0}
        station.do("scan", text="RT1:ONE")
        assert scanner.read(2) == Scan(text="RT1:ONE")
        scanner.close()


def test_the_setup_never_resets_a_newland_to_its_factory_settings(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Station(NewlandSimulator(), f"pty:{tmp_path / 'scanner'}", log=log) as station:
        scanner = newland_scanner(lambda: open_link(station.address), commands=("99900114",))
        scanner.read(0.01)
        scanner.close()
    said = log.read_text()
    assert b"$$$$".hex() in said
    assert b"#99900114;".hex() in said
    assert b"%%%%".hex() in said
    assert b"99900030".hex() not in said


def test_a_command_that_a_newland_does_not_know_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "ANSWER", 0.1)
    with Station(NewlandSimulator(known=frozenset()), f"pty:{tmp_path / 'scanner'}") as station:
        scanner = newland_scanner(lambda: open_link(station.address))
        fault = fault_of(scanner)
        assert isinstance(fault, DeviceNonsense)
        assert "#99900113;" in fault.what


@pytest.mark.parametrize(
    ("fault", "said"),
    [("silent", DeviceSilent), ("deaf", DeviceSilent), ("half", DeviceNonsense), ("garbage", DeviceNonsense)],
)
def test_a_newland_on_a_bad_line_is_a_fault_and_is_got_over(
    tmp_path: Path, fault: str, said: type[DeviceFault], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "ANSWER", 0.1)
    with Station(NewlandSimulator(), f"pty:{tmp_path / 'scanner'}") as station:
        scanner = newland_scanner(lambda: open_link(station.address))
        station.do("line", fault=fault)
        assert type(fault_of(scanner)) is said
        assert not scanner.health().ok
        station.do("line", fault="ok")
        monkeypatch.setattr(driver, "ANSWER", 2.0)
        assert scanner.read(0.05) is None
        station.do("scan", text="RT1:MENDED")
        assert scanner.read(2) == Scan(text="RT1:MENDED")
        scanner.close()


def test_an_unplugged_newland_is_set_again_when_it_is_back(tmp_path: Path) -> None:
    path = tmp_path / "scanner"
    scanner = newland_scanner(lambda: open_link(str(path)))
    for _ in range(2):
        with Station(NewlandSimulator(), f"pty:{path}") as station:
            assert scanner.read(0.01) is None
            assert station.state()["commands"] == ["99900113"]
        assert isinstance(fault_of(scanner), DeviceGone)
    scanner.close()


@pytest.mark.parametrize("simulator", [HoneywellSimulator, NewlandSimulator])
def test_an_unknown_command_names_the_known_one(simulator: Callable[[], HoneywellSimulator | NewlandSimulator]) -> None:
    with pytest.raises(ValueError, match="does scan"):
        simulator().do("sing")


def test_a_code_that_comes_instead_of_an_answer_is_in_no_fault() -> None:
    class Reading:
        """A scanner that goes on reading codes while it is set up."""

        def write(self, data: bytes) -> None:
            pass

        def read(self, timeout: float) -> bytes:  # noqa: ARG002 - it is always at it
            return b"RT1:SECRET\r"

        def close(self) -> None:
            pass

    with pytest.raises(DeviceNonsense) as fault:
        newland_scanner(Reading).read(1)
    assert "SECRET" not in repr(fault.value)
    assert fault.value.seen == b""
