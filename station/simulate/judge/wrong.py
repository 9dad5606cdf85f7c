"""How a rule says that it is broken, and the words that facts are told in here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol


class Wrong(Protocol):
    """Says that a promise is broken; `about` are the numbers, machines and places to look for in the history."""

    def __call__(self, what: str, *about: str) -> NoReturn:
        """Never returns."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event that is durable in a journal: `epoch` is hexadecimal text, `quality` how far it trusts its time."""

    node: str
    epoch: str
    seq: int
    kind: str
    at_ms: int
    quality: str
    body: Mapping[str, Any]


def station_of(node: str) -> str:
    """The station of a machine: what its name begins with."""
    return node.partition("-")[0]
