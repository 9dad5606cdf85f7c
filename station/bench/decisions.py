"""Text in → durable decision, beside the least that it can cost: checking the signatures and one durable insert.

The floor's database lies in the same directory as the gate's journal, and every round measures each of them once, so
that whatever else the machine does meanwhile falls on all alike.
"""

import secrets
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gate.decide import Admitted, Decider, Decision
from gate.settings import GateSettings
from gate.shown import Code
from station.bench import imagined, stock
from station.bench.measure import MS, Line, NotMeasured, at_most_times, median, percentile, told
from station.clock import TerminalClock
from station.enrolment import Enrolment
from sync.cache import CacheReader
from sync.journal import Journal
from sync.journal_uses import end_use, open_uses
from sync.newest_trust import NewestTrust
from tickets.credential import issue, issue_delegated
from tickets.uses import UseEnd

WARM_UP = 10
TIDY_EVERY = 25
"""A lane tidies its journal whenever nobody has come for five seconds."""
SIGNED_BYTES, FACT_BYTES = 150, 250
"""About what a ticket's signature covers, and what a fact takes in a journal."""


class NotAdmitted(NotMeasured):
    """The gate refused a ticket of its own store: then there is nothing to measure."""


class Floor:
    """What no gate can do without: `signatures` verifications with the key at hand, then a row that is on the disk."""

    def __init__(self, path: Path) -> None:
        key = Ed25519PrivateKey.generate()
        self._message = secrets.token_bytes(SIGNED_BYTES)
        self._signature = key.sign(self._message)
        self._key = key.public_key()
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA wal_autocheckpoint = 4000")  # as a journal's
        self._connection.execute("CREATE TABLE facts (seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT")

    def __call__(self, signatures: int) -> None:
        """Do it once."""
        for _ in range(signatures):
            self._key.verify(self._signature, self._message)
        self._connection.execute("INSERT INTO facts (bytes) VALUES (?)", (secrets.token_bytes(FACT_BYTES),))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def run(store: stock.Stock, rounds: int) -> list[Line]:
    """Decide on `rounds` tickets of each kind. Raises NotAdmitted when one of them is not."""
    stock.set_clock(store.directory)
    enrolment = Enrolment.load(store.directory)
    cache = CacheReader(store.directory / "cache.db")
    clock = TerminalClock(cache)
    floor = Floor(store.directory / "floor.db")
    with Journal.create_or_open(
        store.directory / "journal.db", device=enrolment.device, prefix=None, clock=clock, random=secrets.token_bytes
    ) as journal:
        decider = Decider(
            settings=GateSettings(gate=imagined.GATE, lane=f"{imagined.GATE}A"),
            journal=journal,
            cache=cache,
            trust=NewestTrust(enrolment.trust_list(), enrolment.root_key, cache),
            clock=clock,
        )
        samples = _measure(decider, floor, _texts(store, rounds + WARM_UP), journal.tidy)
        _let_them_pass(journal)
    floor.close()
    cache.close()
    return _lines(samples, store.tickets)


def _texts(store: stock.Stock, count: int) -> list[tuple[str, str, str]]:
    """One text of each kind for every round."""
    by_centre = store.presentable(2 * count, by_till=False)
    by_till = store.presentable(count, by_till=True)
    signed = [issue(ticket, imagined.key("ticket")) for ticket in by_centre[0::2]]
    delegated = [issue_delegated(ticket, imagined.key("till"), imagined.CERTIFICATE) for ticket in by_till]
    return list(zip(signed, delegated, (ticket.number.digits for ticket in by_centre[1::2]), strict=False))


def _measure(
    decider: Decider, floor: Floor, texts: list[tuple[str, str, str]], tidy: Callable[[], None]
) -> dict[str, list[float]]:
    samples: dict[str, list[float]] = defaultdict(list)
    for at, (centre, delegated, number) in enumerate(texts):
        if at % TIDY_EVERY == 0:
            tidy()
        acts: list[tuple[str, Callable[[], None]]] = [
            ("0", lambda: floor(0)),
            ("centre", lambda text=centre: _admit(decider, text)),  # type: ignore[misc]  # bound now, called at once
            ("1", lambda: floor(1)),
            ("delegated", lambda text=delegated: _admit(decider, text)),  # type: ignore[misc]  # as above
            ("2", lambda: floor(2)),
            ("number", lambda text=number: _admit(decider, text)),  # type: ignore[misc]  # as above
        ]
        first = at % len(acts)
        for name, act in acts[first:] + acts[:first]:
            computed, began = time.thread_time(), time.perf_counter()
            act()
            took, computed = time.perf_counter() - began, time.thread_time() - computed
            if at >= WARM_UP:
                samples[name].append(took * MS)
                samples[f"{name} computed"].append(computed * MS)
    return samples


def _admit(decider: Decider, text: str) -> None:
    decision: Decision = decider.code(Code(text=text))
    if not isinstance(decision, Admitted):
        raise NotAdmitted(f"a ticket was refused: {decision.refusal.reason}")


def _let_them_pass(journal: Journal) -> None:
    """End all uses: a gate has one passenger under way at most, and its next start should not find a thousand."""
    with journal.transaction() as tx:
        for left in open_uses(journal):
            use = left.use
            end_use(tx, ticket=use.ticket, use_no=use.use_no, attempt=use.attempt, end=UseEnd.PASSED)


def _lines(samples: dict[str, list[float]], tickets: int) -> list[Line]:
    kinds = (
        ("ticket of the centre", "centre", "1", "one verification and one durable insert"),
        ("ticket of a till", "delegated", "2", "two verifications and one durable insert"),
        ("bare number", "number", "1", "one verification and one durable insert"),
    )
    lines = []
    for said, name, floor, called in kinds:
        for which, share in (("median", 50), ("p99", 99)):
            what = f"decision, {said}, {tickets:,} cached, {which}"
            value, least = percentile(samples[name], share), percentile(samples[floor], share)
            lines.append(at_most_times(what, value, "ms", 2, floor=least, called=called))
        computed, least = median(samples[f"{name} computed"]), median(samples[f"{floor} computed"])
        against = f"computing in its floor: {least:.3g} ms"
        lines.append(
            told(f"decision, {said}, computing alone", computed, "ms", against=against, ratio=computed / least)
        )
    value, least = median(samples["number"]), median(samples["0"])
    against = f"one durable insert and nothing else: {least:.3g} ms"
    lines.append(told("decision, bare number, median", value, "ms", against=against, ratio=value / least))
    return lines
