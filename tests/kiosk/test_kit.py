"""The control kit by itself: Qt Quick Test over the files in qml/, in a process of their own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "qml"
RUN = "import sys; from PySide6.QtQuickTest import QUICK_TEST_MAIN; sys.exit(QUICK_TEST_MAIN('kit', sys.argv))"


@pytest.mark.parametrize("file", sorted(path.name for path in FOLDER.glob("tst_*.qml")))
def test_the_control_kit(file: str) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"}
    done = subprocess.run(
        [sys.executable, "-c", RUN, "-input", str(FOLDER / file), "-o", "-,txt"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 failed" in done.stdout
    assert "QWARN" not in done.stdout, done.stdout
    assert not done.stderr
