"""Names in Chinese and English, and how a passenger types a Chinese one with letters (pinyin and its initials)."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from sync.server.gtfs.parts import Content
from sync.server.timetable import Names

_CHINESE: Final = re.compile(r"[\u3400-\u9fff]")
_SAME_PLACE: Final = re.compile(r"(长途)?(汽车|客运)?(总|中心)?站$")
"""What a coach station's name ends with: people type the place."""
_SAME_PLACE_EN: Final = re.compile(r"\s+(long-distance\s+)?(coach|bus)?\s*(terminal|station|stop)$", re.IGNORECASE)
_SYLLABLE: Final = re.compile(
    r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    r"(?:iang|iong|uang|ueng|ang|eng|ing|ong|ian|iao|uai|uan|ai|an|ao|ei|en|er|ia|ie|in|iu|ou|ua|ue|ui|un|uo|ve|[aeiouv])"
)


def both(content: Content, table: str, record: str, name: str) -> tuple[Names, bool]:
    """A name of the feed in Chinese and in English; false where one of them had to stand for the other."""
    field = {"agency": "agency_name", "stops": "stop_name"}[table]
    chinese, english = "", ""
    if _CHINESE.search(name) or content.language.lower().startswith("zh"):
        chinese = name
    else:
        english = name
    for (in_table, in_field, language, subject), text in content.translations.items():
        if (in_table, in_field) == (table, field) and subject in (record, name) and text:
            if language.startswith("zh") and "latn" not in language:
                chinese = text
            elif language.startswith("en"):
                english = text
    return (chinese or english, english or chinese), bool(chinese and english)


def typed(names: Names) -> tuple[str, str] | None:
    """How a place is typed with letters: (all of it, its initials), from its English name, which for a place in China
    is its pinyin. None where there are no letters.
    """
    english = _SAME_PLACE_EN.sub("", names[1])
    words = [letters for word in english.lower().split() if (letters := re.sub(r"[^a-z]", "", word))]
    if not words:
        return None
    whole = "".join(words)
    syllables = split_pinyin(
        re.sub(r"[^a-z']", "", english.lower()), len(_CHINESE.findall(_SAME_PLACE.sub("", names[0])))
    )
    return whole, "".join(part[0] for part in (syllables or words))


def split_pinyin(text: str, count: int) -> tuple[str, ...] | None:
    """The text as so many syllables of pinyin; None: it is not that.

    A syllable within a word begins with a consonant, or an apostrophe stands before it (GB/T 16159): ji-nan, xi'an.
    """

    @cache
    def rest(start: int, left: int) -> tuple[str, ...] | None:
        if start == len(text) or left == 0:
            return () if (start, left) == (len(text), 0) else None
        apart = text[start] == "'"
        if start > 0 and not apart and text[start] in "aeiou":
            return None
        begin = start + apart
        for end in range(min(len(text), begin + 6), begin, -1):
            if _SYLLABLE.fullmatch(text, begin, end) and (after := rest(end, left - 1)) is not None:
                return (text[begin:end], *after)
        return None

    return rest(0, count) if count else None
