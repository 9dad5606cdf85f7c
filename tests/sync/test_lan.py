"""A terminal in its LAN: what others did is known here at once, what happened here is told, whatever the relay does."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from sync.cache.reader import CacheReader
from sync.cache.schema import LAN_ACTS_TOLD
from sync.cache.writer import CacheWriter
from sync.engine.status import LanStatus
from sync.journal.journal import Journal
from sync.journal.pruning import prune
from sync.journal.reader import JournalReader
from sync.journal.uses import claim_use, end_use
from sync.lan.asking import Asking
from sync.lan.fact_judge import FactJudge
from sync.lan.lan import Lan, LanSettings
from sync.lan.outbox import Outbox
from sync.lan.taken_facts import taken_of_late
from sync.lan.writer import Held, JudgedFact, LanWriter
from sync.points import Point, kill_at
from sync.wire.push import PushAnswer, PushBatch
from sync.wire.records import UseBody
from sync.wire.relay import USUAL_PUSH, ChangesAnswer
from tests.sync.cache_pages import DATE, TRIP, departure, page, station
from tests.sync.children import Say, in_child
from tests.sync.fake_relay import RELAY, FakeRelay
from tests.sync.till_life import DAY, open_journal, ticket_number
from tickets.admission import TimeQuality, TrustedNow
from tickets.events import Kind
from tickets.keys import SigningKey
from tickets.staff import Act, StaffFact, sign_fact
from tickets.trust import Badge, Role, TrustList, sign_trust_list
from tickets.uses import UseEnd

ROOT, GATE, MANAGER, NEWCOMER = (SigningKey.from_raw(bytes([n]) * 32) for n in (31, 32, 33, 34))
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
STATION = 7
DEPARTS = 1_795_000_000_000


def badge(number: str, key: SigningKey) -> Badge:
    return Badge(
        number=number, initials="WX", role=Role.DUTY_MANAGER, key=key.public, expires=NOW + timedelta(days=400)
    )


def trust(version: int, *badges: Badge) -> bytes:
    return sign_trust_list(
        TrustList(version=version, issued=NOW, expires=NOW + timedelta(days=90), keys=(), badges=badges), ROOT
    )


def fact(
    no: int, act: Act = Act.GATE, *, key: SigningKey = MANAGER, number: str = "0102", at: datetime = NOW, **what: object
) -> bytes:
    said: dict[str, object] = {"service_date": DAY, "trip": TRIP, **({"gate": "9"} if act is Act.GATE else {}), **what}
    staff_fact = StaffFact(fact_id=UUID(int=no), station=STATION, badge=number, act=act, at=at, **said)  # type: ignore[arg-type]  # each test says which
    return sign_fact(staff_fact, key)


def use(number: int = 1, attempt: int = 1, end: str | None = None, **more: object) -> UseBody:
    return UseBody.model_validate(
        {
            "number": ticket_number(number).digits,
            "use_no": 1,
            "attempt": UUID(int=attempt).hex,
            "device": "gate-2",
            "lane": "2A",
            "at": int(NOW.timestamp() * 1000),
            "end": end,
            "service_date": DATE,
            "trip": TRIP,
            "persons": 2,
            "flags": ("late", "unarbitrated"),
            **more,
        }
    )


class Terminal:
    """A gate's directory with its LAN threads and a journal."""

    def __init__(self, directory: Path, url: str | None, *, journals: bool = True, knows_relay: bool = True) -> None:
        directory.mkdir(exist_ok=True)
        self.directory = directory
        self.journal_path = directory / "journal.db"
        self.cache = CacheWriter(directory / "cache.db")
        self.reader = CacheReader(directory / "cache.db")
        self.outbox = Outbox(directory)
        self.lan = Lan(
            LanSettings(
                directory=directory,
                url=url,
                device="gate-1",
                key=GATE,
                station=STATION,
                root=ROOT.public,
                enrolled_trust=trust(1, badge("0102", MANAGER)),
                journals=[self.journal_path] if journals else [],
                now=lambda: TrustedNow(at=NOW, quality=TimeQuality.TRUSTED),
                boot=time.monotonic,
                random=Random(1).random,
                retry_base_seconds=0.02,
                retry_cap_seconds=0.1,
            ),
            self.cache,
        )
        self.cache.apply(page([station(), departure()], "a"))
        if knows_relay:
            self.learn_of_relay()

    def learn_of_relay(self) -> None:
        """What the centre tells of the relay."""
        body: dict[str, object] = {
            "device": "relay-1", "kind": "relay", "name": "r", "key": RELAY.public.raw.hex(), "state": "active",
        }  # fmt: skip
        self.cache.apply(page([station().model_copy(update={"kind": "device", "key": "relay-1", "body": body})], "b"))

    def status(self) -> LanStatus:
        return self.reader.lan_status() or LanStatus(relay_up=False)

    def gate(self) -> str:
        """The departure's gate as the station runs it."""
        found = self.reader.departure(DAY, TRIP)
        assert found is not None
        return found.gate

    def close(self) -> None:
        self.lan.stop()
        self.reader.close()
        self.cache.close()


@pytest.fixture
def relay() -> FakeRelay:
    return FakeRelay({"gate-1": GATE.public})


@pytest.fixture
def url(relay: FakeRelay) -> Iterator[str]:
    with relay.serving() as url:
        yield url


@pytest.fixture
def terminal(tmp_path: Path, url: str) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path / "gate", url)
    terminal.lan.start()
    yield terminal
    terminal.close()


@pytest.fixture
def journal(terminal: Terminal) -> Iterator[Journal]:
    with open_journal(terminal.journal_path, prefix=None) as journal:
        yield journal


def until(holds: Callable[[], bool], seconds: float = 5.0) -> float:
    """Wait until it holds; answers how long that took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, "it did not come to hold"
        time.sleep(0.005)
    return time.monotonic() - began


def admit(journal: Journal, number: int = 1, attempt: int = 1, end: UseEnd | None = None) -> None:
    with journal.transaction() as tx:
        assert claim_use(
            tx,
            ticket=ticket_number(number),
            use_no=1,
            attempt=UUID(int=attempt),
            service_date=DAY,
            trip=TRIP,
            lane="1A",
            persons=1,
            by="code",
        )
    if end is not None:
        with journal.transaction() as tx:
            end_use(tx, ticket=ticket_number(number), use_no=1, attempt=UUID(int=attempt), end=end)


def held(relay: FakeRelay, journal: Journal) -> int:
    first, events, _ = relay.journals.get(journal.epoch.hex, (1, [], b""))
    return first + len(events) - 1


def test_a_use_of_another_gate_is_known_here_at_once(relay: FakeRelay, terminal: Terminal) -> None:
    until(lambda: terminal.status().relay_up)
    relay.tell(use())
    assert until(lambda: bool(terminal.reader.uses(ticket_number(1)))) < 0.5
    [known] = terminal.reader.uses(ticket_number(1))
    assert (known.device, known.end, known.persons, known.flags) == (
        "gate-2", None, 2, frozenset({"late", "unarbitrated"}),
    )  # fmt: skip
    assert terminal.reader.uses_of(DAY, TRIP) == [known]
    assert terminal.reader.uses_of(DAY, "K9999") == []
    relay.tell(use(end="released"))
    assert until(lambda: terminal.reader.uses(ticket_number(1))[0].end is UseEnd.RELEASED) < 0.5


def test_what_is_known_furthest_stays(relay: FakeRelay, terminal: Terminal) -> None:
    relay.tell(use(1, end="passed"), use(1, end=None), use(1, end="unresolved"), use(2, 2))
    until(lambda: bool(terminal.reader.uses(ticket_number(2))))
    assert terminal.reader.uses(ticket_number(1))[0].end is UseEnd.PASSED


def test_two_attempts_at_one_use_are_both_known(relay: FakeRelay, terminal: Terminal) -> None:
    relay.tell(use(1, 1, "passed"), use(1, 2, "passed"))
    until(lambda: len(terminal.reader.uses(ticket_number(1))) == 2)


def test_an_act_of_staff_is_obeyed_within_a_second(relay: FakeRelay, terminal: Terminal) -> None:
    until(lambda: terminal.status().relay_up)
    assert terminal.gate() == "3"
    terminal.reader.changed()
    relay.tell(fact(1))
    assert until(lambda: terminal.gate() == "9") < 1.0
    assert terminal.reader.changed()
    told = terminal.reader.departure_as_told(DAY, TRIP)
    assert told is not None
    assert terminal.reader.departure(DAY, TRIP) == replace(told, gate="9")
    assert [each.fact_id for each in terminal.reader.staff_facts(DAY, TRIP)] == [UUID(int=1)]


def test_a_delayed_departure_is_found_where_it_is_delayed_to(relay: FakeRelay, terminal: Terminal) -> None:
    later = datetime.fromtimestamp(DEPARTS / 1000, UTC) + timedelta(hours=3)
    relay.tell(fact(1, Act.DELAY, until=later))
    until(lambda: bool(terminal.reader.staff_facts(DAY, TRIP)))
    around = (later - timedelta(minutes=1), later + timedelta(minutes=1))
    assert [found.trip for found in terminal.reader.departures(around)] == [TRIP]
    before = (later - timedelta(hours=4), later - timedelta(hours=2))
    assert terminal.reader.departures(before) == []


def test_a_bad_act_is_told_once_and_obeyed_when_its_badge_is_known(
    relay: FakeRelay, terminal: Terminal, caplog: pytest.LogCaptureFixture
) -> None:
    relay.tell(fact(1, key=NEWCOMER, number="0777"), fact(2, gate="5"))
    until(lambda: terminal.gate() == "5")
    until(lambda: terminal.status().facts_refused == 1)
    terminal.cache.set_trust(2, trust(2, badge("0102", MANAGER), badge("0777", NEWCOMER)))
    relay.tell(use())  # anything: the question that is open comes back, and the new list is looked at
    until(lambda: {each.badge for each in terminal.reader.staff_facts(DAY, TRIP)} == {"0102", "0777"})
    until(lambda: terminal.status().facts_refused == 0)
    assert [record.message.split(" ")[0] for record in caplog.records].count("lan.fact_refused") == 1


def test_nonsense_for_an_act_harms_nothing(relay: FakeRelay, terminal: Terminal) -> None:
    relay.tell(b"no fact at all", fact(2, gate="5"))
    until(lambda: terminal.gate() == "5")


def test_the_journal_is_told_as_it_grows_and_where_it_ends(
    relay: FakeRelay, terminal: Terminal, journal: Journal
) -> None:
    admit(journal)
    until(lambda: held(relay, journal) == journal.head()[0])
    until(lambda: bool(relay.caught_up))
    assert (relay.caught_up[-1].epoch, relay.caught_up[-1].journal_epoch) == (relay.epoch, journal.epoch.hex)
    with journal.transaction() as tx:
        end_use(tx, ticket=ticket_number(1), use_no=1, attempt=UUID(int=1), end=UseEnd.RELEASED)
    assert until(lambda: held(relay, journal) == journal.head()[0]) < 0.5
    until(lambda: terminal.status().queued == 0)
    assert terminal.status().arbitrating
    assert terminal.reader.kept_through(journal.epoch) == 0, "held by the relay is not kept by the centre"


def test_what_a_relay_holds_is_not_sent_again_after_a_restart(
    relay: FakeRelay, terminal: Terminal, journal: Journal, url: str
) -> None:
    admit(journal)
    until(lambda: bool(relay.caught_up) and held(relay, journal) == journal.head()[0])
    receipts = Held(terminal.cache, JournalReader(terminal.journal_path), relay.epoch)
    until(lambda: receipts.kept_through(journal.epoch) == journal.head()[0])
    terminal.close()
    relay.calls.clear()
    again = Terminal(terminal.directory, url)
    again.lan.start()
    until(lambda: "/v1/relay/caught-up" in relay.calls)
    assert "/v1/sync/push" not in relay.calls
    again.close()


def test_an_arbiter_that_waits_for_others_is_asked_until_it_begins(
    relay: FakeRelay, terminal: Terminal, journal: Journal
) -> None:
    relay.arbitrating = False
    until(lambda: len(relay.caught_up) >= 1)
    until(lambda: terminal.status().arbitrating is False)
    relay.arbitrating = True
    until(lambda: terminal.status().arbitrating is True)


def test_a_restarted_relay_is_followed_and_both_are_told_once(
    tmp_path: Path, relay: FakeRelay, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "waystation.lan")
    with relay.serving() as url:
        port = int(url.rpartition(":")[2])
        terminal = Terminal(tmp_path / "gate", url)
        terminal.lan.start()
        until(lambda: terminal.status().relay_up)
    with open_journal(terminal.journal_path, prefix=None) as journal:
        admit(journal)
        until(lambda: not terminal.status().relay_up)
        assert "does not answer" in terminal.status().what or "relay" in terminal.status().what.lower()
        with relay.serving(port):
            relay.tell(use(2, 2))
            until(lambda: bool(terminal.reader.uses(ticket_number(2))))
            until(lambda: held(relay, journal) == journal.head()[0])
            until(lambda: terminal.status().relay_up)
            terminal.close()
    said = [record.message.split(" ")[0] for record in caplog.records]
    assert said.count("lan.relay_lost") == 1, said
    assert said.count("lan.relay_back") == 1, said
    assert "lan.bug" not in said
    assert "lan.trouble" not in said


def test_an_emptied_relay_is_told_all_again_and_nothing_is_forgotten(
    relay: FakeRelay, terminal: Terminal, journal: Journal
) -> None:
    admit(journal)
    relay.tell(use(5, 5, "passed"), fact(1))
    until(lambda: terminal.gate() == "9" and held(relay, journal) == journal.head()[0])
    relay.empty("e2" * 16)
    relay.tell(use(6, 6))
    until(lambda: held(relay, journal) == journal.head()[0])
    assert relay.journals[journal.epoch.hex][0] == 1, "the history begins at its beginning"
    until(lambda: any(said.epoch == "e2" * 16 for said in relay.caught_up))
    until(lambda: bool(terminal.reader.uses(ticket_number(6))))
    assert terminal.reader.uses(ticket_number(5))[0].end is UseEnd.PASSED
    assert terminal.gate() == "9"


def test_an_emptied_relay_waits_for_who_was_answered_by_the_former(
    relay: FakeRelay, terminal: Terminal, journal: Journal
) -> None:
    """A lane that stands still between an answer and its commit: the new arbiter begins when that is in the journal."""
    until(lambda: bool(relay.caught_up))
    with Asking(terminal.journal_path).held():
        relay.empty("e2" * 16)
        until(lambda: held(relay, journal) == journal.head()[0])
        relay.tell(use(6, 6))
        until(lambda: bool(terminal.reader.uses(ticket_number(6))))
        assert not any(said.epoch == "e2" * 16 for said in relay.caught_up)
        admit(journal)
    until(lambda: any(said.epoch == "e2" * 16 for said in relay.caught_up))
    first = next(said for said in relay.caught_up if said.epoch == "e2" * 16)
    assert first.seq == journal.head()[0]


def test_a_receipt_of_the_former_relay_says_nothing_about_the_new_one(tmp_path: Path) -> None:
    """It may be written down after the new one was heard of: then all would seem to be held by the new one."""
    journal = JournalReader(tmp_path / "journal.db")
    with CacheWriter(tmp_path / "cache.db") as cache:
        writer, epoch = LanWriter(cache), UUID(int=5)
        writer.learn(ChangesAnswer(epoch="e1" * 16, position=0), [], 0)
        former = Held(cache, journal, "e1" * 16)
        former.acknowledge(epoch, 7, bytes(64))
        writer.learn(ChangesAnswer(epoch="e2" * 16, position=0), [], 0)
        former.acknowledge(epoch, 9, bytes(64))
        assert Held(cache, journal, "e2" * 16).kept_through(epoch) == 0
        Held(cache, journal, "e2" * 16).acknowledge(epoch, 3, bytes(64))
        assert Held(cache, journal, "e2" * 16).kept_through(epoch) == 3


def test_a_journal_whose_old_end_was_dropped_is_told_from_there(tmp_path: Path, relay: FakeRelay, url: str) -> None:
    terminal = Terminal(tmp_path / "gate", url)
    with open_journal(terminal.journal_path, prefix=None) as journal:
        for n in range(1, 6):
            admit(journal, n, n, UseEnd.PASSED)
        assert prune(journal, kept_through=7, closed_before=date(2027, 1, 1)) > 0
        admit(journal, 9, 9)
        relay.tell(*(use(n, n) for n in range(1, 6)))
        terminal.lan.start()
        until(lambda: held(relay, journal) == journal.head()[0])
        assert relay.journals[journal.epoch.hex][0] > 1
    terminal.close()


def test_an_own_act_is_obeyed_without_a_relay_and_handed_on_when_it_is_back(tmp_path: Path, relay: FakeRelay) -> None:
    with relay.serving() as url:
        port = int(url.rpartition(":")[2])
    terminal = Terminal(tmp_path / "gate", url)
    terminal.lan.start()
    terminal.outbox.put("a1", fact(1))
    assert until(lambda: terminal.gate() == "9") < 1.0
    until(lambda: terminal.status().facts_waiting == 1)
    with relay.serving(port):
        until(lambda: relay.facts == [fact(1)])
        until(lambda: (terminal.directory / "staff" / "taken" / "a1.fact").exists())
        until(lambda: terminal.status().facts_waiting == 0)
        terminal.close()
    assert Outbox(terminal.directory).waiting() == []


def test_an_emptied_relay_is_offered_the_acts_that_the_former_had_taken(
    tmp_path: Path, relay: FakeRelay, url: str
) -> None:
    """They may have been on its disk alone: the centre hears of them by the relay's own journal."""
    terminal = Terminal(tmp_path / "gate", url)
    for no, when in ((1, NOW - timedelta(days=13)), (2, NOW), (3, NOW - timedelta(days=15))):
        terminal.outbox.put(f"a{no}", fact(no, at=when))
    terminal.outbox.put("a4", fact(4, key=NEWCOMER, number="0777"))
    terminal.lan.start()
    until(lambda: len(relay.facts) == 3)
    relay.empty("e2" * 16)
    relay.tell(use(6, 6))
    until(lambda: len(relay.facts) == 2)
    assert sorted(relay.facts) == sorted([fact(1, at=NOW - timedelta(days=13)), fact(2)])
    until(lambda: terminal.cache.get(LAN_ACTS_TOLD) == "e2" * 16)
    assert terminal.status().facts_waiting == 0
    assert len(list((terminal.directory / "staff" / "taken").glob("*.fact"))) == 3
    terminal.close()


def test_what_the_same_relay_has_taken_is_not_offered_again_at_a_start(
    tmp_path: Path, relay: FakeRelay, url: str
) -> None:
    terminal = Terminal(tmp_path / "gate", url)
    terminal.outbox.put("a1", fact(1))
    terminal.lan.start()
    until(lambda: terminal.cache.get(LAN_ACTS_TOLD) == relay.epoch)
    terminal.close()
    relay.calls.clear()
    again = Terminal(terminal.directory, url)
    again.lan.start()
    again.outbox.put("a2", fact(2))
    until(lambda: len(relay.facts) == 2)
    again.close()
    assert relay.calls.count("/v1/relay/facts") == 1


class Trusting:
    """The newest trust list, for a judge."""

    def trust_list(self) -> TrustList:
        badges = (badge("0102", MANAGER),)
        return TrustList(version=1, issued=NOW, expires=NOW + timedelta(days=90), keys=(), badges=badges)


@pytest.mark.parametrize(("quality", "offered"), [(TimeQuality.TRUSTED, 0), (TimeQuality.UNKNOWN, 1)])
def test_acts_of_any_age_are_offered_again_while_the_time_is_not_known(
    tmp_path: Path, quality: TimeQuality, offered: int
) -> None:
    outbox, now = Outbox(tmp_path), TrustedNow(at=NOW, quality=quality)
    outbox.put("a1", fact(1, at=NOW - timedelta(days=30)))
    outbox.put("a2", fact(2, at=NOW))
    for act in outbox.waiting():
        outbox.taken(act)
    found = taken_of_late(outbox, FactJudge(Trusting(), STATION, lambda: now), now)
    assert [outgoing.path.name for outgoing, _ in found] == ["a1.fact", "a2.fact"][1 - offered :]


def test_an_act_does_not_wait_for_a_long_journal_to_be_told(
    tmp_path: Path, relay: FakeRelay, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal(tmp_path / "gate", url)
    push = relay.push
    handed_on: list[list[bytes]] = []

    def and_somebody_acts(device: str, batch: PushBatch, epoch: str) -> PushAnswer:
        handed_on.append(relay.facts)
        if len(handed_on) == 1:
            terminal.outbox.put("a1", fact(1))
        return push(device, batch, epoch)

    monkeypatch.setattr(relay, "push", and_somebody_acts)
    with open_journal(terminal.journal_path, prefix=None) as journal:
        with journal.transaction() as tx:
            for _ in range(USUAL_PUSH + 1):
                tx.append(Kind.LANE_EVENT, {"lane": "1A", "what": "forced"})
        terminal.lan.start()
        until(lambda: held(relay, journal) == journal.head()[0])
    terminal.close()
    assert handed_on == [[], [fact(1)]]


def test_without_a_relay_an_own_act_is_obeyed_here(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path / "gate", None)
    terminal.lan.start()
    terminal.outbox.put("a1", fact(1))
    until(lambda: terminal.gate() == "9")
    assert len(terminal.outbox.waiting()) == 1
    terminal.close()


def test_an_own_act_that_nobody_may_obey_is_set_aside(
    terminal: Terminal, relay: FakeRelay, caplog: pytest.LogCaptureFixture
) -> None:
    terminal.outbox.put("a1", fact(1, key=NEWCOMER, number="0777"))
    terminal.outbox.put("a2", b"x" * 5000)
    until(lambda: len(list((terminal.directory / "staff").glob("refused/*.fact"))) == 2)
    assert terminal.gate() == "3"
    assert relay.facts == []
    assert [record.message.split(" ")[0] for record in caplog.records].count("lan.own_fact_refused") == 2


def test_an_outbox_that_cannot_be_read_holds_up_nothing_else(
    terminal: Terminal, relay: FakeRelay, journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    outbox = terminal.directory / "staff"
    outbox.mkdir()
    (outbox / "taken").write_text("a file, by mistake")
    terminal.outbox.put("a1", fact(1))
    until(lambda: "cannot be" in terminal.status().what)
    admit(journal)
    until(lambda: held(relay, journal) == journal.head()[0])
    assert terminal.gate() == "9"
    assert relay.facts == [fact(1)]
    assert [record.message.split(" ")[0] for record in caplog.records].count("lan.trouble") == 1
    (outbox / "taken").unlink()
    until(lambda: terminal.status().what == "")
    assert (outbox / "taken" / "a1.fact").exists()


def test_an_act_that_the_relay_refuses_stays_and_holds_up_no_other(terminal: Terminal, relay: FakeRelay) -> None:
    relay.refuses_facts = True
    terminal.outbox.put("a1", fact(1))
    until(lambda: terminal.status().what == "no")
    assert terminal.gate() == "9"
    relay.refuses_facts = False
    until(lambda: relay.facts == [fact(1)])
    until(lambda: terminal.status().what == "")


def test_without_the_relays_key_nothing_is_believed_until_it_comes(tmp_path: Path, relay: FakeRelay, url: str) -> None:
    terminal = Terminal(tmp_path / "gate", url, knows_relay=False)
    terminal.lan.start()
    relay.tell(use())
    until(lambda: "not known" in terminal.status().what)
    assert terminal.reader.uses(ticket_number(1)) == []
    terminal.learn_of_relay()
    until(lambda: bool(terminal.reader.uses(ticket_number(1))))
    terminal.close()


def test_an_impostor_is_not_believed(tmp_path: Path, relay: FakeRelay, url: str) -> None:
    relay.key = SigningKey.from_raw(bytes([99]) * 32)
    relay.tell(use())
    terminal = Terminal(tmp_path / "gate", url)
    terminal.lan.start()
    until(lambda: "has not signed" in terminal.status().what)
    assert terminal.reader.uses(ticket_number(1)) == []
    assert not terminal.status().relay_up
    terminal.close()


def test_a_relays_own_terminal_hears_and_tells_no_journal(tmp_path: Path, relay: FakeRelay, url: str) -> None:
    terminal = Terminal(tmp_path / "relay", url, journals=False)
    terminal.lan.start()
    relay.tell(use())
    until(lambda: bool(terminal.reader.uses(ticket_number(1))))
    terminal.close()
    assert set(relay.calls) == {"/v1/relay/changes"}


def test_a_bug_ends_nothing(
    terminal: Terminal, relay: FakeRelay, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("sync.lan.lan._BUG_WAIT_S", 0.01)

    judge, left = FactJudge.judge, [1]

    def broken(self: FactJudge, data: bytes) -> JudgedFact:
        if left:
            left.clear()
            raise RuntimeError("a bug")
        return judge(self, data)

    monkeypatch.setattr(FactJudge, "judge", broken)
    relay.tell(fact(1))
    until(lambda: terminal.gate() == "9")
    assert [record.message for record in caplog.records if "bug" in record.message] == ["lan.bug"]


def test_stopping_does_not_wait_for_an_open_question(terminal: Terminal) -> None:
    until(lambda: terminal.status().relay_up)
    began = time.monotonic()
    terminal.lan.stop()
    assert time.monotonic() - began < 1.0


@pytest.mark.parametrize("point", [Point.SYNC_LAN_COMMIT_BEFORE, Point.SYNC_LAN_COMMIT_AFTER])
def test_killed_around_a_commit_nothing_is_half_learnt(tmp_path: Path, point: Point) -> None:
    """Position, uses and acts are one commit: what is not here is asked for again."""

    def work(say: Say) -> None:
        lan = LanWriter(CacheWriter(tmp_path / "cache.db", kill_at(point, 3)))
        for n in range(1, 6):
            lan.learn(ChangesAnswer(epoch="e1" * 16, position=n, uses=(use(n, n),)), [], 0)
            say(str(n))

    ended = in_child(work)
    assert ended.killed
    assert ended.said == ["1", "2"]
    with CacheWriter(tmp_path / "cache.db") as cache:
        known = LanWriter(cache)
        reader = CacheReader(tmp_path / "cache.db")
        uses = [n for n in range(1, 6) if reader.uses(ticket_number(n))]
        assert known.position == len(uses) == (2 if point is Point.SYNC_LAN_COMMIT_BEFORE else 3)
        reader.close()
