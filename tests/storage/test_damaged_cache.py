"""A cache that the disk has changed: readers go on without what is gone, sync begins it again, the journal stays."""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from sync.cache.file import word_of_damage
from sync.cache.reader import CacheReader
from sync.cache.writer import CacheWriter
from sync.database import DamagedStore
from sync.engine.status import SyncStatus
from sync.trusted_time import TimeAnchor
from tests.gate.bench import DEPARTURE, LEAVES, NOON, TODAY, Centre, Desk, Gate, admitted, trust_bytes
from tests.gate.gate_child import GROUP, become, in_another_process
from tests.tickets.samples import JOURNEY
from tickets.credential import Ticket
from tickets.uses import UseEnd

EPOCH = UUID(int=1)
USER = 54_321
DAMAGES = 120


def fill(path: Path) -> list[Ticket]:
    """A cache with some of everything; answers its tickets."""
    centre, desk = Centre(path), Desk()
    centre.opens_for_the_day()
    for serial in range(30):
        centre.departure(replace(DEPARTURE, trip=f"K{serial}"))
    tickets = [desk.ticket() for _ in range(60)]
    for ticket in tickets:
        centre.ticket(ticket)
    for ticket in tickets[:20]:
        centre.use(ticket.number, UseEnd.PASSED)
    centre.trust(1, trust_bytes())
    centre.writer.set_time(TimeAnchor(boot_id="b", boot_seconds=5.0, centre_ms=1_795_000_000_000))
    centre.writer.acknowledge(EPOCH, 5, b"receipt")
    centre.writer.set_status(SyncStatus(line_up=True, last_success_ms=5, queued=0))
    centre.close()
    return tickets


def damage(path: Path, chance: Random) -> str:
    """Change the file as a bad disk or a bad hand would; answers how."""
    data = bytearray(path.read_bytes())
    how = chance.choice(("a bit", "many bits", "a sector", "cut off", "bits of what is written", "its text"))
    match how:
        case "a bit":
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        case "many bits":
            for _ in range(200):
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        case "a sector":
            start = chance.randrange(len(data) // 512) * 512
            data[start : start + 512] = chance.randbytes(512)
        case "cut off":
            del data[chance.randrange(len(data)) :]
        case "bits of what is written":
            written = [place for place, byte in enumerate(data) if byte > 32]
            for _ in range(60):
                data[chance.choice(written)] ^= 1 << chance.randrange(7)
        case "its text":
            text = [place for place, byte in enumerate(data) if 48 <= byte < 123]
            for _ in range(100):
                data[chance.choice(text)] = chance.randrange(32, 127)
    path.write_bytes(data)
    return how


def read_everything(reader: CacheReader, tickets: list[Ticket]) -> None:
    reader.station(), reader.stops(), reader.devices(), reader.relay_keys()
    reader.departures((LEAVES - timedelta(days=1), LEAVES + timedelta(days=1)))
    reader.departure(TODAY, JOURNEY.trip), reader.day_key(TODAY), reader.trust_list_bytes()
    reader.certificate("kiosk-1"), reader.claim("1"), reader.allotments("kiosk-1", TODAY, JOURNEY.trip)
    for ticket in tickets[:30]:
        reader.ticket(ticket.number), reader.uses(ticket.number), reader.told(ticket.number)
    reader.tickets_of(TODAY, JOURNEY.trip), reader.uses_of(TODAY, JOURNEY.trip)
    reader.tickets_by_tag(TODAY, JOURNEY.trip, tickets[0].journey.tag)
    reader.time_anchor(), reader.time_floor_ms(), reader.status(), reader.lan_status(), reader.age(NOON)
    reader.changed(), reader.kept_through(EPOCH)


def read_as_sync_does(writer: CacheWriter) -> None:
    writer.check()
    writer.cursor(), writer.staging_cursor(), writer.time_anchor(), writer.time_floor_ms()
    writer.trust_list(), writer.trust_version(), writer.status(), writer.set_aside_count()
    writer.record("station", ""), writer.kept_through(EPOCH)


def test_no_damage_stops_a_reader_or_sync(tmp_path: Path) -> None:
    """Whatever was changed: nothing is raised at a reader, and sync has a sound file at its second start at most."""
    tickets = fill(tmp_path / "whole.db")
    path = tmp_path / "cache.db"
    came_of: Counter[str] = Counter()
    for seed in range(DAMAGES):
        for left in tmp_path.glob("cache.db*"):
            left.unlink()
        shutil.copy(tmp_path / "whole.db", path)
        how = damage(path, Random(seed))
        reader = CacheReader(path)
        read_everything(reader, tickets)
        reader.close()
        for start in (1, 2):
            try:
                with CacheWriter(path) as writer:
                    read_as_sync_does(writer)
                    writer.begin_staging()
                    writer.swap()
                    assert writer.all("PRAGMA integrity_check") == [("ok",)], (seed, how)
            except DamagedStore:
                assert start == 1, (seed, how)
            else:
                break
        came_of["begun again" if Path(f"{path}.set-aside").exists() else "kept"] += 1
    assert min(came_of.values()) > DAMAGES // 10, f"damage that does nothing proves nothing: {came_of}"


def put_garbage(path: Path) -> None:
    path.write_bytes(Random(1).randbytes(50_000))


def put_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "something").write_text("else")


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def spoil_a_row(path: Path) -> None:
    data = path.read_bytes()
    assert b'"identity":' in data
    path.write_bytes(data.replace(b'"identity":', b'\xff\xfe\x00\x01"\x80\x80\x80\x80\x80'))


@pytest.mark.parametrize("spoil", [put_garbage, put_folder, cut_short, empty, spoil_a_row])
def test_a_gate_admits_a_signed_ticket_whatever_has_become_of_its_cache(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    fill(tmp_path / "cache.db")
    spoil(tmp_path / "cache.db")
    desk, gate = Desk(seed=9), Gate(tmp_path)
    decided = admitted(gate.shows(desk.by_till(desk.ticket())))
    assert "departure_not_known" in decided.flags
    gate.close()


@pytest.mark.parametrize("spoil", [put_garbage, put_folder, cut_short])
def test_what_is_no_cache_is_kept_aside_and_begun_again(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    path = tmp_path / "cache.db"
    for _ in range(2):  # what was set aside the last time is in nobody's way
        fill(path)
        spoil(path)
        word_of_damage(path).touch()
        with CacheWriter(path) as writer:
            assert writer.cursor() == ""
        assert Path(f"{path}.set-aside").exists()
        assert not word_of_damage(path).exists()
        path.unlink()


def test_a_reader_leaves_word_of_damage_and_sync_obeys_it(tmp_path: Path) -> None:
    """The gate reads all day what sync may not touch for hours."""
    path = tmp_path / "cache.db"
    fill(path)
    with CacheWriter(path) as writer:
        writer.all("PRAGMA wal_checkpoint(TRUNCATE)")
        writer.check()
        cut_short(path)
        reader = CacheReader(path)
        assert reader.departure(TODAY, JOURNEY.trip) is None
        assert isinstance(reader.problem(), DamagedStore)
        reader.close()
        with pytest.raises(DamagedStore):
            writer.check()


def open_as_a_terminal_user(path: Path) -> None:
    become(USER)
    with CacheWriter(path) as writer:
        assert writer.cursor() == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_a_cache_that_is_somebody_elses_is_set_aside(tmp_path: Path) -> None:
    """A technician has copied a file in as root, and sync may not even read it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cache.db"
        shutil.chown(folder, group=GROUP)
        Path(folder).chmod(0o2770)
        fill(path)
        Path(f"{path}.lock").unlink()
        path.chmod(0o600)
        shutil.chown(path, user=0, group=0)
        assert in_another_process(open_as_a_terminal_user, path) == 0
        assert Path(f"{path}.set-aside").stat().st_uid == 0
        assert path.stat().st_uid == USER
