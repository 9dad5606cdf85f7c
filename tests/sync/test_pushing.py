"""Sending a journal when one side has lost something: the receipts, or its being the only one of its kind."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from sync.cache.writer import CacheWriter
from sync.engine.pushing import Forked, Pusher, keep_receipt
from sync.journal.journal import Journal
from sync.journal.pruning import prune
from sync.journal.reader import JournalReader
from sync.line.client import CentreClient
from sync.points import no_probe
from tests.sync.fake_centre import DEVICE, RECEIPT, START, FakeCentre
from tests.sync.till_life import gate_life, live, open_journal
from tickets.errors import PeerError
from tickets.events import Kind
from tickets.keys import SigningKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A machine's disk, with what writes its journal and what sends it."""

    journal: Journal
    reader: JournalReader
    cache: CacheWriter
    pusher: Pusher

    def write(self, times: int) -> None:
        with self.journal.transaction() as tx:
            for n in range(times):
                tx.append(Kind.LANE_EVENT, {"lane": "1A", "what": f"forced {n}"})

    def kept(self) -> int:
        return self.cache.kept_through(self.journal.epoch)


@contextmanager
def machine(directory: Path, centre: FakeCentre, seed: int = 1) -> Iterator[Machine]:
    reader = JournalReader(directory / "journal.db")
    with (
        centre.http() as http,
        open_journal(directory / "journal.db", prefix=None, seed=seed) as journal,
        CacheWriter(directory / "cache.db") as cache,
    ):
        client = CentreClient("http://centre", "kiosk-1", DEVICE, http, now=START.timestamp)
        pusher = Pusher(client, cache, reader, lambda: (RECEIPT.public,), no_probe, most=10)
        yield Machine(journal=journal, reader=reader, cache=cache, pusher=pusher)
        reader.close()


@pytest.fixture
def centre() -> FakeCentre:
    return FakeCentre()


@pytest.mark.parametrize("more", [0, 3], ids=["nothing new", "something new"])
def test_a_lost_cache_sends_on_where_the_journal_begins(tmp_path: Path, centre: FakeCentre, more: int) -> None:
    with machine(tmp_path, centre) as gate:
        for n in range(1, 4):
            live(gate.journal, gate_life(n))
        gate.pusher.push()
        assert prune(gate.journal, kept_through=gate.kept(), closed_before=date(2027, 1, 1)) > 0
    for path in tmp_path.glob("cache.db*"):
        path.unlink()
    with machine(tmp_path, centre) as gate:
        gate.write(more)
        dropped, head = gate.reader.dropped_through(), gate.journal.head()[0]
        assert gate.kept() == 0
        assert gate.pusher.queued() == head - dropped, "what was dropped is not waiting for anything"
        gate.pusher.push()
        assert not gate.pusher.forked
        assert gate.kept() == head == len(centre.events[gate.journal.epoch.hex])


def test_a_centre_that_lacks_what_was_dropped_is_still_another_story(tmp_path: Path, centre: FakeCentre) -> None:
    with machine(tmp_path, centre) as gate:
        for n in range(1, 4):
            live(gate.journal, gate_life(n))
        gate.pusher.push()
        prune(gate.journal, kept_through=gate.kept(), closed_before=date(2027, 1, 1))
        del centre.events[gate.journal.epoch.hex][2:]
        gate.write(1)
        with pytest.raises(Forked):
            gate.pusher.push()


@contextmanager
def imaged(tmp_path: Path, centre: FakeCentre, *, after: int) -> Iterator[tuple[Machine, Machine]]:
    """A machine whose disk was copied when the centre had signed for one batch and for `after` events not yet."""
    (tmp_path / "first").mkdir()
    with machine(tmp_path / "first", centre) as original:
        original.write(9)
        original.pusher.push()
        original.write(after)
    shutil.copytree(tmp_path / "first", tmp_path / "second")
    with (
        machine(tmp_path / "first", centre, seed=2) as original,
        machine(tmp_path / "second", centre, seed=3) as copy,
    ):
        yield original, copy


@pytest.mark.parametrize(("original_wrote", "copy_wrote"), [(50, 20), (50, 50), (20, 50)])
def test_a_copied_disk_is_found_however_far_back_it_parts(
    tmp_path: Path, centre: FakeCentre, original_wrote: int, copy_wrote: int
) -> None:
    """Of the first batches both know the same; the centre's receipt is about the end of the other's story."""
    with imaged(tmp_path, centre, after=35) as (original, copy):
        original.write(original_wrote)
        original.pusher.push()
        kept = list(centre.events[original.journal.epoch.hex])
        copy.write(copy_wrote)
        with pytest.raises(Forked):
            copy.pusher.push()
        assert copy.pusher.forked
        assert centre.statuses[-1] == 409, "the centre was shown the batch that parts from what it has"
        assert centre.events[original.journal.epoch.hex] == kept
        assert copy.kept() == 10, "nothing was believed to be kept"
        assert original.kept() == original.journal.head()[0]


def test_a_copy_that_has_nothing_of_its_own_to_tell_is_an_older_state(tmp_path: Path, centre: FakeCentre) -> None:
    with imaged(tmp_path, centre, after=35) as (original, copy):
        original.write(5)
        original.pusher.push()
        with pytest.raises(Forked, match="older state"):
            copy.pusher.push()


def test_a_receipt_of_nobody_beyond_a_batch_is_told_when_all_is_sent(tmp_path: Path, centre: FakeCentre) -> None:
    """Nothing else is wrong with the journal: it is no fork, and the next push begins where this one did."""
    with machine(tmp_path, centre) as gate:
        gate.write(34)
        gate.pusher.push()
    for path in tmp_path.glob("cache.db*"):
        path.unlink()
    with machine(tmp_path, centre) as gate:
        centre.receipt_key = SigningKey.from_raw(bytes([9]) * 32)
        with pytest.raises(PeerError, match="receipt"):
            gate.pusher.push()
        assert not gate.pusher.forked
        assert gate.kept() == 0
        centre.receipt_key = RECEIPT
        gate.pusher.push()
        assert gate.kept() == gate.journal.head()[0]


def test_a_receipt_about_what_was_dropped_since_says_nothing_new(tmp_path: Path, centre: FakeCentre) -> None:
    """The relay may have it still when the cache, and the newer receipt in it, is gone."""
    with machine(tmp_path, centre) as gate:
        for n in range(1, 4):
            live(gate.journal, gate_life(n))
        gate.pusher.push()
        prune(gate.journal, kept_through=gate.kept(), closed_before=date(2027, 1, 1))
    for path in tmp_path.glob("cache.db*"):
        path.unlink()
    with machine(tmp_path, centre) as gate:
        assert gate.reader.dropped_through() > 4
        keys, epoch = (RECEIPT.public,), gate.journal.epoch
        keep_receipt(gate.reader, gate.cache, keys, epoch, 4, bytes(64), peer="centre")
        assert gate.kept() == 0
