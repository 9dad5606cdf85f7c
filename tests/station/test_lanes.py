"""The lanes of a gate: one in the old form or several in the new one, and what each must have."""

from pathlib import Path

import pytest

from gate.settings import GateSettings
from station.cli import main
from station.config import Config, ConfigFault, load
from station.gate_process import lane_settings
from station.lanes import display_of, gate_lanes, ways
from tickets.admission import ReEntry
from tickets.departures import IdentityPolicy

ONE = """
[gate]
gate = "3"
lane = "3A"
[barrier]
address = "/dev/b"
[camera]
source = "/dev/video0"
"""
TWO = """
[gate]
gate = "3"

[[lanes]]
name = "3A"
[lanes.barrier]
address = "/dev/b1"
[lanes.scanner]
address = "/dev/s1"

[[lanes]]
name = "3B"
gate = "4"
direction = "both"
[lanes.barrier]
address = "/dev/b2"
coil = 1
[lanes.scanner]
address = "/dev/s2"
[lanes.out.id_reader]
address = "tcp:reader:4001"
"""


def config(tmp_path: Path, text: str) -> Config:
    file = tmp_path / "terminal.toml"
    file.write_text(text, "utf-8")
    return load(file)


def test_one_lane_is_written_as_before(tmp_path: Path) -> None:
    (lane,) = gate_lanes(config(tmp_path, ONE))
    assert (lane.name, lane.gate, lane.direction, ways(lane)) == ("3A", "3", "in", ("in",))
    assert lane.barrier.address == "/dev/b"
    assert lane.camera is not None


def test_several_lanes_have_devices_of_their_own(tmp_path: Path) -> None:
    first, second = gate_lanes(config(tmp_path, TWO))
    assert (first.name, first.gate, ways(first)) == ("3A", "3", ("in",))
    assert (second.name, second.gate, ways(second)) == ("3B", "4", ("in", "out"))
    assert (first.barrier.address, first.barrier.coil) == ("/dev/b1", 0)
    assert (second.barrier.address, second.barrier.coil) == ("/dev/b2", 1)
    assert second.out is not None
    assert second.out.id_reader is not None
    assert second.out.id_reader.address == "tcp:reader:4001"


@pytest.mark.parametrize(
    ("was", "is_now", "said"),
    [
        ("coil = 1", "coil = -1", "terminal.toml:18: `lanes.barrier.coil` must be from 0 to 65535, not -1."),
        ("coil = 1", "coils = 1", "terminal.toml:18: unknown key `lanes.barrier.coils`; did you mean `coil`?"),
        ('"/dev/b1"', '"b1"', "terminal.toml:8: `lanes.barrier.address` must be tcp:HOST:PORT or a path"),
        ('direction = "both"', 'direction = "up"', 'terminal.toml:15: `lanes.direction` must be "in", "out" or "both"'),
        ('name = "3B"', "", "terminal.toml:12: `lanes.name` is missing."),
        ('name = "3B"', 'name = "3/B"', "terminal.toml:13: `lanes.name` must not have a / in it"),
        ('"/dev/s2"', '"/dev/s2"\nkind = "keyboard"', "terminal.toml:20: `lanes.scanner.address` must be /dev/input"),
        ('"tcp:reader:4001"', '"tcp:reader"', "terminal.toml:22: `lanes.out.id_reader.address` must be tcp:HOST:PORT"),
        ("[[lanes]]", "[lanes]", "`lanes` are sections: write each as [[lanes]]."),
    ],
)
def test_a_mistake_in_one_of_several_is_named_with_its_place(tmp_path: Path, was: str, is_now: str, said: str) -> None:
    text = TWO if was != "[[lanes]]" else ONE.replace("[camera]", "[lanes]\n[camera]")
    with pytest.raises(ConfigFault) as fault:
        config(tmp_path, text.replace(was, is_now))
    assert said in str(fault.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "A gate needs a barrier"),
        (ONE.partition("[camera]")[0], "Lane 3A has nothing to read tickets with"),
        (TWO.replace('[lanes.scanner]\naddress = "/dev/s1"', ""), "Lane 3A has nothing to read tickets with"),
        (TWO.partition("[lanes.out")[0], "Lane 3B is for both ways: add what reads for the way out"),
        (TWO.replace('direction = "both"', 'direction = "out"'), "Lane 3B is for one way"),
        (TWO.replace('"3B"', '"3A"'), "2 lanes are called 3A: give each a name of its own."),
        (TWO.replace("/dev/s2", "/dev/b1"), "/dev/b1 is given to 2 devices: each needs a port of its own."),
        (ONE.replace("[barrier]", 'identity = "card"\n[barrier]'), "and lane 3A does not read ID cards on each of its"),
        (
            TWO.replace('"/dev/s1"', '"/dev/s1"\n[lanes.id_reader]\naddress = "/dev/i1"').replace(
                "[gate]", '[gate]\nidentity = "code+card"'
            ),
            '`gate.identity` is "code+card", and lane 3B does not',
        ),
        (TWO + '[barrier]\naddress = "/dev/b3"', "move [barrier] to [lanes.barrier] under its lane."),
    ],
)
def test_a_gate_that_cannot_work_is_told_before_it_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    file = tmp_path / "terminal.toml"
    file.write_text(text, "utf-8")
    assert main(["gate", "--config", str(file), "--check-config"]) == 2
    assert said in capsys.readouterr().err


def test_the_stations_policies_reach_the_lane(tmp_path: Path) -> None:
    plain = config(tmp_path, ONE)
    settings = lane_settings(plain, gate_lanes(plain)[0], 3701)
    assert settings == GateSettings(gate="3", lane="3A", station=3701)
    strict = config(
        tmp_path,
        ONE.replace("[barrier]", 're_entry = "never"\nidentity = "card"\n[id_reader]\naddress = "/dev/i"\n[barrier]')
        + '[relay]\nurl = "http://relay:8090"\nwithout = "staff"\n',
    )
    settings = lane_settings(strict, gate_lanes(strict)[0], 3701)
    assert (settings.re_entry, settings.default_identity) == (ReEntry.NEVER, IdentityPolicy.CARD)
    assert settings.without_arbiter == "staff"


def test_each_side_of_each_lane_has_its_display(tmp_path: Path) -> None:
    one, two = config(tmp_path, ONE), config(tmp_path, TWO)
    assert display_of(one, None, None) == display_of(one, "3A", "in") == "display"
    assert display_of(two, "3A", None) == "display-3A"
    assert [display_of(two, "3B", way) for way in (None, "in", "out")] == ["display-3B", "display-3B", "display-3B-out"]


@pytest.mark.parametrize(
    ("text", "lane", "way", "said"),
    [
        (ONE, "3B", None, "This gate has one lane, 3A"),
        (ONE, None, "out", "This gate has one lane, 3A"),
        (TWO, None, None, "Say whose display it is with --lane: 3A, 3B."),
        (TWO, "3C", None, "Say whose display it is with --lane: 3A, 3B."),
        (TWO, "3A", "out", "Nobody goes out through lane 3A"),
    ],
)
def test_a_display_that_nobody_has_is_told(
    tmp_path: Path, text: str, lane: str | None, way: str | None, said: str
) -> None:
    with pytest.raises(ConfigFault, match=said):
        display_of(config(tmp_path, text), lane, way)
