"""What most tests of a gate begin with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gate.bench import Centre, Desk


@pytest.fixture
def desk() -> Desk:
    """A desk that has sold nothing yet."""
    return Desk()


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    """What the centre says in this test's cache: station, departure and key of one day."""
    centre = Centre(tmp_path / "cache.db")
    centre.opens_for_the_day()
    yield centre
    centre.close()
