"""The documents say what there is: every option with its default, every command with its options, and no more."""

import argparse
import dataclasses
import re
import types
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.cli import _parser
from station.config import Config
from sync.server.settings import Policy

ROOT = Path(__file__).parents[2]
OWN_DOCUMENTS = sorted(
    path
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md"))
    if ".venv" not in path.parts
)
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text("utf-8")
COMMANDS = (ROOT / "docs" / "commands.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)|<img src=\"([^\"]+)\"")
ROW = re.compile(r"^\| `([a-z_]+(?:\.[a-z_]+)?)` \| (required|absent|`[^`]*`) \| (.+) \|$", re.MULTILINE)


def literal(value: object) -> str:
    """A default as it is written in TOML or JSON."""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f'`"{value}"`' if isinstance(value, str | Path) else f"`{value}`"


def options(kind: type, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield every option under a section with its default; a section that may be absent has sections of its own."""
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):
        wanted = hints[field.name]
        if isinstance(wanted, types.UnionType):
            wanted = next(each for each in typing.get_args(wanted) if each is not types.NoneType)
        several = typing.get_args(wanted)[0] if typing.get_origin(wanted) is tuple else None
        if isinstance(several, type) and dataclasses.is_dataclass(several):
            yield from options_of_each(several, f"{prefix}{field.name}.")
        elif dataclasses.is_dataclass(wanted) and isinstance(wanted, type):
            yield from options(wanted, f"{prefix}{field.name}.")
        else:
            missing = field.default is dataclasses.MISSING
            yield f"{prefix}{field.name}", "required" if missing else literal(field.default)


def options_of_each(kind: type, prefix: str) -> Iterator[tuple[str, str]]:
    """Yield the options of a section that may be there several times; the devices within have tables of their own."""
    for field in dataclasses.fields(kind):
        missing = field.default is dataclasses.MISSING
        absent = field.default is None
        yield f"{prefix}{field.name}", "required" if missing else "absent" if absent else literal(field.default)


def commands(parser: argparse.ArgumentParser, name: str = "waystation") -> Iterator[tuple[str, frozenset[str]]]:
    """Yield every command that does something, with the long options and operands that it takes."""
    inner = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    if not inner:
        own = [each for each in parser._actions if not isinstance(each, argparse._HelpAction)]
        yield name, frozenset(each.option_strings[-1] if each.option_strings else operand(each) for each in own)
    for each in inner:
        for word, child in each.choices.items():
            yield from commands(child, f"{name} {word}")


def operand(action: argparse.Action) -> str:
    """How an operand is shown to people."""
    return str(action.metavar or action.dest).upper()


def documented_commands() -> dict[str, str]:
    """Return each command in the tables of the page, with what stands in its row about options."""
    return dict(re.findall(r"^\| `(waystation [a-z -]+)` \| (.+?) \| ", COMMANDS, re.MULTILINE))


def links(document: Path) -> list[str]:
    """Return the files that a document links to or shows."""
    return ["".join(found) for found in LINK.findall(document.read_text("utf-8"))]


ALL_OPTIONS = dict(options(Config)) | dict(options(Policy))
ALL_COMMANDS = dict(commands(_parser()))


def test_the_scan_sees_options_and_commands() -> None:
    """Or the tests below would pass on nothing."""
    assert {"directory", "printer.address", "gate.lane", "web_share"} <= ALL_OPTIONS.keys()
    assert "--dir" in ALL_COMMANDS["waystation centre init"]
    assert "TEXT" in ALL_COMMANDS["waystation ticket verify"]
    assert len(documented_commands()) > 5
    assert {"docs/pictures/ticket.png", "docs/architecture.md"} <= set(links(ROOT / "README.md"))


def test_every_option_is_documented_with_its_default() -> None:
    documented = {name: default for name, default, _ in ROW.findall(CONFIGURATION)}
    assert documented == ALL_OPTIONS


def test_every_command_is_documented() -> None:
    assert documented_commands().keys() == ALL_COMMANDS.keys()


@pytest.mark.parametrize("command", sorted(ALL_COMMANDS))
def test_every_option_of_a_command_is_documented(command: str) -> None:
    row = documented_commands()[command]
    named = {part.split()[0].rstrip("…") for part in re.findall(r"`([^`]+)`", row)}
    assert named == ALL_COMMANDS[command]


@pytest.mark.parametrize("command", sorted(ALL_COMMANDS))
def test_the_readme_names_every_command(command: str) -> None:
    assert f"`{command}`" in README, f"README.md does not name `{command}`"


@pytest.mark.parametrize("document", OWN_DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    broken = [to for to in links(document) if not (document.parent / to).exists()]
    assert not broken
