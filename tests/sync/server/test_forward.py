"""What a relay hands on: kept as if each device had come itself, and nothing that a device has not signed."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from sync.encoding import from_text, to_text
from tests.sync.server.support import OTHER_STATION, Terminal, World, root_of
from tickets.events import receipt_message
from tickets.trust import KeyUse, Trust, open_trust_list


@pytest.fixture
def relay(world: World) -> Terminal:
    return world.enrol("relay", "relay-1")


def hand_on(
    relay: Terminal, *brought: tuple[Terminal, dict[str, Any]], ask: tuple[Terminal, ...] = ()
) -> dict[str, Any]:
    answer = raw_hand_on(relay, *brought, ask=ask)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def raw_hand_on(
    relay: Terminal, *brought: tuple[Terminal, dict[str, Any]], ask: tuple[Terminal, ...] = ()
) -> httpx.Response:
    batches = [{"device": each.device, "batch": batch} for each, batch in brought]
    asked = [{"epoch": each.epoch.hex, "seq": len(each.events), "hash": to_text(each.hashes[-1])} for each in ask]
    return relay.ask("POST", "/v1/sync/forward", {"batches": batches, "ask": asked})


def is_receipt(till: Terminal, through: int, receipt: str) -> bool:
    """Whether the centre signed for this till's own chain, as far as that."""
    trust_list = open_trust_list(from_text(till.pull_all()["trust", ""]["list"]), root_of(till.world.directory))
    (key,) = Trust(trust_list).keys(KeyUse.RECEIPT)
    return key.verify(from_text(receipt), receipt_message(till.epoch, through, till.hashes[through]))


def test_what_a_relay_brings_is_kept_as_if_its_device_had_come(relay: Terminal, till: Terminal, gate: Terminal) -> None:
    number = till.sell(seat=2)
    gate.let_in(number)
    said = hand_on(relay, (till, till.batch(1, 3)), (till, till.batch(4)), (gate, gate.batch()))
    assert [each["status"] for each in said["results"]] == [200] * 3
    (_, second, _) = (each["answer"] for each in said["results"])
    assert {each["result"] for each in second["results"]} == {"kept"}
    assert second["kept_through"] == len(till.events)
    assert is_receipt(till, second["kept_through"], second["receipt"])
    assert gate.pull_all()["ticket", number]["issuer"] == till.device, "sold by the till, whoever brought it"
    assert gate.pull_all()["use", f"{number}/1"]["device"] == gate.device
    assert till.world.incidents() == []


def test_the_same_event_by_both_ways_is_one_event(relay: Terminal, till: Terminal) -> None:
    till.sell(seat=1)
    till.push(1, 4)
    said = hand_on(relay, (till, till.batch(2)))
    assert said["results"][0]["answer"]["kept_through"] == len(till.events)
    till.push(3)
    before = till.world.every_row()
    till.world.clock.forward(minutes=2)
    assert hand_on(relay, (till, till.batch(2)))["results"] == said["results"], "for ever"
    till.push()
    assert till.world.every_row() == before
    assert len(till.world.rows("events")) == len(till.events)


def test_how_far_a_journal_is_kept_is_told_with_a_receipt(relay: Terminal, till: Terminal, gate: Terminal) -> None:
    till.sell()
    till.push(1, 3)
    (kept,) = hand_on(relay, ask=(till, gate))["kept"]
    assert (kept["epoch"], kept["kept_through"]) == (till.epoch.hex, 3), "of the gate's nothing is known yet"
    assert is_receipt(till, 3, kept["receipt"])
    assert kept["agrees"] is None, "the centre is not as far"
    till.push()
    copy = replace(till, events=till.events[:4], hashes=till.hashes[:5])
    for each, agrees in ((copy, True), (till, True)):
        assert hand_on(relay, ask=(each,))["kept"][0]["agrees"] is agrees
    copy.note("staff.called", why="help")
    assert hand_on(relay, ask=(copy,))["kept"][0]["agrees"] is False


def test_nothing_is_said_of_another_stations_journals(world: World, till: Terminal) -> None:
    till.push()
    stranger = world.enrol("relay", "relay-9", OTHER_STATION)
    assert hand_on(stranger, ask=(till,))["kept"] == []
    till.sell()
    (result,) = hand_on(stranger, (till, till.batch()))["results"]
    assert (result["status"], result["answer"]) == (403, None)
    assert len(world.rows("events")) == 1


def test_only_a_relay_in_use_hands_on(world: World, relay: Terminal, till: Terminal, gate: Terminal) -> None:
    for other in (till, gate):
        assert raw_hand_on(other, (till, till.batch())).status_code == 403
    world.centre.devices.retire(relay.device)
    assert raw_hand_on(relay, (till, till.batch())).status_code == 403
    assert world.rows("events") == []


def test_a_relay_cannot_make_or_change_events(world: World, relay: Terminal, till: Terminal, gate: Terminal) -> None:
    till.sell()
    whole = till.batch()
    changed = whole | {"events": [*whole["events"][:-1], whole["events"][0]]}
    cut = whole | {"events": whole["events"][:-1]}
    own = replace(till, key=relay.key).batch()
    results = hand_on(relay, (till, changed), (till, cut), (till, own), (gate, whole))["results"]
    assert [each["status"] for each in results] == [400] * 4
    assert world.rows("events") == []
    assert hand_on(relay, (till, whole))["results"][0]["status"] == 200


def test_a_refusal_of_one_batch_keeps_none_of_the_others_out(relay: Terminal, till: Terminal, gate: Terminal) -> None:
    till.sell()
    gate.let_in("12345678901234567890")
    results = hand_on(relay, (till, till.batch(3)), (gate, gate.batch()))["results"]
    assert [each["status"] for each in results] == [409, 200]
    assert results[0]["error"]["expected_seq"] == 1


def test_another_story_that_a_relay_has_heard_is_evidence(relay: Terminal, till: Terminal) -> None:
    till.sell(seat=1)
    copy = replace(till, events=till.events[:4], hashes=till.hashes[:5])
    copy.sell(seat=3)
    hand_on(relay, (till, till.batch()))
    (result,) = hand_on(relay, (copy, copy.batch(4)))["results"]
    assert (result["status"], result["error"]["expected_seq"]) == (409, None)
    (incident,) = till.world.incidents("forked_journal")
    assert incident["subject"] == till.epoch.hex
    kept = {bytes(row[6]) for row in till.world.rows("evidence")}
    assert set(copy.events[4:]) <= kept


def test_a_retired_device_may_still_be_reported_and_a_revoked_one_is_not_believed(
    world: World, relay: Terminal, till: Terminal
) -> None:
    till.sell()
    world.centre.devices.retire(till.device)
    assert hand_on(relay, (till, till.batch(1, 3)))["results"][0]["status"] == 200
    world.centre.devices.revoke(till.device)
    assert hand_on(relay, (till, till.batch(1)))["results"][0]["status"] == 403
    assert len(world.rows("events")) == 3
