"""Signing an act of staff and leaving it where it is obeyed; then looking, for a few seconds, who has taken it."""

import time
from collections.abc import Callable
from pathlib import Path

from station.staff_desk import StaffDesk
from sync.lan.fact_taken import FactTaken, TakenFacts
from sync.lan.outbox import Outbox
from tickets.keys import SigningKey
from tickets.staff import StaffFact, open_fact, sign_fact

PATIENCE_S = 3.0
_LOOK_S = 0.05


def sign_here(fact: StaffFact, key: SigningKey, desk: StaffDesk) -> bytes:
    """The signed act, checked as every terminal of the station will check it. Raises BadFact when they would refuse."""
    data = sign_fact(fact, key)
    open_fact(data, desk.trust_list, desk.enrolment.station, desk.now)
    return data


def hand_over(
    directory: Path,
    name: str,
    data: bytes,
    *,
    has_relay: bool,
    patience: float | None = None,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> FactTaken:
    """Leave the act in the terminal's outbox, and say who has it after at most `patience` (3) seconds.

    Whatever the answer, the act is durable when this returns. Raises EnvironmentFault when it is not.
    """
    far_enough = {FactTaken.RELAY, FactTaken.REFUSED} | (set() if has_relay else {FactTaken.TERMINAL})
    Outbox(directory).put(name, data)
    taken = TakenFacts(directory)
    ends = monotonic() + (PATIENCE_S if patience is None else patience)
    try:
        while True:
            found = taken.look(name, data)
            if found in far_enough or monotonic() >= ends:
                return found
            sleep(_LOOK_S)
    finally:
        taken.close()
