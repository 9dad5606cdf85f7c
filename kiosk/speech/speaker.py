"""Says a screen when it has come, what changes on it, and what keys come to. Silent while somebody touches."""

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer, SignalInstance

from kiosk.inventory import Control, Shown
from kiosk.speech import script
from kiosk.speech.voice import LOUD, NORMAL, Voice
from kiosk.steps import Speech

SETTLE_MS = 250
"""A screen is read out once nothing on it has moved for this long."""


class Screens(Protocol):
    """What there is to speak of."""

    def shown(self) -> Sequence[Shown]:
        """Everything on show."""


class Speaker(QObject):
    """Lives on the GUI thread. Nothing of a passenger is kept but what was said last, until speech is switched off."""

    def __init__(
        self,
        voice: Voice,
        screens: Screens,
        *,
        cues: Callable[[], script.Cues],
        screen: Callable[[], str],
        language: Callable[[], str],
        personal: Callable[[], frozenset[str]],
        parent: QObject,
    ) -> None:
        """`screen` names the screen on show, `personal` are the values that nobody else may hear."""
        super().__init__(parent)
        self._voice = voice
        self._screens = screens
        self._cues = cues
        self._screen = screen
        self._language = language
        self._personal = personal
        self._speech = Speech.OFF
        self._private = voice.private
        self._last: tuple[str, str, script.Page] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self.settled)

    def watch(self, drawn: SignalInstance) -> None:
        """Look again after each of these signals: a frame has been drawn."""
        drawn.connect(self._drawn, Qt.ConnectionType.QueuedConnection)

    def set(self, speech: Speech) -> None:
        """Speak from now on, louder, or not any more."""
        if speech is self._speech:
            return
        self._speech, self._last = speech, None
        if speech is Speech.OFF:
            self._timer.stop()
            self._voice.stop()
        else:
            self._timer.start()

    def headphones_came(self) -> bool:
        """Look at the socket, a few times a second: true when headphones have just been plugged in.

        Who pulls them out ends what is being said: it may be personal.
        """
        before, self._private = self._private, self._voice.private
        if before and not self._private:
            self._voice.stop()
            self._last = None
        return self._private and not before

    def hush(self) -> None:
        """Somebody touched: be silent at once."""
        if self._speech is not Speech.OFF:
            self._voice.stop()

    def repeat(self) -> None:
        """Say all of this screen once more."""
        self._last = None
        if self._speech is not Speech.OFF:
            self.settled()

    def focus(self, item: Control) -> None:
        """Keys have come to this control."""
        if self._speech is not Speech.OFF:
            self._say(script.control(item, self._secrets(), self._cues()), item.tongue or self._language())

    def settled(self) -> None:
        """Read the screen, and say what is new."""
        if self._speech is Speech.OFF or not self._screen():
            return
        cues = self._cues()
        page = script.page_of(self._screens.shown(), self._secrets(), cues)
        here = (self._screen(), self._language())
        before, self._last = self._last, (*here, page)
        if before is None or before[:2] != here:
            self._say(script.whole(page, cues), self._language())
        else:
            self._say(script.changes(before[2], page), self._language())

    def _drawn(self) -> None:
        if self._speech is not Speech.OFF:
            self._timer.start()

    def _secrets(self) -> frozenset[str]:
        return frozenset() if self._voice.private else self._personal()

    def _say(self, text: str, language: str) -> None:
        if text:
            loud = LOUD if self._speech is Speech.LOUD else NORMAL
            self._voice.say(script.aloud(text, language), language, loud)
