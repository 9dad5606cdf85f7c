"""The day at the station, played once for all who look at what it left."""

from pathlib import Path

import pytest

from tests.station.day_played import Played, play


@pytest.fixture(scope="session")
def the_day(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return play(tmp_path_factory.mktemp("day") / "demo")


@pytest.fixture
def left(the_day: Played) -> Path:
    """The folder that the day left."""
    return the_day.folder
