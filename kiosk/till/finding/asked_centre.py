"""The centre as the tasks about tickets ask it: on a thread that waits, so that the till's own never does."""

from collections.abc import Callable
from typing import Protocol

from kiosk.till.caller import Answered, Calls
from kiosk.till.finding.ports import NoAnswer
from sync.wire_money import TicketMoney, UseAnswer, UseAsk
from tickets.numbers import TicketNumber


class Questions(Protocol):
    """What is asked of the centre (`sync.till_calls.MoneyCalls` has it among more). May block; raises faults."""

    def ask_use(self, ask: UseAsk) -> UseAnswer:
        """Ask for the use of a ticket that is to be taken back."""
        ...

    def ticket_money(self, number: str) -> TicketMoney:
        """Ask how a ticket was paid."""
        ...


class AskedCentre:
    """`finding.ports.Centre` by a caller of its own. Whatever goes wrong is no answer."""

    def __init__(self, questions: Questions, calls: Calls) -> None:
        self._questions = questions
        self._calls = calls
        self._answers: dict[str, Answered] = {}

    def ask_use(self, ask: UseAsk) -> UseAnswer | NoAnswer | None:
        """See Centre."""
        found = self._ask(f"use:{ask.attempt}", lambda: self._questions.ask_use(ask))
        if found is None:
            return None
        return found.value if isinstance(found.value, UseAnswer) else NoAnswer()

    def ask_money(self, number: TicketNumber) -> TicketMoney | NoAnswer | None:
        """See Centre."""
        found = self._ask(f"money:{number.digits}", lambda: self._questions.ticket_money(number.digits))
        if found is None:
            return None
        return found.value if isinstance(found.value, TicketMoney) else NoAnswer()

    def close(self) -> None:
        """Ask nothing more."""
        self._calls.close()

    def _ask(self, key: str, call: Callable[[], object]) -> Answered | None:
        for answer in self._calls.answers():
            self._answers[answer.key] = answer
        if key in self._answers:
            return self._answers.pop(key)
        self._calls.ask(key, call)
        return None
