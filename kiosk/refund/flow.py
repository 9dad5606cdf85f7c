"""Giving a ticket back: what follows from a touch and from the till's news. Pure."""

from dataclasses import replace

from kiosk import touches as t
from kiosk.find.flow import NOT_HERE, anew, another, answer, forgets, found, heard, ticket
from kiosk.find.steps import CannotDo
from kiosk.find.touches import AnotherTicket
from kiosk.refund.steps import Refund, Refunded, Refunding, RefundStep
from kiosk.steps import Attract, Session, Step
from kiosk.task import Turn
from kiosk.till.commands import DoTask
from kiosk.till.values import FindState, FoundTicket, Snapshot, Task, Words

LONG_MS = 8_000
"""A refund that takes longer is said to: nobody walks away from money that is on its way."""

UNCLEAR: Words = (
    "本机无法确认退票结果。请带上车票或证件到售票窗口，工作人员会为您核对。",
    "This machine cannot say how the refund ended. Please take your ticket or ID to the ticket window to be checked.",
)


def opens(_task: Task, chosen: FoundTicket) -> Refund:
    """The first step with a ticket found."""
    return Refund(number=chosen.number)


def on_refund(step: RefundStep, touch: t.Touch, snapshot: Snapshot, at_ms: int) -> Turn:
    """The answer to a touch. Once confirmed nothing can be touched until the till has answered."""
    find = found(snapshot, Task.REFUND)
    match step, touch:
        case Refund(number=number), t.Confirm() if find is not None and ticket(snapshot, number) is not None:
            return Refunding(number=number, before=find, asked_ms=at_ms), (DoTask(),)
        case Refund() | Refunded(), AnotherTicket() | t.Back():
            return another(Task.REFUND, snapshot, at_ms)
        case Refund() | Refunded(), t.Finish():
            return forgets(step, snapshot)
        case _:
            return step, ()


def adopt_refund(step: RefundStep, snapshot: Snapshot, at_ms: int) -> Turn:
    """What the till's news change."""
    find = found(snapshot, Task.REFUND)
    match step:
        case Refund() if find is None or ticket(snapshot, step.number) is None:
            return anew(Task.REFUND, snapshot, at_ms, opens)
        case Refunding(number=number):
            long = at_ms - step.asked_ms >= LONG_MS
            if find is None:
                return (CannotDo(task=Task.REFUND, words=UNCLEAR) if long else step), ()
            step, said = heard(step, Task.REFUND, snapshot, at_ms)
            ended = answer(said)
            if ended is None and said is not None and said.state is FindState.FOUND and said.message is not None:
                return CannotDo(task=Task.REFUND, words=said.message), ()
            if ended is None:
                return replace(step, long=long), ()
            if ended.state is FindState.DONE or ended.claim is not None:
                return Refunded(number=number, result=ended), ()
            return CannotDo(task=Task.REFUND, words=ended.message or NOT_HERE), ()
        case Refunded(restarted=True) if find is None:
            return Attract(), ()
        case _:
            return step, ()


def unasked_refund(_session: Session, snapshot: Snapshot) -> Step | None:
    """A refund that a restart interrupted and that has ended since: whoever stands here is told."""
    find = found(snapshot, Task.REFUND)
    if find is None or find.state is not FindState.DONE or find.chosen is None:
        return None
    return Refunded(number=find.chosen, result=find, restarted=True)


def waits_refunded(step: Refunded, _snapshot: Snapshot) -> int | None:
    """Milliseconds that the outcome waits for a touch; None while its number is on no slip."""
    claim = step.result.claim
    return None if claim is not None and not claim.slip_printed else 60_000
