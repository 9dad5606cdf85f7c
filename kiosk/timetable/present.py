"""What the timetable shows: its lines, its days, its letters. Pure."""

from zoneinfo import ZoneInfo

from kiosk import wording
from kiosk.present.days import day_choices
from kiosk.present.values import Group, Row
from kiosk.steps import Session
from kiosk.till.values import RunView, Snapshot
from kiosk.timetable.steps import Timetable
from tickets.money import yuan


def run_rows(session: Session, snapshot: Snapshot, zone: ZoneInfo) -> tuple[Row, ...]:
    """The departures of the day read, those whose destinations begin with the letters typed."""
    step = session.at
    if not isinstance(step, Timetable) or snapshot.day != step.day:
        return ()
    pick = session.comfort.pick
    return tuple(
        {
            "key": f"{run.service_date.isoformat()}/{run.trip}",
            "time": wording.clock(run.departs_at, zone),
            "to": " · ".join(pick(names) for names in run.names),
            "otherDay": wording.other_day(run.departs_at, snapshot.now, zone, session.comfort.language)
            if step.day is None
            else "",
            "left": wording.minutes_left(run.departs_at, snapshot.now) if run.departs_at >= snapshot.now else -1,
            "gate": run.gate,
            "free": str(run.free) if run.free else "–",
            "fare": yuan(run.fare),
            "note": pick(run.note) if run.note is not None else "",
        }
        for run in snapshot.runs
        if _begins_with(run, step.typed.lower(), snapshot)
    )


def reading(session: Session, snapshot: Snapshot, zone: ZoneInfo) -> Group:
    """The timetable beside its lines; `next` are the letters that lead somewhere."""
    step = session.at
    if not isinstance(step, Timetable):
        return {"days": [], "waiting": False, "spelling": False, "typed": "", "next": "", "sells": False}
    typed = step.typed.lower()
    following = {
        word[len(typed) : len(typed) + 1].upper()
        for run in snapshot.runs
        for word in _spellings(run, snapshot)
        if word.startswith(typed)
    }
    return {
        "days": day_choices(step.day, session, snapshot, zone),
        "waiting": snapshot.day != step.day,
        "spelling": step.spelling,
        "typed": step.typed,
        "next": "".join(sorted(following)),
        "sells": snapshot.capabilities.sells,
    }


def _begins_with(run: RunView, typed: str, snapshot: Snapshot) -> bool:
    return not typed or any(word.startswith(typed) for word in _spellings(run, snapshot))


def _spellings(run: RunView, snapshot: Snapshot) -> tuple[str, ...]:
    """How its destinations are spelt: pinyin and initials where they are known, and the English names."""
    known = {place.names: (place.pinyin, place.initials) for place in snapshot.destinations}
    found = (word for names in run.names for word in (*known.get(names, ()), names[1]))
    return tuple("".join(letter for letter in word.lower() if letter.isascii() and letter.isalpha()) for word in found)
