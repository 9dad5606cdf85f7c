"""The engine against a centre in memory: whatever is lost, repeated or refused, both sides end up with the same."""

import logging
from collections.abc import Iterator
from pathlib import Path
from random import Random

import httpx
import pytest

from sync.cache.reader import CacheReader
from sync.cache.writer import CacheWriter
from sync.engine.backoff import Backoff
from sync.engine.engine import Engine, StepResult, run
from sync.journal.journal import Journal
from sync.line.client import CentreClient
from sync.points import Point, Probe, kill_at, no_probe
from sync.trusted_time import Clocks
from sync.wire.time import TimeAnswer
from tests.sync.cache_pages import DATE, day_key, station, stop, ticket
from tests.sync.children import Say, in_child
from tests.sync.fake_centre import DEVICE, RECEIPT, ROOT, START, FakeCentre, refusal, trust_list, trust_record
from tests.sync.till_life import live, open_journal, till_life
from tickets.admission import TimeQuality
from tickets.errors import PeerError
from tickets.events import Kind
from tickets.keys import SigningKey
from tickets.numbers import TicketNumber
from tickets.trust import TrustFault

NOW_MS = int(START.timestamp() * 1000)


class Terminal:
    """A terminal's directory with its engine, a journal, and clocks that the test moves."""

    def __init__(self, directory: Path, centre: FakeCentre, probe: Probe = no_probe) -> None:
        self.centre = centre
        self.boot = 1000.0
        self.wall = NOW_MS / 1000
        self.journal_path = directory / "journal.db"
        self.cache = CacheWriter(directory / "cache.db", probe)
        self.reader = CacheReader(directory / "cache.db")
        self.engine = Engine(
            client=CentreClient("http://centre", "kiosk-1", DEVICE, centre.http()),
            cache=self.cache,
            journals=[self.journal_path],
            root=ROOT.public,
            enrolled_trust=trust_list(),
            clocks=Clocks(boot=lambda: self.boot, wall=lambda: self.wall, boot_id="this"),
            backoff=Backoff(Random(1).random, base=0.5),
            nonce=lambda: bytes(32),
            probe=probe,
            poll_seconds=0.5,
        )

    def journal(self) -> Journal:
        return open_journal(self.journal_path)

    def step(self, later: float = 0.5) -> StepResult:
        """One step, some seconds after the last one on every clock."""
        self.boot += later
        self.wall += later
        self.centre.now_ms += int(later * 1000)
        return self.engine.step()

    def close(self) -> None:
        self.engine.close()
        self.reader.close()
        self.cache.close()


@pytest.fixture
def centre() -> FakeCentre:
    return FakeCentre()


@pytest.fixture
def terminal(tmp_path: Path, centre: FakeCentre) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path, centre)
    yield terminal
    terminal.close()


def in_step(terminal: Terminal, journal: Journal) -> bool:
    kept = terminal.centre.events.get(journal.epoch.hex, [])
    stored = [event.data for event in journal.events(0, 10_000)]
    return kept == stored and terminal.reader.kept_through(journal.epoch) == journal.head()[0]


def test_a_step_asks_the_time_sends_all_and_fetches_all(terminal: Terminal, centre: FakeCentre) -> None:
    centre.put(station(), stop(1), ticket(7))
    with terminal.journal() as journal:
        live(journal, till_life(1))
        done = terminal.step()
        assert (done.line_up, done.problems, done.pushed, done.pulled) == (True, (), journal.head()[0], 3)
        assert done.wait_seconds == 0.5
        assert in_step(terminal, journal)
    assert terminal.reader.ticket(TicketNumber(7)) is not None
    status = terminal.reader.status()
    assert status is not None
    assert (status.line_up, status.queued, status.last_success_ms, status.what) == (True, 0, centre.now_ms, "")
    assert centre.calls[0] == "/v1/time"


def test_a_damaged_cache_is_not_kept_for_ever(terminal: Terminal, tmp_path: Path) -> None:
    aside = tmp_path / "cache.db.set-aside"
    aside.write_bytes(b"damaged")
    terminal.step(later=50 * 365 * 86_400)
    assert not aside.exists()


def test_nothing_new_costs_one_short_call(terminal: Terminal, centre: FakeCentre) -> None:
    terminal.step()
    centre.calls.clear()
    size = sum(path.stat().st_size for path in terminal.journal_path.parent.glob("cache.db*"))
    for _ in range(5):
        assert terminal.step().pulled == 0
    assert centre.calls == ["/v1/sync/pull"] * 5
    assert sum(path.stat().st_size for path in terminal.journal_path.parent.glob("cache.db*")) == size


def test_a_long_journal_goes_in_batches_and_is_kept_whole(terminal: Terminal, centre: FakeCentre) -> None:
    with terminal.journal() as journal:
        with journal.transaction() as tx:
            for n in range(1234):
                tx.append(Kind.DEVICE_FAULT, {"device": "printer", "what": f"{n} " + "x" * 200})
        done = terminal.step()
        assert done.pushed == 1235
        assert centre.calls.count("/v1/sync/push") == 3
        assert in_step(terminal, journal)


def test_many_records_come_in_pages_and_sending_goes_on_in_between(terminal: Terminal, centre: FakeCentre) -> None:
    centre.put(*(ticket(n) for n in range(1, 4501)))
    with terminal.journal() as journal:
        journal_grew = False

        def grow(request: httpx.Request) -> None:
            nonlocal journal_grew
            if request.url.path == "/v1/sync/pull" and not journal_grew:
                journal_grew = True
                live(journal, till_life(1))

        centre.after = grow
        assert terminal.step().pulled == 4500
        pulls = [n for n, call in enumerate(centre.calls) if call == "/v1/sync/pull"]
        assert len(pulls) == 3
        assert "/v1/sync/push" in centre.calls[pulls[0] : pulls[1]]
        assert in_step(terminal, journal)


def test_a_lost_line_is_told_once_and_so_is_its_return(
    terminal: Terminal, centre: FakeCentre, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "waystation.sync")
    terminal.step()
    centre.before = _down
    waits = [terminal.step(400).wait_seconds for _ in range(20)]
    assert terminal.step().line_up is False
    status = terminal.reader.status()
    assert status is not None
    assert not status.line_up
    assert "does not answer" in status.what
    centre.before = lambda _: None
    for _ in range(3):
        assert terminal.step(400).line_up
    told = [record.message.split(" ")[0] for record in caplog.records]
    assert told == ["sync.line_lost", "sync.line_back"]
    assert all(0 < wait <= 300 for wait in waits)
    assert max(waits) > 30
    assert len(set(waits)) == len(waits), "no two machines wait the same"


def test_a_lost_answer_costs_a_repetition_and_nothing_else(terminal: Terminal, centre: FakeCentre) -> None:
    with terminal.journal() as journal:
        for n in range(1, 6):
            live(journal, till_life(n))
            centre.after = _down
            assert not terminal.step(400).line_up
            centre.after = lambda _: None
            terminal.step(400)
            assert in_step(terminal, journal)


def test_a_broken_push_does_not_hold_up_the_pull(terminal: Terminal, centre: FakeCentre) -> None:
    with terminal.journal():
        centre.before = lambda request: refusal(500) if "push" in request.url.path else None
        for n in range(1, 30):
            centre.put(stop(n))
            done = terminal.step()
            assert done.pulled == 1
            assert done.wait_seconds == 0.5
            assert [fault.what for fault in done.problems] == ["no"]
        assert centre.calls.count("/v1/sync/push") < 15, "the push itself backs off"
        status = terminal.reader.status()
        assert status is not None
        assert (status.queued, status.what, status.hint) == (1, "no", "do something")
        centre.before = lambda _: None
        assert terminal.step(400).problems == ()


def test_a_centre_that_asks_for_patience_gets_it(terminal: Terminal, centre: FakeCentre) -> None:
    terminal.step()
    busy = httpx.Response(503, json={"what": "busy", "hint": "later"}, headers={"retry-after": "60"})
    centre.before = lambda _: busy
    terminal.step()
    centre.calls.clear()
    for _ in range(100):
        terminal.step()
    assert centre.calls == []
    centre.before = lambda _: None
    assert terminal.step(20).problems == ()


def test_a_poisoned_event_is_told_and_blocks_nothing(
    terminal: Terminal, centre: FakeCentre, caplog: pytest.LogCaptureFixture
) -> None:
    centre.poisoned = {2}
    with terminal.journal() as journal:
        live(journal, till_life(1))
        assert terminal.step().problems == ()
        assert in_step(terminal, journal)
    (told,) = caplog.records
    assert (told.message, told.what) == ("sync.event_not_usable", "2 poisoned: None")  # type: ignore[attr-defined]  # a field of ours


def test_a_receipt_by_another_key_is_not_believed(terminal: Terminal, centre: FakeCentre) -> None:
    centre.receipt_key = SigningKey.from_raw(bytes([9]) * 32)
    with terminal.journal() as journal:
        (problem,) = terminal.step().problems
        assert isinstance(problem, PeerError)
        assert "receipt" in problem.what
        assert terminal.reader.kept_through(journal.epoch) == 0
        centre.receipt_key = RECEIPT
        assert terminal.step(400).problems == ()
        assert in_step(terminal, journal)


def test_a_revoked_terminal_knows_it_until_the_centre_believes_it_again(terminal: Terminal, centre: FakeCentre) -> None:
    terminal.step()
    believed = centre.before
    centre.before = lambda request: refusal(403, revoked=True) if "sync" in request.url.path else None

    def revoked() -> bool:
        status = terminal.reader.status()
        return status is not None and status.revoked

    assert not revoked()
    terminal.step()
    assert revoked()

    def cut(request: httpx.Request) -> httpx.Response | None:
        raise httpx.ConnectError("cut", request=request)

    centre.before = cut
    terminal.step(later=400)
    assert revoked(), "nor does who cuts the line make it forget"
    centre.before = lambda request: refusal(403) if "sync" in request.url.path else None
    terminal.step(later=400)
    assert revoked(), "another refusal says nothing about it"
    centre.before = believed
    terminal.step(later=400)
    assert not revoked()


def test_a_centre_put_back_to_an_older_state_gets_the_rest_again(terminal: Terminal, centre: FakeCentre) -> None:
    with terminal.journal() as journal:
        live(journal, till_life(1))
        terminal.step()
        del centre.events[journal.epoch.hex][5:]
        live(journal, till_life(2))
        assert terminal.step().problems == ()
        assert in_step(terminal, journal)


def test_a_second_branch_of_a_journal_stops_sending_and_says_so(terminal: Terminal, centre: FakeCentre) -> None:
    with terminal.journal() as journal:
        centre.events[journal.epoch.hex] = [b"another story"]
        terminal.step()
        centre.put(stop(1))
        centre.calls.clear()
        assert terminal.step(400).pulled == 1
        assert "/v1/sync/push" not in centre.calls
    status = terminal.reader.status()
    assert status is not None
    assert status.forked
    for path in terminal.journal_path.parent.glob("journal.*"):
        path.unlink()
    with open_journal(terminal.journal_path, seed=77) as journal:  # enrolled again: a new epoch is sent as usual
        terminal.step(400)
        assert in_step(terminal, journal)
    status = terminal.reader.status()
    assert status is not None
    assert not status.forked


def test_a_cursor_that_is_gone_means_a_fresh_copy_swapped_in_whole(terminal: Terminal, centre: FakeCentre) -> None:
    centre.put(ticket(1), stop(1))
    terminal.step()
    centre.start_afresh()
    centre.records.clear()
    centre.put(*(ticket(n) for n in range(2, 4003)))
    pulls = 0

    def cut_the_second_page(request: httpx.Request) -> None:
        nonlocal pulls
        pulls += request.url.path == "/v1/sync/pull"
        if pulls == 3:  # the refusal, a page, and now the line
            _down(request)

    centre.before = cut_the_second_page
    assert not terminal.step().line_up
    assert terminal.reader.ticket(TicketNumber(1)) is not None, "the old copy serves until the new one is whole"
    assert terminal.reader.ticket(TicketNumber(2)) is None
    centre.before = lambda _: None
    centre.calls.clear()
    assert terminal.step(400).pulled == 2001, "it goes on where the line was cut"
    assert terminal.reader.ticket(TicketNumber(1)) is None
    assert terminal.reader.stops() == []
    assert terminal.reader.ticket(TicketNumber(4002)) is not None
    centre.put(ticket(5000))
    assert terminal.step().pulled == 1


def test_time_is_asked_once_and_again_when_it_is_old(terminal: Terminal, centre: FakeCentre) -> None:
    terminal.wall = 0.0  # an empty battery: the signatures are dated by the centre's time all the same
    centre.checks_time = True
    assert terminal.step().problems == ()
    now = terminal.engine.clock.now()
    assert now.quality is TimeQuality.TRUSTED
    assert abs(now.at.timestamp() * 1000 - centre.now_ms) < 5
    anchor = terminal.reader.time_anchor()
    assert anchor is not None
    assert (anchor.boot_id, anchor.centre_ms) == ("this", centre.now_ms)
    for _ in range(10):
        terminal.step()
    assert centre.calls.count("/v1/time") == 1
    terminal.step(600)
    assert centre.calls.count("/v1/time") == 2


def test_what_was_refused_for_a_wrong_clock_is_tried_at_once_when_the_time_is_known(
    terminal: Terminal, centre: FakeCentre
) -> None:
    terminal.wall = 0.0
    centre.put(stop(1))
    centre.before = lambda request: refusal(500) if request.url.path == "/v1/time" else None
    with terminal.journal() as journal:
        for _ in range(20):
            terminal.step(400)
        assert [str(fault) for fault in terminal.step(400).problems] == ["no. do something"] * 3
        centre.before = lambda _: None
        step = terminal.step(300)
        assert (step.problems, step.pulled) == ((), 1)
        assert in_step(terminal, journal)


def test_time_over_another_nonce_is_not_believed(terminal: Terminal, centre: FakeCentre) -> None:
    replayed = CentreClient("http://centre", "kiosk-1", DEVICE, centre.http()).time(b"\x07" * 32)
    answer = httpx.Response(200, content=TimeAnswer(token=replayed).model_dump_json())
    centre.before = lambda request: answer if request.url.path == "/v1/time" else None
    (problem,) = terminal.step().problems
    assert "another question" in problem.what
    assert terminal.reader.time_anchor() is None
    assert terminal.engine.clock.now().quality is TimeQuality.DEGRADED


def test_a_newer_trust_list_is_taken_over_and_an_older_or_forged_one_is_not(
    terminal: Terminal, centre: FakeCentre
) -> None:
    assert terminal.cache.trust_version() == 1
    newer = trust_list(3)
    centre.put(trust_record(newer))
    terminal.step()
    assert terminal.reader.trust_list_bytes() == newer
    for bad in (trust_list(2), trust_list(4, root=DEVICE)):
        centre.put(trust_record(bad))
        problems = terminal.step().problems
        assert [type(problem) for problem in problems] == [TrustFault]
        assert terminal.reader.trust_list_bytes() == newer
    last = trust_list(4)
    centre.put(trust_record(last))
    assert terminal.step().problems == ()
    assert terminal.reader.trust_list_bytes() == last


def test_new_receipt_keys_are_believed_as_soon_as_their_list_has_come(terminal: Terminal, centre: FakeCentre) -> None:
    other = SigningKey.from_raw(bytes([8]) * 32)
    centre.receipt_key = other
    centre.put(trust_record(trust_list(2, receipt=other)))
    with terminal.journal() as journal:
        assert len(terminal.step().problems) == 1
        assert terminal.step(400).problems == ()
        assert in_step(terminal, journal)


def test_identity_keys_are_destroyed_after_their_day_but_only_by_trusted_time(
    tmp_path: Path, terminal: Terminal, centre: FakeCentre
) -> None:
    centre.put(station(), day_key(), day_key("2026-11-23"))
    terminal.step()
    assert len(list(terminal.cache._connection.execute("SELECT 1 FROM records WHERE kind = 'day_key'"))) == 2
    terminal.step(14 * 3600)  # 22:00 UTC is 06:00 of the next day at the station, three hours after the day's end
    assert terminal.cache.record("day_key", DATE) is None
    assert terminal.cache.record("day_key", "2026-11-23") is not None
    other_place = tmp_path / "other"
    other_place.mkdir()
    lost = Terminal(other_place, FakeCentre())
    lost.centre.put(day_key())
    lost.centre.before = lambda request: refusal(500) if request.url.path == "/v1/time" else None
    lost.centre.checks_time = False
    lost.step()
    lost.wall += 30 * 86_400
    lost.step()
    assert lost.cache.record("day_key", DATE) is not None
    lost.close()


@pytest.mark.parametrize(
    "point",
    [
        Point.SYNC_PUSH_BEFORE,
        Point.SYNC_PUSH_AFTER,
        Point.SYNC_ACKNOWLEDGE_COMMIT_BEFORE,
        Point.SYNC_ACKNOWLEDGE_COMMIT_AFTER,
        Point.SYNC_PULL_COMMIT_BEFORE,
        Point.SYNC_PULL_COMMIT_AFTER,
        Point.SYNC_TIME_COMMIT_BEFORE,
        Point.SYNC_TIME_COMMIT_AFTER,
    ],
)
def test_sync_killed_anywhere_goes_on_as_if_nothing_had_happened(tmp_path: Path, point: Point) -> None:
    """The dead process took its fake centre with it: the one that is left has seen nothing, or everything."""
    with open_journal(tmp_path / "journal.db") as journal:
        live(journal, till_life(1))

    def work(say: Say) -> None:
        doomed = FakeCentre()
        doomed.put(ticket(7), stop(1))
        terminal = Terminal(tmp_path, doomed, kill_at(point))
        terminal.step()

    assert in_child(work).killed
    for knows_all in (False, True):
        centre = FakeCentre()
        centre.put(ticket(7), stop(1))
        with open_journal(tmp_path / "journal.db", seed=10 + knows_all) as journal:
            if knows_all:
                centre.events[journal.epoch.hex] = [event.data for event in journal.events(0, 1000)]
            terminal = Terminal(tmp_path, centre)
            assert terminal.step().problems == ()
            live(journal, till_life(2 + knows_all))
            assert terminal.step().problems == ()
            assert in_step(terminal, journal)
            assert terminal.reader.ticket(TicketNumber(7)) is not None
            terminal.close()


def test_running_stops_when_asked(terminal: Terminal) -> None:
    waits: list[float] = []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        return len(waits) == 3

    run(terminal.engine, wait)
    assert waits == [0.5, 0.5, 0.5]


def test_backoff_is_full_jitter_between_its_bounds() -> None:
    highest = Backoff(lambda: 0.999999, base=1, cap=300)
    assert [round(highest.failed()) for _ in range(10)] == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert highest.failed(at_least=500) == 500
    highest.succeeded()
    assert round(highest.failed()) == 2
    assert Backoff(lambda: 0.0).failed() == 0.05


def _down(_: httpx.Request) -> None:
    raise httpx.ConnectError("cut")
