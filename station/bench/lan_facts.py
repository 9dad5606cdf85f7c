"""A staff act, signed at one terminal and obeyed at another, while the line to the centre is cut.

Real processes: the relay and the sync of two gates. What is waited for is what the other gate's next decision would
see.
"""

from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from uuid import UUID

from station.bench import imagined, stock
from station.bench.arbitrated import relay
from station.bench.children import Started
from station.bench.measure import MS, Line, at_most, median, told, until
from sync.cache.reader import CacheReader
from sync.lan.outbox import Outbox
from tickets.departures import Departure
from tickets.staff import Act, StaffFact, sign_fact

MOST_S = 1.0
_TICKETS = 2000
_NOWHERE = "http://127.0.0.1:9"
"""Nobody listens there: the line is cut."""


def run(folder: Path, acts: int) -> list[Line]:
    """Move a departure to another gate so many times. Raises NotStarted, NotMeasured."""
    folder.mkdir(parents=True)
    gates = [folder / "gate-1", folder / "gate-2"]
    with ExitStack() as stack:
        url = stack.enter_context(relay(folder / "relay-1", ["gate-1", "gate-2", "relay-1"]))
        for gate in gates:
            stock.make(gate, _TICKETS, device=gate.name, used=100)
            stock.set_clock(gate)
            config = gate / "terminal.toml"
            text = f'directory = "."\n[centre]\nurl = "{_NOWHERE}"\n[relay]\nurl = "{url}"\n'
            config.write_text(text, "utf-8")
            stack.enter_context(Started(["station.cli", "sync", "--config", str(config)], gate / "sync.log"))
        readers = [CacheReader(gate / "cache.db") for gate in gates]
        for reader in readers:
            stack.callback(reader.close)
            _wait_for_the_relay(reader)
        status = readers[0].lan_status
        until(lambda: (said := status()) is not None and said.arbitrating is not None, "the history to be told")
        took = [_one(gates[0], readers[1], number) for number in range(acts)]
    what = "staff act, signed → obeyed at another gate, line cut"
    return [told(f"{what}, median", median(took), "ms"), at_most(f"{what}, slowest", max(took) / MS, "s", MOST_S)]


def _one(here: Path, there: CacheReader, number: int) -> float:
    """Milliseconds from the act being left in one terminal's outbox until the other reads it."""
    coach = next(at for at in range(1000) if imagined.boards_here(at))
    departure, gate = imagined.departure(coach), str(10 + number)
    fact = StaffFact(
        fact_id=UUID(int=number + 1),
        station=imagined.STATION,
        badge=imagined.BADGE,
        act=Act.GATE,
        at=imagined.NOW + timedelta(seconds=number),
        service_date=departure.service_date,
        trip=departure.trip,
        gate=gate,
    )
    data = sign_fact(fact, imagined.key(imagined.BADGE))

    def moved() -> bool:
        if not there.changed():
            return False
        found: Departure | None = there.departure(departure.service_date, departure.trip)
        return found is not None and found.gate == gate

    began = perf_counter()
    Outbox(here).put(fact.fact_id.hex, data)
    return (until(moved, "the other gate to hear of it", every=0.001) - began) * MS


def _wait_for_the_relay(reader: CacheReader) -> None:
    """Until this terminal hears what others tell."""
    until(lambda: (status := reader.lan_status()) is not None and status.relay_up, "the relay")
