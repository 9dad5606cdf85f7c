"""Calls of sync to the station's relay: one try each. Whatever is not signed by the relay itself is not an answer.

A gate's question to the arbiter goes its own, quicker way (`sync.arbiter`). Retrying is `sync.lan`'s business.
"""

import secrets
import socket
from collections.abc import Callable
from time import time as wall_time
from typing import TypeVar
from urllib.parse import urlencode

import httpx
from pydantic import BaseModel

from sync.client import LineDown
from sync.relay_answers import believed, signed_request
from sync.relay_wire import (
    CaughtUpAnswer,
    CaughtUpRequest,
    ChangesAnswer,
    FactAnswer,
    FactRequest,
    StatusAnswer,
)
from sync.wire import PushAnswer, PushBatch
from tickets.keys import PublicKey, SigningKey

A = TypeVar("A", bound=BaseModel)

_CONNECT_S = 2.0
_SILENCE_S = 5.0
_KEEPALIVE = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 2),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 2),
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
)
"""A relay whose machine lost its power is noticed within 4 s, also while a question for changes is left open."""


def lan_http() -> httpx.Client:
    """A client for the station's LAN: no proxy, and a dead peer is noticed soon."""
    return httpx.Client(transport=httpx.HTTPTransport(socket_options=_KEEPALIVE), trust_env=False)


class RelayClient:
    """One device's calls to the relay at `url`, signed with the device's own key."""

    def __init__(
        self,
        url: str,
        device: str,
        key: SigningKey,
        http: httpx.Client,
        relay_keys: Callable[[], tuple[PublicKey, ...]],
        now: Callable[[], float] = wall_time,
        nonce: Callable[[], bytes] = lambda: secrets.token_bytes(32),
    ) -> None:
        """`relay_keys` answers whom to believe; `now` (seconds since 1970) dates the signatures."""
        self._url = url.rstrip("/")
        self._device = device
        self._key = key
        self._http = http
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
        """Hand over a signed act of staff. Safe to repeat; Refused when the relay does not believe it."""
        return self._call("POST", "/v1/relay/facts", FactRequest(fact=fact), FactAnswer)

    def status(self) -> StatusAnswer:
        """Ask how the relay stands."""
        return self._call("GET", "/v1/relay/status", None, StatusAnswer)

    def _call(self, method: str, target: str, body: BaseModel | None, answer: type[A], wait: float = 0.0) -> A:
        content = b"" if body is None else body.model_dump_json().encode("utf-8")
        headers = signed_request(
            method, target, content, key=self._key, device=self._device, at=self._now(), nonce=self._nonce()
        )
        timeout = httpx.Timeout(connect=_CONNECT_S, read=_SILENCE_S + wait, write=_SILENCE_S, pool=_CONNECT_S)
        try:
            response = self._http.request(method, self._url + target, content=content, headers=headers, timeout=timeout)
        except httpx.TransportError as error:
            raise LineDown(
                f"The relay does not answer ({type(error).__name__})",
                "Check the relay and the network in between. Work goes on, each gate by its own history.",
            ) from error
        keys = self._relay_keys()
        return believed(
            response.status_code, response.headers, response.content, asked=headers, keys=keys, answer=answer
        )
