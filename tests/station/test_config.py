"""The configuration: what it takes, and what it says when it cannot."""

from pathlib import Path

import pytest

from station.config import Config, ConfigFault, load


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
    config = load(
        write(tmp_path, '[printer]\naddress = "tcp:127.0.0.1:9100"\n[panel]\nwidth_mm = 477\nfullscreen = false')
    )
    assert config.printer is not None
    assert config.printer.address == "tcp:127.0.0.1:9100"
    assert config.panel.width_mm == 477.0
    assert not config.panel.fullscreen


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[printer]\naddres = "x"', "terminal.toml:2: unknown key `printer.addres`; did you mean `address`?"),
        ("[gate]\n\nzzz = 1", "terminal.toml:3: unknown key `gate.zzz`; known here: finish_seconds, gate, lane"),
        ('[sync]\ninterval_seconds = "1"', "terminal.toml:2: `sync.interval_seconds` must be a number, not '1'."),
        ("[gate]\ngate = 3", "terminal.toml:2: `gate.gate` must be text in quotes, not 3."),
        ("[panel]\nwidth_px = 19.5", "`panel.width_px` must be a whole number"),
        ("[panel]\nfullscreen = 1", "`panel.fullscreen` must be true or false, not 1."),
        ("[barrier]\nunit = 2", "terminal.toml:1: `barrier.address` is missing."),
        ("printer = 3", "`printer` is a section: write it as [printer]."),
        ("directory = ", "not valid TOML"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigFault) as fault:
        load(write(tmp_path, text))
    assert said in str(fault.value)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigFault, match="cannot be read"):
        load(tmp_path / "nowhere.toml")
