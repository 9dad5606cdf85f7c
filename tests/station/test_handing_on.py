"""Real processes: a gate whose line to the centre is dead, and a relay that is killed, stopped and emptied."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from station.enrolment import Enrolment
from sync.cache.reader import CacheReader
from sync.journal.journal import Journal
from sync.points import Point
from sync.server.relay.handed_on import HandedOnReader
from sync.server.relay.ledger import RELAY_DB
from tests.station.test_relay import PATIENCE_S, Site, now, until
from tickets.events import Kind

DEAD = "https://127.0.0.1:9"
"""Nobody listens on the discard port."""


class Place:
    """A centre, a relay with its sync, and a gate that once met the centre and never does again."""

    def __init__(self, site: Site, port: int) -> None:
        self.site = site
        self.relay_url = f"http://127.0.0.1:{port}"
        self.store = site.folder / "centre"
        site.say("centre", "init", "--dir", str(self.store))
        self.centre = str(site.start("centre", "run", "--dir", str(self.store), "--port", "0")["url"])
        self.relay = site.terminal("relay", "relay-1", self.centre, self.relay_url)
        self.gate = site.terminal("gate", "gate-1", self.centre, self.relay_url)
        met = self.start("sync", self.gate)
        cache = CacheReader(self.gate.directory / "cache.db")
        until(lambda: bool(cache.relay_keys()), "the relay's key")
        cache.close()
        kill(met)
        path = self.gate.directory / "terminal.toml"
        path.write_text(path.read_text().replace(self.centre, DEAD))
        self.journal = site.stack.enter_context(
            Journal.create_or_open(
                self.gate.directory / "journal.db",
                device=self.gate.device,
                prefix=None,
                clock=now,
                random=os.urandom,
            )
        )
        self.kept = HandedOnReader(self.gate.directory / "cache.db")
        site.stack.callback(self.kept.close)

    def start(self, what: str, terminal: Enrolment, die_at: str = "") -> "subprocess.Popen[str]":
        """Start a process of a terminal; it is killed at the end if it still runs, or at a point of its own."""
        log = self.site.stack.enter_context(self.log(what, terminal).open("a"))
        process = subprocess.Popen(
            [sys.executable, "-m", "station.cli", what, "--config", str(terminal.directory / "terminal.toml")],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, "WAYSTATION_KILL_AT": die_at},
        )
        assert process.stdout is not None
        self.site.stack.callback(process.wait, PATIENCE_S)
        self.site.stack.callback(process.kill)
        self.site.stack.callback(process.stdout.close)
        assert json.loads(process.stdout.readline())["ready"], self.log(what, terminal).read_text()
        return process

    def log(self, what: str, terminal: Enrolment) -> Path:
        return self.site.folder / f"{what}-{terminal.name}.log"

    def note(self, times: int) -> int:
        """Something happens at the gate; answers the last event."""
        for _ in range(times):
            with self.journal.transaction() as tx:
                tx.append(Kind.DEVICE_FAULT, {"device": "camera", "fault": "not_connected", "what": "gone"})
        return self.journal.head()[0]

    def until_kept(self, seq: int) -> None:
        until(lambda: self.kept.of(self.journal.epoch.hex).through == seq, f"event {seq} to be kept")

    def at_the_centre(self) -> list[int]:
        """The gate's events, as the centre has them."""
        with sqlite3.connect(f"file:{self.store / 'centre.db'}?mode=ro", uri=True) as connection:
            found = connection.execute("SELECT seq FROM events WHERE device = ? ORDER BY seq", (self.gate.device,))
            seqs = [seq for (seq,) in found]
        connection.close()
        return seqs


def kill(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.wait(PATIENCE_S)


@pytest.fixture(autouse=True)
def _leave_the_umask_as_it_was() -> Iterator[None]:
    umask = os.umask(0o022)
    yield
    os.umask(umask)


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def place(tmp_path: Path, free_port: int) -> Iterator[Place]:
    with ExitStack() as stack:
        yield Place(Site(tmp_path, stack), free_port)


def test_a_gate_that_reaches_only_the_relay_gets_everything_kept_whatever_dies(place: Place) -> None:
    place.start("sync", place.gate)
    relay, handing_on = place.start("relay", place.relay), place.start("sync", place.relay)
    place.until_kept(place.note(3))
    # the relay alone: it holds, and nobody says kept
    kill(handing_on)
    last = place.note(3)
    until(lambda: held(place) == last, "the relay to hold it")
    assert place.kept.of(place.journal.epoch.hex).through < last
    # handing on dies before it is sent, and when the centre has answered
    for point in (Point.RELAY_FORWARD_BEFORE, Point.RELAY_FORWARD_AFTER):
        assert place.start("sync", place.relay, die_at=f"{point}#2").wait(PATIENCE_S) == -signal.SIGKILL
        assert place.kept.of(place.journal.epoch.hex).through < last
    # the relay dies too, with events that only its disk and the gate's have; nothing is missing afterwards
    kill(relay)
    last = place.note(2)
    relay, handing_on = place.start("relay", place.relay), place.start("sync", place.relay)
    place.until_kept(last)
    assert place.at_the_centre() == list(range(1, last + 1))
    # the relay's disk is lost: what was not kept comes again from the gate
    kill(relay)
    last = place.note(2)
    for each in place.relay.directory.glob(f"{RELAY_DB}*"):
        each.unlink()
    place.start("relay", place.relay)
    place.until_kept(last)
    assert place.at_the_centre() == list(range(1, last + 1))
    handing_on.terminate()
    began = time.monotonic()
    assert handing_on.wait(PATIENCE_S) == 0
    assert time.monotonic() - began < 5
    for said in (place.log("relay", place.relay), place.log("sync", place.relay), place.log("sync", place.gate)):
        lines = [json.loads(line) for line in said.read_text().splitlines()]
        assert not [line for line in lines if line["event"].endswith(".bug")]


def held(place: Place) -> int:
    found = sqlite3.connect(f"file:{place.relay.directory / RELAY_DB}?mode=ro", uri=True)
    try:
        rows = found.execute("SELECT max(held_through) FROM journals").fetchall()
    finally:
        found.close()
    return int(rows[0][0] or 0)


def test_a_relay_ends_at_once_and_quietly_with_questions_left_open(place: Place) -> None:
    place.start("sync", place.relay)
    relay = place.start("relay", place.relay)
    place.start("sync", place.gate)
    log = place.log("relay", place.relay)
    reader = CacheReader(place.gate.directory / "cache.db")
    until(lambda: (told := reader.lan_status()) is not None and told.relay_up, "the gate to follow the relay")
    reader.close()
    relay.send_signal(signal.SIGTERM)
    assert relay.wait(PATIENCE_S) == 0
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert {line["event"] for line in lines} <= {"arbiter.begins"}, "nobody had to be cut off when its patience ended"


def test_a_gate_without_a_line_reaches_the_centre_through_the_relays_terminal(place: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    for terminal, section, value in (
        (place.relay, "[relay_server]", f"127.0.0.1:{port}"),
        (place.gate, "[relay]", f"http://127.0.0.1:{port}"),
    ):
        path = terminal.directory / "terminal.toml"
        path.write_text(path.read_text().replace(f"{section}\n", f'{section}\ntunnel = "{value}"\n'))
    place.start("sync", place.relay)  # and no relay: what goes through needs none
    place.start("sync", place.gate)
    place.until_kept(place.note(3))
    late = place.site.terminal("gate", "gate-2", place.centre, place.relay_url)
    reader = CacheReader(place.gate.directory / "cache.db")
    place.site.stack.callback(reader.close)
    until(lambda: late.device in {each.device for each in reader.devices()}, "news from the centre")
    status = reader.status()
    assert status is not None
    assert status.line_up
