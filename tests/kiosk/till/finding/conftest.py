"""Machines for the tests of tasks about tickets."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.kiosk.till.bench import usual_records, write_cache
from tests.kiosk.till.finding.bench import Machine, ticket_record
from tests.sync.server.conftest import (  # noqa: F401  a centre's fixtures
    clock,
    directory,
    gate,
    kind_of_database,
    template,
    till,
    world,
)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Machine]]:
    """Makes machines in directories of their own; a ticket of another machine is in each cache."""
    made: list[Machine] = []

    def make_one(**settings: object) -> Machine:
        home = tmp_path / f"machine{len(made)}"
        home.mkdir()
        write_cache(home, [*usual_records(), ticket_record()])
        machine = Machine(home, **settings)  # type: ignore[arg-type]  # settings by name
        made.append(machine)
        return machine

    yield make_one
    for machine in made:
        machine.kill()


@pytest.fixture
def machine(make: Callable[..., Machine]) -> Machine:
    """The usual machine: a relay, a centre, coins."""
    return make()
