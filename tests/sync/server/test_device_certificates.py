"""Device certificates: made at enrolment, renewed in time, with another key where both agree, and over one day."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from sync.encoding import from_text, to_text
from sync.server.key_files import load_online_keys
from tests.sync.server.support import NOON, STATION, Clock, Terminal, World, enrol_body
from tickets.device_certificate import CertificateFault, open_device_certificate, rotation_message
from tickets.keys import SigningKey
from tickets.trust import KeyUse


def renewed(terminal: Terminal, key: SigningKey | None = None, **proof: Any) -> httpx.Response:
    asked: dict[str, Any] = {}
    if key is not None:
        said = key.sign(rotation_message(terminal.device, terminal.key.public, key.public))
        asked = {"new_key": to_text(key.public.raw), "new_proof": to_text(said)}
    return terminal.ask("POST", "/v1/device/renew", asked | proof)


def certified(world: World, answer: httpx.Response) -> Any:
    key = load_online_keys(world.directory).signing(KeyUse.CERTIFICATE).public
    return open_device_certificate(from_text(answer.json()["certificate"]), [key])


def test_an_enrolment_certifies_the_device(world: World) -> None:
    code = world.centre.devices.new_code("gate", "gate-1", STATION)
    key = SigningKey.generate()
    said = world.call("POST", "/v1/enrol", enrol_body(code, "gate", "gate-1", key, key)).json()
    certificate_key = load_online_keys(world.directory).signing(KeyUse.CERTIFICATE).public
    certificate = open_device_certificate(from_text(said["device_certificate"]), [certificate_key])
    assert (certificate.device, certificate.station, certificate.kind) == (said["device"], STATION, "gate")
    assert (certificate.key, certificate.made, certificate.expires) == (key.public, NOON, NOON + timedelta(days=60))
    assert [certificate.renewal_due(NOON + timedelta(days=days)) for days in (29, 30)] == [False, True]
    with pytest.raises(CertificateFault):
        open_device_certificate(from_text(said["device_certificate"]), [key.public])


def test_a_renewal_begins_anew_and_may_be_repeated(world: World, gate: Terminal, clock: Clock) -> None:
    clock.forward(days=30)
    fresh = renewed(gate)
    assert certified(world, fresh).expires == clock.at + timedelta(days=60)
    before = world.every_row()
    clock.forward(minutes=3)
    assert renewed(gate).json() == fresh.json()
    assert world.every_row() == before, "repeating it changes nothing"
    clock.forward(days=1)
    assert certified(world, renewed(gate)).expires == clock.at + timedelta(days=60)
    clock.forward(days=59)
    assert gate.pull().status_code == 200


def test_an_ended_certificate_lets_report_and_renew_and_nothing_else(
    world: World, till: Terminal, clock: Clock
) -> None:
    till.open_journal()
    number = till.sell()
    clock.forward(days=60)
    refused = till.pull()
    assert (refused.status_code, refused.json()["hint"]) == (403, "renew it: POST /v1/device/renew")
    assert till.ask("GET", f"/v1/tickets/{number}/money").status_code == 403
    assert set(till.results(till.push())) == {"kept"}, "what happened is taken"
    clock.forward(days=29)
    till.note("process.started", process="kiosk", version="1", reason="start")
    assert till.send(till.batch()).status_code == 200
    assert renewed(till).status_code == 200
    assert till.pull().status_code == 200


def test_after_the_offline_window_only_a_new_enrolment_helps(world: World, till: Terminal, clock: Clock) -> None:
    till.open_journal()
    clock.forward(days=90)
    for answer in (till.send(till.batch()), renewed(till), till.pull()):
        assert answer.status_code == 403
    assert "enrol" in renewed(till).json()["hint"]


def test_a_key_is_changed_by_both_keys(world: World, till: Terminal, clock: Clock) -> None:
    till.open_journal()
    till.push()
    before, after = till.key, SigningKey.generate()
    changed = renewed(till, after)
    assert changed.status_code == 200
    assert certified(world, changed).key == after.public
    again = renewed(till, after)
    assert again.status_code == 200, "the answer got lost: asked again with the old key, for the same new one"
    assert till.pull().status_code == 200, "a process that has not heard of it may go on for a while"
    till.key = after
    body = till.pull_all()["device", till.device]
    assert (body["key"], body["former"]) == (after.public.raw.hex(), [before.public.raw.hex()])
    clock.forward(hours=49)
    world.centre.stations.upkeep()
    assert "former" not in till.pull_all()["device", till.device]
    till.key = before
    assert till.pull().status_code == 401


def test_what_the_former_key_signed_of_a_journal_is_believed_for_ever(
    world: World, till: Terminal, clock: Clock
) -> None:
    """A relay brings it, long after."""
    till.open_journal()
    number = till.sell()
    batch, key = till.batch(), SigningKey.generate()
    assert renewed(till, key).status_code == 200
    relay = world.enrol("relay", "relay-1")
    clock.forward(days=20)
    told = relay.ask("POST", "/v1/sync/forward", {"batches": [{"device": till.device, "batch": batch}], "ask": []})
    assert told.status_code == 200, told.text
    assert {each["result"] for each in told.json()["results"][0]["answer"]["results"]} == {"kept"}
    assert number in str(world.rows("tickets"))


@pytest.mark.parametrize("wrong", ["no proof", "by the old key", "of another device", "by a stranger"])
def test_a_key_is_not_changed_without_both(world: World, till: Terminal, gate: Terminal, wrong: str) -> None:
    new = SigningKey.generate()
    message = rotation_message(till.device, till.key.public, new.public)
    proofs: dict[str, dict[str, Any]] = {
        "no proof": {"new_proof": None},
        "by the old key": {"new_proof": to_text(till.key.sign(message))},
        "of another device": {
            "new_proof": to_text(new.sign(rotation_message(gate.device, gate.key.public, new.public)))
        },
        "by a stranger": {"new_proof": to_text(SigningKey.generate().sign(message))},
    }
    before = world.rows("devices")
    assert renewed(till, new, **proofs[wrong]).status_code == 403
    assert world.rows("devices") == before


def test_a_former_key_changes_nothing_any_more(world: World, till: Terminal) -> None:
    """Whoever stole the key before it was changed cannot change it once more."""
    assert renewed(till, SigningKey.generate()).status_code == 200
    current = world.centre.devices.find(till.device)
    assert current is not None
    thief = SigningKey.generate()
    for message in (
        rotation_message(till.device, till.key.public, thief.public),
        rotation_message(till.device, current.key, thief.public),
    ):
        assert renewed(till, thief, new_proof=to_text(thief.sign(message))).status_code == 403


def test_a_key_comes_back_never(world: World, till: Terminal) -> None:
    first, second = till.key, SigningKey.generate()
    assert renewed(till, second).status_code == 200
    till.key = second
    assert renewed(till, first).status_code == 403


@pytest.mark.parametrize("state", ["retired", "revoked"])
def test_a_device_that_is_in_use_no_more_renews_nothing(world: World, till: Terminal, state: str) -> None:
    if state == "retired":
        world.centre.devices.retire(till.device)
    else:
        world.centre.devices.revoke(till.device)
    assert renewed(till).status_code == 403


def test_a_device_of_an_older_centre_has_no_end_until_it_asks(world: World, gate: Terminal, clock: Clock) -> None:
    world.centre.house.store.transact(
        "setup",
        lambda connection: connection.exec_driver_sql(
            "UPDATE devices SET device_certificate = NULL, device_ends_ms = NULL"
        ),
    )
    clock.forward(days=300)
    assert gate.pull().status_code == 200
    assert certified(world, renewed(gate)).expires == clock.at + timedelta(days=60)
    assert [each.expired(clock.ms) for each in world.centre.devices.all()] == [False]
