"""The display's sounds, made of sines: `python -m gate.screen.tones` writes them into assets/sounds.

Rising means come in, falling means stop. Staff tell a child's ticket by its four tones that climb, and a concession or
a free ticket by the one tone that is struck twice.
"""

import math
import struct
import sys
import wave
from collections.abc import Mapping, Sequence
from pathlib import Path

SOUNDS = Path(__file__).resolve().parents[2] / "assets" / "sounds"
RATE = 22050
LOUD = 0.6
EDGE_SECONDS = 0.008
"""Each tone swells and fades over this, so that it does not click."""

Tone = tuple[float, float]
"""Hertz and seconds."""

MELODIES: Mapping[str, Sequence[Tone]] = {
    "go": ((659.26, 0.11), (987.77, 0.17)),
    "stop": ((493.88, 0.16), (311.13, 0.28)),
    "child": ((783.99, 0.08), (987.77, 0.08), (1318.51, 0.08), (1567.98, 0.2)),
    "concession": ((783.99, 0.08), (783.99, 0.08), (1174.66, 0.17)),
}


def samples(melody: Sequence[Tone]) -> list[int]:
    """A melody as 16-bit samples at RATE."""
    return [value for hertz, seconds in melody for value in _tone(hertz, seconds)]


def _tone(hertz: float, seconds: float) -> list[int]:
    count = round(seconds * RATE)
    edge = round(EDGE_SECONDS * RATE)
    tone = []
    for n in range(count):
        swell = min(1.0, n / edge, (count - 1 - n) / edge)
        turn = 2 * math.pi * hertz * n / RATE
        tone.append(round(32767 * LOUD * swell * (math.sin(turn) + 0.3 * math.sin(2 * turn)) / 1.3))
    return tone


def write(folder: Path) -> None:
    """Write a WAV file for each melody."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, melody in MELODIES.items():
        values = samples(melody)
        with wave.open(str(folder / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(struct.pack(f"<{len(values)}h", *values))


if __name__ == "__main__":
    write(SOUNDS)
    sys.stdout.write(f"{SOUNDS}: {', '.join(f'{name}.wav' for name in MELODIES)}\n")
