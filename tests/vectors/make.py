"""Makes the golden vectors beside it: `python -m tests.vectors.make`. The same bytes every time, from fixed keys."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from tests.vectors import protocol_cases, staff_cases
from tests.vectors.ticket_cases import (
    CERTIFICATE,
    NOW,
    REVOKED_PREFIX,
    ROOT,
    SOLD,
    STRANGER,
    TICKET,
    TIME,
    refused,
    valid,
)
from tickets import events, identity, time_token
from tickets.credential import Ticket
from tickets.events import Event
from tickets.identity import DocumentKind
from tickets.journey import EPOCH
from tickets.staff import StaffFact
from tickets.trust import Badge, KeyUse, Role, TrustedKey, TrustList, sign_trust_list

HERE = Path(__file__).parent


def said(ticket: Ticket) -> dict[str, object]:
    """What a reader must find in a valid ticket."""
    journey = ticket.journey
    return {
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


def tickets() -> dict[str, object]:
    """Ticket texts and what a gate must make of them."""
    good = [{"name": name, "text": code, "expect": "valid", "claims": said(ticket)} for name, code, ticket in valid()]
    bad = [{"name": name, "text": code, "expect": reason} for name, code, reason in refused()]
    return {
        "about": "Every text with what a gate must make of it at `now` (seconds since 1970) when it believes the keys "
        "below. All keys are Ed25519 (raw, hex). `expired` is a ticket whose signature holds.",
        "now": int(NOW.timestamp()),
        "ticket_keys": [TICKET.public.raw.hex()],
        "certificate_keys": [CERTIFICATE.public.raw.hex()],
        "revoked_prefixes": [REVOKED_PREFIX],
        "vectors": good + bad,
    }


def trust_list() -> dict[str, object]:
    """A signed trust list and its content."""
    start = datetime(2026, 11, 1, tzinfo=UTC)
    uses = ((KeyUse.TICKET, TICKET), (KeyUse.CERTIFICATE, CERTIFICATE), (KeyUse.TIME, TIME))
    listed = TrustList(
        version=7,
        issued=start,
        expires=start + timedelta(days=90),
        keys=tuple(
            TrustedKey(use=use, key=key.public, not_before=start, not_after=start + timedelta(days=60))
            for use, key in uses
        ),
        revoked_prefixes=frozenset({REVOKED_PREFIX, 0x0BAD02}),
        sealing_keys={date(2026, 11, 22): bytes(range(32))},
        badges=(Badge(number="0107", initials="LM", role=Role.CASHIER, key=STRANGER.public, expires=start),),
    )
    nonce = bytes(range(16))
    return {
        "about": "A trust list by `root` (raw Ed25519, hex), and a time token by its time key for `nonce`.",
        "root": ROOT.public.raw.hex(),
        "list": sign_trust_list(listed, ROOT).hex(),
        "version": 7,
        "expires": int(listed.expires.timestamp()),
        "keys": [{"use": str(use), "key": key.public.raw.hex(), "kid": key.public.kid.hex()} for use, key in uses],
        "revoked_prefixes": sorted(listed.revoked_prefixes),
        "sealing_keys": {"2026-11-22": bytes(range(32)).hex()},
        "badges": [{"number": "0107", "initials": "LM", "role": "cashier", "key": STRANGER.public.raw.hex()}],
        "time": {
            "nonce": nonce.hex(),
            "ms": 1_795_327_200_123,
            "token": time_token.sign_time(1_795_327_200_123, nonce, TIME).hex(),
        },
    }


SEALED = (
    "feed78e6678cc48baca3db7ac3bc8f197388db0f2ed1c64a96903db133a9c944baa8e44c55328f397fd3c45057a4815d"
    "f125a844bce589319b2cf5d6fe9d0376fc063fa3b244570fc57d1a1b5c313054ed2d016dfa0a41a8579337ed7ee7f9aa"
    "497428885c2c1089aa7e3a3b85005e55c9c4c750e41d6f16fef6baf54f7c0b217980bf55f36b4ddc6b0b69fe77a12282"
    "4a05b861fe00c7cf4ab015f840687b5550bf4e7946b0202fbb8c624247e6b679"
)
"""Sealing is random, so this one was made once; opening it must go on working. The identity is invented."""


def identities() -> dict[str, object]:
    """Identity tags, check characters, and one sealed identity."""
    key, day = bytes(range(32)), date(2026, 11, 22)
    invented = (
        (DocumentKind.RESIDENT_ID, "11010519491231002X"),
        (DocumentKind.RESIDENT_ID, "110105 19491231 002x"),
        (DocumentKind.PASSPORT, "E 1234-5678"),
        (DocumentKind.TAIWAN_PERMIT, "01234567"),
    )
    return {
        "about": "Identity tags under `day_key` for `day` and `trip`; resident numbers (invented) and whether their "
        "check character is right; an identity sealed to the public half of `sealing_private`, for one ticket.",
        "day_key": key.hex(),
        "day": day.isoformat(),
        "trip": "LW140800",
        "tags": [
            {
                "kind": int(kind),
                "number": number,
                "normalised": identity.normalise(number),
                "tag": identity.identity_tag(key, day, "LW140800", kind, number).hex(),
            }
            for kind, number in invented
        ],
        "resident_numbers": {"11010519491231002X": True, "110105194912310021": False, "440524188001010014": True},
        "sealed": {
            "sealing_private": (b"\x09" * 32).hex(),
            "ticket": SOLD.number.digits,
            "sealed": SEALED,
            "identity": {"kind": 1, "number": "11010519491231002X", "name": "张小明"},
        },
    }


def journal() -> dict[str, object]:
    """A short journal: event bytes, chain hashes, and what is signed."""
    epoch = UUID("01939c2a-0000-7000-8000-000000000001")
    bodies: list[tuple[str, dict[str, object]]] = [
        ("journal.opened", {"device": "gate-1", "prefix": None, "previous_epoch": None}),
        ("use.claimed", {"number": SOLD.number.digits, "use_no": 1, "attempt": bytes(16), "flags": ["time_unknown"]}),
        ("a.kind.of.tomorrow", {"anything": [1, -1, True, None, b"\x00", "站"]}),
    ]
    head, entries = events.GENESIS, []
    for seq, (kind, body) in enumerate(bodies, start=1):
        at_ms = 1_795_327_200_000 + seq
        tail = bytes([seq]) * 10
        event_id = events.uuid7(at_ms, lambda n, tail=tail: tail[:n])  # type: ignore[misc]  # mypy cannot infer the default
        event = Event(event_id=event_id, epoch=epoch, seq=seq, kind=kind, at_ms=at_ms, quality="trusted", body=body)
        data = events.to_bytes(event)
        head = events.chain(head, data)
        entries.append({"seq": seq, "kind": kind, "event_id": event_id.hex, "bytes": data.hex(), "hash": head.hex()})
    return {
        "about": "A journal of three events: each event's bytes and the chain hash after it; the messages that the "
        "device and the centre sign for its head.",
        "epoch": epoch.hex,
        "events": entries,
        "head_message": events.head_message(epoch, 3, head).hex(),
        "receipt_message": events.receipt_message(epoch, 3, head).hex(),
    }


def acted(fact: StaffFact) -> dict[str, object]:
    """What a reader must find in a valid staff fact; what is not there is left out."""
    found = {
        "id": fact.fact_id.hex,
        "station": fact.station,
        "badge": fact.badge,
        "act": str(fact.act),
        "at": int(fact.at.timestamp() * 1000),
        "why": fact.why,
        "day": None if fact.service_date is None else (fact.service_date - EPOCH).days,
        "trip": fact.trip,
        "gate": fact.gate,
        "bay": fact.bay,
        "until": None if fact.until is None else int(fact.until.timestamp() * 1000),
        "into": fact.into,
        "plate": fact.plate,
        "seats": fact.seats,
        "device": fact.device,
    }
    return {name: value for name, value in found.items() if value is not None}


def staff() -> dict[str, object]:
    """Staff facts, badge codes and one badge card, and what a station must make of them."""
    return {
        "about": "Staff facts (hex) and badge codes with what a station makes of them at `now` (seconds since 1970, "
        "trusted time) when it believes the badges below (Ed25519, raw, hex). A valid fact's content is in `fact`, a "
        "valid code's badge in `badge`. The card opens with `pin` to the badge's private key.",
        "now": int(staff_cases.NOW.timestamp()),
        "station": staff_cases.STATION,
        "badges": [
            {
                "number": badge.number,
                "role": str(badge.role),
                "key": badge.key.raw.hex(),
                "expires": int(badge.expires.timestamp()),
            }
            for badge in staff_cases.BADGES
        ],
        "facts": [
            {"name": name, "bytes": data.hex(), "expect": "valid", "fact": acted(fact)}
            for name, data, fact in staff_cases.good_facts()
        ]
        + [{"name": name, "bytes": data.hex(), "expect": why} for name, data, why in staff_cases.bad_facts()],
        "codes": [
            {"name": name, "text": code, "expect": "valid", "badge": number}
            for name, code, number in staff_cases.good_codes()
        ]
        + [{"name": name, "text": code, "expect": why} for name, code, why in staff_cases.bad_codes()],
        "card": {
            "text": staff_cases.card(),
            "pin": staff_cases.PIN,
            "number": "0102",
            "private": staff_cases.MANAGER.to_raw().hex(),
        },
    }


FILES: dict[str, Callable[[], dict[str, object]]] = {
    "tickets.json": tickets,
    "trust_list.json": trust_list,
    "identity.json": identities,
    "journal.json": journal,
    "staff.json": staff,
    "protocol.json": protocol_cases.protocol,
}


def rendered(name: str) -> str:
    """The content of one file."""
    return json.dumps(FILES[name](), ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Writes every file beside this one."""
    for name in FILES:
        (HERE / name).write_text(rendered(name), encoding="utf-8")


if __name__ == "__main__":
    main()
