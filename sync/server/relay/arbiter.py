"""The arbiter: one insert says who has a use of a ticket, and it is on the disk before anybody hears of it.

A terminal asks before it writes anything down, always with the same attempt for the same use. So it may ask again as
often as it likes: after a lost answer, after its own death or the relay's. What it was granted and never wrote down is
given back when its journal goes on with `gate.started`: nobody was let in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

from sync.server.relay.ledger import Ledger
from sync.server.relay.steps import is_in_step
from sync.server.relay.use_rows import put_use, uses_of
from sync.server.relay.verdict import MAY_BECOME, KnownUse, is_same, may_have
from sync.wire.relay import ClaimAnswer, ClaimRequest

Word = Literal["granted", "taken", "not_arbitrating"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A device's question. The device is the one that signed it."""

    device: str
    asked: ClaimRequest

    def use(self) -> KnownUse:
        """The use as it will be if it is granted."""
        asked = self.asked
        return KnownUse(
            number=asked.number,
            use_no=asked.use_no,
            attempt=asked.attempt,
            device=self.device,
            lane=asked.lane,
            at_ms=asked.at,
            service_date=asked.service_date,
            trip=asked.trip,
            persons=asked.persons,
            purpose=asked.purpose,
            flags=asked.flags,
            by=asked.by,
            end=None,
            journaled=False,
        )


def answer_claims(ledger: Ledger, claims: Sequence[Claim], now_ms: int) -> list[ClaimAnswer]:
    """Answer claims one after the other, in one commit: what is granted is on the disk when this returns.

    The same attempt gets the same answer for ever, unless it has ended since: then it is *taken*, by itself.
    """
    if not any(_may_ask(ledger, claim.device) for claim in claims):
        return [_answer(ledger, "not_arbitrating") for _ in claims]
    with ledger.writing("claim"):
        return [_claim(ledger, claim, now_ms) for claim in claims]


def _may_ask(ledger: Ledger, device: str) -> bool:
    return ledger.arbitrating and is_in_step(ledger, device)


def _claim(ledger: Ledger, claim: Claim, now_ms: int) -> ClaimAnswer:
    if not _may_ask(ledger, claim.device):
        return _answer(ledger, "not_arbitrating")
    wanted = claim.use()
    _hear_of_its_own(ledger, claim)
    known = uses_of(ledger.connection, wanted.number)
    if _from_before_a_start(ledger, claim) or not may_have(wanted, known):
        return _answer(ledger, "taken", known)
    if any(is_same(use, wanted) for use in known):
        _asked_again(ledger, claim)
        return _answer(ledger, "granted")
    asked = claim.asked
    granted = ledger.connection.execute(
        "INSERT INTO grants VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (number, use_no) DO NOTHING",
        (asked.number, asked.use_no, asked.attempt, claim.device, asked.journal_epoch, asked.after_seq, now_ms),
    )
    if granted.rowcount != 1:
        return _answer(ledger, "taken", known)
    put_use(ledger.connection, wanted, ledger.next_position)
    return _answer(ledger, "granted")


def _hear_of_its_own(ledger: Ledger, claim: Claim) -> None:
    """Learn what the asker's journal says of this ticket, as its push will in a moment: a right that it gave back is
    free, who walked through it is inside. Of a use that is known only how it ended is new.
    """
    asked = claim.asked
    told = [each for each in asked.own if each.device == claim.device and each.number == asked.number]
    if not told:
        return
    known = {(use.use_no, use.attempt): use for use in uses_of(ledger.connection, asked.number)}
    for each in told:
        use = known.get((each.use_no, each.attempt))
        if use is None:
            put_use(ledger.connection, KnownUse.told(each), ledger.next_position)
        elif use.device == claim.device and each.end in MAY_BECOME.get(use.end, ()):
            put_use(ledger.connection, replace(use, end=each.end, persons=each.persons), ledger.next_position)


def _from_before_a_start(ledger: Ledger, claim: Claim) -> bool:
    """Whether the one who asked this has died since: his journal has gone on with a later start."""
    row = ledger.connection.execute(
        "SELECT started_seq FROM journals WHERE epoch = ?", (claim.asked.journal_epoch,)
    ).fetchone()
    return row is not None and claim.asked.after_seq < row[0]


def _asked_again(ledger: Ledger, claim: Claim) -> None:
    """Remember that whoever asks is alive: a start of its journal before this does not give the grant back."""
    asked = claim.asked
    ledger.connection.execute(
        "UPDATE grants SET journal_epoch = ?, after_seq = max(after_seq, ?) "
        "WHERE number = ? AND use_no = ? AND attempt = ? AND device = ?",
        (asked.journal_epoch, asked.after_seq, asked.number, asked.use_no, asked.attempt, claim.device),
    )


def give_back_unwritten(ledger: Ledger, journal_epoch: str, started_seq: int) -> None:
    """A journal went on with `gate.started` at this event: what was granted before, and is not in it, let nobody in."""
    rows = ledger.connection.execute(
        "SELECT u.number, u.use_no, u.attempt FROM uses u JOIN grants g ON g.number = u.number "
        "AND g.use_no = u.use_no AND g.attempt = u.attempt "
        "WHERE u.journaled = 0 AND u.end IS NULL AND g.journal_epoch = ? AND g.after_seq < ?",
        (journal_epoch, started_seq),
    ).fetchall()
    for number, use_no, attempt in cast("list[tuple[str, int, str]]", rows):
        for use in uses_of(ledger.connection, number):
            if (use.use_no, use.attempt) == (use_no, attempt):
                put_use(ledger.connection, replace(use, end="released"), ledger.next_position)


def _answer(ledger: Ledger, word: Word, known: Sequence[KnownUse] = ()) -> ClaimAnswer:
    return ClaimAnswer(epoch=ledger.epoch, answer=word, uses=tuple(use.body() for use in known))
