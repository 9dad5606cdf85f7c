"""Claims, starts, journals and epochs at the arbiter, without a network."""

import random as seeded
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from sync.server.relay.arbiter import Claim, answer_claims
from sync.server.relay.feed import changes_after
from sync.server.relay.journals import Forked, Gap, Held, NotYours, take_in
from sync.server.relay.ledger import Ledger
from sync.server.relay.steps import review, say_caught_up, waiting_for
from sync.server.relay.use_rows import uses_of
from sync.server.relay.verdict import End
from sync.wire.records import UseBody
from sync.wire.relay import MAX_CHANGES, CaughtUpRequest, ClaimAnswer, ClaimRequest
from tests.sync.relay.journal_in_memory import DATE, NOON_MS, TRIP, MemoryJournal
from tickets.errors import EnvironmentFault
from tickets.uses import Purpose

A, B = "371122-gate-a", "371122-gate-b"
ONE = "1" * 20


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger.open(tmp_path / "relay.db", seeded.Random(1).randbytes, NOON_MS)
    for device in (A, B):
        caught_up(made, MemoryJournal(device, seeded.Random(device)))
    assert review(made, {A, B}, ())
    yield made
    made.close()


def caught_up(ledger: Ledger, journal: MemoryJournal) -> bool:
    said = CaughtUpRequest(epoch=ledger.epoch, journal_epoch=journal.epoch.hex, seq=journal.seq)
    with ledger.writing("step"):
        return say_caught_up(ledger, journal.device, "gate", said)


def ask(
    ledger: Ledger, device: str = A, use_no: int = 1, after_seq: int = 0, epoch: str = "ee" * 16, number: str = ONE
) -> ClaimAnswer:
    asked = ClaimRequest(
        number=number, use_no=use_no, attempt=f"{ord(device[-1]):02x}{use_no:02x}" * 8, lane="1", at=NOON_MS,
        service_date=DATE, trip=TRIP, persons=1, after_seq=after_seq, journal_epoch=epoch,
    )  # fmt: skip
    (answer,) = answer_claims(ledger, [Claim(device=device, asked=asked)], NOON_MS)
    return answer


def attempt(device: str, use_no: int = 1) -> str:
    return f"{ord(device[-1]):02x}{use_no:02x}" * 8


def journal_of(device: str = A) -> MemoryJournal:
    made = MemoryJournal(device, seeded.Random(f"journal {device}"))
    made.open()
    made.start()
    return made


def ends(ledger: Ledger, number: str = ONE) -> list[tuple[int, str, str | None]]:
    return [(use.use_no, use.device, use.end) for use in uses_of(ledger.connection, number)]


def test_the_first_has_it_and_the_second_hears_of_the_first(ledger: Ledger) -> None:
    assert ask(ledger, A).answer == "granted"
    answer = ask(ledger, B)
    assert (answer.answer, [use.device for use in answer.uses]) == ("taken", [A])
    assert ask(ledger, A).answer == "granted", "the same attempt, the same answer"
    assert ends(ledger) == [(1, A, None)]


def test_claims_of_one_commit_are_answered_in_their_order(ledger: Ledger) -> None:
    both = [
        Claim(
            device=device,
            asked=ClaimRequest(
                number=ONE, use_no=1, attempt=attempt(device), lane="1", at=NOON_MS, service_date=DATE, trip=TRIP,
                persons=1, after_seq=0, journal_epoch="ee" * 16,
            ),
        )
        for device in (B, A)
    ]  # fmt: skip
    assert [answer.answer for answer in answer_claims(ledger, both, NOON_MS)] == ["granted", "taken"]


def test_an_attempt_that_has_ended_is_taken_by_itself(ledger: Ledger) -> None:
    journal = journal_of()
    ask(ledger, A, after_seq=2, epoch=journal.epoch.hex)
    journal.claim(ONE, 1, attempt(A))
    journal.end(ONE, 1, attempt(A), "released")
    take_in(ledger, journal.slice(), NOON_MS)
    answer = ask(ledger, A, after_seq=4, epoch=journal.epoch.hex)
    assert (answer.answer, [use.end for use in answer.uses]) == ("taken", ["released"])
    assert ask(ledger, B, use_no=2).answer == "granted"


def test_what_a_gate_was_granted_and_never_wrote_down_is_given_back_when_it_starts(ledger: Ledger) -> None:
    journal = journal_of()
    ask(ledger, A, after_seq=2, epoch=journal.epoch.hex)
    assert ask(ledger, B).answer == "taken"
    journal.start()
    take_in(ledger, journal.slice(), NOON_MS)
    assert ends(ledger) == [(1, A, "released")]
    assert ask(ledger, B, use_no=2).answer == "granted"


def test_what_it_wrote_down_is_not_given_back(ledger: Ledger) -> None:
    journal = journal_of()
    ask(ledger, A, after_seq=2, epoch=journal.epoch.hex)
    journal.claim(ONE, 1, attempt(A))
    journal.start()
    take_in(ledger, journal.slice(), NOON_MS)
    assert ends(ledger) == [(1, A, None)]


def test_who_asks_again_after_its_start_keeps_it_although_the_start_is_heard_of_later(ledger: Ledger) -> None:
    journal = journal_of()
    ask(ledger, A, after_seq=2, epoch=journal.epoch.hex)
    journal.start()
    assert ask(ledger, A, after_seq=3, epoch=journal.epoch.hex).answer == "granted"
    journal.claim(ONE, 1, attempt(A))
    take_in(ledger, journal.slice(1, 3), NOON_MS)  # up to the start, not beyond
    assert ends(ledger) == [(1, A, None)]
    assert ask(ledger, B, use_no=2).answer == "taken"


def test_a_question_that_arrives_after_its_asker_has_died_is_not_granted(ledger: Ledger) -> None:
    journal = journal_of()
    journal.start()
    take_in(ledger, journal.slice(), NOON_MS)
    assert ask(ledger, A, after_seq=2, epoch=journal.epoch.hex).answer == "taken"
    assert ends(ledger) == [], "nobody would ever end it"
    assert ask(ledger, A, after_seq=3, epoch=journal.epoch.hex).answer == "granted"


def test_a_start_of_another_journal_gives_nothing_back(ledger: Ledger) -> None:
    """Its disk is gone: nobody knows whether somebody was let in."""
    ask(ledger, A, after_seq=2, epoch="dd" * 16)
    take_in(ledger, journal_of().slice(), NOON_MS)
    assert ends(ledger) == [(1, A, None)]
    assert ask(ledger, B, use_no=2).answer == "taken"


def test_a_journal_overrules_what_was_concluded_from_its_start(ledger: Ledger) -> None:
    """The relay was silent when the gate asked again, and the gate let the passenger in by its own policy."""
    journal = journal_of()
    ask(ledger, A, after_seq=2, epoch=journal.epoch.hex)
    journal.start()
    take_in(ledger, journal.slice(), NOON_MS)
    assert ask(ledger, B, use_no=2).answer == "granted"
    journal.claim(ONE, 1, attempt(A), flags=("unarbitrated",))
    journal.end(ONE, 1, attempt(A), "passed")
    take_in(ledger, journal.slice(journal.seq - 1), NOON_MS)
    other = journal_of(B)
    other.claim(ONE, 2, attempt(B, 2))
    other.end(ONE, 2, attempt(B, 2), "passed")
    take_in(ledger, other.slice(), NOON_MS)
    assert ends(ledger) == [(1, A, "passed"), (2, B, "passed")]
    assert duplicates(ledger) == [(ONE, 2)]


class TestWhatTheAskerTellsOfItsOwn:
    """Its journal's push is slower than a passenger who turns round."""

    def asks(self, ledger: Ledger, device: str, use_no: int, *own: UseBody) -> str:
        asked = ClaimRequest(
            number=ONE, use_no=use_no, attempt=attempt(device, use_no), lane="1", at=NOON_MS, service_date=DATE,
            trip=TRIP, persons=1, after_seq=9, journal_epoch="ee" * 16, own=own,
        )  # fmt: skip
        (answer,) = answer_claims(ledger, [Claim(device=device, asked=asked)], NOON_MS)
        return answer.answer

    def own(self, use_no: int, end: End | None, purpose: Purpose = "admission", device: str = A) -> UseBody:
        return UseBody(
            number=ONE, use_no=use_no, attempt=attempt(device, use_no), device=device, lane="1", at=NOON_MS, end=end,
            purpose=purpose,
        )  # fmt: skip

    def test_a_right_given_back_is_free_before_the_journal_says_so(self, ledger: Ledger) -> None:
        assert self.asks(ledger, A, 1) == "granted"
        assert self.asks(ledger, A, 2) == "taken"
        assert self.asks(ledger, A, 2, self.own(1, "released")) == "granted"
        assert ends(ledger) == [(1, A, "released"), (2, A, None)]
        journal = journal_of()
        journal.claim(ONE, 1, attempt(A), flags=("unarbitrated",))
        journal.end(ONE, 1, attempt(A), "released")
        take_in(ledger, journal.slice(), NOON_MS)
        first, _ = uses_of(ledger.connection, ONE)
        assert (first.end, first.flags, first.journaled) == ("released", ("unarbitrated",), True)

    def test_what_the_relay_has_never_heard_of_counts_too(self, ledger: Ledger) -> None:
        assert self.asks(ledger, A, 3, self.own(1, "passed"), self.own(2, "passed", "exit")) == "granted"
        assert self.asks(ledger, B, 4) == "taken"

    def test_who_walked_through_is_inside(self, ledger: Ledger) -> None:
        assert self.asks(ledger, A, 1) == "granted"
        assert self.asks(ledger, A, 2, self.own(1, "passed")) == "taken"
        journal = journal_of()
        journal.claim(ONE, 1, attempt(A))
        take_in(ledger, journal.slice(), NOON_MS)
        assert ends(ledger) == [(1, A, "passed")], "its end is in the next push"

    def test_of_others_uses_it_is_not_believed(self, ledger: Ledger) -> None:
        assert self.asks(ledger, A, 1) == "granted"
        assert self.asks(ledger, B, 2, self.own(1, "released")) == "taken"
        assert ends(ledger) == [(1, A, None)]

    def test_what_has_passed_stays_passed(self, ledger: Ledger) -> None:
        journal = journal_of()
        journal.claim(ONE, 1, attempt(A))
        journal.end(ONE, 1, attempt(A), "passed")
        take_in(ledger, journal.slice(), NOON_MS)
        assert self.asks(ledger, A, 2, self.own(1, "released")) == "taken", "a question that comes late"


def test_two_that_are_let_in_are_reported_when_neither_can_be_given_back(ledger: Ledger) -> None:
    one, two = journal_of(), journal_of(B)
    for journal in (one, two):
        journal.claim(ONE, 1, attempt(journal.device), flags=("unarbitrated",))
    one.end(ONE, 1, attempt(A), "passed")
    take_in(ledger, one.slice(), NOON_MS)
    take_in(ledger, two.slice(), NOON_MS)
    assert duplicates(ledger) == [], "he has not walked yet"
    two.end(ONE, 1, attempt(B), "unresolved")
    take_in(ledger, two.slice(), NOON_MS)
    assert duplicates(ledger) == [(ONE, 1)]


def test_what_was_given_back_before_anybody_heard_of_it_is_no_duplicate(ledger: Ledger) -> None:
    one, two = journal_of(), journal_of(B)
    one.claim(ONE, 1, attempt(A))
    one.end(ONE, 1, attempt(A), "passed")
    two.claim(ONE, 1, attempt(B))
    two.end(ONE, 1, attempt(B), "unresolved")
    two.end(ONE, 1, attempt(B), "released")
    take_in(ledger, one.slice(), NOON_MS)
    take_in(ledger, two.slice(), NOON_MS)
    assert duplicates(ledger) == []


def duplicates(ledger: Ledger) -> list[tuple[str, int]]:
    return ledger.connection.execute("SELECT number, use_no FROM duplicates").fetchall()


def test_a_number_is_spent_even_where_its_use_was_given_back(ledger: Ledger) -> None:
    journal = journal_of()
    journal.claim(ONE, 3, attempt(A, 3))
    journal.end(ONE, 3, attempt(A, 3), "released")
    take_in(ledger, journal.slice(), NOON_MS)
    assert ask(ledger, B, use_no=2).answer == "taken"
    assert ask(ledger, B, use_no=4).answer == "granted"


# ---------------------------------------------------------------------- who is in step


def test_a_new_arbiter_waits_for_every_gate_and_then_goes_on_for_ever(tmp_path: Path) -> None:
    random = seeded.Random(2).randbytes
    ledger = Ledger.open(tmp_path / "relay.db", random, NOON_MS)
    assert ledger.fresh
    journal = journal_of()
    assert ask(ledger).answer == "not_arbitrating"
    assert ends(ledger) == [], "nothing is written down before"
    assert not caught_up(ledger, journal), "it has said more than it has sent"
    take_in(ledger, journal.slice(1, 1), NOON_MS)
    assert not caught_up(ledger, journal)
    take_in(ledger, journal.slice(2), NOON_MS)
    assert caught_up(ledger, journal)
    assert not review(ledger, None, ()), "it is not known which gates there are"
    assert not review(ledger, {A, B}, ())
    assert waiting_for(ledger, {A, B}, ()) == (B,)
    assert ask(ledger).answer == "not_arbitrating"
    assert review(ledger, {A, B}, (B,)), "B is in use no more"
    assert ask(ledger).answer == "granted"
    assert ask(ledger, B, use_no=2).answer == "not_arbitrating", "enrolled later, or back: not before it is in step"
    epoch = ledger.epoch
    ledger.close()
    ledger = Ledger.open(tmp_path / "relay.db", random, NOON_MS)
    assert (ledger.epoch, ledger.fresh, ledger.arbitrating) == (epoch, False, True)
    assert ask(ledger).answer == "granted"
    ledger.close()
    with pytest.raises(EnvironmentFault):
        Ledger.open(tmp_path / "nowhere" / "relay.db", random, NOON_MS)


def test_being_in_step_is_said_to_one_arbiter_only(ledger: Ledger, tmp_path: Path) -> None:
    emptied = Ledger.open(tmp_path / "another.db", seeded.Random(3).randbytes, NOON_MS)
    journal = MemoryJournal(A, seeded.Random(4))
    said = CaughtUpRequest(epoch=ledger.epoch, journal_epoch=journal.epoch.hex, seq=0)
    with emptied.writing("step"):
        assert not say_caught_up(emptied, A, "gate", said)
    assert waiting_for(emptied, {A}, ()) == (A,)
    emptied.close()


def test_a_gate_that_only_the_relay_has_seen_is_waited_for(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path / "relay.db", seeded.Random(2).randbytes, NOON_MS)
    take_in(ledger, journal_of(B).slice(), NOON_MS)
    assert not review(ledger, set(), ())
    assert review(ledger, set(), (B,))
    ledger.close()


# ---------------------------------------------------------------------- journals


def test_a_journal_is_held_without_a_gap_from_where_it_began(ledger: Ledger) -> None:
    journal = journal_of()
    for _ in range(4):
        journal.note("lane.event", lane="1", what="forced")
    assert take_in(ledger, journal.slice(3, 4), NOON_MS) == Held(held_through=4, head=journal.hashes[4])
    assert take_in(ledger, journal.slice(6), NOON_MS) == Gap(expected_seq=5)
    assert take_in(ledger, journal.slice(1, 4), NOON_MS) == Gap(expected_seq=5), "before its beginning"
    assert take_in(ledger, journal.slice(4, 5), NOON_MS) == Held(held_through=5, head=journal.hashes[5])
    assert take_in(ledger, journal.slice(3, 4), NOON_MS) == Held(held_through=5, head=journal.hashes[5])
    assert take_in(ledger, replace(journal.slice(6), device=B), NOON_MS) == NotYours()
    held = ledger.connection.execute("SELECT bytes FROM events ORDER BY seq").fetchall()
    assert [row[0] for row in held] == journal.events[2:5], "byte for byte"


def test_another_story_is_refused_and_the_first_goes_on(ledger: Ledger) -> None:
    journal = journal_of()
    take_in(ledger, journal.slice(), NOON_MS)
    copied = MemoryJournal(A, seeded.Random("another"))
    copied.epoch = journal.epoch
    copied.open()
    copied.start()
    copied.start()
    assert take_in(ledger, copied.slice(), NOON_MS) == Forked()
    assert take_in(ledger, copied.slice(3), NOON_MS) == Forked()
    journal.start()
    assert isinstance(take_in(ledger, journal.slice(3), NOON_MS), Held)


def test_what_cannot_be_read_is_held_and_says_nothing(ledger: Ledger) -> None:
    journal = journal_of()
    journal.write(b"\xff nothing")
    journal.note("use.claimed", number="short")
    journal.note("use.passed", number=ONE, use_no=2**60, attempt=bytes(16), persons=1)
    journal.note("use.passed", number="9" * 20, use_no=1, attempt=bytes(16), persons=2)
    journal.note("of.another.version", what=[1, 2, {"three": 4}])
    assert isinstance(take_in(ledger, journal.slice(), NOON_MS), Held)
    assert ends(ledger) == []
    (only,) = uses_of(ledger.connection, "9" * 20)
    assert (only.end, only.persons, only.service_date) == ("passed", 2, None), "its claim was dropped before"


def test_an_end_of_another_device_ends_nothing(ledger: Ledger) -> None:
    ask(ledger, A)
    other = journal_of(B)
    other.end(ONE, 1, attempt(A), "released")
    other.claim(ONE, 1, attempt(A))
    take_in(ledger, other.slice(), NOON_MS)
    assert ends(ledger) == [(1, A, None)]


# ---------------------------------------------------------------------- the feed


def test_whoever_follows_meets_the_latest_state_and_misses_nothing(ledger: Ledger) -> None:
    journal = journal_of()
    ask(ledger, A, after_seq=2, epoch=journal.epoch.hex)
    first = changes_after(ledger.connection, ledger.epoch, 0, ledger.epoch)
    assert [(use.use_no, use.end) for use in first.uses] == [(1, None)]
    assert not changes_after(ledger.connection, ledger.epoch, first.position, ledger.epoch).uses
    journal.claim(ONE, 1, attempt(A))
    journal.end(ONE, 1, attempt(A), "passed")
    take_in(ledger, journal.slice(), NOON_MS)
    news = changes_after(ledger.connection, ledger.epoch, first.position, ledger.epoch)
    assert [(use.use_no, use.end, use.persons) for use in news.uses] == [(1, "passed", 1)]
    assert news.position > first.position
    anew = changes_after(ledger.connection, ledger.epoch, news.position, "00" * 16)
    assert len(anew.uses) == 1, "another epoch's position means nothing here"


def test_a_long_story_comes_in_pages(ledger: Ledger) -> None:
    journal = journal_of()
    for n in range(MAX_CHANGES + 7):
        journal.claim(f"{n:020d}", 1, attempt(A))
    take_in(ledger, journal.slice(), NOON_MS)
    page = changes_after(ledger.connection, ledger.epoch, 0, "")
    rest = changes_after(ledger.connection, ledger.epoch, page.position, ledger.epoch)
    assert (len(page.uses), page.more, len(rest.uses), rest.more) == (MAX_CHANGES, True, 7, False)
    assert len({use.number for use in (*page.uses, *rest.uses)}) == MAX_CHANGES + 7


class _Interrupted(sqlite3.Connection):
    """A reader in whose middle others commit: between the uses and the facts that it reads."""

    meanwhile: Callable[[], object]

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> sqlite3.Cursor:  # type: ignore[override]  # what the feed asks with
        if "FROM facts" in sql:
            self.meanwhile()
        return super().execute(sql, parameters)


def test_what_is_committed_while_a_page_is_read_is_told_with_the_next(ledger: Ledger, tmp_path: Path) -> None:
    reader = sqlite3.connect(tmp_path / "relay.db", isolation_level=None, factory=_Interrupted)

    def use_and_fact() -> None:
        ask(ledger, A)
        with ledger.writing("fact") as connection:
            values = ("ab" * 16, b"an act", "open", None, NOON_MS, ledger.next_position())
            connection.execute("INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, 0)", values)

    reader.meanwhile = use_and_fact
    page = changes_after(reader, ledger.epoch, 0, ledger.epoch)
    rest = changes_after(ledger.connection, ledger.epoch, page.position, ledger.epoch)
    reader.close()
    assert [use.device for use in (*page.uses, *rest.uses)] == [A]
    assert (*page.facts, *rest.facts) == (b"an act",)


def test_a_commit_that_fails_leaves_nothing(ledger: Ledger) -> None:
    before = ledger.position
    ledger.connection.execute("CREATE TRIGGER full BEFORE INSERT ON uses BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    with pytest.raises(sqlite3.IntegrityError):
        ask(ledger, A)
    ledger.connection.execute("DROP TRIGGER full")
    assert ledger.position == before
    assert ask(ledger, B).answer == "granted"
