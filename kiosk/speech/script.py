"""What is said of a screen: its title, its sentences, what can be touched; then only what has changed. Pure.

It is made of the names that every text and every control has for screen readers, in the order in which they are read.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kiosk.inventory import Control, Shown, Told
from kiosk.reading import reading_order


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """The few words that are only heard, in the language of the screen; %1 stands for what is meant."""

    touch: str  # before the names of what can be touched
    off: str  # after the name of what cannot be touched now
    chosen: str  # after the name of what is switched on
    hidden: str  # instead of something personal
    headphones: str  # how to hear it


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One screen as it is heard. `ticking` are those of its sentences that change by themselves (seconds left)."""

    sentences: tuple[str, ...]
    ticking: frozenset[str]
    touchable: tuple[str, ...]
    hides: bool


def page_of(shown: Sequence[Shown], secrets: frozenset[str], cues: Cues) -> Page:
    """What a passenger is told of this screen, without `secrets`. The two bands are left out: they never change."""
    in_order = reading_order(shown)
    told = [item for item in in_order if isinstance(item, Told) and item.within < 0 and item.part in ("stage", "rail")]
    told.sort(key=lambda item: (not item.heading, not item.alert))
    controls = [item for item in in_order if isinstance(item, Control) and item.enabled and item.part != "band"]
    sentences = tuple(hidden(item.spoken, secrets, cues) for item in told)
    touchable = tuple(hidden(item.spoken, secrets, cues) for item in controls)
    plain = (*(item.spoken for item in told), *(item.spoken for item in controls))
    return Page(
        sentences=sentences,
        ticking=frozenset(hidden(item.spoken, secrets, cues) for item in told if item.ticking),
        touchable=touchable,
        hides=plain != sentences + touchable,
    )


def hidden(text: str, secrets: Iterable[str], cues: Cues) -> str:
    """The text with every secret in it replaced by a word.

    A single character is a secret only where it stands alone, as the first one typed does: else it would be
    everywhere.
    """
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) > 1 or text == secret:
            text = text.replace(secret, cues.hidden)
    return text


def whole(page: Page, cues: Cues) -> str:
    """All of a screen."""
    touch = (cues.touch.replace("%1", "; ".join(page.touchable)),) if page.touchable else ()
    return _sentences((*page.sentences, *((cues.headphones,) if page.hides else ()), *touch))


def changes(before: Page, now: Page) -> str:
    """What is new on the same screen; empty when there is nothing to say."""
    known = {_timeless(each) for each in before.sentences}
    return _sentences(each for each in now.sentences if _timeless(each) not in known and each not in now.ticking)


def _timeless(sentence: str) -> str:
    """Without seconds and minutes that run down: the till's own sentences have such, in Chinese and in English."""
    return re.sub(r"\d+ ?(s|min|seconds|秒|分钟)(?![a-z])", "", sentence)


def control(item: Control, secrets: frozenset[str], cues: Cues) -> str:
    """One control that keys have come to. A key of a keypad is no secret: what was typed with it is."""
    state = cues.off if not item.enabled else cues.chosen if item.checked else ""
    spoken = item.spoken if len(item.spoken) == 1 else hidden(item.spoken, secrets, cues)
    return _sentences((spoken, state))


def aloud(text: str, language: str) -> str:
    """The text as a voice reads it well: times, money and masked letters in words.

    Chinese and English know them; other languages get the text as it is.
    """
    for pattern, said in _ALOUD.get(language, ()):
        text = re.sub(pattern, said, text)
    return text


_Said = str | Callable[[re.Match[str]], str]

_ALOUD: dict[str, tuple[tuple[str, _Said], ...]] = {
    "zh": (
        (r"¥(\d+)\.00", r"\1元"),
        (r"¥(\d+)\.(\d)(\d)", lambda m: f"{m[1]}元{m[2]}角" + (f"{m[3]}分" if m[3] != "0" else "")),
        (r"¥(\d+)", r"\1元"),
        (r"(?<!\d)(\d\d):(\d\d)(?!\d)", lambda m: f"{int(m[1])}点" + (f"{m[2]}分" if m[2] != "00" else "整")),
        (r"\*+", "星号"),
    ),
    "en": (
        (r"¥(\d+)\.00", r"\1 yuan"),
        (r"¥(\d+)\.(\d\d)", r"\1 yuan \2"),
        (r"¥(\d+)", r"\1 yuan"),
        (r"\*+", " asterisk "),
    ),
}


def _sentences(parts: Iterable[str]) -> str:
    said = [part.strip() for part in parts if part.strip()]
    return " ".join(part if part[-1] in ".?!;:。？！；：" else part + "." for part in said)
