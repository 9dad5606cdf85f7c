"""A process is there as soon as its modules are: none of them loads a large library that it does not use.

What a process imports is looked at in a fresh interpreter, one for each, since what was loaded stays.
"""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

QT = frozenset({"PySide6"})
SERVER = frozenset({"fastapi", "starlette", "uvicorn"})
CENTRE = frozenset({"sqlalchemy", "alembic", "psycopg"})
PICTURES = frozenset({"cv2", "numpy", "zxingcpp", "pyzbar"})
DRAWING = frozenset({"PIL", "segno"})
STORES = frozenset({"sqlite_utils"})
CLIENT = frozenset({"httpx"})
CHECKED = frozenset({"pydantic"})
RARE_DEVICES = frozenset({"gpiod", "evdev"})
METRICS = frozenset({"prometheus_client"})
CERTIFICATES = frozenset({"cryptography.x509"})
LOOPS = frozenset({"asyncio"})
EVERYTHING = QT.union(
    SERVER, CENTRE, PICTURES, DRAWING, STORES, CLIENT, CHECKED, RARE_DEVICES, METRICS, CERTIFICATES, LOOPS
)

NOT_LOADED = {
    "station.cli": EVERYTHING | {"station.config", "serial"},
    "station.simulators": EVERYTHING | {"station.config", "serial"},
    "drivers.printer.simulator": EVERYTHING - DRAWING,
    "drivers.camera.simulator": EVERYTHING - DRAWING - {"numpy"},
    "station.demo.line": EVERYTHING - LOOPS,
    "station.config": EVERYTHING | {"serial"},
    "station.display_process": EVERYTHING - QT | {"gate.decide", "sync.cache.reader"},
    "station.gate_process": EVERYTHING - CHECKED,
    "station.kiosk_process": EVERYTHING - QT - DRAWING - CHECKED - CLIENT,
    "station.sync_process": EVERYTHING - CHECKED - CLIENT,
    "station.relay_process": EVERYTHING - CHECKED - SERVER - LOOPS | {"sync.server.centre"},
    "station.centre_command": EVERYTHING - CHECKED,
    "sync.server.run": QT.union(PICTURES, DRAWING, STORES, RARE_DEVICES, METRICS, CLIENT, {"alembic"}),
}
"""What each process, or a part of one, has not loaded when its module is imported."""

_LOADED = "import importlib, sys; importlib.import_module(sys.argv[1]); print(*sys.modules)"


def _loaded(module: str) -> frozenset[str]:
    """The modules that are loaded once `module` is."""
    command = [sys.executable, "-c", _LOADED, module]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return frozenset(done.stdout.split())


@pytest.fixture(scope="module")
def loaded() -> dict[str, frozenset[str]]:
    with ThreadPoolExecutor(2) as hands:
        return dict(zip(NOT_LOADED, hands.map(_loaded, NOT_LOADED), strict=True))


@pytest.mark.parametrize("module", NOT_LOADED)
def test_no_more_is_loaded_than_is_used(module: str, loaded: dict[str, frozenset[str]]) -> None:
    assert not loaded[module] & NOT_LOADED[module], "import it where it is used, or in a module of its own"


def test_what_is_looked_for_is_there(loaded: dict[str, frozenset[str]]) -> None:
    everywhere = frozenset().union(*loaded.values(), _loaded("station.metrics"), _loaded("gate.camera"))
    everywhere |= _loaded("sync.cache.migrations") | _loaded("sync.server.revisions")
    everywhere |= _loaded("drivers.barrier.gpio_lines") | _loaded("drivers.scanner.keyboard")
    assert frozenset().union(*NOT_LOADED.values()) <= everywhere, "a library that has another name by now"
