"""What every test may ask for, and what is done for all of them."""

import gc
from pathlib import Path

import pytest

pytest_plugins = ("tests.postgres",)

LONGEST = (
    "station/test_demo.py",
    "crash/test_every_point.py",
    "simulate/test_box.py",
    "storage/test_power.py",
    "chaos/test_chaos.py",
    "kiosk/test_screens.py",
    "simulate/test_mutants.py",
    "station/test_privacy.py",
    "station/test_play.py",
)
"""What takes a minute or more is begun first, so that no process is left alone with it at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; the others stay in their order."""
    places = {name: place for place, name in enumerate(LONGEST)}
    tests = Path(__file__).parent
    items.sort(key=lambda item: places.get(item.path.relative_to(tests).as_posix(), len(LONGEST)))


def pytest_collection_finish() -> None:
    """Every full collection would walk again all that was imported, which never goes."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """At the end everything goes."""
    gc.unfreeze()
