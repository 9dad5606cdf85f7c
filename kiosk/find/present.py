"""What the screens show while a ticket is looked for, and what any task's screens show of the ticket. Pure."""

from zoneinfo import ZoneInfo

from kiosk import wording
from kiosk.find.flow import found, is_complete, ticket
from kiosk.find.steps import AboutTicket, CannotDo, Looking
from kiosk.present.values import Group, Row
from kiosk.steps import Session
from kiosk.till.values import FindState, FoundTicket, Snapshot, Words
from tickets.money import yuan


def in_groups(text: str) -> str:
    """A number as people read it: in groups of four."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def shown_ticket(session: Session, snapshot: Snapshot) -> FoundTicket | None:
    """The ticket that this step is about; None where there is none, or the till has forgotten it."""
    step = session.at
    return ticket(snapshot, step.number) if isinstance(step, AboutTicket) else None


def looking(session: Session, snapshot: Snapshot) -> Group:
    """Where to hold what, or what has been typed; `said` is the till's sentence about the last thing shown to it."""
    step, can = session.at, snapshot.capabilities
    if not isinstance(step, Looking):
        return {"task": "", "typing": False}
    find = found(snapshot, step.task)
    answered = find if find != step.stale else None
    said: Words | None = (answered.message if answered is not None else None) or snapshot.trouble
    typed = step.typed or ""
    return {
        "task": step.task.value,
        "typing": step.typed is not None,
        "text": in_groups(typed),
        "ready": is_complete(typed) and find is not None,
        "busy": answered is not None and answered.state is FindState.WORKING,
        "scanner": can.scanner,
        "reader": can.card_reader,
        "said": session.comfort.pick(said) if said is not None else "",
    }


def values(chosen: FoundTicket, session: Session, snapshot: Snapshot, zone: ZoneInfo) -> Group:
    """One ticket as a passenger reads it."""
    pick = session.comfort.pick
    return {
        "key": chosen.number,
        "from": pick(chosen.boards_at) or pick(snapshot.station),
        "to": pick(chosen.names),
        "time": wording.clock(chosen.departs_at, zone),
        "day": wording.day(chosen.departs_at.astimezone(zone).date(), session.comfort.language),
        "otherDay": wording.other_day(chosen.departs_at, snapshot.now, zone, session.comfort.language),
        "left": wording.minutes_left(chosen.departs_at, snapshot.now) if chosen.departs_at >= snapshot.now else -1,
        "seat": str(chosen.seat) if chosen.seat is not None else "",
        "gate": chosen.gate,
        "bay": chosen.bay,
        "kind": int(chosen.kind),
        "fare": yuan(chosen.fare),
        "number": chosen.grouped,
    }


def shown(session: Session, snapshot: Snapshot, zone: ZoneInfo) -> Group:
    """The ticket that this step is about; empty without one."""
    chosen = shown_ticket(session, snapshot)
    return values(chosen, session, snapshot, zone) if chosen is not None else {}


def rows(session: Session, snapshot: Snapshot, zone: ZoneInfo) -> tuple[Row, ...]:
    """All tickets found, in the till's order."""
    tickets = snapshot.find.tickets if snapshot.find is not None else ()
    return tuple(values(each, session, snapshot, zone) for each in tickets)


def cannot(session: Session, snapshot: Snapshot) -> Group:
    """Why the task cannot be done, and whether others of the tickets found can be tried."""
    step = session.at
    if not isinstance(step, CannotDo):
        return {"words": "", "others": False}
    find = found(snapshot, step.task)
    return {"words": session.comfort.pick(step.words), "others": find is not None and len(find.tickets) > 1}


def several(session: Session, snapshot: Snapshot) -> bool:
    """Whether more than the ticket of this step was found."""
    return isinstance(session.at, AboutTicket) and snapshot.find is not None and len(snapshot.find.tickets) > 1
