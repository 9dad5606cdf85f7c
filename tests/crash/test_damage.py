"""A gate, its sync and the centre as processes: noise on every line, a spoilt cache, a spoilt journal."""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
import segno

from drivers.simulation import Control
from station.demo.passenger import until
from station.demo.processes import wait_until
from station.demo.report import NotSeen
from station.demo.witness import facts, rows
from sync.comparing.compare import differences, read_cache, read_centre, read_journals
from tests.crash.life import Life
from tests.crash.nursery import Nursery

LINE_RATE = 11_520
"""Bytes in a second at 115 200 baud."""


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory, nursery: Nursery) -> Iterator[Life]:
    """A station without its kiosk."""
    life = Life(tmp_path_factory.mktemp("damage") / "site", nursery)
    with life.site as site:
        site.start()
        for store in (site.kiosk_store, site.gate_store):
            site.start_sync(store)
        until(lambda: life.departures(), "the timetable in the cache", 20)
        site.start_gate()
        yield life


def passes(life: Life) -> None:
    """Somebody with a ticket from the web is let in."""
    number, code = life.web_ticket()
    life.show_until(code, lambda: life.claims(number), "the barrier open for a ticket")
    life.walk(number)


def apart(life: Life) -> list[str]:
    """In what the gate's files and the centre's differ."""
    journal, cache = life.gate, life.site.gate_store / "cache.db"
    devices = [device for (device,) in rows(journal, "SELECT device FROM epoch")]
    centre = read_centre(life.site.centre_db)
    return differences(read_journals([journal]), centre.by_devices(devices)) + differences(read_cache(cache), centre)


def become_equal(life: Life) -> None:
    """Wait until they are the same; a cache that is being replaced cannot be read for a moment."""

    def equal() -> bool:
        with contextlib.suppress(sqlite3.Error):
            return not apart(life)
        return False

    until(equal, "the same facts at the gate and the centre", 25)


def passes_by_camera(life: Life, picture: Path) -> None:
    """The same, with the phone held into the camera."""
    number, code = life.web_ticket()
    segno.make(code, error="m", micro=False).save(str(picture), scale=6)
    for _ in range(6):
        life.hand.shows_picture(picture, 3.0)
        with contextlib.suppress(NotSeen):
            until(lambda: life.claims(number), "the barrier open for a ticket", 4.5)
            break
    life.walk(number)


@contextmanager
def noise(device: Path) -> Iterator[list[int]]:
    """Noise into a scanner's line as fast as the line takes it, with ends of lines among it."""
    sent, over, chance = [0], threading.Event(), Random(7)
    hand = Control(device)

    def send() -> None:
        while not over.is_set():
            began = time.monotonic()
            data = chance.randbytes(LINE_RATE // 20).replace(b"\x00", b"\r")
            sent[0] += int(hand.do("scan_bytes", hex=data.hex())["sent"])
            over.wait(max(0.0, 0.05 - (time.monotonic() - began)))

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield sent
    finally:
        over.set()
        thread.join()


def test_tickets_pass_while_there_is_noise_on_every_line(life: Life, tmp_path: Path) -> None:
    """By camera, while the scanner's line has nothing else; barrier and card reader get it now and then."""
    site = life.site
    refused = len(facts(life.gate, "scan.refused"))
    began = time.monotonic()
    site.devices["id-reader-gate"].control.do("line", fault="garbage")
    with noise(site.devices["scanner"].control.path) as sent:
        for serial in range(2):
            passes_by_camera(life, tmp_path / f"{serial}.png")
            site.devices["barrier"].control.do("line", fault="garbage")
            until(lambda: site.children["gate"].output()[-1]["showing"] == "closed", "the lane closed by noise")
            site.devices["barrier"].control.do("line", fault="ok")
            until(lambda: site.children["gate"].output()[-1]["showing"] in ("idle", "stop"), "the lane open again")
    seconds = time.monotonic() - began
    site.devices["id-reader-gate"].control.do("line", fault="ok")
    assert sent[0] > LINE_RATE * seconds / 4, "there was hardly any noise"
    assert len(facts(life.gate, "scan.refused")) - refused <= seconds + 5, "noise is written down once a second"
    assert site.children["gate"].running
    passes(life)


def garbage(path: Path) -> None:
    path.write_bytes(Random(1).randbytes(path.stat().st_size))


def cut(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 3)


def header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"no database at all")


def pages(path: Path) -> None:
    chance = Random(2)
    with path.open("r+b") as file:
        for start in range(4096, path.stat().st_size, 4096):
            file.seek(start)
            file.write(chance.randbytes(64))


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("spoil", "running"),
    [(garbage, True), (cut, True), (folder, True), (header, False), (pages, False), (folder, False)],
    ids=lambda each: each.__name__ if callable(each) else "in-use" if each else "off",
)
def test_a_spoilt_cache_is_fetched_again(life: Life, spoil: Callable[[Path], None], running: bool) -> None:
    """Nobody is needed for it; the gate goes on meanwhile, and its journal is what it was."""
    site = life.site
    become_equal(life)
    path = site.gate_store / "cache.db"
    before = facts(life.gate, "use.claimed")
    if not running:
        site.children["sync-gate-1"].stop()
        site.children["gate"].stop()
    spoil(path)
    if not running:
        site.start_gate()
    passes(life)
    if running:  # what is in use is still in the log, or in memory: the next start looks the file through
        site.children["sync-gate-1"].stop()
    site.start_sync(site.gate_store)
    become_equal(life)
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    assert facts(life.gate, "use.claimed")[: len(before)] == before
    assert site.children["gate"].running
    assert site.children["sync-gate-1"].running
    passes(life)


def test_a_spoilt_journal_is_kept_and_not_written_on(life: Life) -> None:
    """The gate says so in a sentence and does not start; what the file holds is evidence, and stays as it is."""
    site = life.site
    passes(life)
    become_equal(life)
    site.children["gate"].stop()
    journal = site.gate_store / "journal.db"
    whole = {path: path.read_bytes() for path in site.gate_store.glob("journal.*")}
    pages(journal)
    spoilt = journal.read_bytes()
    config = str(site.gate_store / "terminal.toml")
    gate = site.child("gate", ["station.cli", "gate", "--config", config], site.logs).launch()
    wait_until(lambda: not gate.running, 15, "the gate to say no")
    words = (site.logs / "gate.log").read_text("utf-8").splitlines()[-1]
    assert "journal" in words
    assert "damage" in words or "cannot be used" in words
    assert "Traceback" not in words
    assert journal.read_bytes() == spoilt
    for path, content in whole.items():
        path.write_bytes(content)
    site.start_gate()
    passes(life)
    become_equal(life)
