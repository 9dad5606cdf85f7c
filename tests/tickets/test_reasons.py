"""The words: every reason in both languages, for both audiences, with and without particulars."""

import re
from datetime import UTC, date, datetime
from itertools import product

import pytest

from tickets.reasons import WORDINGS, Audience, Language, Reason, Refuse, day_in_words, fill, sentence, word

LANGUAGES: tuple[Language, ...] = ("zh", "en")
AUDIENCES: tuple[Audience, ...] = ("passenger", "staff")
AT = datetime(2026, 11, 22, 6, 5, tzinfo=UTC)
ALL = {"when": AT, "where": "济南西站", "gate": "3", "day": date(2026, 11, 22)}
EVERY = pytest.mark.parametrize(("reason", "language", "audience"), list(product(Reason, LANGUAGES, AUDIENCES)))
NEXT_STEP_ZH = re.compile("请|可凭|不得")
NEXT_STEP_EN = re.compile(
    r"\b(please|go to|ask|speak|show|take|use|send|open|change|call|look|scan|find|compare|check|turn|hold|buy)\b",
    re.IGNORECASE,
)


def test_every_reason_has_its_words() -> None:
    assert set(WORDINGS) == set(Reason)


@pytest.mark.parametrize("reason", Reason)
def test_the_word_is_short_enough_to_be_read_from_afar(reason: Reason) -> None:
    assert 4 <= len(word(reason, "zh")) <= 8
    assert 3 <= len(word(reason, "en")) <= 18


@EVERY
def test_a_sentence_has_no_gap_whatever_is_known(reason: Reason, language: Language, audience: Audience) -> None:
    for mask in range(1 << len(ALL)):
        known = {name: value for at, (name, value) in enumerate(ALL.items()) if mask >> at & 1}
        told = sentence(Refuse(reason=reason, **known), language, audience=audience)  # type: ignore[arg-type]  # names are fields
        assert not re.search(r"[\[\]{}|]|None|  |^ | $| [,.;:]|[（(][)）]|， ?。", told), told
        assert told.endswith("。" if language == "zh" else "."), told


@EVERY
def test_a_sentence_says_what_to_do_next(reason: Reason, language: Language, audience: Audience) -> None:
    told = sentence(Refuse(reason=reason), language, audience=audience)
    assert (NEXT_STEP_ZH if language == "zh" else NEXT_STEP_EN).search(told), told
    assert (re.search("[一-鿿]", told) is not None) == (language == "zh")
    assert "error" not in told.lower()
    assert "错误" not in told


def test_particulars_are_told_in_the_stations_time() -> None:
    used = Refuse(reason=Reason.USED, when=AT, where="2")
    assert sentence(used, "zh").startswith("这张车票已于 14:05 在通道 2 检过票。")
    assert sentence(used, "en").startswith("This ticket has already been used: at 14:05, in lane 2.")
    gate = Refuse(reason=Reason.WRONG_GATE, gate="3")
    assert sentence(gate, "zh") == "这班车不在这里检票。请到 3 号检票口。"
    assert sentence(Refuse(reason=Reason.WRONG_GATE, gate="A2"), "zh") == "这班车不在这里检票。请到 A2 检票口。"
    assert sentence(gate, "en") == "This coach does not board here. Please go to gate 3."


def test_days_in_words() -> None:
    assert day_in_words(date(2026, 11, 22), "zh") == "11月22日 周日"
    assert day_in_words(date(2026, 11, 22), "en") == "Sun 22 Nov"


def test_a_template_chooses_by_what_is_known() -> None:
    template = "a[ {x}][: {y}|, no y]."
    assert fill(template, {}) == "a, no y."
    assert fill(template, {"x": "1"}) == "a 1, no y."
    assert fill(template, {"x": "1", "y": "2"}) == "a 1: 2."
