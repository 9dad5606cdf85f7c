"""Personal data is not there to be stolen (promise 9): no document's plain number, and no name, is at rest anywhere."""

import json
import re
from collections.abc import Collection, Iterable
from typing import Final

from station.simulate.judge.wrong import Wrong

_NUMBER: Final = re.compile(rb"371081\d{11}[0-9X]")
"""A resident's number as `people.resident_number` makes them."""


def plain(places: Iterable[tuple[str, bytes | bytearray]], names: Collection[str]) -> list[str]:
    """In which of these places (what it is, and its bytes) somebody's number or name can be read, one line each."""
    marks = [mark for name in names for mark in (name.encode(), json.dumps(name)[1:-1].encode())]
    found: list[str] = []
    for where, content in places:
        if _NUMBER.search(content):
            found.append(f"the number of somebody's document is in {where}")
        elif any(mark in content for mark in marks):
            found.append(f"somebody's name is in {where}")
    return found


def nothing_is_plain(wrong: Wrong, found: Collection[str]) -> None:
    """`found` is what `plain` found."""
    for each in found:
        wrong(f"personal data is not there to be stolen, and {each}", each.rpartition(" ")[2])
