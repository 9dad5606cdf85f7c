"""The station's network: it delays, loses, repeats and keeps messages back, and a gate's cable may be out."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from tests.station_run.agenda import Agenda
from tests.station_run.relay_there import OutOfOrder, RelayThere

A = TypeVar("A")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """How often (0 to 1) a message is lost, comes twice, takes long, or comes once more when nobody expects it."""

    lost: float = 0.0
    again: float = 0.0
    slow: float = 0.0
    stray: float = 0.0


class Network:
    """Carries a terminal's question to the relay and the answer back."""

    def __init__(
        self, agenda: Agenda, random: Random, weather: Weather, relay: RelayThere, faults: "Counter[str]"
    ) -> None:
        self._agenda = agenda
        self._random = random
        self.weather = weather
        self._relay = relay
        self._faults = faults
        self.cut: set[str] = set()
        self.held_back: dict[str, int] = {}
        """Of whom the next question to the arbiter is kept back, and for how long."""

    def call(
        self, device: str, ask: Callable[[RelayThere], A], heard: Callable[[A], None], *, arbiter: bool = False
    ) -> None:
        """Put a question on its way; one to the `arbiter` comes late or never, but not twice.

        `heard` is called for each copy of an answer that comes back: never, or often.
        """

        def arrives() -> None:
            try:
                answer = ask(self._relay)
            except OutOfOrder:
                return
            self._send(device, lambda: heard(answer))

        if arbiter and device in self.held_back:
            self._agenda.after(self.held_back.pop(device), arrives)
            return
        if self._happens("stray"):
            self._agenda.after(self._random.randint(300, 8000), arrives)
            if arbiter or self._random.random() < 0.5:
                return  # that was the only copy
        self._send(device, arrives, once=arbiter)

    def news(self) -> object:
        """Another mark than before when there may be something new to hear: a question that is left open need not be
        played until then.
        """
        return self._relay.mark

    def _send(self, device: str, act: Callable[[], None], *, once: bool = False) -> None:
        if device in self.cut:
            self._faults["cut"] += 1
            return
        if self._happens("lost"):
            return
        for _ in range(2 if not once and self._happens("again") else 1):
            ms = self._random.randint(20, 400) if self._happens("slow") else self._random.randint(0, 8)
            self._agenda.after(ms, lambda: None if device in self.cut else act())

    def _happens(self, what: str) -> bool:
        if self._random.random() >= getattr(self.weather, what):
            return False
        self._faults[what] += 1
        return True
