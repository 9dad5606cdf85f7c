"""A real relay process: forked from a server that has the modules loaded, to start quickly; it can be killed."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import httpx

from sync.points import kill_at, no_probe
from sync.server.relay.run import serve_relay
from tests.sync.relay.station import GateClient, settings_of, view_of

PATIENCE_S = 30
A, B, C = "371122-gate-a", "371122-gate-b", "371122-gate-c"
RETIRED, REVOKED, TILL = "371122-gate-retired", "371122-gate-revoked", "371122-till-1"


def serve_until_killed(
    directory: Path, gates: tuple[str, ...], point: str | None, told: "Connection[str, str]"
) -> None:
    """Serve a station of these gates; send the URL when it answers; die at `point` if there is one."""
    view = view_of(*gates)
    view.add(RETIRED, state="retired")
    view.add(REVOKED, state="revoked")
    view.add(TILL, "till")
    probe = no_probe if point is None else kill_at(point)
    serve_relay(settings_of(directory, view, probe, seed=len(list(directory.iterdir()))), "127.0.0.1", 0, told.send)


@contextmanager
def serving(
    directory: Path, gates: tuple[str, ...] = (A, B), point: str | None = None
) -> Iterator[tuple[BaseProcess, str]]:
    """A relay process and its URL; whatever is left of it is killed at the end."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.sync.relay.serve"])
    hear, tell = context.Pipe(duplex=False)
    process = context.Process(target=serve_until_killed, args=(directory, gates, point, tell))
    process.start()
    tell.close()
    try:
        assert hear.poll(PATIENCE_S), "the relay did not start"
        yield process, hear.recv()
    finally:
        hear.close()
        process.kill()
        process.join(PATIENCE_S)
        process.close()


@contextmanager
def clients(url: str, *devices: str) -> Iterator[list[GateClient]]:
    """These devices, each with a connection of its own."""
    https = [httpx.Client(trust_env=False, timeout=PATIENCE_S) for _ in devices]
    try:
        yield [GateClient(url, device, http) for device, http in zip(devices, https, strict=True)]
    finally:
        for http in https:
            http.close()


@contextmanager
def station(directory: Path, point: str | None = None) -> Iterator[tuple[BaseProcess, GateClient, GateClient]]:
    """A relay that arbitrates, and its two gates."""
    with serving(directory, point=point) as (process, url), clients(url, A, B) as (one, two):
        for gate in (one, two):
            gate.begin()
            gate.catch_up()
        yield process, one, two
