"""Starting the demo's processes: whoever is asked to end in the middle of it still knows what it has started."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from station.demo.processes import Child


def test_being_asked_to_end_while_a_process_starts_loses_sight_of_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = subprocess.Popen

    def begins_and_is_interrupted(*args: object, **options: object) -> "subprocess.Popen[bytes]":
        process: subprocess.Popen[bytes] = begin(*args, **options)  # type: ignore[call-overload]  # passed on as it came
        os.kill(os.getpid(), signal.SIGTERM)
        return process

    def end(*_: object) -> None:
        raise SystemExit(143)

    before = signal.signal(signal.SIGTERM, end)
    child = Child("sleeper", ["this"], tmp_path)
    child._argv = ["sleep", "60"]
    try:
        monkeypatch.setattr(subprocess, "Popen", begins_and_is_interrupted)
        with pytest.raises(SystemExit):
            child.launch()
        assert child.running
    finally:
        signal.signal(signal.SIGTERM, before)
        child.kill()
    assert not child.running
