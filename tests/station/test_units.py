"""The units for systemd say what the processes do: they notify, they beat, and they may touch what they need."""

from pathlib import Path

import pytest

from gate.arm import MARGIN_SECONDS
from gate.settings import GateSettings
from station.cli import _parser

UNITS = Path(__file__).parents[2] / "packaging" / "systemd"
NAMES = ("display", "gate", "relay", "sync")


def settings(name: str) -> dict[str, list[str]]:
    """All settings of a unit; one that may stand more than once has several values."""
    found: dict[str, list[str]] = {}
    for line in (UNITS / f"waystation-{name}.service").read_text("utf-8").splitlines():
        if line and line[0] not in "#[":
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def test_each_process_has_its_unit() -> None:
    assert sorted(each.name for each in UNITS.iterdir()) == [f"waystation-{name}.service" for name in NAMES]


@pytest.mark.parametrize("name", NAMES)
def test_a_unit_starts_a_command_that_there_is(name: str) -> None:
    (command,) = settings(name)["ExecStart"]
    program, *arguments = command.split()
    assert program == "/usr/bin/waystation"
    assert arguments[0] == name
    assert _parser().parse_args(arguments).config == Path("/etc/waystation/terminal.toml")


@pytest.mark.parametrize("name", NAMES)
def test_a_unit_waits_for_the_word_and_for_the_beat_and_begins_again(name: str) -> None:
    unit = settings(name)
    assert unit["Type"] == ["notify"]
    assert unit["Restart"] == ["always"]
    assert unit["StartLimitIntervalSec"] == ["0"]
    assert 5 <= int(unit["WatchdogSec"][0]) <= 120


@pytest.mark.parametrize("name", NAMES)
def test_no_passengers_data_reach_a_disk_by_way_of_memory(name: str) -> None:
    unit = settings(name)
    assert unit["LimitCORE"] == ["0"]
    assert unit["MemorySwapMax"] == ["0"]
    assert unit["User"] == ["waystation"]
    assert unit["UMask"] == ["0007"]


def test_a_gate_may_finish_with_whoever_is_inside() -> None:
    usual = GateSettings(gate="1", lane="1A")
    assert int(settings("gate")["TimeoutStopSec"][0]) > usual.start_seconds + usual.finish_seconds + MARGIN_SECONDS


def test_a_gate_may_use_every_kind_of_device_and_a_sync_none() -> None:
    allowed = set(settings("gate")["DeviceAllow"])
    for device in ("ttyS", "ttyUSB", "ttyACM", "video4linux", "input", "gpiochip"):
        assert f"char-{device} rw" in allowed
    assert "DeviceAllow" not in settings("sync")
    assert settings("sync")["DevicePolicy"] == ["closed"]
