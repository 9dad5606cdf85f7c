"""§4: a one-time code makes one device, once, and both sides prove that they know it."""

import os

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.sync.contract.conftest import Site
from tests.sync.contract.machine import Line, Machine, code_key, octets, open_cose, proof, raw, text


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
