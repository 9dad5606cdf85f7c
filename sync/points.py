"""Named points of the programs at which a test may kill the process: one list for all of them.

A program calls its probe at each point. In production the probe does nothing; a crash test passes `kill_at(...)`,
which ends the process there the way a power cut would: at once, with nothing flushed, closed or cleaned up.
Points at a commit are named after the process and the kind of event: `before_commit("gate", "use.claimed")`.
"""

import os
import signal
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from tickets.events import Kind

Probe = Callable[[str], None]
"""Called with the name of each point as the program reaches it."""


class Point(StrEnum):
    """Every point that is not a journal's commit. The process comes first, then what it does, then before or after."""

    JOURNAL_CREATE_BEFORE = "journal:create:before"
    """The file is there, its tables and its epoch are not."""
    JOURNAL_CREATE_AFTER = "journal:create:after"
    """The epoch is committed, the marker file is not written."""
    JOURNAL_PRUNE_BEFORE = "journal:prune:before"
    JOURNAL_PRUNE_AFTER = "journal:prune:after"

    GATE_ARBITER_BEFORE = "gate:arbiter:before"
    GATE_ARBITER_AFTER = "gate:arbiter:after"
    GATE_COIL_BEFORE = "gate:coil:before"
    """The decision is durable, the barrier has not been told."""
    GATE_COIL_AFTER = "gate:coil:after"

    TILL_STACK_BEFORE = "till:stack:before"
    """A note is in escrow, the validator has not been told to keep it."""
    TILL_STACK_AFTER = "till:stack:after"
    """The note is in the stacker, the journal does not know."""
    TILL_PAYMENT_ASK_BEFORE = "till:payment-ask:before"
    """A payment without cash is written down, nobody has been asked."""
    TILL_PAYMENT_ASK_AFTER = "till:payment-ask:after"
    """What became of a payment is heard, the journal does not know."""
    TILL_PAYMENT_REVERSE_BEFORE = "till:payment-reverse:before"
    TILL_PAYMENT_REVERSE_AFTER = "till:payment-reverse:after"
    TILL_PAYOUT_BEFORE = "till:payout:before"
    """A payout is written down, neither dispenser nor account has been told."""
    TILL_PAYOUT_AFTER = "till:payout:after"
    """The coins or the booking are under way or done, the journal does not know."""
    TILL_PRINT_BEFORE = "till:print:before"
    TILL_PRINT_AFTER = "till:print:after"

    SYNC_PUSH_BEFORE = "sync:push:before"
    SYNC_PUSH_AFTER = "sync:push:after"
    """The centre has answered, nothing of it is written down."""
    SYNC_ACKNOWLEDGE_COMMIT_BEFORE = "sync:acknowledge:commit:before"
    SYNC_ACKNOWLEDGE_COMMIT_AFTER = "sync:acknowledge:commit:after"
    SYNC_PULL_COMMIT_BEFORE = "sync:pull:commit:before"
    SYNC_PULL_COMMIT_AFTER = "sync:pull:commit:after"
    SYNC_STAGE_COMMIT_BEFORE = "sync:stage:commit:before"
    SYNC_STAGE_COMMIT_AFTER = "sync:stage:commit:after"
    SYNC_SWAP_COMMIT_BEFORE = "sync:swap:commit:before"
    SYNC_SWAP_COMMIT_AFTER = "sync:swap:commit:after"
    SYNC_LAN_COMMIT_BEFORE = "sync:lan:commit:before"
    SYNC_LAN_COMMIT_AFTER = "sync:lan:commit:after"
    SYNC_TIME_COMMIT_BEFORE = "sync:time:commit:before"
    SYNC_TIME_COMMIT_AFTER = "sync:time:commit:after"

    CENTRE_PUSH_COMMIT_BEFORE = "centre:push:commit:before"
    CENTRE_PUSH_COMMIT_AFTER = "centre:push:commit:after"
    CENTRE_ENROL_COMMIT_BEFORE = "centre:enrol:commit:before"
    CENTRE_ENROL_COMMIT_AFTER = "centre:enrol:commit:after"
    CENTRE_SALE_COMMIT_BEFORE = "centre:sale:commit:before"
    CENTRE_SALE_COMMIT_AFTER = "centre:sale:commit:after"
    CENTRE_REFUND_COMMIT_BEFORE = "centre:refund:commit:before"
    CENTRE_REFUND_COMMIT_AFTER = "centre:refund:commit:after"
    CENTRE_PAYMENT_COMMIT_BEFORE = "centre:payment:commit:before"
    """A step of a payment without cash: first the wish, then what the provider said of it, and so on."""
    CENTRE_PAYMENT_COMMIT_AFTER = "centre:payment:commit:after"
    CENTRE_USE_COMMIT_BEFORE = "centre:use:commit:before"
    CENTRE_USE_COMMIT_AFTER = "centre:use:commit:after"
    """A use is granted to a till that takes a ticket back, and the till has not heard of it yet."""
    CENTRE_INVOICE_COMMIT_BEFORE = "centre:invoice:commit:before"
    CENTRE_INVOICE_COMMIT_AFTER = "centre:invoice:commit:after"
    CENTRE_UPKEEP_COMMIT_BEFORE = "centre:upkeep:commit:before"
    CENTRE_UPKEEP_COMMIT_AFTER = "centre:upkeep:commit:after"
    CENTRE_SETUP_COMMIT_BEFORE = "centre:setup:commit:before"
    CENTRE_SETUP_COMMIT_AFTER = "centre:setup:commit:after"

    RELAY_CLAIM_COMMIT_BEFORE = "relay:claim:commit:before"
    RELAY_CLAIM_COMMIT_AFTER = "relay:claim:commit:after"
    """A use is granted, and nobody has heard of it yet."""
    RELAY_PUSH_COMMIT_BEFORE = "relay:push:commit:before"
    RELAY_PUSH_COMMIT_AFTER = "relay:push:commit:after"
    RELAY_STEP_COMMIT_BEFORE = "relay:step:commit:before"
    RELAY_STEP_COMMIT_AFTER = "relay:step:commit:after"
    RELAY_FACT_COMMIT_BEFORE = "relay:fact:commit:before"
    RELAY_FACT_COMMIT_AFTER = "relay:fact:commit:after"
    RELAY_FORK_COMMIT_BEFORE = "relay:fork:commit:before"
    """Another story of a journal was told, and nothing of it is kept yet."""
    RELAY_FORK_COMMIT_AFTER = "relay:fork:commit:after"
    RELAY_FORWARD_BEFORE = "relay:forward:before"
    RELAY_FORWARD_AFTER = "relay:forward:after"
    """The centre has answered what was handed on, nothing of it is written down."""
    RELAY_PRUNE_COMMIT_BEFORE = "relay:prune:commit:before"
    RELAY_PRUNE_COMMIT_AFTER = "relay:prune:commit:after"
    RELAY_DIARY_COMMIT_BEFORE = "relay:diary:commit:before"
    """What the centre shall know is in the relay's journal, and not ticked off yet."""
    RELAY_DIARY_COMMIT_AFTER = "relay:diary:commit:after"


def before_commit(process: str, kind: str) -> str:
    """The point at which this process (gate, till or relay) has written an event of `kind` but not committed it."""
    return f"{process}:commit:{kind}:before"


def after_commit(process: str, kind: str) -> str:
    """The point at which this process has committed an event of `kind` and has told nobody yet."""
    return f"{process}:commit:{kind}:after"


_WRITTEN: Mapping[str, Iterable[Kind]] = {
    "gate": Kind,
    "till": Kind,
    "relay": (Kind.JOURNAL_OPENED, Kind.STAFF_ACTED, Kind.USE_DUPLICATE),
}
COMMIT_POINTS: tuple[str, ...] = tuple(
    name(process, kind)
    for process, kinds in _WRITTEN.items()
    for kind in kinds
    for name in (before_commit, after_commit)
)
"""Before and after the commit of every kind of event that is written into the journal of a gate, a till or a relay."""

ALL_POINTS: tuple[str, ...] = (*Point, *COMMIT_POINTS)
"""Every point that any of the programs passes to its probe."""


def no_probe(_point: str) -> None:
    """The probe of production: nothing happens."""


def kill_at(point: str, nth: int = 1) -> Probe:
    """Make a probe that kills its own process (SIGKILL) when `point` is reached for the `nth` time.

    ValueError for a point that no program has, so that a misspelt crash test fails instead of passing.
    """
    if point not in ALL_POINTS:
        raise ValueError(f"there is no point {point!r}; see sync/points.py for the list")
    if nth < 1:
        raise ValueError("the first time is 1")
    left = nth

    def probe(reached: str) -> None:
        nonlocal left
        if reached == point:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return probe
