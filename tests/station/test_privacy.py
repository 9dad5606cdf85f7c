"""What is left of a passenger after a day: no name and no document number, in any file, in any spelling; and of a badge
nothing by which another could act in its name.

The only exceptions are what simulated card readers and scanners sent over their wires: those byte logs are outside of
every terminal.
"""

import contextlib
import json
import sqlite3
from base64 import b16encode, b32encode, b64encode
from pathlib import Path
from typing import Any

from station.demo.passenger import CHEN, HAN, LI, QIAN, SUN, TANG, WANG, WU, ZHANG, ZHAO, ZHENG, ZHOU
from station.demo.site import BADGE, PIN
from tests.spellings import Search, base64_in_any_place, spellings
from tests.station.day_played import Played
from tickets.badges import CARD_PREFIX, CODE_PREFIX, open_badge
from tickets.errors import Malformed
from tickets.events import from_bytes
from tickets.numbers import TicketNumber
from tickets.sealed import unseal

PEOPLE = (ZHANG, LI, CHEN, ZHAO, WANG, SUN, QIAN, ZHOU, WU, ZHENG, HAN, TANG)
AT_A_READER = (ZHANG, LI, CHEN, ZHAO, WANG, HAN, TANG)
CARD_WIRES = {"id-reader-kiosk.bytes", "id-reader-gate.bytes"}


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


found_in = Search(SECRETS).found_in


def test_the_search_finds_what_there_is(left: Path) -> None:
    """A card reader's wire has every name and number on it: the search must be able to see that."""
    seen: set[str] = set()
    for name in sorted(CARD_WIRES):
        log = (left / "site" / "devices" / name).read_text("ascii")
        sent = b"".join(bytes.fromhex(line["hex"]) for line in map(json.loads, log.splitlines()))
        seen |= found_in(sent)
    assert {"a name", "a document number"} <= seen
    assert all(found_in(b"." + spelling + b".") for spelling in SECRETS)
    for person in AT_A_READER:
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
    assert {"relay.db", "relay.log", "gate-2.out", "displays.out", "badge-card.txt"} <= looked_at


def test_nobody_is_named_in_any_row(left: Path) -> None:
    """The files' bytes were searched already; this also puts together what is spread over pages or kept in a log."""
    databases = sorted((left / "site").rglob("*.db"))
    assert len(databases) == 11
    for database in databases:
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        try:
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            rows = 0
            for table in tables:
                kept = connection.execute(f'SELECT * FROM "{table}"').fetchall()
                rows += len(kept)
                values = (each if isinstance(each, bytes) else str(each).encode() for row in kept for each in row)
                assert not found_in(b"\0\n".join(values)), f"{database.name}: {table}"
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
    assert len({each["tag"] for each in issued}) == len(issued) == 5
    keys = left / "site" / "centre" / "sealing"
    for body, person in zip(issued, (ZHANG, HAN, TANG, LI, ZHAO), strict=True):
        number = TicketNumber.from_digits(body["number"])
        opened = []
        for file in keys.glob("*.key"):
            with contextlib.suppress(Malformed):
                identity = unseal(bytes.fromhex(file.read_text("ascii")), body["sealed"], number)
                opened.append((file.stem, identity.name, identity.number))
        assert opened == [(body["service_date"], person.name, person.number)]
    for terminal in ("kiosk-1", "gate-1", "gate-2", "relay-1"):
        assert not list((left / "site" / terminal).rglob("*.key"))


def badge_spellings(left: Path) -> dict[bytes, str]:
    """How the PIN and the key of the badge, and the code that it showed, may stand in a file."""
    card = left / "site" / "badge-card.txt"
    number, key = open_badge(card.read_text("ascii").strip(), PIN)
    assert number == BADGE
    raw = key.to_raw()
    pem = b"".join(key.to_pem().splitlines()[1:-1])
    encoded = {raw, raw[::-1], b16encode(raw), b16encode(raw).lower(), b32encode(raw)[:-5], pem}
    found = dict.fromkeys(encoded | set(base64_in_any_place(raw)), "the badge's key")
    found |= dict.fromkeys((PIN.encode(coding) for coding in ("ascii", "utf-16-le", "utf-16-be")), "the PIN")
    return {**found, CODE_PREFIX.encode(): "the badge code", int(PIN).to_bytes(6, "big"): "the PIN"}


def test_a_badge_can_be_used_by_its_holder_alone(the_day: Played) -> None:
    """The card is the only copy of the key, and the PIN is nowhere; what a gate's reader saw of a badge is not kept."""
    secrets = badge_spellings(the_day.folder)
    said = the_day.said.encode()
    assert not [what for spelling, what in secrets.items() if spelling in said]
    guilty, cards = {}, []
    for path in sorted(the_day.folder.rglob("*")):
        if not path.is_file():
            continue
        content = path.read_bytes()
        if what := {what for spelling, what in secrets.items() if spelling in content}:
            guilty[str(path.relative_to(the_day.folder))] = what
        if CARD_PREFIX.encode() in content:
            cards.append(path.name)
    assert guilty == {}
    assert cards == ["badge-card.txt"]
    wire = (the_day.folder / "site" / "devices" / "scanner-2a.bytes").read_text("ascii")
    assert CODE_PREFIX.encode().hex() in wire, "no badge was shown: nothing was proved"


def test_what_a_phone_showed_to_pay_is_kept_nowhere(the_day: Played) -> None:
    """The codes were under the kiosk's scanner, whose wire is outside of the terminal; nothing else has them."""
    wire = (the_day.folder / "site" / "devices" / "scanner-kiosk.bytes").read_text("ascii")
    sent = b"".join(bytes.fromhex(line["hex"]) for line in map(json.loads, wire.splitlines()))
    codes = [code for code in sent.split(b"\r") if code.isdigit()]
    assert len(codes) == 2, "one phone paid, another tried to"
    looked_at: set[str] = set()
    for path in sorted(the_day.folder.rglob("*")):
        if not path.is_file() or path.name == "scanner-kiosk.bytes":
            continue
        looked_at.add(path.name)
        content = path.read_bytes()
        assert not [code for code in codes if code in content], path.name
    assert {"sandbox.db", "centre.db", "journal.db", "kiosk.log", "centre.log"} <= looked_at
    assert not [code for code in codes if code in the_day.said.encode()]
