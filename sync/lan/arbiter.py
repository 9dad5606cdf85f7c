"""The arbiter as a gate sees it: a question before the barrier opens, and an answer within a budget, whatever happens.

Only a relay's *granted* or *taken*, signed by its own key, is an answer. Everything else is silence, and what a gate
does in silence is the station's written policy. A station without a relay has nobody to ask: its gates stand alone.
"""

import logging
import queue
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from time import time as wall_time
from typing import Protocol, assert_never

from sync.cache.record_rows import use_told
from sync.lan.relay_answers import believed, signed_request
from sync.line.deadline_http import DeadlineConnection
from sync.line.faults import Refused
from sync.wire.relay import ClaimAnswer, ClaimRequest
from tickets.errors import Fault
from tickets.keys import PublicKey, SigningKey
from tickets.uses import Use

_log = logging.getLogger("waystation.arbiter")

_CLAIM = "/v1/relay/claim"
_MOMENT_S = 0.005
"""How long the thread may take to notice that a question's time is over."""


@dataclass(frozen=True, slots=True)
class Granted:
    """This use is ours, in the whole station; also when the same attempt asks again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Another has this use, or our attempt has ended since. `uses`: all that the arbiter knows of this ticket."""

    uses: tuple[Use, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """No answer that can be believed came in time. `why` is a short sentence for staff and logs.

    The arbiter may have granted the use all the same: ask again with the same attempt.
    """

    why: str


@dataclass(frozen=True, slots=True)
class Alone:
    """This station has no relay: the cache and the own journal are all that there is, and nothing is to be flagged."""


Answer = Granted | Taken | Silent | Alone


class Arbiter(Protocol):
    """Whoever grants the uses of tickets in this station, one device each."""

    def ask(self, claim: ClaimRequest) -> Answer:
        """Ask for one use. Returns within the arbiter's budget (and a few milliseconds), and never raises."""
        ...


class NoArbiter:
    """The arbiter of a station without a relay."""

    def ask(self, claim: ClaimRequest) -> Answer:  # noqa: ARG002  the port's own signature
        """Answer Alone, at once."""
        return Alone()


@dataclass(slots=True)
class _Question:
    """What is asked, until when an answer is of use, and the answer."""

    claim: ClaimRequest
    deadline: float
    answer: Answer | None = None
    answered: threading.Event = field(default_factory=threading.Event)


class RelayArbiter:
    """The arbiter behind a relay, asked over a connection and by a thread of its own.

    The budget is for everything: connecting, sending, and an answer that trickles in byte by byte. Several lanes may
    ask at once; each waits for its turn within its own budget. While the thread is stuck with a question that nobody
    waits for any more, the answer is Silent at once.
    """

    def __init__(
        self,
        *,
        url: str,
        device: str,
        key: SigningKey,
        relay_keys: Callable[[], tuple[PublicKey, ...]],
        budget_ms: int = 80,
        now: Callable[[], float] = wall_time,
        nonce: Callable[[], bytes] = lambda: secrets.token_bytes(32),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`url` is http://HOST:PORT. `relay_keys` is called by the arbiter's own thread (`sync.lan.relay_keys`).

        `now` dates the signatures, in seconds since 1970; `clock` counts seconds for the budget.
        """
        self._connection = DeadlineConnection.to(url, clock)
        self._device = device
        self._key = key
        self._relay_keys = relay_keys
        self._budget_s = budget_ms / 1000
        self._too_late = Silent(why=f"no answer within {budget_ms} ms")
        self._now = now
        self._nonce = nonce
        self._clock = clock
        self._turn = threading.Lock()
        self._asked: _Question | None = None
        self._questions: queue.SimpleQueue[_Question | None] = queue.SimpleQueue()
        self._heard: bool | None = None
        self._thread = threading.Thread(target=self._work, name="arbiter", daemon=True)
        self._thread.start()

    def ask(self, claim: ClaimRequest) -> Answer:
        """Ask for one use, within the budget."""
        deadline = self._clock() + self._budget_s
        if not self._turn.acquire(timeout=self._budget_s):
            return self._too_late
        try:
            answer = self._ask(claim, deadline)
            self._note(answer)
            return answer
        finally:
            self._turn.release()

    def close(self) -> None:
        """Let the thread end. It is not waited for: it may be stuck in a look-up of a name."""
        self._questions.put(None)

    def _ask(self, claim: ClaimRequest, deadline: float) -> Answer:
        earlier = self._asked
        if earlier is not None and not earlier.answered.wait(min(_MOMENT_S, max(0.0, deadline - self._clock()))):
            return Silent(why="an earlier question is still on its way")
        question = self._asked = _Question(claim, deadline)
        self._questions.put(question)
        question.answered.wait(max(0.0, deadline - self._clock()))
        return question.answer or self._too_late

    def _note(self, answer: Answer) -> None:
        """Log the loss of the arbiter and its return, once each. Called in turn."""
        heard = not isinstance(answer, Silent)
        if heard == self._heard:
            return
        if isinstance(answer, Silent):
            _log.warning("arbiter.silent", extra={"what": answer.why})
        elif self._heard is False:
            _log.info("arbiter.answers")
        self._heard = heard

    def _work(self) -> None:
        while (question := self._questions.get()) is not None:
            try:
                question.answer = self._answer(question)
            except Fault as fault:
                self._connection.close()
                question.answer = Silent(why=fault.what)
            except Exception as error:  # a bug of ours must not leave a passenger waiting, nor all who come after
                self._connection.close()
                _log.exception("arbiter.bug")
                question.answer = Silent(why=f"a fault of this program ({type(error).__name__})")
            question.answered.set()
        self._connection.close()

    def _answer(self, question: _Question) -> Answer:
        body = question.claim.model_dump_json().encode("utf-8")
        headers = signed_request(
            "POST", _CLAIM, body, key=self._key, device=self._device, at=self._now(), nonce=self._nonce()
        )
        got = self._connection.exchange("POST", _CLAIM, headers, body, question.deadline)
        try:
            answer = believed(
                got.status, got.headers, got.body, asked=headers, keys=self._relay_keys(), answer=ClaimAnswer
            )
        except Refused as no:
            return Silent(why=no.what)
        match answer.answer:
            case "granted":
                return Granted()
            case "taken":
                return Taken(uses=tuple(use_told(use) for use in answer.uses))
            case "not_arbitrating":
                return Silent(why="the relay does not arbitrate yet")
            case other:
                assert_never(other)
