"""The command on bad input: one sentence for a person, the right exit status, never a trace."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.cli import main
from station.enrolment import Enrolment
from tickets.errors import EnvironmentFault

KINDS = ("printer", "cash", "cctalk-line", "id-reader", "scanner", "barrier", "camera")


@pytest.fixture(autouse=True)
def _leave_this_process_as_it_was() -> Iterator[None]:
    umask, handlers = os.umask(0o022), {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    yield
    os.umask(umask)
    for number, handler in handlers.items():
        signal.signal(number, handler)


GATE = 'directory = "gate"\n[barrier]\naddress = "/dev/null"\n[scanner]\naddress = "/dev/zero"\n'


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a file that is no text, and a terminal's configuration."""
    monkeypatch.chdir(tmp_path)
    Path("noise").write_bytes(b"x\xff\n")
    Path("gate.toml").write_text(GATE, "utf-8")
    Path("blind.toml").write_text(GATE.partition("[scanner]")[0], "utf-8")
    Path("bare.toml").write_text('directory = "gate"\n', "utf-8")
    Path("in-a-file.toml").write_text('directory = "noise"\n', "utf-8")
    Path("below-a-file.toml").write_text('directory = "noise/below"\n', "utf-8")
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Run a command that fails; returns its status and what it said, which is one line that ends like a sentence."""
    try:
        status = main(list(arguments))
    except SystemExit as left:
        status = int(left.code or 0)
    line = capsys.readouterr().err.strip()
    assert line, "it failed without a word"
    assert "Traceback" not in line
    if not line.startswith("usage:"):
        assert line.count("\n") == 0, line
        assert line.endswith("."), line
        first = line.split()[0]
        assert first.endswith(":") or "." in first or not first[0].islower(), line
    return status, line


@pytest.mark.parametrize("process", ["kiosk", "gate", "sync"])
@pytest.mark.parametrize("file", ["nowhere.toml", "noise", "."])
def test_a_configuration_that_cannot_be_read(
    here: Path, capsys: pytest.CaptureFixture[str], process: str, file: str
) -> None:
    for check in ([], ["--check-config"]):
        status, line = said(capsys, process, "--config", file, *check)
        assert status == 2
        assert file in line


@pytest.mark.parametrize(
    ("process", "file", "lacks"),
    [
        ("gate", "bare.toml", "[barrier]"),
        ("gate", "blind.toml", "nothing to read tickets with"),
        ("kiosk", "bare.toml", "[printer], and [cash]"),
    ],
    ids=["gate", "gate without readers", "kiosk"],
)
def test_a_process_without_its_devices_is_told_before_it_starts(
    here: Path, capsys: pytest.CaptureFixture[str], process: str, file: str, lacks: str
) -> None:
    for check in ([], ["--check-config"]):
        status, line = said(capsys, process, "--config", file, *check)
        assert status == 2
        assert line.startswith(f"{file}: ")
        assert lacks in line


def test_a_good_configuration_is_good(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gate", "--config", "gate.toml", "--check-config"]) == 0
    assert main(["sync", "--config", "bare.toml", "--check-config"]) == 0
    assert capsys.readouterr().out.splitlines() == ["gate.toml: good", "bare.toml: good"]


@pytest.mark.parametrize("process", ["gate", "sync"])
def test_a_terminal_that_is_not_enrolled(here: Path, capsys: pytest.CaptureFixture[str], process: str) -> None:
    status, line = said(capsys, process, "--config", "gate.toml")
    assert status == 1
    assert "not enrolled" in line


@pytest.mark.parametrize("config", ["in-a-file.toml", "below-a-file.toml"])
@pytest.mark.parametrize("command", [["sync"], ["enrol", "--kind", "gate", "--name", "g", "--code", "X"]])
def test_a_directory_that_cannot_be(
    here: Path, capsys: pytest.CaptureFixture[str], config: str, command: list[str]
) -> None:
    status, line = said(capsys, *command, "--config", config)
    assert status == 1
    assert "noise" in line


@pytest.mark.parametrize("content", ["{}", "not JSON", '{"device": 3}', "[]"])
def test_a_damaged_enrolment(here: Path, capsys: pytest.CaptureFixture[str], content: str) -> None:
    (here / "gate").mkdir()
    (here / "gate" / "enrolment.json").write_text(content, "utf-8")
    status, line = said(capsys, "gate", "--config", "gate.toml")
    assert status == 1
    assert "enrolment.json" in line


def enrolled(directory: Path, kind: str) -> None:
    directory.mkdir()
    kept = {"device": "d", "name": "n", "kind": kind, "station": 1, "prefix": 5 if kind == "till" else None}
    (directory / "enrolment.json").write_text(json.dumps({**kept, "root_key": "A" * 43, "certificate": None}), "utf-8")


def test_a_damaged_or_missing_key_is_named(here: Path) -> None:
    enrolled(here / "gate", "gate")
    own = Enrolment.load(here / "gate")
    for read, name in ((own.device_key, "device.pem"), (own.till_key, "till.pem"), (own.trust_list, "trust.cbor")):
        with pytest.raises(EnvironmentFault, match=name):
            read()
    (here / "gate" / "device.pem").write_bytes(b"x")
    with pytest.raises(EnvironmentFault, match=r"device\.pem"):
        own.device_key()


def test_a_till_is_no_gate(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    enrolled(here / "gate", "till")
    status, line = said(capsys, "gate", "--config", "gate.toml")
    assert status == 1
    assert "enrolled as a till" in line


@pytest.mark.parametrize(
    "command",
    [
        ["init", "--dir", "noise"],
        ["init", "--dir", "noise/below"],
        ["init", "--dir", "new", "--timetable", "nowhere"],
        ["init", "--dir", "new", "--timetable", "noise"],
        ["run", "--dir", "nowhere", "--port", "0"],
        ["run", "--dir", "noise", "--port", "0"],
        ["enrol-code", "--dir", "nowhere", "--kind", "gate", "--name", "g"],
        ["enrol-code", "--dir", "noise", "--kind", "gate", "--name", "g"],
    ],
    ids=" ".join,
)
def test_a_centre_that_cannot_be(here: Path, capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    status, line = said(capsys, "centre", *command)
    assert status == 1
    assert "nowhere" in line or "noise" in line
    assert not (here / "new").exists()


def test_a_port_that_is_taken_and_one_that_does_not_exist(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        status, line = said(capsys, "centre", "run", "--dir", "nowhere", "--port", port)
    assert status == 1
    assert port in line
    for port in ("99999", "-1", "http"):
        assert said(capsys, "centre", "run", "--dir", "nowhere", f"--port={port}")[0] == 2


def test_a_terminal_has_a_name(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("", " ", "x" * 81, "a\nb"):
        assert said(capsys, "centre", "enrol-code", "--dir", "c", "--kind", "gate", "--name", name)[0] == 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "listen", ["x", "tcp:127.0.0.1:99999", "tcp:127.0.0.1:http", "tcp:", "pty:nowhere/below/x", "pty:noise"]
)
def test_a_device_that_cannot_be_put_there(
    here: Path, capsys: pytest.CaptureFixture[str], kind: str, listen: str
) -> None:
    status, line = said(capsys, "simulate-device", kind, "--listen", listen, "--control", "control", "--state", "state")
    assert status in {1, 2}
    assert listen.removeprefix("pty:") in line
    assert (here / "noise").read_bytes() == b"x\xff\n", "a file that was there is gone"


@pytest.mark.parametrize(
    ("kind", "bad"),
    [
        (kind, bad)
        for kind in KINDS
        for bad in ("control", "state", "log")
        if (kind, bad) != ("camera", "log")  # a camera logs no bytes
    ],
)
def test_a_device_without_a_place_for_its_own(
    here: Path, capsys: pytest.CaptureFixture[str], kind: str, bad: str
) -> None:
    places = {"control": "control", "state": "state", "log": "log", bad: "noise/below"}
    if bad == "control":
        places["control"] = "c" * 200
    options = [word for name, place in places.items() for word in (f"--{name}", place)]
    status, line = said(capsys, "simulate-device", kind, "--listen", "tcp:127.0.0.1:0", *options)
    assert status == 1
    assert places[bad] in line


def test_a_device_that_does_not_exist(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, line = said(capsys, "simulate-device", "foo", "--listen", "x", "--control", "c", "--state", "s")
    assert status == 2
    assert "printer" in line


def test_a_picture_that_is_none(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", "nowhere", "noise", "."]) == 2
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["file"], line["texts"]) for line in lines] == [("nowhere", []), ("noise", []), (".", [])]
    assert all(line["why"] for line in lines)


def test_the_demo_says_where_it_cannot_write(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from station.demo.__main__ import main as demo

    before = sys.argv
    sys.argv = ["demo", "--into", "noise"]
    try:
        assert demo() == 2
    finally:
        sys.argv = before
    assert "noise" in capsys.readouterr().err


def test_without_a_word_the_commands_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "the ticket machine: screen, cash, printer" in capsys.readouterr().err


def test_a_reader_that_has_seen_enough_is_no_fault(here: Path) -> None:
    many = " ".join(["noise"] * 3000)  # more lines than a pipe holds
    command = f"{sys.executable} -m station.cli read {many} | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 128 + signal.SIGPIPE
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""
