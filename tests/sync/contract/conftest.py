"""The centre that these tests talk to: one of ours, started here, or any that serves the contract.

`WAYSTATION_CENTRE=https://…` names another one, `WAYSTATION_CODES` the one-time codes it gave, as `kind:code`
separated by commas: two of kind till, one gate, one relay, three `spare` ones (gates), all of one station; and `other`,
a gate's code of another station, for what must not be seen. `WAYSTATION_CA` is a PEM file if its TLS key is to be
checked before enrolment. What a test has no code for is skipped.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.sync.contract.machine import Line, Machine


@dataclass
class Site:
    """A centre, and codes for it."""

    line: Line
    codes: list[tuple[str, str]]
    named: dict[str, Machine] = field(default_factory=dict)

    def code(self, kind: str) -> str:
        """A code that nobody has used."""
        for at, (each, code) in enumerate(self.codes):
            if each == kind:
                del self.codes[at]
                return code
        pytest.skip(f"WAYSTATION_CODES has no (further) code for a {kind}")

    def machine(self, kind: str, name: str = "") -> Machine:
        """The machine of this kind (and name), enrolled when it is first asked for."""
        name = name or kind
        if name not in self.named:
            real = "gate" if kind == "other" else kind
            self.named[name] = Machine.enrol(self.line, real, self.code(kind), f"contract-{name}")
            self.named[name].open_journal()
        return self.named[name]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if url := os.environ.get("WAYSTATION_CENTRE"):
        pairs = [each.partition(":") for each in os.environ.get("WAYSTATION_CODES", "").split(",") if each]
        authority = os.environ.get("WAYSTATION_CA")
        line = Line.to(url, Path(authority) if authority else None)
        with line.client:
            yield Site(line, [(kind, code) for kind, _, code in pairs])
        return
    from tests.sync.contract.our_centre import started

    with started(tmp_path_factory.mktemp("contract") / "centre") as (url, codes):
        line = Line.to(url, None)
        with line.client:
            yield Site(line, codes)


@pytest.fixture
def till(site: Site) -> Machine:
    return site.machine("till")


@pytest.fixture
def gate(site: Site) -> Machine:
    return site.machine("gate")
