"""A voice over the program espeak-ng: one child process for each thing said."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress

from kiosk.speech.voice import NORMAL

PROGRAM = "espeak-ng"
WORDS_A_MINUTE = 160

_VOICES = {"zh": "cmn-latn-pinyin"}
"""The voice of a language whose code is not the voice's name. The plain `cmn` reads the pinyin out in English."""


class EspeakVoice:
    """Speaks through the sound card that ALSA has as its default. What is said goes by a pipe: arguments of a program
    can be read by everybody on the machine, and may be personal."""

    def __init__(self, command: Sequence[str], *, plugged: Callable[[], bool]) -> None:
        """`command` is the program and what stands before our own arguments; `plugged` tells of the headphones."""
        self._command = tuple(command)
        self._plugged = plugged
        self._saying: subprocess.Popen[bytes] | None = None

    @property
    def private(self) -> bool:
        """Whether headphones are plugged in now."""
        return self._plugged()

    def say(self, text: str, language: str, volume: int = NORMAL) -> None:
        """Begin to say this. Raises OSError when the program cannot be started any more."""
        self.stop()
        voice = _VOICES.get(language, language)
        arguments = ("-v", voice, "-s", str(WORDS_A_MINUTE), "-a", str(volume), "--stdin")
        self._saying = subprocess.Popen(
            (*self._command, *arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            close_fds=True,
        )
        assert self._saying.stdin is not None
        with suppress(BrokenPipeError), self._saying.stdin as pipe:  # it may have ended already: no sound card
            pipe.write(text.encode("utf-8"))  # a few kB, which a pipe takes whole without anybody reading yet

    def stop(self) -> None:
        """Kill what is being said, and wait for its end, which comes at once."""
        saying, self._saying = self._saying, None
        if saying is None:
            return
        saying.kill()
        saying.wait()


def find_voice(*, plugged: Callable[[], bool]) -> EspeakVoice | None:
    """The voice of this machine; None when espeak-ng is not installed, and then no speech is offered."""
    program = shutil.which(PROGRAM)
    return EspeakVoice((program,), plugged=plugged) if program is not None else None
