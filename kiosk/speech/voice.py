"""What can speak for the kiosk (`Voice`), and one that only writes down what it was asked to say."""

from dataclasses import dataclass
from typing import Protocol

NORMAL, LOUD = 100, 200
"""How loud, as parts of a hundred of what the sound card is set to. The louder one has to be asked for each session."""


class Voice(Protocol):
    """One loudspeaker, or one pair of headphones. No call waits for the end of what is said."""

    @property
    def private(self) -> bool:
        """Whether only the passenger hears it: headphones are plugged in now."""

    def say(self, text: str, language: str, volume: int = NORMAL) -> None:
        """Say this instead of what is being said. `language` is a code such as zh or en."""

    def stop(self) -> None:
        """Be silent."""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said."""

    text: str
    language: str
    volume: int


class RecordingVoice:
    """Says nothing and keeps everything, for tests. `stops` counts how often it was told to be silent."""

    def __init__(self, *, private: bool = False) -> None:
        """Headphones are in or not until `private` is set anew."""
        self.private = private
        self.said: list[Said] = []
        self.stops = 0

    def say(self, text: str, language: str, volume: int = NORMAL) -> None:
        """Write it down."""
        self.said.append(Said(text, language, volume))

    def stop(self) -> None:
        """Count it."""
        self.stops += 1

    @property
    def texts(self) -> list[str]:
        """What was said, without how."""
        return [said.text for said in self.said]
