"""The relay over HTTP: the calls of `sync.wire.relay`, on one event loop that nothing may hold up.

A request is believed by its device's signature before its body is parsed. Its date is not judged: a station whose
clocks have lost their time still arbitrates, and a request said again changes nothing. Whoever waits for changes waits
on the loop, not in a thread; all writing is the desk's.
"""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from sync.server.relay.arbiter import Claim
from sync.server.relay.desk import Desk
from sync.server.relay.facts import AnotherOfThisId, keep_fact
from sync.server.relay.feed import changes_after
from sync.server.relay.forks import keep_fork
from sync.server.relay.handed_on import HandedOnView
from sync.server.relay.journals import AT_ONCE, Forked, Gap, Held, NotYours, Slice, Taken, take_in
from sync.server.relay.ledger import Ledger
from sync.server.relay.pruning import drop_acts, drop_kept, prune
from sync.server.relay.status import relay_status
from sync.server.relay.steps import notice_put_back, review, say_caught_up, waiting_for
from sync.server.relay.view import StationView, Terminal
from sync.server.requests import (
    MAX_BODY_BYTES,
    Refused,
    add_error_answers,
    check_signature,
    json_answer,
    parse_body,
    read_body,
    takes,
)
from sync.wire.push import PushAnswer, PushBatch, PushResult
from sync.wire.relay import (
    ANSWER_SIGNATURE,
    MAX_WAIT_S,
    OTHER_EPOCH,
    CaughtUpAnswer,
    CaughtUpRequest,
    ChangesAnswer,
    ClaimAnswer,
    ClaimRequest,
    FactAnswer,
    FactRequest,
    KeptAnswer,
    StatusAnswer,
    sign_answer,
)
from sync.wire.time import HealthAnswer
from sync.wire.types import OLDEST_PROTOCOL, PROTOCOL, ErrorAnswer
from tickets.admission import TrustedNow
from tickets.events import chain, head_message, receipt_message
from tickets.keys import AnyOf, SigningKey
from tickets.staff import BadFact, open_fact

MAX_QUESTION_BYTES: Final = 16 * 1024
"""The largest body of anything but a push."""
QUESTION_SECONDS: Final = 5.0
PUSH_SECONDS: Final = 60.0
"""How long a request's body may take to arrive."""
REVIEW_SECONDS: Final = 1.0
"""How often it is looked whether the arbiter may begin: the centre may have told of a gate that is in use no more."""
DIARY_AGAIN_SECONDS: Final = 5.0
PRUNE_SECONDS: Final = 3600.0
"""How often uses and acts of days long over are looked for, and between two slices of them a moment for others."""
_A_MOMENT: Final = 0.2
_LONGEST_REST_S: Final = 0.1

_log = logging.getLogger("waystation.relay")
_ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": ErrorAnswer} for status in (400, 401, 403, 408, 409, 412, 413, 422, 500)
}
_CALLS: Final = APIRouter()
"""Made once for all applications of a process, which would each be slow to make."""
_HINT: Final = "sign with the key that this device was enrolled with; the relay knows devices as its own sync does"


class Bell:
    """Wakes everybody who waits for something new, from any thread."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def listen(self) -> asyncio.Event:
        """What is set when it rings next."""
        return self._event

    def ring(self) -> None:
        """Wake whoever listens now; on the event loop only."""
        self._event.set()
        self._event = asyncio.Event()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the application is made of. `write_diary` writes down for the centre what is new; True while there is more.

    `reader` opens a connection that only reads; it and `handed_on` are asked on one thread of their own. The desk is
    open already; the application closes it.
    """

    station: int
    key: SigningKey
    view: StationView
    desk: Desk
    reader: Callable[[], sqlite3.Connection]
    write_diary: Callable[[Ledger], bool]
    handed_on: HandedOnView


class _Said:
    """A request whose signature holds."""

    def __init__(self, terminal: Terminal, body: bytes, signature: str) -> None:
        self.terminal = terminal
        self.body = body
        self.signature = signature


class Relay:
    """The calls, each as a coroutine; `create_app` gives them their addresses."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._view = parts.view
        self._bell = Bell()
        self._ending = False
        self._pushing = asyncio.Lock()
        self._rest_until = 0.0
        self._arbitrating = False
        self._epoch = ""
        self._diary_due = asyncio.Event()
        self._diary_due.set()
        self._loop = asyncio.get_running_loop()
        self._desk = parts.desk
        self._desk.on_change(self._ring)
        self._reading = ThreadPoolExecutor(1, "reader")
        self._reader: sqlite3.Connection | None = None
        self._tasks = [asyncio.create_task(self._review()), asyncio.create_task(self._keep_diary())]
        self._tasks.append(asyncio.create_task(self._prune()))

    def _ring(self) -> None:
        self._loop.call_soon_threadsafe(self._bell.ring)

    def end(self) -> None:
        """Answer at once whoever waits for changes, from now on: the process is about to stop."""
        self._ending = True
        self._bell.ring()

    async def close(self) -> None:
        """Finish what is under way and close the files."""
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await asyncio.to_thread(self._desk.close)
        if self._reader is not None:
            self._reading.submit(self._reader.close)
        self._reading.submit(self._parts.handed_on.close)
        self._reading.shutdown()

    # ------------------------------------------------------------------ who asks

    async def said(self, request: Request, most: int, seconds: float, *, retired: bool = False) -> _Said:
        """The request as a device of this station signed it. Refused for one that is revoked, or retired and asking."""
        body = await read_body(request, most, seconds)
        terminals = self._view.terminals()

        def key_for(keyid: str) -> AnyOf | None:
            known = terminals.get(keyid)
            return None if known is None or known.state == "revoked" else known.keys()

        terminal = terminals[check_signature(request, body, key_for, None, _HINT)]
        if terminal.state != "active" and not retired:
            raise Refused(403, "this device is no longer in use", "enrol it anew")
        return _Said(terminal, body, request.headers["signature"])

    def signed(self, said: _Said, answer: BaseModel) -> Response:
        """The answer, signed for the request that it answers."""
        content = answer.model_dump_json().encode("utf-8")
        headers = {ANSWER_SIGNATURE: sign_answer(said.signature, content, self._parts.key)}
        if self._ending:  # the server has closed the others; this connection may have come in that very moment
            headers["Connection"] = "close"
        return Response(content, media_type="application/json", headers=headers)

    def _now_ms(self) -> int:
        return int(self._view.now().at.timestamp() * 1000)

    # ------------------------------------------------------------------ what is asked

    async def claim(self, said: _Said) -> ClaimAnswer:
        """Who has this use."""
        asked = parse_body(ClaimRequest, said.body)
        return await self._desk.claim(Claim(device=said.terminal.device, asked=asked))

    async def push(self, said: _Said, epoch: str) -> PushAnswer:
        """Hold a batch of a journal, in slices between which claims are answered.

        One batch after the other, and while claims are granted nothing in between for as long as the first has taken:
        backlogs of however many devices leave the arbiter half of the time. One that has not begun hurries instead.
        """
        async with self._pushing:
            await asyncio.sleep(self._rest_until - self._loop.time())
            began = self._loop.time()
            try:
                return await self._push(said, epoch)
            finally:
                ended = self._loop.time()
                self._rest_until = ended + min(ended - began, _LONGEST_REST_S) if self._arbitrating else ended

    async def _push(self, said: _Said, epoch: str) -> PushAnswer:
        batch = parse_body(PushBatch, said.body)
        if not OLDEST_PROTOCOL <= batch.protocol <= PROTOCOL:
            hint = f"speak protocol {OLDEST_PROTOCOL} to {PROTOCOL}"
            raise Refused(400, f"protocol {batch.protocol} is not spoken here", hint)
        mine, self._arbitrating = await self._desk.do(lambda ledger: (ledger.epoch, ledger.arbitrating))
        if epoch != mine:
            raise Refused(
                OTHER_EPOCH, "this goes on for another arbiter's epoch", "ask for changes, then send all from the start"
            )
        hashes = _check_head(said.terminal, batch)
        last = batch.first_seq + len(batch.events) - 1
        taken: Taken = Gap(expected_seq=batch.first_seq)
        for at in range(0, len(batch.events), AT_ONCE):
            told = Slice(
                device=said.terminal.device,
                kind=said.terminal.kind,
                epoch=batch.epoch,
                first_seq=batch.first_seq + at,
                previous=hashes[at - 1] if at else batch.previous,
                events=batch.events[at : at + AT_ONCE],
                prefix=batch.prefix,
                signature=batch.head.signature if at + AT_ONCE >= len(batch.events) else None,
            )
            now_ms = self._now_ms()
            taken = await self._desk.do(lambda ledger, told=told, now_ms=now_ms: take_in(ledger, told, now_ms))  # type: ignore[misc]  # bound now, called before the next turn
            if not isinstance(taken, Held):
                break
        if isinstance(taken, Forked):
            now_ms = self._now_ms()
            await self._desk.do(lambda ledger: keep_fork(ledger, said.terminal.device, batch, now_ms))
        self._diary_due.set()
        return self._pushed(batch, taken, last)

    def _pushed(self, batch: PushBatch, taken: Taken, last: int) -> PushAnswer:
        match taken:
            case Held(held_through=through, head=head):
                results = tuple(PushResult(seq=seq, result="held") for seq in range(batch.first_seq, last + 1))
                receipt = self._parts.key.sign(receipt_message(UUID(batch.epoch), through, head))
                return PushAnswer(results=results, kept_through=through, receipt=receipt)
            case Gap(expected_seq=expected):
                raise Refused(
                    409, "events before this batch are missing here", f"push again from event {expected}", expected
                )
            case Forked():
                _log.warning("journal.forked", extra={"epoch": batch.epoch})
                raise Refused(409, "forked", "keep this journal as evidence and begin a new epoch; tell the centre")
            case NotYours():
                raise Refused(403, "this epoch is another device's", "begin a new epoch; tell the centre")

    async def caught_up(self, said: _Said) -> CaughtUpAnswer:
        """Take a device's word where its journal ends; perhaps that was the last one that was waited for."""
        asked = parse_body(CaughtUpRequest, said.body)
        gates, gone, terminal = self._view.gates(), self._view.gone(), said.terminal

        def note(ledger: Ledger) -> CaughtUpAnswer:
            if asked.epoch == ledger.epoch:
                with ledger.writing("step"):
                    say_caught_up(ledger, terminal.device, terminal.kind, asked)
                if review(ledger, gates, gone):
                    _log.warning("arbiter.begins", extra={"epoch": ledger.epoch})
            return CaughtUpAnswer(
                epoch=ledger.epoch,
                arbitrating=ledger.arbitrating,
                waiting_for=waiting_for(ledger, gates or (), gone),
            )

        return await self._desk.do(note)

    async def changes(self, after: int, epoch: str, wait: float) -> ChangesAnswer:
        """What is new; when there is nothing, as soon as there is, or after `wait` seconds."""
        deadline = self._loop.time() + min(wait, MAX_WAIT_S)
        await self._notice_put_back(epoch, after)
        while True:
            heard, mine = self._bell.listen(), self._epoch
            answer = await self._loop.run_in_executor(self._reading, partial(self._read_changes, mine, after, epoch))
            left = deadline - self._loop.time()
            if epoch != mine or answer.uses or answer.facts or left <= 0 or self._ending:
                return answer
            with suppress(TimeoutError):
                await asyncio.wait_for(heard.wait(), left)

    async def _notice_put_back(self, epoch: str, position: int) -> None:
        """Look whether this arbiter is what a device has learnt of it, and if it is another now, tell all who wait."""
        now_ms = self._now_ms()

        def notice(ledger: Ledger) -> tuple[str, bool]:
            anew = notice_put_back(ledger, epoch, position, now_ms)
            return ledger.epoch, anew

        self._epoch, anew = await self._desk.do(notice)
        if anew:
            _log.error("arbiter.put_back", extra={"epoch": self._epoch})
            self._bell.ring()

    def _read_changes(self, mine: str, after: int, epoch: str) -> ChangesAnswer:
        if self._reader is None:
            self._reader = self._parts.reader()
        return changes_after(self._reader, mine, after, epoch)

    async def fact(self, said: _Said) -> FactAnswer:
        """Take an act of staff, whoever brings it: it proves itself."""
        signed = parse_body(FactRequest, said.body).fact
        try:
            fact = open_fact(signed, self._view.trust_list(), self._parts.station, self._view.now())
        except BadFact as bad:
            raise Refused(403, bad.what, bad.hint) from None
        gates, gone = self._view.gates(), self._view.gone()

        def note(ledger: Ledger) -> int | AnotherOfThisId:
            kept = keep_fact(ledger, fact, signed)
            if review(ledger, gates, gone):
                _log.warning("arbiter.begins", extra={"epoch": ledger.epoch})
            return kept

        kept = await self._desk.do(note)
        if isinstance(kept, AnotherOfThisId):
            raise Refused(409, "another act of staff has this id", "do it again; report it if it happens twice")
        self._diary_due.set()
        return FactAnswer(position=kept)

    async def kept(self, journal: str) -> KeptAnswer:
        """What the centre says of a journal that was handed on to it."""
        keeps = await self._loop.run_in_executor(self._reading, self._parts.handed_on.of, journal)
        return KeptAnswer(kept_through=keeps.through, receipt=keeps.receipt or None, forked=keeps.forked)

    async def status(self) -> StatusAnswer:
        """How the relay stands."""
        gates, gone = self._view.gates(), self._view.gone()
        kinds = {each.device: each.kind for each in self._view.terminals().values() if each.state == "active"}
        kept = await self._loop.run_in_executor(self._reading, self._parts.handed_on.all)
        return await self._desk.do(lambda ledger: relay_status(ledger, kinds, gates, gone, kept))

    # ------------------------------------------------------------------ by itself

    async def _review(self) -> None:
        while True:
            gates, gone = self._view.gates(), self._view.gone()
            try:
                if await self._desk.do(lambda ledger, gates=gates, gone=gone: review(ledger, gates, gone)):  # type: ignore[misc]  # bound now, called before the next turn
                    _log.warning("arbiter.begins")
            except sqlite3.Error as error:
                _log.error("review.failed", extra={"error": type(error).__name__})
            await asyncio.sleep(REVIEW_SECONDS)

    async def _keep_diary(self) -> None:
        while True:
            await self._diary_due.wait()
            self._diary_due.clear()
            try:
                while await self._desk.do(self._parts.write_diary):
                    pass
            except Exception:  # the journal's disk may be full: what is not written down yet waits in relay.db
                _log.exception("diary.failed")
                await asyncio.sleep(DIARY_AGAIN_SECONDS)
                self._diary_due.set()

    async def _prune(self) -> None:
        while True:
            try:
                for drop in (prune, drop_acts):
                    await self._prune_with(drop)
                await self._prune_journals()
            except sqlite3.Error as error:
                _log.error("prune.failed", extra={"error": type(error).__name__})
            await asyncio.sleep(PRUNE_SECONDS)

    async def _prune_with(self, drop: Callable[[Ledger, TrustedNow, int], int | None]) -> None:
        after: int | None = 0
        while after is not None:
            await asyncio.sleep(_A_MOMENT)
            now, since = self._view.now(), after
            after = await self._desk.do(lambda ledger, now=now, since=since: drop(ledger, now, since))  # type: ignore[misc]  # bound now, called before the next turn

    async def _prune_journals(self) -> None:
        kept = await self._loop.run_in_executor(self._reading, self._parts.handed_on.all)
        more = True
        while more:
            await asyncio.sleep(_A_MOMENT)
            now = self._view.now()
            more = await self._desk.do(lambda ledger, now=now: drop_kept(ledger, kept, now))  # type: ignore[misc]  # bound now, called before the next turn


def _check_head(terminal: Terminal, batch: PushBatch) -> list[bytes]:
    """The chain's hash after each event of a batch. Refused when the device has not signed the last one."""
    hashes, last = [], batch.previous
    for data in batch.events:
        last = chain(last, data)
        hashes.append(last)
    end = batch.first_seq + len(batch.events) - 1
    if (batch.head.seq, batch.head.hash) != (end, last):
        raise Refused(
            400,
            "the batch does not end at the head that was signed for it",
            "sign the chain's hash at the batch's last event",
        )
    if not terminal.keys().verify(batch.head.signature, head_message(UUID(batch.epoch), end, last)):
        raise Refused(400, "the head is not signed by this device", "sign it with the device's key")
    return hashes


def create_app(parts: Parts) -> FastAPI:
    """The relay as an ASGI application; it opens its files when it starts and closes them at shutdown."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.relay = Relay(parts)
        try:
            yield
        finally:
            await app.state.relay.close()

    app = FastAPI(
        title="Waystation relay", version=version("waystation"), lifespan=lifespan, routes=list(_CALLS.routes)
    )
    add_error_answers(app, "the relay")
    return app


def end_waiting(app: FastAPI) -> Callable[[], None]:
    """What a server calls when it is about to stop: questions that are left open are answered."""

    def end() -> None:
        relay = getattr(app.state, "relay", None)  # it may stop before it has begun
        if relay is not None:
            relay.end()

    return end


def _relay(request: Request) -> Relay:
    relay = request.app.state.relay
    assert isinstance(relay, Relay)
    return relay


@_CALLS.get("/v1/health", response_model=HealthAnswer)
async def health(request: Request) -> Response:
    """The relay is there."""
    return json_answer(HealthAnswer(ok=True, version=request.app.version))


@_CALLS.post("/v1/relay/claim", response_model=ClaimAnswer, responses=_ERRORS, openapi_extra=takes(ClaimRequest))
async def claim(request: Request) -> Response:
    """Ask for a use of a ticket, before anything moves."""
    relay = _relay(request)
    said = await relay.said(request, MAX_QUESTION_BYTES, QUESTION_SECONDS)
    return relay.signed(said, await relay.claim(said))


@_CALLS.post("/v1/sync/push", response_model=PushAnswer, responses=_ERRORS, openapi_extra=takes(PushBatch))
async def push(request: Request, epoch: Annotated[str, Query(max_length=32)] = "") -> Response:
    """Hold a batch of the device's journal for the arbiter of `epoch`."""
    relay = _relay(request)
    said = await relay.said(request, MAX_BODY_BYTES, PUSH_SECONDS, retired=True)
    return relay.signed(said, await relay.push(said, epoch))


@_CALLS.post(
    "/v1/relay/caught-up",
    response_model=CaughtUpAnswer,
    responses=_ERRORS,
    openapi_extra=takes(CaughtUpRequest),
)
async def caught_up(request: Request) -> Response:
    """Say where the device's journal ends."""
    relay = _relay(request)
    said = await relay.said(request, MAX_QUESTION_BYTES, QUESTION_SECONDS, retired=True)
    return relay.signed(said, await relay.caught_up(said))


@_CALLS.get("/v1/relay/changes", response_model=ChangesAnswer, responses=_ERRORS)
async def changes(
    request: Request,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    epoch: Annotated[str, Query(max_length=32)] = "",
    wait: Annotated[float, Query(ge=0, le=MAX_WAIT_S)] = 0,
) -> Response:
    """Uses and acts of staff since a position; waits for some if there are none."""
    relay = _relay(request)
    said = await relay.said(request, MAX_QUESTION_BYTES, QUESTION_SECONDS)
    return relay.signed(said, await relay.changes(after, epoch, wait))


@_CALLS.post("/v1/relay/facts", response_model=FactAnswer, responses=_ERRORS, openapi_extra=takes(FactRequest))
async def facts(request: Request) -> Response:
    """Take an act of staff."""
    relay = _relay(request)
    said = await relay.said(request, MAX_QUESTION_BYTES, QUESTION_SECONDS)
    return relay.signed(said, await relay.fact(said))


@_CALLS.get("/v1/relay/kept", response_model=KeptAnswer, responses=_ERRORS)
async def kept(request: Request, journal: Annotated[str, Query(pattern="^[0-9a-f]{32}$")]) -> Response:
    """How far the centre keeps a journal that was handed on to it, with the centre's receipt."""
    relay = _relay(request)
    said = await relay.said(request, MAX_QUESTION_BYTES, QUESTION_SECONDS, retired=True)
    return relay.signed(said, await relay.kept(journal))


@_CALLS.get("/v1/relay/status", response_model=StatusAnswer, responses=_ERRORS)
async def status(request: Request) -> Response:
    """How the relay stands."""
    relay = _relay(request)
    said = await relay.said(request, MAX_QUESTION_BYTES, QUESTION_SECONDS)
    return relay.signed(said, await relay.status())
