"""The house's one rule about imports, as a table. A failure names the file, the import and the rule."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOUSE = ("tickets", "drivers", "sync", "gate", "kiosk", "station")
MAY_IMPORT: dict[str, frozenset[str]] = {
    "tickets": frozenset(),
    "drivers": frozenset(),
    "sync": frozenset({"tickets"}),
    "gate": frozenset({"tickets", "sync", "drivers"}),
    "kiosk": frozenset({"tickets", "sync", "drivers"}),
    "station": frozenset(HOUSE),
}
# what gate and kiosk may see of drivers: the ports and their values, never a vendor's driver, a codec or a simulator
PORTS = frozenset({"faults", "health", "printer", "cash", "card", "idreader", "scanner", "barrier", "camera"})


def imports(source: str) -> Iterator[str]:
    """Yield every module a file imports, as a dotted name; `from a import b` counts as a.b too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports are not used here"
            yield node.module or ""
            yield from (f"{node.module}.{each.name}" for each in node.names)


def broken_rules(package: str, source: str) -> list[str]:
    """Say which imports of a file in `package` break the rule."""
    found = []
    for name in imports(source):
        top, *rest = name.split(".")
        if top not in HOUSE or top == package:
            continue
        if top not in MAY_IMPORT[package]:
            found.append(f"{name}: {package}/ may import only {sorted(MAY_IMPORT[package]) or 'nothing of ours'}")
        elif top == "drivers" and package != "station" and rest:
            if rest[0] not in PORTS:
                found.append(f"{name}: {package}/ sees only the ports of drivers: {sorted(PORTS)}")
            elif len(rest) > 1 and rest[1].islower() and (ROOT / "drivers" / rest[0] / f"{rest[1]}.py").exists():
                found.append(f"{name}: a vendor's driver is named only in station/")
        elif name.startswith("sync.server") and package != "station":
            found.append(f"{name}: the reference centre is not part of a terminal")
    return found


@pytest.mark.parametrize("package", HOUSE)
def test_imports_point_one_way(package: str) -> None:
    files = [each for each in (ROOT / package).rglob("*.py") if (package, "server") != tuple(each.parts[-3:-1])]
    assert files, f"no source file seen in {package}/"
    found = [
        f"{file.relative_to(ROOT)} imports {rule}"
        for file in files
        for rule in broken_rules(package, file.read_text("utf-8"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("tickets", "import sync.wire"),
        ("kiosk", "from gate.lane import State"),
        ("gate", "from drivers.barrier.relay_board import ModbusRelayBarrier"),
        ("gate", "from drivers.barrier import codec, relay_board"),
        ("kiosk", "from drivers import simulation"),
        ("sync", "from drivers.link import Link"),
        ("gate", "from sync.server.app import create_app"),
    ],
)
def test_the_rule_sees_a_wrong_import(package: str, source: str) -> None:
    assert broken_rules(package, source)


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("gate", "from drivers.barrier import Barrier\nimport sync.journal.journal"),
        ("kiosk", "from tickets.money import Fen"),
        ("station", "import gate.run"),
    ],
)
def test_the_rule_lets_a_right_import_be(package: str, source: str) -> None:
    assert not broken_rules(package, source)


def test_packaging_is_not_a_package() -> None:
    """An `__init__.py` there would hide the `packaging` library that pytest and others import."""
    assert not (ROOT / "packaging" / "__init__.py").exists()
