"""A relay's surroundings: devices with keys, a station view that tests set, clients that sign as terminals do."""

import random as seeded
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import httpx
from pydantic import BaseModel

from sync.line.http_signatures import sign_request
from sync.points import Probe, no_probe
from sync.server.relay.run import RelaySettings
from sync.server.relay.view import Terminal
from sync.wire.relay import ANSWER_SIGNATURE, CaughtUpRequest, ChangesAnswer, ClaimAnswer, ClaimRequest, check_answer
from tests.sync.relay.journal_in_memory import DATE, NOON_MS, TRIP, MemoryJournal
from tickets.admission import TimeQuality, TrustedNow
from tickets.keys import SigningKey
from tickets.trust import Badge, Role, TrustList

STATION = 371122
NOON = datetime.fromtimestamp(NOON_MS / 1000, UTC)
RELAY = "371122-relay-1"
Kind = Literal["till", "gate", "relay"]
State = Literal["active", "retired", "revoked"]


def key_of(name: str) -> SigningKey:
    """The key of a device or badge: always the same for the same name, also in another process."""
    return SigningKey.from_raw(seeded.Random(name).randbytes(32))


@dataclass
class FixedView:
    """The station as a test says it is."""

    devices: dict[str, Terminal] = field(default_factory=dict)
    whole: bool = True

    def add(self, device: str, kind: Kind = "gate", state: State = "active") -> None:
        self.devices[device] = Terminal(device=device, kind=kind, key=key_of(device).public, state=state)

    def terminals(self) -> Mapping[str, Terminal]:
        return self.devices

    def gates(self) -> frozenset[str] | None:
        in_use = (each.device for each in self.devices.values() if (each.kind, each.state) == ("gate", "active"))
        return frozenset(in_use) if self.whole else None

    def gone(self) -> frozenset[str]:
        return frozenset(each.device for each in self.devices.values() if each.state != "active")

    def trust_list(self) -> TrustList:
        badge = Badge(
            number="0007", initials="WL", role=Role.DUTY_MANAGER, key=key_of("0007").public,
            expires=NOON + timedelta(days=9),
        )  # fmt: skip
        return TrustList(version=1, issued=NOON, expires=NOON + timedelta(days=90), keys=(), badges=(badge,))

    def now(self) -> TrustedNow:
        return fixed_now()


def fixed_now() -> TrustedNow:
    return TrustedNow(at=NOON, quality=TimeQuality.TRUSTED)


def view_of(*gates: str) -> FixedView:
    view = FixedView()
    view.add(RELAY, "relay")
    for gate in gates:
        view.add(gate)
    return view


def settings_of(directory: Path, view: FixedView, probe: Probe = no_probe, seed: int = 1) -> RelaySettings:
    return RelaySettings(
        directory=directory,
        device=RELAY,
        station=STATION,
        key=key_of(RELAY),
        view=view,
        clock=fixed_now,
        random=seeded.Random(f"{seed} {directory}").randbytes,
        probe=probe,
        settle_seconds=0,
    )


@dataclass
class GateClient:
    """A gate at the relay's door: it signs what it asks, and believes only what the relay signed."""

    url: str
    device: str
    http: httpx.Client
    journal: MemoryJournal = field(init=False)
    key: SigningKey = field(init=False)
    nonces: seeded.Random = field(init=False)

    def __post_init__(self) -> None:
        self.key = key_of(self.device)
        self.journal = MemoryJournal(self.device, seeded.Random(self.device))
        self.nonces = seeded.Random(f"nonce {self.device}")

    def call(self, method: str, target: str, body: BaseModel | None = None, **changed: Any) -> httpx.Response:
        raw = b"" if body is None else body.model_dump_json().encode()
        return self.http.request(
            method, self.url + target, content=raw, headers=self.headers(method, target, raw, **changed)
        )

    def headers(self, method: str, target: str, raw: bytes, **changed: Any) -> dict[str, str]:
        values: dict[str, Any] = {
            "key": self.key, "keyid": self.device, "created": NOON_MS // 1000, "nonce": self.nonces.randbytes(8).hex(),
        }  # fmt: skip
        return sign_request(method, target, {}, raw, **(values | changed))

    def believed(self, response: httpx.Response) -> bytes:
        """The body of an answer that the relay signed for this very request."""
        assert response.status_code == 200, response.text
        signature = response.request.headers["signature"]
        assert check_answer(signature, response.content, response.headers[ANSWER_SIGNATURE], key_of(RELAY).public)
        return response.content

    def claim(self, number: str, use_no: int = 1, **changed: Any) -> ClaimAnswer:
        body = self.claim_body(number, use_no, **changed)
        return ClaimAnswer.model_validate_json(self.believed(self.call("POST", "/v1/relay/claim", body)))

    def claim_body(self, number: str, use_no: int = 1, **changed: Any) -> ClaimRequest:
        values: dict[str, Any] = {
            "number": number, "use_no": use_no, "attempt": self.attempt(number, use_no), "lane": "1",
            "at": NOON_MS, "service_date": DATE, "trip": TRIP, "persons": 1,
            "after_seq": self.journal.seq, "journal_epoch": self.journal.epoch.hex,
        }  # fmt: skip
        return ClaimRequest.model_validate(values | changed)

    def attempt(self, number: str, use_no: int = 1) -> str:
        return seeded.Random(f"{self.device}{number}{use_no}").randbytes(16).hex()

    def epoch(self) -> str:
        return self.changes(0, "").epoch

    def changes(self, after: int, epoch: str, wait: int = 0) -> ChangesAnswer:
        answer = self.call("GET", f"/v1/relay/changes?after={after}&epoch={epoch}&wait={wait}")
        return ChangesAnswer.model_validate_json(self.believed(answer))

    def push(self, epoch: str, first: int = 1, last: int | None = None) -> httpx.Response:
        return self.call("POST", f"/v1/sync/push?epoch={epoch}", self.journal.batch(self.key, first, last))

    def catch_up(self) -> str:
        """Send all, and say so; answers the arbiter's epoch."""
        epoch = self.epoch()
        if self.journal.seq:
            self.believed(self.push(epoch))
        body = CaughtUpRequest(epoch=epoch, journal_epoch=self.journal.epoch.hex, seq=self.journal.seq)
        self.believed(self.call("POST", "/v1/relay/caught-up", body))
        return epoch

    def begin(self) -> None:
        self.journal.open()
        self.journal.start()
