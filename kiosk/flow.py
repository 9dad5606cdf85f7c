"""The way through a purchase: what comes next after a touch, after news from the till, and after a silence.

Pure functions from (session, event, snapshot) to the next session and the commands for the till. The snapshot is what
the till said last. Times are monotonic milliseconds that come in as arguments.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from kiosk import touches as t
from kiosk.idle import WARNING_MS, asks_at_ms
from kiosk.news import adopt
from kiosk.paying import give_up, money_inside, on_paying
from kiosk.steps import (
    Attract,
    Choice,
    Comfort,
    Done,
    GiveUp,
    Language,
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
    nobody,
)
from kiosk.till.commands import (
    AskForDocuments,
    CancelOrder,
    Command,
    EndSession,
    PrintTickets,
    Reprint,
)
from kiosk.till.values import (
    OrderView,
    Snapshot,
)
from kiosk.travellers import on_typing, on_who

Next = tuple[Session, tuple[Command, ...]]
"""The next session, and what the till is asked to do."""


def touched(session: Session, touch: t.Touch, snapshot: Snapshot, at_ms: int) -> Next:
    """What follows a touch. A touch that means nothing at this step changes nothing but keeps the session awake."""
    session = replace(session, touched_ms=at_ms)
    comfort = _comfort(session.comfort, touch)
    if comfort is not None:
        session = replace(session, comfort=comfort)
        return _enter(session, WhereTo(choice=Choice()), at_ms) if isinstance(session.step, Attract) else (session, ())
    if isinstance(session.step, StillThere):
        if isinstance(touch, t.StartOver | t.Finish):
            return leave(session, snapshot, at_ms)
        return replace(session, step=session.step.before), ()
    if isinstance(touch, t.StartOver):
        return _start_over(session, snapshot, at_ms)
    if isinstance(touch, t.Finish | t.NotMine):
        return _finished(session, touch, snapshot, at_ms)
    answer = _ANSWERS.get(type(session.step))
    if answer is None:
        return session, ()
    step, commands = answer(session.step, touch, snapshot, at_ms)
    after, reader = _enter(session, step, at_ms)
    return after, (*reader, *commands)


def news(session: Session, snapshot: Snapshot, at_ms: int) -> Next:
    """What follows from what the till says now."""
    step = session.step
    inner = step.before if isinstance(step, StillThere) else step
    after, commands = adopt(inner, snapshot, waved_away=session.waved_away, at_ms=at_ms)
    if after == inner:
        return session, commands
    session, more = _enter(replace(session, step=inner, touched_ms=at_ms), after, at_ms)
    return session, (*commands, *more)


def stirred(session: Session, at_ms: int) -> Session:
    """Something happened that only a person does (a bill went in): the wait for a touch begins again."""
    step = session.step.before if isinstance(session.step, StillThere) else session.step
    return replace(session, step=step, touched_ms=at_ms)


def ticked(session: Session, snapshot: Snapshot, at_ms: int) -> Next:
    """What follows from time alone."""
    step = session.step
    if isinstance(step, StillThere):
        return leave(session, snapshot, at_ms) if at_ms >= step.until_ms else (session, ())
    asks_at = asks_at_ms(session, snapshot)
    if asks_at is None or at_ms < asks_at or isinstance(step, Attract):
        return session, ()
    if isinstance(step, OutOfService):
        return replace(session, comfort=Comfort(), touched_ms=at_ms), ()
    return replace(session, step=StillThere(before=step, until_ms=at_ms + WARNING_MS)), ()


def leave(session: Session, snapshot: Snapshot, at_ms: int) -> Next:
    """End the session. Money that is in an open order becomes a claim first, and the claim is shown."""
    step = session.step.before if isinstance(session.step, StillThere) else session.step
    if isinstance(step, Pay | PuttingIn | GiveUp) and money_inside(snapshot):
        return replace(session, step=GiveUp(choice=step.choice, sent=True), touched_ms=at_ms), (CancelOrder(),)
    if isinstance(step, Recovered):
        order = snapshot.recovered
        return nobody(at_ms, waved_away=order.order if order else session.waved_away), ()
    cancel: tuple[Command, ...] = (CancelOrder(),) if isinstance(step, Pay | PuttingIn) else ()
    session, reader = _enter(replace(session, step=step), Attract(), at_ms)
    return session, (*cancel, *reader, EndSession())


def can_go_back(step: Step) -> bool:
    """Whether this step has one before it to go back to."""
    if isinstance(step, GiveUp):
        return not step.sent
    return isinstance(step, WhereTo | WhichDeparture | Who | Typing | Pay | PuttingIn)


def can_start_over(step: Step) -> bool:
    """Whether the session may be ended by a touch here: not while a ticket is being made of paid money."""
    return can_go_back(step) or isinstance(step, StillThere | Recovered)


def can_change(step: Step, snapshot: Snapshot) -> bool:
    """Whether parts of the journey can still be touched: not with money inside, not once paid."""
    if isinstance(step, Pay | PuttingIn):
        return not money_inside(snapshot)
    return isinstance(step, WhereTo | WhichDeparture | Who | Typing)


def _comfort(comfort: Comfort, touch: t.Touch) -> Comfort | None:
    match touch:
        case t.SwitchLanguage():
            return replace(comfort, language=Language.EN if comfort.language is Language.ZH else Language.ZH)
        case t.SwitchLarge():
            return replace(comfort, large=not comfort.large)
        case t.SwitchContrast():
            return replace(comfort, contrast=not comfort.contrast)
        case _:
            return None


def _enter(session: Session, step: Step, at_ms: int) -> Next:
    """Change the step; the ID reader looks only while somebody is asked who travels, and nobody's session is empty."""
    was, now = isinstance(session.step, Who | Typing), isinstance(step, Who | Typing)
    commands: tuple[Command, ...] = () if was == now else (AskForDocuments(on=now),)
    if isinstance(step, Attract):
        return nobody(at_ms, waved_away=session.waved_away), commands
    return replace(session, step=step), commands


def _start_over(session: Session, snapshot: Snapshot, at_ms: int) -> Next:
    step = session.step
    if isinstance(step, Pay | PuttingIn) and money_inside(snapshot):
        return replace(session, step=GiveUp(choice=step.choice)), ()
    return leave(session, snapshot, at_ms) if can_start_over(step) else (session, ())


def _finished(session: Session, touch: t.Touch, snapshot: Snapshot, at_ms: int) -> Next:
    step = session.step
    if isinstance(step, Recovered):
        if isinstance(touch, t.NotMine):
            return leave(session, snapshot, at_ms)
        return nobody(at_ms, waved_away=session.waved_away), (EndSession(),)
    if isinstance(step, Trouble) and isinstance(touch, t.Finish):
        order = snapshot.order
        open_order = order is not None and order.claim is None and not order.tickets
        may_choose = snapshot.capabilities.sells and step.choice.destination is not None
        if step.words is not None and may_choose and not open_order:
            return _enter(session, WhichDeparture(choice=step.choice), at_ms)
        return leave(session, snapshot, at_ms)
    if isinstance(step, Done) and isinstance(touch, t.Finish):
        return leave(session, snapshot, at_ms)
    return session, ()


_Answer = Callable[[Step, t.Touch, Snapshot, int], tuple[Step, tuple[Command, ...]]]


def _on_attract(step: Step, touch: t.Touch, snapshot: Snapshot, _at_ms: int) -> tuple[Step, tuple[Command, ...]]:
    if isinstance(touch, t.ShowRecovered) and snapshot.recovered is not None:
        return Recovered(), ()
    return (WhereTo(choice=Choice()), ()) if isinstance(touch, t.Start) else (step, ())


def _on_where_to(step: Step, touch: t.Touch, snapshot: Snapshot, _at_ms: int) -> tuple[Step, tuple[Command, ...]]:
    assert isinstance(step, WhereTo)
    match touch:
        case t.Spell():
            return replace(step, spelling=True, typed=""), ()
        case t.Key(character="") if step.spelling:
            return replace(step, typed=step.typed[:-1]), ()
        case t.Key(character=letter) if step.spelling:
            return replace(step, typed=(step.typed + letter.upper())[:12]), ()
        case t.ChooseStop(stop=stop):
            for destination in snapshot.destinations:
                if destination.stop == stop and destination.next_departure is not None:
                    kept = replace(step.choice, destination=destination, offer=None)
                    return WhichDeparture(choice=kept), ()
            return step, ()
        case t.Back() if step.spelling:
            return replace(step, spelling=False, typed=""), ()
        case t.Back():
            return Attract(), (EndSession(),)
        case _:
            return _on_rail(step, touch)


def _on_which(step: Step, touch: t.Touch, snapshot: Snapshot, _at_ms: int) -> tuple[Step, tuple[Command, ...]]:
    assert isinstance(step, WhichDeparture)
    match touch:
        case t.ChooseTrip(service_date=day, trip=trip):
            wanted = step.choice.destination
            for offer in snapshot.offers:
                here = wanted is not None and offer.destination == wanted.stop
                if here and offer.trip == trip and offer.service_date.isoformat() == day:
                    return Who(choice=replace(step.choice, offer=offer)), ()
            return step, ()
        case t.Back():
            return WhereTo(choice=step.choice), ()
        case _:
            return _on_rail(step, touch)


def _on_rail(step: WhereTo | WhichDeparture | Who | Typing, touch: t.Touch) -> tuple[Step, tuple[Command, ...]]:
    choice = step.choice
    match touch:
        case t.ChangeDestination():
            return WhereTo(choice=choice), ()
        case t.ChangeDeparture() if choice.destination is not None:
            return WhichDeparture(choice=choice), ()
        case t.ChangeTravellers() if choice.offer is not None:
            return Who(choice=choice), ()
        case _:
            return step, ()


def _on_travellers(step: Step, touch: t.Touch, snapshot: Snapshot, at_ms: int) -> tuple[Step, tuple[Command, ...]]:
    assert isinstance(step, Who | Typing)
    if isinstance(touch, t.ChangeDestination | t.ChangeDeparture | t.ChangeTravellers):
        return _on_rail(step, touch)
    return on_who(step, touch, snapshot, at_ms) if isinstance(step, Who) else on_typing(step, touch)


def _on_paying(step: Step, touch: t.Touch, snapshot: Snapshot, _at_ms: int) -> tuple[Step, tuple[Command, ...]]:
    assert isinstance(step, Pay | PuttingIn)
    return on_paying(step, touch, snapshot)


def _on_give_up(step: Step, touch: t.Touch, snapshot: Snapshot, _at_ms: int) -> tuple[Step, tuple[Command, ...]]:
    assert isinstance(step, GiveUp)
    return give_up(step, touch, snapshot)


def _on_not_printed(step: Step, touch: t.Touch, snapshot: Snapshot, _at_ms: int) -> tuple[Step, tuple[Command, ...]]:
    assert isinstance(step, NotPrinted)
    if isinstance(touch, t.HaveTicket):
        return Done(choice=step.choice), ()
    commands = _printing(touch, snapshot.order)
    return (Printing(choice=step.choice), commands) if commands else (step, ())


def _on_recovered(step: Step, touch: t.Touch, snapshot: Snapshot, _at_ms: int) -> tuple[Step, tuple[Command, ...]]:
    return step, _printing(touch, snapshot.recovered)


def _printing(touch: t.Touch, order: OrderView | None) -> tuple[Command, ...]:
    match touch:
        case t.PrintAgain() if order is not None:
            return (PrintTickets(),)
        case t.PrintCopy(number=number) if order is not None and any(x.number == number for x in order.tickets):
            return (Reprint(number=number),)
        case _:
            return ()


_ANSWERS: Mapping[type[Step], _Answer] = {
    Attract: _on_attract,
    WhereTo: _on_where_to,
    WhichDeparture: _on_which,
    Who: _on_travellers,
    Typing: _on_travellers,
    Pay: _on_paying,
    PuttingIn: _on_paying,
    GiveUp: _on_give_up,
    NotPrinted: _on_not_printed,
    Recovered: _on_recovered,
}
