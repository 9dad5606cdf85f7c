"""The display's sounds: which is when, what they are, and that no loudspeaker holds anything up."""

import shutil
import struct
import sys
import time
import wave
from itertools import pairwise
from pathlib import Path

import pytest

from gate.announcement import CLOSED, EMERGENCY, IDLE, WAIT
from gate.screen.pictures import go, refusal
from gate.screen.sound import Loudspeaker, sound
from gate.screen.tones import MELODIES, RATE, SOUNDS, samples, write
from tests.gate.lane_bench import eventually
from tickets.reasons import Reason


def values(file: Path) -> tuple[int, ...]:
    with wave.open(str(file), "rb") as wav:
        assert (wav.getnchannels(), wav.getsampwidth(), wav.getframerate()) == (1, 2, RATE)
        data = wav.readframes(wav.getnframes())
    return struct.unpack(f"<{len(data) // 2}h", data)


def hertz(part: list[int]) -> float:
    """How often a tone turns from below zero to above, in a second."""
    return sum(a < 0 <= b for a, b in pairwise(part)) * RATE / len(part)


def test_each_picture_has_its_sound() -> None:
    assert sound(go("adult")) == sound(go("adult", 3)) == "go"
    assert sound(go("child")) == "child"
    assert {sound(go(kind)) for kind in ("concession", "free")} == {"concession"}
    assert {sound(refusal(reason)) for reason in Reason} == {"stop"}
    assert {sound(each) for each in (IDLE, WAIT, CLOSED, EMERGENCY)} == {None}


def test_go_rises_stop_falls_and_the_third_is_told_from_both() -> None:
    tunes = {name: [tone for tone, _ in melody] for name, melody in MELODIES.items()}
    assert len(tunes["go"]) == len(tunes["stop"]) == 2
    assert tunes["go"][0] < tunes["go"][1]
    assert tunes["stop"][0] > tunes["stop"][1]
    assert len(tunes["concession"]) == 3
    for melody in MELODIES.values():
        at = 0
        for tone, seconds in melody:
            count = round(seconds * RATE)
            assert hertz(samples(melody)[at : at + count]) == pytest.approx(tone, rel=0.05)
            at += count


def test_the_files_are_what_the_script_makes(tmp_path: Path) -> None:
    write(tmp_path)
    assert sorted(file.name for file in SOUNDS.glob("*.wav")) == sorted(f"{name}.wav" for name in MELODIES)
    for made in tmp_path.iterdir():
        kept, new = values(SOUNDS / made.name), values(made)
        assert len(kept) == len(new)
        assert max(abs(a - b) for a, b in zip(kept, new, strict=True)) <= 1  # another libm may round differently
        assert len(kept) < RATE // 2, "longer than half a second"
        assert kept[0] == kept[-1] == 0, "it would click"


def test_a_machine_without_a_player_is_silent() -> None:
    for player in (None, ("no-such-player",)):
        loudspeaker = Loudspeaker(player)
        loudspeaker.play("go")
        loudspeaker.play("stop")
        loudspeaker.hush()


def test_a_player_is_given_the_file(tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    script = f"import pathlib, sys; pathlib.Path({str(heard)!r}).write_text(sys.argv[1])"
    loudspeaker = Loudspeaker((sys.executable, "-I", "-S", "-c", script))
    loudspeaker.play("stop")
    try:
        eventually(lambda: heard.exists() and heard.read_text() == str(SOUNDS / "stop.wav"))
    finally:
        loudspeaker.hush()


def test_a_player_that_hangs_holds_nothing_up(tmp_path: Path) -> None:
    hanging = tmp_path / "hanging"
    hanging.write_text(f"#!/bin/sh\nexec {shutil.which('sleep')} 60\n")
    hanging.chmod(0o700)
    loudspeaker = Loudspeaker((str(hanging),))
    begin = time.monotonic()
    for _ in range(20):
        loudspeaker.play("go")
    loudspeaker.hush()
    assert time.monotonic() - begin < 3
