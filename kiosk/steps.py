"""Where a passenger is, as values: what every step is, the steps that belong to nobody, and the session around them."""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.till.values import Words


class Language(StrEnum):
    """The languages that everything is in. A session starts in Chinese."""

    ZH = "zh"
    EN = "en"


class Speech(StrEnum):
    """Whether the screens are spoken, and how loud."""

    OFF = "off"
    ON = "on"
    LOUD = "loud"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comfort:
    """How a passenger wants the screens. Ends with the session.

    `language` is the one of the till's texts and of dates. `further` is the code of another language that the screens'
    own sentences are in, empty for none: the till's texts are then in English.
    """

    language: Language = Language.ZH
    further: str = ""
    large: bool = False
    contrast: bool = False
    low: bool = False
    speech: Speech = Speech.OFF

    @property
    def code(self) -> str:
        """The language of the screens' own sentences."""
        return self.further or self.language.value

    @property
    def patient(self) -> bool:
        """Whether this passenger is given more time: to read large, to reach far, to listen."""
        return self.large or self.low or self.speech is not Speech.OFF

    def pick(self, words: Words) -> str:
        """The text in this passenger's language."""
        return words[0] if self.language is Language.ZH else words[1]


class Step:
    """Where a passenger is. Each task has its own classes of it, frozen, and a row for each in its table (`task`)."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attract(Step):
    """Nobody is here. `waved_away` names business that the one who just left said is not theirs."""

    waved_away: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfService(Step):
    """Nothing can be sold here now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StillThere(Step):
    """Nobody touched anything for a while. At `until_ms` the session ends."""

    before: Step
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Called(Step):
    """Somebody called staff and is told so. Everything goes on as it was at `before`."""

    before: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """All that the screens know of this passenger. Times are monotonic milliseconds.

    `waved_away` is the recovered order that somebody said is not theirs: offered from then on by a line, not a screen.
    """

    step: Step
    comfort: Comfort
    touched_ms: int = 0
    waved_away: str | None = None

    @property
    def at(self) -> Step:
        """The step, also behind the question whether anybody is there, and behind the word that staff are called."""
        return self.step.before if isinstance(self.step, StillThere | Called) else self.step


def nobody(at_ms: int, *, waved_away: str | None = None) -> Session:
    """The session in which nobody is here: every passenger starts from the defaults."""
    return Session(step=Attract(), comfort=Comfort(), touched_ms=at_ms, waved_away=waved_away)
