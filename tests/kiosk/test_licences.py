"""Only parts of Qt under the LGPL are imported, and only such are loaded by a kiosk that shows its screens."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.panel import LANDSCAPE_15_6
from kiosk.stagehand import Look, rehearse

ROOT = Path(__file__).parent.parent.parent
OURS = ("drivers", "gate", "kiosk", "station", "sync", "tickets", "tests")


def gpl_only() -> set[str]:
    lines = (ROOT / "packaging" / "qt-gpl-only.txt").read_text("utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def part_of(module: str) -> str:
    """QtQuick.Shapes and PySide6.QtQuick are both of Quick."""
    return module.removeprefix("PySide6.").replace(".", "").removeprefix("Qt")


def listed(module: str, forbidden: set[str]) -> list[str]:
    """QtQuick.VirtualKeyboard is of VirtualKeyboard, QtQuick.Timeline of QuickTimeline."""
    part = part_of(module)
    return [name for name in forbidden if part.startswith(name) or part.removeprefix("Quick").startswith(name)]


_PYTHON = re.compile(
    r"^\s*(?:from PySide6 import \(?([^#]*?)\)?$|from (PySide6\.\w+)|import (PySide6\.\w+))", re.MULTILINE
)


def python_imports() -> Iterator[tuple[Path, str]]:
    for folder in OURS:
        for path in (ROOT / folder).rglob("*.py"):
            for names, *modules in _PYTHON.findall(path.read_text("utf-8")):
                yield from ((path, name) for name in (*re.findall(r"\w+", names), *modules) if name)


def qml_imports() -> Iterator[tuple[Path, str]]:
    for folder in OURS:
        for path in (ROOT / folder).rglob("*.qml"):
            for module in re.findall(r"^\s*import\s+(Qt[\w.]*)", path.read_text("utf-8"), re.MULTILINE):
                yield path, module


def test_the_list_is_there_and_the_scan_finds_imports() -> None:
    assert {"VirtualKeyboard", "Charts", "QuickTimeline", "WaylandCompositor"} <= gpl_only()
    assert {part_of(module) for _, module in python_imports()} >= {"Core", "Gui", "Qml", "Quick"}
    assert {part_of(module) for _, module in qml_imports()} >= {"Quick", "QuickShapes"}


def test_nothing_under_the_gpl_alone_is_imported() -> None:
    forbidden = gpl_only()
    for path, module in (*python_imports(), *qml_imports()):
        assert not listed(module, forbidden), f"{path}: {module}"


@pytest.mark.parametrize("module", ["QtQuick.VirtualKeyboard", "QtCharts", "PySide6.QtCharts", "QtQuick.Timeline"])
def test_the_names_of_modules_lead_to_the_list(module: str) -> None:

    assert listed(module, gpl_only())


def test_nothing_under_the_gpl_alone_is_loaded_by_the_screens(qt: list[str]) -> None:
    rehearsal = rehearse(LANDSCAPE_15_6)
    try:
        rehearsal.buy(Look())
        rehearsal.draw()
        maps = Path("/proc/self/maps").read_text("utf-8")
    finally:
        rehearsal.kiosk.close()
    loaded = set(re.findall(r"libQt6(\w+)\.so", maps))
    assert "Quick" in loaded
    assert loaded.isdisjoint(gpl_only())
