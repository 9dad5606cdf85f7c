"""The lines of a run: one hash for one run, and a story that a person can follow."""

from station.simulate.history import History


def history() -> History:
    made = History()
    for minute in range(200):
        made.note(minute * 60_000, "1-till-1", f"sells seat {minute} to number …{minute:03}")
    made.note(3_600_000 * 4 + 61_007, "1-gate-2", "opens for …017")
    return made


def test_the_same_lines_have_the_same_hash_and_others_another() -> None:
    assert history().hash() == history().hash()
    other = history()
    other.note(0, "centre", "something else")
    assert other.hash() != history().hash()


def test_a_story_has_what_it_is_about_and_how_it_ended() -> None:
    made = history()
    made.point_at(["…017"])
    told = made.story(most=10).splitlines()
    assert "00:17:00.000  1-till-1     sells seat 17 to number …017" in told
    assert told[-1] == "04:01:01.007  1-gate-2     opens for …017"
    assert told[0].strip() == "…"
    assert len([line for line in told if line.strip() != "…"]) == 10


def test_too_much_about_one_thing_leaves_its_beginning_and_its_end() -> None:
    told = history().story(["1-till-1"], most=30)
    assert "sells seat 0 " in told
    assert "sells seat 199 " in told
    assert "sells seat 50 " not in told


def test_a_long_run_is_hashed_whole_and_told_from_its_last_lines() -> None:
    made = History()
    for line in range(50_000):
        made.note(line, "centre", f"line {line}")
    assert made.noted == 50_000
    assert "line 49999" in made.story()
    assert made.story(most=30_000).startswith("          …")
