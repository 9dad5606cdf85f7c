"""What a centre's operator does about keys, lists, terminals and the root, as commands."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from station.cli import main
from station.config import load
from station.enrolling import change_key
from station.enrolment import Enrolment
from sync.line.client import CentreClient, LineDown
from sync.server.centre import Centre
from sync.server.settings import Settings
from sync.server.setup import initialise
from tests.sync.server.support import Clock, opened, small_timetable
from tests.sync.tls_centre import centre_over_tls
from tickets.device_certificate import read_device_certificate
from tickets.keys import SigningKey


@pytest.fixture
def centre(tmp_path: Path) -> Path:
    directory = tmp_path / "centre"
    initialise(directory, small_timetable())
    return directory


def does(capsys: pytest.CaptureFixture[str], *command: object) -> str:
    """A command that works, and what it says."""
    status = main([str(word) for word in command])
    said = capsys.readouterr()
    assert status == 0, said.err
    return said.out


def fails(capsys: pytest.CaptureFixture[str], *command: object) -> str:
    """A command that does not, and why."""
    assert main([str(word) for word in command]) == 1
    return capsys.readouterr().err


def shown(capsys: pytest.CaptureFixture[str], centre: Path) -> dict[str, list[str]]:
    rows = [json.loads(line) for line in does(capsys, "centre", "keys", "show", "--dir", centre, "--json").splitlines()]
    return {use: sorted(row["state"] for row in rows if row["use"] == use) for use in ("time", "ticket")}


def test_a_key_is_changed_by_three_commands(centre: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, centre) == {"time": ["signs"], "ticket": ["signs"]}
    does(capsys, "centre", "keys", "announce", "--dir", centre, "time")
    assert shown(capsys, centre)["time"] == ["announced", "signs"]
    assert "may not know" in fails(capsys, "centre", "keys", "switch", "--dir", centre, "time")
    does(capsys, "centre", "keys", "switch", "--dir", centre, "time", "--at-once")
    assert shown(capsys, centre)["time"] == ["believed", "signs"]
    assert "may be about until" in fails(capsys, "centre", "keys", "retire", "--dir", centre, "time")
    does(capsys, "centre", "keys", "retire", "--dir", centre, "time", "--at-once")
    assert shown(capsys, centre) == {"time": ["signs"], "ticket": ["signs"]}
    assert "time " in does(capsys, "centre", "keys", "show", "--dir", centre)


def test_a_list_goes_to_the_root_and_comes_back(
    centre: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, exported, signed = tmp_path / "vault.pem", tmp_path / "next.list", tmp_path / "signed.list"
    (centre / "root.pem").rename(root)
    assert "The root key is away" in does(capsys, "centre", "list", "renew", "--dir", centre)
    assert "The root key is away" in does(capsys, "centre", "keys", "announce", "--dir", centre, "receipt")
    does(capsys, "centre", "list", "export", "--dir", centre, exported)
    assert "not signed by the root" in fails(capsys, "centre", "list", "import", "--dir", centre, exported)
    said = does(capsys, "centre", "list", "sign", "--root", root, exported, signed)
    assert "6 keys, 0 badges, 0 revoked tills" in said
    assert "is in force until" in does(capsys, "centre", "list", "import", "--dir", centre, signed)
    assert "in force, this one is" in fails(capsys, "centre", "list", "import", "--dir", centre, signed)
    assert "not a root key" in fails(capsys, "centre", "list", "sign", "--root", exported, exported, signed)
    assert "root key is not on this machine" in fails(capsys, "centre", "change-root", "--dir", centre)


def test_the_root_is_changed_by_one_command(centre: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (centre / "root.pub").read_text()
    assert "another root key" in does(capsys, "centre", "change-root", "--dir", centre)
    assert (centre / "root.pub").read_text() != before
    assert (
        SigningKey.from_pem((centre / "root.pem").read_bytes()).public.raw.hex() + "\n"
        == (centre / "root.pub").read_text()
    )
    with Centre.open(Settings(directory=centre)) as opened:
        assert len(opened.keys.trust_list().links) == 1


def test_terminals_are_listed_retired_and_revoked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And one of them changes its key, over TLS: what it did before is still its own."""
    directory, gate = tmp_path / "centre", tmp_path / "gate"
    gate.mkdir()
    with centre_over_tls(directory) as (url, _):
        config = gate / "terminal.toml"
        config.write_text(f'directory = "."\n[centre]\nurl = "{url}"\n')
        code = does(capsys, "centre", "enrol-code", "--dir", directory, "--kind", "gate", "--name", "gate-1").strip()
        does(capsys, "enrol", "--config", config, "--kind", "gate", "--name", "gate-1", "--code", code)
        enrolment = Enrolment.load(gate)
        before = enrolment.device_key().public
        assert enrolment.line_authorities
        assert read_device_certificate(enrolment.certificate_shelf().get() or b"").key == before
        does(capsys, "rekey", "--config", config)
        after = Enrolment.load(gate).device_key().public
        assert after != before
        assert read_device_certificate(enrolment.certificate_shelf().get() or b"").key == after
        (row,) = does(capsys, "centre", "devices", "--dir", directory, "--json").splitlines()
        assert json.loads(row)["state"] == "active"
        assert enrolment.device in does(capsys, "centre", "devices", "--dir", directory)
        assert "given nothing more" in does(capsys, "centre", "retire", "--dir", directory, enrolment.device)
        assert "not believed any more" in does(capsys, "centre", "revoke", "--dir", directory, enrolment.device)
        assert json.loads(does(capsys, "centre", "devices", "--dir", directory, "--json"))["state"] == "revoked"
        assert fails(capsys, "rekey", "--config", config), "a revoked terminal changes nothing"
    assert "No device 1-till-00" in fails(capsys, "centre", "revoke", "--dir", directory, "1-till-00")


def test_what_a_revocation_without_the_root_does(centre: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (centre / "root.pem").unlink()
    with opened(centre, Clock(datetime.now(UTC))) as world:
        device = world.enrol().device
    said = does(capsys, "centre", "revoke", "--dir", centre, device)
    assert "Gates with a line hear of it by the centre's own word" in said
    assert "The root key is away" in said
    assert "is revoked, and stays so" in fails(capsys, "centre", "retire", "--dir", centre, device)


def test_a_change_of_keys_that_is_cut_short_is_ended_by_doing_it_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The centre has changed the key, and its answer is lost."""
    directory, gate = tmp_path / "centre", tmp_path / "gate"
    gate.mkdir()
    with centre_over_tls(directory) as (url, centre):
        config = gate / "terminal.toml"
        config.write_text(f'directory = "."\n[centre]\nurl = "{url}"\n')
        code = does(capsys, "centre", "enrol-code", "--dir", directory, "--kind", "gate", "--name", "gate-1").strip()
        does(capsys, "enrol", "--config", config, "--kind", "gate", "--name", "gate-1", "--code", code)
        enrolment = Enrolment.load(gate)
        before = enrolment.device_key().public

        class Lost(CentreClient):
            def renew(self, new_key: SigningKey | None = None) -> bytes:
                super().renew(new_key)
                raise LineDown("the line was cut", "")

        from station.centre_line import centre_http

        with centre_http(load(config), enrolment) as http, pytest.raises(LineDown):
            change_key(enrolment, lambda key: Lost(url, enrolment.device, key, http))
        there = centre.devices.find(enrolment.device)
        assert there is not None
        assert there.key != before == Enrolment.load(gate).device_key().public
        does(capsys, "rekey", "--config", config)
        assert Enrolment.load(gate).device_key().public == there.key
