"""Claims at the station's arbiter while the backlog of a line that was down for hours drains through the relay."""

import json
import time
from pathlib import Path

from station.bench import imagined, stock
from station.bench.arbitrated import BUDGET_MS, MOST_MS, catch_up, relay
from station.bench.backlog import NAMES
from station.bench.children import Started
from station.bench.deciding import Gate
from station.bench.measure import Line, NotMeasured, at_most, percentile, told, wall
from station.bench.turns import SHARES
from sync.cache.writer import CacheWriter
from sync.lan.arbiter import Granted, RelayArbiter
from sync.lan.relay_keys import RelayKeys
from sync.wire.pull import PullAnswer, Record
from sync.wire.relay import ClaimRequest

PAUSE_S = 0.02
"""Between two claims: a station's gates together let in some fifty passengers a second at most."""


def run(folder: Path, events: int, rounds: int) -> list[Line]:
    """Claim `rounds` times in quiet, then until `events` of each of eight devices are held and handed on."""
    store = stock.make(folder / "gate", 0, used=0)
    stock.set_clock(store.directory)
    quiet: list[float] = []
    loaded: list[float] = []
    with relay(folder / "relay", ["gate-1", "relay-1"], before=_add_devices) as url, Gate(store.directory) as gate:
        catch_up(store.directory, gate, url)
        keys, key = RelayKeys(store.directory / "cache.db"), gate.enrolment.device_key()
        arbiter = RelayArbiter(url=url, device=gate.enrolment.device, key=key, relay_keys=keys, budget_ms=BUDGET_MS)
        asked = iter(range(10**6))

        def claim() -> float:
            body = _claim(gate, next(asked))
            took = wall(lambda: _granted(arbiter, body))
            time.sleep(PAUSE_S)
            return took

        for _ in range(5):
            claim()
        quiet += [claim() for _ in range(rounds)]
        module = ["station.bench.backlog", url, str(folder / "relay"), str(events)]
        with Started(module, folder / "backlog.log", timeout=180.0) as draining:
            while draining.running:
                loaded.append(claim())
            said = json.loads(draining.rest() or "{}")
        arbiter.close()
        keys.close()
    return _lines(quiet, loaded, events * len(NAMES), said)


def _add_devices(directory: Path) -> None:
    """Let the relay know of the devices with a backlog."""
    records = tuple(
        Record(
            kind="device",
            key=name,
            body={"device": name, "kind": "till", "name": name, "key": imagined.key(name).public.raw.hex(),
                  "state": "active"},
            change=1,
        )
        for name in NAMES
    )  # fmt: skip
    with CacheWriter(directory / "cache.db") as cache:
        cache.apply(PullAnswer(records=records, cursor="backlog", more=False))


def _claim(gate: Gate, number: int) -> ClaimRequest:
    return ClaimRequest(
        number=f"{number:020}",
        use_no=1,
        attempt=f"{number:032x}",
        lane="3A",
        at=int(imagined.NOW.timestamp() * 1000),
        service_date=imagined.TODAY.isoformat(),
        trip=imagined.trip_of(1),
        persons=1,
        after_seq=gate.journal.head()[0],
        journal_epoch=gate.journal.epoch.hex,
    )


def _granted(arbiter: RelayArbiter, body: ClaimRequest) -> None:
    answer = arbiter.ask(body)
    if answer != Granted():
        raise NotMeasured(f"a claim was not granted: {answer}")


def _lines(quiet: list[float], loaded: list[float], events: int, said: dict[str, float]) -> list[Line]:
    what = f"claim while {events:,} events drain through the relay"
    lines = []
    for which, share in SHARES:
        value, before = percentile(loaded, share), percentile(quiet, share)
        line, against = f"{what}, {which}", f"in quiet: {before:.3g} ms"
        if which == "median":
            lines.append(at_most(line, value, "ms", MOST_MS, against=against, ratio=value / before))
        else:
            lines.append(told(line, value, "ms", against=against, ratio=value / before))
    lines.append(told("claims asked meanwhile", len(loaded), "claims"))
    lines.append(told(f"{events:,} events held by the relay", said.get("held", float("nan")), "s"))
    lines.append(told(f"{events:,} events handed on", said.get("kept", float("nan")), "s"))
    return lines
