"""The bodies of events: every kind has one, and those of staff and of exits are as strict as the rest."""

from typing import Any

import pytest

from sync.journal.event_bodies import SCHEMAS, complaint
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
HEX = "0123456789abcdef" * 2
PAYMENT: dict[str, Any] = {"payment": HEX, "order": HEX, "method": "qr", "fen": 4500}
PAYOUT: dict[str, Any] = {"payout": HEX, "order": HEX, "method": "cash", "fen": 500}
REFUND: dict[str, Any] = {"refund": HEX, "number": "0" * 20, "fare": 4500, "fee": 450, "fen": 4050, "way": "cash"}
INVOICE: dict[str, Any] = {
    "invoice": HEX, "number": "0" * 20, "fen": 4500, "why": "travel", "token": HEX, "tax_id": "91310000MA1FL00X0X",
}  # fmt: skip
MOVED: dict[str, Any] = {"shift": HEX, "badge": "0101", "direction": "refilled", "where": "hopper-1", "fen": 5000}
HELD: dict[str, Any] = {
    "order": HEX, "service_date": "2026-11-22", "trip": "K1", "seats": [1], "count": 1, "total": 1, "changes": "0" * 20,
}  # fmt: skip
GOOD: list[tuple[Kind, dict[str, Any]]] = [
    (Kind.USE_CLAIMED, CLAIM),
    (Kind.STAFF_ACTED, {"fact": b"\x84"}),
    (Kind.STAFF_ACTED, {"fact": bytes(2048)}),
    (Kind.STAFF_OVERRODE, OVERRODE),
    (Kind.STAFF_OVERRODE, {**OVERRODE, "number": None, "use_no": None}),
    (Kind.GATE_STARTED, {"lanes": ["1", "2"]}),
    (Kind.USE_DUPLICATE, DUPLICATE),
    (Kind.PAYMENT_ASKED, PAYMENT),
    (Kind.PAYMENT_ENDED, {"payment": HEX, "outcome": "reversed", "reference": None}),
    (Kind.PAYMENT_ENDED, {"payment": HEX, "outcome": "paid", "reference": "4200001"}),
    (Kind.PAYOUT_ASKED, PAYOUT),
    (Kind.PAYOUT_ENDED, {"payout": HEX, "fen": 0, "sure": False}),
    (Kind.MONEY_TAKEN, {"order": HEX, "fen": 100, "method": "cash", "counter": 3, "where": "coins"}),
    (Kind.REFUND_OPENED, REFUND),
    (Kind.INVOICE_ASKED, INVOICE),
    (Kind.INVOICE_ASKED, {**INVOICE, "tax_id": None}),
    (Kind.SHIFT_OPENED, {"shift": HEX, "badge": "0101", "fen": 0}),
    (Kind.SHIFT_MOVED, MOVED),
    (Kind.SHIFT_CLOSED, {"shift": HEX, "badge": "0101", "expected": -1, "counted": 0}),
    (Kind.STAFF_CALLED, {"where": "kiosk-1"}),
    (Kind.ORDER_HELD, HELD),
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
    (Kind.PAYMENT_ASKED, {**PAYMENT, "fen": 0}, "fen"),
    (Kind.PAYMENT_ENDED, {"payment": HEX, "outcome": "maybe"}, "outcome"),
    (Kind.PAYOUT_ASKED, {**PAYOUT, "order": "1"}, "order"),
    (Kind.PAYOUT_ENDED, {"payout": HEX, "fen": 0}, "sure"),
    (Kind.REFUND_OPENED, {**REFUND, "fee": -1}, "fee"),
    (Kind.INVOICE_ASKED, {**INVOICE, "tax_id": "somebody"}, "tax_id"),
    (Kind.SHIFT_MOVED, {**MOVED, "direction": "lost"}, "direction"),
    (Kind.SHIFT_CLOSED, {"shift": HEX, "badge": "0101", "expected": 0, "counted": -1}, "counted"),
    (Kind.ORDER_HELD, {**HELD, "changes": "1"}, "changes"),
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
