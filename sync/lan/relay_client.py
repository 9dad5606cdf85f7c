"""Calls of sync to the station's relay: one try each. Whatever is not signed by the relay itself is not an answer.

A gate's question to the arbiter goes its own, quicker way (`sync.lan.arbiter`). Retrying is `sync.lan.lan`'s business.
"""

import secrets
import time
from collections.abc import Callable
from time import time as wall_time
from typing import TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel

from sync.lan.relay_answers import believed, signed_request
from sync.line.deadline_http import DeadlineConnection, NoAnswer
from sync.line.faults import LineDown
from sync.wire.push import PushAnswer, PushBatch
from sync.wire.relay import (
    CaughtUpAnswer,
    CaughtUpRequest,
    ChangesAnswer,
    FactAnswer,
    FactRequest,
    KeptAnswer,
    StatusAnswer,
)
from tickets.keys import PublicKey, SigningKey

A = TypeVar("A", bound=BaseModel)

_HINT = "Check the relay and the network in between. Work goes on, each gate by its own history."
_PATIENCE_S = 5.0
_BYTES_PER_S = 100_000
"""The slowest network inside a station."""


class RelayClient:
    """One device's calls to the relay at `url` (http://HOST:PORT), signed with the device's own key, on one connection.

    Belongs to one thread; only `cut` may be called by another.
    """

    def __init__(
        self,
        url: str,
        device: str,
        key: SigningKey,
        relay_keys: Callable[[], tuple[PublicKey, ...]],
        now: Callable[[], float] = wall_time,
        nonce: Callable[[], bytes] = lambda: secrets.token_bytes(32),
    ) -> None:
        """`relay_keys` answers whom to believe; `now` (seconds since 1970) dates the signatures."""
        self._connection = DeadlineConnection.to(url)
        self._device = device
        self._key = key
        self._relay_keys = relay_keys
        self._now = now
        self._nonce = nonce

    @property
    def key(self) -> SigningKey:
        """The device's key: it signs requests and the heads of its journals."""
        return self._key

    @property
    def relay_keys(self) -> tuple[PublicKey, ...]:
        """Whose receipts are believed."""
        return self._relay_keys()

    def cut(self) -> None:
        """Break off whatever is asked, for good; the asker gets LineDown at once."""
        self._connection.cut()

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        self._connection.close()

    def push(self, batch: PushBatch, epoch: str) -> PushAnswer:
        """Send consecutive events of a journal to the arbiter of `epoch`; Refused with 412 when it has another."""
        return self._call("POST", f"/v1/sync/push?{urlencode({'epoch': epoch})}", batch, PushAnswer)

    def caught_up(self, request: CaughtUpRequest) -> CaughtUpAnswer:
        """Say that the relay holds all of a journal."""
        return self._call("POST", "/v1/relay/caught-up", request, CaughtUpAnswer)

    def changes(self, after: int, epoch: str, wait: int) -> ChangesAnswer:
        """Ask what was learnt after a position; answered at the latest after `wait` seconds. "": no epoch known."""
        query = urlencode({"after": after, "epoch": epoch, "wait": wait})
        return self._call("GET", f"/v1/relay/changes?{query}", None, ChangesAnswer, wait)

    def fact(self, fact: bytes) -> FactAnswer:
        """Hand over a signed staff fact. Safe to repeat; Refused when the relay does not believe it."""
        return self._call("POST", "/v1/relay/facts", FactRequest(fact=fact), FactAnswer)

    def kept(self, journal: str) -> KeptAnswer:
        """Ask how far the centre keeps the journal of this epoch (32 hex digits); its receipt is not checked here."""
        return self._call("GET", f"/v1/relay/kept?{urlencode({'journal': journal})}", None, KeptAnswer)

    def status(self) -> StatusAnswer:
        """Ask how the relay stands."""
        return self._call("GET", "/v1/relay/status", None, StatusAnswer)

    def _call(self, method: str, target: str, body: BaseModel | None, answer: type[A], wait: float = 0.0) -> A:
        content = b"" if body is None else body.model_dump_json().encode("utf-8")
        headers = signed_request(
            method, target, content, key=self._key, device=self._device, at=self._now(), nonce=self._nonce()
        )
        deadline = time.monotonic() + _PATIENCE_S + wait + len(content) / _BYTES_PER_S
        try:
            got = self._connection.exchange(method, target, headers, content, deadline)
        except NoAnswer as silence:
            raise LineDown(silence.what, _HINT) from silence
        keys = self._relay_keys()
        return believed(got.status, got.headers, got.body, asked=headers, keys=keys, answer=answer)
