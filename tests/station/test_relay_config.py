"""The relay's sections of the configuration."""

from pathlib import Path

import pytest

from station.config import ConfigFault, load


def write(folder: Path, text: str) -> Path:
    path = folder / "terminal.toml"
    path.write_text(text, "utf-8")
    return path


def test_without_its_section_a_station_has_no_relay(tmp_path: Path) -> None:
    config = load(write(tmp_path, ""))
    assert config.relay is None
    assert config.relay_server.listen == "0.0.0.0:8090"


def test_the_relay_is_named_by_its_address(tmp_path: Path) -> None:
    config = load(write(tmp_path, '[relay]\nurl = "http://10.0.0.5:8090"\nwithout = "staff"'))
    assert config.relay is not None
    assert (config.relay.url, config.relay.budget_ms, config.relay.without) == ("http://10.0.0.5:8090", 80, "staff")


@pytest.mark.parametrize("url", ["http://[fd00::5]:8090", "http://relay.lan/", "http://relay.lan"])
def test_addresses_that_will_do(tmp_path: Path, url: str) -> None:
    assert load(write(tmp_path, f'[relay]\nurl = "{url}"')).relay is not None


@pytest.mark.parametrize(
    "url",
    ["https://10.0.0.5:8090", "10.0.0.5:8090", "http://", "http://:8090", "http://h:0", "http://h:70000", "http://h:x",
     "http://h:1/path", "http://h:1?x=1", "http://me@h:1"],
)  # fmt: skip
def test_addresses_that_will_not(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigFault, match=r"terminal.toml:2: `relay\.url` must be http://HOST:PORT"):
        load(write(tmp_path, f'[relay]\nurl = "{url}"'))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[relay]\nbudget_ms = 80", "`relay.url` is missing"),
        ('[relay]\nurl = "http://h"\nbudget_ms = 2', "`relay.budget_ms` must be from 5 to 1000, not 2."),
        ('[relay]\nurl = "http://h"\nwithout = "open"', '`relay.without` must be "admit" or "staff"'),
        ('[relay_server]\nlisten = "8090"', "`relay_server.listen` must be HOST:PORT"),
        ('[relay_server]\nlisten = "0.0.0.0:99999"', "`relay_server.listen` must be HOST:PORT"),
    ],
)
def test_other_mistakes(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigFault) as fault:
        load(write(tmp_path, text))
    assert said in str(fault.value)
