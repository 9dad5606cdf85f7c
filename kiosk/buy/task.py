"""The tables of buying: what each step of a purchase answers, adopts and waits for."""

from pathlib import Path

from kiosk.buy import steps as s
from kiosk.buy.choosing import on_where_to, on_which
from kiosk.buy.news import choosing, handing, holding, ordered, recovering, taking, waiting
from kiosk.buy.paying import (
    leaves,
    money_inside,
    on_give_up,
    on_pay,
    on_paying,
    start_over,
    stoppable,
    waits_paying,
)
from kiosk.buy.printing import (
    leaves_recovered,
    on_done,
    on_given_back,
    on_not_printed,
    on_phone,
    on_recovered,
    on_trouble,
    unasked_recovered,
    waits_not_printed,
    waits_trouble,
)
from kiosk.buy.seating import on_seats
from kiosk.buy.travellers import on_agree, on_rider, on_typing, on_who
from kiosk.steps import Step
from kiosk.task import StepRules, Task, Turn, never, no, seconds
from kiosk.till.commands import LookAt
from kiosk.till.values import Snapshot

FOLDER = Path(__file__).parent


def _begins(snapshot: Snapshot, _at_ms: int) -> Turn | None:
    if not snapshot.capabilities.sells:
        return None
    return s.WhereTo(choice=s.Choice()), () if snapshot.day is None else (LookAt(day=None),)


def _begins_recovered(snapshot: Snapshot, _at_ms: int) -> Turn | None:
    return (s.Recovered(), ()) if snapshot.recovered is not None else None


def _may_choose(_step: Step, _snapshot: Snapshot) -> bool:
    return True


def _not_inside(_step: Step, snapshot: Snapshot) -> bool:
    return not money_inside(snapshot)


def _not_sent(step: s.GiveUp) -> bool:
    return not step.sent


BUYING = Task(
    name="buy",
    folder=FOLDER,
    begins=_begins,
    offers=lambda snapshot: snapshot.capabilities.sells,
    inside=money_inside,
    steps=(
        StepRules(
            of=s.WhereTo,
            screen="whereTo",
            qml="WhereTo",
            answer=on_where_to,
            adopt=choosing,
            waits=seconds(30),
            changes=_may_choose,
            railed=False,
            menu=True,
        ),
        StepRules(
            of=s.WhichDeparture,
            screen="which",
            qml="WhichDeparture",
            answer=on_which,
            adopt=choosing,
            waits=seconds(30),
            changes=_may_choose,
        ),
        StepRules(
            of=s.Seats,
            screen="seats",
            qml="Seats",
            answer=on_seats,
            adopt=choosing,
            railed=False,
        ),
        StepRules(
            of=s.Agree,
            screen="agree",
            qml="Agree",
            answer=on_agree,
            adopt=choosing,
            changes=_may_choose,
        ),
        StepRules(of=s.Who, screen="who", qml="Who", answer=on_who, adopt=choosing, changes=_may_choose, reads=True),
        StepRules(
            of=s.RiderTicket,
            screen="rider",
            qml="RiderTicket",
            answer=on_rider,
            adopt=choosing,
            changes=_may_choose,
            reads=True,
        ),
        StepRules(
            of=s.Typing,
            screen="typing",
            qml="Typing",
            answer=on_typing,
            adopt=choosing,
            changes=_may_choose,
            reads=True,
        ),
        StepRules(
            of=s.Pay,
            screen="pay",
            qml="Pay",
            answer=on_pay,
            adopt=holding,
            leaves=leaves,
            starts_over=start_over,
            changes=_not_inside,
        ),
        StepRules(
            of=s.PuttingIn,
            screen="puttingIn",
            qml="PuttingIn",
            answer=on_pay,
            adopt=taking,
            leaves=leaves,
            starts_over=start_over,
            changes=_not_inside,
        ),
        StepRules(
            of=s.Paying,
            screen="paying",
            qml="Paying",
            answer=on_paying,
            adopt=waiting,
            leaves=leaves,
            waits=waits_paying,
            back=stoppable,
            over=no,
        ),
        StepRules(
            of=s.GiveUp,
            screen="giveUp",
            qml="GiveUp",
            answer=on_give_up,
            adopt=ordered,
            leaves=leaves,
            back=_not_sent,
            over=_not_sent,
        ),
        StepRules(of=s.Printing, screen="printing", qml="Printing", adopt=ordered, waits=never, back=no, over=no),
        StepRules(
            of=s.NotPrinted,
            screen="notPrinted",
            qml="NotPrinted",
            answer=on_not_printed,
            adopt=ordered,
            waits=waits_not_printed,
            back=no,
            over=no,
        ),
        StepRules(
            of=s.Done, screen="done", qml="Done", answer=on_done, adopt=ordered, waits=seconds(30), back=no, over=no
        ),
        StepRules(
            of=s.GivenBack,
            screen="givenBack",
            qml="GivenBack",
            answer=on_given_back,
            adopt=ordered,
            back=no,
            over=no,
        ),
        StepRules(
            of=s.ToPhone,
            screen="toPhone",
            qml="ToPhone",
            answer=on_phone,
            adopt=handing,
            over=no,
        ),
        StepRules(
            of=s.Trouble,
            screen="trouble",
            qml="Trouble",
            answer=on_trouble,
            adopt=ordered,
            waits=waits_trouble,
            back=no,
            over=no,
        ),
    ),
)
"""A purchase, from the destination to the ticket in hand."""

RECOVERED = Task(
    name="recovered",
    folder=FOLDER,
    begins=_begins_recovered,
    offers=lambda snapshot: snapshot.recovered is not None,
    unasked=unasked_recovered,
    steps=(
        StepRules(
            of=s.Recovered,
            screen="recovered",
            qml="Recovered",
            answer=on_recovered,
            adopt=recovering,
            leaves=leaves_recovered,
            back=no,
        ),
    ),
)
"""Business of before a restart, for whoever it belongs to."""
