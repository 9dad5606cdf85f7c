"""Decisions while sync, in a process of its own, applies a hundred thousand changes to the same cache."""

import json
import time
from collections.abc import Callable, Iterator
from functools import partial

from gate.shown import Code
from station.bench import imagined, stock
from station.bench.children import Started
from station.bench.deciding import Gate, admit
from station.bench.floor import Floor
from station.bench.measure import Line, median, percentile, told
from station.bench.turns import SHARES, Turns
from tickets.credential import issue

PAUSE_S = 0.01
"""Passengers do not come without a pause; nor does this bench take a processor for itself."""


def run(store: stock.Stock, changes: int, rounds: int) -> list[Line]:
    """Decide `rounds` times in quiet, then until `changes` are applied, at most four times as often.

    Raises NotAdmitted, NotStarted.
    """
    stock.set_clock(store.directory)
    floor = Floor(store.directory / "load-floor.db")
    quiet, loaded = Turns(), Turns()
    with Gate(store.directory) as gate:
        decider = gate.decider()

        def decide(turns: Turns, code: Code) -> None:
            acts: dict[str, Callable[[], object]] = {
                "floor": partial(floor, 1),
                "decision": partial(admit, decider, code),
            }
            turns.take(acts)
            time.sleep(PAUSE_S)

        for code in _codes(store, rounds):
            decide(quiet, code)
        gate.journal.tidy()
        floor.tidy()
        module = ["station.bench.changes", str(store.directory), str(store.tickets), str(changes)]
        with Started(module, store.directory / "changes.log", timeout=120.0) as applying:
            for code in _codes(store, 4 * rounds):
                if not applying.running:
                    break
                decide(loaded, code)
            said = json.loads(applying.rest() or "{}")
        gate.let_them_pass()
    floor.close()
    return _lines(quiet, loaded, changes, said.get("seconds", float("nan")))


def _codes(store: stock.Stock, count: int) -> Iterator[Code]:
    for _ in range(count):
        ((ticket, _),) = store.take(1, by_till=False)
        yield Code(text=issue(ticket, imagined.key("ticket")))


def _lines(quiet: Turns, loaded: Turns, changes: int, seconds: float) -> list[Line]:
    what = f"decision while {changes:,} changes are applied"
    called = "one verification and one durable insert under the same load"
    lines = loaded.lines(what, "decision", "floor", called)
    for which, share in SHARES[::2]:
        value, before = percentile(loaded.wall["decision"], share), percentile(quiet.wall["decision"], share)
        against = f"the same in quiet: {before:.3g} ms"
        lines.append(told(f"{what}, against quiet, {which}", value, "ms", against=against, ratio=value / before))
    value, before = median(loaded.computed["decision"]), median(quiet.computed["decision"])
    against = f"in quiet: {before:.3g} ms"
    lines.append(told(f"{what}, computing alone", value, "ms", against=against, ratio=value / before))
    return [*lines, told(f"{changes:,} changes applied meanwhile", seconds, "s")]
