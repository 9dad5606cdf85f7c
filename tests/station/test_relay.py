"""A station from nothing with a relay: centre, enrolments, sync and relay as commands; then a gate asks its arbiter."""

import io
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path

import pytest

from station.cli import main
from station.enrolment import Enrolment
from sync.cache.reader import CacheReader
from sync.journal.journal import Journal
from sync.lan.arbiter import Granted, RelayArbiter, Taken
from sync.wire.relay import ClaimRequest
from tickets.admission import TimeQuality, TrustedNow

PATIENCE_S = 30


class Site:
    """The processes of one station; each is ended when the test is over."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.stack = stack

    def start(self, *words: str) -> dict[str, object]:
        """Start a process and answer its first line."""
        log = self.stack.enter_context((self.folder / f"{words[0]}-{len(list(self.folder.iterdir()))}.log").open("w"))
        command = [sys.executable, "-m", "station.cli", *words]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        self.stack.callback(process.wait, PATIENCE_S)
        self.stack.callback(process.terminate)
        assert process.stdout is not None
        self.stack.callback(process.stdout.close)
        said: dict[str, object] = json.loads(process.stdout.readline())
        return said

    def terminal(self, kind: str, name: str, centre: str, relay: str) -> Enrolment:
        """Enrol a terminal."""
        home = self.folder / name
        home.mkdir()
        (home / "terminal.toml").write_text(
            f'directory = "."\n[centre]\nurl = "{centre}"\n[sync]\ninterval_seconds = 0.1\nretry_cap_seconds = 0.2\n'
            f'[relay]\nurl = "{relay}"\n[relay_server]\nlisten = "{relay.removeprefix("http://")}"\n'
        )
        store = str(self.folder / "centre")
        code = self.say("centre", "enrol-code", "--dir", store, "--kind", kind, "--name", name).strip()
        config = str(home / "terminal.toml")
        self.say("enrol", "--config", config, "--kind", kind, "--name", name, "--code", code)
        return Enrolment.load(home)

    def say(self, *words: str) -> str:
        """Run a command that ends, in this process, and answer what it said."""
        said = io.StringIO()
        with redirect_stdout(said):
            assert main(list(words)) == 0
        return said.getvalue()


@pytest.fixture(autouse=True)
def _leave_the_umask_as_it_was() -> Iterator[None]:
    umask = os.umask(0o022)
    yield
    os.umask(umask)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with ExitStack() as stack:
        yield Site(tmp_path, stack)


def until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)


def now() -> TrustedNow:
    return TrustedNow(at=datetime.now(UTC), quality=TimeQuality.TRUSTED)


def test_from_nothing_to_a_granted_claim(site: Site, free_port: int) -> None:
    folder, relay_url = site.folder, f"http://127.0.0.1:{free_port}"
    site.say("centre", "init", "--dir", str(folder / "centre"))
    centre = str(site.start("centre", "run", "--dir", str(folder / "centre"), "--port", "0")["url"])
    relay = site.terminal("relay", "relay-1", centre, relay_url)
    gates = [site.terminal("gate", f"gate-{n}", centre, relay_url) for n in (1, 2)]
    assert (relay.kind, relay.prefix) == ("relay", None)
    journals = [
        site.stack.enter_context(
            Journal.create_or_open(
                gate.directory / "journal.db", device=gate.device, prefix=None, clock=now, random=os.urandom
            )
        )
        for gate in gates
    ]
    for name in ("relay-1", "gate-1", "gate-2"):
        site.start("sync", "--config", str(folder / name / "terminal.toml"))
    until(lambda: CacheReader(folder / "relay-1" / "cache.db").status() is not None, "the relay's first sync")
    assert site.start("relay", "--config", str(folder / "relay-1" / "terminal.toml"))["url"] == relay_url
    arbiters = []
    for gate in gates:
        cache = CacheReader(gate.directory / "cache.db")
        until(lambda cache=cache: bool(cache.relay_keys()), "the relay's key")  # type: ignore[misc]  # called at once
        arbiter = RelayArbiter(
            url=relay_url, device=gate.device, key=gate.device_key(), relay_keys=cache.relay_keys, budget_ms=1000
        )
        site.stack.callback(cache.close)
        site.stack.callback(arbiter.close)
        arbiters.append(arbiter)

    def claim(which: int) -> object:
        return arbiters[which].ask(
            ClaimRequest(
                number="1" * 20, use_no=1, attempt=f"{which}" * 32, lane="1", at=int(time.time() * 1000),
                service_date="2026-11-22", trip="QD1230", persons=1, after_seq=journals[which].head()[0],
                journal_epoch=journals[which].epoch.hex,
            )
        )  # fmt: skip

    until(lambda: claim(0) == Granted(), "the arbiter to begin: every gate's sync has to say that it is in step")
    taken = claim(1)
    assert isinstance(taken, Taken)
    assert [use.device for use in taken.uses] == [gates[0].device]
    seen = CacheReader(gates[1].directory / "cache.db")
    site.stack.callback(seen.close)
    until(lambda: [use.end for use in seen.uses(taken.uses[0].ticket)] == [None], "the use at the other gate")


@pytest.fixture
def free_port() -> int:
    """A port that was free a moment ago: the terminals have to know it before the relay runs."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_a_gate_is_no_relay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "terminal.toml").write_text('directory = "."\n')
    assert main(["relay", "--config", str(tmp_path / "terminal.toml"), "--check-config"]) == 0
    assert main(["relay", "--config", str(tmp_path / "terminal.toml")]) == 1
    assert "not enrolled" in capsys.readouterr().err
