"""The bodies of events: every kind has one, and those of staff and of exits are as strict as the rest."""

from typing import Any

import pytest

from sync.event_bodies import SCHEMAS, complaint
from tickets.events import Kind

ATTEMPT = bytes(16)
CLAIM: dict[str, Any] = {
    "number": "0" * 19 + "1", "use_no": 2, "attempt": ATTEMPT, "service_date": "2026-11-22", "trip": "LW140800",
    "lane": "1", "persons": 1, "flags": [], "by": "code", "purpose": "exit",
}  # fmt: skip
OVERRODE: dict[str, Any] = {"lane": "1", "badge": "0101", "reason": "wrong_gate", "number": "0" * 20, "use_no": 1}
DUPLICATE: dict[str, Any] = {
    "number": "0" * 20, "use_no": 1, "attempts": [ATTEMPT, b"\x01" * 16], "devices": ["gate-1", "gate-2"],
}  # fmt: skip
GOOD: list[tuple[Kind, dict[str, Any]]] = [
    (Kind.USE_CLAIMED, CLAIM),
    (Kind.STAFF_ACTED, {"fact": b"\x84"}),
    (Kind.STAFF_ACTED, {"fact": bytes(2048)}),
    (Kind.STAFF_OVERRODE, OVERRODE),
    (Kind.STAFF_OVERRODE, {**OVERRODE, "number": None, "use_no": None}),
    (Kind.GATE_STARTED, {"lanes": ["1", "2"]}),
    (Kind.USE_DUPLICATE, DUPLICATE),
]
BAD: list[tuple[Kind, dict[str, Any], str]] = [
    (Kind.USE_CLAIMED, {**CLAIM, "purpose": "walk"}, "purpose"),
    (Kind.STAFF_ACTED, {"fact": b""}, "fact"),
    (Kind.STAFF_ACTED, {"fact": bytes(2049)}, "fact"),
    (Kind.STAFF_ACTED, {"fact": "84"}, "fact"),
    (Kind.STAFF_OVERRODE, {**OVERRODE, "badge": ""}, "badge"),
    (Kind.STAFF_OVERRODE, {**OVERRODE, "use_no": 0}, "use_no"),
    (Kind.STAFF_OVERRODE, {name: value for name, value in OVERRODE.items() if name != "number"}, "number"),
    (Kind.GATE_STARTED, {"lanes": []}, "lanes"),
    (Kind.GATE_STARTED, {"lanes": [""]}, "lanes.0"),
    (Kind.USE_DUPLICATE, {**DUPLICATE, "attempts": [ATTEMPT]}, "attempts"),
    (Kind.USE_DUPLICATE, {**DUPLICATE, "attempts": [ATTEMPT, b""]}, "attempts.1"),
    (Kind.USE_DUPLICATE, {**DUPLICATE, "devices": []}, "devices"),
]


def test_every_kind_has_its_body() -> None:
    assert set(SCHEMAS) == set(Kind)


@pytest.mark.parametrize(("kind", "body"), GOOD)
def test_taken(kind: Kind, body: dict[str, Any]) -> None:
    assert complaint(kind, body) is None


@pytest.mark.parametrize(("kind", "body", "where"), BAD)
def test_not_taken_and_the_field_is_named(kind: Kind, body: dict[str, Any], where: str) -> None:
    told = complaint(kind, body)
    assert told is not None
    assert told.startswith(f"{kind}: {where}")
