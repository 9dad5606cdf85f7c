"""What is said of a screen."""

from kiosk.inventory import Box, Control, Shown, Told, Words
from kiosk.speech import script
from kiosk.speech.script import Cues, Page

CUES = Cues(
    touch="You can touch: %1", off="not available", chosen="switched on", hidden="personal", headphones="Plug in."
)
NOTHING: frozenset[str] = frozenset()


def told(
    spoken: str,
    y: float,
    *,
    heading: bool = False,
    alert: bool = False,
    ticking: bool = False,
    within: int = -1,
    part: str = "stage",
) -> Told:
    box: Box = (0, y, 100, 20)
    return Told(spoken=spoken, box=box, heading=heading, alert=alert, ticking=ticking, within=within, part=part)


def control(spoken: str, y: float, *, enabled: bool = True, checked: bool = False, part: str = "stage") -> Control:
    return Control(
        name=f"a.{spoken}",
        box=(0, y, 100, 20),
        enabled=enabled,
        spoken=spoken,
        button=True,
        within=-1,
        checked=checked,
        part=part,
    )


def test_a_screen_is_its_title_its_notices_its_sentences_and_what_can_be_touched() -> None:
    shown: list[Shown] = [
        told("Wutong Coach Station", 0, part="top"),
        told("Later", 60),
        told("Card unreadable.", 50, alert=True),
        told("Who travels?", 40, heading=True),
        control("Back", 200, part="band"),
        control("Type", 100),
        control("Pay", 120, enabled=False),
        told("inside a button", 100, within=5),
    ]
    page = script.page_of(shown, NOTHING, CUES)
    assert script.whole(page, CUES) == "Who travels? Card unreadable. Later. You can touch: Type."


def test_only_what_is_new_is_said_again_and_nothing_that_ticks() -> None:
    before = script.page_of([told("To pay ¥45.00", 0), told("19 s", 20, ticking=True)], NOTHING, CUES)
    now = script.page_of([told("To pay ¥25.00", 0), told("18 s", 20, ticking=True)], NOTHING, CUES)
    assert script.changes(before, now) == "To pay ¥25.00."
    assert script.changes(now, now) == ""


def test_a_sentence_in_which_only_the_time_runs_down_is_not_new() -> None:
    for text in ("A slip follows in %s s.", "%s 秒后打印凭条。", "Departs 14:05, in %s min."):
        before = script.page_of([told(text % 48, 0)], NOTHING, CUES)
        assert script.changes(before, script.page_of([told(text % 47, 0)], NOTHING, CUES)) == ""
    before = script.page_of([told("5 seats left", 0)], NOTHING, CUES)
    assert script.changes(before, script.page_of([told("4 seats left", 0)], NOTHING, CUES)) == "4 seats left."


def test_secrets_are_replaced_and_how_to_hear_them_is_said() -> None:
    page = script.page_of([told("张*  3304****0012", 0), control("Change 张*", 40)], frozenset({"张*"}), CUES)
    assert script.whole(page, CUES) == "personal  3304****0012. Plug in. You can touch: Change personal."


def test_a_single_typed_character_is_secret_where_it_stands_alone() -> None:
    assert script.hidden("1", {"1"}, CUES) == "personal"
    assert script.hidden("18 digits", {"1"}, CUES) == "18 digits"


def test_a_control_is_said_with_its_state() -> None:
    assert script.control(control("Large text", 0, checked=True), NOTHING, CUES) == "Large text. switched on."
    assert script.control(control("1", 0), frozenset({"1"}), CUES) == "1."


def test_money_times_and_masks_are_said_in_words() -> None:
    assert script.aloud("¥45.00 14:05 ¥7.50 张*", "zh") == "45元 14点05分 7元5角 张星号"
    assert script.aloud("¥100, 09:00", "zh") == "100元, 9点整"
    assert script.aloud("¥45.00 or ¥7.50, 33**12", "en") == "45 yuan or 7 yuan 50, 33 asterisk 12"
    assert script.aloud("¥45.00", "ja") == "¥45.00"


def test_a_page_without_words_says_nothing() -> None:
    empty = Page(sentences=(), ticking=NOTHING, touchable=(), hides=False)
    words = Words(text="x", box=(0, 0, 1, 1), ink=(0, 0, 1, 1), cut=False, size=10, colour="#000000", within=-1)
    assert script.page_of([words], NOTHING, CUES) == empty
    assert script.whole(empty, CUES) == ""
