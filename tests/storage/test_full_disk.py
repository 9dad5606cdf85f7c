"""The disk takes no more: the lane says that it is closed, lets nobody in, and opens by itself when there is room."""

import os
import resource
from contextlib import ExitStack
from pathlib import Path

from drivers.barrier.simulator import RelayBoardSimulator
from drivers.scanner.simulator import ScannerSimulator
from drivers.simulation import Station
from sync.journal.reader import JournalReader
from tests.gate.bench import Centre, Desk
from tests.gate.gate_child import LISTENING, Life, life
from tests.storage.conftest import Played
from tests.storage.test_power import PROCESSES
from tickets.events import Kind


def test_every_trouble_at_every_call(played: Played) -> None:
    """No room, no room at the sync, and syncs or writes that fail, from any call on, for good or once."""
    tally = played("full", PROCESSES)
    assert tally.wrong == []
    assert tally.runs >= 250
    assert tally.cuts >= tally.runs // 2, "runs in which nobody met the trouble"


def test_a_barrier_that_is_told_before_the_record_is_found_out(played: Played) -> None:
    assert "the barrier moved without a record" in " ".join(played("full", part=(0, 10), early=True).wrong)


def room(lived: Life, there_is: bool) -> None:
    """Let the files of a gate grow again, or no more: what a full disk or a quota does to it."""
    limit = resource.RLIM_INFINITY if there_is else 1
    resource.prlimit(lived.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


def test_a_real_gate_closes_and_opens_again(tmp_path: Path) -> None:
    desk = Desk()
    ticket, later = desk.ticket(), desk.ticket(document="110105194912310038")
    folder = tmp_path / "gate-1"
    folder.mkdir()
    centre = Centre(tmp_path / "cache.db")
    centre.opens_for_the_day()
    centre.close()
    with ExitStack() as stack:
        scanner = stack.enter_context(Station(ScannerSimulator(), f"pty:{tmp_path / 'scanner'}"))
        board = stack.enter_context(Station(RelayBoardSimulator(arm_ms=20), f"pty:{tmp_path / 'barrier'}"))
        lived = stack.enter_context(life(tmp_path, scanner.address, board.address))
        lived.says(LISTENING)
        lets_through(lived, scanner, board, desk.by_till(ticket))
        lived.says("idle")
        room(lived, False)
        opened = board.state()["opened"]
        scanner.do("scan", text=desk.by_till(later))
        lived.says("closed")
        assert board.state()["opened"] == opened, "the barrier moved without a record"
        room(lived, True)
        lived.says("idle")
        lets_through(lived, scanner, board, desk.by_till(later))
        lived.says("idle")
        reader = JournalReader(folder / "journal.db")
        kinds = [event.kind for event in reader.events(0, 1000)]
        reader.close()
        assert kinds.count(Kind.USE_PASSED) == 2
        assert board.state()["opened"] <= kinds.count(Kind.USE_CLAIMED) + kinds.count(Kind.LANE_EVENT)


def lets_through(lived: Life, scanner: Station, board: Station, text: str) -> None:
    """Show a code, take it away and show it again: what is held up without a break is shown once."""
    for _ in range(4):
        scanner.do("scan", text=text)
        try:
            lived.says("go", seconds=2.0)
            break
        except AssertionError:
            continue
    while board.state()["arm"] != "open":
        os.sched_yield()
    assert board.do("walk_through", ms=200)["passed"]
