"""A passenger who buys, over a till of cardboard, without a screen."""

from dataclasses import replace

from kiosk import touches as t
from kiosk.buy import touches as b
from kiosk.buy.steps import Choice
from kiosk.flow import Flow
from kiosk.rehearsal import CardboardTill, timetable
from kiosk.steps import Comfort, Session, nobody
from kiosk.tasks import TASKS
from kiosk.till.commands import Command
from kiosk.till.values import Delivery, Means
from tickets.money import Fen

FIRST = next(offer for offer in timetable() if offer.destination == 1001)
FLOW = Flow(TASKS)
TRIP = b.ChooseTrip(FIRST.service_date.isoformat(), FIRST.trip)


class Walk:
    """A passenger, a cardboard till and a clock."""

    def __init__(self) -> None:
        self.till = CardboardTill()
        self.session: Session = nobody(0)
        self.at = 0
        self.asked: list[Command] = []
        self.till.subscribe(lambda _snapshot: None)
        self.look()

    def _follow(self, session: Session, commands: tuple[Command, ...]) -> None:
        self.session = session
        for command in commands:
            self.asked.append(command)
            self.till.submit(command)
        if commands:
            self.look()

    def look(self) -> None:
        self._follow(*FLOW.news(self.session, self.till.snapshot, self.at))

    def touch(self, *touches: t.Touch) -> "Walk":
        for touch in touches:
            self._follow(*FLOW.touched(self.session, touch, self.till.snapshot, self.at))
        return self

    def wait(self, seconds: float) -> "Walk":
        self.at += int(seconds * 1000)
        self._follow(*FLOW.ticked(self.session, self.till.snapshot, self.at))
        self.look()
        return self

    def card(self) -> "Walk":
        self.till.card(number=f"3304****{len(self.till.commands):04}")
        self.look()
        return self

    def to_who(self) -> "Walk":
        return self.touch(t.Begin("buy"), b.ChooseStop(1001), TRIP)

    def to_pay(self) -> "Walk":
        return self.to_who().card().touch(t.Confirm())

    def to_bills(self) -> "Walk":
        return self.to_pay().touch(b.PayBy(Means.CASH))

    def bill(self, yuan: int) -> "Walk":
        self.till.bill(yuan)
        self.look()
        return self

    def without_change(self) -> "Walk":
        """The dispensers are empty: exact money only, and what went in becomes a claim."""
        can = self.till.snapshot.capabilities
        self.till.show(replace(self.till.snapshot, capabilities=replace(can, change=Fen(0))))
        return self

    def paper(self, delivery: Delivery) -> "Walk":
        self.till.print_all(delivery)
        self.look()
        return self

    @property
    def step(self) -> object:
        return self.session.step

    def is_at(self, step: type) -> bool:
        return type(self.session.step) is step

    def read(self, field: str) -> object:
        return getattr(self.session.step, field)

    def comfort(self) -> Comfort:
        return self.session.comfort

    def last(self) -> Command:
        return self.asked[-1]

    @property
    def choice(self) -> Choice:
        found = getattr(self.session.step, "choice", None)
        assert isinstance(found, Choice)
        return found
