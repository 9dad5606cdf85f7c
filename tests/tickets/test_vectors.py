"""The golden vectors: the committed files are what the generator makes, and both readers agree on every one."""

import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from tests.tickets.second_reading import Station, read
from tests.vectors.make import FILES, HERE, rendered
from tickets import events, identity, sealed
from tickets.credential import BadTicket, verify
from tickets.journey import EPOCH
from tickets.keys import Algorithm, PublicKey
from tickets.numbers import TicketNumber
from tickets.time_token import open_time
from tickets.trust import KeyUse, Trust, TrustedKey, TrustList, open_trust_list


def loaded(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((HERE / name).read_text(encoding="utf-8"))
    return content


TICKETS = loaded("tickets.json")
NOW = datetime.fromtimestamp(TICKETS["now"], UTC)
VECTORS = [pytest.param(vector, id=vector["name"]) for vector in TICKETS["vectors"]]
STATION = Station(
    [bytes.fromhex(key) for key in TICKETS["ticket_keys"]],
    [bytes.fromhex(key) for key in TICKETS["certificate_keys"]],
    set(TICKETS["revoked_prefixes"]),
)


def public(raw: str) -> PublicKey:
    return PublicKey(Algorithm.EDDSA, bytes.fromhex(raw))


def believed() -> Trust:
    listed = [(KeyUse.TICKET, key) for key in TICKETS["ticket_keys"]]
    listed += [(KeyUse.CERTIFICATE, key) for key in TICKETS["certificate_keys"]]
    keys = tuple(TrustedKey(use=use, key=public(key), not_before=NOW, not_after=NOW) for use, key in listed)
    prefixes = frozenset(TICKETS["revoked_prefixes"])
    return Trust(TrustList(version=1, issued=NOW, expires=NOW, keys=keys, revoked_prefixes=prefixes))


def verdict(text: str) -> tuple[str, dict[str, object]]:
    """What tickets/ makes of a text, in the words of the vectors."""
    try:
        ticket = verify(text, believed()).ticket
    except BadTicket as bad:
        return bad.reason.value, {}
    journey = ticket.journey
    return "valid", {
        "number": ticket.number.digits,
        "expires": int(ticket.expires.timestamp()),
        "day": (journey.service_date - EPOCH).days,
        "trip": journey.trip,
        "boarding": journey.boarding,
        "alighting": journey.alighting,
        "seat": journey.seat,
        "kind": int(journey.kind),
        "children": journey.children,
        "fare": int(journey.fare),
        "tag": journey.tag.hex(),
    }


@pytest.mark.parametrize("name", FILES)
def test_the_committed_file_is_what_the_generator_makes(name: str) -> None:
    message = f"{name} is not what the generator makes: run `python -m tests.vectors.make` and review the change"
    assert (HERE / name).read_text(encoding="utf-8") == rendered(name), message


@pytest.mark.parametrize("vector", VECTORS)
def test_a_ticket_is_judged_as_its_vector_says(vector: dict[str, Any]) -> None:
    found, claims = verdict(vector["text"])
    if vector["expect"] == "expired":
        assert found == "valid"
        assert datetime.fromtimestamp(int(str(claims["expires"])), UTC) <= NOW
    else:
        assert found == vector["expect"]
        assert claims == vector.get("claims", {})


@pytest.mark.parametrize("vector", VECTORS)
def test_the_second_reading_agrees(vector: dict[str, Any]) -> None:
    assert read(vector["text"], STATION) == verdict(vector["text"])


def test_the_vectors_show_every_verdict() -> None:
    seen = {vector["expect"] for vector in TICKETS["vectors"]}
    assert seen == {"valid", "expired", "forged", "unknown_issuer", "unreadable", "revoked"}
    names = [vector["name"] for vector in TICKETS["vectors"]]
    assert len(set(names)) == len(names)


def test_no_two_vectors_are_the_same_text() -> None:
    texts = [vector["text"] for vector in TICKETS["vectors"]]
    assert len(set(texts)) == len(texts)


def test_the_trust_list_opens_with_its_content() -> None:
    vector = loaded("trust_list.json")
    listed = open_trust_list(bytes.fromhex(vector["list"]), public(vector["root"]))
    assert listed.version == vector["version"]
    assert int(listed.expires.timestamp()) == vector["expires"]
    assert [{"use": str(key.use), "key": key.key.raw.hex(), "kid": key.key.kid.hex()} for key in listed.keys] == vector[
        "keys"
    ]
    assert sorted(listed.revoked_prefixes) == vector["revoked_prefixes"]
    assert {day.isoformat(): key.hex() for day, key in listed.sealing_keys.items()} == vector["sealing_keys"]
    assert [
        {"number": badge.number, "initials": badge.initials, "role": str(badge.role), "key": badge.key.raw.hex()}
        for badge in listed.badges
    ] == vector["badges"]
    time = vector["time"]
    keys = Trust(listed).keys(KeyUse.TIME)
    assert open_time(bytes.fromhex(time["token"]), bytes.fromhex(time["nonce"]), keys) == time["ms"]


def test_identity_tags_and_check_characters() -> None:
    vector = loaded("identity.json")
    key, day = bytes.fromhex(vector["day_key"]), date.fromisoformat(vector["day"])
    for said in vector["tags"]:
        kind = identity.DocumentKind(said["kind"])
        assert identity.normalise(said["number"]) == said["normalised"]
        assert identity.identity_tag(key, day, vector["trip"], kind, said["number"]).hex() == said["tag"]
    for number, right in vector["resident_numbers"].items():
        assert identity.resident_number_ok(number) is right


def test_the_sealed_identity_opens_for_its_ticket() -> None:
    vector = loaded("identity.json")["sealed"]
    ticket = TicketNumber.from_digits(vector["ticket"])
    opened = sealed.unseal(bytes.fromhex(vector["sealing_private"]), bytes.fromhex(vector["sealed"]), ticket)
    assert {"kind": int(opened.kind), "number": opened.number, "name": opened.name} == vector["identity"]


def test_the_journal_reads_back_and_its_chain_holds() -> None:
    vector = loaded("journal.json")
    head = events.GENESIS
    for said in vector["events"]:
        data = bytes.fromhex(said["bytes"])
        event = events.from_bytes(data)
        assert (event.seq, event.kind, event.event_id.hex) == (said["seq"], said["kind"], said["event_id"])
        assert event.epoch == UUID(vector["epoch"])
        assert events.to_bytes(event) == data
        head = events.chain(head, data)
        assert head.hex() == said["hash"]
    last = len(vector["events"])
    assert events.head_message(UUID(vector["epoch"]), last, head).hex() == vector["head_message"]
    assert events.receipt_message(UUID(vector["epoch"]), last, head).hex() == vector["receipt_message"]
