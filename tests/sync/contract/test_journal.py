"""§5: a journal is taken in once, in order, whatever is repeated, missing, unreadable or contradicted."""

import os

from tests.sync.contract.conftest import Site
from tests.sync.contract.machine import Machine, cbor, text, uncbor


def fresh(machine: Machine) -> Machine:
    """The same device with a journal of its own for one test."""
    other = Machine(
        line=machine.line, kind=machine.kind, device=machine.device, station=machine.station, prefix=machine.prefix,
        key=machine.key, root=machine.root, trust=machine.trust, answer=machine.answer,
    )  # fmt: skip
    other.open_journal()
    return other


def results(said: dict[str, list[dict[str, str]]]) -> list[str]:
    return [each["result"] for each in said["results"]]


def test_kept_and_signed_for_and_the_same_again(gate: Machine) -> None:
    journal = fresh(gate)
    journal.note("lane.event", {"lane": "1", "what": "forced"})
    first = journal.push()
    said = first.json()
    assert (first.status_code, results(said), said["kept_through"]) == (200, ["kept", "kept"], 2)
    assert journal.receipt_holds(said)
    again = journal.push()
    assert (again.status_code, results(again.json())) == (200, ["kept", "kept"])
    assert journal.receipt_holds(again.json())


def test_a_gap_is_told_and_nothing_of_it_kept(gate: Machine) -> None:
    journal = fresh(gate)
    for lane in "123":
        journal.note("lane.event", {"lane": lane, "what": "forced"})
    assert journal.push(1, 2).json()["kept_through"] == 2
    gap = journal.push(4, 4)
    assert (gap.status_code, gap.json()["expected_seq"]) == (409, 3)
    assert journal.push(3, 4).json()["kept_through"] == 4


def test_a_batch_may_overlap_what_is_kept(gate: Machine) -> None:
    journal = fresh(gate)
    journal.note("lane.event", {"lane": "1", "what": "forced"})
    assert journal.push(1, 1).status_code == 200
    said = journal.push(1, 2)
    assert (said.status_code, said.json()["kept_through"]) == (200, 2)


def test_kinds_and_fields_of_tomorrow_are_kept(gate: Machine) -> None:
    journal = fresh(gate)
    journal.note("a.kind.of.tomorrow", {"anything": [1, b"x", {"deep": None}]})
    journal.note("lane.event", {"lane": "1", "what": "forced", "new_field": 5})
    assert results(journal.push().json()) == ["kept"] * 3


def test_a_poisoned_event_is_set_aside_and_blocks_nothing(gate: Machine) -> None:
    journal = fresh(gate)
    journal.note("lane.event", {"lane": 5})
    journal.write(b"\xff not an event")
    journal.note("lane.event", {"lane": "1", "what": "forced"})
    said = journal.push().json()
    assert results(said) == ["kept", "poisoned", "poisoned", "kept"]
    assert said["kept_through"] == 4
    assert journal.receipt_holds(said), "the chain goes on over what cannot be read"


def test_one_id_with_two_bodies_is_a_conflict(gate: Machine) -> None:
    journal = fresh(gate)
    first = journal.note("lane.event", {"lane": "1", "what": "forced"})
    assert results(journal.push().json()) == ["kept", "kept"]
    journal.note("lane.event", {"lane": "2", "what": "forced"}, event_id=uncbor(first)[0])
    journal.note("lane.event", {"lane": "3", "what": "forced"})
    assert results(journal.push(3).json()) == ["conflict", "kept"]


def test_another_story_of_an_epoch_is_a_fork(gate: Machine) -> None:
    journal = fresh(gate)
    journal.note("lane.event", {"lane": "1", "what": "forced"})
    assert journal.push().status_code == 200
    clone = fresh(gate)
    clone.epoch, clone.events, clone.hashes = journal.epoch, journal.events[:1], journal.hashes[:2]
    clone.note("lane.event", {"lane": "9", "what": "cloned"})
    forked = clone.push()
    assert (forked.status_code, forked.json()["what"]) == (409, "forked")
    journal.note("lane.event", {"lane": "2", "what": "forced"})
    assert results(journal.push(3).json()) == ["kept"], "the story that was here first goes on"


def test_a_head_that_another_key_signed(gate: Machine, till: Machine) -> None:
    journal = fresh(gate)
    body = journal.batch()
    body["head"]["signature"] = text(
        till.key.sign(cbor(["waystation journal head v1", journal.epoch, 1, journal.hashes[1]]))
    )
    assert gate.ask("POST", "/v1/sync/push", body).status_code == 400
    assert journal.push().status_code == 200


def test_a_head_that_is_not_where_the_batch_ends(gate: Machine) -> None:
    journal = fresh(gate)
    body = journal.batch()
    body["events"] = [text(os.urandom(20))]
    assert gate.ask("POST", "/v1/sync/push", body).status_code == 400


def test_anothers_epoch(site: Site, gate: Machine, till: Machine) -> None:
    journal = fresh(gate)
    assert journal.push().status_code == 200
    stolen = fresh(till)
    stolen.epoch, stolen.events, stolen.hashes = journal.epoch, list(journal.events), list(journal.hashes)
    assert stolen.push().status_code in (400, 403, 409)


def test_a_protocol_that_nobody_speaks_yet(gate: Machine) -> None:
    journal = fresh(gate)
    assert gate.ask("POST", "/v1/sync/push", journal.batch() | {"protocol": 999}).status_code == 426


def test_a_relay_hands_on_what_a_device_signed(site: Site, gate: Machine) -> None:
    relay = site.machine("relay")
    journal = fresh(gate)
    journal.note("lane.event", {"lane": "1", "what": "forced"})
    handed = {"batches": [{"device": gate.device, "batch": journal.batch()}]}
    said = relay.ask("POST", "/v1/sync/forward", handed).json()["results"][0]
    assert said["status"] == 200
    assert journal.receipt_holds(said["answer"])
    assert journal.push().json()["kept_through"] == 2, "the same by both ways is one"
    handed["batches"][0]["device"] = relay.device
    assert relay.ask("POST", "/v1/sync/forward", handed).json()["results"][0]["status"] != 200
    assert gate.ask("POST", "/v1/sync/forward", handed).status_code == 403
