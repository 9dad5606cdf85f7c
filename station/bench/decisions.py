"""Text in → durable decision, beside the least that it can cost: checking the signatures and one durable insert.

The floor's database lies in the same directory as the gate's journal, and every round measures each of them once.
"""

from collections.abc import Callable, Iterator
from functools import partial

from gate.shown import Card, Code
from station.bench import imagined, stock
from station.bench.deciding import Gate, admit
from station.bench.floor import Floor
from station.bench.measure import Line, median, told
from station.bench.turns import Turns
from tickets.credential import issue, issue_delegated

WARM_UP = 10
TIDY_EVERY = 25
"""A lane tidies its journal whenever nobody has come for five seconds."""

_KINDS = (
    ("ticket of the centre", "centre", "1", "one verification and one durable insert"),
    ("ticket of a till", "delegated", "2", "two verifications and one durable insert"),
    ("bare number", "number", "1", "one verification and one durable insert"),
)


def run(store: stock.Stock, rounds: int) -> list[Line]:
    """Decide on `rounds` tickets of each kind. Raises NotAdmitted when one of them is not."""
    stock.set_clock(store.directory)
    floor = Floor(store.directory / "floor.db")
    turns = Turns()
    warm_up = min(WARM_UP, rounds // 2)
    with Gate(store.directory) as gate:
        decider = gate.decider()
        for at, shown in enumerate(_shown(store, rounds + warm_up)):
            if at % TIDY_EVERY == 0:
                gate.journal.tidy()
                floor.tidy()
            acts: dict[str, Callable[[], object]] = {}
            for (name, each), beside in zip(shown.items(), ("0", "1", "2", ""), strict=True):
                if beside:
                    acts[beside] = partial(floor, int(beside))
                acts[name] = partial(admit, decider, each)
            turns.take(acts, counts=at >= warm_up)
        gate.let_them_pass()
    floor.close()
    return _lines(turns, store.tickets)


def _shown(store: stock.Stock, count: int) -> Iterator[dict[str, Code | Card]]:
    """What is shown in each round: one of each kind."""
    by_centre, by_till = store.take(2 * count, by_till=False), store.take(2 * count, by_till=True)
    for at in range(0, 2 * count, 2):
        yield {
            "centre": Code(text=issue(by_centre[at][0], imagined.key("ticket"))),
            "delegated": Code(text=issue_delegated(by_till[at][0], imagined.key("till"), imagined.CERTIFICATE)),
            "number": Code(text=by_centre[at + 1][0].number.digits),
            "card": by_till[at + 1][1],
        }


def _lines(turns: Turns, tickets: int) -> list[Line]:
    lines = []
    for said, name, floor, called in _KINDS:
        lines += turns.lines(f"decision, {said}, {tickets:,} cached", name, floor, called)
        computed, least = median(turns.computed[name]), median(turns.computed[floor])
        against = f"computing in its floor: {least:.3g} ms"
        lines.append(
            told(f"decision, {said}, computing alone", computed, "ms", against=against, ratio=computed / least)
        )
    insert = "one durable insert and nothing else"
    value, least = median(turns.wall["number"]), median(turns.wall["0"])
    against = f"{insert}: {least:.3g} ms"
    lines.append(told("decision, bare number, median", value, "ms", against=against, ratio=value / least))
    return lines + turns.lines(f"decision, ID card alone, {tickets:,} cached", "card", "0", insert, None)
