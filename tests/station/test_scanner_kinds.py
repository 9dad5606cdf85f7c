"""The kinds of scanner: each can be configured, each becomes its driver, and a wrong one is told with the right."""

import typing
from pathlib import Path

import pytest

from drivers.scanner import Scan
from drivers.scanner.gm65 import Gm65Scanner
from drivers.scanner.line import LineScanner
from drivers.scanner.ssi import SsiScanner
from drivers.scanner.triggered_simulator import HoneywellSimulator, NewlandSimulator
from drivers.simulation import Simulator, Station
from station import devices
from station.config import ConfigFault, ScannerConfig, ScannerKind, load
from station.simulators import DEVICES

KINDS: tuple[ScannerKind, ...] = typing.get_args(ScannerKind)
DOCUMENT = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text("utf-8")


def configured(folder: Path, kind: str) -> ScannerConfig:
    path = folder / "terminal.toml"
    address = "usb:05e0:1200" if "keyboard" in kind else "/dev/ttyUSB0"
    path.write_text(f'[scanner]\naddress = "{address}"\n{kind}\n', "utf-8")
    config = load(path).scanner
    assert config is not None
    return config


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_configured(tmp_path: Path, kind: ScannerKind) -> None:
    assert configured(tmp_path, f'kind = "{kind}"').kind == kind


def test_a_scanner_that_says_nothing_of_itself_sends_lines(tmp_path: Path) -> None:
    assert configured(tmp_path, "").kind == "line"


@pytest.mark.parametrize("value", ['"zebra"', '""', '"SSI"', "3", "true", '["ssi"]'])
def test_a_wrong_kind_is_told_with_its_line_and_the_right_ones(tmp_path: Path, value: str) -> None:
    with pytest.raises(ConfigFault) as fault:
        configured(tmp_path, f"kind = {value}")
    assert "terminal.toml:3: `scanner.kind` must be " in str(fault.value)
    assert all(f'"{kind}"' in str(fault.value) for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_documented(kind: ScannerKind) -> None:
    assert f"\n| `{kind}` | " in DOCUMENT


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "keyboard"])
def test_every_kind_on_a_line_becomes_a_driver_that_reads_its_simulator(tmp_path: Path, kind: ScannerKind) -> None:
    drivers = {"gm65": Gm65Scanner, "ssi": SsiScanner}
    simulators: dict[str, Simulator] = {
        "line": DEVICES["scanner"](tmp_path),
        "gm65": DEVICES["scanner-gm65"](tmp_path),
        "ssi": DEVICES["scanner-ssi"](tmp_path),
        "honeywell": HoneywellSimulator(),
        "newland": NewlandSimulator(),
    }
    with Station(simulators[kind], f"pty:{tmp_path / 'scanner'}") as station:
        scanner = devices.scanner(ScannerConfig(address=station.address, kind=kind))
        assert type(scanner) is drivers.get(kind, LineScanner)
        scanner.read(0.05)
        station.do("scan", text="RT1:ONE")
        assert scanner.read(3) == Scan(text="RT1:ONE")
        scanner.close()
