"""The gate among other processes: before sync ever ran, and after it died as another user of the same group."""

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.barrier.simulator import RelayBoardSimulator
from drivers.scanner.simulator import ScannerSimulator
from drivers.simulation import Station
from tests.gate.bench import Centre, Desk
from tests.gate.gate_child import GROUP, LISTENING, become, in_another_process, life
from tickets.reasons import Reason

SYNC_USER, GATE_USER = 54_321, 54_322


def sync_that_is_killed(path: Path, user: int | None) -> None:
    """What sync does until the power fails: everything it wrote is in the log beside the file."""
    become(user)
    centre, desk = Centre(path), Desk()
    centre.opens_for_the_day()
    centre.ticket(desk.ticket(), "refunded")
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def devices() -> Iterator[tuple[Station, Station]]:
    """Devices that the gate's user may open, whoever that is."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with (
            Station(ScannerSimulator(), f"pty:{folder / 'scanner'}") as scanner,
            Station(RelayBoardSimulator(arm_ms=20), f"pty:{folder / 'barrier'}") as board,
        ):
            if os.geteuid() == 0:
                for station in (scanner, board):
                    os.chown(station.address, GATE_USER, -1)
            yield scanner, board


def test_a_gate_opens_before_sync_ever_ran_and_hears_of_it_when_it_does(
    devices: tuple[Station, Station], tmp_path: Path
) -> None:
    scanner, board = devices
    desk = Desk()
    refunded, first, second = desk.ticket(), desk.ticket(), desk.ticket()
    with life(tmp_path, scanner.address, board.address) as lived:
        lived.says(LISTENING)
        scanner.do("scan", text=desk.by_till(first))
        assert "departure_not_known" in lived.says("go")["flags"]
        lived.says("idle")
        assert in_another_process(sync_that_is_killed, tmp_path / "cache.db", None) == -signal.SIGKILL
        scanner.do("scan", text=desk.by_till(refunded))
        lived.says("stop", Reason.REFUNDED)
        scanner.do("scan", text=desk.by_till(second))
        said = lived.says("go")
        assert (said["bay"], *said["flags"]) == ("12", "identity_not_checked")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be two other users")
def test_the_log_that_a_killed_sync_left_is_read_by_another_user_of_its_group(
    devices: tuple[Station, Station],
) -> None:
    scanner, board = devices
    desk = Desk()
    refunded, good = desk.ticket(), desk.ticket()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.chown(folder, 0, GROUP)
        folder.chmod(0o2770)
        assert in_another_process(sync_that_is_killed, folder / "cache.db", SYNC_USER) == -signal.SIGKILL
        assert (folder / "cache.db-wal").stat().st_size > 0, "nothing was left in the log: the test shows nothing"
        with life(folder, scanner.address, board.address, user=GATE_USER) as lived:
            lived.says(LISTENING)
            scanner.do("scan", text=desk.by_till(refunded))
            lived.says("stop", Reason.REFUNDED)
            scanner.do("scan", text=desk.by_till(good))
            assert lived.says("go")["bay"] == "12"
        assert (folder / "gate-1" / "journal.db").stat().st_uid == GATE_USER
        assert in_another_process(sync_that_is_killed, folder / "cache.db", SYNC_USER) == -signal.SIGKILL
