"""Looking for a ticket: what follows from a touch and from what the till found. Pure.

What a task does with the ticket is its own folder's; `opens` makes its first step.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from kiosk import touches as t
from kiosk.find.steps import Asked, CannotDo, Looking, Several
from kiosk.find.touches import AnotherTicket, PickTicket, TypeCode
from kiosk.steps import Attract, Step
from kiosk.task import Turn
from kiosk.till.commands import Choose, EndSession, Find, FindTyped, StopFinding
from kiosk.till.values import FindState, FindView, FoundTicket, Snapshot, Task, Words

A = TypeVar("A", bound=Asked)

Opens = Callable[[Task, FoundTicket], Step]
"""Makes a task's first step with a ticket found."""

ANSWER_MS = 5_000
"""A till that has not begun to look by then cannot; the passenger is told instead of left waiting."""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""The characters of an order code (Crockford's base 32: no I, L, O, U), which has those of a ticket number in it."""

ORDER_CODE = 10
TICKET_NUMBER = 20

NO_ANSWER: Words = (
    "本机现在无法查找车票，没有作任何更改。请到售票窗口办理。",
    "This machine cannot look for tickets now. Nothing was changed. Please go to the ticket window.",
)
NOT_HERE: Words = ("本机不能办理此项，请到售票窗口。", "This cannot be done here. Please go to the ticket window.")


def begin(task: Task, snapshot: Snapshot, at_ms: int) -> Turn:
    """Look for a ticket to do `task` with."""
    return Looking(task=task, asked_ms=at_ms, stale=snapshot.find), (Find(task=task),)


def forgets(_step: Step, _snapshot: Snapshot) -> Turn:
    """The session ends, and the till forgets what it found."""
    return Attract(), (StopFinding(), EndSession())


def found(snapshot: Snapshot, task: Task) -> FindView | None:
    """What the till has found for this task; None when it speaks of none or of another."""
    find = snapshot.find
    return find if find is not None and find.task is task else None


def ticket(snapshot: Snapshot, number: str) -> FoundTicket | None:
    """The ticket found that has this number."""
    tickets = snapshot.find.tickets if snapshot.find is not None else ()
    return next((each for each in tickets if each.number == number), None)


def is_complete(typed: str) -> bool:
    """Whether this may be an order code or a ticket number."""
    return len(typed) == ORDER_CODE or (len(typed) == TICKET_NUMBER and typed.isdecimal())


def refusal(find: FindView, chosen: FoundTicket) -> Words | None:
    """Why the task cannot be done with this ticket; None when it can. Looking at a ticket is always allowed."""
    if find.task is Task.CHECK or find.task in chosen.can:
        return None
    return dict(chosen.why_not).get(find.task) or find.message or NOT_HERE


def opened(find: FindView, chosen: FoundTicket, opens: Opens) -> Turn:
    """Take one ticket: the first step of the task, or why it cannot be done."""
    words = refusal(find, chosen)
    if words is not None:
        return CannotDo(task=find.task, words=words, number=chosen.number), (Choose(number=chosen.number),)
    return opens(find.task, chosen), (Choose(number=chosen.number),)


def anew(task: Task, snapshot: Snapshot, at_ms: int, opens: Opens) -> Turn:
    """The ticket of before is not spoken of any more: on with what was shown instead, or look again."""
    find = found(snapshot, task)
    if find is None or find.state is not FindState.FOUND or not find.tickets:
        return begin(task, snapshot, at_ms)
    return (Several(task=task), ()) if len(find.tickets) > 1 else opened(find, find.tickets[0], opens)


def adopt_looking(step: Looking, snapshot: Snapshot, at_ms: int, opens: Opens) -> Turn:
    """What the till's news change while a ticket is looked for."""
    find = found(snapshot, step.task)
    if find is None or find == step.stale:
        late = at_ms - step.asked_ms >= ANSWER_MS
        return (CannotDo(task=step.task, words=snapshot.trouble or NO_ANSWER) if late else step), ()
    if step.stale is not None:
        step = replace(step, stale=None)
    if find.state is FindState.REFUSED:
        return CannotDo(task=step.task, words=find.message or NOT_HERE), ()
    if find.state is not FindState.FOUND or not find.tickets:
        return step, ()
    return anew(step.task, snapshot, at_ms, opens)


def adopt_several(step: Several, snapshot: Snapshot) -> Turn:
    """What the till's news change while one of several tickets is to be chosen."""
    find = found(snapshot, step.task)
    if find is None or not find.tickets:
        return CannotDo(task=step.task, words=NO_ANSWER), ()
    return step, ()


def on_looking(step: Looking, touch: t.Touch, snapshot: Snapshot, _at_ms: int) -> Turn:
    """The answer to a touch while a ticket is looked for."""
    typed = step.typed
    match touch:
        case TypeCode():
            return replace(step, typed=typed or ""), ()
        case t.Key(character="") if typed is not None:
            return replace(step, typed=typed[:-1]), ()
        case t.Key(character=character) if typed is not None and character.upper() in ALPHABET:
            return replace(step, typed=(typed + character.upper())[:TICKET_NUMBER]), ()
        case t.Confirm() if typed is not None and is_complete(typed) and found(snapshot, step.task) is not None:
            return step, (FindTyped(text=typed),)
        case t.Back() if typed is not None:
            return replace(step, typed=None), ()
        case t.Back():
            return forgets(step, snapshot)
        case _:
            return step, ()


def on_several(step: Several, touch: t.Touch, snapshot: Snapshot, at_ms: int, opens: Opens) -> Turn:
    """The answer to a touch while one of several tickets is to be chosen."""
    find = found(snapshot, step.task)
    match touch:
        case PickTicket(number=number) if find is not None:
            chosen = ticket(snapshot, number)
            return opened(find, chosen, opens) if chosen is not None else (step, ())
        case t.Back():
            return begin(step.task, snapshot, at_ms)
        case _:
            return step, ()


def another(task: Task, snapshot: Snapshot, at_ms: int) -> Turn:
    """Another ticket: one of those found with this one, else looked for anew."""
    find = found(snapshot, task)
    if find is not None and len(find.tickets) > 1:
        return Several(task=task), ()
    return begin(task, snapshot, at_ms)


def adopt_cannot(step: CannotDo, snapshot: Snapshot, at_ms: int, opens: Opens) -> Turn:
    """What the till's news change at a refusal: more was shown of the ticket, or another one."""
    find = found(snapshot, step.task)
    if step.number is None or find is None or find.state is not FindState.FOUND or not find.tickets:
        return step, ()
    chosen = ticket(snapshot, step.number)
    if chosen is None:
        return anew(step.task, snapshot, at_ms, opens)
    words = refusal(find, chosen)
    return (opens(step.task, chosen) if words is None else replace(step, words=words)), ()


def on_cannot(step: CannotDo, touch: t.Touch, snapshot: Snapshot, at_ms: int) -> Turn:
    """The answer to a touch at a refusal."""
    if isinstance(touch, t.Finish):
        return forgets(step, snapshot)
    if isinstance(touch, AnotherTicket | t.Back):
        return another(step.task, snapshot, at_ms)
    return step, ()


def heard(step: A, task: Task, snapshot: Snapshot, at_ms: int) -> tuple[A, FindView | None]:
    """What the till says of a task since it was asked to do it; None: nothing yet.

    The same words as before are an answer only after a while, or once it has said something else in between.
    """
    find = found(snapshot, task)
    if find is None or (find == step.before and at_ms - step.asked_ms < ANSWER_MS):
        return step, None
    return (replace(step, before=None) if step.before is not None else step), find


def answer(find: FindView | None) -> FindView | None:
    """What became of the task; None while it is under way."""
    return find if find is not None and find.state in (FindState.DONE, FindState.REFUSED) else None
