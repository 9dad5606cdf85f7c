"""A decision that the station's arbiter is asked about: a real `waystation relay` behind loopback.

The gate's history is sent to it first, as a gate's sync does; while decisions are measured nothing else is sent.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from gate.shown import Code
from station.bench import imagined, stock
from station.bench.children import Started
from station.bench.deciding import Gate, admit
from station.bench.floor import Floor
from station.bench.measure import Line, at_most, median, percentile, told, until
from station.bench.turns import SHARES, Turns
from station.clock import TerminalClock
from sync.cache.writer import CacheWriter
from sync.lan.arbiter import RelayArbiter
from sync.lan.lan import Lan, LanSettings
from sync.lan.relay_keys import RelayKeys
from sync.trusted_time import boot_clock
from tickets.credential import issue

MOST_MS = 9
"""Single-digit milliseconds."""
BUDGET_MS = 1000
"""A gate waits 80 ms; here every answer is waited for, so that a slow one is seen and not cut off."""
_CAUGHT_UP_S = 60.0


def run(store: stock.Stock, folder: Path, rounds: int) -> list[Line]:
    """Decide on `rounds` tickets with the arbiter, and on as many without. Raises NotStarted, NotAdmitted."""
    stock.set_clock(store.directory)
    folder.mkdir(parents=True)
    floor = Floor(folder / "floor.db")
    turns = Turns()
    warm_up = min(10, rounds // 2)
    tickets = [ticket for ticket, _ in store.take(2 * (rounds + warm_up), by_till=False)]
    texts = [Code(text=issue(ticket, imagined.key("ticket"))) for ticket in tickets]
    with relay(folder / "relay", ["gate-1", "relay-1"]) as url, Gate(store.directory) as gate:
        catch_up(store.directory, gate, url)
        keys = RelayKeys(store.directory / "cache.db")
        key = gate.enrolment.device_key()
        arbiter = RelayArbiter(url=url, device=gate.enrolment.device, key=key, relay_keys=keys, budget_ms=BUDGET_MS)
        alone, asking = gate.decider(), gate.decider(arbiter)
        for at in range(0, len(texts), 2):
            acts: dict[str, Callable[[], object]] = {
                "alone": partial(admit, alone, texts[at]),
                "at the relay": partial(floor, 2, 2),
                "asking": partial(admit, asking, texts[at + 1]),
            }
            turns.take(acts, counts=at >= 2 * warm_up)
        arbiter.close()
        unheard = sum("unarbitrated" in each for each in _flags(gate))
        gate.let_them_pass()
    floor.close()
    return [*_lines(turns), told("decision with the arbiter, not answered in time", unheard, "decisions")]


@contextmanager
def relay(directory: Path, devices: list[str], before: Callable[[Path], None] = lambda _: None) -> Iterator[str]:
    """A relay as a process, at a station of these devices; its URL. `before` may add to its directory."""
    stock.make(directory, 0, device="relay-1", devices=devices)
    stock.set_clock(directory)
    before(directory)
    config = directory / "terminal.toml"
    config.write_text('directory = "."\n[relay_server]\nlisten = "127.0.0.1:0"\n', "utf-8")
    with Started(["station.cli", "relay", "--config", str(config)], directory / "relay.log") as process:
        yield str(process.ready["url"])


def catch_up(directory: Path, gate: Gate, url: str) -> None:
    """Send the gate's history, until the arbiter begins."""
    with CacheWriter(directory / "cache.db") as writer:
        reader = gate.reader()
        settings = LanSettings(
            directory=directory,
            url=url,
            device=gate.enrolment.device,
            key=gate.enrolment.device_key(),
            station=gate.enrolment.station,
            root=gate.enrolment.root_key,
            enrolled_trust=gate.enrolment.trust_list(),
            journals=[directory / "journal.db"],
            now=TerminalClock(gate.reader()),
            boot=boot_clock,
            random=random.SystemRandom().random,
        )
        lan = Lan(settings, writer)
        lan.start()
        try:
            until(
                lambda: (status := reader.lan_status()) is not None and status.arbitrating, "the arbiter", _CAUGHT_UP_S
            )
        finally:
            lan.stop()


def _flags(gate: Gate) -> Iterator[list[object]]:
    """The flags of the uses that were claimed here last."""
    end = gate.journal.head()[0]
    for event in gate.journal.events(max(0, end - 2000), 2000):
        flags = event.event.body.get("flags")
        if isinstance(flags, list):
            yield flags


def _lines(turns: Turns) -> list[Line]:
    lines = []
    for which, share in SHARES:
        what = f"decision, ticket of the centre, with the arbiter, {which}"
        value = percentile(turns.wall["asking"], share)
        least = percentile(turns.wall["alone"], share) + percentile(turns.wall["at the relay"], share)
        against = f"the same without, and one durable insert and two signatures made and checked: {least:.3g} ms"
        if which == "median":
            lines.append(at_most(what, value, "ms", MOST_MS, against=against, ratio=value / least))
        else:
            lines.append(told(what, value, "ms", against=against, ratio=value / least))
    extra = median(turns.wall["asking"]) - median(turns.wall["alone"])
    lines.append(told("the arbiter's question alone, median", extra, "ms"))
    return lines
