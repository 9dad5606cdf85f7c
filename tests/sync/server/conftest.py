"""Fixtures: a centre of its own for every test, copied from one that was set up once, on either kind of database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from station.bench.cluster import Cluster
from sync.server import enrolment
from tests.postgres import drop_database
from tests.sync.server.support import (
    Clock,
    Terminal,
    World,
    copy_of,
    database_of,
    make_template,
    opened,
    remembered_key,
)

ON_BOTH = frozenset(
    {
        "test_accounts",
        "test_allotments",
        "test_coaches",
        "test_digests",
        "test_enrolment",
        "test_forward",
        "test_money_facts",
        "test_office",
        "test_on_both",
        "test_personal_data",
        "test_pull",
        "test_push",
        "test_snapshots",
        "test_several_processes",
        "test_staff_acts",
        "test_taking_back",
        "test_upkeep",
        "test_uses",
    }
)
"""The modules whose tests are run on PostgreSQL as well as on SQLite."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    module = metafunc.module.__name__.rpartition(".")[2]
    if "template" in metafunc.fixturenames and module in ON_BOTH:
        metafunc.parametrize("kind_of_database", ["sqlite", "postgresql"], indirect=True, scope="session")


@pytest.fixture(scope="session", autouse=True)
def _codes_are_stretched_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(enrolment, "code_key", remembered_key)
        yield


@pytest.fixture(scope="session")
def kind_of_database(request: pytest.FixtureRequest) -> str:
    kind: str = getattr(request, "param", "sqlite")
    return kind


@pytest.fixture(scope="session")
def template(
    kind_of_database: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Path]:
    directory = tmp_path_factory.mktemp("centre")
    if kind_of_database == "sqlite":
        yield make_template(directory)
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    yield make_template(directory, cluster.create("template_of_centres"))
    cluster.drop("template_of_centres")


@pytest.fixture
def directory(template: Path, tmp_path: Path) -> Iterator[Path]:
    made = copy_of(template, tmp_path / "centre")
    database = database_of(made)
    yield made
    if database:
        drop_database(database)


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
