"""Names and numbers are brought to the centre in every way there is, and then looked for in all that it has, says,
logs and copies: they are nowhere, but in the one answer that was asked for by name.
"""

import json
import logging
import sqlite3
import traceback
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import IntegrityError

from station.bench.cluster import Cluster
from station.cli import main
from sync.encoding import from_text
from sync.server.backing_up import back_up
from sync.server.key_files import destroy_sealing_keys
from sync.server.office import Office
from tests.spellings import Search, spellings
from tests.sync.server.support import (
    DATE,
    FAR,
    SEATED,
    STATION,
    Clock,
    Terminal,
    World,
    database_of,
    root_of,
)  # fmt: skip
from tickets.errors import EnvironmentFault
from tickets.identity import DocumentKind
from tickets.numbers import new_number
from tickets.sealed import SealedIdentity, seal
from tickets.trust import open_trust_list

NUMBER, NAME = "440524188001010014", "欧阳文娜丽"
PASSPORT, FOREIGNER = "X98273645", "Wilhelmina Oosterhuis"
WALLET = "288573910264857301"
"""What a phone showed to be paid with."""
SECRETS = {
    spelling: secret
    for secret in (NUMBER, NAME, PASSPORT, FOREIGNER, WALLET)
    for spelling in spellings(secret) | spellings(secret.upper())
}


found_in = Search(SECRETS).found_in


class Said:
    """Every answer that the centre gave."""

    def __init__(self, world: World) -> None:
        self.answers: list[httpx.Response] = []
        ask = world.call

        def call(*args: Any, **kwargs: Any) -> httpx.Response:
            answer = ask(*args, **kwargs)
            self.answers.append(answer)
            return answer

        world.call = call  # type: ignore[method-assign]  # to hear everything

    def all(self) -> Iterator[tuple[str, bytes]]:
        for answer in self.answers:
            yield (
                f"answer {answer.status_code}",
                b"\n".join([*(b"%s: %s" % each for each in answer.headers.raw), answer.content]),
            )


def bring(world: World, till: Terminal) -> str:
    """Everything that people's data can come with; answers the number of a ticket that was sold to somebody."""
    document = {"kind": 1, "number": NUMBER, "name": NAME}
    foreign = {"kind": 5, "number": PASSPORT, "name": FOREIGNER}
    sale = {"sale_id": "7e" * 16, "service_date": DATE, "trip": SEATED, "alighting": FAR, "document": document}
    for changed, status in (
        ({}, 200),
        ({}, 200),
        ({"document": foreign}, 409),  # another traveller under the same sale id
        ({"sale_id": "8e" * 16, "document": foreign, "kind": 0}, 200),
        ({"sale_id": "9e" * 16, "trip": "XX0000"}, 404),
        ({"sale_id": "9e" * 16, "document": document | {"kind": 99}}, 422),
        ({"sale_id": "9e" * 16, "document": document | {"number": NUMBER * 2}}, 422),
        ({"sale_id": NUMBER}, 422),
        ({"trip": NUMBER}, 422),
        ({NAME: NUMBER, "sale_id": "ae" * 16, "document": document | {"name": [NAME]}}, 422),
        ({"alighting": int(NUMBER[:-1])}, 422),
    ):
        answer = world.office("sales", sale | changed)
        assert answer.status_code == status, answer.text
    world.office(f"sales?number={NUMBER}&name={FOREIGNER.replace(' ', '+')}", sale)
    world.office("refunds", {"number": NUMBER})
    world.call("POST", "/v1/office/sales", sale, {"Authorization": f"Bearer {NUMBER}"})
    world.call("GET", f"/v1/tickets/{NUMBER}/money")
    world.call("GET", f"/{NUMBER}/{PASSPORT}")
    world.call("POST", "/v1/time", raw=f'{{"nonce": "{NUMBER}", "name": "{NAME}"'.encode())
    world.call("POST", "/v1/enrol", {"code_id": NUMBER, "name": NAME})
    till.ask("GET", f"/v1/tickets/{NUMBER}/money")
    till.ask("GET", f"/v1/sync/pull?cursor={NUMBER}&limit=5")
    till.ask("POST", "/v1/uses", {"number": NUMBER, "lane": NAME})
    till.ask("POST", "/v1/sync/places", {"ask": NUMBER, "trip": PASSPORT})
    asked = {"payment": "1a" * 16, "order": "2b" * 16, "fen": 2500, "way": "scan", "auth_code": WALLET}
    for payment, answer_of in (("1a" * 16, "paid"), ("1b" * 16, "failed")):
        world.play("behaviour", {"answer": answer_of, "why": "", "times": 1})
        assert till.ask("POST", "/v1/payments", asked | {"payment": payment}).status_code == 200
    till.ask("POST", "/v1/payments", asked | {"fen": -1})
    number = till.sell(sealed=b"")
    token = "6b" * 16
    till.note("invoice.asked", invoice="5a" * 16, number=number, fen=2500, why="travel", token=token, tax_id=None)
    till.note("lane.event", lane="1", what="forced")
    till.push()
    for form in (
        f"buyer={NAME}",
        f"buyer={NAME}&tax_id={NUMBER}",
        f"buyer={FOREIGNER}&tax_id={NUMBER}00",
        f"tax_id={PASSPORT}",
    ):
        assert world.call("POST", f"/i/{token}", raw=form.encode()).status_code == 422
    return number


def sold_by_a_till(world: World, till: Terminal) -> None:
    """Two tickets; the second one's traveller is sealed to the key of the day, as tills do."""
    signed = till.pull_all()["trust", ""]["list"]
    keys = open_trust_list(from_text(signed), root_of(world.directory)).sealing_keys
    assert till.prefix is not None
    number = new_number(till.prefix, world.random.randbytes)
    identity = SealedIdentity(kind=DocumentKind.RESIDENT_ID, number=NUMBER, name=NAME)
    sealed = seal(keys[date.fromisoformat(DATE)], identity, number)
    assert not found_in(sealed)
    till.sell(seat=2)
    till.sell(seat=3, number=number.digits, sealed=sealed)


def files_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield str(path.relative_to(folder)), path.read_bytes()


def rows_of(world: World) -> Iterator[tuple[str, bytes]]:
    for table, rows in world.every_row().items():
        values = (
            bytes(each) if isinstance(each, bytes | memoryview) else str(each).encode() for row in rows for each in row
        )
        yield f"table {table}", b"\0\n".join(values)


def test_nobody_is_found_anywhere(
    world: World,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "asyncio", "hypothesis"):  # the asking side, which is this test
        logging.getLogger(name).setLevel(logging.CRITICAL)
    said = Said(world)
    till = world.enrol()
    till.open_journal()
    number = bring(world, till)
    sold_by_a_till(world, till)
    till.push()
    till.pull_all()
    world.centre.stations.upkeep()
    world.incidents()
    world.office("accounts", method="GET")
    world.call("GET", "/openapi.json")

    places = dict(said.all()) | dict(rows_of(world)) | dict(files_of(world.directory))
    places["the log"] = caplog.text.encode() + "".join(str(record.__dict__) for record in caplog.records).encode()
    printed = capfd.readouterr()
    places["output"] = (printed.out + printed.err).encode()
    if database_of(world.directory):
        cluster: Cluster = request.getfixturevalue("postgres")
        cluster._ask("CHECKPOINT")
        places |= {f"data/{name}": content for name, content in files_of(cluster.folder / "data")}
        whole = b"".join(content for name, content in places.items() if name.startswith("data/"))
    else:
        back_up(world.directory, tmp_path / "backup.db")
        places["backup"] = (tmp_path / "backup.db").read_bytes()
        whole = places["backup"]
        assert "centre.db" in places
        assert "sandbox.db" in places
    assert number.encode() in whole, "or the search would look where nothing is"
    guilty = {name: what for name, content in places.items() if (what := found_in(content))}
    assert guilty == {}


def test_the_search_sees_what_there_is(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "some.db")
    database.execute("CREATE TABLE t (a, b)")
    database.execute("INSERT INTO t VALUES (?, ?)", (json.dumps({"n": NAME}), NUMBER.encode()))
    database.commit()
    database.close()
    assert found_in((tmp_path / "some.db").read_bytes()) == {NAME, NUMBER}
    for secret in (NUMBER, NAME, PASSPORT, FOREIGNER, WALLET):
        assert found_in(b"xx" + secret.encode() + b"yy") == {secret}
        assert found_in(secret.encode().hex().encode()) == {secret}


def test_a_failure_names_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The database breaks in the middle of a sale: neither the answer nor the trace that the log gets has it."""
    caplog.set_level(logging.DEBUG)
    keep = Office._keep

    def broken(self: Office, *args: Any) -> None:
        keep(self, *args)
        self._connection.exec_driver_sql("INSERT INTO about (name, value) SELECT name, value FROM about")

    monkeypatch.setattr(Office, "_keep", broken)
    document = {"kind": 1, "number": NUMBER, "name": NAME}
    sale = {"sale_id": "7e" * 16, "service_date": DATE, "trip": SEATED, "alighting": FAR, "document": document}
    with pytest.raises(IntegrityError, match="INSERT INTO about") as caught:
        world.office("sales", sale)
    trace = "".join(traceback.format_exception(caught.value))
    assert "INSERT INTO about" in trace
    assert not found_in(trace.encode())
    assert not found_in(caplog.text.encode())
    assert not any(found_in(content) for _, content in rows_of(world))


def test_a_day_s_people_are_gone_with_its_key(world: World, till: Terminal) -> None:
    """Retention is a key: before it is destroyed they are read by whoever says why; afterwards by nobody."""
    sold_by_a_till(world, till)
    till.push()
    found = world.centre.open_identities(STATION, DATE, SEATED, who="Wang Lei, duty manager", why="police order 17")
    assert [(each.seat, each.identity and each.identity.number) for each in found] == [(2, None), (3, NUMBER)]
    destroy_sealing_keys(world.directory, date.fromisoformat(DATE).replace(year=2028))
    with pytest.raises(EnvironmentFault, match="not here"):
        world.centre.open_identities(STATION, DATE, SEATED, who="Wang Lei", why="curiosity")
    openings = [each for each in world.centre.accesses(STATION) if each.what == "identities"]
    assert [(each.subject, each.who, each.why) for each in openings] == [
        (f"{DATE}/{SEATED}", "Wang Lei, duty manager", "police order 17")
    ], "what could not be read was not given"


def test_who_has_a_day_s_tag_key_is_written_down_once(world: World, till: Terminal, gate: Terminal) -> None:
    assert world.centre.accesses(STATION) == []
    till.pull_all()
    mine = world.centre.accesses(STATION)
    assert {each.who for each in mine} == {till.device}
    days = {key for kind, key in till.pull_all() if kind == "day_key"}
    assert [each.subject for each in mine] == sorted(days)
    before = world.every_row()
    till.pull_all()
    assert world.every_row() == before, "asked again, nothing new is written"
    gate.pull_all()
    assert {each.who for each in world.centre.accesses(STATION)} == {till.device, gate.device}


def test_tag_keys_are_destroyed_and_leave_nothing(world: World, till: Terminal, clock: Clock, tmp_path: Path) -> None:
    """A tag key that is over is in no file of the centre any more: with it, tags would be names for whoever guesses."""
    key = till.pull_all()["day_key", DATE]["key"]
    raw = bytes.fromhex(key)
    clock.forward(days=3)
    world.centre.stations.upkeep()
    assert till.pull_all()["day_key", DATE] is None
    assert not any(key.encode() in content or raw in content for _, content in rows_of(world))
    directory = world.directory
    if not database_of(directory):
        back_up(directory, tmp_path / "backup.db")
        copy = (tmp_path / "backup.db").read_bytes()
        assert key.encode() not in copy, "secure_delete: not even in pages that are free"


def test_the_commands(world: World, till: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    sold_by_a_till(world, till)
    till.push()
    here = ["--dir", str(world.directory), "--station", str(STATION)]
    asked = ["--date", DATE, "--trip", SEATED, "--by", "Wang Lei", "--why", "police order 17"]
    assert main(["centre", "travellers", *here, *asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["travellers"]
    assert [each["document"] and each["document"]["number"] for each in told] == [None, NUMBER]
    assert main(["centre", "travellers", *here, *asked]) == 0
    assert NAME in capsys.readouterr().out
    assert main(["centre", "access", *here]) == 0
    said = capsys.readouterr().out
    assert said.count("police order 17") == 2
    assert not found_in(said.encode())
    assert main(["centre", "travellers", "--dir", str(world.directory), *asked]) == 1, "two stations: which?"
    assert "--station" in capsys.readouterr().err
