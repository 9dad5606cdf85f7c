"""The configuration: what it takes, and what it says when it cannot."""

import dataclasses
import typing
from pathlib import Path

import pytest

from station.config import Config, ConfigFault, load
from station.config_rules import RANGES


def write(folder: Path, text: str) -> Path:
    path = folder / "terminal.toml"
    path.write_text(text, "utf-8")
    return path


def test_an_empty_file_gives_the_defaults(tmp_path: Path) -> None:
    config = load(write(tmp_path, 'directory = "store"'))
    assert config.directory == tmp_path / "store"
    assert config.printer is None
    assert config.gate == Config().gate


def test_sections_become_values(tmp_path: Path) -> None:
    panel = "[panel]\nwidth_mm = 477\nheight_mm = 268\nfullscreen = false"
    config = load(write(tmp_path, f'[printer]\naddress = "tcp:127.0.0.1:9100"\n{panel}'))
    assert config.printer is not None
    assert config.printer.address == "tcp:127.0.0.1:9100"
    assert config.panel.width_mm == 477.0
    assert not config.panel.fullscreen


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[printer]\naddres = "x"', "terminal.toml:2: unknown key `printer.addres`; did you mean `address`?"),
        ("[gate]\n\nzzz = 1", "terminal.toml:3: unknown key `gate.zzz`; known here: finish_seconds, fire_reset"),
        ('[sync]\ninterval_seconds = "1"', "terminal.toml:2: `sync.interval_seconds` must be a number, not '1'."),
        ("[gate]\ngate = 3", "terminal.toml:2: `gate.gate` must be text in quotes, not 3."),
        ("[panel]\nwidth_px = 19.5", "`panel.width_px` must be a whole number"),
        ("[panel]\nfullscreen = 1", "`panel.fullscreen` must be true or false, not 1."),
        ("[barrier]\nunit = 2", "terminal.toml:1: `barrier.address` is missing."),
        ("printer = 3", "`printer` is a section: write it as [printer]."),
        ("directory = ", "not valid TOML"),
        ("[sync]\ninterval_seconds = -1", "terminal.toml:2: `sync.interval_seconds` must be from 0.05 to 3600, not -1"),
        ("[gate]\nstart_seconds = nan", "terminal.toml:2: `gate.start_seconds` must be from 0.5 to 600, not nan."),
        ("[sync]\nretry_cap_seconds = inf", "`sync.retry_cap_seconds` must be from 0.05 to 86400, not inf."),
        ("[panel]\nwidth_px = 0", "terminal.toml:2: `panel.width_px` must be from 100"),
        ("[panel]\nwidth_mm = 194\nheight_mm = 344", "terminal.toml:1: The panel's pixels would not be square"),
        ('[barrier]\naddress = "/dev/x"\nunit = 0', "terminal.toml:3: `barrier.unit` must be from 1 to 247, not 0."),
        ('[barrier]\naddress = "/dev/x"\njam_input = 0', "`barrier.jam_input` and `barrier.entry_input` are both"),
        ('[cash]\naddress = "/dev/x"\ndevice = 1', "`cash.device` must be from 2 to 255, not 1."),
        ('[scanner]\naddress = "tcp:host"', "terminal.toml:2: `scanner.address` must be tcp:HOST:PORT with a port"),
        ('[scanner]\naddress = "tcp:host:70000"', "`scanner.address` must be tcp:HOST:PORT with a port"),
        ('[printer]\naddress = "ttyUSB0"', "`printer.address` must be tcp:HOST:PORT or a path such as /dev/ttyUSB0."),
        ('[centre]\nurl = "centre.example"', "`centre.url` must begin with https:// or http://."),
        ('[gate]\nre_entry = "yes"', 'terminal.toml:2: `gate.re_entry` must be "never", "after_exit" or "free", not'),
        ('[gate]\nidentity = "both"', 'terminal.toml:2: `gate.identity` must be "code", "card" or "code+card", not'),
        ('[gate]\nlane = " "', "terminal.toml:2: `gate.lane` must be 1 to 20 printable characters."),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigFault) as fault:
        load(write(tmp_path, text))
    assert said in str(fault.value)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigFault, match="cannot be read"):
        load(tmp_path / "nowhere.toml")


def test_every_number_has_its_range() -> None:
    numbers = {
        f"{section.name}.{field.name}"
        for section in dataclasses.fields(Config)
        for kind in [typing.get_type_hints(Config)[section.name]]
        for each in (*typing.get_args(kind), kind)
        if dataclasses.is_dataclass(each)
        for field in dataclasses.fields(each)
        if field.type in {int, float}
    }
    assert numbers == set(RANGES)
