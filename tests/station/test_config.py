"""The configuration: what it takes, and what it says when it cannot."""

import dataclasses
import typing
from pathlib import Path

import pytest

from station import devices
from station.config import Config, ConfigFault, kiosk_devices, load
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
        ('[card_terminal]\naddress = "/dev/x"', "terminal.toml:2: `card_terminal.address` must be tcp:HOST:PORT: card"),
        (
            '[card_terminal]\naddress = "tcp:host"',
            "terminal.toml:2: `card_terminal.address` must be tcp:HOST:PORT with",
        ),
        ('[[dispensers]]\naddress = "/dev/x"', "terminal.toml:1: `dispensers.fen` is missing."),
        (
            '[[dispensers]]\naddress = "/dev/x"\nfen = 50\n[[dispensers]]\naddress = "/dev/x"\nfen = 0',
            "terminal.toml:6: `dispensers.fen` must be from 1 to",
        ),
        (
            '[cash]\naddress = "/dev/x"\n[coins]\naddress = "/dev/x"\ndevice = 40',
            "terminal.toml:5: `coins.device` and `cash.device` are both 40 on the line /dev/x.",
        ),
        (
            '[[dispensers]]\naddress = "/dev/x"\nfen = 100\n[[dispensers]]\naddress = "/dev/x"\nfen = 50\ndevice = 3',
            "terminal.toml:7: `dispensers.device` and `dispensers.device` are both 3 on the line /dev/x.",
        ),
        (
            '[cash]\naddress = "/dev/x"\n[[dispensers]]\naddress = "/dev/x"\nfen = 100\necho = false',
            "terminal.toml:6: `dispensers.echo` and `cash.echo` are of one line, /dev/x, and must be the same.",
        ),
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


CASH_LINE = """
[printer]
address = "/dev/ttyUSB1"
[cash]
address = "/dev/ttyUSB0"
[coins]
address = "/dev/ttyUSB0"
[[dispensers]]
address = "/dev/ttyUSB0"
fen = 100
[[dispensers]]
address = "/dev/ttyUSB0"
fen = 50
device = 4
coins = 500
"""


def test_devices_for_cash_may_share_a_line(tmp_path: Path) -> None:
    fitted = kiosk_devices(load(write(tmp_path, CASH_LINE)))
    assert [(each.fen, each.device, each.coins) for each in fitted.dispensers] == [(100, 3, 0), (50, 4, 500)]
    till = devices.cash_devices(fitted)
    assert till.notes is not None
    assert till.coins is not None
    assert [each.fen for each in till.dispensers] == [100, 50]


@pytest.mark.parametrize("paid_by", ["cash", "coins", "card_terminal", "scanner"])
def test_a_kiosk_needs_one_means_of_being_paid(tmp_path: Path, paid_by: str) -> None:
    text = f'[printer]\naddress = "/dev/p"\n[{paid_by}]\naddress = "tcp:host:20007"'
    fitted = kiosk_devices(load(write(tmp_path, text)))
    assert getattr(fitted, paid_by).address == "tcp:host:20007"


@pytest.mark.parametrize("text", ['[printer]\naddress = "/dev/p"', '[cash]\naddress = "/dev/c"'])
def test_a_kiosk_without_a_printer_or_a_means_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigFault, match=r"add \[printer\], and \[cash\]"):
        kiosk_devices(load(write(tmp_path, text)))
