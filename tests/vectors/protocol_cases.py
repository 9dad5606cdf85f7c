"""What crosses the line, worked out once: signed requests, an enrolment, heads and receipts, a rotation, a digest."""

from datetime import UTC, datetime
from uuid import UUID

from sync import code_proof
from sync.comparing.digest import AllotmentFact, MoneyFact, TicketFact, UseFact, departure_digest
from sync.line import http_signatures
from sync.wire import relay as relay_wire
from sync.wire.enrolment import EnrolAnswer, EnrolRequest
from sync.wire.snapshot import SnapshotAnswer, snapshot_message
from tickets import events
from tickets.device_certificate import DeviceCertificate, certify_device, rotation_message
from tickets.freshness import newest, sign_newest
from tickets.keys import SigningKey

DEVICE, NEW_KEY, RELAY, CENTRE = (SigningKey.from_raw(bytes([n]) * 32) for n in (0x21, 0x22, 0x23, 0x24))
CODE = "7k3m-0qwx-4fzt"
EPOCH = UUID("01939c2a-0000-7000-8000-000000000001")
CREATED = 1_795_327_200
SOLD = (("11651589664316539989", 7, "371122-till-9f3a1c20"), ("09999999999999999999", 8, "centre"))


def _request(name: str, method: str, target: str, body: bytes) -> dict[str, object]:
    headers = http_signatures.sign_request(
        method, target, {}, body, DEVICE, "371122-gate-9f3a1c20", CREATED, "f00d" * 6
    )
    parameters = headers["Signature-Input"].removeprefix("sig1=")
    base = http_signatures.signature_base(http_signatures.COVERED, parameters, method, target, headers)
    return {
        "name": name,
        "method": method,
        "target": target,
        "body": body.decode("ascii"),
        "base": base.decode("ascii"),
        "headers": headers,
    }


def requests() -> dict[str, object]:
    """Signed requests: the bytes that are signed, and the headers."""
    return {
        "key": DEVICE.to_raw().hex(),
        "public": DEVICE.public.raw.hex(),
        "keyid": "371122-gate-9f3a1c20",
        "created": CREATED,
        "nonce": "f00d" * 6,
        "vectors": [
            _request("a pull", "GET", "/v1/sync/pull?cursor=&limit=500", b""),
            _request("no query", "GET", "/v1/sync/snapshot", b""),
            _request("percent signs stay", "GET", "/v1/sync/pull?cursor=a%2Fb&limit=%31", b""),
            _request("a body", "POST", "/v1/sync/push", b'{"protocol":1}'),
        ],
    }


def enrolment() -> dict[str, object]:
    """From a typed code to the two proofs."""
    key = code_proof.code_key(CODE)
    asked = EnrolRequest(
        code_id=code_proof.code_id(key),
        kind="till",
        name="kiosk-1",
        device_key=DEVICE.public.raw,
        till_key=NEW_KEY.public.raw,
        nonce=bytes(range(32)),
        line_key=bytes(range(32, 64)),
        proof=bytes(32),
    )
    asked = asked.model_copy(update={"proof": code_proof.device_proof(key, asked)})
    answer = EnrolAnswer(
        device="371122-till-9f3a1c20",
        station=371122,
        prefix=0x0BAD01,
        certificate=b"a till certificate",
        root_key=CENTRE.public.raw,
        trust_list=b"a trust list",
        device_certificate=b"a device certificate",
        line_authorities=(b"an authority",),
        proof=bytes(32),
    )
    answer = answer.model_copy(update={"proof": code_proof.centre_proof(key, asked, answer)})
    return {
        "codes": [CODE, "7K3M OQWX 4FZT", "7k3moqwx4fzt"],
        "key": key.hex(),
        "request": asked.model_dump(mode="json"),
        "answer": answer.model_dump(mode="json"),
    }


def journal() -> dict[str, object]:
    """A head by a device and a receipt by the centre, over the last event of `journal.json`."""
    from tests.vectors import make

    head = bytes.fromhex(make.journal()["events"][-1]["hash"])  # type: ignore[index]  # the list that is made there
    return {
        "epoch": EPOCH.hex,
        "seq": 3,
        "hash": head.hex(),
        "device_key": DEVICE.public.raw.hex(),
        "head_signature": DEVICE.sign(events.head_message(EPOCH, 3, head)).hex(),
        "receipt_key": CENTRE.public.raw.hex(),
        "receipt": CENTRE.sign(events.receipt_message(EPOCH, 3, head)).hex(),
    }


def renewal() -> dict[str, object]:
    """A device's certificate, and what its next key signs."""
    made = datetime(2026, 11, 22, tzinfo=UTC)
    certificate = DeviceCertificate(
        device="371122-till-9f3a1c20",
        station=371122,
        kind="till",
        key=DEVICE.public,
        made=made,
        expires=made.replace(year=2027),
    )
    message = rotation_message("371122-till-9f3a1c20", DEVICE.public, NEW_KEY.public)
    return {
        "certificate_key": CENTRE.public.raw.hex(),
        "device_certificate": certify_device(certificate, CENTRE).hex(),
        "device": "371122-till-9f3a1c20",
        "before": DEVICE.public.raw.hex(),
        "after": NEW_KEY.public.raw.hex(),
        "message": message.hex(),
        "new_proof": NEW_KEY.sign(message).hex(),
    }


def snapshot() -> dict[str, object]:
    """A snapshot's description, signed by a list key."""
    answer = SnapshotAnswer(
        station=371122,
        id="5a" * 16,
        size=1234,
        sha256=bytes(range(32)),
        cursor="bm9ib2R5LzE",
        records=17,
        made_at=CREATED * 1000,
        signature=bytes(64),
    )
    message = snapshot_message(answer)
    signed = answer.model_copy(update={"signature": CENTRE.sign(message)})
    return {
        "list_key": CENTRE.public.raw.hex(),
        "message": message.hex(),
        "answer": signed.model_dump(mode="json"),
    }


def newest_list() -> dict[str, object]:
    """The centre's word which trust list is the newest."""
    said = newest(7, b"a trust list", datetime.fromtimestamp(CREATED, UTC), {0x0BAD01, 0x0BAD02})
    return {
        "list_key": CENTRE.public.raw.hex(),
        "list": b"a trust list".hex(),
        "version": 7,
        "at": CREATED,
        "revoked": [0x0BAD01, 0x0BAD02],
        "statement": sign_newest(said, CENTRE).hex(),
    }


def relay_answer() -> dict[str, object]:
    """An answer of the relay, signed for the request that it answers."""
    request, body = "sig1=:AAAA:", b'{"epoch":"00","answer":"granted","uses":[]}'
    return {
        "relay_key": RELAY.public.raw.hex(),
        "request_signature": request,
        "body": body.decode(),
        "message": relay_wire.answer_message(request, body).hex(),
        "relay_signature": relay_wire.sign_answer(request, body, RELAY),
    }


def digest() -> dict[str, object]:
    """The digest of a departure with two tickets, a use, money and an allotment; and of nothing."""
    tickets = [
        TicketFact(
            number=number, service_date="2026-11-22", trip="QD0930", boarding=371122001, alighting=370200001, seat=seat,
            kind=0, children=0, fare=6000, tag=bytes([seat] * 8), expires_s=CREATED, state="valid", issuer=issuer,
        )
        for number, seat, issuer in SOLD
    ]  # fmt: skip
    uses = [
        UseFact(
            number="11651589664316539989", use_no=1, attempt="3c" * 16, device="371122-gate-9f3a1c20", lane="1",
            at_ms=CREATED * 1000, end="passed", purpose="admission",
        )
    ]  # fmt: skip
    money = [
        MoneyFact(
            epoch=EPOCH.hex, seq=4, device="371122-till-9f3a1c20", order="ab" * 16, direction="taken", fen=6000,
            method="cash", counter=None, at_ms=CREATED * 1000,
        )
    ]  # fmt: skip
    allotments = [
        AllotmentFact(service_date="2026-11-22", trip="QD0930", device="371122-till-9f3a1c20", seats=(7, 9), count=2)
    ]

    def listed(facts: list[TicketFact] | list[UseFact] | list[MoneyFact] | list[AllotmentFact]) -> list[list[object]]:
        from dataclasses import astuple

        return [[each.hex() if isinstance(each, bytes) else each for each in astuple(fact)] for fact in facts]

    return {
        "tickets": listed(tickets),
        "uses": listed(uses),
        "money": listed(money),
        "allotments": listed(allotments),
        "digest": departure_digest(tickets, uses, money, allotments),
        "digest_of_nothing": departure_digest([], [], []),
    }


def protocol() -> dict[str, object]:
    """All of `protocol.json`."""
    return {
        "about": "What docs/protocol.md describes, worked out. Keys and signatures are raw Ed25519 in hex; in bodies "
        "they are as on the line. Private keys are 32 equal bytes: 21 the device's, 22 its next one (and its till "
        "key), 23 the relay's, 24 the centre's.",
        "requests": requests(),
        "enrolment": enrolment(),
        "journal": journal(),
        "renewal": renewal(),
        "snapshot": snapshot(),
        "newest_list": newest_list(),
        "relay_answer": relay_answer(),
        "digest": digest(),
    }
