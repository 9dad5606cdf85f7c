"""The words that are only heard, as the screens' translations have them."""

from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtQml import QQmlComponent, QQmlEngine

from kiosk.speech.script import Cues
from tickets.errors import Bug

_FILE = Path(__file__).parent.parent / "controls" / "Spoken.qml"


class CueTexts:
    """Reads them from QML, where a translator finds all sentences. Lives on the GUI thread, as long as the window."""

    def __init__(self, engine: QQmlEngine, window: QObject) -> None:
        """They follow the engine's language."""
        self._component = QQmlComponent(engine, QUrl.fromLocalFile(str(_FILE)), window)
        self._texts = self._component.create()
        if self._texts is None:
            raise Bug(what="the words for speech cannot be read", hint=self._component.errorString())
        self._texts.setParent(window)

    def cues(self) -> Cues:
        """The words in the language of the screens now."""
        return Cues(**{name: str(self._texts.property(name)) for name in Cues.__slots__})
