"""docs/ticket.md is worked by hand: its example must be the vector that it says it is, and its sizes true."""

import re
from pathlib import Path

from tests.tickets.samples import raw
from tests.tickets.test_vectors import TICKETS

PAGE = (Path(__file__).parents[2] / "docs" / "ticket.md").read_text(encoding="utf-8")


def vector(name: str) -> str:
    return str(next(found["text"] for found in TICKETS["vectors"] if found["name"] == name))


def test_the_example_is_the_first_vector() -> None:
    (example,) = re.findall(r"```\n(84 .*?)```", PAGE, re.DOTALL)
    digits = "".join(line.split("#")[0] for line in example.splitlines())
    assert bytes.fromhex(digits) == raw(vector("by the centre"))


def test_the_sizes_on_the_page_are_those_of_the_vectors() -> None:
    centre, till = vector("by the centre"), vector("by a till")
    said = " ".join(PAGE.split())
    assert f"about {len(raw(centre))} bytes ({len(centre)} characters: QR version 8" in said
    assert f"about {len(raw(till))} ({len(till)} characters: version 13)" in said
