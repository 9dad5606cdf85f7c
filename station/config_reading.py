"""From TOML to frozen dataclasses: every key is known and of its type, or the reader is told file, line and key."""

import dataclasses
import difflib
import types
import typing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from station.config_fault import ConfigFault as ConfigFault
from station.config_rules import named, place


@dataclass(frozen=True, slots=True)
class Source:
    """A configuration's text, to find the line of what is wrong."""

    path: Path
    text: str

    def fault(self, keys: tuple[str, ...], what: str) -> ConfigFault:
        """Name the line on which the last key stands under its own table's heading."""
        section: tuple[str, ...] = ()
        tables: dict[str, int] = {}
        for number, line in enumerate(self.text.splitlines(), 1):
            bare = line.split("#")[0].strip()
            if bare.startswith("["):
                section = tuple(part.strip() for part in bare.strip("[]").split("."))
                if bare.startswith("[["):
                    tables[section[0]] = tables.get(section[0], -1) + 1
                if section[0] in tables:
                    section = (section[0], place(tables[section[0]]), *section[1:])
                if section == keys:
                    return ConfigFault(f"{self.path}:{number}: {what}")
            elif "=" in bare and (*section, bare.split("=")[0].strip().strip('"')) == keys:
                return ConfigFault(f"{self.path}:{number}: {what}")
        return ConfigFault(f"{self.path}: {what}")


T = TypeVar("T")


def build(kind: type[T], table: dict[str, Any], source: Source, at: tuple[str, ...]) -> T:
    """Return `table` as the dataclass `kind`. `at` is where it stands. Raises ConfigFault."""
    known = typing.get_type_hints(kind)
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            advice = f"did you mean `{near[0]}`?" if near else f"known here: {', '.join(sorted(known))}."
            raise source.fault((*at, key), f"unknown key `{named((*at, key))}`; {advice}")
        values[key] = _convert(known[key], value, source, (*at, key))
    fields = dataclasses.fields(kind)  # type: ignore[arg-type]  # every section is a dataclass
    for each in fields:
        required = each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING
        if required and each.name not in values:
            raise source.fault(at, f"`{named((*at, each.name))}` is missing.")
    return kind(**values)


def _convert(wanted: Any, value: Any, source: Source, at: tuple[str, ...]) -> Any:
    if isinstance(wanted, types.UnionType):
        wanted = next(each for each in typing.get_args(wanted) if each is not types.NoneType)
    name = named(at)
    if typing.get_origin(wanted) is tuple:
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise source.fault(at, f"`{name}` are sections: write each as [[{name}]].")
        each_is = typing.get_args(wanted)[0]
        return tuple(build(each_is, table, source, (*at, place(n))) for n, table in enumerate(value))
    if dataclasses.is_dataclass(wanted) and isinstance(wanted, type):
        if not isinstance(value, dict):
            raise source.fault(at, f"`{name}` is a section: write it as [{name}].")
        return build(wanted, value, source, at)
    if typing.get_origin(wanted) is Literal:
        known = typing.get_args(wanted)
        if type(value) is not str or value not in known:
            *others, last = (f'"{each}"' for each in known)
            raise source.fault(at, f"`{name}` must be {', '.join(others)} or {last}, not {value!r}.")
        return value
    if wanted is Path and isinstance(value, str):
        return Path(value)
    if wanted is float and type(value) is int:
        return float(value)
    if type(value) is not wanted:
        raise source.fault(at, f"`{name}` must be {_NAMES[wanted]}, not {value!r}.")
    return value


_NAMES = {
    str: "text in quotes",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    Path: "a path in quotes",
}
