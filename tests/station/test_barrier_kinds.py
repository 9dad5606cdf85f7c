"""The kinds of barrier: each can be configured, each becomes its driver, and what cannot be is told by its line."""

import typing
from pathlib import Path

import pytest

from drivers.barrier.gpio import GpioBarrier
from drivers.barrier.lot import LotBarrier
from drivers.barrier.relay_board import ModbusRelayBarrier
from drivers.faults import DeviceGone
from drivers.scanner.line import LineScanner
from drivers.simulation import Station
from station import devices
from station.config import BarrierConfig, BarrierKind, ConfigFault, ScannerConfig, load
from station.simulators import DEVICES

KINDS: tuple[BarrierKind, ...] = typing.get_args(BarrierKind)
DOCUMENT = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text("utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_documented(kind: BarrierKind) -> None:
    assert f"\n| `{kind}` | " in DOCUMENT


@pytest.mark.parametrize(
    ("kind", "simulated", "listen", "driver"),
    [
        ("relay-board", "barrier", "pty", ModbusRelayBarrier),
        ("lot", "barrier-lot", "pty", LotBarrier),
        ("lot", "barrier-lot-tcp", "tcp", LotBarrier),
    ],
)
def test_every_kind_on_a_line_becomes_a_driver_that_opens_its_simulator(
    tmp_path: Path, kind: BarrierKind, simulated: str, listen: str, driver: type
) -> None:
    place = f"pty:{tmp_path / 'barrier'}" if listen == "pty" else "tcp:127.0.0.1:0"
    with Station(DEVICES[simulated](tmp_path), place) as station:
        barrier = devices.barrier(BarrierConfig(address=station.address, kind=kind))
        assert type(barrier) is driver
        barrier.open_for(5)
        assert station.state()["coil"]
        barrier.close()


def test_gpio_lines_that_are_not_there_are_told_with_what_to_do(tmp_path: Path) -> None:
    barrier = devices.barrier(BarrierConfig(address=str(tmp_path / "gpiochip0"), kind="gpio", exit_coil=9))
    assert type(barrier) is GpioBarrier
    with pytest.raises(DeviceGone, match="gpiodetect"):
        barrier.poll()


def test_a_typing_scanner_becomes_its_driver() -> None:
    scanner = devices.scanner(ScannerConfig(address="usb:ffff:ffff", kind="keyboard"))
    assert type(scanner) is LineScanner
    with pytest.raises(DeviceGone, match="No scanner ffff:ffff is plugged in"):
        scanner.read(0.01)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[barrier]\naddress = "/dev/x"\nkind = "gate"', '`barrier.kind` must be "relay-board", "lot" or "gpio"'),
        ('[barrier]\naddress = "tcp:a:1"\nkind = "gpio"', "toml:2: `barrier.address` of a gpio barrier is its chip"),
        (
            '[barrier]\naddress = "/dev/x"\nkind = "gpio"\ncoil = 3',
            "`barrier.coil` and `barrier.jam_input` are both line",
        ),
        ('[barrier]\naddress = "/dev/x"\nkind = "gpio"\nbias = "up"', '`barrier.bias` must be "off", "pull-up" or'),
        ('[barrier]\naddress = "/dev/x"\njam_input = -2', "`barrier.jam_input` must be from -1"),
        ('[scanner]\naddress = "/dev/ttyUSB0"\nkind = "keyboard"', "toml:2: `scanner.address` must be /dev/input/"),
        ('[scanner]\naddress = "usb:05e0:1200"', "for kind keyboard, and for no other"),
        ('[scanner]\naddress = "usb:5e0:12"\nkind = "keyboard"', "4 hexadecimal digits"),
    ],
)
def test_what_cannot_be_is_told(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "terminal.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigFault) as told:
        load(path)
    assert fault in str(told.value)


@pytest.mark.parametrize(
    "text",
    [
        '[barrier]\naddress = "/dev/gpiochip0"\nkind = "gpio"\ncoil = 17\njam_input = -1',
        '[barrier]\naddress = "tcp:10.0.0.5:502"\nkind = "lot"\nentry_input = 1',
        '[scanner]\naddress = "/dev/input/by-id/usb-x-event-kbd"\nkind = "keyboard"',
        '[scanner]\naddress = "usb:05e0:1200:Symbol Bar Code Scanner"\nkind = "keyboard"',
    ],
)
def test_what_can_be_is_taken(tmp_path: Path, text: str) -> None:
    path = tmp_path / "terminal.toml"
    path.write_text(text, "utf-8")
    load(path)
