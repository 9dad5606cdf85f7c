"""What follows from a touch, from the till's news and from silence, at whatever task: reads the tasks' tables.

Pure functions from (session, event, snapshot) to the next session and the commands for the till. The snapshot is what
the till said last. Times are monotonic milliseconds that come in as arguments.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kiosk import touches as t
from kiosk.idle import PATIENCE, QUIET_MS, WARNING_MS
from kiosk.steps import Attract, Called, Comfort, Language, OutOfService, Session, Speech, Step, StillThere, nobody
from kiosk.task import StepRules, Task, Turn
from kiosk.till.commands import AskForDocuments, CallStaff, Command, LookAt
from kiosk.till.values import Snapshot

Next = tuple[Session, tuple[Command, ...]]
"""The next session, and what the till is asked to do."""


class Flow:
    """The way through every task of `tasks`; the first is what a touch anywhere on the attract screen begins."""

    def __init__(self, tasks: tuple[Task, ...]) -> None:
        """Keeps nothing but the tables."""
        self.tasks = tasks
        self._rules: Mapping[type[Step], StepRules[Any]] = {rules.of: rules for task in tasks for rules in task.steps}
        self._task_of: Mapping[type[Step], Task] = {rules.of: task for task in tasks for rules in task.steps}
        self._named: Mapping[str, Task] = {task.name: task for task in tasks}

    def rules(self, step: Step) -> StepRules[Any] | None:
        """The row of this step; None for the steps that belong to nobody, and for the question in between."""
        return self._rules.get(type(step))

    def task(self, step: Step) -> Task | None:
        """The task that this step is of."""
        return self._task_of.get(type(step))

    def touched(self, session: Session, touch: t.Touch, snapshot: Snapshot, at_ms: int) -> Next:
        """What follows a touch. A touch that means nothing here changes nothing but keeps the session awake."""
        session = replace(session, touched_ms=at_ms)
        if isinstance(touch, t.StaffWanted):
            return self._call(session, snapshot, at_ms)
        comfort = _comfort(session.comfort, touch)
        if comfort is not None:
            session = replace(session, comfort=comfort)
            if not isinstance(session.step, Attract):
                return session, ()
            touch = t.Begin(self.tasks[0].name)
        match session.step:
            case Called(before=before):
                return self._turn(session, (before, ()), at_ms)
            case StillThere():
                if isinstance(touch, t.StartOver | t.Finish):
                    return self.leave(session, snapshot, at_ms)
                return replace(session, step=session.step.before), ()
            case Attract() | OutOfService():
                return self._begin(session, touch, snapshot, at_ms)
        rules = self._rules[type(session.step)]
        if isinstance(touch, t.Begin):
            return self._begin(session, touch, snapshot, at_ms) if rules.menu else (session, ())
        if isinstance(touch, t.StartOver):
            if not rules.over(session.step):
                return session, ()
            over = rules.starts_over or rules.leaves
            return self._turn(session, over(session.step, snapshot), at_ms)
        return self._turn(session, rules.answer(session.step, touch, snapshot, at_ms), at_ms)

    def news(self, session: Session, snapshot: Snapshot, at_ms: int) -> Next:
        """What follows from what the till says now."""
        inner, rules = session.at, self.rules(session.at)
        turn: Turn = (inner, ()) if rules is None else rules.adopt(inner, snapshot, at_ms)
        if isinstance(turn[0], Attract | OutOfService):
            now: tuple[Command, ...] = () if snapshot.day is None else (LookAt(day=None),)
            turn = (self._idle(session, snapshot), (*turn[1], *now))
        if turn[0] == inner:
            return session, turn[1]
        return self._turn(replace(session, step=inner, touched_ms=at_ms), turn, at_ms)

    def ticked(self, session: Session, snapshot: Snapshot, at_ms: int) -> Next:
        """What follows from time alone."""
        step = session.at if isinstance(session.step, Called) else session.step
        if isinstance(step, StillThere):
            return self.leave(session, snapshot, at_ms) if at_ms >= step.until_ms else (session, ())
        asks_at = self.asks_at_ms(session, snapshot)
        if asks_at is None or at_ms < asks_at:
            return session, ()
        if isinstance(step, OutOfService):
            return replace(session, step=step, comfort=Comfort(), touched_ms=at_ms), ()
        if isinstance(step, Attract):
            return self._turn(session, (step, ()), at_ms)
        rules = self.rules(step)
        if rules is not None and not rules.asks:
            return self.leave(session, snapshot, at_ms)
        return replace(session, step=StillThere(before=step, until_ms=at_ms + WARNING_MS)), ()

    def leave(self, session: Session, snapshot: Snapshot, at_ms: int) -> Next:
        """End the session, as far as the step lets go of it."""
        rules = self.rules(session.at)
        if rules is None:
            return session, ()
        return self._turn(
            replace(session, step=session.at, touched_ms=at_ms), rules.leaves(session.at, snapshot), at_ms
        )

    def asks_at_ms(self, session: Session, snapshot: Snapshot) -> int | None:
        """The moment at which this session is asked whether anybody is there; None for never."""
        if isinstance(session.step, Attract | StillThere):
            return None
        rules = self.rules(session.at)
        waits = QUIET_MS if rules is None else rules.waits(session.step, snapshot)
        if waits is None:
            return None
        return session.touched_ms + waits * (PATIENCE if session.comfort.patient else 1)

    def can_go_back(self, step: Step) -> bool:
        """Whether this step has one before it to go back to."""
        rules = self.rules(step)
        return rules is not None and rules.back(step)

    def can_start_over(self, step: Step) -> bool:
        """Whether the session may be ended by a touch here: not while a ticket is being made of paid money."""
        rules = self.rules(step)
        return isinstance(step, StillThere) or (rules is not None and rules.over(step))

    def can_change(self, step: Step, snapshot: Snapshot) -> bool:
        """Whether parts of the journey can still be touched."""
        rules = self.rules(step)
        return rules is not None and rules.changes(step, snapshot)

    def inside(self, session: Session, snapshot: Snapshot) -> bool:
        """Whether this passenger's money is in the machine for nothing yet."""
        task = self.task(session.at)
        return task is not None and task.inside(snapshot)

    def offered(self, snapshot: Snapshot) -> tuple[str, ...]:
        """The names of the tasks that can be begun now, in the order of the table."""
        return tuple(task.name for task in self.tasks if task.offers(snapshot))

    def _call(self, session: Session, snapshot: Snapshot, at_ms: int) -> Next:
        """Call staff and say so; there, the same touch takes the call back."""
        if isinstance(session.step, Called):
            after, commands = self._turn(session, (session.at, ()), at_ms)
            return after, (*commands, CallStaff(on=False))
        calls: tuple[Command, ...] = () if snapshot.capabilities.staff_called else (CallStaff(on=True),)
        return replace(session, step=Called(before=session.at)), calls

    def _idle(self, session: Session, snapshot: Snapshot) -> Step:
        for task in self.tasks:
            unasked = task.unasked(session, snapshot)
            if unasked is not None:
                return unasked
        return Attract() if snapshot.capabilities.sells else OutOfService()

    def _begin(self, session: Session, touch: t.Touch, snapshot: Snapshot, at_ms: int) -> Next:
        task = self._named.get(touch.task) if isinstance(touch, t.Begin) else None
        turn = task.begins(snapshot, at_ms) if task is not None else None
        return self._turn(session, turn, at_ms) if turn is not None else (session, ())

    def _turn(self, session: Session, turn: Turn, at_ms: int) -> Next:
        """Change the step; the ID reader looks only where the table says so, and nobody's session is empty."""
        step, commands = turn
        was, now = self._reads(session.step), self._reads(step)
        reader: tuple[Command, ...] = () if was == now else (AskForDocuments(on=now),)
        if isinstance(step, Attract):
            return nobody(at_ms, waved_away=step.waved_away or session.waved_away), (*reader, *commands)
        return replace(session, step=step), (*reader, *commands)

    def _reads(self, step: Step) -> bool:
        rules = self.rules(step)
        return rules is not None and rules.reads


def stirred(session: Session, at_ms: int) -> Session:
    """Something happened that only a person does (a bill went in): the wait for a touch begins again."""
    return replace(session, step=session.at, touched_ms=at_ms)


def _comfort(comfort: Comfort, touch: t.Touch) -> Comfort | None:
    match touch:
        case t.SwitchLanguage():
            return _speaking(comfort, "en" if comfort.language is Language.ZH else "zh")
        case t.Speak(code=code):
            return _speaking(comfort, code)
        case t.SwitchLarge():
            return replace(comfort, large=not comfort.large)
        case t.SwitchContrast():
            return replace(comfort, contrast=not comfort.contrast)
        case t.SwitchLow():
            return replace(comfort, low=not comfort.low)
        case t.SwitchSpeech():
            return replace(comfort, speech=_LOUDER[comfort.speech])
        case _:
            return None


_LOUDER = {Speech.OFF: Speech.ON, Speech.ON: Speech.LOUD, Speech.LOUD: Speech.OFF}


def _speaking(comfort: Comfort, code: str) -> Comfort:
    if code in {each.value for each in Language}:
        return replace(comfort, language=Language(code), further="")
    return replace(comfort, language=Language.EN, further=code)
