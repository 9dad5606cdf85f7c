"""PostgreSQL for tests: one cluster per test process, a database of its own for whoever asks.

Used by naming the fixtures: `postgres` is the running cluster, `postgres_url` the URL of a new, empty database
that is dropped after the test. `postgres.create(name, template)` makes more.
"""

import uuid
from collections.abc import Iterator

import pytest

from station.bench.cluster import Cluster


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    with Cluster() as made:
        yield made


@pytest.fixture
def postgres_url(postgres: Cluster) -> Iterator[str]:
    name = f"t_{uuid.uuid4().hex}"
    yield postgres.create(name)
    postgres.drop(name)
