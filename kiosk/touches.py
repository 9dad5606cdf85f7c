"""What a passenger can touch at every task, as values. Screens make them, the flow answers them."""

from dataclasses import dataclass


class Touch:
    """Something touched. Each task has its own classes of it beside these."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Begin(Touch):
    """Begin a task, by its name."""

    task: str


@dataclass(frozen=True, slots=True)
class Back(Touch):
    """One step back."""


@dataclass(frozen=True, slots=True)
class StartOver(Touch):
    """End this session."""


@dataclass(frozen=True, slots=True)
class SwitchLanguage(Touch):
    """The other language."""


@dataclass(frozen=True, slots=True)
class SwitchLarge(Touch):
    """Large print on or off."""


@dataclass(frozen=True, slots=True)
class SwitchContrast(Touch):
    """High contrast on or off."""


@dataclass(frozen=True, slots=True)
class Speak(Touch):
    """This language, by its code."""

    code: str


@dataclass(frozen=True, slots=True)
class SwitchLow(Touch):
    """Low reach on or off."""


@dataclass(frozen=True, slots=True)
class SwitchSpeech(Touch):
    """Speech on, then louder, then off."""


@dataclass(frozen=True, slots=True)
class StaffWanted(Touch):
    """Call staff, or take the call back."""


@dataclass(frozen=True, slots=True, repr=False)
class Key(Touch):
    """One character of our own keypad; an empty one erases the last."""

    character: str


@dataclass(frozen=True, slots=True)
class Confirm(Touch):
    """The step's one primary action: on with what has been entered."""


@dataclass(frozen=True, slots=True)
class Finish(Touch):
    """I am done."""


@dataclass(frozen=True, slots=True)
class Continue(Touch):
    """I am still here."""
