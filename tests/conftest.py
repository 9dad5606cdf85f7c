"""What every test may ask for, and what is done for all of them."""

import gc
import typing
from collections.abc import Iterator

import pytest
from fastapi.dependencies import models

pytest_plugins = ("tests.postgres",)


def pytest_collection_finish() -> None:
    """Every full collection would walk again all that was imported, which never goes."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="module")
def forgotten_apps() -> Iterator[None]:
    """FastAPI and typing remember what they saw of calls, and with each call the whole centre that it is of."""
    yield
    for kept in vars(models).values():
        if hasattr(kept, "cache_clear"):
            kept.cache_clear()
    for clear in vars(typing)["_cleanups"]:
        clear()
