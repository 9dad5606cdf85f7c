"""Nothing of a station is visible to another's devices, whatever they ask and however."""

import json
from typing import Any

import pytest

from tests.sync.server.support import DATE, OTHER_STATION, SEATED, STATION, Clock, Terminal, World

_UNSIGNED = {"/v1/health", "/v1/time", "/v1/enrol"}
"""Calls that no device signs; none of them tells anything of a station."""
_OFFICE = "/v1/office/", "/v1/sandbox"
"""Calls of a station's web channel, with a token of its own."""
PAYMENT = "7a" * 16


@pytest.fixture
def secrets(world: World, till: Terminal, gate: Terminal, clock: Clock) -> dict[str, str]:
    """What there is at the first station, by what it is called in a call's address."""
    till.open_journal()
    number = till.sell()
    till.note("claim.opened", claim="C-77123", order="ab" * 16, fen=100, reason="jam")
    till.push()
    gate.let_in(number)
    gate.push()
    pay = {"payment": PAYMENT, "order": "cd" * 16, "fen": 2500, "method": "show", "code": None, "subject": "x"}
    till.ask("POST", "/v1/payments", pay)
    world.centre.stations.upkeep()
    return {"number": number, "payment": PAYMENT, "id": till.device, "device": till.device}


def marks(till: Terminal, gate: Terminal, secrets: dict[str, str]) -> list[str]:
    """What must not be in any answer to a stranger."""
    day_key = gate.pull_all()["day_key", DATE]["key"]
    return [secrets["number"], till.device, gate.device, day_key, "C-77123", till.epoch.hex, till.key.public.raw.hex()]


def bodies(path: str, till: Terminal, secrets: dict[str, str]) -> list[Any]:
    """What a stranger may send there."""
    batch = till.batch()
    return [
        {},
        batch,
        {"batches": [{"device": till.device, "batch": batch}], "ask": [till.epoch.hex]},
        {"number": secrets["number"], "use_no": 1, "attempt": "ef" * 16, "purpose": "refund", "lane": "x"},
        {"ask": "0a" * 16, "service_date": DATE, "trip": SEATED, "count": 1},
        {"payment": PAYMENT, "order": "cd" * 16, "fen": 2500, "method": "show", "code": None, "subject": "x"},
        {"refund": "4d" * 16, "fen": 100},
    ]


@pytest.mark.parametrize("kind", ["till", "gate", "relay"])
def test_no_call_tells_a_stranger_anything(
    world: World, till: Terminal, gate: Terminal, secrets: dict[str, str], kind: str
) -> None:
    stranger = world.enrol(kind, f"{kind}-far", OTHER_STATION)
    forbidden = marks(till, gate, secrets)
    seen = []
    before = rows_of(world, STATION)
    for path, calls in world.call("GET", "/openapi.json").json()["paths"].items():
        if path in _UNSIGNED or path.startswith(_OFFICE) or not path.startswith("/v1/"):
            continue
        for method, call in calls.items():
            target = path
            asked = []
            for parameter in call.get("parameters", ()):
                name = parameter["name"]
                if parameter["in"] == "path":
                    target = target.replace("{" + name + "}", secrets.get(name, "1"))
                elif parameter["in"] == "query" and name in ("service_date", "trip"):
                    asked.append(f"{name}={ {'service_date': DATE, 'trip': SEATED}[name] }")
            target += "?" + "&".join(asked) if asked else ""
            sent = [None] if method == "get" else bodies(path, till, secrets)
            for body in sent:
                answer = stranger.ask(method.upper(), target, body)
                seen.append((method, path, answer.status_code))
                found = [mark for mark in forbidden if mark in answer.text]
                assert not found, f"{method} {target} told a stranger {found}: {answer.text[:300]}"
    assert len({path for _, path, _ in seen}) >= 8, "the contract was read"
    assert any(status == 200 for _, path, status in seen if path == "/v1/sync/pull"), "it sees its own station"
    assert rows_of(world, STATION) == before, "and changes nothing here"


def test_another_stations_office_is_let_in_nowhere_here(world: World, till: Terminal, secrets: dict[str, str]) -> None:
    from sync.server.key_files import office_token

    headers = {"Authorization": f"Bearer {office_token(world.directory, OTHER_STATION)}"}
    for target in ("incidents", "accounts"):
        told = world.call("GET", f"/v1/office/{target}", headers=headers)
        assert told.status_code == 200
        assert secrets["number"] not in told.text
        assert till.device not in told.text
    refund = world.call("POST", "/v1/office/refunds", {"number": secrets["number"]}, headers)
    assert refund.status_code == 404
    assert till.pull_all()["ticket", secrets["number"]]["state"] == "valid"


def rows_of(world: World, station: int) -> str:
    """All rows of one station."""
    found = {
        name: [row for row in rows if station in row] for name, rows in world.every_row().items() if name != "stations"
    }
    return json.dumps(found, default=repr, sort_keys=True)
