"""Taking in journals: once for ever, in order, whatever is in them."""

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.encoding import from_text, to_text
from sync.journal.event_bodies import SCHEMAS
from sync.wire.types import LATEST_MS
from tests.sync.server.support import SEATED, Clock, Terminal, World, root_of
from tickets.events import GENESIS, chain, from_bytes, head_message, receipt_message
from tickets.keys import SigningKey
from tickets.trust import KeyUse, Trust, open_trust_list


def test_a_sale_reaches_the_centre_and_every_terminal(till: Terminal, gate: Terminal) -> None:
    number = till.sell(seat=2)
    said = till.push()
    assert till.results(said) == ["kept"] * len(till.events)
    assert said["kept_through"] == len(till.events)
    ticket = gate.pull_all()["ticket", number]
    assert (ticket["seat"], ticket["state"], ticket["issuer"]) == (2, "valid", till.device)
    assert till.world.incidents() == []


def test_the_receipt_is_signed_by_the_receipt_key(till: Terminal) -> None:
    till.sell()
    said = till.push()
    trust_list = open_trust_list(from_text(till.pull_all()["trust", ""]["list"]), root_of(till.world.directory))
    (key,) = Trust(trust_list).keys(KeyUse.RECEIPT)
    message = receipt_message(till.epoch, said["kept_through"], till.hashes[-1])
    assert key.verify(from_text(said["receipt"]), message)


def test_every_push_again_changes_nothing(till: Terminal, gate: Terminal) -> None:
    number = till.sell()
    till.note("claim.opened", claim="C-1", order="ab" * 16, fen=100, reason="jam")
    till.note("claim.settled", claim="C-1", fen=100, by="cashier")
    till.note("places.returned", service_date="2026-11-22", trip=SEATED, seats=[3], count=1)
    gate.let_in(number)
    till.write(till.event("order.held", {"nonsense": 1}))
    batches = [(till, 1, 4), (till, 3, None), (gate, 1, None)]
    first = [terminal.push(start, end) for terminal, start, end in batches]
    before = till.world.every_row()
    till.world.clock.forward(minutes=3)
    again = [terminal.push(start, end) for terminal, start, end in batches]
    assert [each["results"] for each in again] == [each["results"] for each in first]
    assert till.world.every_row() == before


def test_a_gap_is_named(till: Terminal) -> None:
    till.sell()
    till.push(1, 2)
    answer = till.send(till.batch(5))
    assert answer.status_code == 409
    assert answer.json()["expected_seq"] == 3
    assert till.push(3)["kept_through"] == len(till.events)


def test_a_copied_disk_is_evidence_and_must_begin_anew(till: Terminal) -> None:
    number = till.sell()
    till.push()
    kept = till.world.rows("events")
    events, hashes = till.events, till.hashes
    till.events, till.hashes = events[:4], hashes[:5]
    till.note("device.fault", device="printer", what="jam")
    till.note("device.back", device="printer")
    answer = till.send(till.batch())
    assert (answer.status_code, answer.json()["what"]) == (409, "forked")
    assert sorted(row[5] for row in till.world.rows("evidence")) == [5, 6]
    till.send(till.batch())
    till.send(till.batch(5))
    assert len(till.world.rows("evidence")) == 2
    assert till.world.rows("events") == kept
    assert [each["subject"] for each in till.world.incidents("forked_journal")] == [till.epoch.hex]
    till.events, till.hashes = events, hashes
    till.note("device.back", device="printer")
    assert till.push()["kept_through"] == len(till.events), "the story that was here first goes on"
    assert till.pull_all()["ticket", number]["state"] == "valid"


def test_another_story_right_after_what_is_kept(till: Terminal) -> None:
    till.push()
    till.hashes[0] = bytes(31) + b"\1"
    till.hashes[1] = bytes(31) + b"\2"
    till.note("device.back", device="printer")
    till.hashes[2] = chain(till.hashes[1], till.events[1])
    assert till.send(till.batch(2)).json()["what"] == "forked"
    assert len(till.world.rows("evidence")) == 1


@pytest.mark.parametrize(
    "poison",
    [
        b"",
        b"\x9f\xff",
        b"not cbor at all",
        b"\x59\x40\x00" + bytes(0x4000),
    ],
    ids=["empty", "indefinite", "text", "too long"],
)
def test_a_poisoned_event_blocks_nothing(till: Terminal, poison: bytes) -> None:
    till.write(poison)
    number = till.sell()
    said = till.push()
    assert till.results(said)[:3] == ["kept", "poisoned", "kept"]
    assert said["results"][1]["why"]
    assert till.world.rows("events")[1][7] == poison
    assert till.pull_all()["ticket", number]["state"] == "valid"
    assert len(till.world.incidents("poisoned_event")) == 1


@pytest.mark.parametrize(
    ("kind", "body", "changed"),
    [
        ("order.held", {"order": "x"}, {}),
        ("use.passed", {"number": "1" * 20, "use_no": 2**60, "attempt": bytes(16), "persons": 1}, {}),
        ("use.passed", {"number": "1" * 20, "use_no": 2**31 + 1, "attempt": bytes(16), "persons": 1}, {}),
        ("device.back", {"device": "printer"}, {"at_ms": 2**62}),
        ("use.passed", {"number": "1" * 20, "use_no": 1, "attempt": bytes(16), "persons": 1}, {"at_ms": LATEST_MS + 1}),
        ("device.back", {"device": "printer"}, {"seq": 7}),
        ("device.back", {"device": "printer"}, {"epoch": UUID(int=5)}),
        ("journal.opened", {"device": "another", "prefix": 1, "previous_epoch": None}, {}),
    ],
    ids=[
        "schema",
        "huge number",
        "large number",
        "huge time",
        "late time",
        "wrong seq",
        "wrong epoch",
        "another device",
    ],
)
def test_an_event_that_says_nonsense_is_set_aside(
    till: Terminal, kind: str, body: dict[str, object], changed: dict[str, Any]
) -> None:
    till.write(till.event(kind, body, **changed))
    till.note("device.back", device="printer")
    assert till.results(till.push()) == ["kept", "poisoned", "kept"]
    assert till.world.rows("uses") == []


def test_a_ticket_number_of_another_issuer_is_set_aside(till: Terminal) -> None:
    till.sell(number="00000000000000000017")
    assert "poisoned" in till.results(till.push())
    assert till.world.rows("tickets") == []


def test_unknown_kinds_and_newer_versions_are_kept_unread(till: Terminal) -> None:
    till.note("teleport.used", anything={"goes": [1, b"2", None]})
    till.write(till.event("order.held", {"new": "shape"}, version=2))
    assert till.results(till.push()) == ["kept"] * 3
    assert till.world.incidents() == []


def test_one_id_for_two_events_is_a_conflict(till: Terminal) -> None:
    same = UUID(int=0x0192_0000_0000_7000_8000_0000_0000_0001)
    till.write(till.event("device.back", {"device": "printer"}, event_id=same))
    till.push()
    till.write(till.event("device.back", {"device": "camera"}, event_id=same))
    till.write(till.event("device.back", {"device": "scanner"}, event_id=same))
    assert till.results(till.push(3)) == ["conflict", "conflict"]
    assert len(till.world.rows("evidence")) == 2
    assert len(till.world.incidents("event_conflict")) == 2


def test_nobody_makes_anothers_sale_vanish_by_using_its_ids_first(till: Terminal, gate: Terminal) -> None:
    number = till.sell()
    for event in map(from_bytes, till.events):
        gate.write(gate.event("device.back", {"device": "printer"}, event_id=event.event_id))
    assert set(gate.results(gate.push())) == {"kept"}
    assert set(till.results(till.push())) == {"kept"}
    assert gate.pull_all()["ticket", number]["state"] == "valid"
    assert len(till.world.incidents("event_conflict")) == len(till.events)
    assert set(till.results(till.push(1))) == {"kept"}, "the same again is no news"
    assert len(till.world.incidents("event_conflict")) == len(till.events)


def test_a_head_that_does_not_fit_or_is_not_signed(till: Terminal) -> None:
    till.sell()
    batch = till.batch()
    batch["head"]["signature"] = to_text(
        till.till_key.sign(head_message(till.epoch, len(till.events), till.hashes[-1]))
    )
    assert till.send(batch).status_code == 400
    batch = till.batch()
    batch["events"].pop()
    answer = till.send(batch)
    assert (answer.status_code, answer.json()["what"]) == (
        400,
        "the batch does not end at the head that was signed for it",
    )
    assert till.send(till.batch() | {"prefix": None}).status_code == 400
    assert till.world.rows("events") == []


def test_an_epoch_of_another_device(till: Terminal, gate: Terminal) -> None:
    till.push()
    gate.epoch, gate.events, gate.hashes = till.epoch, [], [GENESIS]
    gate.open_journal()
    assert gate.send(gate.batch()).status_code == 403
    assert till.world.rows("evidence") == []


def test_requests_that_are_not_signed_as_they_should_be(till: Terminal, clock: Clock) -> None:
    raw = json.dumps(till.batch()).encode()
    stranger = Terminal(**{**vars(till), "key": till.till_key})
    late = int(clock.at.timestamp()) - 301
    for headers in (
        {},
        stranger.signed("POST", "/v1/sync/push", raw),
        till.signed("POST", "/v1/sync/push", raw + b" "),
        till.signed("POST", "/v1/sync/pull", raw),
        till.signed("GET", "/v1/sync/push", raw),
        till.signed("POST", "/v1/sync/push?x=1", raw),
        till.signed("POST", "/v1/sync/push", raw, keyid="371122-till-00000000"),
        till.signed("POST", "/v1/sync/push", raw, keyid="nonsense"),
        till.signed("POST", "/v1/sync/push", raw, created=late),
    ):
        answer = till.world.call("POST", "/v1/sync/push", raw=raw, headers=headers)
        assert answer.status_code == 401
        assert set(answer.json()) == {"what", "hint"}
    assert till.world.rows("events") == []


def test_a_protocol_that_is_not_spoken(till: Terminal) -> None:
    assert till.send(till.batch() | {"protocol": 99}).status_code == 426


value = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**64), 2**64 - 1),
    st.sampled_from(["", "a", "1" * 20, "9" * 20, "2026-11-22", SEATED, "ab" * 16, "passed", "cash", "\x00"]),
    st.binary(max_size=17),
    st.lists(st.integers(0, 300), max_size=3),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(st.tuples(st.sampled_from(sorted(SCHEMAS)), st.data()), min_size=1, max_size=8))
def test_no_body_of_a_known_kind_stops_a_push(till: Terminal, said: list[tuple[str, st.DataObject]]) -> None:
    bodies = [(kind, {field: data.draw(likely(field)) for field in fields_of(kind)}) for kind, data in said]
    till.epoch, till.events, till.hashes = UUID(bytes=till.world.random.randbytes(16)), [], [GENESIS]
    for kind, body in bodies:
        till.write(till.event(kind, body))
    assert till.push()["kept_through"] == len(till.events)


def fields_of(kind: str) -> list[str]:
    return [field.alias or name for name, field in SCHEMAS[kind].model_fields.items()]


def likely(field: str) -> st.SearchStrategy[Any]:
    """Mostly values that fit, so that effects run on strange but well-formed bodies, and sometimes anything."""
    fitting: dict[str, st.SearchStrategy[Any]] = {
        "number": st.sampled_from(["1" * 20, "9" * 20, "0" * 20]),
        "order": st.sampled_from(["ab" * 16, "cd" * 16]),
        "service_date": st.sampled_from(["2026-11-22", "2026-02-31"]),
        "trip": st.sampled_from([SEATED, "RZ1230", "~"]),
        "attempt": st.sampled_from([bytes(16), b"1" * 16]),
        "seats": st.one_of(st.none(), st.lists(st.integers(1, 12), max_size=3)),
        "seat": st.one_of(st.none(), st.integers(1, 12)),
        "claim": st.sampled_from(["C-1", "C-2"]),
        "purpose": st.sampled_from(["admission", "refund", "change"]),
        "by": st.sampled_from(["code", "card", "someone"]),
        "tag": st.just(b"12345678"),
        "sealed": st.just(b""),
        "code": st.sampled_from(["", "RT1:A", "RT1:"]),
        "flags": st.just([]),
        "method": st.just("cash"),
        "reason": st.just("x"),
        "lane": st.just("1"),
        "why": st.just("x"),
        "device": st.just("printer"),
        "what": st.just("x"),
        "how": st.just("printed"),
        "outcome": st.just("done"),
    }
    numbers = st.sampled_from([0, 1, 2, 300, 2**53, 2**53 + 1, 2**63])
    return st.one_of(*[fitting.get(field, numbers)] * 5, value)


def test_a_terminal_that_the_world_forgot(world: World) -> None:
    gate = world.enrol("gate", "gate-9")
    gate.open_journal()
    world.centre.devices.retire(gate.device)
    assert gate.push()["kept_through"] == 1, "what a retired device still has to report is taken"
    assert gate.pull().status_code == 403
    world.centre.devices.revoke(gate.device)
    assert gate.send(gate.batch()).status_code == 403


def test_who_is_revoked_is_told_so_and_nobody_else_is_told_of_it(world: World, till: Terminal) -> None:
    """The till must know, to stop selling; a stranger learns nothing from naming it."""
    world.centre.devices.revoke(till.device)
    for target in ("/v1/sync/pull", "/v1/sync/snapshot"):
        answer = till.ask("GET", target)
        assert (answer.status_code, answer.json()["revoked"]) == (403, True)
    answer = till.send(till.batch())
    assert (answer.status_code, answer.json()["revoked"]) == (403, True)
    till.key = SigningKey.generate()
    answer = till.send(till.batch())
    assert (answer.status_code, set(answer.json())) == (401, {"what", "hint"})
