"""The worked vectors of the protocol, read with the terminal that was written from its document alone."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.sync.contract.machine import (
    cbor,
    code_key,
    holds,
    octets,
    open_cose,
    proof,
    raw,
    signature_headers,
    text,
    uncbor,
)  # fmt: skip

HERE = Path(__file__).parents[2] / "vectors"
ALL: dict[str, Any] = json.loads((HERE / "protocol.json").read_text("utf-8"))
JOURNAL: dict[str, Any] = json.loads((HERE / "journal.json").read_text("utf-8"))


@pytest.mark.parametrize("vector", ALL["requests"]["vectors"], ids=lambda vector: vector["name"])
def test_signed_requests(vector: dict[str, Any]) -> None:
    said = ALL["requests"]
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(said["key"]))
    assert raw(key).hex() == said["public"]
    headers = signature_headers(
        key, said["keyid"], vector["method"], vector["target"], vector["body"].encode(), said["created"], said["nonce"]
    )
    assert headers == vector["headers"]
    signature = base64.b64decode(vector["headers"]["Signature"][len("sig1=:") : -1])
    assert holds(raw(key), signature, vector["base"].encode())


def test_enrolment() -> None:
    said = ALL["enrolment"]
    for code in said["codes"]:
        assert code_key(code).hex() == said["key"]
    key, asked, answer = bytes.fromhex(said["key"]), said["request"], said["answer"]
    assert octets(asked["code_id"]) == proof(key, "id", [])[:16]
    names = ("code_id", "kind", "name", "device_key", "till_key", "nonce", "line_key")
    question = [asked[name] if name in ("kind", "name") else octets(asked[name]) for name in names]
    assert octets(asked["proof"]) == proof(key, "device", question)
    content = [
        answer["device"], answer["station"], answer["prefix"], octets(answer["certificate"]),
        octets(answer["root_key"]), octets(answer["trust_list"]), octets(answer["device_certificate"]),
        [octets(each) for each in answer["line_authorities"]],
    ]  # fmt: skip
    assert octets(answer["proof"]) == proof(key, "centre", [*question, *content])


def test_journal() -> None:
    said, head = ALL["journal"], bytes(32)
    for event in JOURNAL["events"]:
        head = hashlib.sha256(head + bytes.fromhex(event["bytes"])).digest()
        assert head.hex() == event["hash"]
        parts = uncbor(bytes.fromhex(event["bytes"]))
        assert cbor(parts).hex() == event["bytes"]
        assert (parts[0].hex(), parts[2], parts[3]) == (event["event_id"], event["seq"], event["kind"])
    assert head.hex() == said["hash"]
    for name, message in (("head", "waystation journal head v1"), ("receipt", "waystation receipt v1")):
        signed = cbor([message, bytes.fromhex(said["epoch"]), said["seq"], head])
        assert signed.hex() == JOURNAL[f"{name}_message"]
        key, signature = ("device_key", "head_signature") if name == "head" else ("receipt_key", "receipt")
        assert holds(bytes.fromhex(said[key]), bytes.fromhex(said[signature]), signed)


def test_renewal() -> None:
    said = ALL["renewal"]
    claims = open_cose(bytes.fromhex(said["device_certificate"]), [bytes.fromhex(said["certificate_key"])])
    assert claims[2] == said["device"]
    assert claims[8][1][-2].hex() == said["before"]
    assert claims[-65539] == [371122, "till"]
    before, after = bytes.fromhex(said["before"]), bytes.fromhex(said["after"])
    message = cbor(["waystation device key v1", said["device"], before, after])
    assert message.hex() == said["message"]
    assert holds(after, bytes.fromhex(said["new_proof"]), message)


def test_snapshot() -> None:
    said = ALL["snapshot"]
    answer = said["answer"]
    message = cbor(
        [
            "waystation snapshot v1", answer["station"], bytes.fromhex(answer["id"]), answer["size"],
            octets(answer["sha256"]), answer["cursor"], answer["records"], answer["made_at"],
        ]
    )  # fmt: skip
    assert message.hex() == said["message"]
    assert holds(bytes.fromhex(said["list_key"]), octets(answer["signature"]), message)


def test_which_list_is_the_newest() -> None:
    said = ALL["newest_list"]
    content = open_cose(bytes.fromhex(said["statement"]), [bytes.fromhex(said["list_key"])])
    digest = hashlib.sha256(bytes.fromhex(said["list"])).digest()
    assert content == ["waystation list v1", said["version"], digest, said["at"], said["revoked"]]


def test_an_answer_of_the_relay() -> None:
    said = ALL["relay_answer"]
    body = said["body"].encode()
    message = b"waystation relay answer v1\0" + said["request_signature"].encode() + hashlib.sha256(body).digest()
    assert message.hex() == said["message"]
    assert holds(bytes.fromhex(said["relay_key"]), base64.b64decode(said["relay_signature"]), message)


def test_digest() -> None:
    said = ALL["digest"]
    tickets = sorted([*row[:9], bytes.fromhex(row[9]), *row[10:]] for row in said["tickets"])
    parts = [tickets, sorted(said["uses"]), sorted(said["money"]), sorted(said["allotments"])]
    whole = cbor(["waystation departure digest v1", *parts])
    assert hashlib.sha256(whole).hexdigest() == said["digest"]
    empty = cbor(["waystation departure digest v1", [], [], [], []])
    assert hashlib.sha256(empty).hexdigest() == said["digest_of_nothing"]
    assert text(b"\xff") == "_w"
