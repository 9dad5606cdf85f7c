"""How a payment without cash goes, as a table: what is heard of it, and what follows. Pure.

Nothing is believed that nobody said. As long as nobody answers a payment is open: it is asked after, and when that has
taken too long, or nobody wants it any more, it is reversed, for ever, until somebody says that no money is taken.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kiosk.till.values import Means, PaymentState, Words
from kiosk.till.wording import PAYMENT_FAILED, PAYMENT_REFUSED
from sync.line.payment_schedule import SCHEDULES, Schedule


class Phase(StrEnum):
    """How far a payment is."""

    ASKED = "asked"  # told to whoever collects it, no answer yet
    WAITING = "waiting"  # the passenger has to do something
    UNCLEAR = "unclear"  # no answer came
    REVERSING = "reversing"  # it is to come back, whatever it is
    PAID = "paid"
    FAILED = "failed"  # no money came of it
    REVERSED = "reversed"  # all of it went back, and none will come any more
    KEPT = "kept"  # not wanted any more, taken, and it cannot be undone: it is owed


ENDS: Final = frozenset({Phase.PAID, Phase.FAILED, Phase.REVERSED, Phase.KEPT})


class Heard(StrEnum):
    """What is heard of a payment."""

    PAID = "paid"
    WAITING = "waiting"
    FAILED = "failed"
    REVERSED = "reversed"
    SILENCE = "silence"  # no answer, or none to be believed
    UNKNOWN = "unknown"  # whoever was asked never heard of it, or will not hear of it
    CANNOT_UNDO = "cannot undo"  # taken, and cannot be reversed any more
    TOO_LONG = "too long"  # it is not settled, and its time is over
    NOT_WANTED = "not wanted"  # the passenger stopped it, or its order is given up


def _open(phase: Phase) -> dict[tuple[Phase, Heard], Phase]:
    return {
        (phase, Heard.PAID): Phase.PAID,
        (phase, Heard.WAITING): Phase.WAITING,
        (phase, Heard.FAILED): Phase.FAILED,
        (phase, Heard.REVERSED): Phase.REVERSED,
        (phase, Heard.SILENCE): Phase.UNCLEAR,
        (phase, Heard.UNKNOWN): Phase.REVERSING,
        (phase, Heard.TOO_LONG): Phase.REVERSING,
        (phase, Heard.NOT_WANTED): Phase.REVERSING,
    }


STEPS: Final[Mapping[tuple[Phase, Heard], Phase]] = {
    **_open(Phase.ASKED),
    **_open(Phase.WAITING),
    **_open(Phase.UNCLEAR),
    (Phase.REVERSING, Heard.REVERSED): Phase.REVERSED,
    (Phase.REVERSING, Heard.FAILED): Phase.FAILED,
    (Phase.REVERSING, Heard.CANNOT_UNDO): Phase.KEPT,
}
"""What leads where; whatever is not in here changes nothing. A payment that is being reversed is not paid any more:
an older question's answer that it is paid comes too late, and is undone with the rest.
"""


def after(phase: Phase, heard: Heard) -> Phase:
    """The phase that follows. An end stays an end."""
    return STEPS.get((phase, heard), phase)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer about a payment: `code` to show, `reference` as whoever was paid names it, `why` it failed."""

    heard: Heard
    code: str = ""
    reference: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One means without cash: the method that the journal names, the way that the centre is told, and its times."""

    means: Means
    method: str
    way: str
    schedule: Schedule


KINDS: Final[Mapping[Means, Kind]] = {
    Means.QR_SCAN: Kind(means=Means.QR_SCAN, method="qr", way="scan", schedule=SCHEDULES["scan"]),
    Means.QR_SHOW: Kind(means=Means.QR_SHOW, method="qr", way="show", schedule=SCHEDULES["show"]),
    Means.CARD: Kind(means=Means.CARD, method="card", way="card", schedule=Schedule(every_s=2.0, in_all_s=150.0)),
}
AFTER_RESTART_S: Final = 15.0
"""Seconds in which a payment that an earlier process asked for may still turn out to be paid, and is a ticket then."""
CODE_WAIT_S: Final = 60.0
"""Seconds that the scanner waits for a passenger's code before this means is put away again."""
NO_OTHER_MEANS_S: Final = 10.0
"""Seconds that a reversal nobody answers holds the passenger up; after that other means are offered again."""


def kind_of(way: str | None) -> Kind:
    """The means of a payment by the way that its journal names."""
    return next((kind for kind in KINDS.values() if kind.way == way), KINDS[Means.QR_SCAN])


def state_of(phase: Phase, kind: Kind, code: str) -> PaymentState:
    """How a payment is shown."""
    match phase:
        case Phase.ASKED | Phase.WAITING if kind.means is Means.QR_SHOW and not code:
            return PaymentState.STARTING
        case Phase.ASKED | Phase.PAID:
            return PaymentState.CONFIRMING
        case Phase.WAITING:
            return PaymentState.SHOWING_CODE if code else PaymentState.CONFIRMING
        case Phase.UNCLEAR:
            return PaymentState.UNCLEAR
        case Phase.REVERSING:
            return PaymentState.REVERSING
        case Phase.FAILED | Phase.REVERSED | Phase.KEPT:
            return PaymentState.FAILED


def failure(why: str) -> Words:
    """What to tell a passenger whose payment came to nothing."""
    return PAYMENT_REFUSED.get(why, PAYMENT_FAILED)
