"""A till with devices in the test's own process."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sync.points import Probe, no_probe
from tests.kiosk.till.bench import Chance, Desk, Time, open_desk, write_cache
from tests.kiosk.till.devices import PaperTray, Validator


class Site:
    """A machine: its directory, devices and time. `desk` is the till that runs now."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.time = Time()
        self.chance = Chance()
        self.validator = Validator()
        self.printer = PaperTray()
        self.desk: Desk = self.open()

    def open(self, probe: Probe = no_probe, *, needs_printer: bool = True) -> Desk:
        """Start a till."""
        self.desk = open_desk(
            self.directory,
            self.validator,
            self.printer,
            time=self.time,
            random=self.chance,
            probe=probe,
            needs_printer=needs_printer,
        )
        self.desk.till.start()
        return self.desk

    def crash(self) -> Desk:
        """Kill the till and start it again."""
        self.kill()
        return self.open()

    def kill(self) -> None:
        """Kill the till."""
        self.desk.crash()
        self.validator.new_host()

    def work(self, rounds: int = 1, seconds: float = 0.1) -> None:
        """Let the till do rounds, and time pass between them."""
        for _ in range(rounds):
            self.desk.till.work()
            self.time.passed += seconds


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A machine in a station with the usual cache."""
    write_cache(tmp_path)
    site = Site(tmp_path)
    yield site
    site.desk.close()


@pytest.fixture
def bare(tmp_path: Path) -> Callable[[], Site]:
    """A machine whose cache the test writes."""
    return lambda: Site(tmp_path)
