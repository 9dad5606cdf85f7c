"""How long a step waits for a touch before it asks, and how long the question stands. Pure: times come in."""

from typing import assert_never

from kiosk.steps import (
    Attract,
    Done,
    GiveUp,
    NotPrinted,
    OutOfService,
    Pay,
    Printing,
    PuttingIn,
    Recovered,
    Session,
    Step,
    StillThere,
    Trouble,
    Typing,
    WhereTo,
    WhichDeparture,
    Who,
)
from kiosk.till.values import (
    Delivery,
    Snapshot,
)

WARNING_MS = 20_000
"""The least time to say "I am here" (WCAG 2.2, criterion 2.2.1). It can be extended without end."""

PATIENCE = 3
"""Large print waits this many times longer: who needs it reads and reaches more slowly."""


def waits_ms(step: Step, snapshot: Snapshot) -> int | None:
    """Milliseconds that `step` waits for a touch, None when it never gives up by itself.

    Money that is paid with no ticket in hand waits for ever: the passenger may be fetching staff.
    """
    match step:
        case Attract() | StillThere() | Printing():
            return None
        case WhereTo() | WhichDeparture() | Done():
            return 30_000
        case Who() | Typing() | Pay() | PuttingIn() | GiveUp():
            return 60_000
        case Recovered() | OutOfService():
            return 60_000
        case Trouble():
            order = snapshot.order
            unprinted = order is not None and order.claim is not None and not order.claim.slip_printed
            return None if unprinted else 60_000
        case NotPrinted():
            order = snapshot.order
            refused = order is not None and any(t.delivery is Delivery.REFUSED for t in order.tickets)
            return None if refused else 60_000
        case _:
            assert_never(step)


def asks_at_ms(session: Session, snapshot: Snapshot) -> int | None:
    """The moment at which this session is asked whether anybody is there; None for never."""
    waits = waits_ms(session.step, snapshot)
    if waits is None:
        return None
    return session.touched_ms + waits * (PATIENCE if session.comfort.large else 1)
