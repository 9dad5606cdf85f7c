"""Fixtures: a centre of its own for every test, copied from one that was set up once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sync.server.support import Clock, Terminal, World, copy_of, make_template, opened


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("centre"))


@pytest.fixture
def directory(template: Path, tmp_path: Path) -> Path:
    return copy_of(template, tmp_path / "centre")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(directory: Path, clock: Clock) -> Iterator[World]:
    with opened(directory, clock) as made:
        yield made


@pytest.fixture
def till(world: World) -> Terminal:
    made = world.enrol()
    made.open_journal()
    return made


@pytest.fixture
def gate(world: World) -> Terminal:
    made = world.enrol("gate", "gate-1")
    made.open_journal()
    return made
