"""Collecting a ticket: what follows from a touch and from the till's news. Pure."""

from dataclasses import replace

from kiosk import touches as t
from kiosk.collect.steps import Collect, Collected, CollectStep, How, OnPhone, Paper, Sheet
from kiosk.collect.touches import CardOnly, HavePaper, PrintIt, TakeIt
from kiosk.find.flow import ANSWER_MS, anew, another, begin, forgets, found, heard, ticket
from kiosk.find.steps import CannotDo
from kiosk.find.touches import AnotherTicket
from kiosk.task import Turn
from kiosk.till.commands import DoTask, TakeAlong
from kiosk.till.values import Delivery, FindState, FindView, FoundTicket, Snapshot, Task, Words

LINK_MS = 1_000
"""A link that has not changed by then is this ticket's: it was shown before."""

NO_LINK: Words = (
    "本机现在无法把车票发到手机。车票有效，请打印，或凭身份证检票。",
    "The ticket cannot be handed to a phone now. It is valid: print it, or board with your ID card.",
)


def opens(_task: Task, chosen: FoundTicket) -> Collect:
    """The first step with a ticket found."""
    return Collect(number=chosen.number)


def on_collect(step: CollectStep, touch: t.Touch, snapshot: Snapshot, at_ms: int) -> Turn:
    """The answer to a touch. What is being printed cannot be left."""
    find = found(snapshot, Task.COLLECT)
    if find is None or ticket(snapshot, step.number) is None:
        return begin(Task.COLLECT, snapshot, at_ms)
    if isinstance(step, Collect) or (isinstance(step, Paper) and step.sheet is not Sheet.PRINTING):
        match touch:
            case PrintIt() if snapshot.capabilities.printer:
                return Paper(number=step.number, before=find, asked_ms=at_ms), (DoTask(),)
            case TakeIt():
                stale = shown_link(snapshot)
                return OnPhone(number=step.number, stale=stale, asked_ms=at_ms), (TakeAlong(number=step.number),)
            case CardOnly():
                return Collected(number=step.number, how=How.CARD), ()
            case HavePaper() if isinstance(step, Paper):
                return Collected(number=step.number, how=How.PAPER), ()
    match step, touch:
        case OnPhone(link=link), t.Confirm() if link:
            return Collected(number=step.number, how=How.PHONE), ()
        case OnPhone(), t.Back():
            return Collect(number=step.number), ()
        case Collect() | Collected(), AnotherTicket() | t.Back():
            return another(Task.COLLECT, snapshot, at_ms)
        case Collected(), t.Finish():
            return forgets(step, snapshot)
        case _:
            return step, ()


def shown_link(snapshot: Snapshot) -> str:
    """The link that stands there now, whosever it is."""
    return snapshot.link or (snapshot.find.link if snapshot.find is not None else "")


def adopt_collect(step: CollectStep, snapshot: Snapshot, at_ms: int) -> Turn:
    """What the till's news change."""
    if isinstance(step, Collected):
        return step, ()
    if found(snapshot, Task.COLLECT) is None or ticket(snapshot, step.number) is None:
        return anew(Task.COLLECT, snapshot, at_ms, opens)
    match step:
        case Paper(sheet=Sheet.PRINTING):
            return _printing(step, snapshot, at_ms), ()
        case OnPhone(link=""):
            return _linking(step, snapshot, at_ms), ()
        case _:
            return step, ()


def _printing(step: Paper, snapshot: Snapshot, at_ms: int) -> Paper | Collected:
    step, find = heard(step, Task.COLLECT, snapshot, at_ms)
    match find:
        case FindView(delivery=Delivery.PRINTED):
            return Collected(number=step.number, how=How.PAPER)
        case FindView(delivery=Delivery.UNKNOWN):
            return replace(step, sheet=Sheet.UNKNOWN)
        case FindView(delivery=Delivery.REFUSED) | FindView(state=FindState.REFUSED):
            return replace(step, sheet=Sheet.REFUSED)
        case _:
            return step


def _linking(step: OnPhone, snapshot: Snapshot, at_ms: int) -> OnPhone | CannotDo:
    waited, link = at_ms - step.asked_ms, shown_link(snapshot)
    if link and (link != step.stale or waited >= LINK_MS):
        return replace(step, link=link)
    return CannotDo(task=Task.COLLECT, words=snapshot.trouble or NO_LINK) if waited >= ANSWER_MS else step


def waits_paper(step: Paper, _snapshot: Snapshot) -> int | None:
    """Milliseconds that the paper's screen waits for a touch; None while the printer works."""
    return None if step.sheet is Sheet.PRINTING else 60_000
