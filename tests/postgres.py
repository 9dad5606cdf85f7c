"""PostgreSQL for tests: one cluster per test process, a database of its own for whoever asks.

Used by naming the fixtures: `postgres` is the running cluster, `postgres_url` the URL of a new, empty database
that is dropped after the test. `postgres.create(name, template)` makes more.
"""

import uuid
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy.engine import URL, make_url

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


def copy_database(url: str) -> str:
    """A copy of a database to which nobody is connected, beside it; the copy's URL."""
    address = make_url(url)
    name = f"t_{uuid.uuid4().hex}"
    with psycopg.connect(_text(address.set(database="postgres")), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{address.database}"'.encode())
    return _text(address.set(database=name))


def drop_database(url: str) -> None:
    address = make_url(url)
    with psycopg.connect(_text(address.set(database="postgres")), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{address.database}" WITH (FORCE)'.encode())


def _text(address: URL) -> str:
    return address.render_as_string(hide_password=False)
