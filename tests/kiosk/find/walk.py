"""A passenger with a ticket, a cardboard till and a clock: no Qt."""

from kiosk import touches as t
from kiosk.flow import Flow
from kiosk.rehearsal import CardboardTill
from kiosk.steps import Session, nobody
from kiosk.tasks import TASKS
from kiosk.till.commands import Command


class Walk:
    """Touches, lets time pass, and notes what the till was asked."""

    def __init__(self) -> None:
        self.till = CardboardTill()
        self.wallet = self.till.wallet
        self.flow = Flow(TASKS)
        self.session: Session = nobody(0)
        self.at = 0
        self.asked: list[Command] = []
        self.touches = 0
        self.look()

    def _follow(self, session: Session, commands: tuple[Command, ...]) -> None:
        self.session = session
        for command in commands:
            self.asked.append(command)
            self.till.submit(command)
        if commands:
            self.look()

    def look(self) -> "Walk":
        """See what the till says now."""
        self._follow(*self.flow.news(self.session, self.till.snapshot, self.at))
        return self

    def touch(self, *touches: t.Touch) -> "Walk":
        for touch in touches:
            self.touches += 1
            self._follow(*self.flow.touched(self.session, touch, self.till.snapshot, self.at))
        return self

    def begin(self, task: str) -> "Walk":
        return self.touch(t.Begin(task))

    def spell(self, text: str) -> "Walk":
        return self.touch(*(t.Key(character) for character in text))

    def wait(self, seconds: float) -> "Walk":
        self.at += int(seconds * 1000)
        self._follow(*self.flow.ticked(self.session, self.till.snapshot, self.at))
        return self.look()

    @property
    def step(self) -> object:
        return self.session.step

    def is_at(self, step: type) -> bool:
        return type(self.session.step) is step

    def read(self, field: str) -> object:
        return getattr(self.session.step, field)

    def last(self) -> Command:
        return self.asked[-1]
