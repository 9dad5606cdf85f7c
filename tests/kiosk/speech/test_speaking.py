"""Every screen is spoken, in its language, and nothing personal without headphones."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from kiosk.inventory import Told
from kiosk.panel import LANDSCAPE_15_6
from kiosk.part import Part
from kiosk.rows import RowsModel
from kiosk.scenes import walk
from kiosk.scenes.buying import travellers
from kiosk.screenshots import NOBODYS
from kiosk.speech.voice import LOUD, NORMAL
from kiosk.stagehand import Look, Rehearsal, rehearse
from kiosk.steps import Speech

HEARD = ("张*", "欧阳", "E1234567", "LOVELACE", "19491231", "4827")
PLANTED = (*HEARD, "3304", "1101", "0012", "002X")
"""Pieces of names, of documents and of a claim's number, as the rehearsals have them; masked numbers are never said."""


@contextmanager
def rehearsed() -> Iterator[Rehearsal]:
    rehearsal = rehearse(LANDSCAPE_15_6)
    try:
        yield rehearsal
    finally:
        rehearsal.kiosk.close()


def speak(rehearsal: Rehearsal) -> None:
    """As whoever is here would switch it on."""
    if rehearsal.model.speech is Speech.OFF and rehearsal.model.screen not in ("attract", ""):
        rehearsal.model.touch("speech")


def said_now(rehearsal: Rehearsal, *, private: bool) -> str:
    rehearsal.voice.private = private
    rehearsal.voice.said.clear()
    rehearsal.kiosk.repeat()
    assert {each.language for each in rehearsal.voice.said} == {"en"}, rehearsal.model.screen
    return " ".join(rehearsal.voice.texts)


def test_every_screen_is_spoken_and_what_is_personal_only_to_headphones(qt: list[str]) -> None:
    heard = ""
    with rehearsed() as rehearsal:
        for name in walk(rehearsal, Look(language="en")):
            if name in NOBODYS:
                continue
            speak(rehearsal)
            rehearsal.settle()
            loud = said_now(rehearsal, private=False)
            assert len(loud) > 20, name
            assert not [piece for piece in PLANTED if piece in loud], name
            heard += said_now(rehearsal, private=True).replace(" asterisk ", "*")
    assert [piece for piece in HEARD if piece in heard] == list(HEARD)


def test_names_and_documents_are_marked_as_personal(qt: list[str]) -> None:
    with rehearsed() as rehearsal:
        for _ in travellers(rehearsal, Look()):
            rehearsal.settle()
        assert {"张*", "欧阳**", "3304****0012", "1101****002X"} <= rehearsal.model.secrets()


def test_what_is_said_is_what_stands_there(qt: list[str]) -> None:
    with rehearsed() as rehearsal:
        rehearsal.start(Look(language="en"))
        speak(rehearsal)
        rehearsal.buying.chooseStop("1001")
        rehearsal.draw()
        rehearsal.kiosk.repeat()
        text = rehearsal.voice.texts[-1]
        assert text.startswith(title(rehearsal))
        assert "14:05 to Hangzhou, gate 2, 14 seats left, 45 yuan" in text
        assert "Contrast" not in text


def title(rehearsal: Rehearsal) -> str:
    shown = rehearsal.kiosk.inventory.shown()
    return next(each.spoken for each in shown if isinstance(each, Told) and each.heading)


def wait_until(rehearsal: Rehearsal, what: str) -> None:
    for _ in range(4000):
        if any(what in text for text in rehearsal.voice.texts):
            return
        QTest.qWait(5)
    raise AssertionError(f"{what} was not said, but {rehearsal.voice.texts}")


def test_a_screen_is_said_when_it_comes_and_then_what_changes(qt: list[str]) -> None:
    with rehearsed() as rehearsal:
        rehearsal.start(Look(language="en"))
        speak(rehearsal)
        wait_until(rehearsal, "Hangzhou, next coach 14:05")
        rehearsal.buy_from_where_to()
        question = title(rehearsal)
        assert "Put in" in question
        wait_until(rehearsal, question)
        rehearsal.voice.said.clear()
        rehearsal.till.bill(20)
        wait_until(rehearsal, "25 yuan")
        assert not [text for text in rehearsal.voice.texts if question in text]


def test_a_touch_ends_speech_and_the_next_press_makes_it_louder(qt: list[str]) -> None:
    with rehearsed() as rehearsal:
        rehearsal.start(Look())
        speak(rehearsal)
        rehearsal.kiosk.repeat()
        assert rehearsal.voice.said[-1].volume == NORMAL
        stops = rehearsal.voice.stops
        QTest.mousePress(rehearsal.kiosk.window, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
        assert rehearsal.voice.stops == stops + 1
        rehearsal.model.touch("speech")
        rehearsal.kiosk.repeat()
        assert rehearsal.voice.said[-1].volume == LOUD
        rehearsal.model.touch("speech")
        rehearsal.voice.said.clear()
        rehearsal.kiosk.repeat()
        assert rehearsal.model.speech is Speech.ON, "the key that repeats also begins"


def test_the_next_session_begins_silent_and_at_the_usual_volume(qt: list[str]) -> None:
    with rehearsed() as rehearsal:
        rehearsal.start(Look())
        rehearsal.model.touch("speech")
        rehearsal.model.touch("speech")
        assert (rehearsal.model.screen, rehearsal.model.speech) == ("whereTo", Speech.LOUD)
        rehearsal.model.touch("startOver")
        rehearsal.settle()
        assert (rehearsal.model.screen, rehearsal.model.speech) == ("attract", Speech.OFF)
        rehearsal.start(Look())
        speak(rehearsal)
        rehearsal.kiosk.repeat()
        assert rehearsal.voice.said[-1].volume == NORMAL


def test_headphones_begin_to_speak_and_pulling_them_out_is_silence_at_once(qt: list[str]) -> None:
    with rehearsed() as rehearsal:
        kiosk, voice = rehearsal.kiosk, rehearsal.voice
        kiosk.tick()
        assert (rehearsal.model.screen, rehearsal.model.speech) == ("attract", Speech.OFF)
        voice.private = True
        kiosk.tick()
        assert (rehearsal.model.screen, rehearsal.model.speech) == ("whereTo", Speech.ON)
        kiosk.tick()
        assert rehearsal.model.speech is Speech.ON, "once is enough"
        stops = voice.stops
        voice.private = False
        kiosk.tick()
        assert voice.stops == stops + 1


def test_keys_are_told_what_they_come_to_in_its_own_language(qt: list[str]) -> None:
    with rehearsed() as rehearsal:
        rehearsal.start(Look())
        speak(rehearsal)
        rehearsal.settle()
        for _ in range(40):
            QTest.keyClick(rehearsal.kiosk.window, Qt.Key.Key_Right)
            if rehearsal.kiosk.inventory.focus() == "band.language":
                break
        said = rehearsal.voice.said[-1]
        assert (said.text, said.language) == ("English.", "en")
        QTest.keyClick(rehearsal.kiosk.window, Qt.Key.Key_F1)
        assert "杭州" in rehearsal.voice.texts[-1]


def test_of_every_value_on_a_screen_it_is_decided_whether_it_is_personal(qt: list[str]) -> None:
    with rehearsed() as rehearsal:
        parts: list[Part] = [rehearsal.model, *rehearsal.model.parts.values()]
        for part in parts:
            assert set(part.PERSONAL) == set(part.GROUPS), type(part).__name__
            for rows in part.findChildren(RowsModel, options=Qt.FindChildOption.FindDirectChildrenOnly):
                assert rows.marked is not None, f"a list of {type(part).__name__}"
