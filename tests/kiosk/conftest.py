"""A Qt application without a display, and every complaint of QML caught."""

import os
from collections.abc import Iterator

import pytest

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_QUICK_BACKEND"] = "software"


@pytest.fixture
def qt() -> Iterator[list[str]]:
    """The application; what Qt complains of is collected, and has to stay empty."""
    from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

    from kiosk.app import application

    complaints: list[str] = []

    def listen(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
        if kind is not QtMsgType.QtDebugMsg:
            complaints.append(message)

    qInstallMessageHandler(listen)
    application()
    yield complaints
    qInstallMessageHandler(None)
    assert complaints == []
