"""The outbox of staff facts: whole files, shared with the group, moved on once."""

import stat
from pathlib import Path

import pytest

from sync.lan.outbox import Outbox
from tickets.errors import EnvironmentFault


def test_what_is_put_waits_until_it_is_moved_on(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    assert outbox.changed() is False
    assert outbox.waiting() == []
    outbox.put("b", b"second")
    outbox.put("a", b"first")
    assert outbox.changed()
    assert not outbox.changed()
    first, second = outbox.waiting()
    assert (first.data, second.data) == (b"first", b"second")
    outbox.taken(first)
    assert outbox.changed()
    outbox.refused(second)
    outbox.refused(second)
    assert outbox.waiting() == []
    assert (tmp_path / "staff" / "taken" / "a.fact").read_bytes() == b"first"
    assert (tmp_path / "staff" / "refused" / "b.fact").read_bytes() == b"second"


def test_a_file_that_is_still_being_written_does_not_count(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.put("a", b"first")
    (tmp_path / "staff" / "b.new").write_bytes(b"half")
    assert [fact.path.name for fact in outbox.waiting()] == ["a.fact"]


def test_the_group_may_read_and_move_it(tmp_path: Path) -> None:
    Outbox(tmp_path).put("a", b"first")
    assert stat.S_IMODE((tmp_path / "staff").stat().st_mode) == 0o2770
    assert stat.S_IMODE((tmp_path / "staff" / "a.fact").stat().st_mode) & 0o117 == 0


def test_a_folder_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "staff").write_text("a file, by mistake")
    with pytest.raises(EnvironmentFault, match="cannot be left"):
        Outbox(tmp_path).put("a", b"first")
