"""A gate as a process of its own, to be killed: `run` is what the child does, `Life` is how a test sees it."""

import encodings.idna  # noqa: F401 - a child that has become another user may not be able to load it any more
import multiprocessing
import os
import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from drivers.barrier.relay_board import ModbusRelayBarrier
from drivers.link import Link, open_link
from drivers.scanner.line import LineScanner
from gate.run import run_gate
from gate.settings import GateSettings
from sync.cache.record_rows import use_told
from sync.lan.arbiter import Answer, Granted, Taken
from sync.points import kill_at, no_probe
from sync.server.relay.arbiter import Claim, answer_claims
from sync.server.relay.ledger import RELAY_DB, Ledger
from sync.server.relay.steps import meet
from sync.wire.relay import ClaimRequest
from tests.gate.bench import Gate

BRISK = GateSettings(gate="3", lane="3A", start_seconds=0.5, finish_seconds=0.5, refusal_seconds=0.5)
READY, LISTENING = "ready", "listening"
GROUP = 54_320
"""The terminals' group, in tests that run as root."""

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload([__name__])


class LedgerArbiter:
    """The relay's arbiter on its own file, which outlives the process that asks it."""

    def __init__(self, folder: Path, device: str) -> None:
        self.ledger = Ledger.open(folder / RELAY_DB, secrets.token_bytes, 0)
        self._device = device
        with self.ledger.writing("step"):
            meet(self.ledger, device, "gate")
            self.ledger.connection.execute("UPDATE devices SET in_step = 1")
            self.ledger.begin_arbitrating()

    def ask(self, claim: ClaimRequest) -> Answer:
        (answer,) = answer_claims(self.ledger, [Claim(device=self._device, asked=claim)], 0)
        if answer.answer == "granted":
            return Granted()
        return Taken(uses=tuple(use_told(use) for use in answer.uses))


def run(
    folder: Path,
    scanner: str,
    barrier: str,
    point: str | None,
    said: Connection,
    user: int | None = None,
    arbitrated: bool = False,
) -> None:
    """Run the gate of `folder` until it is killed: at `point`, or by whoever made this process."""
    become(user)
    probe = no_probe if point is None else kill_at(point)
    arbiter = LedgerArbiter(folder, "gate-1") if arbitrated else None
    gate = Gate(folder / "gate-1", cache=folder / "cache.db", random=secrets.token_bytes, probe=probe, arbiter=arbiter)

    def open_scanner() -> Link:
        link = open_link(scanner)
        said.send({"showing": LISTENING})
        return link

    run_gate(
        settings=BRISK,
        journal=gate.journal,
        cache=gate.cache,
        trust=gate.trust,
        clock=gate.clock,
        arbiter=arbiter,
        barrier=ModbusRelayBarrier(lambda: open_link(barrier)),
        scanner=LineScanner(open_scanner),
        announce=lambda announcement: said.send(announcement.to_json()),
        stop=threading.Event(),
        probe=probe,
        on_ready=lambda: said.send({"showing": READY}),
    )


def become(user: int | None) -> None:
    """Be another user of the terminals' group from here on; None stays who it is."""
    os.umask(0o007)
    if user is not None:
        os.setgroups([GROUP])
        os.setgid(GROUP)
        os.setuid(user)


class Life:
    """One life of the child, and everything that it got to say."""

    def __init__(self, process: Any, heard: Connection) -> None:
        self._process = process
        self._heard = heard
        self.said: list[dict[str, Any]] = []

    @property
    def pid(self) -> int:
        """The process's number."""
        return int(self._process.pid)

    def says(self, showing: str, reason: str | None = None, seconds: float = 5.0) -> dict[str, Any]:
        """Wait until it says this for the next time. AssertionError when it died instead."""
        until = time.monotonic() + seconds
        while self._heard.poll(max(0.0, until - time.monotonic())):
            try:
                self.said.append(self._heard.recv())
            except EOFError:
                break
            if self.said[-1]["showing"] == showing and (reason is None or self.said[-1]["reason"] == reason):
                return self.said[-1]
        raise AssertionError(f"{showing} was not said, but {[each['showing'] for each in self.said]}")

    def is_killed(self, seconds: float = 5.0) -> None:
        """Wait until it has been killed, and hear what it said before that."""
        self._process.join(seconds)
        assert self._process.exitcode == -signal.SIGKILL, self._process.exitcode
        while self._heard.poll():
            try:
                self.said.append(self._heard.recv())
            except EOFError:
                break

    def showed(self, showing: str) -> int:
        return sum(each["showing"] == showing for each in self.said)


@contextmanager
def life(
    folder: Path,
    scanner: str,
    barrier: str,
    *,
    point: str | None = None,
    user: int | None = None,
    arbitrated: bool = False,
) -> Iterator[Life]:
    """Begin a life; what is left of it is killed at the end."""
    heard, said = _processes.Pipe(duplex=False)
    child = _processes.Process(target=run, args=(folder, scanner, barrier, point, said, user, arbitrated))
    child.start()
    said.close()
    try:
        yield Life(child, heard)
    finally:
        child.kill()
        child.join()
        child.close()
        heard.close()


def in_another_process(work: Callable[..., None], *arguments: object) -> int:
    """Do `work` in a process of its own; returns its exit status (negative: the signal that ended it)."""
    child = _processes.Process(target=work, args=arguments)
    child.start()
    child.join(20)
    status = child.exitcode
    assert status is not None, "it did not end"
    child.close()
    return status
