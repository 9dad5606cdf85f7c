"""A centre in memory behind httpx's mock transport: enough of the contract for the engine, and it can misbehave."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx

from sync.encoding import to_text
from sync.line.http_signatures import BadSignature, verify_request
from sync.wire.pull import PullAnswer, Record
from sync.wire.push import PushAnswer, PushBatch, PushResult
from sync.wire.time import TimeAnswer, TimeRequest
from tickets.events import GENESIS, chain, head_message, receipt_message
from tickets.keys import SigningKey
from tickets.time_token import sign_time
from tickets.trust import KeyUse, TrustedKey, TrustList, sign_trust_list

START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ROOT, TIME, RECEIPT, DEVICE = (SigningKey.from_raw(bytes([n]) * 32) for n in (1, 2, 3, 4))
Trouble = Callable[[httpx.Request], httpx.Response | None]


def trust_list(version: int = 1, receipt: SigningKey = RECEIPT, root: SigningKey = ROOT) -> bytes:
    keys = tuple(
        TrustedKey(use=use, key=key.public, not_before=START, not_after=START + timedelta(days=90))
        for use, key in ((KeyUse.TIME, TIME), (KeyUse.RECEIPT, receipt))
    )
    listed = TrustList(version=version, issued=START, expires=START + timedelta(days=90), keys=keys)
    return sign_trust_list(listed, root)


def refusal(status: int, **more: object) -> httpx.Response:
    return httpx.Response(status, json={"what": "no", "hint": "do something", **more})


class FakeCentre:
    """Keeps journals and records in lists. `before` may answer or fail instead; `after` may lose the true answer."""

    def __init__(self) -> None:
        self.now_ms = int(START.timestamp() * 1000)
        self.events: dict[str, list[bytes]] = {}
        self.records: list[Record] = []
        self.generation = 1
        self.before: Trouble = lambda _: None
        self.after: Trouble = lambda _: None
        self.receipt_key = RECEIPT
        self.poisoned: set[int] = set()
        self.calls: list[str] = []
        self.statuses: list[int] = []
        self.checks_time = True

    def http(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self.answer))

    def put(self, *records: Record) -> None:
        """Let terminals have these, each with the next change number."""
        for record in records:
            self.records.append(record.model_copy(update={"change": len(self.records) + 1}))

    def start_afresh(self) -> None:
        """A new database: old cursors mean nothing any more."""
        self.generation += 1

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(request.url.path)
        if (instead := self.before(request)) is not None:
            return instead
        try:
            response = self._answer(request)
        except BadSignature:
            response = refusal(401)
        self.statuses.append(response.status_code)
        instead = self.after(request)
        return response if instead is None else instead

    def _answer(self, request: httpx.Request) -> httpx.Response:
        match request.url.path:
            case "/v1/time":
                asked = TimeRequest.model_validate_json(request.content)
                return _ok(TimeAnswer(token=sign_time(self.now_ms, asked.nonce, TIME)))
            case "/v1/sync/push":
                self._check(request)
                return self._push(PushBatch.model_validate_json(request.content))
            case "/v1/sync/pull":
                self._check(request)
                return self._pull(request.url.params["cursor"], int(request.url.params["limit"]))
            case path:
                raise AssertionError(path)

    def _check(self, request: httpx.Request) -> None:
        now = self.now_ms // 1000 if self.checks_time else None
        by = verify_request(
            request.method,
            request.url.raw_path.decode("ascii"),
            dict(request.headers),
            request.content,
            {"kiosk-1": DEVICE.public}.get,
            now,
        )
        assert by.keyid == "kiosk-1"

    def _push(self, batch: PushBatch) -> httpx.Response:
        kept = self.events.setdefault(batch.epoch, [])
        epoch = UUID(batch.epoch)
        assert DEVICE.public.verify(batch.head.signature, head_message(epoch, batch.head.seq, batch.head.hash))
        if batch.first_seq > len(kept) + 1:
            return refusal(409, expected_seq=len(kept) + 1)
        if batch.previous != self.hash(batch.epoch, batch.first_seq - 1):
            return refusal(409)
        for seq, data in enumerate(batch.events, batch.first_seq):
            if seq > len(kept):
                kept.append(data)
            elif kept[seq - 1] != data:
                return refusal(409)
        assert self.hash(batch.epoch, batch.head.seq) == batch.head.hash
        results = tuple(
            PushResult(seq=seq, result="poisoned" if seq in self.poisoned else "kept", why=None)
            for seq in range(batch.first_seq, batch.first_seq + len(batch.events))
        )
        message = receipt_message(epoch, len(kept), self.hash(batch.epoch, len(kept)))
        return _ok(PushAnswer(results=results, kept_through=len(kept), receipt=self.receipt_key.sign(message)))

    def hash(self, epoch: str, seq: int) -> bytes:
        last = GENESIS
        for data in self.events.get(epoch, [])[:seq]:
            last = chain(last, data)
        return last

    def _pull(self, cursor: str, limit: int) -> httpx.Response:
        generation, _, since = cursor.partition("/") if cursor else (str(self.generation), "", "0")
        if int(generation) != self.generation:
            return refusal(410)
        found = [record for record in self.records if record.change > int(since)]
        page = found[:limit]
        last = page[-1].change if page else int(since)
        return _ok(PullAnswer(records=tuple(page), cursor=f"{self.generation}/{last}", more=len(found) > limit))


def trust_record(data: bytes) -> Record:
    return Record(kind="trust", key="", body={"list": to_text(data)}, change=0)


def _ok(model: PushAnswer | PullAnswer | TimeAnswer) -> httpx.Response:
    return httpx.Response(200, content=json.dumps(json.loads(model.model_dump_json())))
