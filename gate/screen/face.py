"""An announcement as the display draws it: one colour, one sign, words, and for staff a band that says who passes.

Contrasts of letters on their ground: go 6.6, stop 7.5, wait 7.4, badge 8.0, closed 16.7, idle 8.0, emergency 16.0 to 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gate.announcement import Announcement, Showing

Words = tuple[str, str]
"""Chinese and English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paint:
    """Two colours that can be told apart: letters and signs in `ink` on `ground`."""

    ground: str
    ink: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A number with the word for it."""

    label: Words
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """For staff: the kind of ticket, a figure for each who passes with it (True: a child), and what to look at."""

    paint: Paint
    kind: Words
    count: Words
    figures: tuple[bool, ...]
    look: Words = ("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """Everything that one picture shows."""

    showing: Showing
    sign: str
    paint: Paint
    word: Words
    sentence: Words = ("", "")
    facts: tuple[Fact, ...] = ()
    band: Band | None = None


LOOKS: Mapping[Showing, tuple[str, Paint]] = {
    Showing.IDLE: ("reader", Paint(ground="#0B4F9E", ink="#FFFFFF")),
    Showing.GO: ("arrow", Paint(ground="#0A6B37", ink="#FFFFFF")),
    Showing.STOP: ("cross", Paint(ground="#A61B14", ink="#FFFFFF")),
    Showing.WAIT: ("hourglass", Paint(ground="#FFF3DC", ink="#7A4100")),
    Showing.BADGE: ("tick", Paint(ground="#FFFFFF", ink="#0B4F9E")),
    Showing.CLOSED: ("bar", Paint(ground="#0B1F33", ink="#FFFFFF")),
    Showing.EMERGENCY: ("out", Paint(ground="#FFE100", ink="#000000")),
}
"""The sign and the colours of each picture: no two share either."""

BRIGHTER: Words = ("请把手机屏幕调亮", "Turn up your screen")
SEAT: Words = ("座位", "Seat")
ANY_SEAT = Fact(label=("座位", "Any seat"), value="任意空座")
"""The coach that comes has not the ticket's seat."""
BAY: Words = ("发车位", "Bay")

_ADULT = (Paint(ground="#07301B", ink="#FFFFFF"), ("全票", "Adult"))
_KINDS: Mapping[str, tuple[Paint, Words]] = {
    "adult": _ADULT,
    "child": (Paint(ground="#FFE100", ink="#000000"), ("儿童票", "Child")),
    "concession": (Paint(ground="#FFFFFF", ink="#0B1F33"), ("优待票", "Concession")),
    "free": (Paint(ground="#0B4F9E", ink="#FFFFFF"), ("免费票", "Free")),
}
_TO_LOOK_AT: Mapping[str, Words] = {
    "overridden": ("凭工牌放行", "By badge"),
    "departure_not_known": ("请核对班次", "Check coach"),
    "time_unknown": ("请核对日期", "Check date"),
    "late": ("补检", "Late boarding"),
    "identity_not_checked": ("请核对证件", "Check ID"),
    "re_entry": ("再次进站", "In again"),
}
CHARACTERS_TOGETHER = 5
WORD_JOINER = "\u2060"
NO_BREAK_SPACE = "\u00a0"
MOST_FIGURES = 5
"""More are not drawn: the number beside them says it."""


def face(announcement: Announcement) -> Face:
    """Draw an announcement."""
    sign, paint = LOOKS[announcement.showing]
    go, idle = announcement.showing is Showing.GO, announcement.showing is Showing.IDLE
    return Face(
        showing=announcement.showing,
        sign=sign,
        paint=paint,
        word=_in_two_lines(announcement.word) if idle else announcement.word,
        sentence=_ends_together(BRIGHTER if idle else announcement.sentence),
        facts=_facts(announcement) if go else (),
        band=_band(announcement) if go else None,
    )


def _in_two_lines(words: Words) -> Words:
    """Break before "or", where people do, and not within the name of a card."""
    return words[0].replace("或", "\n或", 1), words[1].replace(" or ", "\nor ", 1)


def _ends_together(words: Words) -> Words:
    """Keep the last characters, the last two words, and a number with its 号 on one line: alone on one they confuse."""
    chinese, english = words[0].replace(" 号", f"{NO_BREAK_SPACE}号"), words[1]
    end = -CHARACTERS_TOGETHER
    return chinese[:end] + WORD_JOINER.join(chinese[end:]), NO_BREAK_SPACE.join(english.rsplit(" ", 1))


def _facts(announcement: Announcement) -> tuple[Fact, ...]:
    seat = (Fact(label=SEAT, value=str(announcement.seat)),) if announcement.seat is not None else ()
    if "seat_not_in_coach" in announcement.flags:
        seat = (ANY_SEAT,)
    bay = (Fact(label=BAY, value=announcement.bay),) if announcement.bay else ()
    return seat + bay


def _band(announcement: Announcement) -> Band:
    kind = announcement.kind or "adult"
    paint, words = _KINDS.get(kind, (_ADULT[0], (kind, kind)))
    persons = max(1, announcement.persons)
    look = [_TO_LOOK_AT[flag] for flag in announcement.staff if flag in _TO_LOOK_AT]
    return Band(
        paint=paint,
        kind=words,
        count=(f"{persons} 人", "1 person" if persons == 1 else f"{persons} persons"),
        figures=(kind == "child",) + (True,) * (min(persons, MOST_FIGURES) - 1),
        look=look[0] if look else ("", ""),
    )
