"""Calls to the centre (or a relay that serves the same contract): one try each, with a time budget by size.

Every failure is one of three: `LineDown` (nobody answered: try later), `Refused` (an answer that says no, and what to
do), `PeerError` (an answer that is not in the contract). Retrying is the engine's business.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from functools import partial
from time import time as wall_time
from typing import TypeVar
from urllib.parse import urlencode

import httpx
from pydantic import BaseModel, ValidationError

from sync.line.faults import LineDown as LineDown
from sync.line.faults import Refused as Refused
from sync.line.http_signatures import sign_request
from sync.wire.digest import DigestAnswer, DigestDiffers
from sync.wire.enrolment import RenewAnswer, RenewRequest
from sync.wire.pull import PullAnswer
from sync.wire.push import PushAnswer, PushBatch
from sync.wire.relay_up import ForwardAnswer, ForwardRequest
from sync.wire.snapshot import KIND_OF_FILE, SnapshotAnswer
from sync.wire.time import HealthAnswer, TimeAnswer, TimeRequest
from sync.wire.types import OLDEST_PROTOCOL, PROTOCOL, ErrorAnswer
from tickets.device_certificate import rotation_message
from tickets.errors import PeerError
from tickets.keys import SigningKey

A = TypeVar("A", bound=BaseModel)
T = TypeVar("T")

_CONNECT_S = 5.0
_SILENCE_S = 10.0
_BYTES_PER_S = 8_000
"""The slowest line that a station is expected to have (64 kbit/s)."""


class CentreClient:
    """One device's calls to the centre at `url`, signed with the device's own key."""

    def __init__(
        self,
        url: str,
        device: str,
        key: SigningKey,
        http: httpx.Client,
        now: Callable[[], float] = wall_time,
        nonce: Callable[[], bytes] = lambda: secrets.token_bytes(32),
        time_http: httpx.Client | None = None,
        protocols: tuple[int, int] = (OLDEST_PROTOCOL, PROTOCOL),
    ) -> None:
        """`http` brings the connection and its TLS settings; `now` (seconds since 1970) dates the signatures.

        With `time_http` the time is asked for on another line: on one where no certificate's dates are judged, so that
        a time that turns out wrong can still be put right. Of the `protocols`, oldest and newest, the newest is spoken
        that the centre serves too.
        """
        self._url = url.rstrip("/")
        self._device = device
        self._key = key
        self._http = http
        self._time_http = time_http or http
        self._now = now
        self._nonce = nonce
        self._protocols = protocols
        self._speaks = protocols[1]

    def dated_by(self, now: Callable[[], float]) -> "CentreClient":
        """The same client with another clock: the centre refuses signatures that are five minutes off."""
        line = (self._http, now, self._nonce, self._time_http, self._protocols)
        return CentreClient(self._url, self._device, self._key, *line)

    @property
    def key(self) -> SigningKey:
        """The device's key: it signs requests and the heads of its journals."""
        return self._key

    def push(self, batch: PushBatch) -> PushAnswer:
        """Send consecutive events of a journal. Safe to repeat for ever."""
        return self._agreed(lambda: self._push(batch.model_copy(update={"protocol": self._speaks})))

    def _push(self, batch: PushBatch) -> PushAnswer:
        return self._called("POST", "/v1/sync/push", batch, PushAnswer, signed=True)

    def pull(self, cursor: str, limit: int, wait: int = 0) -> PullAnswer:
        """Ask for the next page of changes; an empty cursor asks from the beginning.

        While there are none, the centre may leave the question open for `wait` seconds.
        """
        asked: dict[str, str | int] = {"cursor": cursor, "limit": limit}
        query = urlencode(asked | {"wait": wait} if wait else asked)
        return self._call("GET", f"/v1/sync/pull?{query}", None, PullAnswer, signed=True, patience=wait)

    def forward(self, request: ForwardRequest) -> ForwardAnswer:
        """Hand on what other devices of the station have signed, as its relay. Safe to repeat for ever."""
        return self._agreed(lambda: self._forward(request))

    def _forward(self, request: ForwardRequest) -> ForwardAnswer:
        spoken = {"protocol": self._speaks}
        brought = tuple(
            each.model_copy(update={"batch": each.batch.model_copy(update=spoken)}) for each in request.batches
        )
        asked = request.model_copy(update={"batches": brought})
        return self._called("POST", "/v1/sync/forward", asked, ForwardAnswer, signed=True)

    def digest(self, service_date: str, trip: str, epoch: str | None) -> DigestAnswer:
        """Ask what the centre counts of a departure, and of what this device has reported in one journal epoch."""
        asked = {"service_date": service_date, "trip": trip}
        query = urlencode(asked if epoch is None else asked | {"epoch": epoch})
        return self._call("GET", f"/v1/sync/digest?{query}", None, DigestAnswer, signed=True)

    def digest_differs(self, told: DigestDiffers) -> DigestAnswer:
        """Tell the centre that another number was counted here, again and again."""
        return self._call("POST", "/v1/sync/digest", told, DigestAnswer, signed=True)

    def snapshot(self) -> SnapshotAnswer:
        """Ask for the newest snapshot of the station; it is not checked here."""
        return self._call("GET", "/v1/sync/snapshot", None, SnapshotAnswer, signed=True)

    def snapshot_part(self, name: str, first: int, last: int, etag: str) -> bytes:
        """Ask for bytes `first` to `last`, both included, of a snapshot's file, as long as that has this tag.

        Answers fewer when the line is cut in the middle: what has come is not asked for again. Refused with 412 when
        the file is another one by now.
        """
        return self._agreed(lambda: self._part(f"/v1/sync/snapshot/{name}", first, last, etag))

    def _part(self, target: str, first: int, last: int, etag: str) -> bytes:
        headers = self._spoken({"accept": KIND_OF_FILE, "accept-encoding": "identity"})
        headers |= {"range": f"bytes={first}-{last}", "if-range": f'"{etag}"'}
        headers |= self._signature("GET", b"", httpx.URL(self._url + target).raw_path.decode("ascii"))
        try:
            with self._http.stream("GET", self._url + target, headers=headers, timeout=timeout_for(0)) as response:
                if response.status_code == httpx.codes.OK:  # all of it, from the beginning: If-Range did not hold
                    raise Refused(412, "The snapshot is another one by now", "It is begun again by itself.")
                if response.status_code != httpx.codes.PARTIAL_CONTENT:
                    response.read()
                    raise refusal(response)
                part = _as_far_as_it_comes(response)
        except httpx.TransportError as error:
            raise _line_down(error) from error
        if not 0 < len(part) <= last + 1 - first:
            raise PeerError("The centre sent another part than was asked for", "It is tried again later; report it.")
        return part

    def time(self, nonce: bytes) -> bytes:
        """Ask for signed time over `nonce`; the token is not checked here."""
        return self._agreed(lambda: self._time(nonce))

    def _time(self, nonce: bytes) -> bytes:
        content = TimeRequest(nonce=nonce).model_dump_json().encode("utf-8")
        headers = {"accept": "application/json", "content-type": "application/json"}
        url = f"{self._url}/v1/time"
        return exchange(self._time_http, "POST", url, content, self._spoken(headers), TimeAnswer).token

    def renew(self, new_key: SigningKey | None = None) -> bytes:
        """Ask for a new certificate of this device, and with `new_key` to change its key for that one."""
        asked = RenewRequest()
        if new_key is not None:
            proof = new_key.sign(rotation_message(self._device, self._key.public, new_key.public))
            asked = RenewRequest(new_key=new_key.public.raw, new_proof=proof)
        return self._call("POST", "/v1/device/renew", asked, RenewAnswer, signed=True).certificate

    def health(self) -> HealthAnswer:
        """Ask whether the centre is there."""
        return self._call("GET", "/v1/health", None, HealthAnswer, signed=False)

    def _call(
        self, method: str, target: str, body: BaseModel | None, answer: type[A], *, signed: bool, patience: float = 0.0
    ) -> A:
        return self._agreed(lambda: self._called(method, target, body, answer, signed=signed, patience=patience))

    def _agreed(self, call: Callable[[], T]) -> T:
        """Make a call; when the centre serves another protocol that is spoken here, make it again in that one."""
        try:
            return call()
        except Refused as no:
            oldest, newest = no.protocols or (0, 0)
            common = min(newest, self._protocols[1])
            if common == self._speaks or common < max(oldest, self._protocols[0]):
                raise
            self._speaks = common
            return call()

    def _called(
        self, method: str, target: str, body: BaseModel | None, answer: type[A], *, signed: bool, patience: float = 0.0
    ) -> A:
        content = b"" if body is None else body.model_dump_json().encode("utf-8")
        headers = {"accept": "application/json"}
        if content:
            headers["content-type"] = "application/json"
        sign = partial(self._signature, method, content) if signed else _unsigned
        return exchange(self._http, method, self._url + target, content, self._spoken(headers), answer, patience, sign)

    def _spoken(self, headers: dict[str, str]) -> dict[str, str]:
        """These headers, and the protocol that is spoken."""
        return headers | {"sync-protocol": str(self._speaks)}

    def _signature(self, method: str, content: bytes, sent: str) -> dict[str, str]:
        """The headers that sign a request for `sent`, its path and query as they go on the wire."""
        return sign_request(method, sent, {}, content, self._key, self._device, int(self._now()), self._nonce().hex())


def _unsigned(_sent: str) -> dict[str, str]:
    return {}


def exchange(
    http: httpx.Client,
    method: str,
    url: str,
    content: bytes,
    headers: Mapping[str, str],
    answer: type[A],
    patience: float = 0.0,
    sign: Callable[[str], Mapping[str, str]] = _unsigned,
) -> A:
    """Send one request and read its answer: the model, or LineDown, Refused or PeerError.

    `patience` is how many seconds longer than usual the answer may take. `sign` answers more headers for the path and
    query as they go on the wire.
    """
    timeout = timeout_for(len(content), patience)
    request = http.build_request(method, url, content=content, headers=dict(headers), timeout=timeout)
    request.headers.update(sign(request.url.raw_path.decode("ascii")))
    try:
        response = http.send(request)
    except httpx.TransportError as error:
        raise _line_down(error) from error
    if response.status_code != httpx.codes.OK:
        raise refusal(response)
    try:
        return answer.model_validate_json(response.content)
    except ValidationError as error:
        raise PeerError(
            f"The centre's answer to {method} {httpx.URL(url).path} is not in the contract",
            "Check that the centre's version and this one fit together.",
        ) from error


def _as_far_as_it_comes(response: httpx.Response) -> bytes:
    """What comes of a body before it ends or the line does; a line that brings nothing raises what it raises."""
    part = bytearray()
    try:
        for some in response.iter_bytes():
            part += some
    except httpx.TransportError:
        if not part:
            raise
    return bytes(part)


def _line_down(error: httpx.TransportError) -> LineDown:
    return LineDown(
        f"The centre does not answer ({type(error).__name__})",
        "Nothing to do: work goes on from the local store, and this is tried again by itself.",
    )


def timeout_for(sent: int, patience: float = 0.0) -> httpx.Timeout:
    """How long to wait in silence, by the bytes that it sends: the slowest line still gets a batch through.

    The body may lie in buffers on the way while we already wait for the answer, so the reading budget pays for it.
    """
    upload = sent / _BYTES_PER_S
    return httpx.Timeout(connect=_CONNECT_S, read=_SILENCE_S + upload + patience, write=_SILENCE_S, pool=_CONNECT_S)


def refusal(response: httpx.Response) -> Refused | PeerError:
    """What an answer with another status than 200 amounts to, to be raised."""
    try:
        said = ErrorAnswer.model_validate(json.loads(response.content))
    except (ValueError, ValidationError):
        if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:  # a proxy's own page, for instance
            said = ErrorAnswer(what="The centre has a problem of its own", hint="It is tried again by itself.")
        else:
            return PeerError(
                f"Something that is not the centre answered (status {response.status_code})",
                "Check the centre's address in the configuration, and whether a proxy is in between.",
            )
    return Refused(
        response.status_code,
        said.what,
        said.hint,
        expected_seq=said.expected_seq,
        protocols=said.protocols,
        revoked=said.revoked is True,
        retry_after=_seconds(response.headers.get("retry-after", "")),
    )


def _seconds(text: str) -> float:
    return min(float(text), 300.0) if text.isascii() and text.isdigit() else 0.0
