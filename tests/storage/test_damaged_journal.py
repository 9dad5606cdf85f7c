"""A journal that the disk has changed: its owner does not write on, the file stays, and sync goes on fetching."""

from pathlib import Path
from random import Random

import pytest

from sync.database import DamagedStore
from tests.sync.cache_pages import stop
from tests.sync.fake_centre import FakeCentre
from tests.sync.test_engine import Terminal
from tests.sync.till_life import gate_life, live, open_journal
from tickets.errors import EnvironmentFault


def spoilt(path: Path) -> bytes:
    """A journal of some days, of which every page but the first is damaged; answers what the file holds."""
    with open_journal(path, prefix=None) as journal:
        for n in range(1, 30):
            live(journal, gate_life(n))
    chance, data = Random(3), bytearray(path.read_bytes())
    for start in range(4096, len(data), 4096):
        data[start : start + 64] = chance.randbytes(64)
    path.write_bytes(data)
    return bytes(data)


def test_its_owner_says_so_and_leaves_it_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    held = spoilt(path)
    for _ in range(2):
        with pytest.raises(DamagedStore, match="Keep the file as evidence"):
            open_journal(path, prefix=None)
        assert path.read_bytes() == held


def test_a_changed_bit_is_a_sentence_and_never_a_traceback(tmp_path: Path) -> None:
    """Nothing but an EnvironmentFault; a bit in a page that is not in use changes nothing."""
    path = tmp_path / "journal.db"
    with open_journal(path, prefix=None) as journal:
        live(journal, gate_life(1))
    whole = path.read_bytes()
    seen = 0
    for seed in range(60):
        chance, data = Random(seed), bytearray(whole)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        try:
            open_journal(path, prefix=None).close()
        except EnvironmentFault:
            seen += 1
    assert seen > 0, "no bit mattered"


def test_sync_goes_on_fetching(tmp_path: Path) -> None:
    spoilt(tmp_path / "journal.db")
    centre = FakeCentre()
    centre.put(stop(1))
    terminal = Terminal(tmp_path, centre)
    result = terminal.step()
    assert result.line_up
    assert any("journal" in problem.what for problem in result.problems)
    assert [each.id for each in terminal.reader.stops()] == [1]
    terminal.close()
