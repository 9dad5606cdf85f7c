"""A code that is held up is one presentation, however well it is read meanwhile."""

from gate.presentation import PresentedCode


def test_a_code_held_for_20_seconds_is_one_presentation() -> None:
    presented = PresentedCode()
    seen = [presented.see(["A"] if frame % 10 else [], frame / 15) for frame in range(300)]
    assert [text for new in seen for text in new] == ["A"]


def test_a_code_taken_away_for_a_second_is_presented_again() -> None:
    presented = PresentedCode()
    assert presented.see(["A"], 0.0) == ["A"]
    assert presented.see([], 0.5) == []
    assert presented.see([], 1.0) == []
    assert presented.see(["A"], 1.1) == ["A"]


def test_a_gap_of_less_than_a_second_is_none() -> None:
    presented = PresentedCode()
    presented.see(["A"], 0.0)
    presented.see([], 0.1)
    assert presented.see(["A"], 0.99) == []


def test_a_different_code_is_new_at_once_and_the_first_one_is_not_new_again() -> None:
    presented = PresentedCode()
    assert presented.see(["A"], 0.0) == ["A"]
    assert presented.see(["B"], 0.1) == ["B"]
    assert presented.see(["A", "B"], 0.2) == []


def test_two_codes_at_once_are_two_presentations() -> None:
    assert PresentedCode().see(["A", "B", "A"], 0.0) == ["A", "B"]


def test_frames_that_did_not_come_take_nothing_away() -> None:
    presented = PresentedCode()
    presented.see(["A"], 0.0)
    assert presented.see(["A"], 30.0) == []
    assert presented.see([], 60.0) == []
    assert presented.see(["A"], 60.1) == ["A"]
