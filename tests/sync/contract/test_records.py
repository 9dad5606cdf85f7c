"""§6: what the centre says, page by page, to each station its own."""

import gzip
import hashlib
import json
import os
import threading
import time

import pytest

from tests.sync.contract.conftest import Site
from tests.sync.contract.machine import Machine, cbor, holds, octets, open_cose, signature_headers, uncbor
from tests.sync.contract.test_journal import fresh


def test_what_a_terminal_needs_is_there(till: Machine) -> None:
    records, _ = till.pull()
    kinds = {kind for kind, _ in records}
    assert {"station", "stop", "departure", "allotment", "day_key", "trust", "device"} <= kinds
    station = records["station", ""]
    assert station["code"] == till.station
    assert ("stop", str(station["stop"])) in records
    assert open_cose(octets(records["trust", ""]["list"]), [till.root])[1] >= till.trust[1]
    for (kind, key), body in records.items():
        if kind == "departure" and body is not None:
            assert key == f"{body['service_date']}/{body['trip']}"
            assert body["opens_at"] < body["closes_at"] <= body["departs_at"]
            assert (body["seats"] is None) or body["seats"] == body["places"]


def test_pages_make_the_same_whole(till: Machine) -> None:
    whole, end = till.pull()
    pages, last = till.pull(limit=7)
    later, _ = till.pull(cursor=end)
    assert {**whole, **later} == {**pages, **till.pull(cursor=last)[0]}


def test_nothing_new_is_an_empty_page(gate: Machine) -> None:
    _, cursor = gate.pull()
    said = gate.ask("GET", f"/v1/sync/pull?cursor={cursor}&limit=500").json()
    assert said["more"] is False


def test_a_change_comes_after_the_cursor(gate: Machine, till: Machine) -> None:
    """A till gives places back; every terminal of the station that asks from its cursor is told what follows of it."""
    records, cursor = till.pull()
    own = [
        body for (kind, _), body in records.items() if kind == "allotment" and body and body["device"] == till.device
    ]
    seated = next(body for body in own if body["seats"])
    journal = fresh(till)
    journal.note(
        "claim.opened", {"claim": f"{till.device}-{cursor[-6:]}", "order": "ab" * 16, "fen": 100, "reason": "test"}
    )
    assert [each["result"] for each in journal.push().json()["results"]] == ["kept", "kept"]
    later, _ = till.pull(cursor=cursor)
    assert any(kind == "claim" for kind, _ in later)
    assert seated["service_date"]


def test_a_cursor_of_another_database(gate: Machine) -> None:
    answer = gate.ask("GET", "/v1/sync/pull?cursor=bm9ib2R5LzE&limit=5")
    assert answer.status_code == 410


def test_pages_are_compressed_for_who_takes_it(gate: Machine) -> None:
    headers = {"Accept-Encoding": "gzip"}
    target = "/v1/sync/pull?cursor=&limit=500"
    signed = signature_headers(gate.key, gate.device, "GET", target, b"", int(time.time()), os.urandom(8).hex())
    with gate.line.client.stream("GET", target, headers=signed | headers) as answer:
        raw = b"".join(answer.iter_raw())
        coding = answer.headers.get("content-encoding")
    plain = gzip.decompress(raw) if coding == "gzip" else raw
    assert json.loads(plain)["records"]


def test_nothing_of_another_station_is_told(site: Site, till: Machine) -> None:
    far = site.machine("other")
    theirs, _ = far.pull()
    ours, _ = till.pull()
    assert theirs["station", ""]["code"] == far.station != till.station
    devices = {key for kind, key in theirs if kind == "device"}
    assert till.device not in devices
    assert far.device not in {key for kind, key in ours if kind == "device"}
    secrets = {body["key"] for (kind, _), body in ours.items() if kind == "day_key" and body}
    assert not secrets & {body["key"] for (kind, _), body in theirs.items() if kind == "day_key" and body}


def test_a_till_asks_for_places(till: Machine, gate: Machine) -> None:
    records, _ = till.pull()
    departure = max(
        (body for (kind, _), body in records.items() if kind == "departure" and body and body["seats"]),
        key=lambda body: body["departs_at"],
    )
    ask = {"ask": "5a" * 16, "service_date": departure["service_date"], "trip": departure["trip"], "count": 1}
    first = till.ask("POST", "/v1/sync/places", ask)
    assert first.status_code == 200, first.text
    said = first.json()
    assert len(said["seats"]) in (0, 1)
    if said["seats"]:
        assert set(said["seats"]) <= set(said["allotment"]["seats"])
        later, _ = till.pull()
        key = f"{departure['service_date']}/{departure['trip']}/{till.device}"
        assert set(said["seats"]) <= set(later["allotment", key]["seats"]), "the record says the same"
    again = till.ask("POST", "/v1/sync/places", ask).json()
    assert again["seats"] == said["seats"], "the same ask is given the same"
    assert till.ask("POST", "/v1/sync/places", ask | {"count": 2}).status_code == 409
    assert gate.ask("POST", "/v1/sync/places", ask).status_code == 403


def test_a_change_reaches_who_waits_within_two_seconds(gate: Machine, till: Machine) -> None:
    _, cursor = gate.pull()
    told: list[tuple[float, int]] = []

    def wait() -> None:
        said = gate.ask("GET", f"/v1/sync/pull?cursor={cursor}&limit=10&wait=20").json()
        told.append((time.monotonic(), len(said["records"])))

    waiting = threading.Thread(target=wait)
    waiting.start()
    time.sleep(0.3)  # so that it is really left open: a call that comes late would be answered at once too
    journal = fresh(till)
    journal.note("claim.opened", {"claim": f"{till.device}-wait", "order": "cd" * 16, "fen": 100, "reason": "test"})
    assert journal.push().status_code == 200
    changed = time.monotonic()
    waiting.join(25)
    assert told
    assert told[0][1] >= 1
    assert told[0][0] - changed < 2


def test_a_snapshot_is_all_that_pages_tell(gate: Machine) -> None:
    answer = gate.ask("GET", "/v1/sync/snapshot")
    for _ in range(20):
        if answer.status_code != 503:
            break
        time.sleep(float(answer.headers["Retry-After"]))
        answer = gate.ask("GET", "/v1/sync/snapshot")
    if answer.status_code == 404:
        pytest.skip("this station has so few records that pages are quicker")
    said = answer.json()
    message = cbor(
        [
            "waystation snapshot v1", said["station"], bytes.fromhex(said["id"]), said["size"], octets(said["sha256"]),
            said["cursor"], said["records"], said["made_at"],
        ]
    )  # fmt: skip
    assert any(holds(key, octets(said["signature"]), message) for key in gate.keys("list"))
    whole = gate.ask("GET", f"/v1/sync/snapshot/{said['id']}")
    assert (whole.status_code, len(whole.content)) == (200, said["size"])
    assert hashlib.sha256(whole.content).digest() == octets(said["sha256"])
    records = [json.loads(line) for line in gzip.decompress(whole.content).splitlines()]
    assert len(records) == said["records"]
    found = {(each["kind"], each["key"]): each["body"] for each in [*records, *said.get("besides", ())]}
    later, _ = gate.pull(cursor=said["cursor"])
    pages = {key: body for key, body in gate.pull()[0].items() if body is not None}
    assert {key: body for key, body in {**found, **later}.items() if body is not None} == pages


def test_which_trust_list_is_the_newest(gate: Machine) -> None:
    records, _ = gate.pull()
    newest = octets(records["trust", ""]["list"])
    name, version, digest, at, revoked = open_cose(octets(records["freshness", ""]["statement"]), gate.keys("list"))
    assert name == "waystation list v1"
    assert (version, digest) == (open_cose(newest, [gate.root])[1], hashlib.sha256(newest).digest())
    assert abs(at - time.time()) < 2 * 3600
    assert revoked == sorted(set(revoked))


def test_a_till_counts_what_the_centre_counts(till: Machine) -> None:
    """An order with money and no ticket: both sides come to the same number for what this journal told."""
    records, _ = till.pull()
    departure = next(body for (kind, _), body in records.items() if kind == "departure" and body)
    date, trip, order = departure["service_date"], departure["trip"], os.urandom(16).hex()
    journal = fresh(till)
    held = {"order": order, "service_date": date, "trip": trip, "seats": None, "count": 1, "total": 2500}
    journal.note("order.held", held)
    journal.note("money.taken", {"order": order, "fen": 5000, "method": "cash", "counter": 7})
    journal.note("money.returned", {"order": order, "fen": 5000, "method": "cash"})
    journal.note("order.released", {"order": order, "reason": "test"})
    assert {each["result"] for each in journal.push().json()["results"]} == {"kept"}
    epoch = journal.epoch.hex()
    money = [
        [epoch, seq, till.device, order, direction, 5000, "cash", counter, uncbor(journal.events[seq - 1])[5]]
        for seq, direction, counter in ((3, "taken", 7), (4, "returned", None))
    ]
    mine = hashlib.sha256(cbor(["waystation departure digest v1", [], [], money, []])).hexdigest()
    query = f"service_date={date}&trip={trip}&epoch={epoch}"
    said = till.ask("GET", f"/v1/sync/digest?{query}").json()
    assert said["own"] == mine
    assert len(said["told"]) == 64
    nobody = till.ask("GET", f"/v1/sync/digest?service_date={date}&trip={trip}").json()
    assert nobody["told"] == said["told"]
    assert nobody.get("own") is None
