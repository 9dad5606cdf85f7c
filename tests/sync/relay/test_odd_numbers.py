"""One well-signed word with a number that nothing can be done with harms nobody but who said it."""

import asyncio
import random as seeded
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from pydantic import ValidationError

from sync.server.relay.arbiter import Claim, answer_claims
from sync.server.relay.desk import Desk
from sync.server.relay.feed import changes_after
from sync.server.relay.journals import take_in
from sync.server.relay.ledger import Ledger
from sync.server.relay.steps import review
from sync.wire.relay import ClaimAnswer, ClaimRequest
from sync.wire.types import LATEST_MS
from tests.sync.relay.journal_in_memory import DATE, NOON_MS, TRIP, MemoryJournal
from tests.sync.relay.test_arbiter import A, B, ask, caught_up
from tickets.errors import Bug

ONE = "1" * 20
ATTEMPT = "ab" * 16


def opened(path: Path) -> Ledger:
    ledger = Ledger.open(path, seeded.Random(1).randbytes, NOON_MS)
    for device in (A, B):
        caught_up(ledger, MemoryJournal(device, seeded.Random(device)))
    assert review(ledger, {A, B}, ())
    return ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = opened(tmp_path / "relay.db")
    yield made
    made.close()


def use_no_too_high(journal: MemoryJournal) -> None:
    journal.claim(ONE, 2**31 + 1, ATTEMPT)


def too_late(journal: MemoryJournal) -> None:
    journal.at_ms = LATEST_MS
    journal.claim(ONE, 1, ATTEMPT)


def ended_too_late(journal: MemoryJournal) -> None:
    journal.at_ms = LATEST_MS
    journal.end(ONE, 1, ATTEMPT, "passed")


@pytest.mark.parametrize("odd", [use_no_too_high, too_late, ended_too_late])
def test_an_odd_event_is_held_and_teaches_nothing(ledger: Ledger, odd: Callable[[MemoryJournal], None]) -> None:
    journal = MemoryJournal(A, seeded.Random("odd"))
    journal.open()
    odd(journal)
    take_in(ledger, journal.slice(), NOON_MS)
    other = MemoryJournal(B, seeded.Random("other"))
    other.claim(ONE, 1, "cd" * 16)
    other.end(ONE, 1, "cd" * 16, "passed")
    take_in(ledger, other.slice(), NOON_MS)
    answer = changes_after(ledger.connection, ledger.epoch, 0, ledger.epoch)
    assert [use.device for use in answer.uses] == [B]
    assert ask(ledger, A, number=ONE).answer == "taken"


def claim(**changed: object) -> ClaimRequest:
    values: dict[str, object] = {
        "number": ONE, "use_no": 1, "attempt": ATTEMPT, "lane": "1", "at": NOON_MS, "service_date": DATE, "trip": TRIP,
        "persons": 1, "after_seq": 0, "journal_epoch": "ee" * 16,
    }  # fmt: skip
    return ClaimRequest.model_validate(values | changed)


def test_a_claim_of_no_date_is_none() -> None:
    assert claim(at=LATEST_MS).at == LATEST_MS
    with pytest.raises(ValidationError):
        claim(at=LATEST_MS + 1)


def test_a_claim_that_cannot_be_answered_fails_alone(tmp_path: Path) -> None:
    """It came in with others, and shares their commit: theirs is made without it."""
    together: list[int] = []

    def answering(ledger: Ledger, claims: Sequence[Claim]) -> list[ClaimAnswer]:
        together.append(len(claims))
        if any(each.asked.number == ONE for each in claims):
            raise Bug("it cannot be answered", "")
        return answer_claims(ledger, claims, NOON_MS)

    async def all_at_once() -> list[ClaimAnswer | BaseException]:
        queued = threading.Event()
        desk = Desk(lambda: opened(tmp_path / "relay.db"), Ledger.close, answering)
        try:
            busy = asyncio.ensure_future(desk.do(lambda _: queued.wait()))
            await asyncio.sleep(0)
            asked = [Claim(device=A, asked=claim(number=number)) for number in ("2" * 20, ONE, "3" * 20)]
            answers = asyncio.gather(*map(desk.claim, asked), return_exceptions=True)
            await asyncio.sleep(0)
            queued.set()
            await busy
            return await answers
        finally:
            queued.set()
            await asyncio.to_thread(desk.close)

    first, bad, last = asyncio.run(all_at_once())
    assert together[0] == 3, "they were answered together at first"
    assert isinstance(bad, Bug)
    assert isinstance(first, ClaimAnswer)
    assert isinstance(last, ClaimAnswer)
    assert (first.answer, last.answer) == ("granted", "granted")
