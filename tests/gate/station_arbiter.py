"""A station's arbiter for tests: the rule of the relay's, in memory, with the troubles of a line to it."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from enum import Enum
from uuid import UUID

from sync.journal.journal import Journal
from sync.lan.arbiter import Answer, Granted, Silent, Taken
from sync.server.relay.verdict import End, KnownUse, may_have
from sync.wire.relay import ClaimRequest
from tickets.numbers import TicketNumber
from tickets.uses import Use, UseEnd

_ENDS: Mapping[str, End] = {"use.passed": "passed", "use.released": "released", "use.unresolved": "unresolved"}


class Line(Enum):
    """What becomes of a question on its way."""

    UP = "up"
    DOWN = "down"
    LATE = "late"  # it arrives and is answered, but nobody hears the answer in time


class StationArbiter:
    """One arbiter; `of(device)` is its port for one gate."""

    def __init__(self) -> None:
        self.known: list[KnownUse] = []
        self.line = Line.UP
        self.asked: list[ClaimRequest] = []
        self.before_answer: Callable[[], None] = lambda: None
        self._lock = threading.Lock()

    def of(self, device: str) -> "_Port":
        return _Port(self, device)

    def answer(self, device: str, claim: ClaimRequest) -> Answer:
        self.before_answer()
        with self._lock:
            self.asked.append(claim)
            if self.line is Line.DOWN:
                return Silent(why="no answer within 80 ms")
            answer = self._decide(device, claim)
        return Silent(why="no answer within 80 ms") if self.line is Line.LATE else answer

    def hears(self, journal: Journal) -> None:
        """Take in a gate's journal, as a push would."""
        with self._lock:
            for stored in journal.events(0, 10_000):
                body = dict(stored.event.body)
                if stored.kind == "use.claimed":
                    self._put(_claimed(journal.device, stored.at_ms, body))
                elif stored.kind in _ENDS:
                    key = (body["number"], body["use_no"], bytes(body["attempt"]).hex())  # type: ignore[call-overload]  # bytes
                    found = next(use for use in self.known if (use.number, use.use_no, use.attempt) == key)
                    self._put(replace(found, end=_ENDS[stored.kind], journaled=True))
                elif stored.kind == "gate.started":
                    for use in [use for use in self.known if use.device == journal.device]:
                        if not use.journaled and use.end is None:
                            self._put(replace(use, end="released"))

    def _decide(self, device: str, claim: ClaimRequest) -> Answer:
        wanted = _wanted(device, claim)
        for own in claim.own:
            self._put(KnownUse.told(own))
        known = [use for use in self.known if use.number == claim.number]
        if not may_have(wanted, known):
            return Taken(uses=tuple(_use(each) for each in known))
        if not any((use.use_no, use.attempt) == (claim.use_no, claim.attempt) for use in known):
            self.known.append(wanted)
        return Granted()

    def _put(self, use: KnownUse) -> None:
        key = (use.number, use.use_no, use.attempt)
        before = next((each for each in self.known if (each.number, each.use_no, each.attempt) == key), None)
        if before is not None:
            if before.journaled and use.end is None:
                return
            self.known.remove(before)
        self.known.append(use)


class _Port:
    def __init__(self, arbiter: StationArbiter, device: str) -> None:
        self._arbiter, self._device = arbiter, device

    def ask(self, claim: ClaimRequest) -> Answer:
        return self._arbiter.answer(self._device, claim)


def _wanted(device: str, claim: ClaimRequest) -> KnownUse:
    return KnownUse(
        number=claim.number,
        use_no=claim.use_no,
        attempt=claim.attempt,
        device=device,
        lane=claim.lane,
        at_ms=claim.at,
        service_date=claim.service_date,
        trip=claim.trip,
        persons=claim.persons,
        purpose=claim.purpose,
        flags=claim.flags,
        by=claim.by,
        end=None,
        journaled=False,
    )


def _claimed(device: str, at_ms: int, body: dict[str, object]) -> KnownUse:
    claim = {
        name: body[name] for name in ("number", "use_no", "lane", "service_date", "trip", "persons", "purpose", "by")
    }
    attempt = body["attempt"]
    assert isinstance(attempt, bytes)
    flags = body["flags"]
    assert isinstance(flags, list)
    return KnownUse(
        **claim,  # type: ignore[arg-type]  # a body that the journal has checked
        attempt=attempt.hex(),
        device=device,
        at_ms=at_ms,
        flags=tuple(flags),
        end=None,
        journaled=True,
    )


def _use(known: KnownUse) -> Use:
    return Use(
        ticket=TicketNumber.from_digits(known.number),
        use_no=known.use_no,
        attempt=UUID(known.attempt),
        device=known.device,
        lane=known.lane,
        at=datetime.fromtimestamp(known.at_ms / 1000, UTC),
        end=None if known.end is None else UseEnd(known.end),
        purpose=known.purpose,
        persons=known.persons,
        flags=frozenset(known.flags),
    )
