"""Health, time, refusals and signatures: §1 to §3 and §10 of the protocol."""

import os
import time

import pytest

from tests.sync.contract.conftest import Site
from tests.sync.contract.machine import Machine, octets, open_cose, signature_headers, text


def test_it_is_there(site: Site) -> None:
    answer = site.line.ask("GET", "/v1/health")
    assert answer.status_code == 200
    assert answer.json()["ok"] is True


def test_a_refusal_says_what_and_what_to_do(site: Site, gate: Machine) -> None:
    refusals = [
        site.line.ask("GET", "/v1/no-such-call"),
        site.line.ask("GET", "/v1/sync/push"),
        site.line.ask("POST", "/v1/time", {"nonce": "short"}),
        site.line.ask("GET", "/v1/sync/pull"),
        gate.ask("POST", "/v1/sync/push", {}),
        gate.ask("GET", "/v1/sync/pull?limit=0"),
    ]
    assert [each.status_code for each in refusals] == [404, 405, 422, 401, 422, 422]
    for answer in refusals:
        said = answer.json()
        assert said["what"]
        assert said["hint"]


def test_time_is_signed_for_the_question(site: Site, gate: Machine) -> None:
    nonce = os.urandom(32)
    token = site.line.ask("POST", "/v1/time", {"nonce": text(nonce)}).json()["token"]
    said = open_cose(octets(token), gate.keys("time"))
    assert said[1] == nonce
    assert abs(said[2] - time.time() * 1000) < 3_600_000


@pytest.mark.parametrize(
    "changed",
    [
        {"seconds": -1000},
        {"seconds": 1000},
        {"keyid": "nobody"},
        {"target": "/v1/sync/pull?cursor=&limit=2"},
        {"method": "POST"},
        {"body": b"x"},
    ],
    ids=lambda each: next(iter(each)),
)
def test_what_was_not_signed_like_this_is_not_believed(gate: Machine, changed: dict[str, object]) -> None:
    values: dict[str, object] = {
        "key": gate.key, "keyid": gate.device, "method": "GET", "target": "/v1/sync/pull?cursor=&limit=1", "body": b"",
        "created": int(time.time()), "nonce": "00",
    }  # fmt: skip
    target = "/v1/sync/pull?cursor=&limit=1"
    good = gate.line.client.get(target, headers=signature_headers(**values))  # type: ignore[arg-type]  # a table of them
    assert good.status_code == 200
    seconds = changed.get("seconds", 0)
    assert isinstance(seconds, int)
    other = {
        "created": int(time.time()) + seconds,
        **{name: what for name, what in changed.items() if name != "seconds"},
    }
    bad = gate.line.client.get(target, headers=signature_headers(**values | other))  # type: ignore[arg-type]  # same
    assert bad.status_code == 401


def test_percent_signs_are_signed_as_they_are_sent(gate: Machine) -> None:
    assert gate.ask("GET", "/v1/sync/pull?cursor=&limit=%31").status_code == 200


def test_a_protocol_is_agreed_on(site: Site, gate: Machine) -> None:
    oldest, newest = site.line.ask("GET", "/v1/health").json()["protocols"]
    assert oldest <= 1 <= newest
    assert site.line.ask("GET", "/v1/health").headers["Sync-Protocol"] == str(newest)
    target = "/v1/sync/pull?cursor=&limit=1"
    signed = signature_headers(gate.key, gate.device, "GET", target, b"", int(time.time()), "01")
    assert gate.line.client.get(target, headers=signed | {"Sync-Protocol": str(oldest)}).status_code == 200
    refused = gate.line.client.get(target, headers=signed | {"Sync-Protocol": str(newest + 1)})
    assert (refused.status_code, refused.json()["protocols"]) == (426, [oldest, newest])
