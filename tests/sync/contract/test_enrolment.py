"""§4: a one-time code makes one device, once, and both sides prove that they know it."""

import os

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.sync.contract.conftest import Site
from tests.sync.contract.machine import Line, Machine, cbor, code_key, octets, open_cose, proof, raw, text


def asking(line: Line, code: str, **changed: object) -> httpx.Response:
    stretched = code_key(code)
    asked = {
        "code_id": proof(stretched, "id", [])[:16], "kind": "gate", "name": "contract-x",
        "device_key": raw(Ed25519PrivateKey.generate()), "till_key": None, "nonce": os.urandom(32),
        "line_key": line.line_key,
    } | changed  # fmt: skip
    body = {name: text(each) if isinstance(each, bytes) else each for name, each in asked.items()}
    signed = proof(stretched, "device", list(asked.values()))
    return line.ask("POST", "/v1/enrol", body | {"proof": text(signed)})


def test_what_a_device_gets(till: Machine, gate: Machine) -> None:
    assert till.prefix is not None
    assert 1 <= till.prefix < 2**24
    assert gate.prefix is None
    claims = open_cose(octets(till.answer["certificate"]), till.keys("certificate"))
    assert claims[-65538] == [till.station, till.prefix]
    assert till.station == gate.station
    assert till.device != gate.device


def test_a_code_that_nobody_gave(site: Site) -> None:
    assert asking(site.line, "0000-0000-0000").status_code == 403


def test_a_code_is_used_up(site: Site) -> None:
    code = site.code("till")
    machine = Machine.enrol(site.line, "till", code, "contract-once")
    machine.open_journal()
    assert machine.push().status_code == 200
    assert asking(site.line, code).status_code in (403, 429)
    site.named["second till"] = machine


def test_the_trust_list_is_the_roots(till: Machine, gate: Machine) -> None:
    assert till.root == gate.root
    assert till.trust[1] >= 1
    for use in ("ticket", "certificate", "time", "receipt"):
        assert till.keys(use), f"the list has no key for {use}"


def test_the_same_question_again(site: Site) -> None:
    """The answer was lost on the way: asked again, byte for byte, it is the same device, and no second one."""
    code = site.code("spare")
    key, nonce = raw(Ed25519PrivateKey.generate()), os.urandom(32)
    first = asking(site.line, code, device_key=key, nonce=nonce)
    assert first.status_code == 200, first.text
    again = asking(site.line, code, device_key=key, nonce=nonce)
    assert (again.status_code, again.json()) == (200, first.json())
    other = asking(site.line, code)
    assert other.status_code in (403, 429), "with another key it would be another device"


def test_a_question_that_somebody_changed(site: Site) -> None:
    """Who passes it on and puts a key of his own in has no proof for it; the code stays good."""
    code = site.code("spare")
    stretched = code_key(code)
    asked = {
        "code_id": proof(stretched, "id", [])[:16], "kind": "gate", "name": "contract-y",
        "device_key": raw(Ed25519PrivateKey.generate()), "till_key": None, "nonce": os.urandom(32),
        "line_key": site.line.line_key,
    }  # fmt: skip
    signed = text(proof(stretched, "device", list(asked.values())))
    changed = asked | {"device_key": raw(Ed25519PrivateKey.generate())}
    for each, status in ((changed, 403), (asked, 200)):
        body = {name: text(value) if isinstance(value, bytes) else value for name, value in each.items()}
        assert site.line.ask("POST", "/v1/enrol", body | {"proof": signed}).status_code == status


def test_renewal_and_another_key(site: Site) -> None:
    machine = Machine.enrol(site.line, "gate", site.code("spare"), "contract-z")
    plain = machine.ask("POST", "/v1/device/renew", {})
    assert plain.status_code == 200, plain.text
    claims = open_cose(octets(plain.json()["certificate"]), machine.keys("certificate"))
    assert claims[2] == machine.device
    assert claims[8][1][-2] == raw(machine.key)
    new = Ed25519PrivateKey.generate()
    message = cbor(["waystation device key v1", machine.device, raw(machine.key), raw(new)])
    stranger = Ed25519PrivateKey.generate()
    asked = {"new_key": text(raw(new)), "new_proof": text(stranger.sign(message))}
    assert machine.ask("POST", "/v1/device/renew", asked).status_code in (400, 403, 422)
    asked["new_proof"] = text(new.sign(message))
    changed = machine.ask("POST", "/v1/device/renew", asked)
    assert changed.status_code == 200, changed.text
    assert open_cose(octets(changed.json()["certificate"]), machine.keys("certificate"))[8][1][-2] == raw(new)
    machine.open_journal()
    assert machine.push().status_code == 200, "what the former key signed counts for some time"
    machine.key = new
    assert machine.ask("GET", "/v1/sync/pull?cursor=&limit=1").status_code == 200
