"""What is left of a passenger after a day: no name and no document number, in any file, in any spelling.

The only exception is what a simulated ID card reader sent over its wire: its byte log is outside of every terminal.
"""

import contextlib
import json
import sqlite3
from base64 import b16encode, b32encode, b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from station.demo.passenger import CHEN, LI, WANG, ZHANG, ZHAO
from tests.station.day_played import Played
from tickets.errors import Malformed
from tickets.events import from_bytes
from tickets.numbers import TicketNumber
from tickets.sealed import unseal

PEOPLE = (ZHANG, LI, CHEN, ZHAO, WANG)
CARD_WIRES = {"id-reader-kiosk.bytes", "id-reader-gate.bytes"}


def base64_in_any_place(data: bytes) -> Iterator[bytes]:
    """How `data` looks inside of a longer text in base64, wherever it begins there, without its uncertain ends."""
    for before in range(3):
        text = b64encode(bytes(before) + data)
        certain = text[-(-before * 8 // 6) : (before + len(data)) * 8 // 6]
        yield certain
        yield certain.replace(b"+", b"-").replace(b"/", b"_")


def spellings(text: str) -> set[bytes]:
    """How a secret may stand in a file; what is too short to mean anything is left out."""
    found = {json.dumps(text)[1:-1].encode()}
    for each in (text, text[::-1]):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"):
            plain = each.encode(encoding)
            found |= {plain, plain[::-1], b32encode(plain).rstrip(b"=")[:-1], *base64_in_any_place(plain)}
            if len(plain) >= 6:  # four bytes in hexadecimal come up by chance
                found |= {b16encode(plain), b16encode(plain).lower()}
    if text[:-1].isdecimal():
        number = int(text[:-1])
        found |= {number.to_bytes(8, "big"), number.to_bytes(8, "little"), f"{number:x}".encode()}
    return {each for each in found if len(each) >= 6}


SECRETS: dict[bytes, str] = {
    spelling: what
    for person in PEOPLE
    for what, text in (
        ("a name", person.name),
        ("a document number", person.number),
        ("a number without its check digit", person.number[:-1]),
        ("a birthday and what follows", person.number[6:]),
    )
    for spelling in spellings(text)
}


def found_in(content: bytes) -> set[str]:
    return {what for spelling, what in SECRETS.items() if spelling in content}


def test_the_search_finds_what_there_is(left: Path) -> None:
    """A card reader's wire has every name and number on it: the search must be able to see that."""
    seen: set[str] = set()
    for name in sorted(CARD_WIRES):
        log = (left / "site" / "devices" / name).read_text("ascii")
        sent = b"".join(bytes.fromhex(line["hex"]) for line in map(json.loads, log.splitlines()))
        seen |= found_in(sent)
    assert {"a name", "a document number"} <= seen
    for person in PEOPLE:
        for hidden in (
            b"x" + person.number.encode(),
            b64encode(b"..{" + person.number.encode() + b"}"),
            b64encode(b"." + person.name.encode() + b"}"),
            json.dumps({"name": person.name}).encode(),
            person.number[::-1].encode(),
            person.number.encode("utf-16-le"),
        ):
            assert found_in(hidden), hidden


def test_nobody_is_named_in_any_file_of_the_day(the_day: Played) -> None:
    assert the_day.status == 0
    assert not found_in(the_day.said.encode())
    looked_at: set[str] = set()
    guilty = {}
    for path in sorted(the_day.folder.rglob("*")):
        if not path.is_file() or path.name in CARD_WIRES:
            continue
        looked_at.add(path.name)
        if what := found_in(str(path).encode()) | found_in(path.read_bytes()):
            guilty[str(path.relative_to(the_day.folder))] = what
    assert guilty == {}
    assert {"journal.db", "cache.db", "centre.db", "report.json", "timeline.txt", "kiosk.log", "gate.out"} <= looked_at


def test_nobody_is_named_in_any_row(left: Path) -> None:
    """The files' bytes were searched already; this also puts together what is spread over pages or kept in a log."""
    databases = sorted((left / "site").rglob("*.db"))
    assert len(databases) == 5
    for database in databases:
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        try:
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            rows = 0
            for table in tables:
                for row in connection.execute(f'SELECT * FROM "{table}"'):
                    rows += 1
                    for value in row:
                        content = value if isinstance(value, bytes) else str(value).encode()
                        assert not found_in(content), f"{database.name}: {table}"
            assert rows
        finally:
            connection.close()


def test_what_the_law_wants_kept_is_sealed_to_the_key_of_the_day(left: Path) -> None:
    """Whoever has that day's private key reads who travelled; nothing else that the day left opens it."""
    journal = sqlite3.connect(f"file:{left / 'site' / 'kiosk-1' / 'journal.db'}?mode=ro", uri=True)
    try:
        found = journal.execute("SELECT bytes FROM events WHERE kind = 'ticket.issued' ORDER BY seq").fetchall()
    finally:
        journal.close()
    issued: list[dict[str, Any]] = [dict(from_bytes(data).body) for (data,) in found]
    assert len({each["tag"] for each in issued}) == len(issued) == 3
    keys = left / "site" / "centre" / "sealing"
    for body, person in zip(issued, (ZHANG, LI, ZHAO), strict=True):
        number = TicketNumber.from_digits(body["number"])
        opened = []
        for file in keys.glob("*.key"):
            with contextlib.suppress(Malformed):
                identity = unseal(bytes.fromhex(file.read_text("ascii")), body["sealed"], number)
                opened.append((file.stem, identity.name, identity.number))
        assert opened == [(body["service_date"], person.name, person.number)]
    for terminal in ("kiosk-1", "gate-1"):
        assert not list((left / "site" / terminal).rglob("*.key"))
