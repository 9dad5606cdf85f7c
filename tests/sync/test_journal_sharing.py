"""Gate, till and sync are different users of one group: each reads the others' files, also after a crash.

As root this is done for real, with children that become another user of the group; otherwise the modes of files are
tested, which is what lets the other users in.
"""

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.cache.reader import CacheReader
from sync.cache.writer import CacheWriter
from sync.journal.reader import JournalReader
from tests.sync.cache_pages import page, stop
from tests.sync.children import Ended, Say, in_child
from tests.sync.till_life import gate_life, live, open_journal

SYNC, GATE, OTHER, GROUP = 64001, 64002, 64003, 64000


@pytest.fixture
def shared() -> Iterator[Path]:
    """A terminal's directory: 2770, owned by the group. Not under tmp_path, whose parents are closed to other users."""
    with tempfile.TemporaryDirectory() as parent:
        Path(parent).chmod(0o755)
        directory = Path(parent) / "waystation"
        directory.mkdir()
        if os.geteuid() == 0:
            os.chown(directory, 0, GROUP)
        directory.chmod(0o2770)
        yield directory


def as_user(user: int, group: int) -> None:
    """Become another user for good; only in a child, and only as root."""
    os.umask(0o007)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)


def modes(directory: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()}


def gate_that_dies(directory: Path, *, killed: bool) -> Ended:
    def work(say: Say) -> None:
        as_user(GATE, GROUP)
        journal = open_journal(directory / "journal.db", prefix=None)
        live(journal, gate_life(1))
        say(f"{journal.head()[0]} {journal.head()[1].hex()}")
        if killed:
            os.kill(os.getpid(), 9)
        journal.close()

    ended = in_child(work)
    assert ended.killed if killed else ended.done
    return ended


@pytest.mark.parametrize("killed", [True, False])
def test_another_user_of_the_group_reads_the_journal_of_a_dead_gate(shared: Path, killed: bool) -> None:
    promised = gate_that_dies(shared, killed=killed).said
    left = set(modes(shared))
    assert ("journal.db-wal" in left) is killed, "the case in question: a log that nobody has moved into the file"
    assert all(mode == 0o660 for mode in modes(shared).values()), modes(shared)

    def work(say: Say) -> None:
        as_user(SYNC, GROUP)
        reader = JournalReader(shared / "journal.db")
        seq, digest = reader.head()
        say(f"{seq} {digest.hex()}")
        say(str(len(reader.events(0, 1000))))
        reader.close()

    ended = in_child(work)
    assert ended.done
    assert ended.said == [promised[0], promised[0].split(" ")[0]]


def test_a_gate_writes_on_after_another_user_has_read(shared: Path) -> None:
    """What a reader leaves behind (its -shm and -wal files) does not lock the writer out."""
    gate_that_dies(shared, killed=True)

    def read(say: Say) -> None:
        as_user(SYNC, GROUP)
        reader = JournalReader(shared / "journal.db")
        say(str(reader.head()[0]))
        os.kill(os.getpid(), 9)

    before = int(in_child(read).said[0])

    def write_on(say: Say) -> None:
        as_user(GATE, GROUP)
        with open_journal(shared / "journal.db", prefix=None) as journal:
            live(journal, gate_life(2))
            say(str(journal.head()[0]))

    ended = in_child(write_on)
    assert ended.done
    assert int(ended.said[0]) > before


def test_a_reader_sees_what_is_written_while_it_reads(shared: Path) -> None:
    def sync(say: Say) -> None:
        as_user(SYNC, GROUP)
        writer = CacheWriter(shared / "cache.db")
        writer.apply(page([stop(1)], "a"))
        os.kill(os.getpid(), 9)

    assert in_child(sync).killed

    def gate(say: Say) -> None:
        as_user(GATE, GROUP)
        reader = CacheReader(shared / "cache.db")
        say(f"{len(reader.stops())} {reader.problem()}")

    ended = in_child(gate)
    assert ended.done
    assert ended.said == ["1 None"]


@pytest.mark.skipif(
    os.geteuid() != 0, reason="becoming a user outside the group needs root; the modes are tested above"
)
def test_a_user_outside_the_group_is_let_in_nowhere(shared: Path) -> None:
    gate_that_dies(shared, killed=True)

    def work(say: Say) -> None:
        as_user(OTHER, OTHER)
        try:
            say(str(list(shared.iterdir())))
        except PermissionError:
            say("no")

    assert in_child(work).said == ["no"]
