"""Killing a real centre at each of its points: what was answered is there, what is sent again is there once."""

import json
import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path

import httpx
import pytest

from sync.points import ALL_POINTS
from sync.server.key_files import office_token
from sync.server.settings import Policy
from sync.server.setup import initialise
from tests.sync.server.serve_until_killed import serve_until_killed
from tests.sync.server.support import NEAR, STATION, Clock, World, enrol_body, opened, small_timetable
from tickets.keys import SigningKey

CALLS = ("push", "enrol", "sale", "refund", "payment", "use")
POINTS = [point for point in ALL_POINTS if point.startswith("centre:") and point.split(":")[1] in CALLS]
PATIENCE_S = 30


@contextmanager
def serving(directory: Path, point: str | None = None, nth: int = 1) -> Iterator[tuple[BaseProcess, str]]:
    """A centre process and its URL; whatever is left of it is killed at the end."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.sync.server.serve_until_killed"])
    hear, tell = context.Pipe(duplex=False)
    process = context.Process(target=serve_until_killed, args=(directory, point, nth, tell))
    process.start()
    tell.close()
    try:
        assert hear.poll(PATIENCE_S), "the centre did not start"
        yield process, hear.recv()
    finally:
        hear.close()
        process.kill()
        process.join(PATIENCE_S)
        process.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A centre on the real clock."""
    return _set_up(tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def either_home(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """The same, on each kind of database."""
    return _set_up(tmp_path, request.getfixturevalue("postgres_url") if request.param == "postgresql" else "")


def _set_up(tmp_path: Path, database: str = "") -> Path:
    policy = Policy(payment_provider="sandbox")
    initialise(tmp_path / "centre", small_timetable(), policy=policy, database=database)
    return tmp_path / "centre"


def now() -> Clock:
    return Clock(datetime.now(UTC))


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_point_and_asked_again(either_home: Path, point: str) -> None:
    home = either_home
    what = point.split(":")[1]
    with opened(home, now()) as world:
        till = world.enrol()
        till.open_journal()
        till.note("claim.opened", claim="C-1", order="ab" * 16, fen=4500, reason="jam")
        code = world.centre.devices.new_code("gate", "gate-1", STATION)
        sale = sale_of(world)
        sold = world.office("sales", sale).json()["number"] if what in ("refund", "use") else ""
    gate = enrol_body(code, "gate", "gate-1", SigningKey.generate(), SigningKey.generate())
    token = {"Authorization": f"Bearer {office_token(home, STATION)}"}
    target, body, headers = {
        "push": ("/v1/sync/push", till.batch(), {}),
        "enrol": ("/v1/enrol", gate, {}),
        "sale": ("/v1/office/sales", sale, token),
        "refund": ("/v1/office/refunds", {"number": sold}, token),
        "payment": (
            "/v1/payments",
            {"payment": "1a" * 16, "order": "2b" * 16, "fen": 4500, "way": "scan", "auth_code": "1" * 18},
            {},
        ),
        "use": (
            "/v1/uses",
            {
                "number": sold,
                "use_no": 1,
                "attempt": "3c" * 16,
                "purpose": "refund",
                "lane": "1",
                "persons": 1,
                "at": 1,
            },
            {},
        ),
    }[what]
    tables, before, after = {
        "push": (("events", "claims"), (0, 0), (2, 1)),
        "enrol": (("devices", "prefixes"), (1, 2), (2, 2)),
        "sale": (("office_sales", "tickets"), (0, 0), (1, 1)),
        "refund": (("uses", "tickets"), (0, 1), (1, 1)),
        "payment": (("payments", "devices"), (0, 1), (1, 1)),
        "use": (("uses", "tickets"), (0, 1), (1, 1)),
    }[what]
    raw = json.dumps(body).encode()

    def signed() -> dict[str, str]:
        return headers or till.signed("POST", target, raw, created=int(datetime.now(UTC).timestamp()))

    with serving(home, point) as (process, url):
        with pytest.raises(httpx.TransportError):
            httpx.post(url + target, content=raw, headers=signed())
        process.join(PATIENCE_S)
        assert process.exitcode == -signal.SIGKILL
    with opened(home, now()) as world:
        assert tuple(len(world.rows(table)) for table in tables) == (after if point.endswith("after") else before)
        answers = [world.call("POST", target, raw=raw, headers=signed()) for _ in range(2)]
        assert [each.status_code for each in answers] == [200, 200], answers[0].text
        assert answers[0].json() == answers[1].json()
        assert tuple(len(world.rows(table)) for table in tables) == after
        assert world.incidents() == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_when_the_provider_was_paid_and_the_centre_had_not_written_it_down(home: Path, when: str) -> None:
    """The second commit of a payment is what the provider said: the provider's own books say it again."""
    with opened(home, now()) as world:
        till = world.enrol()
    body = {"payment": "1a" * 16, "order": "2b" * 16, "fen": 4500, "way": "scan", "auth_code": "1" * 18}
    raw = json.dumps(body).encode()

    def signed(method: str, target: str, raw: bytes) -> dict[str, str]:
        return till.signed(method, target, raw, created=int(datetime.now(UTC).timestamp()))

    with serving(home, f"centre:payment:commit:{when}", nth=2) as (process, url):
        with pytest.raises(httpx.TransportError):
            httpx.post(f"{url}/v1/payments", content=raw, headers=signed("POST", "/v1/payments", raw))
        process.join(PATIENCE_S)
        assert process.exitcode == -signal.SIGKILL
    with opened(home, now()) as world:
        (row,) = world.rows("payments")
        assert row[6] == ("asked" if when == "before" else "paid")
        asked = f"/v1/payments/{'1a' * 16}"
        assert world.call("GET", asked, headers=signed("GET", asked, b"")).json()["state"] == "paid"
        undo = f"{asked}/reverse"
        assert world.call("POST", undo, headers=signed("POST", undo, b"")).json()["state"] == "reversed"
        assert [world.play("accounts", method="GET").json()[name] for name in ("taken", "returned")] == [4500, 4500]


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_while_an_invoice_gets_its_buyer(home: Path, when: str) -> None:
    page, form = f"/i/{'6b' * 16}", b"buyer=A&tax_id=91371122MA3C4D5E6F"
    with opened(home, now()) as world:
        till = world.enrol()
        till.open_journal()
        till.note("invoice.asked", invoice="5a" * 16, number="1" * 20, fen=1, why="travel", token="6b" * 16)
        till.push()
    with serving(home, f"centre:invoice:commit:{when}") as (process, url):
        with pytest.raises(httpx.TransportError):
            httpx.post(url + page, content=form)
        process.join(PATIENCE_S)
        assert process.exitcode == -signal.SIGKILL
    with opened(home, now()) as world:
        assert world.rows("invoices")[0][7] == ("" if when == "before" else "A")
        assert world.call("POST", page, raw=form).status_code == 303
        assert world.rows("invoices")[0][7:10] == ("A", "91371122MA3C4D5E6F", "named")


def test_asked_to_stop_it_finishes_closes_and_returns(home: Path) -> None:
    with serving(home) as (process, url):
        assert httpx.get(f"{url}/v1/health").json()["ok"] is True
        process.terminate()
        process.join(PATIENCE_S)
        assert process.exitcode == 0
    assert not (home / "centre.db-wal").exists(), "closed cleanly: the log is folded in"


def sale_of(world: World) -> dict[str, object]:
    _, day, trip, *_ = max(world.rows("departures"), key=lambda row: (row[3], row[2]))
    return {
        "sale_id": "77" * 16,
        "service_date": day,
        "trip": trip,
        "alighting": NEAR,
        "document": {"kind": 5, "number": "E1", "name": "X"},
    }
