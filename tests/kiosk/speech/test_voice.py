"""The voice over a program, and the switch of the headphones' socket."""

import sys
import time
from pathlib import Path

import pytest

from kiosk.speech import espeak
from kiosk.speech.espeak import EspeakVoice, find_voice
from kiosk.speech.jack import ALWAYS, NEVER, headphones
from kiosk.speech.voice import LOUD

PROGRAM = """
import pathlib, sys, time
folder = pathlib.Path(sys.argv[1])
text = sys.stdin.read()
(folder / "new").write_text("\\n".join([*sys.argv[2:], text]), "utf-8")
(folder / "new").rename(folder / "said")
time.sleep(60)
"""


@pytest.fixture
def voice(tmp_path: Path) -> EspeakVoice:
    return EspeakVoice((sys.executable, "-I", "-c", PROGRAM, str(tmp_path)), plugged=lambda: True)


def said(folder: Path) -> list[str]:
    for _ in range(1000):
        if (folder / "said").exists():
            return (folder / "said").read_text("utf-8").split("\n")
        time.sleep(0.01)
    raise AssertionError("nothing was said")


def test_text_goes_by_a_pipe_with_voice_and_volume(tmp_path: Path, voice: EspeakVoice) -> None:
    voice.say("张三，您好", "zh", LOUD)
    arguments = said(tmp_path)
    voice.stop()
    assert arguments == ["-v", "cmn-latn-pinyin", "-s", "160", "-a", "200", "--stdin", "张三，您好"]
    assert voice.private


def test_the_next_thing_said_ends_the_one_before(tmp_path: Path, voice: EspeakVoice) -> None:
    voice.say("one", "en")
    said(tmp_path)
    first = voice._saying
    (tmp_path / "said").unlink()
    voice.say("two", "ja")
    assert first is not None
    assert first.poll() is not None
    assert said(tmp_path)[1] == "ja"
    voice.stop()
    voice.stop()


def test_a_program_that_ends_at_once_is_no_trouble() -> None:
    voice = EspeakVoice(("true",), plugged=lambda: False)
    for _ in range(3):
        voice.say("x" * 3000, "en")
    voice.stop()


def test_without_the_program_there_is_no_voice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(espeak, "PROGRAM", str(tmp_path / "espeak-ng"))
    assert find_voice(plugged=lambda: False) is None


def test_headphones_are_where_the_switch_says_so() -> None:
    assert not headphones(NEVER)()
    assert headphones(ALWAYS)()
    switches = {Path("/dev/input/event3"): 0}
    plugged = headphones("/dev/input/event3", read=switches.__getitem__)
    assert not plugged()
    switches[Path("/dev/input/event3")] = 0b100
    assert plugged()


def test_a_socket_that_does_not_answer_counts_as_empty(tmp_path: Path) -> None:
    assert not headphones(str(tmp_path / "gone"))()
    (tmp_path / "file").write_bytes(b"")
    assert not headphones(str(tmp_path / "file"))()
