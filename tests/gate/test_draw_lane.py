"""docs/gate.md is drawn from the code: it must show what the code says now, and all of it."""

import re

import pytest

from gate.draw_lane import PAGE, TROUBLE, refusals, renewed, trouble, walk
from gate.lane import TRANSITIONS, Effect, State
from tickets.reasons import Reason


def test_the_page_is_current() -> None:
    page = PAGE.read_text("utf-8")
    assert page == renewed(page), "run `python -m gate.draw_lane`"


def test_a_page_without_its_markers_is_not_written_over() -> None:
    with pytest.raises(ValueError, match="no place for walk"):
        renewed("# The gate\n")


def test_every_transition_is_drawn() -> None:
    drawn = re.findall(r"^    ([A-Z]+) --> ([A-Z]+) : (.*)$", walk(), re.MULTILINE)
    in_rows = [row.split(" | ") for row in trouble().splitlines()[2:]]
    for (state, event), (after, effects) in TRANSITIONS.items():
        if event in TROUBLE:
            assert any(
                event.value in row[0] and state.name in row[1].split(", ") and row[2] == after.name for row in in_rows
            ), (state, event)
        else:
            labels = [label for begin, end, label in drawn if (begin, end) == (state.name, after.name)]
            assert any(event.value in label.partition(" / ")[0].split(" or ") for label in labels), (state, event)
        if Effect.OPEN in effects:
            assert any(end == after.name and "open" in label for _, end, label in drawn)
    assert {begin for begin, _, _ in drawn} | {"EMERGENCY", "OFFLINE", "BLOCKED"} == {state.name for state in State}


def test_every_refusal_is_explained_to_staff() -> None:
    assert [row.split("`")[1] for row in refusals().splitlines()[2:]] == [str(reason) for reason in Reason]
    assert "{" not in refusals(), "a gap that nobody filled in"
