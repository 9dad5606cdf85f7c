"""The lock by which no new arbiter begins between an answer and what is written down of it."""

import stat
from pathlib import Path

import pytest

from sync.database import FILE_MODE
from sync.lan.asking import Asking
from tickets.errors import EnvironmentFault


def test_lanes_hold_it_together_and_sync_finds_it_held(tmp_path: Path) -> None:
    one, two, sync = (Asking(tmp_path / "journal.db") for _ in range(3))
    assert sync.nobody_is()
    with one.held():
        with two.held():
            assert not sync.nobody_is()
        assert not sync.nobody_is()
    assert sync.nobody_is()


def test_sync_does_not_keep_it(tmp_path: Path) -> None:
    gate, sync = Asking(tmp_path / "journal.db"), Asking(tmp_path / "journal.db")
    assert sync.nobody_is()
    with gate.held():
        pass


def test_a_decision_that_fails_lets_it_go(tmp_path: Path) -> None:
    gate, sync = Asking(tmp_path / "journal.db"), Asking(tmp_path / "journal.db")
    with pytest.raises(ValueError, match="disk"), gate.held():
        raise ValueError("disk")
    assert sync.nobody_is()


def test_the_group_may_use_it(tmp_path: Path) -> None:
    assert Asking(tmp_path / "journal.db").nobody_is()
    assert stat.S_IMODE((tmp_path / "journal.db.asking").stat().st_mode) == FILE_MODE


def test_where_it_cannot_be_made_it_is_said(tmp_path: Path) -> None:
    nowhere = Asking(tmp_path / "not there" / "journal.db")
    with pytest.raises(EnvironmentFault, match=r"journal\.db\.asking"):
        nowhere.nobody_is()
    with pytest.raises(EnvironmentFault), nowhere.held():
        pass
