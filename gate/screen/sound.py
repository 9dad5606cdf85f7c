"""Which sound belongs to an announcement, and playing it without ever waiting for the loudspeaker."""

import subprocess
from pathlib import Path

from gate.announcement import Announcement, Showing
from gate.screen.tones import SOUNDS

OF_KIND = {"child": "child", "concession": "concession", "free": "concession"}
"""What staff listen for; any other ticket is a full fare."""
FRESH_MS = 1000
"""What was said longer ago is shown to a display that comes late, and not sounded: its passenger has gone."""


def sound(announcement: Announcement) -> str | None:
    """The name of the sound, or None where none is due."""
    match announcement.showing:
        case Showing.GO:
            return OF_KIND.get(announcement.kind or "", "go")
        case Showing.STOP:
            return "stop"
        case _:
            return None


class Loudspeaker:
    """Starts a player for each sound, and ends the one before: a stuck sound device never piles up processes."""

    def __init__(self, player: tuple[str, ...] | None, sounds: Path = SOUNDS) -> None:
        """`player` is the command to which a file's name is added; None for a machine without one: all is silent."""
        self._player = player
        self._sounds = sounds
        self._playing: subprocess.Popen[bytes] | None = None

    def play(self, name: str) -> None:
        """Begin to play, and return at once; a player that cannot be started is not asked again."""
        self.hush()
        if self._player is None:
            return
        try:
            self._playing = subprocess.Popen(
                [*self._player, str(self._sounds / f"{name}.wav")],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            self._player = None

    def hush(self) -> None:
        """End what is being played."""
        if self._playing is not None:
            self._playing.kill()
            self._playing.wait()
            self._playing = None
