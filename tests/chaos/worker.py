"""A terminal's own process, which writes its journal while everything around it is hurt, and may be killed itself.

`python -m tests.chaos.worker --store DIR --seed N` prints {"ready": true}, and then one line {"done": SEQ, "hash": HEX}
for each transaction that is on the disk: whoever read that line was promised that it stays.
"""

import argparse
import json
import signal
import time
from pathlib import Path
from random import Random

from station.enrolment import Enrolment
from sync.journal.journal import Journal
from tests.sync.till_life import TickingClock, gate_life, till_life

OTHERS_TILL = 0x00A1B2
"""Whose tickets a gate sees here: a till's that nobody has heard of."""
PAUSE_S = 0.02


def works(store: Path, seed: int) -> None:
    """Live one life after another until SIGTERM; a life that was broken off by a kill is not gone on with."""
    enrolment = Enrolment.load(store)
    stop: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: stop.append(number))
    random = Random(f"{seed} {time.time_ns()}")
    with Journal.create_or_open(
        store / "journal.db",
        device=enrolment.device,
        prefix=enrolment.prefix,
        clock=TickingClock(),
        random=random.randbytes,
    ) as journal:
        print(json.dumps({"ready": True}), flush=True)
        while not stop:
            number, prefix = random.randrange(10**7), enrolment.prefix
            trip = f"K{number:07}"
            life = gate_life(number, OTHERS_TILL) if prefix is None else till_life(number, prefix, trip)
            for act in life:
                with journal.transaction() as tx:
                    act(tx)
                seq, digest = journal.head()
                print(json.dumps({"done": seq, "hash": digest.hex()}), flush=True)
                time.sleep(PAUSE_S)
                if stop:
                    break


def main() -> None:
    """Work as a process."""
    parser = argparse.ArgumentParser(description="A terminal's work.")
    parser.add_argument("--store", required=True, type=Path)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    works(arguments.store, arguments.seed)


if __name__ == "__main__":
    main()
