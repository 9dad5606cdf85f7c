"""A relay in memory behind a real socket: enough of its contract for terminals, and it can misbehave."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from pydantic import BaseModel

from sync.line.http_signatures import BadSignature, verify_request
from sync.wire.push import PushAnswer, PushBatch, PushResult
from sync.wire.records import UseBody
from sync.wire.relay import (
    ANSWER_SIGNATURE,
    CaughtUpAnswer,
    CaughtUpRequest,
    ChangesAnswer,
    ClaimAnswer,
    ClaimRequest,
    FactAnswer,
    FactRequest,
    KeptAnswer,
    sign_answer,
)
from tickets.events import chain, from_bytes, receipt_message
from tickets.keys import PublicKey, SigningKey

RELAY = SigningKey.from_raw(bytes([20]) * 32)


class No(Exception):
    """A refusal with its status."""

    def __init__(self, status: int, **more: object) -> None:
        super().__init__(str(status))
        self.status = status
        self.more = more


class FakeRelay:
    """Grants each (ticket, use_no) once, holds journals and facts, and tells of all that changed."""

    def __init__(self, devices: dict[str, PublicKey], epoch: str = "e1" * 16) -> None:
        self.devices = devices
        self.key = RELAY
        self.calls: list[str] = []
        self.before: Callable[[str, bytes], None] = lambda _path, _body: None
        self.refuses_facts = False
        self.kept: dict[str, KeptAnswer] = {}
        self._changed = threading.Condition()
        self.empty(epoch)

    def empty(self, epoch: str) -> None:
        """A new disk: another epoch, nothing known."""
        with self._changed:
            self.epoch = epoch
            self.arbitrating = True
            self.granted: dict[tuple[str, int], str] = {}
            self.changes: list[UseBody | bytes] = []
            self.journals: dict[str, tuple[int, list[bytes], bytes]] = {}
            self.caught_up: list[CaughtUpRequest] = []
            self._changed.notify_all()

    def tell(self, *changes: UseBody | bytes) -> None:
        """Spread uses and facts as if they had come from another terminal."""
        with self._changed:
            self.changes += changes
            self._changed.notify_all()

    @property
    def uses(self) -> list[UseBody]:
        """The uses told so far."""
        return [change for change in self.changes if isinstance(change, UseBody)]

    @property
    def facts(self) -> list[bytes]:
        """The facts taken so far."""
        return [change for change in self.changes if isinstance(change, bytes)]

    def claim(self, device: str, asked: ClaimRequest) -> ClaimAnswer:
        if not self.arbitrating:
            return ClaimAnswer(epoch=self.epoch, answer="not_arbitrating")
        with self._changed:
            owner = self.granted.setdefault((asked.number, asked.use_no), asked.attempt)
            if owner != asked.attempt:
                known = tuple(use for use in self.uses if use.number == asked.number)
                return ClaimAnswer(epoch=self.epoch, answer="taken", uses=known)
        if not any(use.attempt == asked.attempt for use in self.uses):
            said = asked.model_dump(include=set(UseBody.model_fields))
            self.tell(UseBody(device=device, end=None, **said))
        return ClaimAnswer(epoch=self.epoch, answer="granted")

    def push(self, device: str, batch: PushBatch, epoch: str) -> PushAnswer:
        if epoch != self.epoch:
            raise No(412)
        first, held, _ = self.journals.setdefault(batch.epoch, (batch.first_seq, [], batch.previous))
        after = first + len(held) - 1
        if not first <= batch.first_seq <= after + 1:
            raise No(409, expected_seq=after + 1)
        for seq, data in enumerate(batch.events, batch.first_seq):
            if seq > after:
                held.append(data)
                self._project(device, data)
        last = first + len(held) - 1
        digest = self.journals[batch.epoch][2]
        for data in held:
            digest = chain(digest, data)
        results = tuple(PushResult(seq=batch.first_seq + n, result="held") for n in range(len(batch.events)))
        receipt = self.key.sign(receipt_message(UUID(batch.epoch), last, digest))
        return PushAnswer(results=results, kept_through=last, receipt=receipt)

    def _project(self, device: str, data: bytes) -> None:
        event = from_bytes(data)
        body: dict[str, Any] = dict(event.body)
        if event.kind == "use.claimed":
            use = UseBody.model_validate(
                {**body, "attempt": body["attempt"].hex(), "device": device, "at": event.at_ms, "end": None}
            )
            self.tell(use)
        elif event.kind in ("use.passed", "use.released", "use.unresolved"):
            attempt = body["attempt"].hex()
            use = next(use for use in self.uses if use.attempt == attempt)
            self.tell(use.model_copy(update={"end": event.kind.removeprefix("use.")}))

    def told(self, after: int, epoch: str, wait: float) -> ChangesAnswer:
        with self._changed:
            known = epoch == self.epoch
            if known:
                self._changed.wait_for(lambda: len(self.changes) > after or epoch != self.epoch, wait)
            start = after if epoch == self.epoch else 0
            page = self.changes[start : start + 50]
            return ChangesAnswer(
                epoch=self.epoch,
                position=start + len(page),
                uses=tuple(each for each in page if isinstance(each, UseBody)),
                facts=tuple(each for each in page if isinstance(each, bytes)),
                more=start + len(page) < len(self.changes),
            )

    def fact(self, asked: FactRequest) -> FactAnswer:
        if self.refuses_facts:
            raise No(403)
        if asked.fact not in self.facts:
            self.tell(asked.fact)
        return FactAnswer(position=self.changes.index(asked.fact) + 1)

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> BaseModel:
        url = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
        self.calls.append(url.path)
        self.before(url.path, body)
        device = verify_request(method, target, headers, body, self.devices.get, None).keyid
        match url.path:
            case "/v1/relay/claim":
                return self.claim(device, ClaimRequest.model_validate_json(body))
            case "/v1/sync/push":
                return self.push(device, PushBatch.model_validate_json(body), query["epoch"])
            case "/v1/relay/caught-up":
                said = CaughtUpRequest.model_validate_json(body)
                self.caught_up.append(said)
                return CaughtUpAnswer(epoch=self.epoch, arbitrating=self.arbitrating)
            case "/v1/relay/changes":
                return self.told(int(query["after"]), query["epoch"], min(float(query["wait"]), 1.0))
            case "/v1/relay/facts":
                return self.fact(FactRequest.model_validate_json(body))
            case "/v1/relay/kept":
                return self.kept.get(query["journal"], KeptAnswer(kept_through=0))
            case path:
                raise AssertionError(path)

    @contextmanager
    def serving(self, port: int = 0) -> Iterator[str]:
        """Serve until the end of the block; answers the URL. Connections die with it."""
        relay = self
        opened = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                super().setup()
                opened.append(self.connection)

            def do_GET(self) -> None:
                self.do_POST()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                status, headers = 200, {}
                try:
                    content = relay.answer(self.command, self.path, dict(self.headers), body).model_dump_json().encode()
                    headers[ANSWER_SIGNATURE] = sign_answer(self.headers["Signature"], content, relay.key)
                except No as no:
                    status, content = no.status, json.dumps({"what": "no", "hint": "do", **no.more}).encode()
                except BadSignature as bad:
                    status, content = 401, json.dumps({"what": bad.what, "hint": "enrol"}).encode()
                self.wfile.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(content)}\r\n".encode())
                self.wfile.write("".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode())
                self.wfile.write(b"\r\n" + content)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                pass  # connections that the test or a time-out has cut

        server = Server(("127.0.0.1", port), Handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            server.server_close()
            for connection in opened:
                try:
                    connection.shutdown(2)
                except OSError:
                    continue
            thread.join()
